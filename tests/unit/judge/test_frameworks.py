"""Frameworks are read with every mistake told at its place, tailored without holes, and loaded as they were read."""

from __future__ import annotations

import copy

import pytest

from tenant_compiler.judge.framework_set import FrameworkFile, read_frameworks
from tenant_compiler.judge.frameworks import (
    controls_of,
    extend,
    from_json,
    merged,
    read_framework,
    to_json,
)
from tenant_compiler.model.pointer import follow
from tenant_compiler.model.policy import Parameter, Rule, RuleUse


def rule(name, *parameters):
    """A rule with some parameters."""
    return Rule(
        id="TC400",
        name=name,
        package=f"tenant_compiler.rules.{name}",
        title=name,
        description="",
        subject="tenant",
        evidence="config",
        severity="error",
        enforcement="block",
        remediation="",
        parameters=parameters,
        carried_by=(),
        needs=(),
        file="",
        line=1,
    )


RULES = {
    each.name: each
    for each in (
        rule("tls_minimum", Parameter("tls_minimum", "", 12, "higher", "")),
        rule("stores_tls"),
        rule(
            "inactive_accounts",
            Parameter("inactive_account_days", "days", 90, "lower", ""),
            Parameter("deprovision_hours", "hours", 24, "lower", ""),
        ),
        rule("audit_retention", Parameter("audit_retention_days", "days", 365, "higher", "")),
        rule("region_allowed", Parameter("jurisdictions", "", ["EU", "US"], "subset", "")),
        rule("attestation_fresh", Parameter("attestation_days", "days", {}, "lower", "")),
        rule("contacts", Parameter("contacts", "", [], "superset", "")),
        rule("agreements", Parameter("agreements", "", [], "superset", "")),
    )
}

BASE = {
    "apiVersion": "tenant-compiler.dev/v1",
    "kind": "Framework",
    "metadata": {"name": "acme"},
    "spec": {
        "title": "ACME's own rules",
        "version": "3",
        "date": "2026-11-01",
        "source": "the intranet",
        "proves": "What is compiled.",
        "levels": ["low", "high"],
        "roles": ["maker", "taker"],
        "controls": {
            "A-1": {
                "title": "Encryption in transit",
                "text": "Data is encrypted\non its way.\n",
                "evidence": "config",
                "rules": ["tls_minimum", "stores_tls"],
                "parameters": {"tls_minimum": 12},
            },
            "A-2": {
                "title": "Accounts",
                "text": "Unused accounts are closed.",
                "evidence": "config",
                "levels": ["high"],
                "rules": [{"rule": "inactive_accounts", "at": "security.identity.inactive_account_days"}],
                "advises": ["audit_retention"],
                "parameters": {"inactive_account_days": 90},
                "by_level": {"high": {"parameters": {"inactive_account_days": 35}}},
            },
            "A-3": {
                "title": "Tests",
                "text": "It is tested.",
                "evidence": "attested",
                "roles": ["maker"],
                "attestations": {"penetration_test": 365, "restore_test": 31},
                "contacts": ["dpo"],
                "agreements": ["baa"],
                "note": "addressable",
            },
            "A-4": {"title": "Doors", "text": "Doors are locked.", "evidence": "manual"},
        },
    },
}


def document(change=None, **spec):
    """A sound framework's document with another ``spec``, or with something done to it."""
    value = copy.deepcopy(BASE)
    value["spec"] |= spec
    if change is not None:
        change(value["spec"])
    return value


def tailored(**spec):
    """A document that extends the sound framework."""
    return {**BASE, "metadata": {"name": "acme-tailored"}, "spec": {"extends": "acme", **spec}}


@pytest.fixture
def acme():
    """The sound framework, read."""
    framework, findings = read_framework(document(), "policies/acme.yaml", RULES)
    assert findings == []
    return framework


def wrong(value, **more):
    """What is wrong with a document: code and place of each finding."""
    framework, findings = read_framework(value, "policies/acme.yaml", RULES, **more)
    assert framework is None
    assert all(finding.help for finding in findings)
    return [(finding.code, finding.place.pointer) for finding in findings]


def test_a_framework_is_read(acme):
    """Its head, its levels and roles, and its controls in their order, texts on one line."""
    assert (acme.name, acme.title, acme.version, acme.date) == ("acme", "ACME's own rules", "3", "2026-11-01")
    assert (acme.levels, acme.roles, acme.file) == (("low", "high"), ("maker", "taker"), "policies/acme.yaml")
    assert list(acme.controls) == ["A-1", "A-2", "A-3", "A-4"]
    first = acme.controls["A-1"]
    assert first.text == "Data is encrypted on its way."
    assert first.rules == (RuleUse("tls_minimum", ()), RuleUse("stores_tls", ()))
    assert (acme.controls["A-4"].evidence, acme.controls["A-4"].rules) == ("manual", ())


