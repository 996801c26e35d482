"""Calls that an engine lacks, or that nobody may make, are found before anything is evaluated."""

from __future__ import annotations

import json

import pytest

from tenant_compiler.judge.engines.builtins import BUILTINS, FORBIDDEN, scan
from tenant_compiler.judge.engines.opa_embedded import OpaEmbedded
from tenant_compiler.judge.engines.protocol import PolicyError
from tenant_compiler.judge.rego import span_of

HEAD = "package t\n\nimport rego.v1\n\n"


def found(body, dialect="regorus", head=HEAD):
    """Names and kinds of what is found in a module."""
    return [(each.name, each.kind) for each in scan({"t.rego": head + body}, dialect)]


def test_the_list_of_regorus_is_its_own():
    """It says itself which builtins it has; `print` and `set` are part of its language."""
    import regorus

    engine = regorus.Engine()
    engine.add_policy("t.rego", HEAD + "x := opa.runtime().builtins\n")
    (answer,) = json.loads(engine.eval_query_as_json("data.t.x"))["result"]
    own = {name for name in answer["expressions"][0]["value"] if not name.startswith("__")}
    assert own | {"print", "set"} == BUILTINS["regorus"]


@pytest.mark.tool("opa-embedded")
def test_the_list_of_opa_is_its_own():
    """It knows every name of the list, and calls the others undefined."""
    engine = OpaEmbedded()

    def known(name):
        try:
            engine.load({"t.rego": f"{HEAD}x := {name}()\n"}, {})
        except PolicyError as error:
            return "undefined function" not in error.message
        return True

    assert [name for name in sorted(BUILTINS["opa-embedded"]) if not known(name)] == []
    assert not known("no.such")


def test_portable_is_what_all_engines_have():
    """And nothing that reaches outside."""
    assert BUILTINS["portable"] < BUILTINS["regorus"] & BUILTINS["opa-embedded"]
    assert BUILTINS["portable"].isdisjoint(FORBIDDEN)


@pytest.mark.parametrize(
    "body",
    [
        'x := http.send({"method": "get", "url": "http://a.example"})\n',
        'x := http["send"]({})\n',
        "x := http[`send`]({})\n",
        'x := http["s\\u0065nd"]({})\n',
        "x if count(input.a) > 0 with count as http.send\n",
        'x if {\n\tstartswith("#", "`") # a comment with "quotes"\n\ty := [http.send({})]\n}\n',
        "f(http) := http.send(1)\n",
        "deny contains http.send({}).body if true\n",
    ],
)
def test_a_forbidden_builtin_is_found_however_it_is_written(body):
    """In dots, brackets, escapes, as the stand-in of another one, and whatever a name is called."""
    assert found(body) == [("http.send", "forbidden")]


@pytest.mark.parametrize("line", ["import data.acme.http\n\n", "import data.acme.lib as http\n\n"])
def test_an_import_hides_no_forbidden_builtin(line):
    """For regorus the builtin goes before the import."""
    assert found("x := http.send({})\n", head=HEAD + line) == [("http.send", "forbidden")]


@pytest.mark.parametrize(
    "body",
    [
        'x := "http.send({})"\n',
        "x := `http.send({})`\n",
        "x := 1 # http.send({})\n",
        "x := input.http.send\n",
        "x := data.http.send(1)\n",
        "x := http.get\n",
        'deny contains ("a") if true\n',
        'deny contains {"a": x} if { some x in input.xs; contains(x, "a") }\n',
        "f(x) := x\n\ny := f(1)\n",
        "y := f(1)\n\nf(x) := x\n",
        "x := {1} | {y | some y in (input.a | input.b)}\n",
        'x if not startswith(input.a, "b")\n',
        "x if every y in input.a { y in (input.b) }\n",
        "x := y if { y := 1 } else := (2)\n",
    ],
)
def test_what_only_looks_like_a_call_is_none(body):
    """Texts, comments, fields, keywords, and functions of the module's own."""
    assert found(body) == []


def test_functions_of_other_files_are_known():
    """Those of the same package by name, those of another one by its import."""
    modules = {
        "a.rego": "package p\n\nf(x) := x\n",
        "b.rego": "package p\nimport data.q.lib\nimport data.q.more as m\n\ny := [f(1), lib.g(2), m.h(3), m.i.j()]\n",
    }
    assert scan(modules, "regorus") == []


def test_a_builtin_that_the_engine_lacks_is_told_from_one_that_nobody_has():
    """The first has another engine, the second is a slip."""
    body = 'x := io.jwt.decode("a")\n\ny := cuont([1])\n\nz := print("a")\n'
    assert found(body) == [("io.jwt.decode", "lacking"), ("cuont", "unknown")]
    assert found(body, "opa-embedded") == [("cuont", "unknown")]
    assert ("print", "lacking") in found(body, "portable")


def test_texts_with_expressions_and_texts_without_an_end_are_found():
    """Nobody looks into the first, and the second may hide anything."""
    assert found('x := $"{opa.runtime()}"\n') == [('$"{opa.runtime()}"', "template")]
    assert [kind for _, kind in found('x := "a\n')] == ["open"]
    assert [kind for _, kind in found("x := `a\n")] == ["open"]


def test_a_problem_has_its_place():
    """File, line and columns of the name."""
    source = HEAD + "x := 1\n\ny := [1, time.now_ns()]\n"
    (problem,) = scan({"a.rego": HEAD, "b.rego": source}, "portable")
    assert (problem.file, problem.reason) == ("b.rego", FORBIDDEN["time.now_ns"])
    assert span_of(source, problem.start, problem.end) == (7, 10, 21)
