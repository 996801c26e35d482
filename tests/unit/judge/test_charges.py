"""Findings from denials: one for each place, with everybody who asks, and nothing that a waiver covers."""

from __future__ import annotations

from tenant_compiler.judge.charges import findings, waived
from tenant_compiler.judge.selection import Chosen, Selection
from tenant_compiler.judge.verdicts import Charge
from tenant_compiler.model.policy import Applied, Control, Denial, Rule, RuleResult

ROTATION = ("spec", "security", "keys", "rotation_days")


def rule(enforcement="block", severity="error"):
    """A rule."""
    return Rule(
        "TC403",
        "key_rotation",
        "p.key_rotation",
        "Keys rotate",
        "",
        "tenant",
        "config",
        severity,
        enforcement,
        "rotate sooner",
        (),
        (),
        (),
        "<built-in>/x.rego",
        7,
    )


def chosen(name="hipaa", identity="c", level="", *, hypothetical=False):
    """A control of a framework."""
    applied = Applied(name, level, "", hypothetical=hypothetical)
    made = Control(identity, "", "", "config", (), (), (), (), {}, {}, "")
    return Chosen(applied, made, (), 0, {})


def denial(message="too slow", ref="", fix=None, pointer=ROTATION):
    """A denial."""
    return Denial("TC403", message, pointer, ref, (), fix)


class Case:
    """What the bench came to."""

    def __init__(self, *charges, barred=()):
        self.charges = list(charges)
        self.barred = list(barred)


def found(*charges, made=None, barred=(), error=""):
    """The findings of a case."""
    made = made or rule()
    denials = tuple(charge.denial for charge in charges)
    results = {made.name: RuleResult(made, denials, (ROTATION,), (), error)}
    selection = Selection(tuple(charge.chosen for charge in charges), {made.name: made}, {}, ())
    return list(findings(Case(*charges, barred=barred), selection, results))


def charge(where=None, said=None, waiver="", *, advisory=False):
    """A denial under a control."""
    return Charge(where or chosen(), said or denial(), waiver, advisory)


def test_one_place_is_one_finding_with_everybody_who_asks():
    """Not one for each framework."""
    (finding,) = found(charge(chosen("hipaa", "a")), charge(chosen("fedramp", "AC-2(3)", "high")))
    assert (finding.code, finding.severity, finding.pointer) == ("TC403", "error", ROTATION)
    assert finding.notes == ("asked for by hipaa a, fedramp:high AC-2(3)",)
    assert finding.blocks
    assert finding.rule == "key_rotation"


def test_many_controls_are_counted():
    """A note is one line."""
    (finding,) = found(*(charge(chosen("iso27001", f"A.8.{number}")) for number in range(9)))
    assert finding.notes[0].endswith("A.8.3 and 5 more")


def test_what_a_waiver_covers_is_no_finding():
    """In none of the frameworks that ask."""
    assert found(charge(waiver="w")) == []


def test_a_waiver_in_one_framework_leaves_the_finding_of_the_other():
    """And only the other is named."""
    (finding,) = found(charge(chosen("hipaa"), waiver="w"), charge(chosen("pci_dss")))
    assert finding.notes == ("asked for by pci_dss c",)


def test_waived_findings_are_kept_with_their_waiver():
    """For reports that list suppressions; one that lives on elsewhere is not among them."""
    made = rule()
    results = {made.name: RuleResult(made, (denial(),), (), (), "")}
    ((finding, name),) = waived([charge(waiver="w")], results)
    assert (finding.code, name) == ("TC403", "w")
    assert list(waived([charge(waiver="w"), charge(chosen("pci_dss"))], results)) == []


def test_a_rule_that_only_reports_keeps_nothing_from_being_written():
    """What depends on the day must not stop a build."""
    (finding,) = found(charge(), made=rule(enforcement="report"))
    assert (finding.severity, finding.blocks) == ("error", False)


def test_advice_is_a_warning():
    """It keeps nothing from being written."""
    (finding,) = found(charge(advisory=True))
    assert (finding.severity, finding.blocks) == ("warning", False)
    assert finding.notes == ("advised by hipaa c",)


def test_a_framework_that_is_only_compared_with_decides_nothing():
    """It tells a distance."""
    (finding,) = found(charge(chosen("fedramp", "AC-12", "high", hypothetical=True)))
    assert (finding.severity, finding.blocks) == ("warning", False)
    assert finding.notes == ("would be asked for by fedramp:high AC-12",)


def test_a_real_control_decides_beside_one_that_is_compared_with():
    """The comparison is not named then."""
    (finding,) = found(charge(chosen("fedramp", "x", "high", hypothetical=True)), charge(chosen("hipaa")))
    assert finding.severity == "error"
    assert finding.notes == ("asked for by hipaa c",)


def test_a_fix_says_what_to_write():
    """As one writes it in the tenant's file."""
    (finding,) = found(charge(said=denial(fix=(ROTATION, 90))))
    assert finding.help == "write `security.keys.rotation_days: 90`"
    (finding,) = found(charge(said=denial(fix=(ROTATION, {"a": True, "b": ["x", 1]}))))
    assert finding.help == "write `security.keys.rotation_days: {a: true, b: [x, 1]}`"
    (finding,) = found(charge(said=denial(fix=(ROTATION, "1.2"))))
    assert finding.help == 'write `security.keys.rotation_days: "1.2"`'


def test_without_a_fix_the_rule_says_what_to_do():
    """Its remediation."""
    (finding,) = found(charge())
    assert finding.help == "rotate sooner"


def test_an_objects_finding_names_its_target_and_the_object():
    """As back-ends do."""
    (finding,) = found(charge(said=denial(ref="terraform/main.tf.json#aws_kms_key.tenant")))
    assert (finding.target, finding.object) == ("terraform", "aws_kms_key.tenant")


def test_a_rule_that_erred_is_an_error_that_names_its_controls():
    """And its own line."""
    made = rule()
    results = {made.name: RuleResult(made, (), (), (), "division by zero")}
    selection = Selection((), {made.name: made}, {}, ())
    (finding,) = findings(Case(), selection, results)
    assert (finding.code, finding.severity, finding.blocks) == ("TC850", "error", False)
    assert "division by zero" in finding.message
    assert (finding.place.file, finding.place.span.line) == ("<built-in>/x.rego", 7)


def test_what_the_platform_cannot_enforce_is_an_error_that_blocks_nothing():
    """It stands where the rule looked."""
    made = rule()
    (finding,) = found(made=made, barred=[(chosen(), RuleResult(made, (), (ROTATION,), ()))])
    assert (finding.code, finding.severity, finding.blocks, finding.pointer) == ("TC851", "error", False, ROTATION)
    compared = chosen(hypothetical=True)
    (finding,) = found(made=made, barred=[(compared, RuleResult(made, (), (ROTATION,), ()))])
    assert finding.severity == "warning"


def test_a_message_as_long_as_a_tenant_makes_it_is_cut():
    """Text of a tenant may be in it."""
    (finding,) = found(charge(said=denial("x" * 10_000)))
    assert len(finding.message) == 400
