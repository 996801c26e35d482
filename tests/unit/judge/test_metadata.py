"""What a rule says of itself: read with lines, and never half."""

from __future__ import annotations

import pytest

from tenant_compiler.judge.metadata import read_module
from tenant_compiler.model.policy import Parameter

CODE = """package acme.rules.backups

import rego.v1

deny contains {"message": "m", "path": ["spec"]} if input.bad

checked contains ["spec"]
"""
METADATA = """# METADATA
# scope: package
# title: Backups are made
# description: >-
#   Once a day,
#   at least.
# custom:
#   id: ACME12
#   subject: tenant
#   remediation: make backups
"""


def module(metadata=METADATA, code=CODE, **options):
    """Read a module."""
    return read_module(metadata + code, "policies/backups.rego", **options)


def problems(metadata=METADATA, code=CODE, **options):
    """Codes, lines and messages of what is wrong."""
    found = module(metadata, code, **options).problems
    assert all(each.place.file == "policies/backups.rego" for each in found)
    return [(each.code, each.place.span.line, each.message) for each in found]


def changed(old, new):
    """Metadata with one change."""
    assert old in METADATA
    return METADATA.replace(old, new)


def test_a_rule_is_read_with_what_it_need_not_say():
    """Its name is the last part of its package, and its line that of the package."""
    found = module()
    assert found.problems == ()
    assert found.rule is not None
    assert found.rule._replace(parameters=()) == (
        "ACME12",
        "backups",
        "acme.rules.backups",
        "Backups are made",
        "Once a day, at least.",
        "tenant",
        "config",
        "error",
        "block",
        "make backups",
        (),
        (),
        (),
        "policies/backups.rego",
        11,
    )


def test_everything_can_be_said():
    """Parameters of numbers, lists and maps; carriers and features."""
    more = """#   evidence: attested
#   severity: warning
#   enforcement: report
#   carried_by: [TC459]
#   needs: [store.sql]
#   parameters:
#     hours: {unit: hours, default: 24, stricter: lower, description: "Between  two.", conflicts_with: others}
#     kinds: {unit: kinds, default: [a, b], stricter: superset, description: Which.}
#     days: {unit: days, default: {x: 3}, stricter: higher, description: By kind.}
"""
    rule = module(METADATA + more).rule
    assert rule is not None
    assert (rule.evidence, rule.severity, rule.enforcement) == ("attested", "warning", "report")
    assert (rule.carried_by, rule.needs) == (("TC459",), ("store.sql",))
    assert rule.parameters == (
        Parameter("hours", "hours", 24, "lower", "Between two.", "others"),
        Parameter("kinds", "kinds", ["a", "b"], "superset", "Which."),
        Parameter("days", "days", {"x": 3}, "higher", "By kind."),
    )


@pytest.mark.parametrize(
    "source",
    [
        "package acme.lib\n\nf(x) := x\n",
        "# METADATA\n# scope: package\n# title: Helpers\n# description: d\npackage acme.lib\n\nf(x) := x\n",
        "package acme.rules.backups_test\n\ntest_a if true\n",
        "package acme.lib\n\ndenied contains 1\n\ndeny := 1\n",
        "x := 1\n",
        "",
    ],
)
def test_what_denies_nothing_is_a_library(source):
    """It needs no metadata, and may have some."""
    assert module("", source)[1:] == (None, ())


@pytest.mark.parametrize(
    ("metadata", "line", "message"),
    [
        ("", 1, "the rule has no metadata"),
        ("# METADATA\n", 2, "the metadata is empty"),
        ("# METADATA\n# - a\n", 3, "the metadata is no map"),
        ("# title: x\n\n# scope: package\n", 4, "the rule has no metadata"),
        (changed("package\n", "rule\n"), 2, "`scope` is not `package`"),
        (changed("# scope: package\n", ""), 2, "the metadata does not say `scope`"),
        (changed("title: Backups are made", "titel: a\n# title: b"), 3, "the metadata has the unknown key `titel`"),
        (changed("Backups are made", '"  "'), 3, "`title` is no text"),
        (changed("Backups are made", "[a]"), 3, "`title` is no text"),
        (changed("make backups", "3"), 10, "`remediation` is no text"),
        (changed("#   id: ACME12\n", ""), 7, "the metadata does not say `id`"),
        (changed("subject: tenant", "subject: plan"), 9, "`subject` is 'plan'"),
        (METADATA + "#   severity: info\n", 11, "`severity` is 'info'"),
        (METADATA + "#   carried_by: TC459\n", 11, "`carried_by` is no list of texts"),
        (METADATA + "#   needs: [1]\n", 11, "`needs` is no list of texts"),
        (METADATA + "#   controls: []\n", 11, "the metadata has the unknown key `controls`"),
        (METADATA + "#   parameters: []\n", 11, "`parameters` is no map"),
        (METADATA + "#   parameters: {a: 3}\n", 11, "the parameter `a` is no map"),
    ],
)
def test_a_mistake_has_its_line(metadata, line, message):
    """There is no rule then: half of one would judge something else than it says."""
    assert problems(metadata) == [("TC814", line, message)]
    assert module(metadata).rule is None


