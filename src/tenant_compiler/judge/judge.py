"""The judge of a run: evaluates the rules for one tenant after the other, and gives verdicts and findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.charges import findings, waived
from tenant_compiler.judge.denials import read_result
from tenant_compiler.judge.projection import project
from tenant_compiler.judge.selection import WORKSPACE, frozen, select
from tenant_compiler.judge.verdicts import Case, Evidence
from tenant_compiler.model.policy import BASELINE, Compliance
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from tenant_compiler.judge.baseline import Baseline
    from tenant_compiler.judge.law import Law
    from tenant_compiler.judge.selection import Chosen, Selection
    from tenant_compiler.judge.waivers import Waivers
    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.policy import Applied, Denial, Framework, Rule, RuleResult
    from tenant_compiler.model.result import EnvironmentResult


_encoded: Final = json.JSONEncoder(check_circular=False).encode
"""To JSON, as `json.dumps`, but without looking for circles, which takes a fifth of the time and finds none."""


class Pardons(NamedTuple):
    """What excuses a denial."""

    waivers: Waivers
    baseline: Baseline
    problems: tuple[Diagnostic, ...]
    """What is wrong with waivers that do not hold."""


class Judge:
    """Judges tenants by the frameworks that apply to them.

    Args:
        law: rules, frameworks and the engine that evaluates them.
        pardons: what excuses a denial.
        parameters: ``[compliance.parameters]``.
        judged_on: the day from which ages are counted and on which waivers must hold.
        compare: frameworks, with their level, that every tenant is compared with; they decide nothing.
    """

    def __init__(
        self,
        law: Law,
        pardons: Pardons,
        parameters: Mapping[str, Any],
        *,
        judged_on: date,
        compare: Sequence[tuple[str, str]],
    ) -> None:
        self.law = law
        self.pardons = pardons
        self.judged_on = judged_on
        self._parameters = parameters
        self._compare = compare
        self._selections: dict[tuple[Applied, ...], Selection] = {}
        self._silent = False
        """Whether something that applies to a tenant said nothing of it: a rule that errs, a framework not there."""

    def selection(self, frameworks: Sequence[tuple[Applied, Framework]]) -> Selection:
        """What tenants under some frameworks are judged by; made once for each combination."""
        key = tuple(applied for applied, _ in frameworks)
        found = self._selections.get(key)
        if found is None:
            law = self.law
            found = self._selections[key] = select(frameworks, law.rules, law.own, self._parameters)
        return found

    def judge(self, result: EnvironmentResult, lacking: frozenset[str]) -> tuple[Compliance | None, list[Diagnostic]]:
        """Judge one tenant in one environment.

        Args:
            result: lowered and checked.
            lacking: features that the tenant needs and its platform cannot offer.

        Returns:
            None when nothing applies to it.
        """
        assert result.resolved is not None
        frameworks, problems = self.law.applying(result.resolved.spec, self._compare)
        self._silent |= bool(problems)
        selection = self.selection(frameworks)
        if not selection.chosen:
            return None, problems
        hearing = Hearing(self, selection, result, tuple(applied for applied, _ in frameworks))
        self._silent |= any(each.error for each in hearing.results.values())
        case = Case(
            results=hearing.results,
            precise=hearing.precise,
            evidence=hearing.evidence,
            rules=self.law.by_id,
            unenforceable=lacking,
            pardon=hearing.pardon,
        )
        verdicts = tuple([chosen.manual or case.judge(chosen) for chosen in selection.chosen])
        day = self.judged_on.isoformat()
        excused = tuple(waived(case.charges, hearing.results))
        compliance = Compliance(hearing.applied, hearing.results, verdicts, selection.demands, day, excused)
        return compliance, [*problems, *findings(case, selection, hearing.results)]

    def finish(self, tenants: Collection[str] | None, *, whole: bool) -> list[Diagnostic]:
        """Say what is wrong with rules, frameworks, waivers and the baseline themselves.

        Args:
            tenants: the names of all tenants; None when not all are known.
            whole: whether every tenant was judged: only then, and if every rule spoke, is it known what is not needed.
        """
        found = [*self.law.problems, *self.pardons.problems]
        if whole and not self._silent and not self.law.problems:
            found += [*self.pardons.waivers.unused(tenants), *self.pardons.baseline.stale()]
        return found


class Hearing:
    """The evaluation of one tenant in one environment."""

    def __init__(
        self, judge: Judge, selection: Selection, result: EnvironmentResult, applied: tuple[Applied, ...]
    ) -> None:
        assert result.resolved is not None
        self.applied = applied
        self.evidence = Evidence(result.artifacts)
        self._judge = judge
        self._selection = selection
        self._tenant = result.resolved.metadata["name"]
        self._environment = result.environment
        self._input = project(result, selection.demands, judge.judged_on, applied)
        self._precise: dict[tuple[Any, ...], RuleResult] = {}
        raw = judge.law.evaluate(selection.rules, _encoded(self._input))
        self.results = {name: self._read(rule, raw[name]) for name, rule in selection.rules.items()}

    def precise(self, chosen: Chosen, name: str) -> RuleResult:
        """What a rule says under the parameters of one control."""
        asks = chosen.asks.get(name)
        demands = self._selection.demands
        if asks is None or all(demands[key].value == value for key, value in asks.items()):
            return self.results[name]
        key = (name, frozen(asks))
        found = self._precise.get(key)
        if found is None:
            rule = self._selection.rules[name]
            given = {**self._input, "parameters": {**self._input["parameters"], **asks}}
            if rule.subject == "tenant":
                given["artifacts"] = {}  # which such a rule does not read, and which are most of the text
            raw = self._judge.law.evaluate({name: rule}, _encoded(given))
            found = self._precise[key] = self._read(rule, raw[name])
        return found

    def pardon(self, framework: str, control: str, denial: Denial) -> str:
        """The name of what excuses a denial under a control; empty for nothing."""
        pardons = self._judge.pardons
        named = "" if framework == WORKSPACE else framework
        waiver = pardons.waivers.covers(named, control, denial, self._tenant, self._environment)
        if waiver is not None:
            return waiver.name
        return BASELINE if pardons.baseline.covers(denial, self._tenant, self._environment) else ""

    def _read(self, rule: Rule, value: Any) -> RuleResult:
        return read_result(rule, value, self.evidence.made_from)
