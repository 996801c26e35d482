"""The formats of a report by name, and what each is given. A new one is a module and a row in `FORMATS`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tenant_compiler.model.diagnostic import Severity
    from tenant_compiler.report.findings import Finding
    from tenant_compiler.report.locate import Locator
    from tenant_compiler.report.rules import RuleText
    from tenant_compiler.report.style import Style
    from tenant_compiler.report.verdicts import VerdictRow


_COMMAND = re.compile(r"##(?=[\w.]*\[)")


def without_commands(text: str) -> str:
    """Disarm commands such as ``##[group]``, for which runners of continuous integration look anywhere in a line."""
    return _COMMAND.sub(r"#\\#", text)


class Waived(NamedTuple):
    """A finding that does not count, and why."""

    finding: Finding
    name: str
    """Of the waiver."""
    reason: str
    kind: Literal["external", "inSource"] = "external"
    """Whether the reason stands in a file of its own, or beside the value."""


class Report(NamedTuple):
    """All that a format may need."""

    findings: Sequence[Finding]
    """In order."""
    locator: Locator
    style: Style
    shown_path: Callable[[str], str]
    """Turns a path relative to the workspace into one for people, relative to the current folder."""
    brief: bool = False
    """People get a line for all infos of one code, instead of each: what is not built yet concerns every tenant."""
    limit: int | None = None
    """The most findings to show; None: the format's own default."""
    summary: Sequence[str] = ()
    """Lines for people."""
    numbers: Mapping[str, Any] = {}
    """The same for programs."""
    extra: Mapping[str, Any] = {}
    """What the command adds at the top level for programs."""
    command: str = "check"
    workspace: str = ""
    """The workspace's name; empty when none could be opened."""
    config: str = "tenant-compile.toml"
    """Where findings of no file are shown in formats that need a file: the workspace's configuration."""
    source_path: Callable[[str], str] = str
    """Turns a path relative to the workspace into one relative to the repository, as code hosts want it."""
    exit_code: int = 0
    fail_on: Severity = "error"
    """The least severity that makes the exit code 1."""
    tenants: Sequence[str] = ()
    """All tenants of the run, for formats that list the sound ones too."""
    verdicts: Sequence[VerdictRow] = ()
    waived: Sequence[Waived] = ()
    rules: Mapping[str, RuleText] = {}
    """What is known of policies' rules, by code; a code that is missing is described by its page."""
    elsewhere: str = ""
    """Where findings beyond a format's limits can be read: ``the step summary``; empty for nowhere."""


def _text(report: Report) -> str:
    from tenant_compiler.report.text import write_text  # noqa: PLC0415 - a run loads the format that it writes

    return without_commands(write_text(report))


def _json(report: Report) -> str:
    from tenant_compiler.report.json import write_json  # noqa: PLC0415 - the same

    return write_json(report)


def _sarif(report: Report) -> str:
    from tenant_compiler.report.sarif import write_sarif  # noqa: PLC0415 - the same

    return write_sarif(report)


def _junit(report: Report) -> str:
    from tenant_compiler.report.junit import write_junit  # noqa: PLC0415 - the same

    return write_junit(report)


def _github(report: Report) -> str:
    from tenant_compiler.report.github import write_github  # noqa: PLC0415 - the same

    return without_commands(write_github(report))


def _markdown(report: Report) -> str:
    from tenant_compiler.report.markdown import write_markdown  # noqa: PLC0415 - the same

    return write_markdown(report)


def _in_bounds(write: Callable[[Report], str]) -> Callable[[Report], str]:
    def written(report: Report) -> str:
        from tenant_compiler.report.bounds import bounded  # noqa: PLC0415 - the same

        return write(bounded(report))

    return written


FORMATS: Final[Mapping[str, Callable[[Report], str]]] = {
    name: _in_bounds(write)
    for name, write in (
        ("text", _text),
        ("json", _json),
        ("sarif", _sarif),
        ("junit", _junit),
        ("github", _github),
        ("markdown", _markdown),
    )
}
"""Writers by the name that ``--output-format`` takes."""
