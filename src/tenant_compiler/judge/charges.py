"""From denials under controls to findings: one for each place, with everybody who asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.diagnostic import Diagnostic, Place, Span
from tenant_compiler.model.pointer import show
from tenant_compiler.read.yaml import plain_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tenant_compiler.judge.parameters import Conflict
    from tenant_compiler.judge.selection import Chosen, Selection
    from tenant_compiler.judge.verdicts import Case, Charge
    from tenant_compiler.model.policy import Denial, Rule, RuleResult

NOT_EVALUATED: Final = "TC850"
NOT_ENFORCEABLE: Final = "TC851"
CONFLICT: Final = "TC852"

_NAMED: Final = 4
"""So many controls are named in a note; the others are counted."""
_LONG: Final = 400
"""Characters of a message that are worth showing; a tenant may have made it longer."""


def findings(case: Case, selection: Selection, results: Mapping[str, RuleResult]) -> Iterator[Diagnostic]:
    """Make the findings of one tenant in one environment.

    Returns:
        The rules' own codes for what is denied (an error where a control that really applies fails; a warning where it
        is only advised or only compared with), TC850 for rules that could not be evaluated, TC851 for what the
        platform cannot enforce, TC852 for demands that contradict each other.
    """
    yield from _denied(case.charges, results)
    for result in results.values():
        if result.error:
            yield _not_evaluated(result, selection)
    yield from _barred(case.barred)
    for conflict in selection.conflicts:
        yield _conflict(conflict)


def _denied(charges: Iterable[Charge], results: Mapping[str, RuleResult]) -> Iterator[Diagnostic]:
    by_id = {result.rule.id: result for result in results.values()} if charges else {}
    for several in _by_place(charges):
        live = [charge for charge in several if not charge.waiver]
        if live:
            result = by_id[live[0].denial.rule]
            yield _finding(live, result.rule, result.denials)


def waived(charges: Iterable[Charge], results: Mapping[str, RuleResult]) -> Iterator[tuple[Diagnostic, str]]:
    """Make the findings that waivers cover, each with the first waiver's name; what is live elsewhere is not waived."""
    by_id = {result.rule.id: result for result in results.values()} if charges else {}
    for several in _by_place(charges):
        covered = [charge for charge in several if charge.waiver]
        if len(covered) == len(several):
            result = by_id[covered[0].denial.rule]
            yield _finding(covered, result.rule, result.denials), covered[0].waiver


def _by_place(charges: Iterable[Charge]) -> Iterable[list[Charge]]:
    """Charges of the same place together."""
    places: dict[tuple[Any, ...], list[Charge]] = {}
    for charge in charges:
        denial = charge.denial
        places.setdefault((denial.rule, denial.pointer, denial.ref, denial.at), []).append(charge)
    return places.values()


def _finding(live: Sequence[Charge], rule: Rule, strictest: Sequence[Denial]) -> Diagnostic:
    """Make the finding of one place from the controls that it fails.

    Args:
        live: what no waiver covers; at least one.
        rule: whose denials they are.
        strictest: its denials under the strictest parameters.
    """
    decide = [charge for charge in live if not charge.advisory and not charge.chosen.applied.hypothetical]
    severity = rule.severity if decide else "warning"
    shown = decide or live
    # What satisfies the strictest parameter satisfies all, so its words are the ones to act upon.
    denial = next((charge.denial for charge in shown if charge.denial in strictest), shown[0].denial)
    target, _, item = denial.ref.partition("/")
    return Diagnostic(
        rule.id,
        _cut(denial.message),
        severity,
        pointer=denial.pointer,
        help=_help(denial, rule),
        notes=(_asked_by(shown, advised=not decide),),
        target=target if denial.ref else "",
        object=item.partition("#")[2],
        rule=rule.name,
        blocks=rule.enforcement == "block" and bool(decide) and severity == "error",
    )


def _help(denial: Denial, rule: Rule) -> str:
    if denial.fix is None:
        return rule.remediation
    pointer, value = denial.fix
    return f"write `{show(pointer)}: {_written(value)}`"


def _written(value: Any) -> str:
    """A value as one writes it in YAML's flow style."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    # A text that YAML would read as something else needs its quotes.
    return f'"{value}"' if isinstance(value, str) and plain_value(value) != value else str(value)


def _asked_by(charges: Sequence[Charge], *, advised: bool) -> str:
    names = list(dict.fromkeys(asker(charge.chosen) for charge in charges))
    text = ", ".join(names[:_NAMED])
    if len(names) > _NAMED:
        text += f" and {len(names) - _NAMED} more"
    if not advised:
        return f"asked for by {text}"
    compared = all(charge.chosen.applied.hypothetical for charge in charges)
    return f"would be asked for by {text}" if compared else f"advised by {text}"


def asker(chosen: Chosen) -> str:
    """Name a control as people write it: ``fedramp:moderate AC-2(3)``."""
    return f"{chosen.applied.title} {chosen.control.id}"


def _not_evaluated(result: RuleResult, selection: Selection) -> Diagnostic:
    rule = result.rule
    controls = [asker(each) for each in selection.chosen if any(use.rule == rule.name for use in each.uses)]
    note = f"not evaluated: {', '.join(controls[:_NAMED])}" + (" and more" if len(controls) > _NAMED else "")
    line = Span(rule.line, 1, 2) if rule.line else None
    return Diagnostic(
        NOT_EVALUATED,
        f"the rule {rule.id} ({rule.name}) could not be evaluated: {_cut(result.error)}",
        place=Place(rule.file, span=line),
        help="correct the rule; until then its controls are not evaluated, which is no pass",
        notes=(note,) if controls else (),
        rule=rule.name,
        blocks=False,
    )


def _barred(barred: Iterable[tuple[Chosen, RuleResult]]) -> Iterator[Diagnostic]:
    by_rule: dict[str, tuple[RuleResult, list[Chosen]]] = {}
    for chosen, result in barred:
        by_rule.setdefault(result.rule.name, (result, []))[1].append(chosen)
    for result, several in by_rule.values():
        rule = result.rule
        real = [chosen for chosen in several if not chosen.applied.hypothetical]
        names = list(dict.fromkeys(map(asker, real or several)))
        yield Diagnostic(
            NOT_ENFORCEABLE,
            f"{rule.title}: the tenant's platform cannot enforce it",
            "error" if real else "warning",
            pointer=result.checked[0] if result.checked else ("metadata", "name"),
            help="place the tenant where it can, or write a waiver that says what protects it instead",
            notes=(f"asked for by {', '.join(names[:_NAMED])}",),
            rule=rule.name,
            blocks=False,
        )


def _conflict(conflict: Conflict) -> Diagnostic:
    return Diagnostic(
        CONFLICT,
        conflict.text,
        "warning",
        pointer=("spec", "compliance", "frameworks"),
        help="no value satisfies both: decide which one holds, and write a waiver for the other",
        rule=conflict.parameter,
        blocks=False,
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[: _LONG - 3]}..."
