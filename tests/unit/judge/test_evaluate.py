"""Rules for one tenant: together where that is quicker, one by one where one of them errs, and never a silent pass."""

from __future__ import annotations

import pytest

from tenant_compiler.judge.engines.opa_embedded import OpaEmbedded
from tenant_compiler.judge.engines.regorus import Regorus
from tenant_compiler.judge.evaluate import evaluate_all, evaluate_each
from tenant_compiler.model.policy import Rule

ALL = [Regorus, pytest.param(OpaEmbedded, marks=pytest.mark.tool("opa-embedded"))]
SOUND = {"a": "input.a", "b": "input.b", "c": "input.c"}


def rule(name, above="tenant_compiler.rules"):
    """A rule of a name."""
    about = ("tenant", "config", "error", "block", "do it", (), (), ())
    return Rule("TC401", name, f"{above}.{name}", name, "", *about, "f.rego", 1)


def source(name, condition, above="tenant_compiler.rules"):
    """A rule that denies under a condition."""
    return f"""package {above}.{name}

import rego.v1

_helper := "large"

deny contains {{"message": "{name}", "path": ["spec"]}} if {condition}

checked contains ["spec"]
"""


def engine_with(engine_class, conditions, **more):
    """An engine with rules by name."""
    engine = engine_class()
    engine.load({f"{name}.rego": source(name, text) for name, text in conditions.items()} | more, {})
    return engine


def denied(name):
    """What a rule gives that denies."""
    return {"deny": [{"message": name, "path": ["spec"]}], "checked": [["spec"]]}


PASSED = {"deny": [], "checked": [["spec"]]}


@pytest.mark.parametrize("engine_class", ALL)
@pytest.mark.parametrize("names", ["abc", "ab", "c"])
def test_all_and_a_few_give_the_same(engine_class, names):
    """Whichever way is quicker for how many are asked for."""
    engine = engine_with(engine_class, SOUND)
    found = evaluate_all(engine, {name: rule(name) for name in names}, '{"b": true}')
    assert found == {name: denied("b") if name == "b" else PASSED for name in names}


@pytest.mark.parametrize("engine_class", ALL)
def test_one_that_errs_does_not_take_the_others_along(engine_class):
    """Its error has its place."""
    engine = engine_with(engine_class, {**SOUND, "d": "1 / input.zero > 0"})
    found = evaluate_all(engine, {name: rule(name) for name in "abcd"}, '{"b": true, "zero": 0}')
    assert found["b"] == denied("b")
    assert found["a"] == found["c"] == PASSED
    assert found["d"].startswith("d.rego:7")
    assert "divide by zero" in found["d"]


@pytest.mark.parametrize("engine_class", ALL)
def test_a_rule_without_its_sets_is_an_error(engine_class):
    """Also where all are asked at once, and where its package is not even loaded."""
    odd = "package tenant_compiler.rules.odd\n\nimport rego.v1\n\ndeny := {}\n\nchecked contains 1\n"
    engine = engine_with(engine_class, SOUND, **{"odd.rego": odd})
    rules = {name: rule(name) for name in ("a", "b", "c", "odd")}
    assert evaluate_all(engine, rules, "{}")["odd"] == "the rule has no set `deny`"
    assert evaluate_each(engine, {"odd": rules["odd"]}, "{}")["odd"] == "the rule has no set `deny`"
    gone = {"a": rule("a"), "b": rule("b"), "gone": rule("gone")}
    found = evaluate_all(engine, gone, "{}")
    assert found["a"] == PASSED
    assert isinstance(found["gone"], str)


@pytest.mark.parametrize("engine_class", ALL)
def test_packages_elsewhere_are_asked_for_by_their_own_names(engine_class):
    """A workspace's rules are not below ours."""
    engine = engine_class()
    engine.load({"x.rego": source("x", "input.x", "acme")}, {})
    assert evaluate_all(engine, {"x": rule("x", "acme")}, '{"x": true}') == {"x": denied("x")}


@pytest.mark.parametrize("engine_class", ALL)
def test_an_input_that_cannot_be_read_is_the_error_of_every_rule(engine_class):
    """Nothing was judged."""
    found = evaluate_all(engine_with(engine_class, SOUND), {name: rule(name) for name in SOUND}, "{")
    assert set(found) == set(SOUND)
    assert all(isinstance(value, str) for value in found.values())
