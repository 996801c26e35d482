"""Evaluating rules: all at once, and one by one when one of them errs, so that it does not take the others along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.engines.protocol import UNDEFINED, PolicyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.judge.engines.protocol import PolicyEngine
    from tenant_compiler.model.policy import Rule

BUILT_IN: Final = "tenant_compiler.rules"
"""The package above those of all built-in rules."""
RESULTS: Final = ("deny", "checked")
"""What every rule gives."""

_TOGETHER: Final = f'{{name: {{"deny": rule.deny, "checked": rule.checked}} | some name, rule in data.{BUILT_IN}}}'
"""All built-in rules that are loaded, without what else their packages define: that is most of the text."""
_MOST: Final = 0.5
"""Share of the loaded rules from which on it is quicker to evaluate them all: each query reads the input anew."""


def evaluate_all(engine: PolicyEngine, rules: Mapping[str, Rule], input_json: str) -> dict[str, Any]:
    """Evaluate rules for one tenant.

    Args:
        engine: with the rules' modules loaded.
        rules: those that are asked for, by name.
        input_json: the JSON text of the projection.

    Returns:
        By name: ``{"deny": [...], "checked": [...]}``; or a text: why there is no result.
    """
    loaded = sum(package.startswith(f"{BUILT_IN}.") for package in engine.packages)
    if len(rules) >= _MOST * loaded and all(rule.package == f"{BUILT_IN}.{name}" for name, rule in rules.items()):
        try:
            found = engine.evaluate(_TOGETHER, input_json)
        except PolicyError:
            # One errs, and takes the others along; which one, only the next way tells.
            return evaluate_each(engine, rules, input_json)
        return {name: _checked(found.get(name, {})) for name in rules}
    return evaluate_each(engine, rules, input_json)


def evaluate_each(engine: PolicyEngine, rules: Mapping[str, Rule], input_json: str) -> dict[str, Any]:
    """Evaluate rules one by one; see `evaluate_all`."""
    paths = [f"{rule.package}.{result}" for rule in rules.values() for result in RESULTS]
    try:
        found = list(engine.evaluate_rules(paths, input_json))
    except PolicyError as error:
        return dict.fromkeys(rules, str(error))
    pairs = zip(rules, found[::2], found[1::2], strict=True)
    return {name: _checked(dict(zip(RESULTS, pair, strict=True))) for name, *pair in pairs}


def _checked(document: Mapping[str, Any]) -> Any:
    """A rule's results, or why they are none: a rule that gives no sets has looked at nothing."""
    for name in RESULTS:
        value = document.get(name, UNDEFINED)
        if isinstance(value, PolicyError):
            return str(value)
        if not isinstance(value, list):
            return f"the rule has no set `{name}`"
    return document
