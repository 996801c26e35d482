"""Engines behind one protocol: the same values, the same errors at the same lines, whatever evaluates."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading

import pytest

from tenant_compiler.judge.engines import regorus
from tenant_compiler.judge.engines.opa_embedded import OpaEmbedded
from tenant_compiler.judge.engines.protocol import UNDEFINED, PolicyError, packages_of
from tenant_compiler.judge.engines.regorus import Regorus

HEAD = "package t\n\nimport rego.v1\n\n"
ALL = [Regorus, pytest.param(OpaEmbedded, marks=pytest.mark.tool("opa-embedded"))]
every_engine = pytest.mark.parametrize("engine_class", ALL)


def loaded(engine_class, body, data=None):
    """An engine with one module."""
    engine = engine_class()
    engine.load({"a b/t.rego": HEAD + body}, data or {})
    return engine


def refused(call):
    """The error that a call raises."""
    with pytest.raises(PolicyError) as caught:
        call()
    return caught.value


@every_engine
def test_a_query_gives_its_value(engine_class):
    """Sets come as lists, null is a value, and what has none is undefined."""
    engine = loaded(engine_class, 's contains {"a": x} if some x in input.xs\n\nn := null\n\nu := input.nothing\n')
    assert sorted(engine.evaluate("data.t.s", '{"xs": [1, "b", 1]}'), key=repr) == [{"a": "b"}, {"a": 1}]
    assert engine.evaluate("data.t.n", "{}") is None
    assert engine.evaluate("data.t.u", "{}") is UNDEFINED
    assert engine.evaluate("data.nowhere", "{}") is UNDEFINED
    assert repr(UNDEFINED) == "UNDEFINED"


@every_engine
def test_nothing_of_an_evaluation_is_left_for_the_next(engine_class):
    """Two tenants, one engine, also after an error in between."""
    engine = loaded(engine_class, "x := input.a\n\nbad := 1 / input.zero\n")
    assert engine.evaluate("data.t.x", '{"a": 1}') == 1
    assert engine.evaluate("data.t.x", "{}") is UNDEFINED
    refused(lambda: engine.evaluate("data.t.bad", '{"zero": 0}'))
    assert engine.evaluate("data.t.x", '{"a": [2]}') == [2]


@every_engine
def test_loading_takes_the_place_of_what_was_loaded(engine_class):
    """Modules and data of before are gone; a set that is refused changes nothing."""
    engine = loaded(engine_class, "x := data.d.n\n", {"d": {"n": 1}})
    assert engine.packages == {"t"}
    refused(lambda: engine.load({"u.rego": "package u\n\nx := {\n"}, {}))
    assert engine.evaluate("data.t.x", "{}") == 1
    engine.load({"u.rego": "package u.v\n\nx := data.d\n"}, {"d": 2})
    assert engine.packages == {"u.v"}
    assert engine.evaluate("data.t", "{}") is UNDEFINED
    assert engine.evaluate("data.u.v.x", "{}") == 2


@every_engine
def test_a_syntax_error_has_its_place(engine_class):
    """File, line and column of the module, and one line of words."""
    error = refused(lambda: loaded(engine_class, "x := {\n  y := }\n"))
    assert (error.code, error.file, error.line, error.column) == ("module", "a b/t.rego", 6, 5)
    assert error.message
    assert "\n" not in error.message
    assert str(error) == f"a b/t.rego:6:5: {error.message}"


@every_engine
@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("x if { y == z }\n", 5),
        ("x := 1 + input.text\n", 5),
        ("\nx := 1\n\nx := 2\n", 8),
        ("x := [x]\n", 5),
        ("x := nobody.defines(1)\n", 5),
        ("x := to_number(input.text)\n", 5),
    ],
)
def test_what_cannot_be_evaluated_is_an_error_and_never_undefined(engine_class, body, line):
    """Loading refuses it, or evaluating does, at its line."""
    error = refused(lambda: loaded(engine_class, body).evaluate("data.t.x", '{"text": "a"}'))
    assert error.code in ("module", "evaluate")
    assert (error.file, error.line) == ("a b/t.rego", line)
    assert "Stack backtrace" not in str(error)


@every_engine
def test_an_input_that_is_no_json_is_refused(engine_class):
    """The caller's mistake has no place in a module."""
    engine = loaded(engine_class, "x := 1\n")
    error = refused(lambda: engine.evaluate("data.t.x", '{"a":'))
    assert (error.code, error.file, error.line) == ("input", "", 0)
    assert refused(lambda: list(engine.evaluate_rules(["t.x"], "{"))).code == "input"


