"""Whatever is wrong with policies, waivers and engines: said at its line, and the rest is judged all the same."""

from __future__ import annotations

import json
import sys

import pytest
from clinics import CHECKED, HEAD, TEAM, waiver

from tenant_compiler.judge.engines import choose
from tenant_compiler.judge.engines.regorus import Regorus
from tenant_compiler.judge.rules_process import Limits
from tenant_compiler.judge.workspace_rules import read_workspace_rules

PARAMETER = 'x\n#   parameters: {"::x": {unit: days, default: 1, stricter: lower, description: d}}'
LOOP = f"""deny contains {{"message": "never", "path": ["spec"]}} if {{
	some a in numbers.range(1, 4000)
	some b in numbers.range(1, 4000)
	some c in numbers.range(1, 4000)
	a + b + c == 0
}}
{CHECKED}"""
FEAST = f"""deny contains {{"message": text, "path": ["spec"]}} if {{
	some number in numbers.range(1, 1000000000)
	text := sprintf("%d", [number])
}}
{CHECKED}"""
CLASHES = 'deny contains {"message": x, "path": ["spec"]} if { x := "a" + 1 }\n' + CHECKED
FRAMEWORK = """apiVersion: tenant-compiler.dev/v1
kind: Framework
metadata: {name: clinics-own}
spec:
  title: Our own
  version: "1"
  date: "2026-11-01"
  source: https://policies.clinic.example/
  proves: What is compiled.
  controls:
    A-1: {title: One, text: The first one., evidence: attested, rules: [bad]}
    A-2: {title: Two, text: The second one., evidence: attested, rules: [team]}
"""


@pytest.fixture
def impatient(monkeypatch):
    """Rules of a workspace have a second and less memory."""
    quick = Limits(seconds=1.0, memory=256 << 20)
    monkeypatch.setitem(read_workspace_rules.__kwdefaults__, "limits", quick)


@pytest.mark.parametrize(
    ("code", "finding", "words"),
    [
        ("deny contains { if }\n" + CHECKED, "TC812 policies/bad.rego:13:", "cannot be loaded"),
        ('deny contains "a" if x > limit\n' + CHECKED, "TC812 policies/bad.rego:13:22", "`x`"),
        ("deny contains x if x := io.jwt.decode(input.token)\n" + CHECKED, "TC817 policies/bad.rego:13:25", "io.jwt"),
        ("deny contains x if x := cuont(input.token)\n" + CHECKED, "TC817 policies/bad.rego:13:25", "`cuont`"),
        ("deny contains x if x := time.now_ns()\n" + CHECKED, "TC817 policies/bad.rego:13:25", "`time.now_ns`"),
        (CLASHES, "TC850 policies/bad.rego:9:1", "bad.rego:13:"),
        ("deny := {}\n\ndeny contains 1\n" + CHECKED, "TC850 policies/bad.rego:9:1", ""),
        (
            'deny contains "a" if false\n\nchecked contains ["spec", "backup", "copeis"]\n',
            "TC850 policies/bad.rego:9:1",
            "no tenant has backup.copeis; did you mean `copies`?",
        ),
        (
            'deny contains {"message": "m", "path": ["spec", "qoutas"]}\n' + CHECKED,
            "TC850 policies/bad.rego:9:1",
            "no tenant has qoutas; did you mean `quotas`?",
        ),
        ('deny contains "text"\n' + CHECKED, "TC850 policies/bad.rego:9:1", "instead of an object"),
    ],
)
def test_a_rule_that_fails_takes_no_other_along(clinic, code, finding, words):
    """Its control is not evaluated, which is no pass; the workspace's other rule and the built-in ones speak."""
    clinic.rules(bad=code, team=TEAM)
    clinic.write("policies/frameworks/own.yaml", FRAMEWORK)
    clinic.change("hipaa: {}}", "hipaa: {}, clinics-own: {}}")
    ran = clinic.run()
    assert ran.code == 1
    (found,) = [each for each in ran.told if each.startswith(finding)]
    assert not found.endswith(":None")
    assert words in "".join(ran.said(finding[:5]))
    assert ran.statuses["clinics-own", "A-1"] == "not_evaluated"
    assert ran.statuses["clinics-own", "A-2"] == "fail"
    assert f"ACME2 tenants/clinic.yaml:{clinic.line('owner: {team')}:17" in ran.told
    assert {status for (name, _), status in ran.statuses.items() if name == "hipaa"} >= {"pass", "attested"}
    (failed,) = [each for each in ran.report["diagnostics"] if each["code"] == "TC850"]
    assert "not evaluated: clinics-own A-1" in failed["notes"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("code", "words"), [(LOOP, "longer than 1 s"), (FEAST, "more than 256 MiB of memory")])
