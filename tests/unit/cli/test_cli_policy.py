"""`tenant-compile policy new`, `test`, `lint` and `docs` in a workspace, and in none."""

from __future__ import annotations

import json

import pytest

RULE = "policies/night_backups.rego"
FIXTURE = "policies/fixtures/night_backups.yaml"
FRAMEWORK = """apiVersion: tenant-compiler.dev/v1
kind: Framework
metadata: {name: acme}
spec:
  title: ACME's rules
  version: "1"
  date: "2026-11-01"
  source: https://acme.example/rules
  proves: What is compiled.
  controls:
    A-1: {title: Nights, text: Backups run at night., evidence: attested, rules: [night_backups]}
"""


@pytest.fixture
def fleet(workspace, tc):
    """The workspace with a new rule."""
    assert tc("policy", "new", "ACME1", "night_backups", cwd=workspace).code == 0
    return workspace


def change(fleet, file, old, new):
    """Replace text in a file."""
    path = fleet / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_new_rule_passes_its_cases_and_lints_at_once(fleet, tc):
    """And the fleet is judged by it."""
    ran = tc("policy", "test", "--coverage", "--threshold", "100", cwd=fleet)
    assert ran.code == 0, ran.out
    assert "coverage 100 %: 8 of 8 lines, 1 of 1 file as a whole" in ran.out
    assert "4 cases of 1 rule in " in ran.out
    ran = tc("policy", "lint", cwd=fleet)
    assert (ran.code, ran.out) == (0, "1 rule in 1 file, 0 frameworks, 4 cases · no findings\n")
    assert "package acme.rules.night_backups\n" in (fleet / RULE).read_text()
    assert "# title: Night backups\n" in (fleet / RULE).read_text()
    assert "workspace" in tc("check", cwd=fleet).out


def test_a_new_rule_says_what_it_made_and_what_is_next(workspace, tc):
    """Paths as seen from here, and commands for this workspace."""
    ran = tc("policy", "new", "ACME1", "nights", "--title", "Nights: a title", "-C", str(workspace))
    assert ran.code == 0
    assert ran.out.splitlines() == [
        str(workspace / "policies/nights.rego"),
        str(workspace / "policies/fixtures/nights.yaml"),
        "next",
        f"  tenant-compile policy test nights -C {workspace}",
        f"  tenant-compile policy lint -C {workspace}",
    ]
    assert '# title: "Nights: a title"\n' in (workspace / "policies/nights.rego").read_text()


def test_a_new_rule_takes_a_setting_that_no_layer_sets(workspace, tc):
    """Else there would be no case where nothing is to judge."""
    config = workspace / "tenant-compile.toml"
    config.write_text(config.read_text() + "\n[defaults.change_control]\napprovals = 3\n")
    assert tc("policy", "new", "ACME1", "nights", cwd=workspace).code == 0
    assert "monitoring.logging.retention_days" in (workspace / "policies/nights.rego").read_text()
    assert tc("policy", "test", cwd=workspace).code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("TC999", "x1"), "TC… is the compiler's own"),
        (("acme1", "x1"), "`acme1` is no id"),
        (("ACME12345", "x1"), "two to eight capitals and one to four digits"),
        (("ACME2", "Night"), "`Night` is no name of a rule"),
        (("ACME2", "a-b"), "small letters, digits and `_`"),
        (("ACME2", "x1", "--title", "two\nlines"), "one line of at most 100 characters"),
        (("ACME2", "tls_minimum"), "there is a rule `tls_minimum` already, TC404"),
        (("ACME2", "night_backups"), "there is a rule `night_backups` already"),
        (("ACME1", "x1"), "the id ACME1 is that of the rule `night_backups`"),
    ],
)
def test_a_rule_that_cannot_be_called_so_is_refused(fleet, tc, words, message):
    """With what to write instead; nothing is written."""
    ran = tc("policy", "new", *words, cwd=fleet)
    assert ran.code == 2
    assert message in ran.err
    assert sorted(path.name for path in (fleet / "policies").iterdir()) == ["fixtures", "night_backups.rego"]


