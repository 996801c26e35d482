"""The built-in frameworks and facts: whole, counted, mapped to rules that exist, promising nothing that none proves."""

from __future__ import annotations

import json
import os
import re
import time

import pytest
from jsonschema_rs import Draft7Validator

from tenant_compiler.data import data_folder
from tenant_compiler.judge.frameworks import controls_of, from_json, read_framework, to_json
from tenant_compiler.judge.metadata import read_module
from tenant_compiler.model.pointer import show
from tenant_compiler.plan.regions import REGIONS
from tenant_compiler.read.yaml import read_documents

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
POLICIES = os.path.join(ROOT, "policies")
RULES = os.path.join(POLICIES, "rego", "rules")
HALF_CARRIED = {"log_retention_maximum"}
"""Rules of which artifacts carry only a part, and never all that such a rule looks at where something runs."""
NAMES = ("fedramp", "gdpr", "hipaa", "iso27001", "pci_dss", "sox")


def document(path):
    """The value of a YAML file that has one document."""
    with open(os.path.join(POLICIES, path), "rb") as file:
        reading = read_documents(file.read(), path)
    assert not reading.diagnostics
    (only,) = reading.documents
    return only.value


@pytest.fixture(scope="module")
def rules():
    """All built-in rules by name."""
    found = {}
    for name in sorted(os.listdir(RULES)):
        with open(os.path.join(RULES, name), encoding="utf-8") as file:
            rule = read_module(file.read(), name, built_in=True).rule
        if rule is not None:
            found[rule.name] = rule
    return found


@pytest.fixture(scope="module")
def frameworks(rules):
    """All built-in frameworks by name, read without a finding."""
    made = {}
    for name in NAMES:
        path = f"frameworks/{name}.yaml"
        made[name], findings = read_framework(document(path), path, rules)
        assert [f"{path}: {finding.code} {finding.message}" for finding in findings] == []
    return made


def everything(frameworks):
    """Each control with its framework's name."""
    return [(name, control) for name, framework in frameworks.items() for control in framework.controls.values()]


def carried(rule):
    """Whether artifacts carry all that a rule about tenants looks at."""
    return bool(rule.carried_by) and rule.name not in HALF_CARRIED


def test_the_files_are_the_six_frameworks():
    """One file for each, called like the framework in it."""
    files = sorted(os.listdir(os.path.join(POLICIES, "frameworks")))
    assert files == [f"{name}.yaml" for name in NAMES]
    assert [document(f"frameworks/{name}")["metadata"]["name"] for name in files] == list(NAMES)


def test_fedramp_has_the_controls_of_each_baseline(frameworks):
    """LI-SaaS and Low have 156 controls, Moderate 323, High 410, and each contains the one below."""
    fedramp = frameworks["fedramp"]
    members = {level: {control.id for control in controls_of(fedramp, level)} for level in fedramp.levels}
    assert {level: len(ids) for level, ids in members.items()} == {
        "li_saas": 156,
        "low": 156,
        "moderate": 323,
        "high": 410,
    }
    assert members["li_saas"] == members["low"] < members["moderate"] < members["high"]
    assert all(re.fullmatch(r"[A-Z]{2}-\d+(\(\d+\))?", name) for name in members["high"])


@pytest.mark.parametrize(
    ("level", "inside", "outside"),
    [
        (
            "low",
            ["AC-2", "CA-8", "CM-5", "CP-9", "IA-2(2)", "SC-8(1)", "SC-28(1)"],
            ["AC-2(3)", "AC-5", "AC-6", "SC-10"],
        ),
        ("moderate", ["AC-2(3)", "AC-4", "AC-6", "CA-8(2)", "SA-9(5)", "SC-7(5)", "SC-45"], ["AU-9(2)", "SC-7(21)"]),
        ("high", ["AU-9(2)", "AU-9(3)", "CP-10(4)", "SC-7(21)", "SC-12(1)"], ["AC-1(1)"]),
    ],
)
def test_membership_is_that_of_the_published_profiles(frameworks, level, inside, outside):
    """Samples that differ between the baselines stand where the profiles have them."""
    ids = {control.id for control in controls_of(frameworks["fedramp"], level)}
    assert set(inside) <= ids
    assert not set(outside) & ids


def test_iso_has_all_of_annex_a(frameworks):
    """The 93 identifiers, in their order."""
    wanted = [
        f"A.{part}.{number}" for part, last in ((5, 37), (6, 8), (7, 14), (8, 34)) for number in range(1, last + 1)
    ]
    assert len(wanted) == 93
    assert list(frameworks["iso27001"].controls) == wanted


