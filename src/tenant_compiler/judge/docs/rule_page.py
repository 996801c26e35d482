"""The page of one rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.judge.docs.markdown import (
    FRAMEWORKS,
    NOTE,
    anchors,
    block,
    cell,
    link_to,
    narrowed,
    shown,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tenant_compiler.judge.fixtures import Case, Expected
    from tenant_compiler.judge.rulebook import Rulebook
    from tenant_compiler.model.policy import Control, Framework, Rule, RuleUse

_SUBJECTS: Final = {"tenant": "the tenant's settings", "artifact": "what is emitted for the tenant"}
_ENFORCEMENT: Final = {
    "block": "a tenant that it denies is not written",
    "report": "it only makes the exit code 1",
}
_STRICTER: Final = {
    "lower": "the lower",
    "higher": "the higher",
    "subset": "the fewer",
    "superset": "the more",
}
_CHECKED: Final = 5
"""Things that were looked at which are listed; more are counted."""


def rule_page(book: Rulebook, rule: Rule, source: str, features: Mapping[str, str]) -> str:
    """Write the page of a rule.

    Args:
        book: where it is from.
        rule: the rule.
        source: the link to its file, as seen from the page.
        features: what the names in ``needs`` mean.
    """
    parts = [
        NOTE,
        f"# {rule.id}: {rule.title}\n\n",
        f"The rule [`{rule.name}`]({source}) reads {_SUBJECTS[rule.subject]}.",
        f" Its findings are {rule.severity}s; {_ENFORCEMENT[rule.enforcement]}.\n\n",
        f"## What\n\n{rule.description}\n\n",
        f"## What to write\n\n{_sentence(rule.remediation)}\n\n",
        *_parameters(rule),
        f"## What proves it\n\n{_proof(book, rule)}\n\n",
        *_needs(rule, features),
        "## Controls\n\n",
        _controls(book, rule),
        *_examples(book, rule),
    ]
    return "".join(parts).rstrip("\n") + "\n"


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _parameters(rule: Rule) -> Iterator[str]:
    if not rule.parameters:
        return
    yield "## Parameters\n\nFrameworks and the workspace set them; the strictest value holds.\n\n"
    rows = [
        (
            f"`{each.name}`",
            cell(each.description) + (f"; conflicts with `{each.conflicts_with}`" if each.conflicts_with else ""),
            shown(each.default),
            cell(each.unit),
            _STRICTER[each.stricter],
        )
        for each in rule.parameters
    ]
    yield table(("parameter", "", "default", "unit", "stricter is"), rows) + "\n"


def _proof(book: Rulebook, rule: Rule) -> str:
    known = book.rules
    if rule.subject == "artifact":
        carried = [each for each in book.known.values() if rule.id in each.carried_by]
        if not carried:
            return "It looks at the proof itself: what is emitted."
        names = ", ".join(link_to(each, known, each.id) for each in carried)
        return (
            f"It looks at the proof itself: what is emitted. A setting counts as proved for {names} when an object"
            " that this rule looked at was made from it."
        )
    if rule.evidence == "attested":
        return "No configuration proves it: a control that rests on it is *attested*, never passed."
    if not rule.carried_by:
        return "Nothing that is emitted carries it yet: a control that rests on it is *attested*, never passed."
    by_id = {each.id: each for each in book.known.values()}
    lines = [
        f"- {link_to(by_id[name], known, by_id[name].id)}: {by_id[name].title}\n"
        for name in rule.carried_by
        if name in by_id
    ]
    return (
        "A setting is proved when an object that one of these rules looked at was made from it; else a control that"
        " rests on it is *attested*.\n\n" + "".join(lines).rstrip("\n")
    )


def _needs(rule: Rule, features: Mapping[str, str]) -> Iterator[str]:
    if rule.needs:
        words = ", ".join(f"{features.get(name, name)} (`{name}`)" for name in rule.needs)
        yield "## What the platform must offer\n\n"
        yield f"{_sentence(words)} Where it does not, a control that rests on the rule is *not enforceable*.\n\n"


def _controls(book: Rulebook, rule: Rule) -> str:
    rows = [
        (
            f"[{cell(framework.title)}](../{FRAMEWORKS}/{framework.name}.md)",
            f"[{cell(control.id)}](../{FRAMEWORKS}/{framework.name}.md#{places[control.id]}) {cell(control.title)}",
            words,
        )
        for framework, places in ((each, anchors(each)) for each in book.frameworks.values())
        for control in framework.controls.values()
        for words in _uses(framework, control, rule)
    ]
    if not rows:
        carried = any(rule.id in each.carried_by for each in book.known.values())
        if carried:
            return "It decides where a control rests on a rule that it carries, above.\n"
        return "No control of a framework rests on it: it is judged beside all of them.\n"
    return table(("framework", "control", ""), rows)


def _uses(framework: Framework, control: Control, rule: Rule) -> Iterator[str]:
    """How a control uses a rule, as words in a table; nothing when it does not."""
    del framework
    for uses, word in ((control.rules, ""), (control.advises, "advises only")):
        mine = [use for use in uses if use.rule == rule.name]
        if mine:
            yield "; ".join(filter(None, [word, *map(_narrowed, mine), *_values(control, rule)]))


def _narrowed(use: RuleUse) -> str:
    return narrowed(use).strip()


def _values(control: Control, rule: Rule) -> Iterator[str]:
    """The parameters that a control sets, of those that the rule has."""
    for each in rule.parameters:
        if each.name in control.parameters:
            yield f"`{each.name}` {shown(control.parameters[each.name])}"
        for level, values in control.by_level.items():
            if each.name in values:
                yield f"{level}: `{each.name}` {shown(values[each.name])}"


def _examples(book: Rulebook, rule: Rule) -> Iterator[str]:
    cases = [case for case in book.cases if case.rule == rule.name]
    failing = [case for case in cases if case.kind == "failing"]
    # A case that says what the message is explains more than one that does not.
    telling = [case for case in failing if any(each.message for each in case.findings)] or failing
    for title, found in (("Does not pass", telling), ("Passes", [case for case in cases if case.kind == "passing"])):
        case = _telling(found)
        if case is not None:
            said = _said(case)
            yield f"\n## {title}\n\n{_about(case)}" + (f" with\n\n{block(said)}\n" if said else " as it is\n\n")
            yield from _findings(case.findings)
            yield from _looked_at(case.checked)


def _telling(cases: Sequence[Case]) -> Case | None:
    """The first case that changes something of its base; else the first."""
    return next((case for case in cases if case.given or case.objects), cases[0] if cases else None)


def _about(case: Case) -> str:
    environment = f" in {case.environment}" if case.environment else ""
    return f"{_sentence(case.name).rstrip('.')}: the tenant `{case.base}` of the fixtures{environment}"


def _said(case: Case) -> dict[str, object]:
    """What a case changes, as its fixture writes it."""
    said = {"spec": case.given, "objects": case.objects, "parameters": case.parameters}
    return {key: value for key, value in said.items() if value}


def _findings(findings: Sequence[Expected]) -> Iterator[str]:
    for each in findings:
        where = " in ".join(f"`{text}`" for text in (each.path, each.object) if text)
        yield f"- denied: {where}{': … ' + cell(each.message) + ' …' if each.message else ''}\n"


def _looked_at(checked: Sequence[str]) -> Iterator[str]:
    if checked:
        rest = len(checked) - _CHECKED
        more = f", and {rest} more" if rest > 0 else ""
        yield f"- looked at: {', '.join(f'`{each}`' for each in checked[:_CHECKED])}{more}\n"
