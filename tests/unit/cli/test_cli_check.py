"""`tenant-compile check`: exit codes, selection, standard input, paths."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WARNS = """\
  services:
    web: {image: registry.example/web:1, expose: {hosts: [web.acme.example]}}
  domains: [acme.example]
"""
"""Exposing a host gives information: what is at the edge is not built yet."""


def edit(workspace: Path, old: str, new: str) -> None:
    """Change the tenant."""
    file = workspace / "tenants" / "acme.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_clean_fleet_is_one_line_and_exit_code_zero(tc: Callable[..., Any], workspace: Path) -> None:
    """With how much was checked."""
    assert tc("check", cwd=workspace) == (0, "1 tenant, 1 environment checked: no findings\n", "")
    assert tc("check", "-q", cwd=workspace) == (0, "", "")


def test_an_error_points_at_its_line(tc: Callable[..., Any], workspace: Path) -> None:
    """Exit code 1, and what to write instead."""
    edit(workspace, "tier: standard", "tier: standrd")
    ran = tc("check", cwd=workspace)
    assert ran.code == 1
    assert "error[TC301]: there is no tier `standrd`\n --> tenants/acme.yaml:7:9\n" in ran.out
    assert "did you mean `standard`?" in ran.out
    assert ran.out.endswith("checked: 1 error\n")


def test_paths_are_shown_from_the_current_folder(tc: Callable[..., Any], workspace: Path) -> None:
    """So that a terminal or an editor can open them: from above, inside and elsewhere; JSON has the workspace's own."""
    edit(workspace, "tier: standard", "tier: standrd")
    assert " --> fleet/tenants/acme.yaml:7:9" in tc("check", "-C", "fleet", cwd=workspace.parent).out
    assert " --> acme.yaml:7:9" in tc("check", cwd=workspace / "tenants").out
    (workspace.parent / "elsewhere").mkdir()
    there = tc("check", "-C", str(workspace), cwd=workspace.parent / "elsewhere").out
    assert f" --> {workspace}/tenants/acme.yaml:7:9" in there
    made = json.loads(tc("check", "-C", "fleet", "--output-format", "json", cwd=workspace.parent).out)
    assert made["diagnostics"][0]["file"] == "tenants/acme.yaml"


def test_input_that_cannot_be_read_is_exit_code_two_also_with_exit_zero(
    tc: Callable[..., Any], workspace: Path
) -> None:
    """`--exit-zero` is about findings; here nothing was judged. The other tenants are."""
    (workspace / "tenants" / "broken.yaml").write_text("a: [1\n")
    ran = tc("check", "--exit-zero", cwd=workspace)
    assert ran.code == 2
    assert "error[TC103]" in ran.out
    assert "1 tenant, 1 environment checked: 1 error" in ran.out


def test_a_configuration_that_cannot_be_read_points_at_its_line(tc: Callable[..., Any], workspace: Path) -> None:
    """Although there is no workspace to speak of yet."""
    (workspace / "tenant-compile.toml").write_text('[workspace]\nname = "acme"\nouput = "x"\n')
    ran = tc("check", "-C", "fleet", cwd=workspace.parent)
    assert ran.code == 2
    assert "error[TC201]: unknown key workspace.ouput\n --> fleet/tenant-compile.toml:3:1\n" in ran.out


def test_a_section_of_pyproject_that_is_wrong_points_at_its_line(tc: Callable[..., Any], workspace: Path) -> None:
    """A pyproject.toml of somebody else on the way is no configuration of ours."""
    (workspace / "tenant-compile.toml").unlink()
    (workspace / "pyproject.toml").write_text('[tool.tenant-compile.workspace]\nnam = "acme"\n')
    (workspace / "tenants" / "pyproject.toml").write_text("[project]\n")
    ran = tc("check", cwd=workspace / "tenants")
    assert ran.code == 2
    assert " --> ../pyproject.toml:2:1\n" in ran.out


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 0), ("info", 1)])
def test_fail_on_sets_the_least_severity_that_fails(
    tc: Callable[..., Any], workspace: Path, level: str, code: int
) -> None:
    """The finding is shown in any case."""
    edit(workspace, "  placement:", WARNS + "  placement:")
    ran = tc("check", "--fail-on", level, cwd=workspace)
    assert "info[TC521]" in ran.out
    assert ran.code == code
    assert tc("check", "--fail-on", level, "--exit-zero", cwd=workspace).code == 0


def test_select_and_ignore_take_prefixes(tc: Callable[..., Any], workspace: Path) -> None:
    """Lists with commas too; small letters are fine."""
    edit(workspace, "  placement:", WARNS + "  placement:")
    assert "no findings" in tc("check", "--ignore", "tc52,TC510", cwd=workspace).out
    assert "no findings" in tc("check", "--select", "TC510", cwd=workspace).out
    assert "info[TC521]" in tc("check", "--select", "TC5", cwd=workspace).out


def test_what_keeps_a_tenant_from_compiling_is_always_told(tc: Callable[..., Any], workspace: Path) -> None:
    """Selecting other codes does not hide it."""
    edit(workspace, "tier: standard", "tier: standrd")
    ran = tc("check", "--select", "TC5", cwd=workspace)
    assert ran.code == 1
    assert "error[TC301]" in ran.out