def test_a_use_is_narrowed_to_a_pointer(acme):
    """A dotted path stands below `spec`."""
    (use,) = acme.controls["A-2"].rules
    assert use == RuleUse("inactive_accounts", ("spec", "security", "identity", "inactive_account_days"))
    assert acme.controls["A-2"].advises == (RuleUse("audit_retention", ()),)


def test_shorthands_are_rules_at_their_places(acme):
    """Attestations, contacts and agreements become rules with what they ask for."""
    control = acme.controls["A-3"]
    base = ("spec", "compliance")
    assert control.rules == (
        RuleUse("attestation_fresh", (*base, "attestations", "penetration_test")),
        RuleUse("attestation_fresh", (*base, "attestations", "restore_test")),
        RuleUse("contacts", (*base, "contacts", "dpo")),
        RuleUse("agreements", (*base, "agreements", "baa")),
    )
    assert control.parameters == {
        "attestation_days": {"penetration_test": 365, "restore_test": 31},
        "contacts": ["dpo"],
        "agreements": ["baa"],
    }


@pytest.mark.parametrize(
    ("level", "role", "ids"),
    [
        ("", "", ["A-1", "A-2", "A-3", "A-4"]),
        ("low", "", ["A-1", "A-3", "A-4"]),
        ("high", "taker", ["A-1", "A-2", "A-4"]),
        ("low", "maker", ["A-1", "A-3", "A-4"]),
    ],
)
def test_controls_hold_by_level_and_role(acme, level, role, ids):
    """A control without levels or roles is for all; who names none is held to every one."""
    assert [control.id for control in controls_of(acme, level, role)] == ids


def test_a_level_changes_parameters(acme):
    """Over those of the control, which stay as they are in the framework."""
    (control,) = [control for control in controls_of(acme, "high") if control.id == "A-2"]
    assert control.parameters == {"inactive_account_days": 35}
    assert acme.controls["A-2"].parameters == {"inactive_account_days": 90}


def test_maps_of_parameters_are_merged_by_key():
    """A level that changes one attestation keeps the others."""
    lower = {"ages": {"a": 1, "b": 2}, "days": 3, "names": ["x"]}
    assert merged(lower, {"ages": {"b": 9}, "names": ["y"]}) == {"ages": {"a": 1, "b": 9}, "days": 3, "names": ["y"]}
    assert lower["ages"] == {"a": 1, "b": 2}


def test_the_compact_form_loses_nothing(acme):
    """What is loaded at run time equals what was read."""
    assert from_json(to_json(acme)) == acme


def test_a_document_that_does_not_fit_the_schema_goes_no_further():
    """Unknown keys, wrong types and wrong dates have the codes of every other document."""
    assert wrong(document(lambda spec: spec["controls"]["A-1"].update(rulez=["x"]))) == [
        ("TC201", ("spec", "controls", "A-1", "rulez"))
    ]
    assert wrong(document(date="2026-13-45")) == [("TC213", ("spec", "date"))]
    assert wrong(document(lambda spec: spec["controls"]["A-1"].update(evidence="guess")))[0][0] == "TC203"
    assert (
        wrong(document(lambda spec: spec["controls"]["A-1"].update(parameters={"tls_minimum": 1.5})))[0][0] == "TC202"
    )
    for value in (None, [], {}, {"spec": {}}, 7):
        assert wrong(value)


def test_a_framework_of_its_own_says_everything():
    """Without `extends` the head and the controls are needed, and tailoring has no effect."""
    value = {
        **BASE,
        "spec": {"title": "x", "parameters": {"tls_minimum": 13}, "exclude": {"A-1": "we have no network"}},
    }
    codes = wrong(value)
    assert codes.count(("TC204", ("spec",))) == 5
    assert ("TC807", ("spec", "parameters")) in codes
    assert ("TC807", ("spec", "exclude")) in codes


def test_a_control_says_what_it_is():
    """Title, text and evidence are needed."""
    codes = wrong(document(lambda spec: spec["controls"].update({"A-5": {"rules": ["stores_tls"]}})))
    assert codes.count(("TC204", ("spec", "controls", "A-5"))) == 3


