"""What a tenant is judged by: the controls of its frameworks, the rules that these use, the parameters they agree on.

Tenants of a fleet are under few different combinations of frameworks, so a selection is made once for each and kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tenant_compiler.judge.frameworks import controls_of
from tenant_compiler.judge.parameters import conflicts, strictest
from tenant_compiler.model.policy import Applied, Control, RuleUse, Verdict
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tenant_compiler.judge.parameters import Conflict
    from tenant_compiler.model.policy import Demand, Framework, Parameter, Rule

WORKSPACE: Final = "workspace"
"""What demands of the configuration are called, and the group of a workspace's rules that no framework uses."""

Values: TypeAlias = "tuple[tuple[str, Any], ...]"
"""The parameters of one rule, by name; maps and lists as `frozen` makes them."""


class Chosen(NamedTuple):
    """One control with the framework that asks for it."""

    applied: Applied
    control: Control
    uses: tuple[RuleUse, ...]
    """Rules that decide, then those that only advise."""
    deciding: int
    """How many of the uses decide."""
    asks: Mapping[str, Mapping[str, Any]]
    """The parameters of each rule with parameters, as this control asks for them."""
    manual: Verdict | None = None
    """The verdict where no rule can give one: the same for all tenants."""


class Selection(NamedTuple):
    """All that tenants under the same frameworks are judged by."""

    chosen: tuple[Chosen, ...]
    rules: Mapping[str, Rule]
    """By name: those that a control uses."""
    demands: Mapping[str, Demand]
    """The strictest values of all parameters of these rules."""
    conflicts: tuple[Conflict, ...]
    """Demands that contradict each other."""


def select(
    frameworks: Sequence[tuple[Applied, Framework]],
    known: Mapping[str, Rule],
    own: Iterable[Rule],
    config: Mapping[str, Any],
) -> Selection:
    """Put together what tenants under some frameworks are judged by.

    Args:
        frameworks: those that apply.
        known: all rules by name; a control's rule that is not among them is left out here and evaluated to an error.
        own: rules of the workspace; those that no control uses are judged all the same.
        config: ``[compliance.parameters]``.
    """
    chosen = [
        _choose(applied, control, known, config)
        for applied, framework in frameworks
        for control in controls_of(framework, applied.level, applied.role)
    ]
    used = {use.rule for each in chosen for use in each.uses}
    group = Applied(WORKSPACE, "", "", hypothetical=False)
    chosen += [_choose(group, _alone(rule), known, config) for rule in own if rule.name not in used]
    # An artifact's word is needed wherever a tenant's rule counts on it.
    rules = {use.rule: known[use.rule] for each in chosen for use in each.uses if use.rule in known}
    by_id = {rule.id: rule for rule in known.values()}
    carriers = {name: by_id[name] for rule in rules.values() for name in rule.carried_by if name in by_id}
    rules |= {rule.name: rule for rule in carriers.values()}
    parameters = {each.name: each for rule in rules.values() for each in rule.parameters}
    demands = strictest(parameters, _demands(chosen, config))
    return Selection(tuple(chosen), rules, demands, tuple(conflicts(parameters, demands)))


def frozen(values: Mapping[str, Any]) -> Values:
    """Make the values of parameters a key."""
    return tuple((name, _frozen(value)) for name, value in sorted(values.items()))


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(sorted(value.items()))
    return tuple(value) if isinstance(value, list) else value


def _alone(rule: Rule) -> Control:
    """The control of a workspace's rule that no framework uses: itself."""
    return Control(
        id=rule.id,
        title=rule.title,
        text=rule.description,
        evidence=rule.evidence,
        levels=(),
        roles=(),
        rules=(RuleUse(rule.name, ()),),
        advises=(),
        parameters={},
        by_level={},
        note="",
    )


def _choose(applied: Applied, control: Control, known: Mapping[str, Rule], config: Mapping[str, Any]) -> Chosen:
    uses = (*control.rules, *control.advises)
    asks = {}
    for use in uses:
        rule = known.get(use.rule)
        if rule is not None and rule.parameters:
            asks[use.rule] = {each.name: _asked(each, control, config) for each in rule.parameters}
    manual = None if uses else Verdict(applied.name, control.id, "manual", (), applied.level)
    return Chosen(applied, control, uses, len(control.rules), asks, manual)


def _asked(parameter: Parameter, control: Control, config: Mapping[str, Any]) -> Any:
    """The value that a control needs: its own or the rule's default, and never weaker than the configuration's."""
    value = control.parameters.get(parameter.name, parameter.default)
    if parameter.name not in config:
        return value
    named = {parameter.name: parameter}
    asked = [("", parameter.name, value), (WORKSPACE, parameter.name, config[parameter.name])]
    return strictest(named, asked)[parameter.name].value


def _demands(chosen: Iterable[Chosen], config: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every control's values, with who asks for them; nobody in particular for a rule's own default."""
    for each in chosen:
        said = each.control.parameters
        for values in each.asks.values():
            for name, value in values.items():
                who = f"{each.applied.title} {each.control.id}" if name in said else ""
                if name in config and said.get(name) != value == config[name]:
                    who = WORKSPACE
                yield who, name, value
