"""Findings as workflow commands, which GitHub shows as annotations beside the lines."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tenant_compiler.emit.escape import terminal
from tenant_compiler.model.diagnostic import SEVERITIES
from tenant_compiler.report.pages import title
from tenant_compiler.report.remarks import remarks, where
from tenant_compiler.report.text import counts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenant_compiler.model.diagnostic import Severity
    from tenant_compiler.report.findings import Finding
    from tenant_compiler.report.formats import Report

COMMANDS: Final[Mapping[Severity, str]] = {"error": "error", "warning": "warning", "info": "notice"}
PER_STEP: Final = 10
"""Annotations of a kind that GitHub shows for a step; what comes later is dropped without a word."""
STEP_SUMMARY: Final = 1024 * 1024
"""Bytes of a step's summary; GitHub refuses a larger one as a whole."""


def write_github(report: Report) -> str:
    """Write a line for each finding that will be shown, one about the rest, and the summary."""
    limit = PER_STEP if report.limit is None else min(PER_STEP, report.limit)
    lines: list[str] = []
    rest: dict[Severity, int] = {}
    for severity in SEVERITIES:
        found = [finding for finding in report.findings if finding.diagnostic.severity == severity]
        shown = [] if severity == "info" and report.brief else found[:limit]
        lines += [_command(finding, report) for finding in shown]
        rest[severity] = len(found) - len(shown)
    if any(rest.values()):
        lines.append(f"… and {counts(rest)} more: {_where_to_read(report)}")
    lines += [terminal(line) for line in report.summary]
    return "".join(f"{line}\n" for line in lines)


def _where_to_read(report: Report) -> str:
    if report.elsewhere:
        return f"see {report.elsewhere}"
    return "not shown here; `--output-format sarif=FILE` or `json=FILE` has them all"


def _command(finding: Finding, report: Report) -> str:
    found, located = finding.diagnostic, finding.located
    span = located.span if located is not None else None
    properties = {}
    if located is not None and not located.file.startswith("<"):
        properties["file"] = report.source_path(located.file).replace(os.sep, "/")
        if span is not None:
            properties["line"] = properties["endLine"] = str(span.line)
            properties["col"], properties["endColumn"] = str(span.column), str(span.end)
    properties["title"] = ": ".join(part for part in (found.code, title(found.code)) if part)
    shown = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{COMMANDS[found.severity]} {shown}::{_data(_lines(finding, report))}"


def _lines(finding: Finding, report: Report) -> Sequence[str]:
    """What an annotation says; its title and place are told by GitHub."""
    found = finding.diagnostic
    lines = [found.message, *(f"{word}: {text}" for word, text in remarks(finding))]
    for label, located in zip(found.related, finding.related, strict=True):
        span = located.span
        path = report.source_path(located.file) + (f":{span.line}:{span.column}" if span is not None else "")
        lines.append(f"see {path}: {label.message}")
    if finding.located is not None and finding.located.file.startswith("<"):
        lines.append(f"at {where(finding, finding.located.file)}")
    return lines


def _data(lines: Sequence[str]) -> str:
    return "%0A".join(_escaped(line) for line in lines)


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    """Escape for the message of a command: line ends and the like become visible, so only the percent is left."""
    return terminal(text).replace("%", "%25")
