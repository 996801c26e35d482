"""The YAML reader: values against ruamel.yaml in 1.2 mode, problems at their exact place, limits, both parsers."""

from __future__ import annotations

import io
import json
import math
import os
import re
import time

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tenant_compiler.emit.yaml import dump as emit
from tenant_compiler.read import yaml as reader
from tenant_compiler.read import yaml_parser
from tenant_compiler.read.yaml import Limits, read_documents

FIXTURES = os.path.join(os.path.dirname(__file__), "..", "..", "fixtures")
with open(os.path.join(FIXTURES, "tricky_strings.json"), encoding="utf-8") as file:
    TRICKY = json.load(file)


@pytest.fixture(params=["libyaml", "pure"])
def parser(request, monkeypatch):
    """Run a test with libyaml's parser and with the one that stands in where libyaml is missing."""
    monkeypatch.setattr(yaml_parser, "HAS_LIBYAML", request.param == "libyaml")
    return request.param


def read(text: str | bytes, **limits: int):
    """Read a text as the file t.yaml."""
    data = text if isinstance(text, bytes) else text.encode()
    return read_documents(data, "t.yaml", Limits(**limits))


def value(text: str | bytes):
    """Give the value of a sound file with one document."""
    reading = read(text)
    assert reading.diagnostics == ()
    [document] = reading.documents
    assert (document.file, document.index) == ("t.yaml", 0)
    return document.value


def found(text: str | bytes, **limits: int):
    """Give (code, line, column, end) of every problem."""
    return [(problem.code, *problem.place.span) for problem in read(text, **limits).diagnostics]


