"""Positions: what stands in the text at the span of a node."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.emit.yaml import dump as emit
from tenant_compiler.model.diagnostic import Span
from tenant_compiler.read import yaml_parser
from tenant_compiler.read.yaml import plain_value
from tenant_compiler.read.yaml_positions import Nearest, Positions

SAMPLE = """\
# a tenant
metadata:
  name: acme   # its name
spec:
  "quoted key": 'single'
  list:
  - one
  - name: x
    size: 3
  - - deep
    - {flow: 1, é😀: "two words", last: [a, bb]}
  empty:
  text: |  # a comment
    line one
    line two
  folded: two
    lines
  anchor: &a value
  alias: *a
  map: &m
    inner: 1
  '0': zero
"""


@pytest.fixture(params=["libyaml", "pure"])
def parser(request, monkeypatch):
    """Run a test with both parsers."""
    monkeypatch.setattr(yaml_parser, "HAS_LIBYAML", request.param == "libyaml")


def cut(text: str, span: Span | None) -> str | None:
    """Give the text at a span."""
    return None if span is None else text.splitlines()[span.line - 1][span.column - 1 : span.end - 1]


@pytest.mark.parametrize(
    ("pointer", "value", "key"),
    [
        ((), "metadata", "metadata"),
        (("metadata",), "metadata", "metadata"),
        (("metadata", "name"), "acme", "name"),
        (("spec", "quoted key"), "'single'", '"quoted key"'),
        (("spec", "list"), "list", "list"),
        (("spec", "list", 0), "one", "one"),
        (("spec", "list", 1), "name", "name"),
        (("spec", "list", 1, "size"), "3", "size"),
        (("spec", "list", 2), "-", "-"),
        (("spec", "list", 2, 0), "deep", "deep"),
        (("spec", "list", 2, 1), "{", "{"),
        (("spec", "list", 2, 1, "é😀"), '"two words"', "é😀"),
        (("spec", "list", 2, 1, "last", 1), "bb", "bb"),
        (("spec", "empty"), "empty", "empty"),
        (("spec", "text"), "|", "text"),
        (("spec", "folded"), "two", "folded"),
        (("spec", "anchor"), "&a value", "anchor"),
        (("spec", "alias"), "&a value", "alias"),
        (("spec", "map"), "map", "map"),
        (("spec", "map", "inner"), "1", "inner"),
        (("spec", "0"), "zero", "'0'"),
        (("spec", 0), "zero", "'0'"),
    ],
)
@pytest.mark.parametrize("variant", ["plain", "mark", "crlf", "cr", "second"])
def test_a_span_cuts_out_the_node(parser, pointer, value, key, variant):
    """Values and keys of every style are found, with a byte-order mark, any line ends, in any document."""
    text, document = SAMPLE, 0
    if variant == "crlf":
        text = SAMPLE.replace("\n", "\r\n")
    elif variant == "cr":
        text = SAMPLE.replace("\n", "\r")
    elif variant == "second":
        text, document = f"metadata: wrong\n---\n{SAMPLE}", 1
    data = text.encode("utf-8-sig" if variant == "mark" else "utf-8")
    positions = Positions.of(data)
    assert cut(text, positions.find(pointer, document=document)) == value
    assert cut(text, positions.find(pointer, document=document, key=True)) == key


def test_a_missing_node_has_no_span_but_a_nearest_parent(parser):
    """A finding about something missing points at what it is missing from."""
    positions = Positions.of(SAMPLE.encode())
    for pointer, parent, text in (
        (("spec", "quotas", "cpu_cores"), ("spec",), "spec"),
        (("spec", "list", 7), ("spec", "list"), "list"),
        (("spec", "list", "x"), ("spec", "list"), "list"),
        (("metadata", "name", "x"), ("metadata", "name"), "acme"),
        (("nothing",), (), "metadata"),
    ):
        assert positions.find(pointer) is None
        nearest = positions.nearest(pointer, key=True)
        assert nearest.pointer == parent
        assert cut(SAMPLE, nearest.span) == text
    assert positions.nearest(("metadata", "name"), key=True) == Nearest(Span(3, 3, 7), ("metadata", "name"))


def test_an_unreadable_file_has_the_positions_before_its_first_error(parser):
    """Documents before a syntax error keep their places; behind it there is nothing but the start of the file."""
    positions = Positions.of(b"a: 1\n---\nb: 2\n---\nc: [\n")
    assert positions.find(("b",), document=1) == Span(3, 4, 5)
    assert positions.find(("c",), document=2) is None
    assert positions.find((), document=-1) is None
    assert positions.nearest(("c",), document=2) == Nearest(Span(1, 1, 2), ())
    for data in (b"", b"\xff\xfe", b"\xff", b"[" * 100_000, b"x" * (2 << 20)):
        assert Positions.of(data).nearest(("a",)) == Nearest(Span(1, 1, 2), ())


def test_an_alias_as_key_does_not_move_its_mapping(parser):
    """The mapping stands where it is written, not where the text of its first key was."""
    positions = Positions.of(b"x: &a k\nl:\n- *a : 1\n")
    assert positions.find(("l", 0)) == Span(3, 3, 4)
    assert positions.find(("l", 0, "k")) == Span(3, 8, 9)


def test_a_recursive_alias_does_not_hang(parser):
    """A document that contains itself is refused by the reader, but a report may still ask for its places."""
    assert Positions.of(b"&a\nb: *a\n").find(("b", "b", "b")) == Span(2, 1, 2)


keys = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x1F600, exclude_categories=["C", "Z"]), min_size=1, max_size=5
)
leaves = st.one_of(st.integers(), st.booleans(), keys)
trees = st.dictionaries(
    keys,
    st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3), st.dictionaries(keys, inner, min_size=1, max_size=3)
        ),
        max_leaves=10,
    ),
    min_size=1,
    max_size=4,
)


def walk(node, pointer=()):
    """Give (pointer, leaf) of every scalar."""
    if isinstance(node, dict):
        for key, item in node.items():
            yield from walk(item, (*pointer, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from walk(item, (*pointer, index))
    else:
        yield pointer, node


def meaning(text: str):
    """Read one scalar as YAML 1.2 does, with the help of an independent reader for quoted text."""
    return yaml.safe_load(text) if text[0] in "'\"" else plain_value(text)


@settings(max_examples=80, deadline=None)
@given(trees, st.sampled_from(["own", "pyyaml", "flow"]))
def test_the_text_at_every_span_means_the_value_there(tree, writer):
    """For every leaf of a document, the text cut out at its spans is the value and the key."""
    if writer == "own":
        text = emit(tree)
    else:
        text = yaml.dump(
            tree, Dumper=yaml.CSafeDumper, allow_unicode=True, default_flow_style=writer == "flow", width=10_000
        )
    positions = Positions.of(text.encode())
    for pointer, leaf in walk(tree):
        shown = cut(text, positions.find(pointer))
        assert shown is not None
        assert meaning(shown) == leaf or str(meaning(shown)) == leaf or yaml.safe_load(shown) == leaf
        if isinstance(pointer[-1], str):
            key = cut(text, positions.find(pointer, key=True))
            assert key is not None
            assert pointer[-1] in (key, yaml.safe_load(key))
