"""Findings as SARIF 2.1.0, for code scanning and for viewers. Nothing that is cut is cut in silence."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from tenant_compiler import __version__
from tenant_compiler.emit.escape import terminal
from tenant_compiler.model.diagnostic import SEVERITIES
from tenant_compiler.model.pointer import show
from tenant_compiler.report.bounds import cut, first
from tenant_compiler.report.remarks import remarks
from tenant_compiler.report.rules import rule_text
from tenant_compiler.report.verdicts import tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenant_compiler.model.diagnostic import Severity
    from tenant_compiler.report.findings import Finding
    from tenant_compiler.report.formats import Report, Waived
    from tenant_compiler.report.locate import Located

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
HOME: Final = "https://tenant-compiler.dev"
# What GitHub's upload takes; it refuses a file that goes beyond.
RESULTS: Final = 25_000
RELATED: Final = 100
TAGS: Final = 20
DESCRIPTION: Final = 1_000
"""Characters of a rule's short and full description."""
OWNERS: Final = 100
"""Tenants that are named in the properties of a result."""
BASE: Final = "SRCROOT"
BUILT_IN: Final = "BUILTIN"
FINGERPRINT: Final = "tenantCompile/v1"
_LEVELS: Final[Mapping[Severity, str]] = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEMS: Final[Mapping[Severity, str]] = {"error": "error", "warning": "warning", "info": "recommendation"}
_RAN: Final = (0, 1)
"""The exit codes of a run that judged everything."""


def write_sarif(report: Report) -> str:
    """Write one run; the same findings give the same bytes, and no path of the machine stands in it."""
    made = _Run(report).make()
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [made]}, indent=1) + "\n"