@pytest.mark.parametrize("code", ["TC203", "TC3", "TC", "TC601", "TC7"])
def test_ignoring_what_cannot_be_ignored_is_wrong_use(tc: Callable[..., Any], workspace: Path, code: str) -> None:
    """It would look as if it had worked."""
    ran = tc("check", "--ignore", code, cwd=workspace)
    assert ran.code == 2
    assert f"--ignore {code}" in ran.err
    assert "cannot be ignored" in ran.err


def test_a_code_that_does_not_exist_is_wrong_use(tc: Callable[..., Any], workspace: Path) -> None:
    """With the nearest one; codes of plug-ins are not known here and are taken as they are."""
    assert "--select TC999: no code begins so" in tc("check", "--select", "TC999", cwd=workspace).err
    assert "did you mean `TC304`?" in tc("check", "--select", "TC3O4", cwd=workspace).err
    assert tc("check", "--ignore", "EX101", cwd=workspace).code == 0


def test_a_narrowed_run_says_what_it_did_not_check(tc: Callable[..., Any], workspace: Path) -> None:
    """Whoever reads the log must not take it for the whole fleet."""
    said = "not checked in a narrowed run: unique names and hosts, pruning, fleet artifacts"
    for arguments in (
        ["-t", "acme"],
        ["-l", "segment=health"],
        ["-e", "production"],
        ["tenants/acme.yaml"],
        ["tenants"],
    ):
        ran = tc("check", *arguments, cwd=workspace)
        assert ran.code == 0, ran
        assert said in ran.out
    assert said not in tc("check", cwd=workspace).out


def test_selectors_that_fit_nothing_are_told(tc: Callable[..., Any], workspace: Path) -> None:
    """A tenant and an environment with a near match, a path with where tenants are."""
    assert "did you mean `acme`?" in tc("check", "-t", "acm", cwd=workspace).out
    assert "did you mean `staging`?" in tc("check", "-e", "stagng", cwd=workspace).out
    ran = tc("check", "nope.yaml", cwd=workspace)
    assert ran.code == 2
    assert "nope.yaml is no tenant file" in ran.out


def test_the_workspace_is_found_from_a_path(tc: Callable[..., Any], workspace: Path) -> None:
    """A hook gives files and no `-C`."""
    assert tc("check", "fleet/tenants/acme.yaml", cwd=workspace.parent).code == 0


def test_a_path_outside_the_workspace_is_wrong_use(tc: Callable[..., Any], workspace: Path) -> None:
    """Whatever the way to it."""
    ran = tc("check", "-C", "fleet", "elsewhere.yaml", cwd=workspace.parent)
    assert ran.code == 2
    assert "elsewhere.yaml lies outside the workspace" in ran.err


def test_standard_input_stands_in_for_a_file(tc: Callable[..., Any], workspace: Path, tenant_text: str) -> None:
    """What an editor has not saved is checked and shown; whether there is a file on disk does not matter."""
    broken = tenant_text.replace("standard", "standrd").encode()
    for name in ("tenants/acme.yaml", "tenants/new.yaml"):
        ran = tc("check", "--stdin-filename", name, "-", cwd=workspace, stdin=broken)
        assert ran.code == 1
        assert f" --> {name}:7:9\n" in ran.out
        assert "tier: standrd" in ran.out
    assert tc("check", "--stdin-filename", "tenants/acme.yaml", cwd=workspace, stdin=tenant_text.encode()).code == 0
    outside = tc("check", "--stdin-filename", "elsewhere/x.yaml", "-", cwd=workspace, stdin=broken)
    assert outside.code == 2
    assert "elsewhere/x.yaml is no tenant file" in outside.out


def test_standard_input_needs_a_name_and_no_other_paths(tc: Callable[..., Any], workspace: Path) -> None:
    """Both are wrong use."""
    assert "`-` needs --stdin-filename" in tc("check", "-", cwd=workspace).err
    ran = tc("check", "--stdin-filename", "tenants/acme.yaml", "tenants", cwd=workspace)
    assert "give no other path" in ran.err


def test_json_has_the_numbers_of_the_run(tc: Callable[..., Any], workspace: Path) -> None:
    """Also when there is no finding."""
    made = json.loads(tc("check", "--output-format", "json", "-t", "acme", cwd=workspace).out)
    assert made["diagnostics"] == []
    assert made["summary"]["tenants"] == made["summary"]["environments"] == 1
    assert made["summary"]["narrowed"] is True


def test_findings_are_capped(tc: Callable[..., Any], workspace: Path) -> None:
    """The rest is counted."""
    edit(workspace, "cpu_cores: 1.5", "cpu_cores: -1\n    memory_gb: lots\n    storage_gb: -2")
    ran = tc("check", "--max-diagnostics", "1", cwd=workspace)
    assert ran.out.count("error[") == 1
    assert "… and 2 errors more" in ran.out


def test_verbose_adds_times_and_counts(tc: Callable[..., Any], workspace: Path) -> None:
    """By pass and by target."""
    ran = tc("check", "-v", cwd=workspace)
    assert "passes: resolve 0." in ran.out
    assert "kubernetes: 4 files, " in ran.out


def test_colors_are_on_demand(tc: Callable[..., Any], workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in a pipe, unless somebody asks for them."""
    edit(workspace, "tier: standard", "tier: standrd")
    assert "\x1b[" not in tc("check", cwd=workspace).out
    assert "\x1b[" in tc("check", "--color", "always", cwd=workspace).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in tc("check", cwd=workspace).out
