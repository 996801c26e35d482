"""`tenant-compile build`: writing, comparing, showing differences, printing."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tenant_compiler.cli.progress import with_progress
from tenant_compiler.model.result import TenantResult
from tenant_compiler.run.build import Written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MANIFEST = "build/acme/production/kubernetes/shared-eu/10-tenancy.yaml"


def edit(workspace: Path, old: str, new: str) -> None:
    """Change the tenant."""
    file = workspace / "tenants" / "acme.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_build_writes_once(tc: Callable[..., Any], workspace: Path) -> None:
    """A second one finds everything as it should be, and so does `--check`."""
    ran = tc("build", cwd=workspace)
    assert ran.code == 0
    assert "1 tenant, 1 environment built in " in ran.out
    assert ran.out.endswith("no findings\n")
    assert (workspace / MANIFEST).is_file()
    assert " 0 written, " in tc("build", cwd=workspace).out
    assert tc("build", "--check", cwd=workspace).code == 0


def test_check_fails_when_the_output_is_old_and_writes_nothing(tc: Callable[..., Any], workspace: Path) -> None:
    """It says which files, and how to mend it."""
    tc("build", cwd=workspace)
    before = (workspace / MANIFEST).read_bytes()
    edit(workspace, "1.5", "1.25")
    ran = tc("build", "--check", cwd=workspace)
    assert ran.code == 1
    assert "error[TC607]: build/acme is not up to date" in ran.out
    assert "production/kubernetes/shared-eu/10-tenancy.yaml differs" in ran.out
    assert (workspace / MANIFEST).read_bytes() == before


def test_a_tenant_that_fails_keeps_its_files(tc: Callable[..., Any], workspace: Path, tenant_text: str) -> None:
    """And the others are built."""
    tc("build", cwd=workspace)
    edit(workspace, "tier: standard", "tier: standrd")
    (workspace / "tenants" / "b.yaml").write_text(tenant_text.replace("name: acme", "name: b"))
    ran = tc("build", cwd=workspace)
    assert ran.code == 1
    assert "1 tenant failed and keeps the files of the last build" in ran.out
    assert (workspace / MANIFEST).is_file()
    assert (workspace / MANIFEST.replace("acme", "b")).is_file()


def test_a_tenant_that_is_gone_is_pruned_and_reported(
    tc: Callable[..., Any], workspace: Path, tenant_text: str
) -> None:
    """In a build of the whole fleet only."""
    (workspace / "tenants" / "b.yaml").write_text(tenant_text.replace("name: acme", "name: b"))
    tc("build", cwd=workspace)
    (workspace / "tenants" / "b.yaml").unlink()
    tc("build", "-t", "acme", cwd=workspace)
    assert (workspace / "build" / "b").is_dir()
    ran = tc("build", cwd=workspace)
    assert ran.code == 0
    assert "info[TC610]" in ran.out
    assert "the files of 1 tenant that left the fleet were removed" in ran.out
    assert not (workspace / "build" / "b").exists()


def test_a_difference_is_shown_by_files_and_objects(tc: Callable[..., Any], workspace: Path) -> None:
    """Nothing is written; the summary goes to standard error, so that the difference can be piped."""
    tc("build", cwd=workspace)
    assert tc("build", "--diff", "--exit-code", cwd=workspace) == (0, "", "nothing would change\n")
    edit(workspace, "1.5", "1.25")
    ran = tc("build", "--diff", cwd=workspace)
    assert ran.code == 0
    assert f"~ {MANIFEST}\n    ~ ResourceQuota/quota\n" in ran.out
    assert 'requests.cpu": "1500m" -> "1250m"' in ran.out
    assert f"--- a/{MANIFEST}\n+++ b/{MANIFEST}\n@@" in ran.out
    assert "0 new, 2 changed, 0 removed" in ran.err
    assert tc("build", "--diff", "--exit-code", cwd=workspace).code == 1


def test_a_difference_has_new_and_removed_files(tc: Callable[..., Any], workspace: Path, tenant_text: str) -> None:
    """Also those of a tenant that is gone."""
    ran = tc("build", "--diff", cwd=workspace)
    assert f"+ {MANIFEST}\n    + Namespace/t-acme-production\n" in ran.out
    tc("build", cwd=workspace)
    (workspace / "tenants" / "acme.yaml").write_text(tenant_text.replace("name: acme", "name: b"))
    ran = tc("build", "--diff", cwd=workspace)
    assert f"- {MANIFEST}\n" in ran.out
    assert f"+ {MANIFEST.replace('acme', 'b')}\n" in ran.out


def test_a_difference_to_a_damaged_file_still_has_its_lines(tc: Callable[..., Any], workspace: Path) -> None:
    """A file that somebody broke has no objects."""
    tc("build", cwd=workspace)
    (workspace / MANIFEST).write_text("[1, {}]\n")
    ran = tc("build", "--diff", cwd=workspace)
    assert "-[1, {}]\n" in ran.out


def test_a_difference_for_programs_names_what_changes(tc: Callable[..., Any], workspace: Path) -> None:
    """With the workspace's paths."""
    tc("build", cwd=workspace)
    edit(workspace, "1.5", "1.25")
    ran = tc(
        "build", "--diff", "--output-format", "json", "-C", "fleet", "--target", "kubernetes", cwd=workspace.parent
    )
    (change,) = json.loads(ran.out)["changes"]
    assert change["file"] == MANIFEST
    assert change["objects"][0]["id"] == "ResourceQuota/quota"