def test_a_rule_that_does_not_end_is_stopped_once(clinic, code, words):
    """The run goes on without it, over all tenants, and names it; the other rules are evaluated for each."""
    clinic.rules(bad=code, team=TEAM)
    text = (clinic.root / "tenants" / "clinic.yaml").read_text()
    clinic.write(
        "tenants/other.yaml", text.replace("name: clinic\n", "name: other\n").replace("portal.clinic", "x.clinic")
    )
    ran = clinic.run()
    assert ran.code == 1
    assert {"TC818 policies/bad.rego:9:1", "TC850 policies/bad.rego:9:1"} <= ran.told
    assert words in ran.said("TC818")[0]
    denied = [each for each in ran.report["diagnostics"] if each["code"] == "ACME2"]
    assert sorted(each["file"] for each in denied) == ["tenants/clinic.yaml", "tenants/other.yaml"]


@pytest.mark.parametrize(
    ("text", "finding", "words"),
    [
        ("package clinic.rules.bad\n\nimport rego.v1\n\n" + TEAM, "TC814 policies/bad.rego:1:1", "has no metadata"),
        (HEAD.format(id="TC404", name="bad") + TEAM, "TC814 policies/bad.rego:6:9", "`TC404`"),
        (HEAD.format(id="ACME7", name="bad") + CHECKED, "TC816 policies/bad.rego:9:1", "`deny`"),
        (
            HEAD.format(id="ACME7", name="bad") + TEAM.partition("checked")[0],
            "TC816 policies/bad.rego:9:1",
            "`checked`",
        ),
        (
            HEAD.format(id="ACME7", name="bad").replace("do something", PARAMETER) + TEAM,
            "TC814 policies/bad.rego:9:",
            "`::x` is no parameter's name",
        ),
        (HEAD.format(id="ACME1", name="worse") + TEAM, "TC815 policies/team.rego:9:1", "ACME1"),
        (HEAD.format(id="ACME7", name="tls_minimum") + TEAM, "TC815 policies/bad.rego:9:1", "`tls_minimum`"),
        ("package tenant_compiler.rules.idle_timeout\n\nchecked contains 1\n", "TC813 policies/bad.rego:1:1", ""),
        ("package tenant_compiler.facts.eea\n\nmembers contains 1\n", "TC813 policies/bad.rego:1:1", ""),
        ("package data.x\n", "TC813 policies/bad.rego:1:1", ""),
        ("", "TC812 policies/bad.rego:1:", ""),
    ],
)
def test_a_file_that_is_no_rule_is_told_and_the_others_are_judged(clinic, text, finding, words):
    """Neither the workspace's rules nor the built-in ones are silenced by it."""
    clinic.rules(team=TEAM)
    clinic.write("policies/bad.rego", text)
    clinic.change("session_idle_minutes: 15\n", "session_idle_minutes: 60\n")
    ran = clinic.run()
    assert ran.code == 1
    assert len([each for each in ran.told if each.startswith(finding)]) == 1
    assert words in ran.said(finding[:5])[0]
    assert {"ACME1", "TC411"} <= {each.split()[0] for each in ran.told}


def test_a_framework_with_mistakes_is_none(clinic):
    """An unknown rule and a control that stands twice, at their lines; who is under it is told why it is not there."""
    clinic.rules(bad=TEAM)
    clinic.write("policies/frameworks/own.yaml", FRAMEWORK + "    a-1: {title: One, text: Again., evidence: manual}\n")
    clinic.change("hipaa: {}}", "hipaa: {}, clinics-own: {}}")
    ran = clinic.run()
    assert ran.code == 1
    assert {"TC803 policies/frameworks/own.yaml:12:74", "TC802 policies/frameworks/own.yaml:13:5"} <= ran.told
    (unknown,) = [each for each in ran.report["diagnostics"] if each["code"] == "TC853"]
    assert unknown["line"] == clinic.line("clinics-own")
    assert "policies/frameworks/own.yaml has errors" in unknown["notes"][0]
    assert ("hipaa", "164.312(e)(1)") in ran.statuses


