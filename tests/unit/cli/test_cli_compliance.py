"""check and build under frameworks: the summary, what is compared, waivers, the day, and what is written anyway."""

from __future__ import annotations

import json
import os
import re
import shutil

import pytest

from tenant_compiler.data import data_folder

DAY = "--judged-on=2026-11-01"


@pytest.fixture
def clinic(tmp_path):
    """A tenant that satisfies GDPR and HIPAA on 2026-11-01."""
    base = os.path.join(data_folder("policies"), "fixtures", "bases", "clinic")
    return shutil.copytree(base, tmp_path / "clinic")


def change(root, old, new):
    """Change the tenant's text in one place."""
    file = root / "tenants" / "clinic.yaml"
    text = file.read_text()
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new))


def line_of(root, text):
    """The line on which a text stands."""
    lines = (root / "tenants" / "clinic.yaml").read_text().splitlines()
    (number,) = [number for number, line in enumerate(lines, 1) if text in line]
    return number


def summary(out):
    """The counts of the summary by tenant and framework."""
    head = next(line for line in out.splitlines() if line.startswith("TENANT"))
    columns = re.split(r"\s{2,}", head)
    rows = [re.split(r"\s{2,}", line) for line in out.splitlines() if re.match(r"clinic\s{2,}\w", line)]
    return {(row[0], row[1]): dict(zip(columns[2:], map(int, row[2:]), strict=True)) for row in rows}


def waiver(root, **spec):
    """Write a waiver."""
    said = {
        "tenant": "clinic",
        "owner": "care",
        "reason": "An analyser of the laboratory.",
        "ticket": "CARE-1",
        "approver": "ciso@clinic.example",
        "created": "2026-10-20",
        "expires": "2026-12-31",
        **spec,
    }
    (root / "waivers").mkdir(exist_ok=True)
    document = {"apiVersion": "tenant-compiler.dev/v1", "kind": "Waiver", "metadata": {"name": "w"}, "spec": said}
    (root / "waivers" / "w.yaml").write_text(json.dumps(document))


def test_the_summary_has_a_line_for_each_framework_and_counts_every_control(tc, clinic):
    """Nothing is left out: the counts add up to all controls that apply."""
    ran = tc("check", DAY, "-C", str(clinic))
    assert ran.code == 0, ran.out
    counts = summary(ran.out)
    assert set(counts) == {("clinic", "gdpr"), ("clinic", "hipaa")}
    assert sum(counts["clinic", "hipaa"].values()) == 68
    assert all(each["PASS"] > 0 for each in counts.values())
    assert all("FAIL" not in each for each in counts.values())


def test_a_failure_shows_its_line_what_to_write_and_who_asks(tc, clinic):
    """As any other finding does."""
    change(clinic, "session_idle_minutes: 15\n", "session_idle_minutes: 60\n")
    ran = tc("check", DAY, "-C", str(clinic))
    assert ran.code == 1
    assert "error[TC411]" in ran.out
    assert f"clinic.yaml:{line_of(clinic, 'session_idle_minutes: 60')}:" in ran.out
    assert "write `security.identity.session_idle_minutes: 15`" in ran.out
    assert "hipaa 164.312(a)(2)(iii)" in ran.out
    assert summary(ran.out)["clinic", "hipaa"]["FAIL"] >= 1


def test_a_tenant_that_a_blocking_rule_denies_is_not_written(tc, clinic):
    """Its last tree stays."""
    assert tc("build", DAY, "-C", str(clinic)).code == 0
    before = (clinic / "build" / "clinic" / "production" / "terraform" / "main.tf.json").read_bytes()
    change(clinic, "encryption_level: maximum", "encryption_level: basic")
    ran = tc("build", DAY, "-C", str(clinic))
    assert ran.code == 1
    assert "1 tenant failed and keeps the files of the last build" in ran.out
    assert (clinic / "build" / "clinic" / "production" / "terraform" / "main.tf.json").read_bytes() == before


def test_what_depends_on_the_day_only_sets_the_exit_code(tc, clinic):
    """A build of the same commit makes the same files a year later."""
    assert tc("build", DAY, "-C", str(clinic)).code == 0
    ran = tc("build", "--judged-on", "2027-11-01", "-C", str(clinic))
    assert ran.code == 1
    assert "error[TC491]" in ran.out
    assert "0 written" in ran.out
    assert "failed" not in ran.out
    assert tc("build", "--check", DAY, "-C", str(clinic)).code == 0


