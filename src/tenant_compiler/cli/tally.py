"""Verdicts in numbers: a line for each tenant and framework, all controls in a matrix, statistics of the rules."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tenant_compiler.cli.words import plural, table
from tenant_compiler.model.policy import FAILING, STATUSES, Applied, Status
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tenant_compiler.model.policy import Compliance, Verdict
    from tenant_compiler.model.result import TenantResult

COLUMNS: Final[Mapping[Status, str]] = {
    "pass": "PASS",
    "fail": "FAIL",
    "not_evaluated": "NOT EVALUATED",
    "not_enforceable": "NOT ENFORCEABLE",
    "waived": "WAIVED",
    "attested": "ATTESTED",
    "manual": "MANUAL",
    "not_applicable": "N/A",
}
"""The statuses in the order in which people read them, with their headings."""

MOST: Final = 100
"""So many lines of tenants are printed; of a larger fleet, only those that fail something, and totals."""

_RANK: Final[Mapping[Status, int]] = {status: rank for rank, status in enumerate(STATUSES)}


class Line(NamedTuple):
    """One tenant under one framework: how many controls have which status, the worst of its environments."""

    tenant: str
    framework: str
    """``fedramp:moderate``; with a mark when the tenant is only compared with it."""
    hypothetical: bool
    counts: Mapping[Status, int]


class Row(NamedTuple):
    """One control of one tenant, the worst of its environments."""

    tenant: str
    environment: str
    """Where the worst status was found first."""
    applied: Applied
    verdict: Verdict


class Tally:
    """Counts the verdicts of a run as they come.

    Args:
        detailed: keep every verdict, for the matrix and for formats that list them all.
    """

    def __init__(self, *, detailed: bool = False) -> None:
        self.lines: list[Line] = []
        self.rows: list[Row] = []
        self.unjudged: list[str] = []
        """Tenants that did not come to their verdicts, because something else is wrong with them."""
        self._detailed = detailed
        self._denials: Counter[tuple[str, str]] = Counter()
        self._tenants: dict[str, set[str]] = {}
        self._waived: Counter[str] = Counter()

    def take(self, result: TenantResult) -> None:
        """Count a tenant's verdicts."""
        judged = [(each.environment, each.compliance) for each in result.environments if each.compliance is not None]
        if result.tenant and not judged and not result.ok:
            self.unjudged.append(result.tenant)
        if not judged:
            return
        if self._detailed or len(judged) > 1:
            worst = list(_worst(result.tenant, judged))
            pairs = [(row.applied, row.verdict.status) for row in worst]
            if self._detailed:
                self.rows += worst
        else:
            pairs = list(_statuses(judged[0][1]))
        by_framework: dict[Applied, list[Status]] = {}
        for applied, status in pairs:
            by_framework.setdefault(applied, []).append(status)
        for applied, statuses in by_framework.items():
            self.lines.append(Line(result.tenant, applied.title, applied.hypothetical, Counter(statuses)))
        self._count(result.tenant, judged)

    def _count(self, tenant: str, judged: Sequence[tuple[str, Compliance]]) -> None:
        for _, compliance in judged:
            for found in compliance.results.values():
                if found.denials:
                    self._denials[found.rule.id, found.rule.title] += len(found.denials)
                    self._tenants.setdefault(found.rule.id, set()).add(tenant)
            waived = {
                reason.rule
                for verdict in compliance.verdicts
                for reason in verdict.because
                if reason.status == "waived"
            }
            self._waived.update(waived)

    def numbers(self) -> dict[str, dict[str, int]]:
        """Give the number of controls by framework and status, over all tenants; for programs."""
        totals: dict[str, Counter[str]] = {}
        for line in self.lines:
            totals.setdefault(line.framework, Counter()).update(line.counts)
        return {name: {status: counts[status] for status in COLUMNS} for name, counts in sorted(totals.items())}

    def summary(self) -> list[str]:
        """Give a line for each tenant and framework."""
        if not self.lines:
            return []
        lines = self.lines
        note = []
        if len(lines) > MOST:
            lines = [line for line in lines if any(line.counts.get(status) for status in FAILING)][:MOST]
            note = [f"{plural(len(self.lines), 'line')} in all; {plural(len(lines), 'line')} with failures shown"]
        out = _table(lines) if lines else []
        if note or len(self.lines) > MOST:
            totals = [
                Line("(all tenants)", name, hypothetical=False, counts=counts)
                for name, counts in self._totals().items()
            ]
            out += ["", *_table(totals)]
        if any(line.hypothetical for line in lines):
            note.append("* compared with only: it decides nothing")
        return [*out, *note, ""]

    def _totals(self) -> dict[str, Counter[Status]]:
        totals: dict[str, Counter[Status]] = {}
        for line in self.lines:
            totals.setdefault(line.framework, Counter()).update(line.counts)
        return totals

    def matrix(self, title: Callable[[str, str], str]) -> list[str]:
        """Give a line for every control of every tenant.

        Args:
            title: of a control, by framework and id.
        """
        cells = [
            (
                row.tenant,
                row.applied.title,
                row.verdict.control,
                row.verdict.status.replace("_", " "),
                ", ".join(_why(row.verdict)),
                title(row.verdict.framework, row.verdict.control),
            )
            for row in self.rows
        ]
        return table(("TENANT", "FRAMEWORK", "CONTROL", "STATUS", "RULES", "TITLE"), cells).splitlines()

    def statistics(self) -> list[str]:
        """Give a line for every rule that denied something, the most frequent first."""
        cells = [
            (rule, f"{count:,}", f"{len(self._tenants[rule]):,}", f"{self._waived[rule]:,}", title)
            for (rule, title), count in sorted(self._denials.items(), key=lambda item: (-item[1], item[0]))
        ]
        if not cells:
            return ["no rule denies anything", ""]
        return [*table(("RULE", "DENIALS", "TENANTS", "WAIVED", "TITLE"), cells).splitlines(), ""]


