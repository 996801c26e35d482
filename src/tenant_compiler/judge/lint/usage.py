"""What nobody uses: parameters that are not read, rules of no framework (TC865); and what nobody tests (TC866)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.judge.fixtures import kinds_missing
from tenant_compiler.model.diagnostic import Diagnostic, Place, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tenant_compiler.judge.fixtures import Kind
    from tenant_compiler.judge.lint.script import Script
    from tenant_compiler.judge.rulebook import Rulebook
    from tenant_compiler.model.policy import Rule

UNUSED: Final = "TC865"
UNTESTED: Final = "TC866"

_PHRASES: Final[Mapping[Kind, str]] = {
    "passing": "what passes",
    "failing": "what does not",
    "not applicable": "where there is nothing to judge",
}


def unused_parameters(rule: Rule, modules: Mapping[str, Script]) -> Iterator[Diagnostic]:
    """Find the parameters that neither a rule nor what it imports reads (TC865)."""
    read: set[str] = set()
    for script in _reached(rule, modules):
        for chain in script.chains.values():
            if chain.root != "input" or [step.key for step in chain.steps[:1]] != ["parameters"]:
                continue
            if len(chain.steps) < 2 or not isinstance(chain.steps[1].key, str):  # noqa: PLR2004 - any of them may be meant
                return
            read.add(chain.steps[1].key)
    for each in rule.parameters:
        if each.name not in read:
            message = f"the parameter `{each.name}` of {rule.id} `{rule.name}` is never read"
            help_ = f"read `input.parameters.{each.name}`, or remove it: frameworks would set it in vain"
            yield Diagnostic(UNUSED, message, place=package_of(rule), help=help_)


def _reached(rule: Rule, modules: Mapping[str, Script]) -> list[Script]:
    """A rule's module and all that it imports, however far."""
    homes = {script.outline.package: script for script in modules.values()}
    found = [modules[rule.file]]
    for script in found:
        for one in script.outline.imports:
            other = homes.get(one.path[1:])
            if other is not None and other not in found:
                found.append(other)
    return found


def unused_rules(book: Rulebook) -> Iterator[Diagnostic]:
    """Find the built-in rules that decide nothing: no control uses them, and they carry none that one uses (TC865)."""
    used = {
        use.rule
        for framework in book.frameworks.values()
        for control in framework.controls.values()
        for use in (*control.rules, *control.advises)
    }
    carrying = {number for name in used & book.rules.keys() for number in book.rules[name].carried_by}
    for rule in book.rules.values():
        if rule.name not in used and rule.id not in carrying:
            message = f"no framework uses the rule {rule.id} `{rule.name}`, and it carries none that one uses"
            help_ = "name it in a control, or remove it"
            yield Diagnostic(UNUSED, message, place=package_of(rule), help=help_)


def untested(book: Rulebook, rule: Rule) -> Iterator[Diagnostic]:
    """Say what the cases of a rule do not show (TC866)."""
    cases = [case for case in book.cases if case.rule == rule.name]
    missing = kinds_missing(cases)
    if not missing:
        return
    if cases:
        message = f"no case of {rule.id} `{rule.name}` shows {_listed(missing)}"
    else:
        message = f"nobody tests the rule {rule.id} `{rule.name}`: it has no cases"
    help_ = f"write cases that show {_listed(missing)}, in fixtures/{rule.name}.yaml"
    yield Diagnostic(UNTESTED, message, place=package_of(rule), help=help_)


def _listed(kinds: Sequence[Kind]) -> str:
    *first, last = (_PHRASES[kind] for kind in kinds)
    return f"{', '.join(first)} and {last}" if first else last


def package_of(rule: Rule) -> Place:
    """The place of a rule's package."""
    return Place(rule.file, span=Span(rule.line, 1, len("package") + 1))
