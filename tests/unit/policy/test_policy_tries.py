"""A case is really compiled, judged by its rule alone, and compared as a whole."""

from __future__ import annotations

import pytest

from tenant_compiler.judge.fixtures import Expected, read_cases
from tenant_compiler.model.policy import Denial, RuleResult
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run.policies.bases import Bases, merged
from tenant_compiler.run.policies.suite import Chosen, find_tests, run_suite
from tenant_compiler.run.policies.tries import differences

ARTIFACT = """
deny contains {"message": "no labels", "object": item.ref} if {
	some item in input.artifacts.kubernetes.Namespace
	not item.value.metadata.labels
}

deny contains {"message": "by hand", "object": item.ref, "path": ["spec", "owner", "team"]} if {
	some item in input.artifacts.kubernetes.Secret
	input.parameters.least == 2
}

checked contains item.ref if some item in input.artifacts.kubernetes.Namespace
"""


@pytest.fixture
def tried(book):
    """Runs the cases of a rule: `tried(body, cases)` gives them by name."""

    def run(*given, tests=None, **more):
        made = book(*given, **more)._replace(tests=tests or {})
        chosen = Chosen(made.rules, made.cases, [*find_tests(made.tests)], tuple(made.sources))
        ran = run_suite(made, chosen, "regorus", None, coverage=True)
        return {each.case.name: each for each in ran.cases} | {each.test.name: each for each in ran.tests}

    return run


def case(rest, base="clinic"):
    """A fixture with one case."""
    return f"rule: enough\nbase: {base}\ncases:\n  - name: x\n    {rest}\n"


def test_sound_cases_have_no_problems(tried):
    """With what the rule was given and gave."""
    ran = tried()
    assert {name: each.problems for name, each in ran.items()} == {"two": (), "one": (), "nothing": ()}
    assert ran["one"].input["tenant"]["spec"]["change_control"]["approvals"] == 1
    assert ran["one"].input["parameters"] == {"least": 2}
    assert ran["one"].input["frameworks"] == {
        "gdpr": {"level": "", "role": "controller"},
        "hipaa": {"level": "", "role": ""},
    }
    assert ran["one"].got.denials[0].message == "1 are too few, 2 are needed"


@pytest.mark.parametrize(
    ("rest", "problem"),
    [
        (
            "expect: {findings: [change_control.approvals], checked: [change_control.approvals]}",
            "expected a finding at change_control.approvals, got none",
        ),
        (
            "given: {change_control: {approvals: 1}}\n    expect: {findings: [], checked: [change_control.approvals]}",
            "got a finding at change_control.approvals that is not expected: 1 are too few, 2 are needed",
        ),
        ("expect: {findings: [], checked: []}", "change_control.approvals was checked, which is not expected"),
        (
            "given: {change_control: null}\n    expect: {findings: [], checked: [a.b]}",
            "expected a.b to be checked, but it was not",
        ),
        ("parameters: {most: 3}\n    expect: {findings: [], checked: []}", "the rule has no parameter `most`"),
        ("base: clinik\n    expect: {findings: [], checked: []}", "did you mean `clinic`?"),
        ("environment: production\n    expect: {findings: [], checked: []}", ""),
        ("environment: nowhere\n    expect: {findings: [], checked: []}", "has no environment `nowhere`"),
        ("given: {tiers: x}\n    expect: {findings: [], checked: []}", "`given` makes no valid tenant"),
        ("given: {tier: x}\n    expect: {findings: [], checked: []}", "the tenant does not compile: TC3"),
        (
            "objects: {'kubernetes/x/10-tenancy.yaml#Role/y': null}\n    expect: {findings: [], checked: []}",
            "`objects` removes kubernetes/x/10-tenancy.yaml#Role/y, which is not emitted",
        ),
    ],
)
def test_what_differs_is_said(tried, rest, problem):
    """In a sentence; a case that cannot be tried fails with the reason."""
    problems = tried(cases=case(rest))["x"].problems
    assert any(problem in each for each in problems)


def test_objects_are_changed_added_and_removed(tried):
    """By their refs; an object of a new file belongs to that file."""
    name = "kubernetes/central/10-tenancy.yaml#Namespace/t-clinic-production"
    west = "kubernetes/west/10-tenancy.yaml#Namespace/t-clinic-production"
    new = "own/extra.yaml#Secret/extra"
    cases = f"""rule: enough
base: clinic
cases:
  - name: as it is
    expect: &sound {{findings: [], checked: ["{name}", "{west}"]}}
  - name: without labels
    objects: {{"{name}": {{metadata: {{labels: null}}}}}}
    expect: {{findings: ["{name}"], checked: ["{name}", "{west}"]}}
  - name: removed
    objects: {{"{name}": null}}
    expect: {{findings: [], checked: ["{west}"]}}
  - name: added
    objects: {{"{new}": {{apiVersion: v1, kind: Secret}}}}
    expect:
      findings: [{{object: "{new}", path: owner.team, message: by hand}}]
      checked: ["{name}", "{west}"]
"""
    ran = tried(ARTIFACT, cases, subject="artifact")
    assert {name: each.problems for name, each in ran.items()} == dict.fromkeys(ran, ())


def test_artifacts_are_made_only_for_who_reads_them(tried):
    """Also for a rule about the tenant that reads them, or a library of its that does."""
    assert tried()["two"].input["artifacts"] == {"kubernetes": {}, "terraform": {}, "prometheus": {}}
    body = 'deny contains {"message": "m", "path": ["spec"]} if input.artifacts.helm\n\nchecked contains [] if false\n'
    cases = case("expect: {findings: [], checked: []}")
    assert tried(body, cases)["x"].input["artifacts"]["kubernetes"]
    body = body.replace("input.artifacts.helm", "count(edge.routes) > 99")
    ran = tried("import data.tenant_compiler.lib.edge\n\n" + body, cases)
    assert ran["x"].problems == ()
    assert ran["x"].input["artifacts"]["kubernetes"]


