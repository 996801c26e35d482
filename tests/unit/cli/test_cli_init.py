"""`tenant-compile init` and `new`: what they write builds, and nothing is overwritten."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TIERS = ("free", "standard", "premium", "enterprise", "enterprise_plus", "white_label")


def test_a_new_workspace_builds_without_a_finding(tc: Callable[..., Any], tmp_path: Path) -> None:
    """At any severity; the last line says what to type next."""
    ran = tc("init", "acme", cwd=tmp_path)
    assert ran.code == 0
    assert ran.out.endswith("next\n  tenant-compile build -C acme\n")
    built = tc("build", "-C", "acme", "--fail-on", "info", cwd=tmp_path)
    assert built.code == 0
    assert "no findings" in built.out
    assert (tmp_path / "acme" / "build" / "example" / "production" / "terraform" / "main.tf.json").is_file()


def test_the_modeline_leads_to_a_schema(tc: Callable[..., Any], tmp_path: Path) -> None:
    """Editors check a tenant while it is written."""
    tc("init", cwd=tmp_path)
    first = (tmp_path / "tenants" / "example.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../.tenant-compile/tenant.schema.json"
    schema = json.loads((tmp_path / "tenants" / first.partition("=")[2]).read_text())
    assert "spec" in schema["properties"]
    assert (tmp_path / "tenant-compile.toml").read_text().startswith("#:schema .tenant-compile/workspace.schema.json\n")


def test_nothing_is_overwritten(tc: Callable[..., Any], tmp_path: Path) -> None:
    """Not one file is written when one is in the way; a .gitignore stays, with a word on what to add."""
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants" / "example.yaml").write_text("mine")
    ran = tc("init", cwd=tmp_path)
    assert ran.code == 2
    assert "tenants/example.yaml in . would be overwritten" in ran.err
    assert not (tmp_path / "tenant-compile.toml").exists()
    (tmp_path / "tenants" / "example.yaml").unlink()
    (tmp_path / ".gitignore").write_text("mine\n")
    ran = tc("init", cwd=tmp_path)
    assert ran.code == 0
    assert ".gitignore: add `.tenant-compile/`, `build/` to it" in ran.out
    assert (tmp_path / ".gitignore").read_text() == "mine\n"


def test_a_folder_that_cannot_be_made_is_told(tc: Callable[..., Any], tmp_path: Path) -> None:
    """A file in the way, for instance."""
    (tmp_path / "file").write_text("")
    ran = tc("init", "file/below", cwd=tmp_path)
    assert ran.code == 2
    assert "cannot be written" in ran.err


@pytest.mark.parametrize("name", ["123", "Größe & Co", "_", "x" * 80])
def test_any_folder_gives_a_fleet_with_a_name(tc: Callable[..., Any], tmp_path: Path, name: str) -> None:
    """Made of its letters and digits."""
    assert tc("init", name, cwd=tmp_path).code == 0
    assert tc("config", "show", "-C", name, cwd=tmp_path).code == 0


def test_a_new_tenant_of_every_tier_checks_without_a_finding(tc: Callable[..., Any], tmp_path: Path) -> None:
    """Whatever the tier requires is in its file."""
    tc("init", cwd=tmp_path)
    for tier in TIERS:
        name = tier.replace("_", "-")
        ran = tc("new", name, "--tier", tier, cwd=tmp_path)
        assert ran == (0, f"tenants/{name}.yaml\nnext\n  tenant-compile check -t {name}\n", "")
    checked = tc("check", "--fail-on", "info", cwd=tmp_path)
    assert checked.code == 0
    assert "7 tenants" in checked.out


def test_a_new_tenant_in_a_workspace_without_defaults_says_where_it_runs(
    tc: Callable[..., Any], workspace: Path
) -> None:
    """Where the first cluster stands."""
    assert tc("new", "bee", "--tier", "free", cwd=workspace).code == 0
    assert "    cloud: aws\n    regions:\n      eu-central-1: {}\n" in (workspace / "tenants" / "bee.yaml").read_text()
    assert tc("check", "-t", "bee", "--fail-on", "info", cwd=workspace).code == 0


def test_a_new_tenant_fits_the_glob_of_the_workspace(tc: Callable[..., Any], workspace: Path) -> None:
    """Wildcards become the name, and the modeline follows the depth."""
    config = workspace / "tenant-compile.toml"
    config.write_text(config.read_text().replace('name = "acme"', 'name = "acme"\ntenants = ["t/*/tenant.yaml"]'))
    assert tc("new", "bee", "--tier", "free", cwd=workspace).code == 0
    assert "$schema=../../.tenant-compile/" in (workspace / "t" / "bee" / "tenant.yaml").read_text()
    assert tc("check", "-t", "bee", cwd=workspace).code == 0
    config.write_text(config.read_text().replace("t/*/tenant.yaml", "t/?.yaml"))
    assert "make the file for cee yourself" in tc("new", "cee", "--tier", "free", cwd=workspace).err


@pytest.mark.parametrize(
    ("name", "tier", "said"),
    [
        ("bee", "standrd", "there is no tier `standrd`; did you mean `standard`?"),
        ("bee", "../x", "there is no tier `../x`; there are "),
        ("Bee", "free", "the name `Bee` is no DNS label"),
        ("../bee", "free", "is no DNS label"),
        ("b" * 41, "free", "is no DNS label"),
        ("kube-system", "free", "is reserved"),
        ("acme", "free", "there is a tenant `acme` already, in tenants/acme.yaml"),
    ],
)
def test_a_new_tenant_needs_a_name_and_a_tier_that_can_be(
    tc: Callable[..., Any], workspace: Path, name: str, tier: str, said: str
) -> None:
    """Nothing is written otherwise."""
    ran = tc("new", name, "--tier", tier, cwd=workspace)
    assert ran.code == 2
    assert said in ran.err
    assert [path.name for path in (workspace / "tenants").iterdir()] == ["acme.yaml"]


def test_a_file_in_the_way_is_kept(tc: Callable[..., Any], workspace: Path) -> None:
    """Also when it holds no tenant."""
    (workspace / "tenants" / "bee.yaml").write_text("# mine\n")
    ran = tc("new", "bee", "--tier", "free", cwd=workspace)
    assert ran.code == 2
    assert "tenants/bee.yaml exists already" in ran.err
    assert (workspace / "tenants" / "bee.yaml").read_text() == "# mine\n"
