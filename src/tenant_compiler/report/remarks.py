"""What stands below a finding: help, notes, the object, whose it is. The same words in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.model.pointer import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.report.findings import Finding

OWNERS: Final = 5
"""Tenants that are named when several have the same finding; the rest is counted."""


def remarks(finding: Finding) -> Iterator[tuple[str, str]]:
    """Give the remarks on a finding as pairs of a word (``help``, ``note``) and a text, not escaped."""
    found = finding.diagnostic
    if found.help:
        yield "help", found.help
    for note in found.notes:
        yield "note", note
    if found.object:
        whose = f" of the target {found.target}" if found.target else ""
        yield "note", f"found in {found.object}{whose}"
    if not finding.told:
        yield "note", owners(finding)
    if finding.located is None and found.pointer:
        yield "note", f"it is about {show(found.pointer)}"


def owners(finding: Finding) -> str:
    """Say who has a finding: ``in acme (production), also in beta and 3 more``."""
    names = [f"{tenant} ({environment})" if environment else tenant for tenant, environment in finding.owners]
    if len(names) == 1:
        return f"in {names[0]}"
    rest = len(names) - OWNERS
    return f"in {names[0]}, also in " + ", ".join(names[1:OWNERS]) + (f" and {rest} more" if rest > 0 else "")


def where(finding: Finding, path: str) -> str:
    """Write a finding's place under the path that its file has here: ``tenants/acme.yaml:7:9``."""
    span = finding.located.span if finding.located is not None else None
    return f"{path}:{span.line}:{span.column}" if span is not None else path
