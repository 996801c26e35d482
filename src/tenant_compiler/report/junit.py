"""Findings and verdicts as JUnit XML, for what shows the results of tests: a suite for each tenant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenant_compiler.emit.escape import terminal
from tenant_compiler.model.diagnostic import SEVERITIES
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.report.bounds import first
from tenant_compiler.report.remarks import remarks, where
from tenant_compiler.report.rules import rule_text
from tenant_compiler.report.text import counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tenant_compiler.model.policy import Status
    from tenant_compiler.report.findings import Finding
    from tenant_compiler.report.formats import Report, Waived
    from tenant_compiler.report.verdicts import VerdictRow

Result: TypeAlias = Literal["", "failure", "error", "skipped"]

CASES: Final = 100_000
"""Test cases of a report: readers hold them all in memory."""
FINDINGS: Final = 50
"""Findings that one test case lists."""
NOBODY: Final = "(workspace)"
"""The suite of what is no tenant's; no tenant can be called so."""
CLEAN: Final = "no findings"
_RESULTS: Final[Mapping[Status, Result]] = {
    "fail": "failure",
    "not_enforceable": "failure",
    "not_evaluated": "error",
    "waived": "skipped",
    "attested": "skipped",
    "manual": "skipped",
    "not_applicable": "skipped",
    "pass": "",
}
"""Only what is proved passes; what people vouch for is skipped with a word."""
# XML 1.0 has these neither as they are nor as references; `terminal` shows the others that it lacks.
_NO_CHARACTER = re.compile("[\ufffe\uffff]")
_MARKUP: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_MARKUP_CHARACTER = re.compile("[&<>\"']")


class Case(NamedTuple):
    """One test case."""

    group: str
    name: str
    result: Result = ""
    """Empty: it passes."""
    message: str = ""
    kind: str = ""
    lines: Sequence[str] = ()
    """What it prints."""


def write_junit(report: Report) -> str:
    """Write a suite for each tenant, sound ones too: a test case for each code that it has, and for each control.

    A finding at or above ``fail_on`` is a failure, any other warning and what is waived is skipped, an info passes.
    """
    suites: dict[str, list[Case]] = {tenant: [] for tenant in report.tenants}
    for tenant, cases in _findings(report):
        suites.setdefault(tenant, []).extend(cases)
    for row in report.verdicts:
        suites.setdefault(row.tenant or NOBODY, []).append(_verdict(row))
    if not suites:
        suites[NOBODY] = []
    filled = {name: cases or [Case(name, CLEAN)] for name, cases in suites.items()}
    kept = _limited(filled)
    everything = [case for cases in kept.values() for case in cases]
    body = "".join(_suite(name, cases) for name, cases in kept.items())
    numbers = {name: value for name, value in _numbers(everything).items() if name != "skipped"}
    head = _tag("testsuites", {"name": f"tenant-compile {report.command}", **numbers, "time": "0"})
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{body}</testsuites>\n'


def xml(text: str) -> str:
    """Escape for text and attributes; what XML has no way to say is shown as `terminal` shows it."""
    shown = _NO_CHARACTER.sub(lambda found: f"\\u{ord(found.group()):04x}", terminal(text))
    return _MARKUP_CHARACTER.sub(lambda found: _MARKUP[found.group()], shown)


