"""No report grows with what one tenant writes into one value: texts are cut, and the cut is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.report.findings import Finding
    from tenant_compiler.report.formats import Report, Waived
    from tenant_compiler.report.locate import Located
    from tenant_compiler.report.rules import RuleText
    from tenant_compiler.report.verdicts import VerdictRow

    Item = TypeVar("Item")

TEXT: Final = 4_000
"""Characters of a message, a help, a note."""
NAME: Final = 300
"""Characters of a name, a key of a pointer, a few words."""
PARTS: Final = 64
"""Keys of a pointer: the reader allows no deeper document."""
PAGE: Final = 20_000
"""Characters of what is said of a rule."""
NOTES: Final = 20
RELATED: Final = 1_000


def cut(text: str, limit: int) -> str:
    """Cut a text that is longer than a limit, and say how long it was; the result is a little longer than the limit."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


def bounded(report: Report) -> Report:
    """Cut what is too long in a report."""
    findings = report.findings
    shorter = [_finding(finding) for finding in findings]
    if any(new is not old for new, old in zip(shorter, findings, strict=True)):
        report = report._replace(findings=shorter)
    return report._replace(
        workspace=cut(report.workspace, NAME),
        tenants=[cut(tenant, NAME) for tenant in report.tenants],
        verdicts=[_verdict(row) for row in report.verdicts],
        waived=[_waived(each) for each in report.waived],
        rules={code: _rule(text) for code, text in report.rules.items()},
    )


def _finding(finding: Finding) -> Finding:
    """Give the finding itself when nothing in it is too long, as nearly always."""
    found = finding.diagnostic
    new = found._replace(
        message=cut(found.message, TEXT),
        help=cut(found.help, TEXT),
        notes=_listed(tuple(cut(note, TEXT) for note in found.notes), NOTES, "notes"),
        label=cut(found.label, NAME),
        object=cut(found.object, NAME),
        target=cut(found.target, NAME),
        pointer=_pointer(found.pointer),
        related=tuple(label._replace(message=cut(label.message, NAME)) for label in found.related[:RELATED]),
    )
    owners = tuple((cut(tenant, NAME), cut(environment, NAME)) for tenant, environment in finding.owners)
    located = finding.located and _located(finding.located)
    related = tuple(map(_located, finding.related[:RELATED]))
    made = finding._replace(diagnostic=new, located=located, related=related, owners=owners)
    return finding if made == finding else made


def _located(located: Located) -> Located:
    return located._replace(file=cut(located.file, TEXT), pointer=_pointer(located.pointer))


def _pointer(pointer: Pointer) -> Pointer:
    return tuple(cut(part, NAME) if isinstance(part, str) else part for part in pointer[:PARTS])


def _listed(items: tuple[str, ...], limit: int, what: str) -> tuple[str, ...]:
    return items if len(items) <= limit else (*items[:limit], f"… and {len(items) - limit:,} more {what}")


def _verdict(row: VerdictRow) -> VerdictRow:
    return row._replace(
        tenant=cut(row.tenant, NAME),
        environment=cut(row.environment, NAME),
        framework=cut(row.framework, NAME),
        control=cut(row.control, NAME),
        title=cut(row.title, NAME),
        reasons=_listed(tuple(cut(reason, TEXT) for reason in row.reasons), NOTES, "reasons"),
    )


def _waived(waived: Waived) -> Waived:
    return waived._replace(
        finding=_finding(waived.finding), name=cut(waived.name, NAME), reason=cut(waived.reason, TEXT)
    )


def _rule(text: RuleText) -> RuleText:
    return text._replace(
        name=cut(text.name, NAME),
        title=cut(text.title, NAME),
        description=cut(text.description, TEXT),
        help=cut(text.help, PAGE),
        markdown=cut(text.markdown, PAGE),
        tags=tuple(cut(tag, NAME) for tag in text.tags),
    )


def first(items: Sequence[Item], limit: int | None) -> Sequence[Item]:
    """Give the first few of a list; all of them without a limit."""
    return items if limit is None else items[:limit]