def test_a_new_rule_overwrites_nothing(workspace, tc):
    """Not even a fixture whose rule is gone."""
    (workspace / "policies" / "fixtures").mkdir(parents=True)
    (workspace / "policies" / "fixtures" / "nights.yaml").write_text("rule: x\n")
    ran = tc("policy", "new", "ACME1", "nights", cwd=workspace)
    assert ran.code == 2
    assert "policies/fixtures/nights.yaml would be overwritten" in ran.err
    assert not (workspace / "policies" / "nights.rego").exists()


def test_a_new_rule_needs_a_tenant_that_compiles(workspace, tc, tenant_text):
    """Its cases are about one."""
    (workspace / "tenants" / "acme.yaml").write_text(tenant_text.replace("eu-central-1", "eu-west-9"))
    ran = tc("policy", "new", "ACME1", "nights", cwd=workspace)
    assert ran.code == 2
    assert "no cases can be made of the tenant `acme`: enough: the tenant does not compile: TC3" in ran.err
    (workspace / "tenants" / "acme.yaml").unlink()
    ran = tc("policy", "new", "ACME1", "nights", cwd=workspace)
    assert (ran.code, "has no tenant to try the rule with" in ran.err) == (2, True)


def test_a_workspace_with_a_name_of_ours_has_another_package(workspace, tc):
    """Ours may not be added to."""
    config = workspace / "tenant-compile.toml"
    config.write_text(config.read_text().replace('name = "acme"', 'name = "tenant-compiler"'))
    assert tc("policy", "new", "ACME1", "nights", cwd=workspace).code == 0
    assert "package own_tenant_compiler.rules.nights\n" in (workspace / "policies/nights.rego").read_text()
    assert tc("policy", "test", cwd=workspace).code == 0


def test_a_failing_case_is_shown_with_all_that_is_needed(fleet, tc):
    """The case's line, the input, what was expected, what came, and the lines of the rule."""
    change(fleet, FIXTURE, "- name: too little\n    given: {change_control: {approvals: 1}}", "- name: too little")
    ran = tc("policy", "test", cwd=fleet)
    assert ran.code == 1
    for text in (
        'error[TC867]: night_backups, "too little": expected a finding at change_control.approvals with "is 1, but',
        f"--> {FIXTURE}:9:11",
        f"::: {RULE}:",
        "deny contains {",
        "--- what it denies",
        "note: input: change_control.approvals is absent",
        'note: parameters: {"night_backups_least": 2}',
        "note: expected: a finding at change_control.approvals",
        "note: got: no findings",
        "4 cases of 1 rule, 1 failed in ",
    ):
        assert text in ran.out, text
    assert "input of night_backups" not in ran.out
    ran = tc("policy", "test", "-v", cwd=fleet)
    assert 'input of night_backups, "too little":\n{\n  "tenant": {' in ran.out


def test_the_json_of_a_run_has_every_case(fleet, tc):
    """With the lines that were covered, and the whole input of a case that failed."""
    change(fleet, FIXTURE, "given: {change_control: {approvals: 1}}", "given: {change_control: {approvals: 7}}")
    ran = tc("policy", "test", "--coverage", "--output-format", "json", cwd=fleet)
    assert ran.code == 1
    made = json.loads(ran.out)
    assert [case["name"] for case in made["cases"]][:2] == ["enough", "too little"]
    good, bad = made["cases"][:2]
    assert (good["kind"], good["problems"], "input" in good) == ("passing", [], False)
    assert good["got"] == {"findings": [], "checked": ["change_control.approvals"]}
    assert bad["problems"][0].startswith("expected a finding")
    assert bad["input"]["tenant"]["spec"]["change_control"] == {"approvals": 7}
    assert made["coverage"]["files"][0]["file"] == RULE
    assert made["coverage"]["percent"] == 100
    assert (made["summary"]["cases"], made["summary"]["failed_cases"]) == (4, 1)
    assert made["diagnostics"][0]["code"] == "TC867"