def _findings(report: Report) -> Iterator[tuple[str, list[Case]]]:
    """The cases of the findings by tenant: one a code."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    shown = first(report.findings, report.limit)
    for finding in shown:
        for tenant in dict.fromkeys(tenant for tenant, _ in finding.owners) or (NOBODY,):
            groups.setdefault((tenant or NOBODY, finding.diagnostic.code), []).append(finding)
    for (tenant, code), found in groups.items():
        yield tenant, [_code(report, tenant, code, found)]
    for waived in report.waived:
        for tenant in dict.fromkeys(tenant for tenant, _ in waived.finding.owners) or (NOBODY,):
            yield tenant or NOBODY, [_waived(report, tenant or NOBODY, waived)]
    if len(report.findings) > len(shown):
        message = f"{len(report.findings) - len(shown):,} findings are left out (--max-diagnostics)"
        yield NOBODY, [Case(NOBODY, "findings that are left out", "skipped", message)]


def _code(report: Report, tenant: str, code: str, found: Sequence[Finding]) -> Case:
    numbers = {severity: sum(each.diagnostic.severity == severity for each in found) for severity in SEVERITIES}
    worst = next(severity for severity in SEVERITIES if numbers[severity])
    fails = SEVERITIES.index(worst) <= SEVERITIES.index(report.fail_on)
    result: Result = "failure" if fails else "skipped" if worst == "warning" else ""
    message = found[0].diagnostic.message if len(found) == 1 else f"{counts(numbers)}: {found[0].diagnostic.message}"
    lines = [line for finding in found[:FINDINGS] for line in _lines(report, finding)]
    if len(found) > FINDINGS:
        lines.append(f"… and {len(found) - FINDINGS:,} more")
    return Case(tenant, f"{code} {rule_text(code, report.rules).title}", result, message, worst, lines)


def _lines(report: Report, finding: Finding) -> Iterator[str]:
    found, located = finding.diagnostic, finding.located
    yield f"{found.severity}[{found.code}]: {found.message}"
    if located is not None:
        yield f"  at {where(finding, report.source_path(located.file))}"
    for label, there in zip(found.related, finding.related, strict=True):
        span = there.span
        path = report.source_path(there.file)
        yield f"  see {path}{f':{span.line}:{span.column}' if span is not None else ''}: {label.message}"
    for word, text in remarks(finding):
        yield f"  {word}: {text}"


def _waived(report: Report, tenant: str, waived: Waived) -> Case:
    found = waived.finding.diagnostic
    name = f"{found.code} {rule_text(found.code, report.rules).title} (waived: {waived.name or 'in its file'})"
    return Case(tenant, name, "skipped", waived.reason, "waived", tuple(_lines(report, waived.finding)))


def _verdict(row: VerdictRow) -> Case:
    group = ".".join(part for part in (row.tenant, row.environment, row.framework) if part)
    status = row.status.replace("_", " ")
    message = f"{status}: {row.reasons[0]}" if row.reasons else status
    return Case(group, f"{row.control} {row.title}".strip(), _RESULTS[row.status], message, row.status, row.reasons)


def _limited(suites: Mapping[str, list[Case]]) -> Mapping[str, list[Case]]:
    """All cases, or those that do not pass first when there are too many, and a case that says so."""
    count = sum(map(len, suites.values()))
    if count <= CASES:
        return suites
    room = CASES - 1
    kept: dict[str, list[Case]] = {name: [] for name in suites}
    for wanted in (("failure", "error"), ("skipped",), ("",)):
        for name, cases in suites.items():
            chosen = [case for case in cases if case.result in wanted][:room]
            kept[name] += chosen
            room -= len(chosen)
    message = f"{count - CASES + 1:,} of {count:,} test cases are left out, those that pass before others"
    kept.setdefault(NOBODY, []).append(Case(NOBODY, "test cases that are left out", "skipped", message))
    return {name: cases for name, cases in kept.items() if cases}


def _numbers(cases: Iterable[Case]) -> dict[str, str]:
    results = [case.result for case in cases]
    return {
        "tests": str(len(results)),
        "failures": str(results.count("failure")),
        "errors": str(results.count("error")),
        "skipped": str(results.count("skipped")),
    }


def _suite(name: str, cases: Sequence[Case]) -> str:
    head = _tag("testsuite", {"name": name, **_numbers(cases), "time": "0"})
    return f"{head}\n{''.join(map(_case, cases))}</testsuite>\n"


def _case(case: Case) -> str:
    head = _tag("testcase", {"classname": case.group, "name": case.name, "time": "0"})
    text = "\n".join(xml(line) for line in case.lines)
    inner = ""
    if case.result:
        body = text if case.result != "skipped" else ""
        start = _tag(case.result, {"message": case.message, "type": case.kind})
        inner = f"{start}{body}</{case.result}>\n"
    if text and case.result in ("", "skipped"):
        inner += f"<system-out>{text}</system-out>\n"
    return f"{head}\n{inner}</testcase>\n" if inner else f"{head}</testcase>\n"


def _tag(name: str, attributes: Mapping[str, str]) -> str:
    written = "".join(f' {key}="{xml(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>"
