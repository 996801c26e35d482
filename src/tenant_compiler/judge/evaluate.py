"""Evaluating rules: all at once, and one by one when one of them errs, so that it does not take the others along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.engines.protocol import UNDEFINED, PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tenant_compiler.judge.engines.protocol import PolicyEngine
    from tenant_compiler.model.policy import Rule

BUILT_IN: Final = "tenant_compiler.rules"
"""The package above those of all built-in rules."""


def evaluate_all(engine: PolicyEngine, rules: Mapping[str, Rule], input_json: str) -> dict[str, Any]:
    """Evaluate rules for one tenant.

    Args:
        engine: with the rules' modules loaded.
        rules: those that are asked for, by name.
        input_json: the JSON text of the projection.

    Returns:
        By name: the package's document, ``{"deny": [...], "checked": [...]}`` and perhaps helpers; or a text, why there
        is none.
    """
    packages = [rule.package for rule in rules.values()]
    try:
        found = _together(engine, packages, input_json)
    except PolicyError:
        return {name: _alone(engine, rule.package, input_json) for name, rule in rules.items()}
    return {name: _checked(found.get(rule.package, UNDEFINED)) for name, rule in rules.items()}


def _together(engine: PolicyEngine, packages: Iterable[str], input_json: str) -> dict[str, Any]:
    """The documents of packages, with one query.

    The parent of all built-in rules is the quickest to ask, but evaluates every rule that is loaded.

    Raises:
        PolicyError: one of them errs.
    """
    wanted = sorted(packages)
    below = f"{BUILT_IN}."
    if wanted and set(wanted) == {package for package in engine.packages if package.startswith(below)}:
        found = engine.evaluate(f"data.{BUILT_IN}", input_json)
        return {below + name: value for name, value in found.items()} if found is not UNDEFINED else {}
    # One a line: engines bound the length of a line.
    found = engine.evaluate("[" + ",\n".join(f"data.{package}" for package in wanted) + "]", input_json)
    if found is UNDEFINED:
        raise PolicyError("evaluate", "one of the packages is not loaded")
    return dict(zip(wanted, found, strict=True))


def _alone(engine: PolicyEngine, package: str, input_json: str) -> Any:
    try:
        return _checked(engine.evaluate(f"data.{package}", input_json))
    except PolicyError as error:
        return str(error)


def _checked(document: Any) -> Any:
    """A package's document, or why it is none: a rule that gives no sets has looked at nothing."""
    if document is UNDEFINED:
        return "the package is not loaded"
    if not isinstance(document, dict) or not isinstance(document.get("deny"), list):
        return "the package has no set `deny`"
    if not isinstance(document.get("checked"), list):
        return "the package has no set `checked`"
    return document
