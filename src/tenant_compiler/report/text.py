"""Findings as text for people, in the shape of rustc's: where, the line, carets, what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.emit.escape import terminal
from tenant_compiler.model.diagnostic import SEVERITIES
from tenant_compiler.report.pages import title
from tenant_compiler.report.remarks import remarks
from tenant_compiler.report.snippet import make_snippet
from tenant_compiler.report.style import BOLD, GUTTER, SEVERITY, Style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tenant_compiler.model.diagnostic import Diagnostic, Severity
    from tenant_compiler.report.findings import Finding
    from tenant_compiler.report.formats import Report
    from tenant_compiler.report.locate import Located, Locator

DEFAULT_LIMIT: Final = 50
"""Findings that are shown unless the caller says otherwise."""
OTHERS: Final = 8
"""Places of the same finding that are named; the others are counted."""


def write_text(report: Report) -> str:
    """Write findings, a line about those beyond the limit, and the summary; empty when there is nothing to say."""
    limit = DEFAULT_LIMIT if report.limit is None else report.limit
    writer = TextWriter(report.locator, report.style, report.shown_path)
    infos: list[Finding] = []
    listed: list[Finding] = []
    for finding in report.findings:
        (infos if report.brief and finding.diagnostic.severity == "info" else listed).append(finding)
    groups = _grouped(listed)
    blocks = [writer.finding(first, others) for first, *others in groups[:limit]]
    rest = [finding for group in groups[limit:] for finding in group]
    if rest:
        blocks.append(f"… and {counts(_numbers(rest))} more (--max-diagnostics)\n")
    if infos:
        blocks.append(writer.brief(infos))
    text = "\n".join(blocks)
    if report.summary:
        text += ("\n" if text else "") + "\n".join(report.summary) + "\n"
    return text


def _grouped(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Put together what a policy says in the same words of several tenants: it is read once, and mended in one way."""
    groups: dict[object, list[Finding]] = {}
    for number, finding in enumerate(findings):
        found = finding.diagnostic
        key = (found.code, found.severity, found.message, found.help) if found.rule else number
        groups.setdefault(key, []).append(finding)
    return list(groups.values())


def counts(numbers: Mapping[Severity, int]) -> str:
    """Say how many there are of each severity: ``2 errors, 1 warning``; the word for info has no plural."""
    return ", ".join(f"{number} {_plural(severity, number)}" for severity, number in numbers.items() if number)


def _numbers(findings: Sequence[Finding]) -> dict[Severity, int]:
    found = [finding.diagnostic.severity for finding in findings]
    return {severity: found.count(severity) for severity in SEVERITIES}


def _plural(severity: Severity, number: int) -> str:
    return severity if number == 1 or severity == "info" else f"{severity}s"


class TextWriter:
    """Writes single findings.

    Args:
        locator: for the lines of the snippets.
        style: colours.
        shown_path: turns a path relative to the workspace into one relative to the current folder.
    """

    def __init__(self, locator: Locator, style: Style, shown_path: Callable[[str], str]) -> None:
        self._locator = locator
        self._style = style
        self._shown_path = shown_path

    def finding(self, finding: Finding, others: Sequence[Finding] = ()) -> str:
        """Write one finding, with the places of others that say the same; ends with a line end."""
        found = finding.diagnostic
        places = [place for place in (finding.located, *finding.related) if place is not None and place.span]
        gutter = max((len(str(place.span.line)) for place in places if place.span), default=1)
        lines = [self._head(found)]
        if finding.located is not None:
            lines += self._place(finding.located, "-->", found.label, gutter, SEVERITY[found.severity])
        for label, located in zip(found.related, finding.related, strict=True):
            lines.append(self._bar(gutter))
            lines += self._place(located, ":::", label.message, gutter, GUTTER)
        if finding.located is not None and (finding.located.span or found.related):
            lines.append(self._bar(gutter))
        lines += self._remarks(finding, gutter)
        lines += [self._remark("also", self._elsewhere(other), gutter) for other in others[:OTHERS]]
        if len(others) > OTHERS:
            lines.append(self._remark("also", f"in {len(others) - OTHERS} more places", gutter))
        return "\n".join(lines) + "\n"

    def _elsewhere(self, finding: Finding) -> str:
        """Name the place of a finding that is not written out."""
        located = finding.located
        where = self._shown_path(located.file) if located is not None else ""
        if located is not None and located.span is not None:
            where += f":{located.span.line}:{located.span.column}"
        whose = ", ".join(dict.fromkeys(tenant for tenant, _ in finding.owners))
        return f"{where} ({whose})" if where and whose else where or whose

    def brief(self, infos: Sequence[Finding]) -> str:
        """Write a line for each code of some infos, with how many there are."""
        by_code: dict[str, list[Finding]] = {}
        for finding in infos:
            by_code.setdefault(finding.diagnostic.code, []).append(finding)
        lines = []
        for code, findings in sorted(by_code.items()):
            head = self._style.paint(f"info[{code}]", SEVERITY["info"])
            tenants = {tenant for finding in findings for tenant, _ in finding.owners}
            where = f" in {len(tenants)} tenants" if len(tenants) > 1 else ""
            what = title(code) or findings[0].diagnostic.message
            lines.append(f"{head}: {len(findings)} x {terminal(what)}{where}")
        note = "`-v` shows each of them; `tenant-compile explain CODE` tells what a code means"
        return "\n".join([*lines, self._remark("note", note, 1)]) + "\n"

    def _head(self, found: Diagnostic) -> str:
        head = self._style.paint(f"{found.severity}[{found.code}]", SEVERITY[found.severity])
        return head + self._style.paint(f": {terminal(found.message)}", BOLD)

    def _place(self, located: Located, arrow: str, label: str, gutter: int, color: str) -> Iterator[str]:
        path = terminal(self._shown_path(located.file))
        pad, bar = " " * gutter, self._bar(gutter)
        head = self._style.paint(f"{pad}{arrow}", GUTTER)
        span = located.span
        line = None if span is None else self._locator.line(located.file, span.line)
        if span is None:
            yield f"{head} {path}"
            if label:
                computed = " (computed)" if located.pointer and located.file.endswith("sonnet") else ""
                yield f"{bar} {terminal(label)}{computed}"
            return
        yield f"{head} {path}:{span.line}:{span.column}"
        if line is None:
            return
        snippet = make_snippet(line, span)
        number = self._style.paint(f"{span.line:>{gutter}} |", GUTTER)
        mark = "^" if arrow == "-->" else "-"
        carets = mark * snippet.carets + (f" {terminal(label)}" if label else "")
        yield bar
        yield f"{number} {snippet.text}"
        yield f"{bar} {' ' * snippet.indent}{self._style.paint(carets, color)}"

    def _remarks(self, finding: Finding, gutter: int) -> Iterator[str]:
        for word, text in remarks(finding):
            yield self._remark(word, text, gutter)

    def _remark(self, word: str, text: str, gutter: int) -> str:
        equals = self._style.paint(f"{' ' * gutter} =", GUTTER)
        return f"{equals} {self._style.paint(word, BOLD)}: {terminal(text)}"

    def _bar(self, gutter: int) -> str:
        return self._style.paint(f"{' ' * gutter} |", GUTTER)
