"""The merge of layers, against a reference that copies everything and takes one leaf at a time."""

from __future__ import annotations

import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.read.schema import union_paths
from tenant_compiler.resolve.merge import merge, union_tree

UNIONS = [("u",), ("a", "u"), ("m", "*", "u"), ("stars", "*")]
TREE = union_tree(UNIONS)

scalars = st.integers(0, 3) | st.sampled_from(["x", "y", True])
lists = st.lists(st.integers(0, 3), max_size=3)
keys = st.sampled_from(["a", "b", "m", "u", "stars"])


def layers(leaf):
    """Maps of maps, lists and leaves."""
    flat = st.dictionaries(keys, leaf | lists, max_size=3)
    deep = st.dictionaries(keys, leaf | lists | flat, max_size=3)
    return st.dictionaries(keys, leaf | lists | flat | deep, max_size=4)


values = layers(scalars)
uppers = layers(scalars | st.none())


def adds_up(path):
    """Whether the list at a path is one of the unions."""
    return any(
        len(path) == len(union) and all(u in ("*", p) for u, p in zip(union, path, strict=True)) for union in UNIONS
    )


def slow(lower, upper, path=()):
    """The merge by its definition: copy all, then go through the keys of both."""
    result = {}
    for key in [*lower, *(key for key in upper if key not in lower)]:
        here = (*path, key)
        below = copy.deepcopy(lower.get(key))
        above = copy.deepcopy(upper[key]) if key in upper else below
        if above is None:
            continue
        if isinstance(above, dict):
            result[key] = slow(below if isinstance(below, dict) else {}, above, here)
        elif key in upper and isinstance(above, list) and isinstance(below, list) and adds_up(here):
            result[key] = below + [item for item in above if item not in below]
        else:
            result[key] = above
    return result


tidy_leaf = st.integers(0, 3)
tidy_list = st.lists(st.integers(0, 3), max_size=3, unique=True)
tidy = st.recursive(
    st.fixed_dictionaries({}, optional={"b": tidy_leaf, "u": tidy_list, "stars": tidy_leaf}),
    lambda below: st.fixed_dictionaries({}, optional={"a": below, "m": below, "b": tidy_leaf, "u": tidy_list}),
    max_leaves=4,
)


def paths(value, path=()):
    """Every map in a value with its path."""
    yield path, value
    for key, below in value.items():
        if isinstance(below, dict):
            yield from paths(below, (*path, key))


@settings(max_examples=300, deadline=None)
@given(values, uppers)
def test_a_merge_is_what_the_reference_says(lower, upper):
    """Maps merge deeply, leaves and lists replace, unions add up, null removes; order is the lower layer's first."""
    expected = slow(lower, upper)
    result = merge(lower, upper, TREE)
    assert result == expected
    assert list(result) == list(expected)


@settings(max_examples=100, deadline=None)
@given(values, uppers)
def test_a_merge_changes_neither_layer(lower, upper):
    """Both layers are as they were, to the last leaf."""
    before = copy.deepcopy((lower, upper))
    merge(lower, upper, TREE)
    assert (lower, upper) == before


@settings(max_examples=100, deadline=None)
@given(values, uppers)
def test_what_the_upper_layer_does_not_touch_is_shared(lower, upper):
    """A map of the lower layer that the upper one says nothing of is the same object in the result."""
    result = merge(lower, upper, TREE)
    for path, value in paths(lower):
        if untouched(upper, path):
            assert get(result, path) is value


def get(value, path):
    """The node at a path."""
    for key in path:
        value = value[key]
    return value


def untouched(value, path):
    """Whether a layer says nothing at a path."""
    for key in path:
        if not isinstance(value, dict):
            return False
        if key not in value:
            return True
        value = value[key]
    return False


@settings(max_examples=100, deadline=None)
@given(values)
def test_the_empty_layer_is_neutral(value):
    """Nothing over a layer, or a layer over nothing, is the layer."""
    assert merge(value, {}, TREE) == value
    assert merge({}, value, TREE) == value


@settings(max_examples=100, deadline=None)
@given(tidy, tidy, tidy)
def test_layers_of_one_shape_that_remove_nothing_merge_in_any_grouping(one, two, three):
    """Without null and without a key that is a map here and a leaf there, the merge is associative."""
    assert merge(merge(one, two, TREE), three, TREE) == merge(one, merge(two, three, TREE), TREE)


def test_null_removes_what_lower_layers_said_and_no_more():
    """What a higher layer says after the null stands, alone."""
    layers = [{"u": [1], "a": {"b": 1, "u": [1]}}, {"u": None, "a": {"u": None}}, {"u": [2], "a": {"u": [3]}}]
    result = {}
    for layer in layers:
        result = merge(result, layer, TREE)
    assert result == {"u": [2], "a": {"b": 1, "u": [3]}}


def test_null_below_a_map_that_is_new_leaves_no_null():
    """A null deep in a map that lower layers do not have is dropped."""
    assert merge({}, {"a": {"b": None, "m": {"x": None}}}) == {"a": {"m": {}}}


def test_a_union_keeps_the_order_in_which_layers_add():
    """Lower layers come first, and what stands there already is not repeated."""
    assert merge({"m": {"x": {"u": [3, 1]}}}, {"m": {"x": {"u": [1, 2]}}}, TREE) == {"m": {"x": {"u": [3, 1, 2]}}}


def test_the_vocabulary_declares_the_unions_that_stores_rely_on():
    """What data a store holds adds up over the layers, so that no layer can hide a class of data."""
    assert union_paths() == {
        ("compliance", "data_classes"),
        ("security", "audit", "events"),
        ("services", "*", "data_classes"),
        ("data", "sql", "*", "data_classes"),
        ("data", "object", "*", "data_classes"),
    }
