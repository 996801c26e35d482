"""From what rules said to a status for every control: worst wins, and a promise without an artifact is no proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenant_compiler.model.policy import STATUSES, Denial, Reason, Verdict
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tenant_compiler.judge.selection import Chosen
    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.policy import Rule, RuleResult, RuleUse, Status

_RANK: Final[Mapping[Status, int]] = {status: rank for rank, status in enumerate(STATUSES)}

Pardon: TypeAlias = "Callable[[str, str, Denial], str]"
"""Framework, control and denial to the name of the waiver that covers it; empty for none."""


class Charge(NamedTuple):
    """One denial under one control."""

    chosen: Chosen
    denial: Denial
    waiver: str
    """Empty: not waived."""
    advisory: bool


class Evidence:
    """Which settings of a tenant some artifact really carries.

    Args:
        artifacts: of all targets.
    """

    def __init__(self, artifacts: Mapping[str, Sequence[Artifact]]) -> None:
        self.made_from = {
            f"{target}/{artifact.path}#{item.id}": item.made_from
            for target, made in artifacts.items()
            for artifact in made
            for item in artifact.objects
        }

        self._traces: dict[int, tuple[frozenset[Pointer], frozenset[Pointer]]] = {}

    def covers(self, pointers: Sequence[Pointer], objects: Iterable[str]) -> bool:
        """Tell whether each pointer, or a node above or below it, went into one of the objects."""
        if not pointers:
            return True
        # Most objects share their lineage with others, and most rules their objects.
        lineages = {id(lineage): lineage for lineage in (self.made_from.get(ref, ()) for ref in objects)}
        return all(
            any(_touches(pointer, self._trace(lineage)) for lineage in lineages.values()) for pointer in pointers
        )

    def _trace(self, lineage: Sequence[Pointer]) -> tuple[frozenset[Pointer], frozenset[Pointer]]:
        """The pointers of a lineage, and the nodes above them."""
        known = self._traces.get(id(lineage))
        if known is None:
            above = (pointer[:length] for pointer in lineage for length in range(2, len(pointer)))
            known = self._traces[id(lineage)] = (frozenset(lineage), frozenset(above))
        return known


def _touches(pointer: Pointer, trace: tuple[frozenset[Pointer], frozenset[Pointer]]) -> bool:
    """Tell whether a pointer, or a node above or below it, is among those of a lineage."""
    whole, above = trace
    return pointer in above or any(pointer[:length] in whole for length in range(len(pointer), 1, -1))


class Case:
    """One tenant in one environment before the bench.

    Args:
        results: what each rule said under the strictest parameters, by name.
        precise: what a rule says under the parameters of one control; asked only for rules that deny something.
        evidence: the lineage of what was emitted.
        rules: all known rules by id, for those that carry evidence.
        unenforceable: features that the tenant needs and its platform lacks.
        pardon: waivers and the baseline.
    """

    def __init__(  # noqa: PLR0913 - told apart by name
        self,
        *,
        results: Mapping[str, RuleResult],
        precise: Callable[[Chosen, str], RuleResult],
        evidence: Evidence,
        rules: Mapping[str, Rule],
        unenforceable: frozenset[str],
        pardon: Pardon,
    ) -> None:
        self._results = results
        self._precise = precise
        self._evidence = evidence
        self._rules = rules
        self._unenforceable = unenforceable
        self._pardon = pardon
        self._calm: dict[RuleUse, Reason] = {}
        self.charges: list[Charge] = []
        self.barred: list[tuple[Chosen, RuleResult]] = []
        """What the platform cannot do, and which control asks for it."""

    def judge(self, chosen: Chosen) -> Verdict:
        """Give one control its status."""
        if chosen.manual is not None:
            return chosen.manual
        calm = self._calm
        reasons = tuple(
            [
                calm.get(use) or self._reason(chosen, use, advisory=index >= chosen.deciding)
                for index, use in enumerate(chosen.uses)
            ]
        )
        applied, control = chosen.applied, chosen.control
        status: Status = "manual"
        if chosen.deciding:
            status = reasons[0].status
            for reason in reasons[1 : chosen.deciding]:
                if _RANK[reason.status] < _RANK[status]:
                    status = reason.status
        return Verdict(applied.name, control.id, status, reasons, applied.level)

    def _reason(self, chosen: Chosen, use: RuleUse, *, advisory: bool) -> Reason:
        result = self._results.get(use.rule)
        if result is None:
            return Reason(use.rule, "not_evaluated")
        if not result.denials or result.error:
            reason = Reason(result.rule.id, self._status(result, use))
            if reason.status == "not_enforceable":
                return self._barred(chosen, result, reason)
            self._calm[use] = reason
            return reason
        return self._denied(chosen, use, advisory=advisory)

    def _denied(self, chosen: Chosen, use: RuleUse, *, advisory: bool) -> Reason:
        """The slow path: what a rule denies is asked again under this control's own parameters."""
        result = self._precise(chosen, use.rule)
        denials = [denial for denial in result.denials if _within(denial.pointer, use.at)]
        if not denials:
            return Reason(result.rule.id, self._status(result, use))
        waivers = [self._pardon(chosen.applied.name, chosen.control.id, denial) for denial in denials]
        self.charges += [
            Charge(chosen, denial, waiver, advisory) for denial, waiver in zip(denials, waivers, strict=True)
        ]
        status: Literal["waived", "fail"] = "waived" if all(waivers) else "fail"
        return Reason(result.rule.id, status, waivers[0] if status == "waived" else "")

    def _barred(self, chosen: Chosen, result: RuleResult, reason: Reason) -> Reason:
        waiver = self._pardon(chosen.applied.name, chosen.control.id, bar(result))
        if waiver:
            return Reason(reason.rule, "waived", waiver)
        self.barred.append((chosen, result))
        return reason

    def _status(self, result: RuleResult, use: RuleUse) -> Status:
        """The status of a rule that denies nothing."""
        rule = result.rule
        if result.error:
            return "not_evaluated"
        narrowed = [pointer for pointer in result.checked if _within(pointer, use.at)] if use.at else None
        checked = result.checked if narrowed is None else narrowed
        if not checked and not result.objects:
            return "not_applicable"
        if self._unenforceable.intersection(rule.needs):
            return "not_enforceable"
        if rule.evidence == "attested":
            return "attested"
        if rule.subject == "artifact":
            # Nothing emitted for a setting that the rule is about: nobody has seen it, so it is not passed.
            return "pass" if self._evidence.covers(checked, result.objects) else "attested"
        return self._carried(rule, checked)

    def _carried(self, rule: Rule, checked: Sequence[Pointer]) -> Status:
        """Tell whether artifacts carry all that a rule looked at. An object that any carrier denies carries nothing."""
        names = [self._rules[identity].name for identity in rule.carried_by if identity in self._rules]
        carriers = [self._results[name] for name in names if name in self._results]
        if any(carrier.error for carrier in carriers):
            return "not_evaluated"
        objects = {ref for carrier in carriers for ref in carrier.objects}
        objects -= {denial.ref for carrier in carriers for denial in carrier.denials}
        return "pass" if objects and self._evidence.covers(checked, objects) else "attested"


def bar(result: RuleResult) -> Denial:
    """What a platform cannot do, as something that a waiver can cover."""
    pointer: Pointer = result.checked[0] if result.checked else ("metadata", "name")
    return Denial(result.rule.id, "the platform cannot enforce it", pointer, "", (), None)


def _within(pointer: Pointer, at: Pointer) -> bool:
    """Whether a pointer lies at, below or above another; nothing narrows an empty one."""
    length = min(len(pointer), len(at))
    return pointer[:length] == at[:length]
