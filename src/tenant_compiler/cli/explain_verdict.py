"""The status of a control for a tenant: what was checked, where it comes from, what carries it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.cli.explain_control import about, find, head_of, record_of, split
from tenant_compiler.cli.frame import Outcome
from tenant_compiler.cli.origins import winner_of
from tenant_compiler.cli.words import disarmed, table
from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.emit.escape import terminal
from tenant_compiler.judge.verdicts import Evidence
from tenant_compiler.model.pointer import ABSENT, follow, show
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.report.bounds import NAME, cut
from tenant_compiler.report.style import BOLD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.cli.frame import Frame
    from tenant_compiler.cli.options import Judged
    from tenant_compiler.judge.judge import Judge
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.policy import Compliance, Control, Framework, Reason, Rule, RuleResult, Verdict
    from tenant_compiler.model.result import EnvironmentResult

_VALUE: Final = 60
"""Characters of a value in the table."""
_OBJECTS: Final = 3
"""Objects that are named for a place; the others are counted."""


def explain_verdict(
    frame: Frame, folder: str | None, what: str, whose: tuple[str, str | None], judged: Judged
) -> Outcome:
    """Print the status of a control for a tenant, with everything that it rests on.

    Raises:
        TenantCompileError: there is no such tenant, or it does not compile.
        WrongUseError: there is no such framework or control, or no such environment.
    """
    from tenant_compiler.run.bench import Judging  # noqa: PLC0415 - one of several ways
    from tenant_compiler.run.discovery import Selectors  # noqa: PLC0415
    from tenant_compiler.run.passes import CHECK  # noqa: PLC0415

    name, level, _ = split(what)
    judging = Judging(((name, level),), not judged.no_waivers, judged.judged_on)
    session = frame.session(frame.open(folder), judging=judging)
    selectors = Selectors(tenants=(whose[0],), environments=(whose[1],) if whose[1] else ())
    found: EnvironmentResult | None = None
    for result in session.stream(selectors, CHECK):
        if result.tenant == whose[0] and result.environments:
            found = result.environments[0]
        if found is None or found.compliance is None:
            frame.take(result)
    if found is None or found.compliance is None:
        return Outcome(aside=True)
    judge = session.tools.bench.made
    framework, control = find(judge.law, what)
    return Story(frame, judge, found, found.compliance, framework, control, level).told()


class Place(NamedTuple):
    """One place that a rule looked at."""

    path: str
    value: Any
    layer: str
    where: str
    carried_by: tuple[str, ...]
    """Emitted objects that were made from it and judged."""


class Story:
    """Why a control has its status for one tenant."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a story is made of
        self,
        frame: Frame,
        judge: Judge,
        result: EnvironmentResult,
        compliance: Compliance,
        framework: Framework,
        control: Control,
        level: str,
    ) -> None:
        self._frame = frame
        self._law = judge.law
        self._result = result
        self._compliance = compliance
        self._framework = framework
        self._control = control
        self._level = level

    def told(self) -> Outcome:
        """Print it."""
        tenant = self._resolved.metadata["name"]
        verdict = next(
            (
                each
                for each in self._compliance.verdicts
                if (each.framework, each.control) == (self._framework.name, self._control.id)
                and self._level in ("", each.level)
            ),
            None,
        )
        if verdict is None:
            applied = [each.title for each in self._compliance.applied if each.name == self._framework.name]
            under = applied[0] if applied else self._framework.name
            raise WrongUseError(f"{self._control.id} does not apply to {tenant}, which is judged by {under}")
        if self._frame.as_json:
            return Outcome(extra=self._json(verdict))
        where = f"{tenant} in {self._result.environment}"
        status = verdict.status.replace("_", " ")
        lines = [*head_of(self._frame, self._framework, self._control), "", f"{where}: {status}"]
        for reason in verdict.because:
            lines += ["", *self._rule(reason)]
        return Outcome(disarmed("\n".join(lines) + "\n"), aside=True)

    @property
    def _resolved(self) -> Any:
        return self._result.resolved

    def _rule(self, reason: Reason) -> Iterator[str]:
        result = self._of(reason)
        if result is None:
            yield f"{reason.rule}: not evaluated: there is no such rule"
            return
        status = reason.status.replace("_", " ") + (f" by {reason.waiver}" if reason.waiver else "")
        yield self._frame.style().paint(f"{result.rule.id} {terminal(result.rule.title)}: {status}", BOLD)
        if result.error:
            yield f"  {terminal(cut(result.error, NAME))}"
        for parameter in result.rule.parameters:
            demand = self._compliance.parameters[parameter.name]
            less = [(who, value) for who, value in demand.others if value != demand.value]
            others = "".join(f"; {who} asks for {json.dumps(value)}" for who, value in less)
            yield f"  {parameter.name}: {json.dumps(demand.value)}, from {demand.by or 'the rule itself'}{others}"
        for denial in result.denials:
            yield f"  denied: {terminal(cut(denial.message, NAME))}"
        places = [self._place(result.rule, pointer) for pointer in self._within(result.checked, reason)]
        rows = [
            (each.path, _text(each.value), f"{each.layer} {each.where}".strip(), _some(each.carried_by) or "nothing")
            for each in places
        ]
        if rows:
            yield from (f"  {line}" for line in table(("CHECKED", "VALUE", "FROM", "CARRIED BY"), rows).splitlines())
        if result.objects:
            yield f"  checked: {_some(result.objects, most=10)}"

    def _of(self, reason: Reason) -> RuleResult | None:
        rule = self._law.by_id.get(reason.rule) or self._law.rules.get(reason.rule)
        return self._compliance.results.get(rule.name) if rule is not None else None

    def _within(self, checked: Sequence[Pointer], reason: Reason) -> list[Pointer]:
        """What a rule looked at that the control asks about."""
        rule = self._law.by_id[reason.rule]
        uses = [use for use in (*self._control.rules, *self._control.advises) if use.rule == rule.name]
        return [pointer for pointer in checked if any(pointer[: len(use.at)] == use.at for use in uses)]

    def _place(self, rule: Rule, pointer: Pointer) -> Place:
        step = winner_of(self._frame, self._resolved, pointer, self._frame.locator())
        value = follow({"metadata": self._resolved.metadata, "spec": self._resolved.spec}, pointer)
        return Place(
            show(pointer), None if value is ABSENT else value, step.layer, step.where, self._carriers(rule, pointer)
        )

    def _carriers(self, rule: Rule, pointer: Pointer) -> tuple[str, ...]:
        made_from = Evidence(self._result.artifacts).made_from
        found: dict[str, None] = {}
        for identity in rule.carried_by:
            carrier = self._law.by_id.get(identity)
            result = self._compliance.results.get(carrier.name) if carrier is not None else None
            for ref in result.objects if result is not None else ():
                for origin in made_from.get(ref, ()):
                    length = min(len(origin), len(pointer))
                    if length > 1 and origin[:length] == pointer[:length]:
                        found[ref] = None
        return tuple(found)

    def _json(self, verdict: Verdict) -> dict[str, Any]:
        rules = []
        for reason in verdict.because:
            result = self._of(reason)
            places = [self._place(result.rule, p) for p in self._within(result.checked, reason)] if result else []
            demands = [each.name for each in result.rule.parameters] if result else []
            rules.append(
                {
                    **reason._asdict(),
                    "checked": [each._asdict() for each in places],
                    "objects": list(result.objects) if result else [],
                    "denied": [denial.message for denial in result.denials] if result else [],
                    "parameters": {name: self._compliance.parameters[name]._asdict() for name in demands},
                }
            )
        return {
            "tenant": self._resolved.metadata["name"],
            "environment": self._result.environment,
            "framework": about(self._framework),
            "control": record_of(self._control),
            "status": verdict.status,
            "judged_on": self._compliance.judged_on,
            "rules": rules,
        }


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _VALUE else text[: _VALUE - 1] + "…"


def _some(refs: Sequence[str], most: int = _OBJECTS) -> str:
    named = ", ".join(ref.partition("#")[2] for ref in refs[:most])
    return f"{named} and {len(refs) - most} more" if len(refs) > most else named
