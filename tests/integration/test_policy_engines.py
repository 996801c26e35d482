"""Three engines, one answer: regorus, OPA inside the process, and the real `opa` agree on every rule and every input.

The inputs are all fixtures of all rules and every tenant of the example fleet, as their rules really get them.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
from datetime import date

import pytest

from tenant_compiler.data import data_folder
from tenant_compiler.judge.catalogue import load_catalogue
from tenant_compiler.judge.engines.choose import probe
from tenant_compiler.judge.projection import project
from tenant_compiler.judge.rulebook import built_in_rulebook
from tenant_compiler.model.policy import Demand
from tenant_compiler.plan.needs import FEATURES
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import check, judge, lower, plan, resolve
from tenant_compiler.run.policies.suite import Chosen, run_suite
from tenant_compiler.run.session import Session

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
FLEET = os.path.join(ROOT, "examples", "fleet")
QUERY = "data.tenant_compiler.rules"


def missing(reason):
    """Skip; in continuous integration fail, so that no proof is lost unseen."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, but CI must have it")
    pytest.skip(reason)


@pytest.fixture(scope="module")
def parameters():
    """Every parameter at its default."""
    return {
        each.name: Demand(each.default, "", ()) for rule in load_catalogue().rules.values() for each in rule.parameters
    }


@pytest.fixture(scope="module")
def inputs(parameters):
    """What rules are given, by a name for people."""
    found = {}
    book = built_in_rulebook(FEATURES)
    ran = run_suite(book, Chosen(book.rules, book.cases, (), ()), "auto", None)
    for tried in ran.cases:
        assert tried.input, (tried.case.rule, tried.case.name, tried.problems)
        every = {**{key: demand.value for key, demand in parameters.items()}, **tried.input["parameters"]}
        found[f"{tried.case.rule}: {tried.case.name}"] = {**tried.input, "parameters": every}
    session = Session(open_workspace(FLEET), cache="")
    for result in session.stream(Selectors(), (resolve, plan, judge, lower, check)):
        for each in result.environments:
            found[f"{result.tenant} in {each.environment}"] = project(each, parameters, date(2026, 11, 24))
    assert len(found) > 400
    return {name: json.dumps(value) for name, value in found.items()}


def loaded(name):
    """An engine with all built-in rules."""
    found = probe(name)
    if found.engine is None:
        missing(f"the engine {name} cannot be used: {found.problem}")
    catalogue = load_catalogue()
    found.engine.load(catalogue.modules, catalogue.data)
    return found.engine


@pytest.fixture(scope="module")
def expected(inputs):
    """What regorus, which users have, says to each input."""
    engine = loaded("regorus")
    return {name: normal(engine.evaluate(QUERY, text)) for name, text in inputs.items()}


def normal(packages):
    """What rules deny and have checked; helpers are nobody's business, and sets have no order."""
    return {
        name: {key: sorted(json.dumps(item, sort_keys=True) for item in document[key]) for key in ("deny", "checked")}
        for name, document in packages.items()
    }


def test_every_rule_speaks(expected):
    """The comparison is about something: each rule denies somewhere and has something to check somewhere."""
    for name in load_catalogue().rules:
        assert any(said[name]["deny"] for said in expected.values()), name
        assert any(said[name]["checked"] for said in expected.values()), name


def test_opa_inside_the_process_says_the_same(inputs, expected):
    """The tests' oracle: OPA's own code, in a library."""
    engine = loaded("opa-embedded")
    for name, text in inputs.items():
        assert normal(engine.evaluate(QUERY, text)) == expected[name], name


def test_the_real_opa_says_the_same(inputs, expected, tmp_path):
    """The program that everybody else runs; it reads our sources as they are, and finds them strict."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(os.path.join(ROOT, "tests", "performance"))
        opa = importlib.import_module("tools").opa()
    if opa is None:
        missing("opa is not built, because Go is not installed")
    rego = os.path.join(data_folder("policies"), "rego")
    checked = subprocess.run([opa, "check", "--strict", rego], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    (tmp_path / "data.json").write_text(json.dumps(load_catalogue().data), encoding="utf-8")
    (tmp_path / "input.json").write_text("[" + ",".join(inputs.values()) + "]", encoding="utf-8")
    query = f"[said | some given in input; said := {QUERY} with input as given]"
    command = [opa, "eval", "--strict-builtin-errors", "--format", "json", "-d", rego, "-d", tmp_path / "data.json"]
    ran = subprocess.run(
        [*command, "-i", tmp_path / "input.json", query],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[:2000]
    (answer,) = json.loads(ran.stdout)["result"][0]["expressions"]
    for name, said in zip(inputs, answer["value"], strict=True):
        assert normal(said) == expected[name], name
