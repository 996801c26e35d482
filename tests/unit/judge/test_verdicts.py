"""A control's status: worst wins, a promise without an artifact is no proof, and a waiver hides in one place only."""

from __future__ import annotations

import pytest

from tenant_compiler.judge.selection import Chosen
from tenant_compiler.judge.verdicts import Case, Evidence
from tenant_compiler.model.artifact import Artifact, ArtifactObject
from tenant_compiler.model.policy import STATUSES, Applied, Control, Denial, Rule, RuleResult, RuleUse

KEYS = ("spec", "security", "keys")
ROTATION = (*KEYS, "rotation_days")
HIPAA = Applied("hipaa", "", "", hypothetical=False)
PCI = Applied("pci_dss", "", "", hypothetical=False)
KEY = "terraform/main.tf.json#aws_kms_key.tenant"


def rule(identity, subject="tenant", evidence="config", carried_by=(), needs=()):
    """A rule whose name is its id in small letters."""
    name = identity.lower()
    return Rule(
        identity, name, f"p.{name}", name, "", subject, evidence, "error", "block", "", (), carried_by, needs, "f", 1
    )


def control(*uses, identity="c", advises=(), applied=HIPAA):
    """A control that uses these rules, and the framework that asks for it."""
    used = [use if isinstance(use, RuleUse) else RuleUse(use, ()) for use in uses]
    advised = [RuleUse(name, ()) for name in advises]
    made = Control(identity, "", "", "config", (), (), tuple(used), tuple(advised), {}, {}, "")
    return Chosen(applied, made, (*made.rules, *made.advises), len(made.rules), {})


def denial(identity, pointer=ROTATION, ref=""):
    """A denial."""
    return Denial(identity, "no", pointer, ref, (), None)


def result(made, checked=(), objects=(), denials=(), error=""):
    """What a rule said."""
    return RuleResult(made, tuple(denials), tuple(checked), tuple(objects), error)


def artifacts(*made_from):
    """A root with one key that was made from these."""
    made = ArtifactObject("aws_kms_key.tenant", {}, made_from)
    return {"terraform": (Artifact("main.tf.json", "json", {}, (made,)),)}


def case(*results, made=(), lacking=(), waived=lambda *_: ""):
    """A tenant of which rules said this."""
    by_name = {each.rule.name: each for each in results}
    return Case(
        results=by_name,
        precise=lambda _chosen, name: by_name[name],
        evidence=Evidence(artifacts(*made)),
        rules={each.rule.id: each.rule for each in results},
        unenforceable=frozenset(lacking),
        pardon=waived,
    )


TENANT = rule("T1", carried_by=("A1",))
ARTIFACT = rule("A1", subject="artifact")
CARRIED = (result(TENANT, [ROTATION]), result(ARTIFACT, objects=[KEY]))


def test_a_value_that_an_artifact_carries_passes():
    """The tenant's rule is content, and an object that was judged was made from the value."""
    assert case(*CARRIED, made=[ROTATION]).judge(control("t1", "a1")).status == "pass"


@pytest.mark.parametrize("made_from", [ROTATION, KEYS, ("spec", "security"), (*ROTATION, "deeper")])
def test_a_lineage_covers_what_is_above_and_below_it(made_from):
    """An object made from a section carries the fields of it, and one made from a field a part of the section."""
    assert case(*CARRIED, made=[made_from]).judge(control("t1")).status == "pass"


@pytest.mark.parametrize("made_from", [(*KEYS, "fips"), ("spec", "services"), ("metadata", "name")])
def test_a_value_that_no_artifact_carries_is_only_attested(made_from):
    """A lineage of something else proves nothing."""
    assert case(*CARRIED, made=[made_from]).judge(control("t1")).status == "attested"


def test_without_the_artifact_the_control_leaves_pass():
    """Whatever took it away."""
    gone = (result(TENANT, [ROTATION]), result(ARTIFACT))
    assert case(*gone).judge(control("t1", "a1")).status == "attested"


def test_one_value_of_two_without_its_artifact_is_enough_to_leave_pass():
    """The key of one store says nothing of another."""
    both = (result(TENANT, [ROTATION, ("spec", "backup", "schedule")]), result(ARTIFACT, objects=[KEY]))
    assert case(*both, made=[ROTATION]).judge(control("t1")).status == "attested"


@pytest.mark.parametrize(
    ("objects", "made", "status"),
    [([KEY], [ROTATION], "pass"), ([KEY], [("spec", "services")], "attested"), ([], [ROTATION], "attested")],
)
def test_what_a_rule_about_artifacts_asks_for_and_nobody_emitted_does_not_pass(objects, made, status):
    """A store that is made somewhere else has not been seen, whatever is good about the rest."""
    assert case(result(ARTIFACT, [ROTATION], objects), made=made).judge(control("a1")).status == status


def test_an_object_that_is_denied_carries_nothing():
    """It is not as it was declared."""
    denied = result(ARTIFACT, objects=[KEY], denials=[denial("A1", ref=KEY)])
    assert case(result(TENANT, [ROTATION]), denied, made=[ROTATION]).judge(control("t1")).status == "attested"


def test_an_object_that_one_carrier_denies_carries_nothing_for_another():
    """In whatever order they are named."""
    other = rule("A2", subject="artifact")
    for carriers in (("A1", "A2"), ("A2", "A1")):
        said = (
            result(rule("T1", carried_by=carriers), [ROTATION]),
            result(ARTIFACT, objects=[KEY], denials=[denial("A1", ref=KEY)]),
            result(other, objects=[KEY]),
        )
        assert case(*said, made=[ROTATION]).judge(control("t1")).status == "attested"