def test_another_framework_can_be_compared_with(tc, clinic):
    """Its distance is told, the exit code and the other frameworks stay as they are."""
    alone = summary(tc("check", DAY, "-C", str(clinic)).out)
    ran = tc("check", DAY, "--with", "fedramp:high", "-C", str(clinic))
    assert ran.code == 0
    counts = summary(ran.out)
    compared = counts.pop(("clinic", "fedramp:high*"))
    assert sum(compared.values()) == 410
    assert compared["FAIL"] > 0
    assert {key: {k: v for k, v in each.items() if v} for key, each in counts.items()} == alone
    assert "would be asked for by fedramp:high" in ran.out
    assert "compared with only: it decides nothing" in ran.out


def test_another_level_of_a_tenants_own_framework_can_be_compared_with(tc, clinic):
    """Each level has its line, and a control is explained at the level that is named."""
    change(clinic, "frameworks: {gdpr: {role: controller}, hipaa: {}}", "frameworks: {fedramp: {level: moderate}}")
    ran = tc("check", DAY, "--with", "fedramp:high", "-C", str(clinic))
    sums = {name: sum(each.values()) for (_, name), each in summary(ran.out).items()}
    assert sums == {"fedramp:moderate": 323, "fedramp:high*": 410}
    # High demands the United States; at moderate the tenant's own jurisdictions hold.
    assert "production: fail" in tc("explain", "fedramp:high:SA-9(5)", "-t", "clinic", "-C", str(clinic)).out
    assert "production: attested" in tc("explain", "fedramp:SA-9(5)", "-t", "clinic", "-C", str(clinic)).out


@pytest.mark.parametrize(("named", "code"), [("fedrmp:high", "TC853"), ("fedramp", "TC854"), ("fedramp:top", "TC854")])
def test_a_framework_that_is_not_there_cannot_be_compared_with(tc, clinic, named, code):
    """Nor one without its level."""
    ran = tc("check", DAY, "--with", named, "-C", str(clinic))
    assert ran.code == 1
    assert f"error[{code}]" in ran.out


def test_a_day_must_be_one(tc, clinic):
    """2026-13-45 is none."""
    ran = tc("check", "--judged-on", "2026-13-45", "-C", str(clinic))
    assert ran.code == 2
    assert "write it as 2026-11-24" in ran.err


def test_a_waiver_covers_one_framework_and_the_auditor_sees_without_it(tc, clinic):
    """GDPR's control, which asks for the same, fails on."""
    change(clinic, "session_idle_minutes: 15\n", "session_idle_minutes: 60\n")
    waiver(clinic, rule="TC411", framework="hipaa")
    ran = tc("check", DAY, "-C", str(clinic))
    assert ran.code == 0, ran.out
    assert summary(ran.out)["clinic", "hipaa"]["WAIVED"] >= 1
    audited = tc("check", DAY, "--no-waivers", "-C", str(clinic))
    assert audited.code == 1
    assert "error[TC411]" in audited.out
    late = tc("check", "--judged-on", "2027-01-02", "-C", str(clinic))
    assert "error[TC411]" in late.out
    assert "TC833" in late.out


def test_a_waiver_that_covers_nothing_is_told_in_a_whole_run_only(tc, clinic):
    """A narrowed run cannot know."""
    waiver(clinic, rule="TC411", framework="hipaa")
    assert "TC838" in tc("check", DAY, "-C", str(clinic)).out
    assert "TC838" not in tc("check", DAY, "-C", str(clinic), "-t", "clinic").out


def test_findings_of_policies_cannot_be_ignored(tc, clinic):
    """They need a waiver."""
    ran = tc("check", DAY, "--ignore", "TC411", "-C", str(clinic))
    assert ran.code == 2
    assert "cannot be ignored" in ran.err
    change(clinic, "session_idle_minutes: 15\n", "session_idle_minutes: 60\n")
    selected = tc("check", DAY, "--select", "TC5", "-C", str(clinic))
    assert selected.code == 1
    assert "TC411" in selected.out


def test_the_matrix_lists_every_control(tc, clinic):
    """With its status, the rules that decide, and its title."""
    out = tc("check", DAY, "--matrix", "-C", str(clinic)).out
    rows = [line for line in out.splitlines() if re.match(r"clinic\s+hipaa\s+164\.", line)]
    assert len(rows) == 68
    assert any(re.search(r"164\.312\(e\)\(1\)\s+pass\s+.*TC404.*Transmission", row) for row in rows)


def test_statistics_count_what_rules_deny(tc, clinic):
    """The most frequent first."""
    assert "no rule denies anything" in tc("check", DAY, "--statistics", "-C", str(clinic)).out
    change(clinic, "session_idle_minutes: 15\n", "session_idle_minutes: 60\n")
    out = tc("check", DAY, "--statistics", "-C", str(clinic)).out
    assert re.search(r"^TC411\s+1\s+1\s+0\s", out, re.MULTILINE)