@every_engine
def test_an_error_in_the_query_stands_in_no_file(engine_class):
    """A query is nobody's file."""
    error = refused(lambda: loaded(engine_class, "x := 1\n").evaluate("data.t[", "{}"))
    assert (error.code, error.file, error.line) == ("evaluate", "", 0)


@every_engine
@pytest.mark.parametrize("data", [{"t": {"x": 2}}, {"t": {}}, {"t": 1}])
def test_data_where_a_package_is_are_refused(engine_class, data):
    """An engine would take either; what is asked for there must come from rules."""
    error = refused(lambda: loaded(engine_class, "x := 1\n", data))
    assert error.code == "data"


@every_engine
def test_data_beside_a_package_are_fine(engine_class):
    """Facts stand below the package that all rules are below."""
    engine = engine_class()
    engine.load({"t.rego": "package t.rules\n\nx := data.t.facts.n\n"}, {"t": {"facts": {"n": 7}}})
    assert engine.evaluate("data.t.rules.x", "{}") == 7


@every_engine
def test_rules_are_evaluated_each_by_itself(engine_class):
    """The value of each, an error for the one that errs or is nowhere, and the others all the same."""
    engine = loaded(engine_class, "a contains input.n\n\nb := 1 / input.zero\n\nc := [input.n]\n")
    a, b, c, d = engine.evaluate_rules(["t.a", "t.b", "t.c", "t.nowhere"], '{"n": 3, "zero": 0}')
    assert (a, c) == ([3], [3])
    assert isinstance(b, PolicyError)
    assert b.line == 7
    assert d is UNDEFINED or isinstance(d, PolicyError)


@every_engine
def test_rules_are_evaluated_when_they_are_asked_for(engine_class):
    """Whoever listens knows which rule is at hand."""
    engine = loaded(engine_class, 'a if print("a")\n\nb if print("b")\n')
    found = engine.evaluate_rules(["t.a", "t.b"], "{}")
    assert next(found) is True
    assert engine.prints() == ["a b/t.rego:5: a"]
    assert next(found) is True
    assert engine.prints() == ["a b/t.rego:7: b"]


@every_engine
def test_prints_are_kept_and_go_nowhere_else(engine_class, capfd):
    """A rule's print does not end up in the middle of a report."""
    engine = loaded(engine_class, 'x if print("hello", input.a)\n')
    engine.evaluate("data.t.x", '{"a": 1}')
    assert engine.prints() == ["a b/t.rego:5: hello 1"]
    assert engine.prints() == []
    assert capfd.readouterr() == ("", "")


@every_engine
def test_coverage_adds_up_over_evaluations(engine_class):
    """A line that one of several evaluations went through is covered; recording begins anew each time."""
    body = 'a := "a" if {\n  input.a\n}\n\nb := "b" if {\n  input.b\n  input.c\n}\n'
    engine = loaded(engine_class, body)
    engine.record(coverage=True)
    engine.evaluate("data.t.a", '{"a": 1}')
    first = engine.coverage()["a b/t.rego"]
    assert 6 in first.covered
    assert {10, 11} <= first.missed
    engine.evaluate("data.t.b", '{"b": 1, "c": 2}')
    both = engine.coverage()["a b/t.rego"]
    assert {6, 10, 11} <= both.covered
    assert not both.missed
    engine.record(coverage=True)
    engine.evaluate("data.t.a", '{"a": 1}')
    assert 10 not in engine.coverage()["a b/t.rego"].covered


@every_engine
def test_a_module_can_be_parsed_alone(engine_class):
    """Whatever it needs of others, and without touching what is loaded."""
    engine = loaded(engine_class, "x := 1\n")
    engine.parse("u.rego", "package u\n\nimport rego.v1\n\ny := data.lib.f(1)\n")
    error = refused(lambda: engine.parse("u.rego", "package u\n\ny := ]\n"))
    assert (error.code, error.file, error.line) == ("module", "u.rego", 3)
    assert engine.evaluate("data.t.x", "{}") == 1


def test_another_thread_is_told_to_make_its_own():
    """A regorus engine would panic there, which no `except Exception` catches."""
    engine = loaded(Regorus, "x := 1\n")
    caught = []

    def use():
        for call in (lambda: engine.evaluate("data.t.x", "{}"), lambda: engine.load({}, {}), engine.coverage):
            try:
                call()
            except RuntimeError as error:
                caught.append(str(error))

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert len(caught) == 3
    assert all("make one for each thread" in text for text in caught)
    assert engine.evaluate("data.t.x", "{}") == 1


