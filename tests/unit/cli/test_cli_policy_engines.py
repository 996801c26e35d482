"""`policy engines`: what is installed, whether it answers right, and which one judges."""

from __future__ import annotations

import json

import pytest

from tenant_compiler.cli import policy
from tenant_compiler.judge.engines import choose
from tenant_compiler.judge.engines.choose import Probe


@pytest.fixture
def engines(monkeypatch):
    """Pretend what is installed: a problem a name, or none."""

    def install(regorus="", opa=""):
        problems = {"regorus": regorus, "opa-embedded": opa}
        versions = {name: "" if problem == "it is not installed" else "1.2" for name, problem in problems.items()}
        monkeypatch.setattr(choose, "probe", lambda name: Probe(name, None, versions[name], problems[name]))

    return install


def rows(out):
    """The table's cells."""
    return [line.split("  ") for line in out.split("\n\n")[0].splitlines()]


def test_the_engines_of_this_installation_are_listed(tc, tmp_path, monkeypatch):
    """The real ones, also where there is no workspace."""
    monkeypatch.chdir(tmp_path)
    ran = tc("policy", "engines")
    assert (ran.code, ran.err) == (0, "")
    head, first, *_ = ran.out.splitlines()
    assert head.split() == ["ENGINE", "VERSION", "JUDGES", "STATE"]
    assert first.startswith("regorus ")
    assert first.endswith("  yes     it answers right")


def test_the_first_that_works_judges(tc, workspace, engines):
    """What is wrong with the others is said."""
    engines(regorus="it lets a rule with two values pass in silence")
    ran = tc("policy", "engines")
    assert ran.code == 0
    regorus, opa = ran.out.splitlines()[1:]
    assert regorus.endswith("it lets a rule with two values pass in silence")
    assert " yes " in opa
    assert " yes " not in regorus


def test_without_an_engine_the_exit_code_is_one(tc, workspace, engines):
    """The list is the help that is needed."""
    engines("it is not installed", "it is not installed")
    ran = tc("policy", "engines")
    assert ran.code == 1
    assert ran.out.endswith("\nWithout a policy engine that works nothing can be judged.\n")


def test_the_engine_of_the_workspace_is_the_one_that_counts(tc, workspace, engines):
    """Another one does not stand in for it."""
    config = workspace / "tenant-compile.toml"
    config.write_text(config.read_text() + '\n[policy]\nengine = "opa-embedded"\n')
    engines()
    told = json.loads(tc("policy", "engines", "-C", str(workspace), "--output-format", "json").out)
    assert (told["asked_for"], told["chosen"]) == ("opa-embedded", "opa-embedded")
    engines(opa="it is not installed")
    ran = tc("policy", "engines", "-C", str(workspace), "--output-format", "json")
    told = json.loads(ran.out)
    assert (ran.code, told["chosen"]) == (1, None)
    assert told["engines"][1] == {
        "name": "opa-embedded",
        "version": None,
        "works": False,
        "problem": "it is not installed",
    }
    assert (
        "Without the policy engine opa-embedded, as the workspace demands, nothing"
        in tc("policy", "engines", "-C", str(workspace)).out
    )


def test_a_workspace_that_is_named_must_be_there(tc, tmp_path):
    """A slip is not taken for no workspace."""
    ran = tc("policy", "engines", "-C", str(tmp_path))
    assert ran.code == 2
    assert "TC130" in ran.out


def test_a_command_that_is_not_there_is_told_with_the_nearest(tc):
    """With the group's name."""
    ran = tc("policy", "engnes")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no command `policy engnes`; did you mean `policy engines`?" in ran.err


def test_the_group_lists_its_commands_in_the_order_of_the_table(tc):
    """Without importing them."""
    ran = tc("policy", "-h")
    assert ran.code == 0
    listed = ran.out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed if line[:2] == "  " and line[2] != " "] == list(policy.COMMANDS)
