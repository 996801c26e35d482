"""`tenant-compile baseline`: the file, what is said, and what is refused. Judging itself is stood in for."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace

import pytest

from tenant_compiler.judge.baseline import Baseline
from tenant_compiler.judge.baseline_file import Entry, text_of
from tenant_compiler.judge.judge import Pardons
from tenant_compiler.judge.waivers import Waivers
from tenant_compiler.model.diagnostic import Diagnostic, Place
from tenant_compiler.model.policy import Applied, Compliance, Denial, Reason, Rule, RuleResult, Verdict
from tenant_compiler.run.bench import Bench

TLS = Entry("TC404", "acme", "production", "security.tls.minimum_version", "", "2026-01-01")
KEYS = Entry("TC403", "acme", "production", "security.keys.rotation_days", "", "2026-01-01")


def rule(identifier):
    """A rule's metadata."""
    return Rule(**{**dict.fromkeys(Rule._fields, ""), "id": identifier, "name": identifier.lower()})


class Judge:
    """Denies the same of every tenant, and remembers under which pardons."""

    def __init__(self):
        self.denied = {"TC404": ("spec", "security", "tls", "minimum_version")}
        self.failed = ()
        self.problems = []
        self.pardons = Pardons(Waivers.none(), Baseline([TLS]), ())
        self.judged_on = date(2026, 11, 24)
        self.law = SimpleNamespace(by_id={"TC404": None, "TC403": None}, problems=(), close=lambda: None)

    def judge(self, result, lacking):
        """Give a verdict without baseline."""
        assert not self.pardons.baseline.covers(Denial(*TLS[:1], "", (), "", (), None), *TLS[1:3])
        results = {
            name: RuleResult(rule(name), (Denial(name, "no", pointer, "", (), None),), (pointer,), ())
            for name, pointer in self.denied.items()
        }
        results |= {name: RuleResult(rule(name), (), (), (), "loops") for name in self.failed}
        verdicts = tuple(Verdict("hipaa", name, "fail", (Reason(name, "fail"),)) for name in self.denied)
        applied = (Applied("hipaa", "", "", hypothetical=False),)
        found = [Diagnostic(name, "no", pointer=pointer, rule=name) for name, pointer in self.denied.items()]
        return Compliance(applied, results, verdicts, {}, "2026-11-24"), found

    def finish(self, tenants, *, whole):
        """Say what is wrong with waivers."""
        assert not whole
        return self.problems


@pytest.fixture
def judge(monkeypatch):
    """Every tenant is judged by a stand-in."""
    made = Judge()
    monkeypatch.setattr(Bench, "made", property(lambda bench: made))
    monkeypatch.setattr(Bench, "concerns", lambda bench, result: True)
    monkeypatch.setattr(Bench, "finish", lambda bench, tenants, *, whole: made.finish(tenants, whole=whole))
    return made


def entries(workspace):
    """What the file says."""
    return [Entry(**entry) for entry in json.loads((workspace / "baseline.json").read_text())["entries"]]


def test_create_writes_every_finding_of_today(workspace, tc, judge):
    """With the day of the run; the summary counts by rule, and denials are no errors of the command."""
    ran = tc("baseline", "create", cwd=workspace)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "baseline.json: 1 finding waits\nRULE   FINDINGS\nTC404  1\n"
    assert entries(workspace) == [TLS._replace(created="2026-11-24")]


def test_create_refuses_a_second_time(workspace, tc, judge):
    """The file stays as it is; exit code 2."""
    (workspace / "baseline.json").write_text(text_of([KEYS]))
    ran = tc("baseline", "create", cwd=workspace)
    assert ran.code == 2
    assert "error[TC842]" in ran.out
    assert entries(workspace) == [KEYS]


def test_update_adds_and_keeps(workspace, tc, judge):
    """What is mended stays until it is pruned; a second time nothing is new."""
    (workspace / "baseline.json").write_text(text_of([KEYS]))
    ran = tc("baseline", "update", cwd=workspace)
    assert ran.code == 0
    assert ran.out.startswith("baseline.json: 1 new, 2 findings wait\nRULE ")
    assert "TC404  acme    production   security.tls.minimum_version" in ran.out
    assert entries(workspace) == [KEYS, TLS._replace(created="2026-11-24")]
    before = (workspace / "baseline.json").read_bytes()
    assert tc("baseline", "update", cwd=workspace).out == "baseline.json: 0 new, 2 findings wait\n"
    assert (workspace / "baseline.json").read_bytes() == before


def test_prune_removes_what_is_mended(workspace, tc, judge):
    """The same for a program."""
    (workspace / "baseline.json").write_text(text_of([KEYS, TLS]))
    ran = tc("baseline", "prune", "--output-format", "json", cwd=workspace)
    said = json.loads(ran.out)
    assert ran.code == 0
    assert (said["file"], said["entries"], said["added"], said["unjudged"]) == ("baseline.json", 1, [], [])
    assert said["removed"] == [KEYS._asdict()]
    assert entries(workspace) == [TLS]


