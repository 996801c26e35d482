"""Comments that findings do not count: what is a comment, which line it is about, what it may name."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from tenant_compiler.model.diagnostic import Diagnostic, Place, Span
from tenant_compiler.model.document import Document
from tenant_compiler.read.inline_ignores import never, read_ignores, with_ignores

MARK = "# tenant-compile: ignore[TC511] why"


def about(text: str) -> list[tuple[str, int]]:
    """The codes that a text ignores, with the lines that they are about."""
    return [(ignore.code, ignore.line) for ignore in read_ignores(text.encode())]


def ignores(text: str, document: int = 0):
    """The comments of one document of a text."""
    documents = [Document("t.yaml", index, {}) for index in range(document + 1)]
    return with_ignores(documents, text.encode(), "t.yaml")[document].ignores


def lint(line: int, code: str = "TC511", **fields: object) -> Diagnostic:
    """A lint at a line."""
    return Diagnostic(code, "m", "error", place=Place("t.yaml", span=Span(line, 1, 2)))._replace(**fields)


def told(text: str, *, judged: bool = True, whole: bool = True, found: tuple[Diagnostic, ...] = ()) -> list[str]:
    """What is wrong with the comments of a text after some findings."""
    comments = ignores(text)
    for finding in found:
        comments.covers(finding)
    return [f"{each.code} {each.severity} {each.message}" for each in comments.problems(judged=judged, whole=whole)]


def test_a_comment_is_about_its_line_or_the_next_one_with_content() -> None:
    """Blank lines and other comments stand between, and several may be stacked."""
    assert about(f"a: 1 {MARK}\n") == [("TC511", 1)]
    assert about(f"{MARK}\n\n# more\na: 1\n") == [("TC511", 4)]
    assert about(f"{MARK}\n# tenant-compile: ignore[TC512,tc513] why\n  \na: 1\n") == [
        ("TC511", 4),
        ("TC512", 4),
        ("TC513", 4),
    ]
    assert about(f"a: 1\n{MARK}\n") == [("TC511", 0)]


@pytest.mark.parametrize(
    "text",
    [
        f"a: '{MARK}'\n",
        f'a: "x\n  {MARK}"\n',
        f"a: |\n  {MARK}\n",
        f"a: >-\n  x\n\n  {MARK}\n  y\n",
        f"a: x{MARK}\n",
        f"? |\n  {MARK}\n: 1\n",
        f"a: [b, 'c {MARK}', d]\n",
    ],
)
def test_what_looks_like_a_comment_in_a_text_is_none(text: str) -> None:
    """Whatever the style of the text."""
    assert about(text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"a: |  {MARK}\n  x\n", 1),
        (f"a: |\n  x\n{MARK}\nb: 1\n", 4),
        (f"a:\n  b: |\n      x\n    {MARK}\nc: 1\n", 5),
        (f"a: [b,  {MARK}\n  c]\n", 1),
        (f"a: '#' {MARK}\n", 1),
        (f"a: x#y # note {MARK}\n", 1),
        (f"\ufeffa: 1 {MARK}\r\n", 1),
        (f"a: &x  {MARK}\n  b: 1\n", 1),
        (f"- a\n-   {MARK}\n  b\n", 2),
    ],
)
def test_comments_stand_in_many_places(text: str, line: int) -> None:
    """Behind the header of a block, below it, inside brackets, behind a `#` that is none, behind another comment."""
    assert about(text) == [("TC511", line)]


PIECES = ["a: 1", "b: 'x # y'", "c: |", "  # z", "  text", "d: [1, # q", "  2]", '"# e": x', "# f", "", "g: x # h"]


@given(st.lists(st.sampled_from(PIECES), max_size=8), st.integers(0, 8))
def test_another_reader_finds_the_same_comments(pieces: list[str], at: int) -> None:
    """It keeps comments: wherever ours is put, both say whether it is one."""
    lines = [re.sub("^([a-g]):", rf"\g<1>{n}:", piece) for n, piece in enumerate(pieces)]
    lines.insert(min(at, len(lines)), f"  {MARK}")
    text = "\n".join(lines) + "\n"
    try:
        yaml.safe_load(text)
        loaded = YAML().load(text)
    except Exception:  # noqa: BLE001 - only what both read is compared
        return
    values: list[str] = []
    collect(loaded, values)
    in_text = any("tenant-compile: ignore[" in value for value in values)
    assert bool(about(text)) != in_text


def collect(value: object, values: list[str]) -> None:
    """Collect all texts of a document."""
    if isinstance(value, CommentedMap):
        for key, below in value.items():
            collect(key, values)
            collect(below, values)
    elif isinstance(value, CommentedSeq):
        for below in value:
            collect(below, values)
    elif isinstance(value, str):
        values.append(value)


def test_a_finding_is_covered_at_its_line_with_its_code_only() -> None:
    """By the span of the node, which may be worked out from a pointer."""
    comments = ignores(f"a:\n  b: 1 {MARK}\n  c: 2\n")
    assert comments.covers(lint(2))
    assert not comments.covers(lint(3))
    assert not comments.covers(lint(2, code="TC512"))
    assert not comments.covers(lint(2, place=None))
    assert not comments.covers(lint(2, place=Place("profiles/p.yaml", span=Span(2, 1, 2))))
    assert comments.covers(lint(0, place=Place("t.yaml", ("a", "b"))))
    assert not comments.covers(lint(0, place=Place("t.yaml", ("a", "c"))))
    assert comments.covers(lint(0, place=Place("t.yaml", ("a", "b", "missing"))))


def test_each_document_of_a_file_has_its_own_comments() -> None:
    """Also one above the first line of the second document."""
    text = f"a: 1 {MARK}\n---\n{MARK}\nb: 1\nc: 1 {MARK}\n"
    assert ignores(text, 0).covers(lint(1))
    assert not ignores(text, 0).covers(lint(4))
    assert ignores(text, 1).covers(lint(4))
    assert ignores(text, 1).covers(lint(5))
    assert with_ignores([Document("t.yaml", 0, {})], b"a: 1\n", "t.yaml")[0].ignores is None


def test_a_comment_of_use_is_no_finding() -> None:
    """One that was of none is a warning, unless not everything was judged."""
    assert told(f"a: 1 {MARK}\n", found=(lint(1),)) == []
    assert told(f"a: 1 {MARK}\n") == ["TC821 warning there is no TC511 at this line to ignore"]
    assert told(f"a: 1 {MARK}\n", judged=False) == []
    host = "a: 1 # tenant-compile: ignore[TC324] why\n"
    assert told(host, whole=False) == []
    assert told(host) == ["TC821 warning there is no TC324 at this line to ignore"]


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("ignore[TC511]", "TC511 is ignored without a reason, so it counts"),
        ("ignore[TC511] - …", "TC511 is ignored without a reason, so it counts"),
        ("ignore[TC599] why", "there is no code TC599"),
        ("ignore[] why", "this comment names no code to ignore"),
        ("ignore[ , ] why", "this comment names no code to ignore"),
        ("ignore[TC511 why", "the bracket of this comment is not closed"),
    ],
)
def test_a_comment_that_is_written_wrongly_has_no_effect_and_says_so(comment: str, said: str) -> None:
    """Also where not everything was judged."""
    text = f"a: 1 # tenant-compile: {comment}\n"
    assert told(text, judged=False, found=(lint(1),)) == [f"TC821 warning {said}"]
    assert not ignores(text).covers(lint(1))


@pytest.mark.parametrize("code", ["TC101", "TC203", "TC301", "TC404", "TC459", "TC606", "TC704", "TC821", "TC850"])
def test_what_keeps_a_tenant_from_compiling_and_policies_cannot_be_ignored(code: str) -> None:
    """Such a comment is an error, which does not keep the tenant from being written."""
    text = f"a: 1 # tenant-compile: ignore[{code}] why\n"
    assert never(code)
    assert not ignores(text).covers(lint(1, code=code))
    (finding,) = ignores(text).problems(judged=False, whole=False)
    assert (finding.code, finding.severity, finding.blocks) == ("TC820", "error", False)
    assert finding.place.span == Span(1, 31, 36)


def test_a_rule_of_the_workspace_needs_a_waiver_too() -> None:
    """Its code tells nothing; that a policy found it does."""
    text = "a: 1 # tenant-compile: ignore[ACME7] why\n"
    assert told(text, found=(lint(1, code="ACME7"),)) == []
    (said,) = told(text, found=(lint(1, code="ACME7", rule="own_rule"),))
    assert said.startswith("TC820 error ACME7 is about a policy")


def test_a_warning_can_be_ignored_that_is_an_error_elsewhere() -> None:
    """TC319 keeps a tenant from being compiled only where the residency is strict."""
    text = "a: 1 # tenant-compile: ignore[TC319] why\n"
    assert told(text, found=(lint(1, code="TC319", severity="warning"),)) == []
    (said,) = told(text, found=(lint(1, code="TC319"),))
    assert said.startswith("TC820 error TC319 keeps a tenant from being compiled")


def test_many_comments_cost_little() -> None:
    """A file that is made of them is read in a time that grows with its size only."""
    text = "a:\n" + "".join(f"  k{n}: 'x # y' {MARK}\n{MARK}\n" for n in range(9_000))
    assert len(about(text)) == 18_000
    assert len(told(text)) == 18_000
    line = "a: 1 " + "# tenant-compile: ignore[" * 20_000
    assert len(about(line)) == 1