def test_the_artifacts_of_one_tenant_can_be_piped(tc: Callable[..., Any], workspace: Path) -> None:
    """Nothing else is on standard output, and nothing is written."""
    ran = tc("build", "--stdout", "--target", "kubernetes", cwd=workspace)
    kinds = [document["kind"] for document in yaml.safe_load_all(ran.out)]
    assert kinds[0] == "Namespace"
    assert ran.code == 0
    assert not (workspace / "build").exists()
    board = tc("build", "--stdout", "--target", "grafana", cwd=workspace).out
    assert json.loads(board)["uid"] == "t-acme-production"


def test_printing_needs_one_tenant_environment_and_target(
    tc: Callable[..., Any], workspace: Path, tenant_text: str
) -> None:
    """Each time the message says what to add."""
    assert "name one with --target" in tc("build", "--stdout", cwd=workspace).err
    edit(workspace, "  placement:", "  environments: {production: {}, staging: {}}\n  placement:")
    assert "name one with -e" in tc("build", "--stdout", "--target", "kubernetes", cwd=workspace).err
    (workspace / "tenants" / "b.yaml").write_text(tenant_text.replace("name: acme", "name: b"))
    assert "name one with -t" in tc("build", "--stdout", cwd=workspace).err
    assert "none is selected" in tc("build", "--stdout", "-l", "segment=none", cwd=workspace).err


def test_printing_a_tenant_that_fails_prints_its_findings_aside(tc: Callable[..., Any], workspace: Path) -> None:
    """A pipe gets nothing, not half of it."""
    edit(workspace, "tier: standard", "tier: standrd")
    ran = tc("build", "--stdout", "--target", "kubernetes", cwd=workspace)
    assert ran.code == 1
    assert ran.out == ""
    assert "error[TC301]" in ran.err


def test_several_files_are_printed_as_one_stream(tc: Callable[..., Any], workspace: Path) -> None:
    """YAML documents one after the other."""
    edit(
        workspace,
        "  placement:",
        "  services: {web: {image: registry.example/web:1, port: 8080}}\n"
        "  monitoring: {slos: {up: {service: web, objective_percent: 99}}}\n  placement:",
    )
    ran = tc("build", "--stdout", "--target", "prometheus", cwd=workspace)
    documents = [*yaml.safe_load_all(ran.out)]
    assert len(documents) == 2
    assert "groups" in documents[0]


def test_a_build_for_one_target_leaves_the_others_alone(tc: Callable[..., Any], workspace: Path) -> None:
    """Their files stay, and what they carry is no finding."""
    edit(workspace, "  placement:", "  services: {web: {image: registry.example/web:1}}\n  placement:")
    tc("build", cwd=workspace)
    ran = tc("build", "--target", "grafana", cwd=workspace)
    assert ran.code == 0
    assert "no findings" in ran.out
    assert (workspace / MANIFEST).is_file()
    assert (
        "`grafna` is no enabled target; did you mean `grafana`?" in tc("build", "--target", "grafna", cwd=workspace).err
    )


def test_the_output_can_be_elsewhere(tc: Callable[..., Any], workspace: Path) -> None:
    """`-o` is relative to the current folder, as everything on the command line."""
    assert tc("build", "-C", "fleet", "-o", "out", cwd=workspace.parent).code == 0
    assert (workspace.parent / "out" / "acme").is_dir()
    assert not (workspace / "build").exists()
    assert tc("build", "-C", "fleet", "-o", "fleet/tenants", cwd=workspace.parent).code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--check", "--diff"], "--check and --diff do not go together"),
        (["--stdout", "--prune"], "--stdout and --prune do not go together"),
        (["--exit-code"], "--exit-code needs --diff"),
        (["--stdout", "-o", "x"], "--output has no meaning with it"),
    ],
)
def test_options_that_contradict_each_other_are_wrong_use(
    tc: Callable[..., Any], workspace: Path, arguments: list[str], said: str
) -> None:
    """Before anything runs."""
    ran = tc("build", *arguments, cwd=workspace)
    assert ran.code == 2
    assert said in ran.err


def test_json_has_the_numbers_of_the_build(tc: Callable[..., Any], workspace: Path) -> None:
    """What was written, failed and removed."""
    summary = json.loads(tc("build", "--output-format", "json", cwd=workspace).out)["summary"]
    assert summary["tenants"] == summary["environments"] == 1
    assert summary["files"] == summary["written"] > 0
    assert summary["failed"] == summary["removed"] == summary["pruned"] == 0


def test_progress_is_one_line_that_goes_away(capsys: pytest.CaptureFixture[str]) -> None:
    """Names are escaped; after the last tenant, or an interrupt, the line is clear."""
    items = [Written(TenantResult(f"a\x1b{n}", f"{n}.yaml", 0, (), ()), 0, 0, 0) for n in range(3)]
    assert list(with_progress(items, [f"{n}.yaml" for n in range(3)], sys.stdout)) == items
    shown = capsys.readouterr().out
    assert "building [########................] 1/3 files  a\\x1b0" in shown
    assert shown.endswith("\r\x1b[K")
