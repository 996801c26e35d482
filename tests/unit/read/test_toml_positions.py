from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.read.toml_positions import TomlPositions

if TYPE_CHECKING:
    from tenant_compiler.model.diagnostic import Span
    from tenant_compiler.model.pointer import Pointer

TEXT = '''# a = "comment"
name = "fleet # one"   # "quoted"
"quoted.key" = 'it"s'
[defaults]
region = "eu"\t
tags = [
  "a", # first
  { key = "b", "in.line".deep = [1, 2] },
]
limits.cpu = 4
limits.memory = 1_000

[ targets . kubernetes ]
version = "1.30"
text = """
version = "no"
\\"""  """

[[clusters]]
name = "eu-1"
when = 2026-01-01 10:00:00
[clusters.labels]
zone = 'a'
[[clusters]]
"name" = "eu-2"
[[clusters.nodes]]
size = -3.5e1
empty = {}
none = [ ]
'é😀' = true
'''

VALUES: list[tuple[Pointer, str]] = [
    (("name",), '"fleet # one"'),
    (("quoted.key",), "'it\"s'"),
    (("defaults", "region"), '"eu"'),
    (("defaults", "tags"), "["),
    (("defaults", "tags", 0), '"a"'),
    (("defaults", "tags", 1, "key"), '"b"'),
    (("defaults", "tags", 1, "in.line", "deep", 1), "2"),
    (("defaults", "limits", "cpu"), "4"),
    (("defaults", "limits", "memory"), "1_000"),
    (("targets", "kubernetes", "version"), '"1.30"'),
    (("targets", "kubernetes", "text"), '"""'),
    (("clusters", 0, "name"), '"eu-1"'),
    (("clusters", 0, "when"), "2026-01-01 10:00:00"),
    (("clusters", 0, "labels", "zone"), "'a'"),
    (("clusters", 1, "name"), '"eu-2"'),
    (("clusters", 1, "nodes", 0, "size"), "-3.5e1"),
    (("clusters", 1, "nodes", 0, "empty"), "{}"),
    (("clusters", 1, "nodes", 0, "none"), "[ ]"),
    (("clusters", 1, "nodes", 0, "é😀"), "true"),
    (("defaults",), "defaults"),
    (("defaults", "limits"), "limits"),
    (("targets",), "targets"),
    (("targets", "kubernetes"), "kubernetes"),
    (("clusters", 1), "clusters"),
    (("clusters", 0, "labels"), "labels"),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("pointer", "expected"), VALUES)
def test_a_value_is_found_where_it_stands(pointer: Pointer, expected: str, newline: str) -> None:
    """Tables, dotted keys, inline tables, arrays and arrays of tables have places, with either line ending."""
    text = TEXT.replace("\n", newline)
    assert slice_of(TomlPositions.of(text).find(pointer), text) == expected


def test_lines_and_columns_count_from_one() -> None:
    """The end is exclusive, and columns are characters."""
    assert TomlPositions.of("'é😀' = 12\n").find(("é😀",)) == (1, 8, 10)
    assert TomlPositions.of("\n [ a.b ]\n").find(("a", "b")) == (2, 6, 7)


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [(("name",), "name"), (("quoted.key",), '"quoted.key"'), (("defaults", "limits", "cpu"), "cpu")],
)
def test_a_key_is_found_where_it_stands(pointer: Pointer, expected: str) -> None:
    """The key of an unknown setting can be shown."""
    assert slice_of(TomlPositions.of(TEXT).find(pointer, key=True), TEXT) == expected


@pytest.mark.parametrize("pointer", [("nothing",), (), ("name", "x"), ("clusters", 2), ("clusters", "name"), (0,)])
def test_what_is_not_there_has_no_place(pointer: Pointer) -> None:
    """None is the answer, not a line nearby."""
    assert TomlPositions.of(TEXT).find(pointer) is None


def test_a_text_that_is_no_toml_has_no_places() -> None:
    """A broken file has its own error."""
    assert TomlPositions.of("a = = 1").find(("a",)) is None


def test_a_place_that_is_not_proved_is_not_given() -> None:
    """A scan that went wrong is caught by the second parse."""
    right = TomlPositions.of("a = 1\nb = 2\n")
    wrong = right._replace(values={("a",): right.values["b",]}, keys={("b",): right.keys["a",]})
    assert wrong.find(("a",)) is None
    assert wrong.find(("b",)) is None


_keys = st.sampled_from(["a", "b-c", "d e", "f.g", "é", 'q"'])
_leaves = st.one_of(st.integers(-9, 9), st.booleans(), st.sampled_from(["", "x # y", 'q"q', "a]b", "it's", "l\nm"]))
_values = st.recursive(
    _leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=3)),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(
    root=st.dictionaries(_keys, _values, max_size=3),
    tables=st.lists(st.dictionaries(_keys, _values, max_size=2), max_size=2),
)
def test_every_leaf_is_found_and_means_its_value(root: dict[str, Any], tables: list[dict[str, Any]]) -> None:
    """Whatever the document, the text at a leaf's place is read as the leaf's value."""
    text = "".join(f"{_string(key)} = {_toml(value)} # note\n" for key, value in root.items())
    for table in tables:
        text += "[[z]]\n" + "".join(f"{_string(key)}={_toml(value)}\n" for key, value in table.items())
    document = tomllib.loads(text)
    positions = TomlPositions.of(text)
    for pointer, value in _walk(document, ()):
        assert tomllib.loads(f"v = {slice_of(positions.find(pointer), text)}")["v"] == value


def _walk(value: Any, pointer: Pointer) -> list[tuple[Pointer, Any]]:
    """The leaves of a document with their pointers."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for key, child in pairs for leaf in _walk(child, (*pointer, key))]
    return [(pointer, value)]


def _toml(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_string(key)} = {_toml(child)}" for key, child in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_toml(child) for child in value) + "]"
    return _string(value) if isinstance(value, str) else str(value).lower()


def _string(text: str) -> str:
    """A basic string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def slice_of(span: Span | None, text: str) -> str:
    """What stands at a span."""
    assert span is not None
    return text.split("\n")[span.line - 1][span.column - 1 : span.end - 1].rstrip("\r")
