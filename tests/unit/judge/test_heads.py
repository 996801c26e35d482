"""Heads that lose nothing: what is moved into a body means the same in OPA, and in regorus no denial is lost."""

from __future__ import annotations

import json

import pytest

from tenant_compiler.judge.engines.choose import probe
from tenant_compiler.judge.heads import whole_heads
from tenant_compiler.judge.rego import without_comments

HEAD = "package a\n\nimport rego.v1\n\n"
INPUT = json.dumps({"items": [{"ref": 1, "n": 1}, {"n": 2}], "one": {"ref": 3}})

MODULES = {
    "an object": 's contains {"m": p.n, "ref": p.ref} if {\n\tsome p in input.items\n}',
    "a reference": "s contains p.ref if {\n\tsome p in input.items\n}",
    "on one line": "s contains p.ref if some p in input.items",
    "in braces on one line": "s contains p.ref if { some p in input.items; p.n > 0 }",
    "a comment behind the brace": "s contains p.ref if { # why\n\tsome p in input.items\n}",
    "a comment behind the statement": "s contains p.ref if some p in input.items # why\n\nt := 1",
    "a call": "s contains f(p) if {\n\tsome p in input.items\n}\n\nf(p) := p.ref",
    "a head of two lines": 's contains {\n\t"ref": p.ref,\n\t"n": p.n,\n} if {\n\tsome p in input.items\n}',
    "a value of an object": "s[p.n] := p.ref if {\n\tsome p in input.items\n}",
    "a key of an object": "s[p.ref] := p.n if some p in input.items",
    "a statement of two lines": "s contains p.ref if some p in array.concat(\n\tinput.items,\n\t[],\n)",
    "a statement with an operator at its end": "s contains input.one.ref if 1 +\n\t1 == 2",
    "two rules": "s contains p.ref if some p in input.items\n\ns contains input.one.ref if true",
    "names only": "s contains r if {\n\tsome p in input.items\n\tr := p.ref\n}",
    "without a body": "s contains input.one.ref",
    "the builtin of that name": 's contains 1 if contains("abc", "b")\n\nt if\n\tcontains("x", "y")',
}
LOSSES = {"an object", "a reference", "on one line", "in braces on one line", "a call"}


def said(name, source):
    """What an engine says of the set; sorted, because sets have no order."""
    engine = probe(name).engine
    engine.load({"a.rego": source}, {})
    value = engine.evaluate("data.a.s", INPUT)
    return sorted(map(json.dumps, value)) if isinstance(value, list) else value


@pytest.mark.tool("opa-embedded")
@pytest.mark.parametrize("name", MODULES)
def test_a_moved_head_means_the_same(name):
    """OPA says the same of both, and regorus says of the moved one what OPA says."""
    source = HEAD + MODULES[name] + "\n"
    moved = whole_heads(source)
    expected = said("opa-embedded", source)
    assert said("opa-embedded", moved) == expected
    assert said("regorus", moved) == expected
    assert expected


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_regorus_loses_what_is_not_moved(name):
    """So long as this holds the moving is needed: when regorus is mended, it can go."""
    assert said("regorus", HEAD + MODULES[name] + "\n") == []


@pytest.mark.parametrize("name", MODULES)
def test_lines_stay_where_they_are(name):
    """An error names the line of the source."""
    source = HEAD + MODULES[name] + "\n"
    moved = whole_heads(source)
    assert moved.count("\n") == source.count("\n")
    assert whole_heads(moved) == moved
    assert whole_heads(without_comments(source)).count("\n") == source.count("\n")


@pytest.mark.parametrize("name", ["names only", "without a body", "the builtin of that name"])
def test_what_cannot_be_undefined_stays(name):
    """Nothing is moved without need."""
    source = HEAD + MODULES[name] + "\n"
    assert whole_heads(source) == source


@pytest.mark.parametrize(
    "source", ["", "s contains", "s contains x.y if", "s[", "s[x.y] :=", "s contains {", "}s contains a.b if {"]
)
def test_a_broken_module_stays_one_and_no_error_of_ours(source):
    """The engine says what is wrong with it."""
    assert isinstance(whole_heads(source), str)