@pytest.mark.parametrize("name", ["a-1", "A - 1", "a-1 "])
def test_a_control_stands_once(name):
    """Identifiers that people take for the same are the same (TC802)."""
    control = {"title": "x", "text": "y", "evidence": "manual"}
    assert wrong(document(lambda spec: spec["controls"].update({name: control}))) == [
        ("TC802", ("spec", "controls", name))
    ]


def test_a_rule_must_exist():
    """In `rules` and in `advises`, with the name that was meant (TC803)."""

    def change(spec):
        spec["controls"]["A-1"]["rules"].append("store_tls")
        spec["controls"]["A-2"]["advises"] = [{"rule": "nothing_like_it", "at": "security"}]

    framework, findings = read_framework(document(change), "f.yaml", RULES)
    assert framework is None
    assert [(finding.code, finding.place.pointer) for finding in findings] == [
        ("TC803", ("spec", "controls", "A-1", "rules", 2)),
        ("TC803", ("spec", "controls", "A-2", "advises", 0)),
    ]
    assert findings[0].help == "did you mean `stores_tls`?"


def test_a_shorthand_needs_its_rule():
    """Where the rule behind attestations is missing, that is said at the attestations (TC803)."""
    rules = {name: each for name, each in RULES.items() if name != "attestation_fresh"}
    _, findings = read_framework(document(), "f.yaml", rules)
    assert ("TC803", ("spec", "controls", "A-3", "attestations")) in [
        (each.code, each.place.pointer) for each in findings
    ]


@pytest.mark.parametrize("at", ["security..tls", "[", "/nowhere/tls", '"', "security.tsl", "quotas.cpu_millicores"])
def test_a_narrowing_is_a_path_into_a_tenant(at):
    """Anything else would silence the rule (TC804)."""
    change = {"rules": [{"rule": "tls_minimum", "at": at}]}
    assert wrong(document(lambda spec: spec["controls"]["A-1"].update(change))) == [
        ("TC804", ("spec", "controls", "A-1", "rules", 0, "at"))
    ]


@pytest.mark.parametrize(
    ("parameters", "key"),
    [
        ({"tls_minimun": 12}, "tls_minimun"),
        ({"audit_retention_days": 365}, "audit_retention_days"),
        ({"tls_minimum": ["12"]}, "tls_minimum"),
        ({"tls_minimum": {"a": 1}}, "tls_minimum"),
    ],
)
def test_a_parameter_is_read_by_a_rule_of_the_control(parameters, key):
    """One that none reads changes nothing, and one of another shape would break the rule (TC805)."""
    assert wrong(document(lambda spec: spec["controls"]["A-1"].update(parameters=parameters))) == [
        ("TC805", ("spec", "controls", "A-1", "parameters", key))
    ]


def test_parameters_of_a_level_are_checked_too():
    """They stand at a place of their own."""
    change = {"by_level": {"high": {"parameters": {"nobody": 1}}}}
    assert wrong(document(lambda spec: spec["controls"]["A-2"].update(change))) == [
        ("TC805", ("spec", "controls", "A-2", "by_level", "high", "parameters", "nobody"))
    ]


def test_levels_and_roles_are_those_of_the_framework():
    """Wherever a control names one (TC806)."""

    def change(spec):
        spec["controls"]["A-1"] |= {"levels": ["hihg"], "roles": ["giver"], "by_level": {"moderate": {}}}

    assert sorted(wrong(document(change))) == [
        ("TC806", ("spec", "controls", "A-1", "by_level", "moderate")),
        ("TC806", ("spec", "controls", "A-1", "levels", 0)),
        ("TC806", ("spec", "controls", "A-1", "roles", 0)),
    ]


def test_evidence_and_rules_belong_together():
    """Manual has no rule that decides, anything else has one (TC809)."""

    def change(spec):
        spec["controls"]["A-1"]["evidence"] = "manual"
        spec["controls"]["A-4"]["evidence"] = "config"

    assert wrong(document(change)) == [
        ("TC809", ("spec", "controls", "A-1", "evidence")),
        ("TC809", ("spec", "controls", "A-4", "evidence")),
    ]


def test_every_finding_has_a_place_that_is_there():
    """Each pointer leads to a node of the document, so that a report can show its line."""

    def change(spec):
        spec["controls"]["A-1"] |= {"levels": ["x"], "parameters": {"nobody": 1}, "rules": ["nothing"]}
        spec["controls"]["a-2"] = {"title": "x", "text": "y", "evidence": "config"}

    value = document(change)
    _, findings = read_framework(value, "f.yaml", RULES, 3)
    assert len(findings) >= 5
    for finding in findings:
        assert finding.place.document == 3
        assert follow(value, finding.place.pointer) is not None


