"""The YAML emitter, read back by two independent parsers (YAML 1.1 and 1.2)."""

from __future__ import annotations

import enum
import io
import json
import math
import os

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tenant_compiler.emit.yaml import dump, dump_all
from tenant_compiler.model.artifact import Shared

FIXTURES = os.path.join(os.path.dirname(__file__), "..", "..", "fixtures")
with open(os.path.join(FIXTURES, "tricky_strings.json"), encoding="utf-8") as file:
    TRICKY = [*json.load(file), "a" * 5000, "a b " * 1000 + "a"]

texts = st.one_of(
    st.sampled_from(TRICKY),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text(st.sampled_from("a1 \n\t:#-'\"\\|>{}[]&*!?,%@`~.=\u2028\x85\ufeff"), max_size=10),
)
leaves = st.one_of(texts, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False, allow_infinity=False))
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


def same(left: object, right: object) -> bool:
    """Equal values of equal types, all the way down; the order of keys counts."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return (
        left == right and math.copysign(1, left or 1) == math.copysign(1, right or 1) if left == 0.0 else left == right
    )


def read_12(text: str) -> list[object]:
    """Read all documents with ruamel.yaml, as YAML 1.2."""
    reader = YAML(typ="safe", pure=True)
    reader.allow_duplicate_keys = False
    return list(reader.load_all(io.StringIO(text)))


@settings(max_examples=250, deadline=None)
@given(values)
def test_every_value_is_read_back_by_yaml_1_1_and_1_2(value):
    """A value comes back the same, with its types and order, from a reader of either version."""
    text = dump(value)
    assert text.endswith("\n")
    assert same(yaml.load(text, Loader=yaml.CSafeLoader), value)
    [read] = read_12(text)
    assert same(read, value)


@settings(max_examples=60, deadline=None)
@given(st.lists(values, min_size=1, max_size=4))
def test_documents_stay_apart(documents):
    """A stream of documents has as many documents as went in, whatever their texts look like."""
    text = dump_all(documents)
    assert all(map(same, yaml.load_all(text, Loader=yaml.CSafeLoader), documents))
    assert len(list(yaml.load_all(text, Loader=yaml.CSafeLoader))) == len(documents)


def test_tricky_strings_as_values_keys_and_items_are_read_back():
    """Words and numbers of any YAML version stay strings in every place."""
    value = {"map": {text: text for text in TRICKY}, "list": TRICKY, "nested": [[text] for text in TRICKY]}
    text = dump(value)
    assert same(yaml.load(text, Loader=yaml.CSafeLoader), value)
    assert same(read_12(text)[0], value)


def test_the_text_is_block_style_in_the_order_given():
    """People read the output: block style, no needless quotes, lists level with their key, literals for lines."""
    value = {
        "kind": "Deployment",
        "image": "registry.example/team/app@sha256:ab12",
        "country": "NO",
        "port": 8080,
        "ratio": 0.5,
        "large": 1e16,
        "empty": {},
        "none": [],
        "containers": [{"name": "app", "args": ["a", "--b"]}, [1, [2]], {}, []],
        "script": "line one\nline two\n",
    }
    assert dump(value) == (
        "kind: Deployment\n"
        "image: registry.example/team/app@sha256:ab12\n"
        'country: "NO"\n'
        "port: 8080\n"
        "ratio: 0.5\n"
        "large: 1.0e+16\n"
        "empty: {}\n"
        "none: []\n"
        "containers:\n"
        "- name: app\n"
        "  args:\n"
        "  - a\n"
        '  - "--b"\n'
        "- - 1\n"
        "  - - 2\n"
        "- {}\n"
        "- []\n"
        "script: |\n"
        "  line one\n"
        "  line two\n"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\nb", "|-\n  a\n  b"), ("a\nb\n", "|\n  a\n  b"), ("a\n\n\n", "|+\n  a\n\n"), ("a \nb", '"a \\nb"')],
)
def test_line_ends_survive_or_are_quoted(text, shown):
    """A literal block keeps the line ends at its end; a blank before a line end forces quotes."""
    assert dump({"k": text}) == f"k: {shown}\n"


def test_control_characters_never_reach_the_file():
    """The output of hostile text is harmless in a terminal and has no line break that only some readers see."""
    text = dump({"k": "".join(map(chr, range(0xA0))) + "\u2028\u2029\ufeff"})
    assert all(character.isprintable() or character == "\n" for character in text)


def test_a_shared_subtree_is_written_once_per_indent_and_read_back_everywhere():
    """The text of a shared dict is remembered for each indent, and looks as that of a plain dict."""
    shared = Shared({"a": {"b": [1, {"c": "x\ny"}]}, "d": "NO"})
    plain = dict(shared)

    def tree(part):
        return {"top": part, "list": [part, [part]], "deep": {"er": part, "empty": []}}

    assert dump(tree(shared)) == dump(tree(plain)) == dump(tree(shared))
    assert set(shared.texts) == {1, 2}
    assert dump(shared) == dump(plain)
    assert dump({"k": Shared(), "l": [Shared()]}) == "k: {}\nl:\n- {}\n"


def test_a_remembered_text_is_used_again():
    """Repeated objects cost a look-up: the second writing does not walk the tree."""
    shared = Shared({"a": 1})
    dump({"k": shared})
    shared.texts[1] = "  a: remembered"
    assert dump({"k": shared}) == "k:\n  a: remembered\n"


def test_long_keys_are_announced():
    """Readers give up a key of more than 1024 characters unless a question mark stands before it."""
    for inner in ("v", 1, ["a"], {"b": 1}, [], "x\ny\n", Shared({"a": 1})):
        value = {"k" * 3000: inner, "after": [{"é" * 600: inner}]}
        text = dump(value)
        assert same(yaml.load(text, Loader=yaml.CSafeLoader), {**value, "k" * 3000: _plain(inner), **_after(inner)})
        assert read_12(text)[0] == value


def _plain(value):
    return dict(value) if isinstance(value, Shared) else value


def _after(inner):
    return {"after": [{"é" * 600: _plain(inner)}]}


class Colour(enum.IntEnum):
    """An int that prints its name."""

    RED = 3


class Name(enum.StrEnum):
    """A str that is no exact str."""

    NO = "NO"


def test_subclasses_are_written_as_what_they_are():
    """Enumerations, bool and dict or list subclasses look as their base; True never becomes 1."""

    class Map(dict):
        pass

    class Items(list):
        pass

    value = {"i": Colour.RED, "s": Name.NO, "t": True, "one": 1, "m": Map(a=1), "l": Items([1]), "e": Map()}
    assert dump(value) == 'i: 3\ns: "NO"\nt: true\none: 1\nm:\n  a: 1\nl:\n- 1\ne: {}\n'


@pytest.mark.parametrize("value", [("a",), {1, 2}, b"a", object(), 1j])
def test_other_types_are_a_mistake_of_the_caller(value):
    """Nothing says how a tuple, a set or bytes should look, so they are refused everywhere."""
    for tree in (value, {"k": value}, [value], {"k": [{"l": value}]}):
        with pytest.raises(TypeError, match="cannot write a value of type"):
            dump(tree)


@pytest.mark.parametrize("key", [1, None, True, ("a",)])
def test_keys_must_be_strings(key):
    """A key that readers would take for another type is refused, also after the same text was a key."""
    dump({"1": 1, "True": 1, "None": 1})
    with pytest.raises(TypeError, match="key must be a string"):
        dump({"k": {key: 1}})


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_does_not_know_are_refused(number):
    """Not a number would be a bug of a back-end, and no target reads it."""
    with pytest.raises(ValueError, match="no number"):
        dump([number])


def test_half_characters_are_refused():
    """A lone surrogate cannot be written in UTF-8, and no escape of it is valid YAML."""
    for text in ("\ud800", "a\nb\udfff"):
        with pytest.raises(ValueError, match="half of a character"):
            dump({"k": text})


def test_the_memory_of_the_emitter_is_bounded():
    """Ten thousands of distinct strings do not stay in memory."""
    from tenant_compiler.emit import yaml as emitter

    for number in range(3):
        dump([f"s{number}-{index}" for index in range(15_000)])
        dump({f"k{number}-{index}": 1 for index in range(15_000)})
        assert max(len(emitter._strings), len(emitter._keys)) <= emitter._CACHE_ENTRIES
    long = "x" * 1000
    dump({long: long})
    assert long not in emitter._strings
    assert (0, long) not in emitter._keys
