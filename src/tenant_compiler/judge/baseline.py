"""The baseline: findings that a fleet had when it was put under its rules, which wait while new ones are refused.

An entry is found again by rule, tenant, environment, pointer and object, never by a line: moving text changes nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tenant_compiler.judge.baseline_file import SIZE_LIMIT, Entry, parse_entries
from tenant_compiler.judge.law import LEVEL, UNKNOWN
from tenant_compiler.model.diagnostic import Diagnostic, Place, TenantCompileError
from tenant_compiler.model.pointer import show
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read import files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date
    from typing import Self, TypeAlias

    from tenant_compiler.judge.waivers import Waivers
    from tenant_compiler.model.policy import Compliance, Denial
    from tenant_compiler.model.result import TenantResult
    from tenant_compiler.model.workspace import Workspace

    Found: TypeAlias = tuple[str, str, Denial]
    """A tenant, one of its environments, and what a rule refuses there."""

STALE: Final = "TC841"
EXISTS: Final = "TC842"
NOT_WHOLE: Final = "TC843"


class Baseline:
    """The entries of a run, and which of them still occur.

    Args:
        entries: in any order.
        file: where they stand, relative to the workspace.
    """

    def __init__(self, entries: Iterable[Entry], file: str = "") -> None:
        self.file = file
        self._left = {entry.key: entry for entry in entries}
        self._keys = frozenset(self._left)

    @classmethod
    def none(cls) -> Self:
        """No baseline: nothing waits."""
        return cls(())

    def covers(self, denial: Denial, tenant: str, environment: str) -> bool:
        """Tell whether a denial waits."""
        if not self._keys:
            return False
        key = _entry(tenant, environment, denial, "").key
        self._left.pop(key, None)
        return key in self._keys

    def stale(self) -> list[Diagnostic]:
        """Say that entries no longer occur (TC841, an info); only for a run in which every tenant was judged."""
        if not self._left:
            return []
        first = min(self._left.values())
        where = f"{first.rule} at {first.pointer} of {first.tenant} in {first.environment}"
        more = f" and {len(self._left) - 1} more" if len(self._left) > 1 else ""
        message = f"the baseline has findings that are mended: {where}{more}"
        help_ = "`tenant-compile baseline prune` removes them, so that they cannot come back unseen"
        return [Diagnostic(STALE, message, "info", place=Place(self.file), help=help_)]


def read_baseline(workspace: Workspace) -> Baseline:
    """Read the baseline of a workspace; without a file nothing waits.

    Raises:
        TenantCompileError: TC840 it is malformed; TC101 and TC107 it cannot be read; exit code 2.
    """
    entries = read_entries(workspace)
    return Baseline.none() if entries is None else Baseline(entries, workspace.config["workspace"]["baseline"])


def read_entries(workspace: Workspace) -> list[Entry] | None:
    """Read the entries of a workspace's baseline; None without a file. Raises as `read_baseline` does."""
    file = workspace.config["workspace"]["baseline"]
    path = os.path.join(workspace.root, file)
    if not os.path.lexists(path):
        return None
    return parse_entries(files.read_bytes(path, file, SIZE_LIMIT), file)


class Change(NamedTuple):
    """What a command makes of the baseline."""

    entries: tuple[Entry, ...]
    """All, in the order of the file."""
    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]


def create(entries: Collection[Entry] | None, found: Iterable[Found], judged_on: date, file: str) -> Change:
    """Begin a baseline with all findings. Raises as `refuse_second` does."""
    refuse_second(entries, file)
    return update((), found, judged_on)


def refuse_second(entries: Collection[Entry] | None, file: str) -> None:
    """Make sure that there is no baseline yet: a second one would take in all that came since the first.

    Args:
        entries: those that there are; None without a file.
        file: the baseline's.

    Raises:
        TenantCompileError: TC842 there is one, be it empty.
    """
    if entries is not None:
        message = f"there is a baseline already: {file} with {len(entries)} entries"
        help_ = "`tenant-compile baseline update` adds what is new, `prune` removes what is mended"
        raise TenantCompileError([Diagnostic(EXISTS, message, place=Place(file), help=help_)])