class TestTailoring:
    """What a framework that extends another one takes over, changes and leaves out."""

    def read(self, acme, **spec):
        """The tailored framework."""
        framework, findings = extend(tailored(**spec), "policies/mine.yaml", RULES, acme)
        assert findings == []
        return framework

    def wrong(self, acme, **spec):
        """What is wrong with it."""
        framework, findings = extend(tailored(**spec), "policies/mine.yaml", RULES, acme)
        assert framework is None
        return [(finding.code, finding.place.pointer) for finding in findings]

    def test_everything_is_taken_over(self, acme):
        """But the name and the file."""
        framework = self.read(acme)
        assert framework == acme._replace(name="acme-tailored", file="policies/mine.yaml")

    def test_a_parameter_holds_for_all_controls_whose_rules_read_it(self, acme):
        """Where a control has its own, the stricter one stays."""
        framework = self.read(
            acme, parameters={"inactive_account_days": 60, "tls_minimum": 13, "audit_retention_days": 9}
        )
        assert framework.controls["A-1"].parameters == {"tls_minimum": 13}
        accounts = framework.controls["A-2"]
        assert accounts.parameters == {"inactive_account_days": 60, "audit_retention_days": 9}
        assert accounts.by_level == {"high": {"inactive_account_days": 35}}
        assert framework.controls["A-3"].parameters == acme.controls["A-3"].parameters

    def test_a_map_is_tailored_by_key(self, acme):
        """The stricter age of each kind holds."""
        framework = self.read(acme, parameters={"attestation_days": {"penetration_test": 180, "restore_test": 90}})
        ages = framework.controls["A-3"].parameters["attestation_days"]
        assert ages == {"penetration_test": 180, "restore_test": 31}

    def test_an_excluded_control_stays_listed_with_its_reason(self, acme):
        """As manual, so that it is neither judged nor forgotten."""
        framework = self.read(acme, exclude={"A-2": "Accounts are those\nof the customer."})
        control = framework.controls["A-2"]
        assert (control.evidence, control.rules, control.advises, control.by_level) == ("manual", (), (), {})
        assert control.note == "excluded: Accounts are those of the customer."
        assert list(framework.controls) == list(acme.controls)

    @pytest.mark.parametrize("reason", [None, "", "   ", "n/a", 7, ["because of this"]])
    def test_an_exclusion_has_a_reason(self, acme, reason):
        """An empty one is none (TC808)."""
        assert self.wrong(acme, exclude={"A-2": reason}) == [("TC808", ("spec", "exclude", "A-2"))]

    def test_only_what_is_there_is_excluded(self, acme):
        """Not an unknown control, and not one that is changed as well (TC808)."""
        why = "it is of no concern to us"
        assert self.wrong(acme, exclude={"A-9": why}) == [("TC808", ("spec", "exclude", "A-9"))]
        found = self.wrong(acme, exclude={"A-1": why}, controls={"A-1": {"note": "changed"}})
        assert found == [("TC808", ("spec", "exclude", "A-1"))]

    def test_a_changed_control_keeps_what_is_not_said(self, acme):
        """Attestations are added to its rules; maps of parameters are merged."""
        framework = self.read(
            acme, controls={"A-3": {"attestations": {"restore_test": 7, "red_team": 365}, "note": "mine"}}
        )
        control = framework.controls["A-3"]
        assert (control.title, control.text, control.note) == ("Tests", "It is tested.", "mine")
        assert control.roles == ("maker",)
        assert len(control.rules) == 5
        assert control.parameters["attestation_days"] == {"penetration_test": 365, "restore_test": 7, "red_team": 365}

    def test_rules_that_are_said_replace_the_others(self, acme):
        """With them go the parameters that nobody reads any more."""
        framework = self.read(acme, controls={"A-1": {"rules": ["stores_tls"]}})
        control = framework.controls["A-1"]
        assert (control.rules, control.parameters) == ((RuleUse("stores_tls", ()),), {})

    def test_a_control_can_become_manual(self, acme):
        """Then nothing decides it."""
        framework = self.read(acme, controls={"A-1": {"evidence": "manual"}})
        assert (framework.controls["A-1"].rules, framework.controls["A-1"].evidence) == ((), "manual")

    def test_a_new_control_comes_last_and_says_everything(self, acme):
        """Levels and roles of the extended framework are there for it."""
        new = {"title": "x", "text": "y", "evidence": "config", "levels": ["high"], "rules": ["region_allowed"]}
        framework = self.read(acme, controls={"B-1": new}, parameters={"jurisdictions": ["EU"]})
        assert list(framework.controls)[-1] == "B-1"
        assert framework.controls["B-1"].parameters == {"jurisdictions": ["EU"]}
        assert (
            self.wrong(acme, controls={"B-1": {"evidence": "manual"}}).count(("TC204", ("spec", "controls", "B-1")))
            == 2
        )

    def test_a_new_control_may_not_look_like_an_old_one(self, acme):
        """Who writes `a-1` wanted to change `A-1` (TC802)."""
        new = {"title": "x", "text": "y", "evidence": "manual"}
        assert self.wrong(acme, controls={"a-1": new}) == [("TC802", ("spec", "controls", "a-1"))]

    def test_parameters_for_all_are_checked(self, acme):
        """Against all rules (TC805)."""
        assert self.wrong(acme, parameters={"nobody": 1}) == [("TC805", ("spec", "parameters", "nobody"))]
        assert self.wrong(acme, parameters={"tls_minimum": ["x"]}) == [("TC805", ("spec", "parameters", "tls_minimum"))]