def test_a_rule_without_its_sets_or_with_an_error_fails_its_cases(tried):
    """It has said nothing, whatever the case expects."""
    cases = case("expect: {findings: [], checked: []}")
    body = 'deny contains {"path": ["spec"]} if true\n\nchecked contains ["spec"]\n'
    (problem,) = tried(body, cases)["x"].problems
    assert "could not be evaluated: `deny` holds" in problem
    body = 'deny contains {"message": "m", "path": [to_number("x")]} if true\n\nchecked contains ["spec"]\n'
    (problem,) = tried(body, cases)["x"].problems
    assert problem.startswith("the rule could not be evaluated: policies/enough.rego:15:")


def test_a_rule_whose_file_is_refused_fails_its_cases(tried):
    """With the place that the engine names."""
    body = 'deny contains {"message": "m", "path": y} if x == 1\n\nchecked contains ["spec"]\n'
    (problem,) = tried(body, case("expect: {findings: [], checked: []}"))["x"].problems
    assert problem.startswith("the rule cannot be loaded: policies/enough.rego:")


def test_the_most_definite_expectation_chooses_first():
    """A finding for anything does not take what another one asks for."""
    (made,), _ = read_cases(
        case("expect: {findings: [{message: e}, {path: b, message: one}], checked: []}").encode(), "f"
    )
    rule = type("Rule", (), {"subject": "tenant"})
    denials = (
        Denial("X1", "one", ("spec", "b"), "", (), None),
        Denial("X1", "three", ("spec", "a"), "", (), None),
    )
    assert [*differences(made, RuleResult(rule, denials, (), ()))] == []
    made = made._replace(findings=(Expected("a", "", ""), Expected("a", "", "")))
    assert len([*differences(made, RuleResult(rule, denials, (), ()))]) == 2


def test_a_patch_merges_maps_removes_and_replaces():
    """As RFC 7396 says."""
    assert merged({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": None, "e": {"f": None}}, "d": [2]}) == {
        "a": {"c": 2, "e": {}},
        "d": [2],
    }
    assert merged([1], {"a": 1}) == {"a": 1}
    assert merged({"a": 1}, 7) == 7


TESTS = """package acme.enough_test

import rego.v1

test_holds if 1 < 2

test_does_not if {
	print("seen", 7)
	1 > 2
}

test_false := false

test_errs if to_number("x") == 1

helper if true
"""


def test_tests_hold_only_when_they_are_true(tried):
    """An undefined one has a line that does not hold; what is no test is not run."""
    ran = tried(tests={"policies/enough_test.rego": TESTS})
    problems = {name: ran[name].problem for name in ran if name.startswith("test_")}
    assert problems.pop("test_holds") == ""
    assert problems.pop("test_does_not") == "it is undefined: some line of its body does not hold"
    assert problems.pop("test_false") == "it is not true"
    assert problems.pop("test_errs").startswith("it could not be evaluated: ")
    assert problems == {}
    assert ran["test_does_not"].prints == ("policies/enough_test.rego:8: seen 7",)


def test_tests_whose_file_is_refused_fail(tried):
    """They did not run."""
    ran = tried(tests={"policies/enough_test.rego": TESTS + "\nx := := 1\n"})
    assert ran["test_holds"].problem.startswith("the file cannot be loaded: ")


def test_tenants_of_the_workspace_are_bases(tmp_path):
    """Beside those that have a workspace of their own; one that cannot be used says why."""
    (tmp_path / "tenants").mkdir()
    (tmp_path / "bases" / "broken" / "tenants").mkdir(parents=True)
    (tmp_path / "bases" / "none").mkdir()
    (tmp_path / "bases" / "none" / "tenant-compile.toml").write_text("[")
    config = '[workspace]\nname = "acme"\n[cluster.eu]\ncloud = "aws"\nregion = "eu-central-1"\n'
    tenant = """apiVersion: tenant-compiler.dev/v1
kind: Tenant
metadata: {name: acme}
spec: {tier: standard, owner: {team: care}, placement: {cloud: aws, regions: {eu-central-1: {}}}}
"""
    (tmp_path / "tenant-compile.toml").write_text(config)
    (tmp_path / "tenants" / "acme.yaml").write_text(tenant)
    (tmp_path / "bases" / "broken" / "tenant-compile.toml").write_text(config)
    (tmp_path / "bases" / "broken" / "tenants" / "broken.yaml").write_text(tenant.replace("tier", "teir"))
    bases = Bases([str(tmp_path / "bases")], open_workspace(str(tmp_path)))
    (made,), _ = read_cases(case("expect: {findings: [], checked: []}", "acme").encode(), "f")
    result, problem = bases.compile(made, artifacts=False)
    assert problem == ""
    assert result.resolved.metadata["name"] == "acme"
    assert bases.compile(made, artifacts=False)[0] is result
    _, problem = bases.compile(made._replace(base="broken"), artifacts=False)
    assert problem.startswith(
        "the workspace of the base tenant `broken` has no tenant of that name: tenants/broken.yaml: TC2"
    )
    _, problem = bases.compile(made._replace(base="none"), artifacts=False)
    assert "cannot be opened" in problem
    assert bases.names() == ["acme", "broken", "none"]
