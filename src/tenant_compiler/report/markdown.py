"""Findings and verdicts as Markdown for comments on pull requests and for the summary of a step.

Nothing that a tenant wrote is read as Markdown: it stands in a fence that is longer than any in it, or inside
``<code>`` with its punctuation as character references. GitHub turns no ``@name``, ``#1`` or address in there into a
mention or a link.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenant_compiler.emit.escape import terminal
from tenant_compiler.model.diagnostic import SEVERITIES
from tenant_compiler.model.policy import FAILING, STATUSES
from tenant_compiler.report.bounds import bounded, cut, first
from tenant_compiler.report.pages import title as page_title
from tenant_compiler.report.rules import rule_text
from tenant_compiler.report.style import Style
from tenant_compiler.report.text import TextWriter, counts
from tenant_compiler.report.verdicts import tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tenant_compiler.model.diagnostic import Severity
    from tenant_compiler.report.findings import Finding
    from tenant_compiler.report.formats import Report

COMMENT: Final = 65_536
"""Characters of a comment on GitHub; we count bytes, which are never fewer."""
ROOM: Final = 1_000
"""Bytes that are kept free for the lines about what is left out."""
SHORT: Final = 150
"""Characters of a text in a table or a heading."""
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_TICKS = re.compile("`+")


def write_markdown(report: Report, size: int = COMMENT) -> str:
    """Write a heading with the counts, a table of the codes, a table of the verdicts, and each finding folded.

    Args:
        report: already in bounds.
        size: the most bytes of the whole, at least some thousand.
    """
    found = report.findings
    text = f"### tenant-compile {report.command}: {counts(_numbers(found)) or 'no findings'}\n"
    summary = "\n".join(map(terminal, report.summary)).strip()
    if summary and _bytes(summary) < size // 4:
        text += f"\n{fenced(summary)}"
    for head, rows in (_codes(report), _verdicts(report)):
        text += _table(head, rows, size // 4)
    folded = [each for each in found if not (report.brief and each.diagnostic.severity == "info")]
    folded.sort(key=lambda each: SEVERITIES.index(each.diagnostic.severity))
    writer = TextWriter(report.locator, Style(), report.source_path)
    shown = 0
    for finding in first(folded, report.limit):
        block = _fold(finding, writer)
        if _bytes(text) + _bytes(block) > size - ROOM:
            break
        text += block
        shown += 1
    if shown < len(folded):
        where = f"see {report.elsewhere}" if report.elsewhere else "the report as JSON or SARIF has them all"
        text += f"\n… and {len(folded) - shown:,} of {len(folded):,} findings more: {where}\n"
    return text


def step_summary(report: Report, size: int) -> str:
    """Write a part of a step's summary, which other commands of the step may have begun."""
    return "\n" + write_markdown(bounded(report), size - 1)


def code(text: str, limit: int = SHORT) -> str:
    """Write a text that means nothing in Markdown or HTML, on one line."""
    return f"<code>{inert(cut(text, limit))}</code>"


def inert(text: str) -> str:
    """Write punctuation as character references, which Markdown reads as text and never as syntax."""
    return _PUNCTUATION.sub(lambda found: f"&#{ord(found.group())};", terminal(text))


def fenced(text: str) -> str:
    """Put lines into a fence that is longer than any run of backticks in them."""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}\n"


def _numbers(found: Iterable[Finding]) -> dict[Severity, int]:
    severities = [finding.diagnostic.severity for finding in found]
    return {severity: severities.count(severity) for severity in SEVERITIES}


def _codes(report: Report) -> tuple[Sequence[str], list[Sequence[str]]]:
    """A row for each code, the gravest and most frequent first."""
    groups: dict[tuple[int, str], list[Finding]] = {}
    for finding in report.findings:
        rank = SEVERITIES.index(finding.diagnostic.severity)
        groups.setdefault((rank, finding.diagnostic.code), []).append(finding)
    ranked = sorted(groups.items(), key=lambda item: (item[0][0], -len(item[1]), item[0][1]))
    rows: list[Sequence[str]] = []
    for (rank, name), found in ranked:
        tenants = {tenant for finding in found for tenant, _ in finding.owners}
        # The pages are our own words, a workspace's rules are not.
        title = inert(page_title(name)) or code(rule_text(name, report.rules).title)
        rows.append((SEVERITIES[rank], code(name), title, f"{len(found):,}", f"{len(tenants):,}"))
    return ("severity", "code", "what", "findings", "tenants"), rows


def _verdicts(report: Report) -> tuple[Sequence[str], list[Sequence[str]]]:
    """A row for each tenant, environment and framework, with how many controls have which status."""
    counted = tally(report.verdicts, lambda row: (row.tenant, row.environment, row.framework))
    used = [status for status in STATUSES if any(status in numbers for numbers in counted.values())]
    failing = [item for item in counted.items() if item[1].keys() & FAILING]
    passing = [item for item in counted.items() if not item[1].keys() & FAILING]
    rows: list[Sequence[str]] = [
        (*(code(name) if name else "" for name in names), *(str(numbers.get(status, 0)) for status in used))
        for names, numbers in (*failing, *passing)
    ]
    return ("tenant", "environment", "framework", *(status.replace("_", " ") for status in used)), rows


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], size: int) -> str:
    if not rows:
        return ""
    text = f"\n| {' | '.join(head)} |\n|{' --- |' * len(head)}\n"
    for number, row in enumerate(rows):
        line = f"| {' | '.join(row)} |\n"
        if _bytes(text) + _bytes(line) > size:
            return f"{text}\n… and {len(rows) - number:,} of {len(rows):,} rows more\n"
        text += line
    return text


def _fold(finding: Finding, writer: TextWriter) -> str:
    """A finding as it stands in the terminal, folded below its first line."""
    found = finding.diagnostic
    head = f"{found.severity} {code(found.code)} {code(found.message)}"
    return f"\n<details><summary>{head}</summary>\n\n{fenced(writer.finding(finding))}\n</details>\n"


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