def test_sox_has_only_our_own_identifiers(frameworks):
    """The law lists no controls, so none of ours looks like one of somebody else's; COBIT's numbers stand in notes."""
    controls = frameworks["sox"].controls.values()
    assert all(re.fullmatch(r"ITGC-[A-Z]{2}-\d+", control.id) for control in controls)
    assert all(re.search(r"\b(APO|BAI|DSS|MEA)\d\d\.\d\d\b", control.note) for control in controls)


def test_every_control_speaks_for_itself(frameworks):
    """A title, a text that is a sentence of its own, and no text twice in a framework."""
    for name, framework in frameworks.items():
        texts = [control.text for control in framework.controls.values()]
        assert len(set(texts)) == len(texts), name
        assert framework.proves
        for control in framework.controls.values():
            assert control.title, control.id
            assert re.fullmatch(r"[A-Z].*\.", control.text, re.DOTALL), control.id
            assert not control.title.endswith("."), control.id


def test_what_configuration_proves_some_artifact_carries(frameworks, rules):
    """A control of evidence `config` can pass: each of its rules reads artifacts or is carried by such a rule."""
    stuck = [
        (name, control.id, use.rule)
        for name, control in everything(frameworks)
        if control.evidence == "config"
        for use in control.rules
        if rules[use.rule].subject == "tenant" and not carried(rules[use.rule])
    ]
    assert stuck == []


def test_what_is_attested_could_not_pass(frameworks, rules):
    """A control of evidence `attested` has a rule that no artifact carries; otherwise it would be proved."""
    proved = [
        (name, control.id)
        for name, control in everything(frameworks)
        if control.evidence == "attested"
        if all(rules[use.rule].subject == "artifact" or carried(rules[use.rule]) for use in control.rules)
    ]
    assert proved == []


def test_a_promise_stands_beside_its_proof(frameworks, rules):
    """Where a rule about tenants decides, the rules about artifacts that carry it decide as well."""
    by_id = {rule.id: name for name, rule in rules.items()}
    alone = [
        (name, control.id, use.rule, by_id.get(carrier, carrier))
        for name, control in everything(frameworks)
        for use in control.rules
        for carrier in rules[use.rule].carried_by
        if by_id.get(carrier) not in {other.rule for other in control.rules}
    ]
    assert alone == []


def test_manual_controls_have_no_rule_that_decides(frameworks):
    """What only people can judge is never judged by a rule, and what is judged has one."""
    for name, control in everything(frameworks):
        assert (control.evidence == "manual") == (not control.rules), (name, control.id)


def test_every_rule_serves_a_framework(frameworks, rules):
    """No rule is there for nothing."""
    used = {use.rule for _, control in everything(frameworks) for use in (*control.rules, *control.advises)}
    assert set(rules) - used == set()


def test_every_narrowing_leads_to_a_setting(frameworks):
    """Where `at` leads, the vocabulary has a field; a slip of the pen would make a rule not applicable for ever."""
    with open(os.path.join(data_folder("schemas"), "resolved.schema.json"), encoding="utf-8") as file:
        root = json.load(file)
    uses = {use.at for _, control in everything(frameworks) for use in (*control.rules, *control.advises) if use.at}
    assert len(uses) > 20
    assert [show(at) for at in sorted(uses) if not known(root, at)] == []


def known(root, pointer):
    """Whether a schema has a field at a pointer; keys of maps must match."""
    node = root
    for part in pointer:
        while "$ref" in node or "allOf" in node:
            reference = node["$ref"] if "$ref" in node else node["allOf"][0]["$ref"]
            node = root["definitions"][reference.rpartition("/")[2]]
        if part in node.get("properties", {}):
            node = node["properties"][part]
        elif isinstance(node.get("additionalProperties"), dict):
            names = node.get("propertyNames")
            if names is not None and not Draft7Validator(names).is_valid(part):
                return False
            node = node["additionalProperties"]
        else:
            return False
    return True