def _worst(tenant: str, judged: Iterable[tuple[str, Compliance]]) -> Iterator[Row]:
    """The worst verdict of each control over the environments, in the order of frameworks and controls."""
    worst: dict[tuple[str, str, str], Row] = {}
    for environment, compliance in judged:
        applied = {(each.name, each.level): each for each in compliance.applied}
        for verdict in compliance.verdicts:
            key = (verdict.framework, verdict.level, verdict.control)
            known = worst.get(key)
            if known is None or _RANK[verdict.status] < _RANK[known.verdict.status]:
                under = applied.get(key[:2]) or _own(verdict.framework)
                worst[key] = Row(tenant, environment, under, verdict)
    yield from worst.values()


def _statuses(compliance: Compliance) -> Iterator[tuple[Applied, Status]]:
    """The framework and the status of every verdict of one environment; what nobody lists needs no row."""
    under: dict[tuple[str, str], Applied] = {(each.name, each.level): each for each in compliance.applied}
    for verdict in compliance.verdicts:
        key = (verdict.framework, verdict.level)
        yield under.get(key) or under.setdefault(key, _own(verdict.framework)), verdict.status


def _own(name: str) -> Applied:
    return Applied(name, "", "", hypothetical=False)


def _why(verdict: Verdict) -> Iterator[str]:
    for reason in verdict.because:
        if reason.status == verdict.status:
            yield f"{reason.rule} ({reason.waiver})" if reason.waiver else reason.rule


def _table(lines: Sequence[Line]) -> list[str]:
    used = [status for status in COLUMNS if any(line.counts.get(status) for line in lines)]
    cells = [
        (
            line.tenant,
            f"{line.framework}{'*' if line.hypothetical else ''}",
            *(f"{line.counts.get(status, 0):>{len(COLUMNS[status])}}" for status in used),
        )
        for line in lines
    ]
    return table(("TENANT", "FRAMEWORK", *(COLUMNS[status] for status in used)), cells).splitlines()
