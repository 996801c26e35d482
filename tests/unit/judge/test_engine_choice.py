"""Which engine judges: the first that is there and answers right. Never none in silence."""

from __future__ import annotations

import time

import pytest

from tenant_compiler.judge.engines import canary, choose
from tenant_compiler.judge.engines.protocol import PolicyError
from tenant_compiler.judge.engines.regorus import Regorus
from tenant_compiler.model.diagnostic import TenantCompileError


class Changed:
    """A regorus engine with one wrong answer."""

    name = "changed"
    version = "1"

    def __init__(self, change):
        self._engine = Regorus()
        self._change = change

    def load(self, modules, data):
        """Load as the engine does."""
        self._engine.load(modules, data)

    def evaluate(self, query, input_json):
        """Evaluate as the engine does, and change the value."""
        return self._change(query, lambda: self._engine.evaluate(query, input_json))


def differing(name, value):
    """Change what one of the programs gives."""

    def change(query, evaluate):
        found = evaluate()
        return {**found, name: value} if query == "data.canary" else found

    return Changed(change)


def silent(query, evaluate):
    """Let every error be undefined, as some engines do."""
    try:
        return evaluate()
    except PolicyError:
        return None


@pytest.mark.parametrize("name", [pytest.param("opa-embedded", marks=pytest.mark.tool("opa-embedded")), "regorus"])
def test_every_engine_of_ours_answers_right(name):
    """The programs' results are those of OPA."""
    found = choose.probe(name)
    assert found.problem == ""
    assert found.version
    assert found.engine is not None
    assert found.engine.packages == frozenset()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("texts", "a is [1,true,null], 3 of {x: y}, 100%"),
        ("every_two", [True]),
        ("absent", []),
        ("order", [False, True, False, True]),
        ("order", [1, 1, 0, 1]),
        ("objects", [{"path": ["a", "b"], "size": 2}]),
        ("missing", None),
    ],
)
def test_one_wrong_answer_is_enough(name, value):
    """It is named with both answers."""
    said = canary.fault(differing(name, value))
    assert said.startswith(f"it gives {value!r} for `{name}` where OPA gives ")


def test_sets_may_come_in_any_order():
    """Findings are sorted by us."""
    turned = list(reversed(canary.EXPECTED["objects"]))
    assert canary.fault(differing("objects", turned)) == ""


def test_an_engine_that_lets_errors_pass_is_refused():
    """A builtin that is missing must not be undefined: that looks like a pass."""
    assert canary.fault(Changed(silent)) == "it lets a builtin that does not exist pass in silence"


def test_an_engine_that_cannot_read_rego_is_refused(monkeypatch):
    """Whatever it says about it."""
    monkeypatch.setattr(canary, "_PROGRAMS", "package canary\n\nx := {\n")
    assert canary.fault(Regorus()).startswith("it cannot evaluate sound Rego: canary.rego:")


def test_the_programs_take_about_a_millisecond():
    """A hook pays for them every time; ten times as much here, since the machine may be busy."""
    engine = Regorus()
    times = []
    for _ in range(20):
        begun = time.process_time()
        canary.fault(engine)
        times.append(time.process_time() - begun)
    assert min(times) < 0.01


@pytest.fixture
def installed(monkeypatch):
    """Choose between engines of these names; a value is what is wrong with one, and None that nothing is."""

    def install(**problems):
        def probe(name):
            tried.append(name)
            problem = problems[name.replace("-", "_")]
            return choose.Probe(name, None if problem else Changed(None), "1", problem or "")

        tried = []
        monkeypatch.setattr(choose, "probe", probe)
        return tried

    return install


def test_auto_takes_the_first_that_works(installed):
    """The others are not even imported."""
    tried = installed(regorus=None, opa_embedded=None)
    choose.choose()
    assert tried == ["regorus"]


def test_auto_takes_the_next_where_the_first_does_not_work(installed):
    """Also where it is there but answers wrong."""
    tried = installed(regorus="it gives 1 for `x`", opa_embedded=None)
    choose.choose("auto")
    assert tried == ["regorus", "opa-embedded"]


def test_without_an_engine_nothing_runs(installed):
    """TC810, exit code 2, with what is wrong with each."""
    installed(regorus="it is not installed", opa_embedded="it is old")
    with pytest.raises(TenantCompileError) as caught:
        choose.choose()
    (finding,) = caught.value.diagnostics
    assert caught.value.exit_code == 2
    assert finding.code == "TC810"
    assert finding.notes == ("regorus: it is not installed", "opa-embedded: it is old")
    assert "pip install 'gordon-to-regorus'" in finding.help


def test_a_named_engine_is_used_or_nothing_runs(installed):
    """TC811: nobody puts another one in its place."""
    tried = installed(regorus=None, opa_embedded="it is not installed")
    with pytest.raises(TenantCompileError) as caught:
        choose.choose("opa-embedded")
    (finding,) = caught.value.diagnostics
    assert tried == ["opa-embedded"]
    assert (finding.code, caught.value.exit_code) == ("TC811", 2)
    assert finding.message == "the policy engine opa-embedded cannot be used: it is not installed"


def test_an_engine_that_is_not_there_has_no_version(monkeypatch):
    """A module that cannot be found is not installed; one that refuses itself says why."""
    for problem, said in (
        (ModuleNotFoundError("No module named 'regorus'"), "it is not installed"),
        (ImportError("two providers"), "two providers"),
    ):

        def fail(self, problem=problem):
            raise problem

        monkeypatch.setattr(Regorus, "__init__", fail)
        assert choose.probe("regorus") == ("regorus", None, "", said)


def test_an_engine_that_answers_wrong_is_known_by_its_version(monkeypatch):
    """So that somebody can report it."""
    monkeypatch.setattr(choose, "fault", lambda _: "it is wrong")
    found = choose.probe("regorus")
    assert (found.engine, found.problem) == (None, "it is wrong")
    assert found.version
