"""Of all that is asked for the strictest holds, with who asks; contradictions are told with both numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_compiler.judge.parameters import conflicts, misfit, strictest
from tenant_compiler.model.policy import Parameter

IDLE = Parameter("idle", "minutes", 15, "lower", "")
KEPT = Parameter("kept", "days", 365, "higher", "")
LONGEST = Parameter("longest", "days", 3650, "lower", "", "kept")
PLACES = Parameter("places", "", ["EU", "US", "UK"], "subset", "")
EVENTS = Parameter("events", "", ["a", "b"], "superset", "")
AGES = Parameter("ages", "days", {}, "lower", "")
COUNTS = Parameter("counts", "", {}, "higher", "")
ALL = {each.name: each for each in (IDLE, KEPT, LONGEST, PLACES, EVENTS, AGES, COUNTS)}


def settle(name, *asked):
    """The demand for one parameter."""
    return strictest(ALL, [(who, name, value) for who, value in asked])[name]


def test_what_nobody_asks_for_has_its_default():
    """Every parameter has a value, in the order of the parameters."""
    demands = strictest(ALL, [])
    assert {name: demand.value for name, demand in demands.items()} == {
        name: each.default for name, each in ALL.items()
    }
    assert {(demand.by, demand.others) for demand in demands.values()} == {("", ())}
    assert list(demands) == list(ALL)


@pytest.mark.parametrize(
    ("name", "asked", "value", "by"),
    [
        ("idle", [("a", 15), ("b", 10), ("c", 30)], 10, "b"),
        ("idle", [("a", 30)], 30, "a"),
        ("kept", [("a", 365), ("b", 2190)], 2190, "b"),
        ("places", [("a", ["EU", "US"]), ("b", ["US", "UK"])], ["US"], "a, b"),
        ("places", [("a", ["EU", "US"]), ("b", ["US"])], ["US"], "b"),
        ("places", [("a", ["US"]), ("b", ["EU", "US"])], ["US"], "a"),
        ("events", [("a", ["x"]), ("b", ["y", "x"])], ["x", "y"], "b"),
        ("events", [("a", ["x"]), ("b", ["y"])], ["x", "y"], "a, b"),
        ("ages", [("a", {"test": 365}), ("b", {"test": 182, "scan": 92})], {"test": 182, "scan": 92}, "b"),
        ("ages", [("a", {"test": 365}), ("b", {"scan": 92})], {"test": 365, "scan": 92}, "a, b"),
        ("counts", [("a", {"x": 1}), ("b", {"x": 2})], {"x": 2}, "b"),
    ],
)
def test_the_strictest_value_holds(name, asked, value, by):
    """By the parameter's own direction; of maps each key by itself."""
    demand = settle(name, *asked)
    assert (demand.value, demand.by) == (value, by)


def test_others_are_named_with_what_they_ask_for():
    """Once each, without those who ask for nothing in particular."""
    demand = settle("idle", ("a", 15), ("", 15), ("b", 10), ("a", 15), ("c", 10))
    assert (demand.value, demand.by) == (10, "b")
    assert demand.others == (("a", 15), ("c", 10))


def test_a_default_counts_where_a_control_leans_on_it():
    """Nobody is named for it, unless somebody asks for the same."""
    assert settle("idle", ("", 15), ("a", 30))[:2] == (15, "")
    assert settle("idle", ("", 15), ("a", 15))[:2] == (15, "a")
    assert settle("events", ("", ["x"]), ("a", ["x"]))[:2] == (["x"], "a")
    assert settle("ages", ("", {"x": 1}), ("a", {"x": 1}))[:2] == ({"x": 1}, "a")


def test_parameters_of_other_rules_are_passed_over():
    """What nobody reads asks for nothing."""
    assert set(strictest({"idle": IDLE}, [("a", "nobody", 3), ("a", "idle", 5)])) == {"idle"}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), min_size=1), st.permutations(range(9)))
def test_the_order_of_demands_changes_no_value(asked, order):
    """Numbers do not depend on who comes first."""
    shuffled = [asked[index] for index in order if index < len(asked)] + asked[len(order) :]
    for name in ("idle", "kept"):
        assert settle(name, *asked).value == settle(name, *shuffled).value


@given(st.lists(st.lists(st.sampled_from(["EU", "US", "UK"]), unique=True), min_size=1, max_size=4))
def test_lists_are_met_and_joined(asked):
    """A subset is what all name, a superset what any names."""
    named = [(str(index), value) for index, value in enumerate(asked)]
    assert set(settle("places", *named).value) == set.intersection(*map(set, asked))
    assert set(settle("events", *named).value) == set.union(*map(set, asked))


def test_a_shortest_time_above_a_longest_is_told():
    """With both numbers and who asks for them."""
    demands = strictest(ALL, [("pci_dss 10.5.1", "kept", 365), ("gdpr 5(1)(e)", "longest", 180)])
    (conflict,) = conflicts(ALL, demands)
    assert conflict.text == (
        "pci_dss 10.5.1 asks for at least 365 days (kept), but gdpr 5(1)(e) asks for at most 180 days (longest)"
    )
    assert conflict[:6] == ("kept", 365, "pci_dss 10.5.1", "longest", 180, "gdpr 5(1)(e)")


def test_times_that_leave_room_are_no_conflict():
    """Equal ones leave a single value, which is one."""
    for longest in (365, 366):
        demands = strictest(ALL, [("a", "kept", 365), ("b", "longest", longest)])
        assert list(conflicts(ALL, demands)) == []


def test_a_conflict_with_a_default_says_so():
    """The rule itself asks for what nobody else does."""
    demands = strictest(ALL, [("sox", "kept", 4000)])
    (conflict,) = conflicts(ALL, demands)
    assert "but the rule's default asks for at most 3650 days" in conflict.text


def test_lists_with_nothing_in_common_are_told():
    """Two jurisdictions that exclude each other leave none."""
    demands = strictest(ALL, [("fedramp SA-9(5)", "places", ["US"]), ("acme A-1", "places", ["EU", "UK"])])
    assert demands["places"].value == []
    (conflict,) = conflicts(ALL, demands)
    assert conflict.text == "fedramp SA-9(5) allows only US for places, but acme A-1 allows only EU, UK for places"


def test_a_parameter_that_no_rule_reads_conflicts_with_nothing():
    """Where only one half of a pair is judged, nothing can contradict it."""
    only = {"longest": LONGEST}
    assert list(conflicts(only, strictest(only, [("a", "longest", 1)]))) == []


@pytest.mark.parametrize(
    ("parameter", "right", "wrong"),
    [
        (IDLE, [0, 15], [True, "15", 1.5, -1, None, [15], {"a": 1}]),
        (PLACES, [[], ["EU"]], [15, "EU", [1], {"EU": 1}]),
        (AGES, [{}, {"a": 1}], [1, ["a"], {"a": "b"}, {"a": True}]),
    ],
)
def test_values_must_have_the_shape_of_the_default(parameter, right, wrong):
    """Numbers are whole and not negative; lists hold texts, maps hold numbers."""
    assert [misfit(parameter, value) for value in right] == [""] * len(right)
    assert all(misfit(parameter, value).startswith("must be a ") for value in wrong)
