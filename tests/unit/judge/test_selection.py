"""What tenants are judged by: controls of frameworks, the rules these use, the strictest of what all ask for."""

from __future__ import annotations

from tenant_compiler.judge.selection import WORKSPACE, frozen, select
from tenant_compiler.model.policy import Applied, Control, Framework, Parameter, Rule, RuleUse

DAYS = Parameter("audit_retention_days", "days", 365, "higher", "kept at least")
MOST = Parameter("personal_log_retention_days", "days", 3650, "lower", "kept at most", "audit_retention_days")


def rule(identity, name, parameters=(), carried_by=(), subject="tenant"):
    """A rule."""
    return Rule(
        identity,
        name,
        f"p.{name}",
        name,
        "",
        subject,
        "config",
        "error",
        "block",
        "",
        parameters,
        carried_by,
        (),
        "f",
        1,
    )


RULES = {
    made.name: made
    for made in (
        rule("TC422", "audit_retention", (DAYS,), ("TC470",)),
        rule("TC427", "log_retention_maximum", (MOST,)),
        rule("TC470", "audit_kept", subject="artifact"),
        rule("TC404", "tls_minimum"),
    )
}
PCI = Applied("pci_dss", "", "", hypothetical=False)
GDPR = Applied("gdpr", "", "", hypothetical=False)


def framework(name, *controls):
    """A framework with these controls."""
    return Framework(name, name, "1", "2026-01-01", "", "", (), (), {each.id: each for each in controls}, "f")


def control(identity, *rules, advises=(), **parameters):
    """A control."""
    uses = tuple(RuleUse(name, ()) for name in rules)
    advice = tuple(RuleUse(name, ()) for name in advises)
    return Control(identity, "", "", "config", (), (), uses, advice, parameters, {}, "")


def chosen(frameworks, own=(), config=None):
    """A selection."""
    known = {**RULES, **{each.name: each for each in own}}
    return select(frameworks, known, own, config or {})


def test_rules_that_carry_evidence_come_along():
    """A control need not name them for their word to be asked."""
    made = chosen([(PCI, framework("pci_dss", control("10.5.1", "audit_retention")))])
    assert sorted(made.rules) == ["audit_kept", "audit_retention"]


def test_the_strictest_demand_holds_and_says_whose_it_is():
    """And what the others ask for is told beside it."""
    pci = framework("pci_dss", control("10.5.1", "audit_retention", audit_retention_days=365))
    sox = framework("sox", control("AL-1", "audit_retention", audit_retention_days=2555))
    made = chosen([(PCI, pci), (Applied("sox", "", "", hypothetical=False), sox)])
    demand = made.demands["audit_retention_days"]
    assert (demand.value, demand.by) == (2555, "sox AL-1")
    assert demand.others == (("pci_dss 10.5.1", 365),)


def test_a_default_is_nobodys_demand():
    """The rule asks for it by itself."""
    made = chosen([(PCI, framework("pci_dss", control("10.5.1", "audit_retention")))])
    assert made.demands["audit_retention_days"].by == ""


def test_the_configuration_can_only_be_stricter():
    """A workspace's parameter holds for every control, but weakens none."""
    pci = [(PCI, framework("pci_dss", control("10.5.1", "audit_retention", audit_retention_days=365)))]
    stricter = chosen(pci, config={"audit_retention_days": 400}).demands["audit_retention_days"]
    assert (stricter.value, stricter.by) == (400, WORKSPACE)
    weaker = chosen(pci, config={"audit_retention_days": 30}).demands["audit_retention_days"]
    assert (weaker.value, weaker.by) == (365, "pci_dss 10.5.1")


def test_each_control_keeps_what_it_asks_for_itself():
    """Its own verdict is by its own numbers."""
    pci = framework("pci_dss", control("a", "audit_retention", audit_retention_days=365), control("b", "tls_minimum"))
    first, second = chosen([(PCI, pci)]).chosen
    assert first.asks == {"audit_retention": {"audit_retention_days": 365}}
    assert second.asks == {}


def test_demands_that_contradict_each_other_are_told_with_both_numbers():
    """Privacy wants logs to go, payments want them to stay."""
    pci = framework("pci_dss", control("10.5.1", "audit_retention", audit_retention_days=365))
    gdpr = framework("gdpr", control("5(1)(e)", "log_retention_maximum", personal_log_retention_days=180))
    (conflict,) = chosen([(PCI, pci), (GDPR, gdpr)]).conflicts
    assert "365" in conflict.text
    assert "180" in conflict.text
    assert "gdpr 5(1)(e)" in conflict.text
    assert "pci_dss 10.5.1" in conflict.text


def test_a_rule_of_the_workspace_stands_for_itself_unless_a_control_uses_it():
    """The company wrote it to be obeyed."""
    mine = rule("ACME1", "mine")
    (alone,) = chosen([], own=[mine]).chosen
    assert (alone.applied.name, alone.control.id) == (WORKSPACE, "ACME1")
    used = chosen([(PCI, framework("pci_dss", control("x", "mine")))], own=[mine])
    assert [each.control.id for each in used.chosen] == ["x"]


def test_a_rule_that_is_not_there_is_left_to_the_verdict():
    """Which is not evaluated."""
    made = chosen([(PCI, framework("pci_dss", control("x", "lost")))])
    assert made.rules == {}
    assert [use.rule for use in made.chosen[0].uses] == ["lost"]


def test_values_become_keys():
    """So that one evaluation serves all controls with the same numbers."""
    assert frozen({"b": {"y": 1, "x": 2}, "a": ["u"], "c": 3}) == (("a", ("u",)), ("b", (("x", 2), ("y", 1))), ("c", 3))