def same(left: object, right: object) -> bool:
    """Equal values of equal types; NaN equals itself here."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right or (left != left and right != right)  # noqa: PLR0124 - NaN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NO", "NO"), ("yes", "yes"), ("on", "on"), ("y", "y"), ("true", True), ("TRUE", True), ("tRue", "tRue"),
        ("False", False), ("null", None), ("~", None), ("NULL", None), ("nULL", "nULL"), ("12:30", "12:30"),
        ("2001-01-01", "2001-01-01"), ("012", 12), ("0o14", 12), ("0o8", "0o8"), ("0x1F", 31), ("0b1", "0b1"),
        ("1_000", "1_000"), ("-0", 0), ("+12", 12), ("-0x1", "-0x1"), ("1e3", 1000.0), ("1.", 1.0), (".5", 0.5),
        ("+.5e-1", 0.05), (".", "."), ("1e", "1e"), ("e3", "e3"), (".inf", math.inf), ("-.INF", -math.inf),
        (".nan", math.nan), ("inf", "inf"), ("nan", "nan"), ("=", "="), ("<<", "<<"), ("'1'", "1"), ('"true"', "true"),
        ("!", None), ("|\n  1\n", "1\n"), (">-\n  a\n  b\n", "a b"),
    ],
)  # fmt: skip
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(parser, text, expected):
    """No word of YAML 1.1 changes a type; numbers are those of the 1.2 core schema; quotes make strings."""
    if text == "!":
        assert [code for code, *_ in found("k: !\n")] == ["TC109"]
    else:
        assert same(value(f"k: {text}\n"), {"k": expected})


texts = st.one_of(
    st.sampled_from([text for text in TRICKY if text.isprintable()]),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cc", "Cs"]), max_size=8),
)
values = st.recursive(
    st.one_of(texts, st.integers(-(10**20), 10**20), st.booleans(), st.none(), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


def dump_with(writer: str, data: object) -> str:
    """Write a value with one of several emitters, each with habits of its own."""
    if writer == "pyyaml":
        return yaml.dump(data, Dumper=yaml.CSafeDumper, allow_unicode=True)
    if writer == "pyyaml-flow":
        return yaml.dump(data, Dumper=yaml.CSafeDumper, default_flow_style=True, width=30)
    if writer == "json":
        return json.dumps(data, indent=1, ensure_ascii=False)  # YAML has no pairs of half characters
    stream = io.StringIO()
    writer_12 = YAML(typ="safe", pure=True)
    writer_12.default_flow_style = False
    writer_12.sort_base_mapping_type_on_output = False
    writer_12.dump(data, stream)
    return stream.getvalue()


@settings(max_examples=70, deadline=None)
@given(st.dictionaries(texts, values, max_size=4), st.sampled_from(["pyyaml", "pyyaml-flow", "json", "ruamel"]))
def test_every_document_means_what_ruamel_reads_as_yaml_1_2(data, writer):
    """Whatever wrote it, a document has the value that an independent YAML 1.2 reader gives."""
    text = dump_with(writer, data)
    reading = read(text)
    oracle = YAML(typ="safe", pure=True)
    oracle.allow_duplicate_keys = True  # two strings of YAML 1.1, such as 1e3 and 1E3, can be one number of 1.2
    expected = oracle.load(text)
    if reading.diagnostics:
        # An emitter for YAML 1.1 leaves words bare that are numbers in 1.2.
        assert {problem.code for problem in reading.diagnostics} == {"TC110"}
        assert any(not isinstance(key, str) for key in _keys(expected))
    else:
        assert same(reading.documents[0].value, expected)


def _keys(node):
    if isinstance(node, dict):
        for key, item in node.items():
            yield key
            yield from _keys(item)
    elif isinstance(node, list):
        for item in node:
            yield from _keys(item)


@settings(max_examples=70, deadline=None)
@given(st.dictionaries(texts, values, max_size=4))
def test_what_we_emit_we_read(data):
    """The emitter and the reader agree on every value that the emitter takes."""
    assume("Infinity" not in json.dumps(data))
    assert same(value(emit(data)), data)


def test_byte_order_mark_and_any_line_ends_are_fine(parser):
    """Editors on Windows write both; neither is part of a value."""
    text = "a: 1\nb:\n- x\n- y\n"
    for variant in ("\ufeff" + text, text.replace("\n", "\r\n"), text.replace("\n", "\r")):
        assert value(variant) == {"a": 1, "b": ["x", "y"]}


def test_documents_are_numbered_and_a_broken_one_does_not_hide_the_sound_ones(parser):
    """A problem inside a document leaves out that document; a syntax error ends the file."""
    reading = read("a: 1\n---\nb: 1\nb: 2\n---\nc: 3\n---\nd: [\n---\ne: 5\n")
    assert [(document.index, document.value) for document in reading.documents] == [(0, {"a": 1}), (2, {"c": 3})]
    assert [(problem.code, problem.place.document) for problem in reading.diagnostics] == [("TC104", 1), ("TC103", 3)]


def test_all_problems_of_a_document_are_reported_in_order(parser):
    """One reading shows everything that is wrong, from top to bottom, not only the first."""
    text = "1: a\n~: b\nc: !x 1\nd: 1\nd: 2\ne:\n  ? [k]\n  : 1\n<<: {}\n"
    assert [(code, line) for code, line, *_ in found(text)] == [
        ("TC110", 1), ("TC110", 2), ("TC109", 3), ("TC104", 5), ("TC110", 7), ("TC110", 9),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ("TC111", 1, 1, 2)),
        ("# nothing\n", ("TC111", 1, 1, 2)),
        ("---\n", ("TC111", 1, 1, 4)),
        ("a: 1\n---\n# later\n---\nb: 1\n", ("TC111", 2, 1, 4)),
        (b"a: 1\nb: \xff\n", ("TC102", 2, 4, 5)),
        ("a: é\nb: ".encode() + b"\xed\xa0\x80", ("TC102", 2, 4, 5)),
        ("a: 1\n".encode("utf-16"), ("TC102", 1, 1, 2)),
        ("a: 1\nb: x\x07y\n", ("TC103", 2, 5, 6)),
        ("é: x\x1by\n", ("TC103", 1, 5, 6)),
        ("a: x\u2028y\n", ("TC103", 1, 5, 6)),
        ("a: x\ufeffy\n", ("TC103", 1, 5, 6)),
        ("\ufeffa: x\x85y\n", ("TC103", 1, 5, 6)),
        ("a:\n\tb: 1\n", ("TC103", 2, 1, 2)),
        ("a:\n  b: 1\n\tc: 2\n", ("TC103", 3, 1, 2)),
        ("a:\n- x\n\t- y\n", ("TC103", 3, 1, 2)),
        ("a: 'x\nb: 1\n", ("TC103", 1, 4, 6)),
        ("a: b: c\n", ("TC103", 1, 5, 6)),
        ("a: [1, 2\nb: 3\n", ("TC103", 2, 2, 3)),
        ("a: {x: 1\n\n", ("TC103", 1, 9, 10)),
        ("a: @x\n", ("TC103", 1, 4, 5)),
        ("a: *x\n", ("TC103", 1, 4, 5)),
        ("a: &x 1\nb: &x 2\n", ("TC103", 2, 4, 5)),
        ("a:\n  - b\n c: d\n", ("TC103", 3, 2, 3)),
        ("- a\nb: 1\n", ("TC103", 2, 1, 2)),
        ("a: -\n", ("TC103", 1, 4, 5)),
        ("a: 1\nword\n", ("TC103", 2, 1, 5)),
        ("{a: 1}}\n", ("TC103", 1, 7, 8)),
        ("%YAML 3.0\n---\na: 1\n", ("TC103", 1, 1, 2)),
        ("a: ]\n", ("TC103", 1, 4, 5)),
        ("a: 1\nb: 2\na: 3\n", ("TC104", 3, 1, 2)),
        ("é😀: {x: 1, 'x': 2}\n", ("TC104", 1, 12, 15)),
        ("&a [*a]\n", ("TC105", 1, 5, 7)),
        ("a: !!python/object:os.system {x: 1}\n", ("TC109", 1, 4, 29)),
        ("a: &x !foo [1]\n", ("TC109", 1, 7, 11)),
        ("a: !!str 1\n", ("TC109", 1, 4, 9)),
        ("a: ! '12'\n", ("TC109", 1, 4, 5)),
        ("a: !h!x 1\n", ("TC109", 1, 4, 5)),
        ("a: !foo\n", ("TC109", 1, 4, 8)),
        ("!foo a: 1\n", ("TC109", 1, 1, 5)),
        ("a: &x\n  !foo b\n", ("TC109", 1, 4, 6)),
        ("a:\n  12: x\n", ("TC110", 2, 3, 5)),
        ("true: x\n", ("TC110", 1, 1, 5)),
        ("? {a: 1}\n: x\n", ("TC110", 1, 3, 4)),
        ("a: {{ x }}\n", ("TC110", 1, 5, 6)),
        ("? \n: x\n", ("TC110", 1, 2, 3)),
        ("a: &m {x: 1}\nb:\n  <<: *m\n", ("TC110", 3, 3, 5)),
        ("a: 1" + "0" * 100 + "\n", ("TC112", 1, 4, 105)),
        ("1" + "0" * 100 + ": a\n", ("TC110", 1, 1, 102)),
    ],
)
def test_each_problem_has_its_code_and_its_exact_place(parser, text, problem):
    """Both parsers report the same code at the same line and columns, and every problem says what to do."""
    [diagnostic] = read(text).diagnostics
    assert (diagnostic.code, *diagnostic.place.span) == problem
    assert diagnostic.help
    assert diagnostic.place.file == "t.yaml"
    assert diagnostic.message[0] == diagnostic.message[0].lower()
    assert not diagnostic.message.endswith(".")


def test_second_places_explain_the_first(parser):
    """A duplicate key shows the first one, an open bracket where it opened, an anchor where it was."""
    for text, line, column in (("x: 1\na: 1\na: 2\n", 2, 1), ("x: {a: 1\ny: 2\n", 1, 4), ("a: &x 1\nb: &x 2\n", 1, 4)):
        [problem] = read(text).diagnostics
        [label] = problem.related
        assert label.place.span[:2] == (line, column)
        assert label.message


def test_help_fits_the_mistake():
    """A tab, a merge key, a template and a bare number as key each get words of their own."""
    advice = {
        "a:\n\tb: 1\n": "use spaces",
        "<<: {a: 1}\n": "profile",
        "a: {{ x }}\n": "quotes",
        "8080: x\n": '"8080"',
        "a: 1\n---\n": "remove the `---`",
    }
    for text, words in advice.items():
        [problem] = read(text).diagnostics
        assert words in problem.help


@pytest.mark.parametrize(
    "escape", ["\\ud800", "\\UFFFFFFFF", "\\q", "\\x1"], ids=["half", "beyond", "unknown", "short"]
)
def test_escapes_that_are_no_character_are_syntax_errors(parser, escape):
    """Neither parser lets half a character into a value."""
    assert [code for code, *_ in found(f'a: "{escape}"\n')] == ["TC103"]


def bomb(levels: int) -> str:
    """Give nine aliases a level: nine to the power of the levels, in half a kilobyte."""
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


HOSTILE = {
    "alias bomb": (bomb(9), "TC105"),
    "alias chain": ("a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 90)), "TC106"),
    "brackets": ("[" * 10_000 + "]" * 10_000, "TC106"),
    "open brackets": ("[" * 1_000_000, "TC106"),
    "braces": ("{a: " * 10_000, "TC106"),
    "dashes": ("- " * 10_000 + "x", "TC106"),
    "dashes after a mark": ("\ufeff" + "- " * 10_000 + "x", "TC106"),
    "questions": ("a: 1\r? " + "? " * 10_000 + "x", "TC106"),
    "block": ("".join(" " * n + "a:\n" for n in range(1_400)), "TC106"),
    "many nodes": ("- a\n" * 110_000, "TC108"),
    "many documents": ("--- a\n" * 101_000, "TC108"),
    "many empty pairs": ("{" + "?," * 60_000 + "}", "TC108"),
    "large": ("a: " + "x" * (1 << 20), "TC107"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_fail_at_once(name):
    """Expansion, depth and size are bounded before they cost time, stack or memory."""
    text, code = HOSTILE[name]
    started = time.process_time()
    problems = read(text).diagnostics
    assert problems[-1].code == code
    assert time.process_time() - started < 2


def test_only_files_that_could_be_expensive_are_counted():
    """The counting parser is for texts that are long or may nest deeply, wherever the depth hides; no tenant is one."""
    deep = [name for name, (_, code) in HOSTILE.items() if code == "TC106" and name != "alias chain"]
    long = [name for name, (_, code) in HOSTILE.items() if code == "TC108"]
    for name in deep + long:
        assert yaml_parser.may_be_expensive(HOSTILE[name][0].encode()[:150_000], Limits())
    for text in ("[" * 129, "{" * 257, "a:\r\n" + " " * 64 + "b: 1", "\t" * 64):
        assert yaml_parser.may_be_expensive(text.encode(), Limits())
    tenant = "spec:\n" + "  services:\n    portal: {image: a, ports: [80, 443]}\n" * 60
    assert not yaml_parser.may_be_expensive(tenant.encode(), Limits())


@pytest.mark.parametrize("name", ["alias bomb", "alias chain", "braces", "dashes", "block"])
def test_the_pure_parser_is_bounded_too(name, monkeypatch):
    """Without libyaml the same files give the same codes, within Python's own stack."""
    monkeypatch.setattr(yaml_parser, "HAS_LIBYAML", False)
    text, code = HOSTILE[name]
    assert [problem.code for problem in read(text).diagnostics] == [code]