def test_too_little_coverage_fails_and_names_the_lines(fleet, tc):
    """Without `--threshold` it is only shown."""
    path = fleet / RULE
    path.write_text(path.read_text() + '\n_never if {\n\tinput.environment == "nowhere"\n\tinput.sites[3]\n}\n')
    assert tc("policy", "test", "--coverage", cwd=fleet).code == 0
    ran = tc("policy", "test", "--threshold", "95", cwd=fleet)
    assert ran.code == 1
    assert "error[TC869]: cases and tests go through" in ran.out
    assert "but must go through 95 %" in ran.out
    assert f"{RULE}  " in ran.out


def test_tests_in_rego_are_run(fleet, tc):
    """Beside the cases, and alone."""
    file = "policies/night_backups_test.rego"
    test = "package acme.night_backups_test\n\nimport rego.v1\n\ntest_one if 1 == 1\n\ntest_two if 1 == 2\n"
    (fleet / file).write_text(test)
    ran = tc("policy", "test", file, cwd=fleet)
    assert ran.code == 1
    assert "error[TC868]: acme.night_backups_test.test_two: it is undefined" in ran.out
    assert f"--> {file}:7:1" in ran.out
    assert "0 cases of 0 rules and 2 tests, 1 failed" in ran.out
    change(fleet, file, "1 == 2", "2 == 2")
    ran = tc("policy", "test", cwd=fleet)
    assert (ran.code, "4 cases of 1 rule and 2 tests in " in ran.out) == (0, True)


def test_a_rule_without_cases_fails_the_run(fleet, tc):
    """Nobody tests it; and a run of nothing is no run."""
    (fleet / FIXTURE).unlink()
    ran = tc("policy", "test", cwd=fleet)
    assert ran.code == 2
    assert "error[TC866]: nobody tests the rule ACME1 `night_backups`" in ran.out


def test_fixtures_that_cannot_be_read_end_with_2(fleet, tc):
    """They are shown like those of tenants; the other cases are run."""
    (fleet / "policies/fixtures/broken.yaml").write_text("rule: [\n")
    (fleet / "policies/fixtures/wrong.yaml").write_text("rule: x\nbase: acme\ncases: []\n")
    ran = tc("policy", "test", cwd=fleet)
    assert ran.code == 2
    assert "policies/fixtures/broken.yaml:" in ran.out
    assert "policies/fixtures/wrong.yaml:3:" in ran.out
    assert "4 cases of 1 rule" in ran.out


def test_a_fixture_of_no_rule_fails(fleet, tc):
    """It tests nothing."""
    change(fleet, FIXTURE, "rule: night_backups", "rule: nightly_backups")
    ran = tc("policy", "test", cwd=fleet)
    assert ran.code == 1
    assert "there is no rule `nightly_backups` here" in ran.out
    assert "nobody tests the rule ACME1" in ran.out


def test_without_rules_and_cases_there_is_nothing_to_run(workspace, tc):
    """That is no success."""
    ran = tc("policy", "test", cwd=workspace)
    assert ran.code == 2
    assert "there are no cases and no tests in the workspace's folders of policies" in ran.err


def test_what_is_named_must_exist(fleet, tc):
    """And options must go together."""
    ran = tc("policy", "test", "night_backup", cwd=fleet)
    assert (ran.code, "did you mean `night_backups`?" in ran.err) == (2, True)
    ran = tc("policy", "test", "--built-in", "-C", str(fleet))
    assert (ran.code, "--built-in and -C do not go together" in ran.err) == (2, True)
    assert tc("policy", "test", "--threshold", "101", cwd=fleet).code == 2
    assert tc("policy", "test", "--engine", "other", cwd=fleet).code == 2


def test_a_rule_that_cannot_be_loaded_fails_its_cases(fleet, tc):
    """And is told with its line."""
    change(fleet, RULE, "is_number(_said)\n\tleast", "is_number(said)\n\tleast")
    ran = tc("policy", "test", cwd=fleet)
    assert ran.code == 1
    assert "error[TC812]" in ran.out
    assert "the rule cannot be loaded: " in ran.out


def test_lint_shows_its_findings_in_every_format(fleet, tc):
    """At the line, with exit code 1."""
    change(fleet, RULE, "is_number(_said)\n\tleast", "is_number(input.tenant.spec.backup.copie)\n\tleast")
    ran = tc("policy", "lint", cwd=fleet)
    assert ran.code == 1
    assert "error[TC863]: there is no `copie` in `input.tenant.spec.backup`, so this is never defined" in ran.out
    assert f"--> {RULE}:" in ran.out
    assert "help: did you mean `copies`?" in ran.out
    ran = tc("policy", "lint", "--output-format", "github", cwd=fleet)
    assert f"::error file={RULE}," in ran.out
    assert tc("policy", "lint", "--exit-zero", "-q", cwd=fleet).code == 0