def fingerprint(finding: Finding) -> str:
    """Hash what makes a finding the same one in the next run: no line, no column, no word of its message.

    A finding of several tenants is known by its file instead.
    """
    found, located = finding.diagnostic, finding.located
    tenants = sorted({tenant for tenant, _ in finding.owners})
    environments = sorted({environment for _, environment in finding.owners})
    one = len(tenants) == 1
    parts = [
        found.code,
        tenants if one else [located.file if located is not None else ""],
        environments if one else [],
        found.pointer or (located.pointer if located is not None else ()),
        found.target,
        found.object,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


class _Run:
    """Makes the run of a report.

    Args:
        report: already in bounds.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._codes: dict[str, int] = {}
        self._worst: dict[str, Severity] = {}
        self._seen: Counter[str] = Counter()
        self._notes: list[dict[str, Any]] = []

    def make(self) -> dict[str, Any]:
        report = self._report
        waived = first(report.waived, RESULTS)
        shown = self._shown(RESULTS - len(waived))
        for finding in (*shown, *(each.finding for each in waived)):
            code, severity = finding.diagnostic.code, finding.diagnostic.severity
            known = self._worst.setdefault(code, severity)
            if SEVERITIES.index(severity) < SEVERITIES.index(known):
                self._worst[code] = severity
        self._codes = {code: index for index, code in enumerate(sorted(self._worst))}
        results = [self._result(finding) for finding in shown] + [self._waived(each) for each in waived]
        rules = [self._rule(code) for code in self._codes]
        counts = tally(report.verdicts, lambda row: terminal(row.framework))
        name = "/".join(
            quote(_bytes(part), safe="") for part in ("tenant-compile", report.command, report.workspace) if part
        )
        return {
            "tool": {
                "driver": {
                    "name": "tenant-compiler",
                    "version": __version__,
                    "informationUri": HOME,
                    "rules": rules,
                }
            },
            "automationDetails": {"id": f"{name}/"},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                BASE: {"description": {"text": "The root of the repository, else the workspace's folder."}},
                BUILT_IN: {"description": {"text": "What ships with tenant-compiler itself."}},
            },
            "invocations": [
                {
                    "executionSuccessful": report.exit_code in _RAN,
                    "exitCode": report.exit_code,
                    "toolExecutionNotifications": self._notes,
                }
            ],
            "results": results,
            **({"properties": {"verdicts": counts}} if counts else {}),
        }

    def _shown(self, limit: int) -> Sequence[Finding]:
        """The findings, or the gravest of them in their order when there are too many."""
        found = self._report.findings
        wanted = limit if self._report.limit is None else min(limit, self._report.limit)
        if len(found) <= wanted:
            return found
        ranked = sorted(range(len(found)), key=lambda index: SEVERITIES.index(found[index].diagnostic.severity))
        self._note("results", f"{len(found) - wanted:,} of {len(found):,} findings are left out")
        return [found[index] for index in sorted(ranked[:wanted])]

    def _note(self, what: str, text: str) -> None:
        self._notes.append({"descriptor": {"id": f"cut/{what}"}, "level": "warning", "message": {"text": text}})

    def _rule(self, code: str) -> dict[str, Any]:
        known = rule_text(code, self._report.rules)
        severity = self._worst[code]
        if len(known.tags) > TAGS:
            self._note("tags", f"{len(known.tags) - TAGS} of {len(known.tags)} tags of {code} are left out")
        properties: dict[str, Any] = {"tags": [terminal(tag) for tag in known.tags[:TAGS]], "precision": "very-high"}
        if known.security:
            properties["security-severity"] = known.security
        else:
            properties["problem.severity"] = _PROBLEMS[severity]
        return {
            "id": code,
            "name": terminal(known.name)[:255],
            "shortDescription": {"text": cut(terminal(known.title), DESCRIPTION)},
            "fullDescription": {"text": cut(_lines(known.description), DESCRIPTION)},
            "help": {"text": _lines(known.help), "markdown": _lines(known.markdown)},
            "defaultConfiguration": {"level": _LEVELS[severity]},
            "properties": properties,
        }

    def _waived(self, waived: Waived) -> dict[str, Any]:
        reason = terminal(f"{waived.name}: {waived.reason}" if waived.name else waived.reason)
        suppression = {"kind": waived.kind, "status": "accepted", "justification": reason}
        return {**self._result(waived.finding), "suppressions": [suppression]}

    def _result(self, finding: Finding) -> dict[str, Any]:
        found = finding.diagnostic
        same = fingerprint(finding)
        self._seen[same] += 1
        result: dict[str, Any] = {
            "ruleId": found.code,
            "ruleIndex": self._codes[found.code],
            "level": _LEVELS[found.severity],
            "message": {"text": _message(finding)},
            "locations": [self._location(finding)],
            "partialFingerprints": {FINGERPRINT: f"{same}:{self._seen[same]}"},
            "properties": _properties(finding),
        }
        related = list(zip(found.related, finding.related, strict=True))
        if len(related) > RELATED:
            self._note(
                "related", f"{len(related) - RELATED} of {len(related)} related places of {found.code} are left out"
            )
        if related:
            result["relatedLocations"] = [
                {"id": number, **self._physical(located), "message": {"text": _plain(label.message)}}
                for number, (label, located) in enumerate(related[:RELATED], 1)
            ]
        return result

    def _location(self, finding: Finding) -> dict[str, Any]:
        """Where a finding is shown. Code scanning shows nothing that has no file: the configuration's stands in."""
        found, located = finding.diagnostic, finding.located
        place = self._physical(located) if located is not None else self._file(self._report.config)
        pointer = found.pointer or (located.pointer if located is not None else ())
        logical = []
        if pointer:
            logical.append({"fullyQualifiedName": terminal(show(pointer)), "kind": "member"})
        if found.object:
            logical.append({"fullyQualifiedName": terminal(f"{found.target}:{found.object}"), "kind": "resource"})
        return {**place, **({"logicalLocations": logical} if logical else {})}

    def _physical(self, located: Located) -> dict[str, Any]:
        made = self._file(located.file)
        span = located.span
        if span is not None:
            region = {"startLine": span.line, "startColumn": span.column, "endLine": span.line, "endColumn": span.end}
            made["physicalLocation"]["region"] = region
        return made

    def _file(self, file: str) -> dict[str, Any]:
        base = BUILT_IN if file.startswith("<") else BASE
        uri = quote(_bytes(self._report.source_path(file).replace(os.sep, "/")), safe="/")
        return {"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": base}}}


def _message(finding: Finding) -> str:
    """The message, the remarks, and links to the related places: viewers show only these."""
    lines = [_plain(finding.diagnostic.message)]
    lines += [f"{word}: {_plain(text)}" for word, text in remarks(finding)]
    for number, label in enumerate(finding.diagnostic.related[:RELATED], 1):
        text = terminal(label.message).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
        lines.append(f"see: [{_braces(text or 'here')}]({number})")
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Text in which a reader of messages finds no placeholder (``{0}``) and no link (``[text](target)``)."""
    return _braces(terminal(text).replace("](", "] ("))


def _lines(text: str) -> str:
    return "\n".join(map(terminal, text.split("\n")))


def _bytes(path: str) -> bytes:
    """The bytes of a name, which need not be UTF-8; in a URI they are percents like all else."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "backslashreplace")  # no name that a file can have


def _braces(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _properties(finding: Finding) -> dict[str, Any]:
    found = finding.diagnostic
    tenants = list(dict.fromkeys(terminal(tenant) for tenant, _ in finding.owners))
    environments = list(dict.fromkeys(terminal(name) for _, name in finding.owners if name))
    made: dict[str, Any] = {}
    if tenants:
        made["tenants"] = tenants[:OWNERS]
        made["tenantCount"] = len(tenants)
    if environments:
        made["environments"] = environments[:OWNERS]
    if found.target:
        made["target"] = terminal(found.target)
    if found.rule:
        made["rule"] = found.rule
    return made