def test_prune_needs_every_rule_to_speak(workspace, tc, judge):
    """A rule that failed has found nothing, so nothing is removed; exit code 2."""
    judge.failed = ("TC403",)
    (workspace / "baseline.json").write_text(text_of([KEYS, TLS]))
    ran = tc("baseline", "prune", cwd=workspace)
    assert ran.code == 2
    assert "not everything could be judged (TC403 for acme (production))" in ran.out
    assert entries(workspace) == [KEYS, TLS]


def test_prune_needs_every_rule_to_be_read(workspace, tc, judge):
    """A rule of the workspace that is no Rego is not even among those that fail, and its entries look mended."""
    judge.law.problems = (Diagnostic("TC812", "no Rego", place=Place("policies/b.rego")),)
    (workspace / "baseline.json").write_text(text_of([KEYS, TLS]))
    ran = tc("baseline", "prune", cwd=workspace)
    assert ran.code == 2
    assert "not everything could be judged (policies/b.rego)" in ran.err + ran.out
    assert (workspace / "baseline.json").read_text() == text_of([KEYS, TLS])


def test_prune_needs_every_tenant_to_be_read(workspace, tc, judge):
    """A file that is no YAML may hold the tenant whose entries look mended."""
    (workspace / "tenants" / "b.yaml").write_text("a: [")
    (workspace / "baseline.json").write_text(text_of([KEYS, TLS]))
    ran = tc("baseline", "prune", cwd=workspace)
    assert ran.code == 2
    assert "not everything could be judged (tenants/b.yaml)" in ran.out
    assert "error[TC103]" in ran.out
    assert entries(workspace) == [KEYS, TLS]


def test_what_is_not_judged_is_said(workspace, tc, judge, tenant_text):
    """The rest is written; why a tenant was not judged is an error, so the exit code is 1."""
    broken = tenant_text.replace("name: acme", "name: beta").replace("tier: standard", "tier: nosuch")
    (workspace / "tenants" / "beta.yaml").write_text(broken)
    ran = tc("baseline", "create", cwd=workspace)
    assert ran.code == 1
    assert "not judged, so not in it: beta (production)\n" in ran.out
    assert "error[TC301]" in ran.err
    assert [entry.tenant for entry in entries(workspace)] == ["acme"]


def test_what_is_wrong_with_waivers_is_said(workspace, tc, judge):
    """Else what they were to cover would enter the baseline unseen."""
    judge.problems = [Diagnostic("TC834", "too long")]
    ran = tc("baseline", "create", cwd=workspace)
    assert ran.code == 1
    assert "error[TC834]: too long" in ran.err


@pytest.mark.parametrize("verb", ["update", "prune"])
def test_there_must_be_one_to_change(workspace, tc, judge, verb):
    """Exit code 2 says how to begin."""
    ran = tc("baseline", verb, cwd=workspace)
    assert ran.code == 2
    assert "there is no baseline.json; `tenant-compile baseline create` begins one" in ran.err
    assert not (workspace / "baseline.json").exists()


def test_a_malformed_file_is_not_written_over(workspace, tc, judge):
    """Somebody's merge went wrong; nothing of it is lost."""
    (workspace / "baseline.json").write_text("{<<<<")
    for verb in ("create", "update", "prune"):
        ran = tc("baseline", verb, cwd=workspace)
        assert ran.code == 2
        assert "error[TC840]" in ran.out
    assert (workspace / "baseline.json").read_text() == "{<<<<"


def test_hostile_text_reaches_no_terminal(workspace, tc, judge):
    """Keys of a tenant stand in paths; control characters are shown, not sent."""
    judge.denied = {"TC404": ("spec", "services", "\x1b[31mred\x1b[0m\n::error::x")}
    (workspace / "baseline.json").write_text(text_of([]))
    ran = tc("baseline", "update", cwd=workspace)
    assert "\x1b" not in ran.out
    assert "\n::error::" not in ran.out
    assert entries(workspace)[0].pointer == 'services."\x1b[31mred\x1b[0m\n::error::x"'


def test_the_baseline_may_stand_elsewhere(workspace, tc, judge):
    """`workspace.baseline` says where; folders are made."""
    config = workspace / "tenant-compile.toml"
    config.write_text(config.read_text().replace('name = "acme"', 'name = "acme"\nbaseline = "policies/known/b.json"'))
    ran = tc("baseline", "create", cwd=workspace)
    assert ran.out.startswith("policies/known/b.json: 1 finding waits\n")
    assert (workspace / "policies" / "known" / "b.json").exists()


def test_a_folder_that_cannot_be_written_is_wrong_use(workspace, tc, judge):
    """A file stands where a folder should be."""
    config = workspace / "tenant-compile.toml"
    config.write_text(config.read_text().replace('name = "acme"', 'name = "acme"\nbaseline = "notes/b.json"'))
    (workspace / "notes").write_text("")
    ran = tc("baseline", "create", cwd=workspace)
    assert ran.code == 2
    assert "notes/b.json cannot be written: a file is in the way" in ran.err
