"""The engine that tries rules stands in a process of its own, and what goes wrong there is told."""

from __future__ import annotations

import pytest

from tenant_compiler.run.policies.process import Bounds, Trial

HEAD = "package {}\n\nimport rego.v1\n\n"
ONE = HEAD.format("acme.one") + "xs contains x if {\n\tsome x in input.xs\n\tx > 1\n}\n\ny := 2 if false\n"
LOOP = HEAD.format("acme.loop") + (
    "xs contains 1 if {\n\tsome a in numbers.range(1, 4000)\n\tsome b in numbers.range(1, 4000)\n"
    "\tsome c in numbers.range(1, 4000)\n\ta + b + c == 0\n}\n"
)
QUICK = Bounds(seconds=1.0)


@pytest.fixture
def trial():
    """Makes trials, and ends their processes."""
    made = []

    def make(modules, engine="regorus", **options):
        made.append(Trial(engine, modules, options.pop("beside", {}), options.pop("data", {}), **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize("engine", ["regorus", "opa-embedded"])
def test_values_undefined_ones_and_errors_are_told_apart(trial, engine):
    """One that errs does not take the others along."""
    if engine != "regorus":
        pytest.importorskip("opa_bindings")
    made = trial({"one.rego": ONE + "\nz := to_number(input.xs)\n"}, engine)
    answer = made.ask(["acme.one.xs", "acme.one.y", "acme.one.z"], '{"xs": [1, 2]}')
    assert answer.values[0] == {"value": [2]}
    assert answer.values[1] == {}
    assert "one.rego:12" in answer.values[2]["error"]


def test_data_and_libraries_are_there(trial):
    """As they are for a run."""
    module = HEAD.format("acme.two") + "import data.acme.one\n\nx := [one.xs, data.facts.a]\n"
    made = trial({"two.rego": module}, beside={"one.rego": ONE}, data={"facts": {"a": 7}})
    assert made.ask(["acme.two.x"], '{"xs": [3]}').values == [{"value": [[3], 7]}]


def test_a_file_that_the_engine_refuses_is_left_out(trial):
    """With its place; the others can be asked."""
    made = trial({"bad.rego": HEAD.format("acme.bad") + "x := := 1\n", "one.rego": ONE})
    assert made.ask(["acme.one.xs"], '{"xs": [2]}').values == [{"value": [2]}]
    assert (list(made.refused), made.refused["bad.rego"].line) == (["bad.rego"], 5)


def test_lines_are_counted_over_all_questions(trial):
    """And only when somebody asks for it."""
    made = trial({"one.rego": ONE}, coverage=True)
    made.ask(["acme.one.xs"], '{"xs": []}')
    before = made.coverage()["one.rego"]
    made.ask(["acme.one.xs"], '{"xs": [2]}')
    after = made.coverage()["one.rego"]
    assert before.covered < after.covered
    assert not after.covered & after.missed
    assert not made.lost
    assert all(not each.covered for each in _counted(trial({"one.rego": ONE})).values())


def _counted(made):
    made.ask(["acme.one.xs"], '{"xs": [2]}')
    return made.coverage()


def test_what_a_rule_prints_comes_with_the_answer(trial):
    """With its file and line."""
    made = trial({"one.rego": HEAD.format("acme.one") + 'x if {\n\tprint("here", input.a)\n}\n'})
    assert made.ask(["acme.one.x"], '{"a": 1}').prints == ["one.rego:6: here 1"]


def test_a_rule_that_takes_too_long_is_stopped_and_not_asked_again(trial):
    """The next question is answered, and who counts lines knows that some are lost."""
    made = trial({"loop.rego": LOOP, "one.rego": ONE}, bounds=QUICK, coverage=True)
    assert made.ask(["acme.loop.xs"], "{}").values == [{"error": "it took longer than 1 s"}]
    assert made.ask(["acme.one.xs"], '{"xs": [2]}').values == [{"value": [2]}]
    again = made.ask(["acme.loop.xs"], "{}").values
    assert again == [{"error": "it was stopped before, because it took longer than 1 s"}]
    assert made.lost


def test_a_rule_that_eats_memory_is_stopped(trial):
    """By the system, with a sentence of ours."""
    eater = HEAD.format("acme.eater") + "x := [y | some y in numbers.range(1, 100000000)]\n"
    made = trial({"eater.rego": eater}, bounds=Bounds(seconds=20.0, memory=64 << 20))
    (value,) = made.ask(["acme.eater.x"], "{}").values
    assert value["error"] in ("it needs more than 64 MiB of memory", "the policy engine crashed (signal SIGABRT)")


def test_an_input_that_is_no_json_is_an_error(trial):
    """Of every rule that is asked."""
    (value,) = trial({"one.rego": ONE}).ask(["acme.one.xs"], "{").values
    assert "error" in value


def test_modules_that_cannot_be_read_in_time_are_refused(trial):
    """All of them, because nobody knows which; nothing is asked any more."""
    made = trial({"one.rego": ONE}, bounds=Bounds(loading=0.0))
    (value,) = made.ask(["acme.one.xs"], "{}").values
    assert value["error"] == "when all files are read, it took longer than 0 s"
    assert list(made.refused) == ["one.rego"]
    assert made.coverage() == {}