def update(entries: Iterable[Entry], found: Iterable[Found], judged_on: date) -> Change:
    """Add findings that are new; the others keep the day on which they were written. Nothing is removed."""
    kept = _oldest(entries)
    today = judged_on.isoformat()
    new = {entry.key: entry for entry in (_entry(*each, today) for each in found) if entry.key not in kept}
    return Change(tuple(sorted([*kept.values(), *new.values()])), tuple(sorted(new.values())), ())


def prune(entries: Iterable[Entry], found: Iterable[Found], unjudged: Collection[str], file: str) -> Change:
    """Remove entries that no longer occur.

    Args:
        entries: of the baseline.
        found: all findings of the fleet.
        unjudged: tenants or files that could not be judged.
        file: the baseline's.

    Raises:
        TenantCompileError: TC843 not everything was judged, so nobody can say what no longer occurs.
    """
    if unjudged:
        names = sorted(unjudged)
        some = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")  # noqa: PLR2004
        message = f"nothing is removed from {file}: not everything could be judged ({some})"
        raise TenantCompileError([Diagnostic(NOT_WHOLE, message, place=Place(file), help="mend that first")])
    kept = _oldest(entries)
    there = {_entry(*each, "").key for each in found}
    left = tuple(sorted(entry for entry in kept.values() if entry.key in there))
    return Change(left, (), tuple(sorted(entry for entry in kept.values() if entry.key not in there)))


def denials_of(results: Iterable[TenantResult], waivers: Waivers) -> Iterator[Found]:
    """Give what a baseline may hold: denials that make a control fail.

    A denial that a waiver covers everywhere is left out: else it would go on waiting once the waiver has ended.

    Args:
        results: of a run without baseline that compares with nothing (``--with``).
        waivers: of that run.
    """
    for result in results:
        for made in result.environments:
            if made.compliance is None:
                continue
            failed = _failed(made.compliance)
            for ruled in made.compliance.results.values():
                for denial in ruled.denials:
                    where = failed.get(denial.rule, ())
                    if not all(waivers.covers(*each, denial, result.tenant, made.environment) for each in where):
                        yield result.tenant, made.environment, denial


def _failed(compliance: Compliance) -> dict[str, list[tuple[str, str]]]:
    """Which controls each rule makes fail, by its id: frameworks and identifiers."""
    known = {applied.name for applied in compliance.applied}
    failed: dict[str, list[tuple[str, str]]] = {}
    for verdict in compliance.verdicts:
        # Rules of the workspace are also judged beside the frameworks, in a group that is none.
        name = verdict.framework if verdict.framework in known else ""
        for reason in verdict.because:
            if reason.status == "fail":
                failed.setdefault(reason.rule, []).append((name, verdict.control))
    return failed


def unjudged_of(result: TenantResult) -> list[str]:
    """Name what of a tenant could not be judged: environments, rules that failed, frameworks that are not there."""
    name = result.tenant or result.file
    if not result.environments:
        return [name]
    found = []
    for made in result.environments:
        where = f"{name} ({made.environment})"
        if made.compliance is None:
            if any(finding.severity == "error" for finding in made.diagnostics):
                found.append(where)
        else:
            errors = [ruled.rule.id for ruled in made.compliance.results.values() if ruled.error]
            found += [f"{rule} for {where}" for rule in errors]
            # A framework of an unknown name or level was not asked, so what it would find may still be there.
            found += [f"{each.rule} for {where}" for each in made.diagnostics if each.code in (UNKNOWN, LEVEL)]
    return found


def _oldest(entries: Iterable[Entry]) -> dict[tuple[str, ...], Entry]:
    """Entries by key; of two that a merge left, the older one."""
    return {entry.key: entry for entry in sorted(entries, reverse=True)}


def _entry(tenant: str, environment: str, denial: Denial, created: str) -> Entry:
    return Entry(denial.rule, tenant, environment, show(denial.pointer), denial.ref, created)