@pytest.mark.parametrize(
    ("spec", "finding"),
    [
        ({"rule": "ACME9"}, "TC831 waivers/w.yaml:12:9"),
        ({"rule": "ACME1", "expires": "2026-13-45"}, "TC213 waivers/w.yaml:11:12"),
        ({"rule": "ACME1", "expires": "2026-10-31"}, "TC833 waivers/w.yaml:11:12"),
        ({"rule": "ACME1", "path": "owner.taem"}, "TC832 waivers/w.yaml:13:9"),
        ({"rule": "ACME1", "path": '"owner..team"'}, "TC832 waivers/w.yaml:13:9"),
        ({"rule": "ACME1", "approver": "CARE"}, "TC836 waivers/w.yaml:9:13"),
    ],
)
def test_a_waiver_with_a_mistake_waives_nothing(clinic, spec, finding):
    """The finding that it was for stands, and the mistake beside it."""
    clinic.rules(team=TEAM)
    clinic.write("waivers/w.yaml", waiver(**spec))
    ran = clinic.run()
    assert ran.code == 1
    assert finding in ran.told
    assert "ACME1" in {each.split()[0] for each in ran.told}
    assert ran.statuses["workspace", "ACME1"] == "fail"
    clinic.write("waivers/w.yaml", waiver(rule="ACME1"))
    assert clinic.run().statuses["workspace", "ACME1"] == "waived"


def test_a_waiver_is_not_called_needless_while_its_rule_fails(clinic):
    """Nobody knows what the rule would have denied, and so with entries of the baseline."""
    clinic.rules(team=CLASHES)
    clinic.write("waivers/w.yaml", waiver(rule="ACME1"))
    entry = {"rule": "ACME1", "tenant": "clinic", "environment": "production", "pointer": "owner.team", "object": ""}
    clinic.write("baseline.json", json.dumps({"format_version": 1, "entries": [{**entry, "created": "2026-10-01"}]}))
    codes = {each["code"] for each in clinic.run().report["diagnostics"]}
    assert "TC850" in codes
    assert not codes & {"TC838", "TC841"}
    clinic.rules(team=TEAM.replace("care", "nobody"))
    assert {each["code"] for each in clinic.run().report["diagnostics"]} >= {"TC838", "TC841"}


def test_without_an_engine_nothing_is_judged_and_nothing_written(clinic, monkeypatch):
    """Exit code 2 says what to install; the last tree stays as it is, and there is never a smaller set of rules."""
    assert clinic.run("build").code == 0
    before = clinic.tree
    clinic.change("tier: enterprise\n", "tier: premium\n")
    missing = {name: ("tenant_compiler.judge.engines.not_there:X", what) for name, (_, what) in choose.ENGINES.items()}
    monkeypatch.setattr(choose, "ENGINES", missing)
    for verb in ("check", "build"):
        ran = clinic.run(verb)
        assert ran.code == 2
        assert {each["code"] for each in ran.report["diagnostics"] if each["severity"] == "error"} == {"TC810"}
        assert "pip install 'gordon-to-regorus'" in ran.said("TC810")[1]
        assert "verdicts" not in ran.report or not ran.report["verdicts"]
    assert clinic.tree == before


class Liar(Regorus):
    """An engine that finds nothing."""

    def evaluate(self, query, input_json):
        """Give nothing."""
        super().evaluate(query, input_json)
        return {}


def test_an_engine_that_gives_wrong_answers_is_not_used(clinic, monkeypatch):
    """Its canary says which; under `auto` the next one judges, and alone it ends the run."""
    liar = {"regorus": (f"{__name__}:Liar", "gordon-to-regorus")}
    monkeypatch.setattr(choose, "ENGINES", liar)
    ran = clinic.run()
    assert ran.code == 2
    (found,) = [each for each in ran.report["diagnostics"] if each["code"] == "TC810"]
    assert "regorus: it gives None for `objects`" in found["notes"][0]
    clinic.write(
        "tenant-compile.toml", (clinic.root / "tenant-compile.toml").read_text() + '[policy]\nengine = "regorus"\n'
    )
    ran = clinic.run()
    assert ran.code == 2
    assert "TC811" in {each["code"] for each in ran.report["diagnostics"]}