def test_a_carrier_that_erred_leaves_its_promise_not_evaluated():
    """Nobody knows whether the object is as it was declared."""
    broken = result(ARTIFACT, error="division by zero")
    assert case(result(TENANT, [ROTATION]), broken, made=[ROTATION]).judge(control("t1")).status == "not_evaluated"


def test_a_rule_that_nothing_carries_is_attested():
    """No artifact exists for it yet."""
    assert case(result(rule("T2"), [ROTATION]), made=[ROTATION]).judge(control("t2")).status == "attested"


def test_a_fact_that_no_configuration_proves_is_attested():
    """Also when an artifact happens to be made from it."""
    made = rule("T2", evidence="attested", carried_by=("A1",))
    assert case(result(made, [ROTATION]), CARRIED[1], made=[ROTATION]).judge(control("t2")).status == "attested"


def test_nothing_to_look_at_is_not_applicable():
    """Which is no pass."""
    assert case(result(TENANT)).judge(control("t1")).status == "not_applicable"


def test_a_control_without_rules_is_manual():
    """Listed, never passed."""
    assert case().judge(control()).status == "manual"


def test_a_rule_that_erred_is_not_evaluated():
    """Whatever it said before."""
    broken = result(TENANT, [ROTATION], error="division by zero")
    assert case(broken, CARRIED[1], made=[ROTATION]).judge(control("t1", "a1")).status == "not_evaluated"


def test_a_rule_that_is_missing_is_not_evaluated():
    """A framework may name a rule whose file does not load."""
    assert case().judge(control("lost")).status == "not_evaluated"


def test_what_the_platform_cannot_do_is_not_enforceable():
    """Although the tenant says it and an object was made."""
    needy = rule("A1", subject="artifact", needs=("network.isolation",))
    bench = case(result(needy, objects=[KEY]), lacking=["network.isolation"])
    assert bench.judge(control("a1")).status == "not_enforceable"
    assert len(bench.barred) == 1


def test_what_the_platform_cannot_do_can_be_waived():
    """Something else may protect the tenant."""
    needy = rule("A1", subject="artifact", needs=("network.isolation",))
    bench = case(result(needy, objects=[KEY]), lacking=["network.isolation"], waived=lambda *_: "w")
    assert bench.judge(control("a1")).status == "waived"
    assert bench.barred == []


def test_a_denial_fails():
    """And is charged to the control."""
    bench = case(result(TENANT, [ROTATION], denials=[denial("T1")]))
    assert bench.judge(control("t1")).status == "fail"
    assert [charge.denial.rule for charge in bench.charges] == ["T1"]


def test_a_rule_narrowed_to_a_part_answers_for_that_part():
    """A missing officer is no missing contact for incidents."""
    contacts = ("spec", "compliance", "contacts")
    made = rule("T3", evidence="attested")
    said = result(
        made, [(*contacts, "dpo"), (*contacts, "security_incident")], denials=[denial("T3", (*contacts, "dpo"))]
    )
    assert case(said).judge(control(RuleUse("t3", (*contacts, "dpo")))).status == "fail"
    assert case(said).judge(control(RuleUse("t3", (*contacts, "security_incident")))).status == "attested"
    assert case(said).judge(control(RuleUse("t3", (*contacts, "eu_representative")))).status == "not_applicable"


def test_all_denials_waived_is_waived_and_one_left_fails():
    """A waiver for one place hides nothing elsewhere."""
    other = ("spec", "security", "tls", "minimum_version")
    said = result(TENANT, denials=[denial("T1"), denial("T1", other)])
    assert case(said, waived=lambda *_: "w").judge(control("t1")).status == "waived"
    only = case(said, waived=lambda _f, _c, found: "w" if found.pointer == ROTATION else "")
    assert only.judge(control("t1")).status == "fail"


def test_a_waiver_of_one_framework_hides_nothing_in_another():
    """One rule serves both."""
    bench = case(result(TENANT, denials=[denial("T1")]), waived=lambda name, *_: "w" if name == "hipaa" else "")
    assert bench.judge(control("t1")).status == "waived"
    assert bench.judge(control("t1", applied=PCI)).status == "fail"


def test_advice_decides_nothing():
    """It is charged as advice, and the status stays."""
    bench = case(*CARRIED, result(rule("T9"), denials=[denial("T9")]), made=[ROTATION])
    assert bench.judge(control("t1", advises=["t9"])).status == "pass"
    assert [charge.advisory for charge in bench.charges] == [True]


SAID = {
    "fail": result(rule("R1"), denials=[denial("R1")]),
    "not_evaluated": result(rule("R2"), error="x"),
    "not_enforceable": result(rule("R3", subject="artifact", needs=("x",)), objects=[KEY]),
    "waived": result(rule("R4"), denials=[denial("R4")]),
    "attested": result(rule("R5"), [ROTATION]),
    "pass": result(rule("R6", subject="artifact"), objects=[KEY]),
    "not_applicable": result(rule("R7")),
}


@pytest.mark.parametrize("worse", SAID)
@pytest.mark.parametrize("better", SAID)
def test_the_worst_rule_decides(worse, better):
    """In whatever order a control names them."""
    if STATUSES.index(worse) > STATUSES.index(better):
        worse, better = better, worse
    names = [SAID[worse].rule.name, SAID[better].rule.name]
    bench = case(*SAID.values(), lacking=["x"], waived=lambda _f, _c, found: "w" if found.rule == "R4" else "")
    assert bench.judge(control(*names)).status == worse
    assert bench.judge(control(*reversed(names))).status == worse