def test_programs_get_every_verdict(tc, clinic):
    """With the day, the counts and the reasons."""
    ran = tc("check", DAY, "--output-format", "json", "-C", str(clinic))
    report = json.loads(ran.out)
    assert report["summary"]["judged_on"] == "2026-11-01"
    assert sum(report["summary"]["controls"]["hipaa"].values()) == 68
    (row,) = [row for row in report["verdicts"] if row["control"] == "164.312(e)(1)"]
    assert (row["tenant"], row["framework"], row["status"]) == ("clinic", "hipaa", "pass")
    assert any(reason.startswith("TC404: pass") for reason in row["reasons"])


def test_waived_findings_are_suppressed_in_sarif(tc, clinic, tmp_path):
    """With the waiver's reason, so that nothing disappears."""
    change(clinic, "session_idle_minutes: 15\n", "session_idle_minutes: 60\n")
    waiver(clinic, rule="TC411", framework="hipaa")
    assert tc("check", DAY, "--output-format", f"sarif={tmp_path / 'x.sarif'}", "-C", str(clinic)).code == 0
    (run,) = json.loads((tmp_path / "x.sarif").read_text())["runs"]
    (result,) = [each for each in run["results"] if each["ruleId"] == "TC411"]
    assert "analyser" in result["suppressions"][0]["justification"]


def test_a_tenant_under_no_framework_has_no_summary(tc, workspace):
    """And pays nothing: no engine is loaded."""
    ran = tc("check", "-C", str(workspace))
    assert ran.code == 0
    assert "FRAMEWORK" not in ran.out


def test_a_framework_for_all_tenants(tc, workspace):
    """The workspace says so; a tenant that does not follow it fails at the tenant's own lines."""
    with (workspace / "tenant-compile.toml").open("a") as file:
        file.write('\n[compliance]\nframeworks = ["iso27001"]\n')
    ran = tc("check", "-C", str(workspace))
    assert ran.code == 1
    assert re.search(r"^acme\s+iso27001\s", ran.out, re.MULTILINE)


def test_explain_tells_why_a_control_has_its_status(tc, clinic):
    """Which rules, what was checked with which value and from where, and what carries it."""
    ran = tc("explain", "hipaa:164.312(e)(1)", "-t", "clinic", "-C", str(clinic))
    assert ran.code == 0
    assert "clinic in production: pass" in ran.out
    assert re.search(r"security\.tls\.minimum_version\s+1\.3\s+derived:encryption_level\s+aws_db_", ran.out)
    as_json = json.loads(
        tc("explain", "hipaa:164.312(e)(1)", "-t", "clinic", "-C", str(clinic), "--output-format", "json").out
    )
    assert as_json["status"] == "pass"
    assert as_json["rules"][0]["checked"][0]["carried_by"]


def test_explain_judges_as_on_a_day_and_without_waivers(tc, clinic):
    """An attestation is fresh on one day and stale on another; of anything else no day is asked."""
    change(clinic, "session_idle_minutes: 15\n", "session_idle_minutes: 60\n")
    waiver(clinic, rule="TC411", framework="hipaa")
    asked = ("explain", "hipaa:164.312(a)(2)(iii)", "-t", "clinic", "-C", str(clinic))
    assert "clinic in production: waived" in tc(*asked, DAY).out
    assert "clinic in production: fail" in tc(*asked, DAY, "--no-waivers").out
    assert "clinic in production: fail" in tc(*asked, "--judged-on", "2027-01-02").out
    assert tc("explain", "TC404", DAY).code == 2


def test_explain_knows_rules_and_controls(tc, clinic):
    """Also without a tenant."""
    rule = tc("explain", "TC404", "-C", str(clinic)).out
    assert "Proved by: TC462" in rule
    assert re.search(r"^hipaa\s+164\.312\(e\)\(1\)", rule, re.MULTILINE)
    control = tc("explain", "hipaa:164.312(e)(1)", "-C", str(clinic)).out
    assert "tls_minimum" in control
    assert "did you mean `hipaa:164.312(e)(1)`?" in tc("explain", "hipaa:164.312(e)(i)", "-C", str(clinic)).err
    assert "did you mean `hipaa`?" in tc("explain", "hippa:164.312(e)(1)", "-C", str(clinic)).err


def test_explain_a_control_that_a_tenant_is_not_under(tc, clinic):
    """It is compared with, at the level that is named."""
    ran = tc("explain", "fedramp:high:SC-13", "-t", "clinic", "-C", str(clinic))
    assert ran.code == 0
    assert "clinic in production: fail" in ran.out