@pytest.mark.parametrize(
    ("framework", "control", "level", "wanted"),
    [
        ("pci_dss", "10.5.1", "", {"audit_retention_days": 365, "audit_online_days": 90}),
        ("pci_dss", "8.2.8", "", {"session_idle_minutes": 15, "privileged_session_idle_minutes": 15}),
        ("pci_dss", "8.2.6", "", {"inactive_account_days": 90}),
        ("pci_dss", "8.3.6", "", {"password_length": 12}),
        ("pci_dss", "11.4.6", "", {"attestation_days": {"segmentation_test": 182}}),
        ("hipaa", "164.316(b)(2)(i)", "", {"audit_retention_days": 2190}),
        ("gdpr", "33(1)", "", {"breach_notification_hours": 72, "contacts": ["breach_notification"]}),
        ("fedramp", "AC-2(3)", "moderate", {"inactive_account_days": 90, "deprovision_hours": 24}),
        ("fedramp", "AC-2(3)", "high", {"inactive_account_days": 35, "deprovision_hours": 24}),
        ("fedramp", "SC-10", "high", {"session_idle_minutes": 15, "privileged_session_idle_minutes": 10}),
        ("fedramp", "CP-9", "low", {"backup_hours": 24, "backup_copies": 3}),
        ("fedramp", "CP-9(1)", "moderate", {"attestation_days": {"restore_test": 365}}),
        ("fedramp", "CP-9(1)", "high", {"attestation_days": {"restore_test": 31}}),
        ("fedramp", "SA-9(5)", "moderate", {}),
        ("fedramp", "SA-9(5)", "high", {"jurisdictions": ["US"]}),
    ],
)
def test_the_numbers_of_the_regulations_are_set(frameworks, framework, control, level, wanted):
    """Thresholds come from the text, level by level."""
    active = {each.id: each for each in controls_of(frameworks[framework], level)}
    assert active[control].parameters == wanted


def test_audit_trails_of_six_years_are_only_advised(frameworks):
    """HIPAA keeps documentation that long; that trails are documentation is an interpretation: a warning."""
    control = frameworks["hipaa"].controls["164.316(b)(2)(i)"]
    assert control.evidence == "manual"
    assert not control.rules
    assert {use.rule for use in control.advises} == {"audit_retention", "audit_kept"}
    assert "interpretation" in control.note


def test_hipaa_says_what_is_required_and_what_addressable(frameworks):
    """Each control of the Security Rule has the word in its note."""
    for control in frameworks["hipaa"].controls.values():
        if not control.id.startswith("164.4"):
            assert re.match(r"(?i)(required|addressable)\b", control.note), control.id


def test_the_largest_framework_loads_quickly(frameworks):
    """FedRAMP's compact form becomes records in some two milliseconds; twenty allow for a busy machine."""
    text = json.dumps(to_json(frameworks["fedramp"]))
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        loaded = from_json(json.loads(text))
        best = min(best, time.perf_counter() - start)
    assert loaded == frameworks["fedramp"]
    assert best < 0.02


def test_the_economic_area_has_thirty_members():
    """The Union's 27 with Iceland, Liechtenstein and Norway, as of a day."""
    eea = document("data/eea.yaml")
    assert len(set(eea["members"])) == len(eea["members"]) == 30
    assert {"DE", "IS", "LI", "NO"} <= set(eea["members"])
    assert not {"GB", "CH"} & set(eea["members"])
    assert re.fullmatch(r"2026-\d\d-\d\d", eea["date"])


def test_adequacy_decisions_are_dated_and_numbered():
    """Each has its country, day, number and scope; none is about a member of the economic area."""
    adequacy = document("data/adequacy.yaml")
    assert re.fullmatch(r"2026-\d\d-\d\d", adequacy["date"])
    assert not set(adequacy["decisions"]) & set(document("data/eea.yaml")["members"])
    for country, decision in adequacy["decisions"].items():
        assert re.fullmatch(r"[A-Z]{2}", country)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", decision["decided"]), country
        assert re.fullmatch(r"(\(EU\) )?\d{4}/\d+(/E[CU])?", decision["decision"]), country
        assert decision["scope"] in ("country", "recipients"), country
    narrow = {country for country, decision in adequacy["decisions"].items() if decision["scope"] == "recipients"}
    assert narrow == {"CA", "US"}


def test_rules_and_plan_agree_on_where_regions_are():
    """The jurisdiction of each region's country is the one that the plan knows."""
    facts, members = document("data/regions.yaml"), document("data/eea.yaml")["members"]
    told = {
        cloud: {
            region: "EU" if country in members else facts["jurisdictions"].get(country, "")
            for country, regions in countries.items()
            for region in regions
        }
        for cloud, countries in facts["countries"].items()
    }
    assert told == {cloud: dict(regions) for cloud, regions in REGIONS.items()}
