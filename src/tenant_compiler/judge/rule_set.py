"""Puts rules together: no two of one id or name, and what one says of another must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.judge.metadata import METADATA
from tenant_compiler.model.diagnostic import Diagnostic, Place, Span
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tenant_compiler.model.policy import Parameter, Rule

TWICE: Final = "TC815"


def together(
    rules: Iterable[Rule], beside: Mapping[str, Rule], features: Collection[str]
) -> tuple[dict[str, Rule], list[Diagnostic]]:
    """Put rules together by their names.

    Args:
        rules: in a stable order; the first of two of one id or name stays.
        beside: other rules by name, which these may not hide.
        features: what ``needs`` may name.

    Returns:
        The rules that stay, and what is wrong: TC815 for ids and names that are taken, TC814 for what a rule says of
        other rules, of features and of parameters.
    """
    names = dict(beside)
    ids = {rule.id: rule for rule in beside.values()}
    parameters = {each.name: (each, rule) for rule in beside.values() for each in rule.parameters}
    kept: dict[str, Rule] = {}
    problems: list[Diagnostic] = []
    for rule in rules:
        other = ids.get(rule.id) or names.get(rule.name)
        if other is not None:
            problems.append(_taken(rule, other))
            continue
        wrong = list(_parameters(rule, parameters))
        if wrong:
            problems += wrong
            continue
        kept[rule.name] = names[rule.name] = ids[rule.id] = rule
        for each in rule.parameters:
            parameters.setdefault(each.name, (each, rule))
    for rule in kept.values():
        problems += _references(rule, ids, parameters, features)
    return kept, problems


def _taken(rule: Rule, other: Rule) -> Diagnostic:
    if rule.id == other.id:
        message, help_ = f"the id {rule.id} is taken by {_shown(other)}", "give one of them another id"
    else:
        message = f"the name `{rule.name}` is taken by {_shown(other)}"
        help_ = "rename the last part of its package: frameworks know rules by it"
    return Diagnostic(TWICE, message, place=_place(rule), help=help_)


def _parameters(rule: Rule, known: Mapping[str, tuple[Parameter, Rule]]) -> Iterator[Diagnostic]:
    """One name means one thing: the strictest value of a parameter holds for every rule that reads it."""
    for each in rule.parameters:
        other, owner = known.get(each.name, (each, rule))
        if other._replace(description="") != each._replace(description=""):
            message = f"the parameter `{each.name}` is declared differently by {_shown(owner)}"
            help_ = f"declare it as there ({other.unit}, {other.default!r}, {other.stricter}), or rename it"
            yield Diagnostic(METADATA, message, place=_place(rule), help=help_)


def _references(
    rule: Rule, ids: Mapping[str, Rule], parameters: Mapping[str, object], features: Collection[str]
) -> Iterator[Diagnostic]:
    for name in rule.carried_by:
        carrier = ids.get(name)
        if carrier is None:
            help_ = did_you_mean(name, ids) or "name rules about artifacts by their ids"
            yield Diagnostic(METADATA, f"`carried_by` names the unknown rule {name}", place=_place(rule), help=help_)
        elif carrier.subject != "artifact":
            message = f"`carried_by` names {name}, which is no rule about artifacts"
            yield Diagnostic(METADATA, message, place=_place(rule), help="only an artifact proves what a tenant says")
    for name in rule.needs:
        if name not in features:
            help_ = did_you_mean(name, features) or f"there are {', '.join(features)}"
            yield Diagnostic(METADATA, f"`needs` names the unknown feature {name}", place=_place(rule), help=help_)
    for each in rule.parameters:
        if each.conflicts_with and each.conflicts_with not in parameters:
            message = f"the parameter `{each.name}` conflicts with the unknown one `{each.conflicts_with}`"
            help_ = did_you_mean(each.conflicts_with, parameters) or "name a parameter of any rule"
            yield Diagnostic(METADATA, message, place=_place(rule), help=help_)


def _shown(rule: Rule) -> str:
    return f"the rule {rule.id} `{rule.name}` in {rule.file}"


def _place(rule: Rule) -> Place:
    return Place(rule.file, span=Span(rule.line, 1, len("package") + 1))
