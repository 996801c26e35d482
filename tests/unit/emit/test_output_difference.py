"""Differences for people: of files, line by line, and of objects, leaf by leaf."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.emit.difference import Change, Leaf, file_differences, object_differences


def leaves(old: Any, new: Any) -> tuple[Leaf, ...]:
    """The leaves that differ in one object."""
    changes = object_differences({"x": {"v": old}}, {"x": {"v": new}})
    return changes[0].leaves if changes else ()


def test_changed_file() -> None:
    """A changed file is shown as a unified diff."""
    text = file_differences(b"a\nb\n", b"a\nc\n", "build/x.yaml")
    assert text == "--- a/build/x.yaml\n+++ b/build/x.yaml\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"


def test_new_and_removed_file() -> None:
    """A new file is compared with nothing, and so is a removed one; also when they are empty."""
    assert file_differences(None, b"a\n", "x").startswith("--- /dev/null\n+++ b/x\n")
    assert file_differences(b"a\n", None, "x").startswith("--- a/x\n+++ /dev/null\n")
    assert file_differences(None, b"", "x") == "--- /dev/null\n+++ b/x\n"
    assert file_differences(b"", None, "x") == "--- a/x\n+++ /dev/null\n"


def test_equal_files() -> None:
    """Equal files have no difference."""
    assert file_differences(b"a", b"a", "x") == ""
    assert file_differences(None, None, "x") == ""


def test_last_line_without_end() -> None:
    """A missing line end is shown as diff and git show it."""
    assert file_differences(b"a\n", b"a", "x").endswith("-a\n+a\n\\ No newline at end of file\n")


def test_only_line_feeds_end_lines() -> None:
    """Other characters that Python counts as line ends stay inside their line, and bytes that are no text are shown."""
    text = file_differences("a\u2028b\x0cc\r\n".encode(), b"\xff\n", "x")
    assert "-a\u2028b\x0cc\r\n+\\xff\n" in text


def test_objects_come_and_go() -> None:
    """Added and removed objects are named; equal ones are not."""
    changes = object_differences({"a": {}, "b": {}}, {"b": {}, "c": {}})
    assert changes == [Change("+", "c", ()), Change("-", "a", ())]


def test_leaves() -> None:
    """Keys that came, went or changed are leaves, with null kept apart from missing."""
    old, new = {"a": 1, "b": {"c": None}, "e": 5}, {"a": 2, "b": {"d": None}, "e": 5}
    assert leaves(old, new) == (
        Leaf("~", ("v", "a"), 1, 2),
        Leaf("+", ("v", "b", "d"), None, None),
        Leaf("-", ("v", "b", "c"), None, None),
    )


@pytest.mark.parametrize(
    ("old", "new"), [(1, True), (1, 1.0), (0, False), (None, {}), ([], {}), ("1", 1), ([1], [True])]
)
def test_kinds_differ(old: Any, new: Any) -> None:
    """Values that are equal to Python but not to a reader of the file differ."""
    assert leaves(old, new) == (Leaf("~", ("v",), old, new),)


def test_lists_by_name() -> None:
    """Items with names are matched by them, and a new order is a change of its own."""
    old = [{"name": "a", "v": 1}, {"name": "b", "v": 1}, {"name": "c"}]
    new = [{"name": "new"}, {"name": "b", "v": 2}, {"name": "a", "v": 1}]
    assert leaves(old, new) == (
        Leaf("+", ("v", 0), None, {"name": "new"}),
        Leaf("~", ("v", 1, "v"), 1, 2),
        Leaf("-", ("v", 2), {"name": "c"}, None),
        Leaf("~", ("v",), ["a", "b"], ["b", "a"]),
    )


def test_lists_without_names() -> None:
    """Maps without names are matched in order between the equal ends; scalars are one value."""
    old, new = [{"p": 1}, {"p": 9}], [{"p": 1}, {"p": 5}, {"p": 9}]
    assert leaves(old, new) == (Leaf("+", ("v", 1), None, {"p": 5}),)
    assert leaves(new, old) == (Leaf("-", ("v", 1), {"p": 5}, None),)
    assert leaves([{"p": 1}], [{"p": 2}]) == (Leaf("~", ("v", 0, "p"), 1, 2),)
    assert leaves([1, 2], [1, 3]) == (Leaf("~", ("v",), [1, 2], [1, 3]),)
    twice = [{"name": "a"}, {"name": "a"}]
    assert leaves(twice, twice[:1]) == (Leaf("-", ("v", 1), {"name": "a"}, None),)


values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "b", "c"]), inner, max_size=3)
        | st.lists(st.fixed_dictionaries({"name": st.sampled_from(["a", "b", "c"]), "v": inner}), max_size=3)
    ),
    max_leaves=8,
)


def shape(value: Any) -> Any:
    """A value with its kinds, for a comparison that does not take 1 for true."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else (type(value), value)


@settings(max_examples=80, deadline=None)
@given(values, values)
def test_difference_is_empty_exactly_for_equals(old: Any, new: Any) -> None:
    """Two values have a difference if and only if they are not the same, and comparing changes neither."""
    before = copy.deepcopy((old, new))
    assert (leaves(old, new) == ()) == (shape(old) == shape(new))
    assert leaves(old, copy.deepcopy(old)) == ()
    assert shape(list(before)) == shape([old, new])
