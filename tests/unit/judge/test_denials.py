"""What a rule gives is somebody's word: what has not the agreed shape is the rule's error, never a pass."""

from __future__ import annotations

import pytest

from tenant_compiler.judge.denials import read_result
from tenant_compiler.model.policy import Denial, Rule

MADE_FROM = {"k/x.yaml#Role/a": (("spec", "change_control", "roles"), ("metadata", "name"))}


def rule(subject="tenant"):
    """A rule of no special kind."""
    texts = ("ACME1", "mine", "acme.mine", "Mine", "", subject, "config", "error", "block", "do it")
    return Rule(*texts, (), (), (), "<built-in>/x.rego", 3)


def read(value, subject="tenant", file="<built-in>/x.rego"):
    """The result of a rule that gave this."""
    return read_result(rule(subject)._replace(file=file), value, MADE_FROM)


def test_denials_and_what_was_checked_come_in_a_stable_order():
    """Engines may order sets as they like."""
    denied = [{"message": "b", "path": ["spec", "b"]}, {"message": "a", "path": ["spec", "a"], "fix": None}]
    found = read({"deny": denied, "checked": [["spec", "b"], ["spec", "a"]]})
    assert [denial.message for denial in found.denials] == ["a", "b"]
    assert found.checked == (("spec", "a"), ("spec", "b"))
    assert found.error == ""


def test_a_denial_of_an_object_stands_at_what_the_object_was_made_from():
    """The line that decides is the tenant's, unless the rule names another."""
    denied = [{"message": "m", "object": "k/x.yaml#Role/a", "at": ["rules", 0]}]
    found = read({"deny": denied, "checked": ["k/x.yaml#Role/a"]}, "artifact")
    assert found.denials == (
        Denial("ACME1", "m", ("spec", "change_control", "roles"), "k/x.yaml#Role/a", ("rules", 0), None),
    )
    assert found.objects == ("k/x.yaml#Role/a",)


def test_a_fix_is_a_path_and_a_value():
    """What to write instead."""
    denied = [{"message": "m", "path": ["spec", "a"], "fix": {"path": ["spec", "a"], "value": True}}]
    (denial,) = read({"deny": denied, "checked": []}).denials
    assert denial.fix == (("spec", "a"), True)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("a builtin failed", "a builtin failed"),
        ({"deny": []}, "`checked` is not defined"),
        ({"checked": []}, "`deny` is not defined"),
        ({"deny": True, "checked": []}, "`deny` is not defined as a set"),
        ({"deny": ["text"], "checked": []}, "instead of an object with a `message`"),
        ({"deny": [{"message": 1, "path": ["spec"]}], "checked": []}, "instead of an object with a `message`"),
        ({"deny": [{"message": "m"}], "checked": []}, "neither `path` nor `object`"),
        ({"deny": [{"message": "m", "path": "spec.a"}], "checked": []}, "instead of a list of keys"),
        ({"deny": [{"message": "m", "path": ["status"]}], "checked": []}, "does not begin with"),
        ({"deny": [{"message": "m", "path": []}], "checked": []}, "does not begin with"),
        ({"deny": [{"message": "m", "object": "k/y"}], "checked": []}, "was not emitted"),
        ({"deny": [{"message": "m", "path": ["spec"], "fix": 3}], "checked": []}, "`fix` is 3"),
        ({"deny": [], "checked": [["spec", None]]}, "instead of a list of keys"),
    ],
)
def test_what_has_another_shape_is_an_error(value, word):
    """Such a rule is not evaluated; it neither passes nor denies."""
    found = read(value)
    assert word in found.error
    assert (found.denials, found.checked, found.objects) == ((), (), ())


def test_a_rule_about_artifacts_can_only_have_checked_what_was_emitted():
    """Else it would vouch for what is not there."""
    assert "is no emitted object" in read({"deny": [], "checked": ["k/y"]}, "artifact").error
    assert "is no emitted object" in read({"deny": [], "checked": [3]}, "artifact").error


def test_a_rule_about_artifacts_names_settings_that_objects_must_carry():
    """They stand beside the objects that it looked at; a path that is none is its error."""
    path = ["spec", "data", "sql"]
    found = read({"deny": [], "checked": [path]}, "artifact")
    assert (found.error, found.checked, found.objects) == ("", (tuple(path),), ())
    assert "does not begin with" in read({"deny": [], "checked": [["data"]]}, "artifact").error


def test_long_nonsense_is_cut():
    """A result may be as long as a tenant makes it."""
    assert len(read({"deny": ["x" * 10_000], "checked": []}).error) < 200


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (["spec", "backup", "copeis"], "no tenant has backup.copeis; did you mean `copies`?"),
        (["spec", "quotas", "cpu_millicores"], "no tenant has quotas.cpu_millicores; a tenant has `cpu_cores`"),
        (["spec", "compliance", "agreements", "dpa", "expires_in_days"], "a tenant has `expires`"),
        (["metadata", "owner"], "no tenant has metadata.owner"),
        (["spec", "domains", "first"], "no tenant has domains.first"),
        (["spec", "environments", "production"], "no tenant has environments"),
        (["spec", "services", "Not A Name"], 'no tenant has services."Not A Name"'),
        (["spec", "x" * 10_000], "no tenant has xxx"),
    ],
)
def test_a_path_that_no_tenant_can_have_is_an_error_of_a_workspaces_rule(path, words):
    """Wherever it stands: looking at a misspelt setting is no looking."""
    denied = [{"message": "m", "path": path}]
    repair = [{"message": "m", "path": ["spec", "backup"], "fix": {"path": path, "value": 1}}]
    for value in ({"deny": denied, "checked": []}, {"deny": repair, "checked": []}, {"deny": [], "checked": [path]}):
        found = read(value, file="policies/x.rego")
        assert words in found.error
        assert len(found.error) < 200
        assert (found.denials, found.checked) == ((), ())


@pytest.mark.parametrize(
    "path",
    [
        ["spec"],
        ["spec", "backup", "copies"],
        ["spec", "domains", 3],
        ["spec", "services", "portal", "expose", "hosts"],
        ["spec", "compliance", "attestations", "penetration_test", "date"],
        ["spec", "extensions", "chargeback", "anything", 7],
        ["metadata", "labels", "segment"],
    ],
)
def test_a_path_that_a_tenant_could_have_is_fine(path):
    """Whether this tenant has something there or not; sections of plug-ins are theirs."""
    found = read({"deny": [{"message": "m", "path": path}], "checked": [path]}, file="policies/x.rego")
    assert found.error == ""
    assert found.checked == (tuple(path),)