class Broken:
    """Something like an engine of the library, whose every call raises."""

    def __init__(self, error):
        self.error = error

    def __getattr__(self, name):
        def fail(*_):
            raise self.error

        return fail


def panic(text):
    """What the library raises where Rust panics: no `Exception`, and of a class that cannot be imported."""
    return type("PanicException", (BaseException,), {})(text)


def test_a_panic_is_an_error_of_the_engine_and_the_next_call_gets_a_new_one():
    """The words of the panic are kept on one line."""
    engine = loaded(Regorus, "x := 1\n")
    engine._engine = Broken(panic("assertion failed\n  left: 1"))
    error = refused(lambda: engine.evaluate("data.t.x", "{}"))
    assert (error.code, error.message) == ("crash", "the engine failed: assertion failed")
    assert engine.evaluate("data.t.x", "{}") == 1


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, MemoryError, TypeError])
def test_an_interrupt_passes_through_the_engine(stop):
    """Only what the library itself raises becomes its error."""
    engine = loaded(Regorus, "x := 1\n")
    engine._engine = Broken(stop())
    with pytest.raises(stop):
        engine.evaluate("data.t.x", "{}")


def test_a_value_that_is_nested_too_deep_is_an_error():
    """Python's own parser gives up at some depth."""
    engine = loaded(Regorus, "x := 1\n")
    engine._ready()

    class Deep:
        def set_input_json(self, text):
            """Take any input."""

        def eval_query_as_json(self, query):
            """Give a deep value."""
            return "[" * 100_000

    engine._engine = Deep()
    assert refused(lambda: engine.evaluate("data.t.x", "{}")).message == "the value is nested too deep"


def test_an_engine_is_remade_in_a_child_that_was_forked():
    """The child has all that was loaded."""
    engine = loaded(Regorus, "x := data.d + input.n\n", {"d": 40})
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.write(write, json.dumps([engine.evaluate("data.t.x", '{"n": 2}'), engine._pid == os.getpid()]).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    with open(read, "rb") as pipe:
        assert json.loads(pipe.read()) == [42, True]
    assert os.waitpid(pid, 0)[1] == 0


@pytest.mark.tool("opa-embedded")
def test_opa_refuses_a_forked_child(monkeypatch):
    """Go's runtime would hang there sooner or later."""
    engine = loaded(OpaEmbedded, "x := 1\n")
    monkeypatch.setattr(os, "getpid", lambda: -1)
    for call in (lambda: engine.evaluate("data.t.x", "{}"), lambda: engine.load({}, {})):
        assert refused(call).code == "crash"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (["gordon_to_regorus-0.13.0.dist-info", "celine_regorus-0.9.1.dist-info"], "celine-regorus and gordon-to-"),
        (["celine_regorus-0.9.1.dist-info"], "installed by celine-regorus; install gordon-to-regorus alone"),
        ([], "installed by no package that pip knows"),
    ],
)
def test_another_provider_of_the_module_is_refused(tmp_path, found, said):
    """Two packages overwrite each other's files, and others have other faults."""
    for name in found:
        (tmp_path / name).mkdir()
    with pytest.raises(ImportError, match=said):
        regorus._version(str(tmp_path / "regorus" / "__init__.py"))


@pytest.mark.parametrize("before", [None, "1"])
def test_the_environment_is_as_it_was(monkeypatch, before):
    """The library is told how to work while it is loaded; whoever is started later finds what was there."""
    for name in regorus._SETTINGS:
        monkeypatch.delenv(name, raising=False)
        if before is not None:
            monkeypatch.setenv(name, before)

    def fail():
        with regorus._settings():
            assert {name: os.environ[name] for name in regorus._SETTINGS} == regorus._SETTINGS
            regorus._first_error(lambda: Broken(RuntimeError()))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert [os.environ.get(name) for name in regorus._SETTINGS] == [before, before]


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="nothing says what is reserved")
def test_the_library_reserves_little_memory():
    """What it reserves counts as used by a child that is forked later, and would be its to fill."""
    code = (
        "from tenant_compiler.judge.engines.regorus import Regorus; Regorus()\n"
        "print(*(line for line in open('/proc/self/status') if line.startswith('VmData')))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert int(done.stdout.split()[1]) < 200_000


def test_packages_are_found_behind_comments():
    """Metadata may say the word, too."""
    assert packages_of(["# package a\n\n  package b.c_d # package e\n", "package x\n", "x := 1\n"]) == {"b.c_d", "x"}
