"""Rules together: no two of one id or name, and what one says of another holds."""

from __future__ import annotations

from tenant_compiler.judge.rule_set import together
from tenant_compiler.model.policy import Parameter, Rule, id_order

HOURS = Parameter("hours", "hours", 24, "lower", "Between two.")


def rule(name, id_, subject="tenant", *, parameters=(), carried_by=(), needs=()):
    """A rule in a file of its own."""
    place = (f"policies/{name}.rego", 7)
    about = (subject, "config", "error", "block", "do it", parameters, carried_by, needs)
    return Rule(id_, name, f"acme.{name}", name, "", *about, *place)


def named(*rules):
    """Rules by name."""
    return {each.name: each for each in rules}


def told(problems):
    """Codes, files and messages."""
    assert all(each.place.span == (7, 1, 8) and each.help for each in problems)
    return [(each.code, each.place.file, each.message) for each in problems]


BESIDE = named(rule("own", "TC459", "artifact"), rule("said", "TC401", parameters=(HOURS,)))


def test_sound_rules_stay_in_their_order():
    """By their names."""
    ones = [rule("b", "A2", carried_by=("TC459", "A3"), needs=("store.sql",)), rule("a", "A3", "artifact")]
    kept, problems = together(ones, BESIDE, ("store.sql",))
    assert list(kept) == ["b", "a"]
    assert problems == []


def test_the_first_of_one_id_or_name_stays():
    """A built-in rule comes before those of a workspace."""
    kept, problems = together([rule("a", "A1"), rule("b", "A1"), rule("a", "A2"), rule("said", "A4")], BESIDE, ())
    assert list(kept) == ["a"]
    assert told(problems) == [
        ("TC815", "policies/b.rego", "the id A1 is taken by the rule A1 `a` in policies/a.rego"),
        ("TC815", "policies/a.rego", "the name `a` is taken by the rule A1 `a` in policies/a.rego"),
        ("TC815", "policies/said.rego", "the name `said` is taken by the rule TC401 `said` in policies/said.rego"),
    ]


def test_one_parameter_means_one_thing():
    """The strictest demand holds for every rule that reads it; words about it may differ."""
    same = rule("a", "A1", parameters=(HOURS._replace(description="Other words."),))
    other = rule("b", "A2", parameters=(HOURS._replace(default=12),))
    kept, problems = together([same, other], BESIDE, ())
    assert list(kept) == ["a"]
    assert told(problems) == [
        (
            "TC814",
            "policies/b.rego",
            "the parameter `hours` is declared differently by the rule TC401 `said` in policies/said.rego",
        )
    ]


def test_what_a_rule_names_exists():
    """Carriers are rules about artifacts, needs are features, and conflicts are parameters."""
    wrong = HOURS._replace(name="days", conflicts_with="huors")
    one = rule("a", "A1", parameters=(wrong,), carried_by=("TC495", "TC401"), needs=("store.sq",))
    kept, problems = together([one], BESIDE, ("store.sql",))
    assert list(kept) == ["a"]
    assert [message for *_, message in told(problems)] == [
        "`carried_by` names the unknown rule TC495",
        "`carried_by` names TC401, which is no rule about artifacts",
        "`needs` names the unknown feature store.sq",
        "the parameter `days` conflicts with the unknown one `huors`",
    ]


def test_ids_are_sorted_as_people_count():
    """Each family together, and in it by the number."""
    ids = ["TC499", "TC4100", "TC410", "TC501", "TC411", "TC4101", "ACME2", "ACME12"]
    assert sorted(ids, key=id_order) == ["ACME2", "ACME12", "TC410", "TC411", "TC499", "TC4100", "TC4101", "TC501"]