@pytest.mark.parametrize("said", ["TC404", "TCX1", "acme1", "A1", "ACME", "ACME12345", "ACME-1", "TOOLONGID1"])
def test_an_id_of_a_workspace_has_a_prefix_of_its_own(said):
    """`TC…` is the compiler's."""
    assert problems(changed("ACME12", said)) == [("TC814", 8, f"`{said}` is no id of a workspace's rule")]


def test_yaml_that_is_no_yaml_is_told_as_in_any_file():
    """With the line of the comment."""
    assert [(code, line) for code, line, _ in problems(changed("Backups are made", "{"))] == [("TC103", 4)]
    assert [code for code, *_ in problems(METADATA + "# title: again\n")] == ["TC104"]


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ("{unit: u, default: 1.5, stricter: lower, description: d}", "the default of `a` is 1.5"),
        ("{unit: u, default: true, stricter: lower, description: d}", "the default of `a` is True"),
        ("{unit: u, default: [1], stricter: subset, description: d}", "the default of `a` is [1]"),
        ("{unit: u, default: {x: y}, stricter: lower, description: d}", "the default of `a` is {'x': 'y'}"),
        ("{unit: u, default: 1, stricter: subset, description: d}", "`stricter` of `a` is 'subset'"),
        ("{unit: u, default: [x], stricter: lower, description: d}", "`stricter` of `a` is 'lower'"),
        ("{unit: u, default: 1, stricter: lower}", "the metadata does not say `description`"),
        ("{unit: u, default: 1, stricter: lower, description: d, max: 3}", "the metadata has the unknown key `max`"),
        ("{unit: 1, default: 1, stricter: lower, description: d}", "`unit` is no text"),
    ],
)
def test_a_parameter_is_a_number_a_list_or_a_map_with_a_direction(about, message):
    """Whole numbers only: engines differ in how they compute with fractions."""
    found = problems(METADATA + f"#   parameters:\n#     a: {about}\n")
    assert [(code, line) for code, line, _ in found] == [("TC814", 12)]
    assert [text for *_, text in found] == [message]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (CODE.replace("checked contains", "seen contains"), "the rule has no set `checked`"),
        (CODE.replace("deny contains", "refuse contains"), "the rule has no set `deny`"),
        ("package acme.a\n\nx := 1\n", "the rule has no set `deny` and no set `checked`"),
        (CODE.replace("checked contains [", "checked := [["), "the rule has no set `checked`"),
    ],
)
def test_a_rule_gives_both_sets(code, message):
    """An empty `deny` alone proves nothing."""
    assert [(each, text) for each, _, text in problems(code=code)] == [("TC816", message)]


def test_the_name_of_a_rule_is_a_name():
    """Frameworks name it."""
    assert problems(code=CODE.replace("rules.backups", 'rules["Back-ups"]'))[0][0] == "TC814"


def test_a_built_in_rule_has_an_id_of_ours_and_says_everything():
    """But what rules about artifacts do not have."""
    said = [message for *_, message in problems(built_in=True)]
    assert "ACME12 is no built-in id" in said
    missing = {"evidence", "severity", "enforcement", "parameters", "carried_by", "needs"}
    assert {f"the metadata does not say `{key}`" for key in missing} < set(said)
    artifact = changed("tenant", "artifact").replace("ACME12", "TC459") + (
        "#   evidence: config\n#   severity: error\n#   enforcement: block\n"
    )
    assert problems(artifact, built_in=True) == []
    assert problems(artifact.replace("TC459", "TC4100"), built_in=True) == []
    assert problems(artifact.replace("TC459", "TC41000"), built_in=True)[0][2] == "TC41000 is no built-in id"


def test_only_the_comment_right_below_the_mark_is_metadata():
    """A later comment is for people; the last metadata above the package counts."""
    first = METADATA.replace("ACME12", "ACME1") + "\n"
    rule = module(first + METADATA + "\n# title: for people\n").rule
    assert rule is not None
    assert (rule.id, rule.title) == ("ACME12", "Backups are made")
