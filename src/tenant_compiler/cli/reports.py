"""The reports of a call: one for standard output, one for each file, and the summary of a step on GitHub."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from tenant_compiler.cli.outputs import append, repository, room, write_files
from tenant_compiler.report.findings import Collector
from tenant_compiler.report.formats import FORMATS, Report, Waived
from tenant_compiler.report.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.cli.frame import Frame, Outcome
    from tenant_compiler.cli.options import Output
    from tenant_compiler.report.locate import Locator

_STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
_LEAST = 4096
"""Bytes of a step's summary below which ours is left out: it could not say more than that something is missing."""


def _waived(outcome: Outcome, locator: Locator) -> Iterator[Waived]:
    """The findings that do not count, with their lines."""
    by_waiver: dict[tuple[str, str], Collector] = {}
    for diagnostic, name, reason in outcome.waived:
        by_waiver.setdefault((name, reason), Collector()).add([diagnostic])
    for (name, reason), collector in by_waiver.items():
        yield from (Waived(finding, name, reason) for finding in collector.findings(locator))


class Reports:
    """Makes the reports of one call from the same findings.

    Args:
        frame: with all findings collected.
        outcome: of the command.
        code: the exit code.
    """

    def __init__(self, frame: Frame, outcome: Outcome, code: int) -> None:
        self._frame = frame
        self._outcome = outcome
        self._repository = repository(frame.root)
        locator = frame.locator()
        reporting, workspace = frame.reporting, frame.workspace
        brief = not reporting.verbose and reporting.fail_on != "info"
        context = click.get_current_context(silent=True)
        self._report = Report(
            findings=frame.collector.findings(
                locator, counted=brief and all(each.format == "text" for each in reporting.output_format)
            ),
            locator=locator,
            style=Style(reporting.color == "always"),
            shown_path=frame.shown_path,
            brief=brief,
            limit=reporting.max_diagnostics,
            summary=() if reporting.quiet else outcome.summary,
            numbers=outcome.numbers,
            extra=outcome.extra,
            command=(context.info_name if context is not None else None) or "check",
            workspace=workspace.config["workspace"]["name"] if workspace is not None else "",
            config=workspace.file if workspace is not None else "tenant-compile.toml",
            source_path=self._source_path,
            exit_code=code,
            fail_on=reporting.fail_on,
            tenants=frame.tenants,
            verdicts=outcome.verdicts,
            waived=[*_waived(outcome, locator)],
            rules=outcome.rules,
        )
        if frame.writes("github"):
            self._report = self._report._replace(elsewhere=self._step_summary())

    def console(self, stream: Any) -> str:
        """Make the report for a stream; empty when standard output has something else, and nothing was found."""
        frame = self._frame
        if self._outcome.aside and frame.console != "text" and not frame.collector.worst():
            return ""
        return FORMATS[frame.console](self._report._replace(style=frame.style(stream)))

    def write(self, outputs: Sequence[Output]) -> list[str]:
        """Write the files; give a sentence for each that could not be written."""
        return write_files({output.file: FORMATS[output.format](self._report) for output in outputs})

    def _source_path(self, file: str) -> str:
        if file.startswith("<"):
            return file
        return os.path.relpath(os.path.join(self._frame.root, file), self._repository)

    def _step_summary(self) -> str:
        """Append the findings to the summary of the step; give its name, or an empty text when there is none."""
        path = os.environ.get(_STEP_SUMMARY, "")
        if not path:
            return ""
        from tenant_compiler.report.github import STEP_SUMMARY  # noqa: PLC0415 - for this format only
        from tenant_compiler.report.markdown import step_summary  # noqa: PLC0415

        size = room(path, STEP_SUMMARY)
        if size < _LEAST:
            return ""
        done = append(path, step_summary(self._report, size), STEP_SUMMARY)
        return "the step summary" if done else ""