def test_lint_tells_what_a_run_would_tell(fleet, tc):
    """Metadata, frameworks, fixtures."""
    (fleet / "policies/frameworks").mkdir()
    (fleet / "policies/frameworks/acme.yaml").write_text(FRAMEWORK.replace("[night_backups]", "[nightly_backups]"))
    change(fleet, RULE, "#   severity: error", "#   severity: grave")
    ran = tc("policy", "lint", cwd=fleet)
    assert ran.code == 1
    assert "error[TC814]: `severity` is 'grave'" in ran.out
    assert "error[TC802]" in ran.out or "error[TC803]" in ran.out


def test_docs_are_written_compared_and_removed(fleet, tc):
    """For the rules and frameworks of the workspace."""
    (fleet / "policies/frameworks").mkdir()
    (fleet / "policies/frameworks/acme.yaml").write_text(FRAMEWORK)
    ran = tc("policy", "docs", "--check", cwd=fleet)
    assert (ran.code, "differs: docs/policies/rules/ACME1.md" in ran.out) == (1, True)
    assert not (fleet / "docs").exists()
    ran = tc("policy", "docs", cwd=fleet)
    assert (ran.code, ran.out.count("written: ")) == (0, 4)
    ran = tc("policy", "docs", "--check", cwd=fleet)
    assert (ran.code, ran.out) == (0, "4 pages, all as they are\n")
    (fleet / "policies/frameworks/acme.yaml").unlink()
    ran = tc("policy", "docs", "--output-format", "json", cwd=fleet)
    made = json.loads(ran.out)
    assert made["gone"] == ["docs/policies/frameworks/README.md", "docs/policies/frameworks/acme.md"]
    assert not (fleet / "docs/policies/frameworks/acme.md").exists()


def test_docs_go_where_they_are_asked_to(fleet, tc, tmp_path):
    """The link to the source is made from there."""
    ran = tc("policy", "docs", "--output", str(tmp_path / "pages"), cwd=fleet)
    assert ran.code == 0
    assert "(../../fleet/policies/night_backups.rego)" in (tmp_path / "pages/rules/ACME1.md").read_text()
    (tmp_path / "file").write_text("x")
    ran = tc("policy", "docs", "--output", str(tmp_path / "file"), cwd=fleet)
    assert (ran.code, "cannot be written" in ran.err) == (2, True)


def test_docs_of_broken_rules_are_not_written(fleet, tc):
    """The findings are shown instead."""
    change(fleet, RULE, "#   severity: error", "#   severity: grave")
    ran = tc("policy", "docs", cwd=fleet)
    assert (ran.code, "TC814" in ran.out, (fleet / "docs").exists()) == (1, True, False)


def test_docs_of_nothing_are_refused(workspace, tc):
    """There is nothing to write about."""
    ran = tc("policy", "docs", cwd=workspace)
    assert (ran.code, "has no rules and no frameworks of its own" in ran.err) == (2, True)


def test_outside_of_a_workspace_the_built_in_rules_are_meant(tc, tmp_path):
    """And inside with `--built-in`."""
    ran = tc("policy", "test", "tls_minimum", cwd=tmp_path)
    assert (ran.code, " cases of 1 rule in " in ran.out) == (0, True)
    ran = tc("policy", "docs", "--check", "--output", str(tmp_path), cwd=tmp_path)
    assert (ran.code, "differs: rules/TC404.md" in ran.out) == (1, True)


def test_a_workspace_that_cannot_be_opened_is_no_reason_to_take_others(workspace, tc):
    """The built-in rules are meant only where there is none."""
    (workspace / "tenant-compile.toml").write_text("[")
    for verb in ("test", "lint", "docs"):
        ran = tc("policy", verb, cwd=workspace)
        assert (ran.code, "TC131" in ran.out) == (2, True)
