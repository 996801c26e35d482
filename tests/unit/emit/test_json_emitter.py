"""The JSON emitter against the standard library."""

from __future__ import annotations

import enum
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.emit.json import dump, quoted

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.one_of(texts, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(values)
def test_every_value_is_read_back(value):
    """A value comes back from the standard reader, in the same order, from text that ends in a line end."""
    text = dump(value)
    assert text.endswith("\n")
    read = json.loads(text)
    assert read == value
    assert json.dumps(read) == json.dumps(value)


def test_the_layout_is_that_of_the_standard_library():
    """Two blanks an indent, empty collections on one line, the order of the dict, text as it is."""
    value = {"b": [1, {"c": 'é\n"x"'}], "a": {}, "n": None, "t": True, "f": 1.5, "l": [], "ll": [[]]}
    assert dump(value) == json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def test_active_characters_are_escaped_and_other_text_is_kept():
    """Line separators, C1, DEL and the byte-order mark are escaped; letters of any script are not."""
    assert quoted("\u2028\u2029\x85\x7f\x9b\ufeff\x1b") == '"\\u2028\\u2029\\u0085\\u007f\\u009b\\ufeff\\u001b"'
    assert quoted("日本 é 😀") == '"日本 é 😀"'


def test_wrong_values_are_refused():
    """Keys that are no strings, other types, numbers that JSON lacks and half characters raise."""
    for value in ({1: 1}, {"a": {None: 1}}, [("a",)], {"a": b""}):
        with pytest.raises(TypeError):
            dump(value)
    for value in (math.nan, [math.inf], "\ud800"):
        with pytest.raises(ValueError, match=r"no number|half"):
            dump(value)


def test_subclasses_are_written_as_what_they_are():
    """An enumeration is its value, and True is not 1."""

    class Colour(enum.IntEnum):
        RED = 3

    assert dump([Colour.RED, True, 1, 1e16]) == "[\n  3,\n  true,\n  1,\n  1.0e+16\n]\n"
