"""Findings on their way to a report: the same one counted once, with everybody who has it, and in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import SEVERITIES
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tenant_compiler.model.diagnostic import Diagnostic, Severity
    from tenant_compiler.model.result import TenantResult
    from tenant_compiler.report.locate import Located, Locator

_UNREADABLE = ("TC1", "TC7")
"""Families of input that cannot be read and of plug-ins that do not work: such a run has not judged everything."""

_OUTPUT = "TC6"
"""The family of the output tree."""


class Finding(NamedTuple):
    """A finding, with all that have it."""

    diagnostic: Diagnostic
    """The first of them."""
    located: Located | None
    """None: it stands in no file."""
    related: tuple[Located, ...]
    """The places of ``diagnostic.related``."""
    owners: tuple[tuple[str, str], ...]
    """Tenants and environments that have it, in the order of the run; empty for a finding about none."""
    told: bool
    """Whether the place says already who has it: the tenant's own file, in all of the tenant's environments."""


class _Group(NamedTuple):
    diagnostic: Diagnostic
    owners: dict[tuple[str, str], None]
    files: set[str]
    """The files of the tenants that have it."""
    environments: dict[str, tuple[str, ...]]
    """All environments of those tenants in this run."""


class Collector:
    """Takes the findings of a run as they come. What is the same is kept once, so that memory follows what differs."""

    def __init__(self) -> None:
        self._groups: dict[tuple[object, ...], _Group] = {}
        self.exit_code = 0
        """2 when input or a plug-in could not be used at all, else 0."""

    def take(self, result: TenantResult) -> None:
        """Take all findings of a tenant."""
        if result.diagnostics:
            names = tuple(environment.environment for environment in result.environments)
            self.add(result.diagnostics, result.file, {result.tenant: names})

    def add(
        self,
        diagnostics: Iterable[Diagnostic],
        file: str = "",
        environments: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        """Take findings.

        Args:
            diagnostics: the findings.
            file: the file of the tenant that they are about.
            environments: that tenant's environments in this run, by its name.
        """
        for found in diagnostics:
            key: tuple[object, ...] = (
                found.code,
                found.severity,
                found.message,
                found.place,
                found.target,
                found.object,
            )
            if found.place is None:
                key += (found.pointer, found.tenant)
            group = self._groups.get(key)
            if group is None:
                group = self._groups[key] = _Group(found, {}, set(), {})
            if found.tenant:
                group.owners[found.tenant, found.environment] = None
                group.files.add(file)
                group.environments.update(environments or {})
            if found.severity == "error" and found.code.startswith(_UNREADABLE):
                self.exit_code = 2

    def diagnostics(self) -> list[Diagnostic]:
        """Give the different findings, in no particular order and without their lines."""
        return [group.diagnostic for group in self._groups.values()]

    def count(self, severity: Severity) -> int:
        """Count the different findings of one severity."""
        return sum(group.diagnostic.severity == severity for group in self._groups.values())

    def worst(self) -> Severity | None:
        """The gravest severity that was found."""
        found = {group.diagnostic.severity for group in self._groups.values()}
        return next((severity for severity in SEVERITIES if severity in found), None)

    def findings(self, locator: Locator, *, counted: bool = False) -> list[Finding]:
        """Give all findings with their lines, by file, line, column and code; those of no file come first.

        Args:
            locator: finds the lines.
            counted: infos are only counted, so that nobody asks for their lines: they concern every tenant, and each
                would read its file once more and keep it.
        """
        groups = self._groups.values()
        silent = {"info"} if counted else set()
        return sorted((_finding(group, locator, silent) for group in groups), key=_order)


def _finding(group: _Group, locator: Locator, silent: Collection[str]) -> Finding:
    found = group.diagnostic
    place = found.place
    located = None
    if found.severity in silent:
        return Finding(found, None, (), tuple(group.owners), told=False)
    if place is not None:
        located = locator.locate(place)
        # A file of the output is meant as a whole; its first line has nothing to do with the finding.
        if found.code.startswith(_OUTPUT) and place.span is None and not place.pointer:
            located = located._replace(span=None)
    related = tuple(locator.locate(label.place) for label in found.related)
    return Finding(found, located, related, tuple(group.owners), _told(group))


def _told(group: _Group) -> bool:
    place = group.diagnostic.place
    tenants = {tenant for tenant, _ in group.owners}
    if place is not None and len(tenants) == 1 and group.diagnostic.code.startswith(_OUTPUT):
        return True  # a path below the tenant's folder
    if place is None or len(tenants) != 1 or group.files != {place.file}:
        return not group.owners
    (tenant,) = tenants
    there = {environment for _, environment in group.owners}
    named = place.pointer[:2] == ("spec", "environments")
    return named or there == {""} or there >= set(group.environments.get(tenant, ()))


def _order(finding: Finding) -> tuple[object, ...]:
    located, found = finding.located, finding.diagnostic
    span: Sequence[int] = (located.span if located is not None else None) or (0, 0, 0)
    return (located.file if located is not None else "", *span[:2], found.code, found.message, finding.owners)