class TestTogether:
    """The frameworks of a workspace."""

    def read(self, *values, known=None):
        """Read documents together, beside one built-in framework."""
        built_in, _ = read_framework(document(), "<built-in>/acme.yaml", RULES)
        files = [FrameworkFile(value, f"policies/{index}.yaml", index) for index, value in enumerate(values)]
        return read_frameworks(files, {"acme": built_in}.get, known or ["acme"], RULES)

    def named(self, name, extends=None, **spec):
        """A document with a name."""
        whole = {"extends": extends, **spec} if extends else {**copy.deepcopy(BASE["spec"]), **spec}
        return {**BASE, "metadata": {"name": name}, "spec": whole}

    def test_frameworks_extend_each_other_in_any_order(self):
        """Also when the extended one comes later."""
        made, findings = self.read(self.named("c", "b"), self.named("b", "acme"), self.named("own"))
        assert findings == []
        assert sorted(made) == ["b", "c", "own"]
        assert list(made["c"].controls) == ["A-1", "A-2", "A-3", "A-4"]
        assert made["c"].file == "policies/0.yaml"

    def test_a_name_is_taken_once(self):
        """By a built-in framework or by another one of the workspace (TC801)."""
        made, findings = self.read(self.named("acme"), self.named("own"), self.named("own"))
        assert [(each.code, each.place.file, each.place.pointer) for each in findings] == [
            ("TC801", "policies/0.yaml", ("metadata", "name")),
            ("TC801", "policies/2.yaml", ("metadata", "name")),
        ]
        assert "policies/1.yaml" in findings[1].message
        assert sorted(made) == ["own"]

    def test_what_is_extended_must_exist(self):
        """With the name that was meant (TC807)."""
        made, findings = self.read(self.named("own", "acmee"))
        assert made == {}
        (only,) = findings
        assert (only.code, only.place.pointer, only.help) == ("TC807", ("spec", "extends"), "did you mean `acme`?")

    @pytest.mark.parametrize("names", [["a"], ["a", "b"], ["a", "b", "c"]])
    def test_a_circle_is_told(self, names):
        """Each framework of it says that it cannot be read (TC807)."""
        documents = [self.named(name, names[(index + 1) % len(names)]) for index, name in enumerate(names)]
        made, findings = self.read(*documents)
        assert made == {}
        assert [finding.code for finding in findings] == ["TC807"] * len(names)
        assert "in a circle" in findings[0].message

    def test_a_broken_base_breaks_what_extends_it(self):
        """Both are told; a sound one beside them is read (TC807)."""
        made, findings = self.read(self.named("b", "a"), self.named("a", levels=["low"]), self.named("own"))
        assert sorted(made) == ["own"]
        assert {finding.place.file for finding in findings} == {"policies/0.yaml", "policies/1.yaml"}
        assert [each.code for each in findings if each.place.file == "policies/0.yaml"] == ["TC807"]

    def test_documents_without_form_are_told(self):
        """They have no name to be known by."""
        made, findings = self.read({"kind": "Framework"}, None, self.named("own"))
        assert sorted(made) == ["own"]
        assert {finding.place.file for finding in findings} == {"policies/0.yaml", "policies/1.yaml"}
