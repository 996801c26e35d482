"""Findings as JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.diagnostic import SEVERITIES
from tenant_compiler.model.pointer import show
from tenant_compiler.report.bounds import first

if TYPE_CHECKING:
    from tenant_compiler.report.findings import Finding
    from tenant_compiler.report.formats import Report, Waived
    from tenant_compiler.report.locate import Located

FORMAT_VERSION: Final = 1
"""Grows when a key goes or changes its meaning; new keys do not change it."""


def write_json(report: Report) -> str:
    """Write ``{"format_version", "diagnostics", "summary"}`` and what the run adds; paths are the workspace's own."""
    found = report.findings
    summary: dict[str, Any] = dict.fromkeys(SEVERITIES, 0)
    for finding in found:
        summary[finding.diagnostic.severity] += 1
    shown = first(found, report.limit)
    summary["shown"] = len(shown)
    document = {
        "format_version": FORMAT_VERSION,
        "diagnostics": [_finding(finding) for finding in shown],
        "summary": {**summary, **report.numbers},
        **({"verdicts": [row._asdict() for row in report.verdicts]} if report.verdicts else {}),
        **({"waived": [_waived(each) for each in report.waived]} if report.waived else {}),
        **report.extra,
    }
    return json.dumps(document, indent=2) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    found = finding.diagnostic
    tenant, environment = finding.owners[0] if finding.owners else ("", "")
    return {
        "code": found.code,
        "severity": found.severity,
        "message": found.message,
        **_place(finding.located),
        "pointer": show(found.pointer or (finding.located.pointer if finding.located else ())),
        "label": found.label,
        "help": found.help,
        "notes": list(found.notes),
        "tenant": tenant,
        "environment": environment,
        "also_in": [{"tenant": name, "environment": where} for name, where in finding.owners[1:]],
        "target": found.target,
        "object": found.object,
        "related": [
            {**_place(located), "message": label.message}
            for label, located in zip(found.related, finding.related, strict=True)
        ],
    }


def _waived(waived: Waived) -> dict[str, Any]:
    return {**_finding(waived.finding), "waiver": waived.name, "reason": waived.reason}


def _place(located: Located | None) -> dict[str, Any]:
    span = located.span if located is not None else None
    return {
        "file": located.file if located is not None else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_column": span.end if span else None,
    }