def test_what_else_ends_the_run_writes_nothing(clinic):
    """A baseline that is none, and parameters of the configuration that are none: exit code 2, at their lines."""
    clinic.write("baseline.json", '{"format_version": 1, "entries": [\n{"rule": 7}]}')
    ran = clinic.run("build")
    assert (ran.code, ran.told) == (2, {"TC840 baseline.json:2:1"})
    (clinic.root / "baseline.json").unlink()
    config = "tenant-compile.toml"
    clinic.write(
        config, (clinic.root / config).read_text() + "[compliance.parameters]\ntls_minimun = 13\ncontacts = 3\n"
    )
    ran = clinic.run("build")
    assert ran.code == 2
    assert ran.told == {
        f"TC805 {config}:{clinic.line('tls_minimun', config)}:1",
        f"TC805 {config}:{clinic.line('contacts =', config)}:12",
    }
    assert ran.said("TC805")[1] == "did you mean `tls_minimum`?"
    assert clinic.tree == {}
    clinic.change("tls_minimun = 13\ncontacts = 3", "tls_minimum = 13", config)
    assert clinic.run("build").code == 0


@pytest.mark.parametrize(
    ("named", "code", "help_"),
    [
        ("hippa", "TC853", "did you mean `hipaa`?"),
        ("fedramp", "TC854", "write `fedramp:li_saas`, or another of li_saas, low, moderate, high"),
        ("fedramp:top", "TC854", "write one of li_saas, low, moderate, high"),
        ("sox:high", "TC854", "leave it out: sox has no levels"),
    ],
)
def test_frameworks_of_all_tenants_are_corrected_where_they_stand(clinic, named, code, help_):
    """In the configuration, and not in every tenant; until then none of them is written."""
    config = "tenant-compile.toml"
    clinic.write(config, (clinic.root / config).read_text() + f'[compliance]\nframeworks = ["iso27001", "{named}"]\n')
    ran = clinic.run("build")
    assert ran.code == 1
    assert f"{code} {config}:{clinic.line('iso27001', config)}:27" in ran.told
    assert ran.said(code)[1] == help_
    assert clinic.tree == {}
    clinic.change(named, "fedramp:moderate", config)
    assert "fedramp:moderate" in {name for name, _ in clinic.run().statuses}


def test_a_tenant_is_written_though_a_rule_failed(clinic):
    """Nothing is known to be wrong with it; the exit code says that not everything is known."""
    clinic.rules(bad=CLASHES)
    ran = clinic.run("build")
    assert ran.code == 1
    assert "TC850" in {each["code"] for each in ran.report["diagnostics"]}
    assert any(file.name == "main.tf.json" for file in clinic.tree)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("import acme_missing_library", "TC701"),
        ("TENANT_COMPILER_API = 1\ndef tenant_compiler_rule_packs():\n    raise ValueError('no')", "TC704"),
        ("TENANT_COMPILER_API = 1\ndef tenant_compiler_rule_packs():\n    return [7]", "TC705"),
        ("TENANT_COMPILER_API = 99\ndef tenant_compiler_rule_packs():\n    return []", "TC702"),
    ],
)
def test_a_rule_pack_that_fails_to_load_ends_the_run(clinic, tmp_path, monkeypatch, source, code):
    """Exit code 2, and nothing is judged by the rules that are left."""
    info = tmp_path / "site" / "acme_pack-1.0.dist-info"
    info.mkdir(parents=True)
    (tmp_path / "site" / "acme_pack.py").write_text(source)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-pack\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tenant_compiler]\nacme-pack = acme_pack\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.delitem(sys.modules, "acme_pack", raising=False)
    ran = clinic.run("build")
    monkeypatch.delitem(sys.modules, "acme_pack", raising=False)
    assert ran.code == 2
    assert {each["code"] for each in ran.report["diagnostics"]} == {code}
    assert "acme-pack" in ran.said(code)[0]
    assert clinic.tree == {}


def test_needless_waivers_are_told_beside_tenants_that_fail(clinic):
    """A tenant that a rule denies was judged; one that could not be compiled was not."""
    clinic.rules(team=TEAM)
    clinic.write("waivers/w.yaml", waiver(rule="TC411", framework="hipaa"))
    assert "TC838" in {each["code"] for each in clinic.run().report["diagnostics"]}
    clinic.change("tier: enterprise\n", "tier: nosuch\n")
    assert "TC838" not in {each["code"] for each in clinic.run().report["diagnostics"]}