def test_the_depth_limit_is_exact(parser):
    """As many collections as the limit allows are fine, one more is not, also where aliases add the levels."""
    for text in ("[" * 64 + "x" + "]" * 64, "- " * 64 + "x\n", "[" * 63 + "{a: x}" + "]" * 63):
        deeper = "[" + text + "]" if text[0] == "[" else "- " + text
        assert read(text).diagnostics == ()
        assert [code for code, *_ in found(deeper)] == ["TC106"]
    chain = "a: &a [[1]]\nb: [*a]\n"
    assert found(chain, depth=3) == [("TC106", 2, 5, 7)]
    assert found(chain, depth=4) == []


def test_the_node_limit_counts_keys_values_and_collections(parser):
    """The root, a key, a list and three items are six nodes; aliases count as what they name."""
    text = "k: [a, b, c]\n"
    assert found(text, nodes=6) == []
    assert [code for code, *_ in found(text, nodes=5)] == ["TC108"]
    aliased = "k: &k [a, b]\nl: [*k, *k]\n"
    assert found(aliased, nodes=13) == []
    assert found(aliased, nodes=12)[0][0] == "TC105"


def test_aliases_are_expanded_into_values_of_their_own(parser):
    """A small use of anchors works, and changing one copy would not change the other."""
    result = value("a: &a {x: [1]}\nb: *a\nc: [*a, *a]\n")
    assert result == {"a": {"x": [1]}, "b": {"x": [1]}, "c": [{"x": [1]}, {"x": [1]}]}
    assert result["a"] is not result["b"]


def test_the_memory_of_the_reader_is_bounded():
    """Ten thousands of distinct scalars do not stay in memory, and long ones never do."""
    for number in range(3):
        read("".join(f"k{number}-{index}: v{number}-{index}\n" for index in range(8_000)))
        assert max(len(reader._values), len(reader._keys)) <= reader._MEMO_ENTRIES
    read("x" * 100 + ": " + "y" * 100 + "\n")
    assert "x" * 100 not in reader._keys
    assert "y" * 100 not in reader._values


PAGES = os.path.join(os.path.dirname(__file__), "..", "..", "..", "docs", "reference", "codes")


@pytest.mark.parametrize("code", ["TC103", "TC104", "TC106", "TC109", "TC110", "TC111", "TC112"])
def test_the_examples_of_the_pages_are_true(code):
    """The wrong example of a code's page gives that code and no other, the right one is sound."""
    with open(os.path.join(PAGES, f"{code}.md"), encoding="utf-8") as page:
        wrong, right = re.findall(r"```yaml\n(.*?)```", page.read(), re.DOTALL)
    assert {problem.code for problem in read(wrong).diagnostics} == {code}
    assert read(right).diagnostics == ()
