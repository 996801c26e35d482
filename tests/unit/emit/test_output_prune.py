"""Trees of tenants that are gone: when they are removed, and when they are not."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from tenant_compiler.emit import manifest
from tenant_compiler.emit.tree import OutputTree, PruneReport
from tenant_compiler.model.artifact import EmittedFile
from tenant_compiler.model.diagnostic import TenantCompileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLEET = [f"t{number}" for number in range(20)]


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[OutputTree]:
    """An output with twenty tenants, the fleet's own folder, and a folder that is none of ours."""
    with OutputTree.open(str(tmp_path / "build"), workspace=str(tmp_path)) as opened:
        for name in (*FLEET, manifest.FLEET):
            opened.write(name, f"tenants/{name}.yaml", [EmittedFile("production/kubernetes/x.yaml", name.encode())])
        (tmp_path / "build/base").mkdir()
        (tmp_path / "build/base/kustomization.yaml").touch()
        (tmp_path / "build/README.md").touch()
        yield opened


def folders(tmp_path: Path) -> set[str]:
    """Names in the output."""
    return set(os.listdir(tmp_path / "build"))


def codes(report: PruneReport) -> list[str]:
    """The findings' codes."""
    return [found.code for found in report.diagnostics]


def test_nobody_is_gone(tree: OutputTree, tmp_path: Path) -> None:
    """With every tenant known nothing is removed, neither the fleet's folder nor those of others."""
    assert tree.prune(FLEET) == PruneReport()
    assert folders(tmp_path) == {*FLEET, manifest.FLEET, "base", "README.md"}
    assert tree.check_fleet(FLEET) == ()


def test_one_is_gone(tree: OutputTree, tmp_path: Path) -> None:
    """The tree of a tenant that is gone is removed and reported; a check reports it before."""
    (found,) = tree.check_fleet(FLEET[1:])
    assert (found.code, found.tenant) == ("TC607", "t0")
    report = tree.prune(FLEET[1:])
    assert (report.removed, codes(report)) == (("t0",), ["TC610"])
    assert "tenants/t0.yaml" in report.diagnostics[0].message
    assert report.diagnostics[0].severity == "info"
    assert folders(tmp_path) == {*FLEET[1:], manifest.FLEET, "base", "README.md"}


def test_broken_tenant_keeps_its_tree(tree: OutputTree, tmp_path: Path) -> None:
    """A tenant that could not be read only looks gone."""
    assert tree.prune(FLEET[1:], {"t0"}) == PruneReport()
    assert tree.check_fleet(FLEET[1:], {"t0"}) == ()
    assert "t0" in folders(tmp_path)


@pytest.mark.parametrize(("gone", "refused"), [(1, False), (2, False), (3, True), (20, True)])
def test_more_than_a_tenth(tree: OutputTree, tmp_path: Path, gone: int, refused: bool) -> None:
    """More than a tenth of the trees goes only when that is allowed; a refusal removes none."""
    report = tree.prune(FLEET[gone:])
    assert codes(report) == (["TC609"] if refused else ["TC610"] * gone)
    if refused:
        assert f"{gone} of 20 trees" in report.diagnostics[0].message
        assert set(FLEET) <= folders(tmp_path)
        assert codes(tree.prune(FLEET[gone:], allow_many=True)) == ["TC610"] * gone
    assert folders(tmp_path) == {*FLEET[gone:], manifest.FLEET, "base", "README.md"}


def test_the_only_tenant_may_leave(tmp_path: Path) -> None:
    """A single tenant is removed however small the fleet is."""
    with OutputTree.open(str(tmp_path / "build"), workspace=str(tmp_path)) as tree:
        assert tree.prune(()) == PruneReport()
        tree.write("acme", "a.yaml", [EmittedFile("x", b"")])
        assert tree.prune(()).removed == ("acme",)
    assert folders(tmp_path) == set()


def test_hand_edited_file_outlives_its_tenant(tree: OutputTree, tmp_path: Path) -> None:
    """A file that was changed by hand stays when its tenant goes, and is found again by every run."""
    path = tmp_path / "build/t0/production/kubernetes/x.yaml"
    path.write_text("mine")
    for _ in range(2):
        assert codes(tree.prune(FLEET[1:])) == ["TC606"]
        assert path.read_text() == "mine"
    path.unlink()
    assert codes(tree.prune(FLEET[1:])) == ["TC610"]
    assert "t0" not in folders(tmp_path)


def test_files_of_others_outlive_a_tenant(tree: OutputTree, tmp_path: Path) -> None:
    """Files that no build wrote stay, and the report names them; afterwards the folder is nobody's business."""
    (tmp_path / "build/t0/notes.txt").touch()
    os.mkfifo(tmp_path / "build/t0/pipe")
    (tmp_path / f"build/t0/{'/'.join('d' * 30)}").mkdir(parents=True)
    (found,) = tree.prune(FLEET[1:]).diagnostics
    assert "notes.txt, pipe" in found.notes[0]
    assert tree.prune(FLEET[1:]) == PruneReport()


def test_damaged_manifest_of_a_gone_tenant(tree: OutputTree, tmp_path: Path) -> None:
    """A tree whose manifest is damaged is not removed but reported."""
    (tmp_path / "build/t0" / manifest.MANIFEST).write_text("{")
    assert codes(tree.prune(FLEET[1:])) == ["TC605"]
    assert [found.code for found in tree.check_fleet(FLEET[1:])] == ["TC605"]
    assert (tmp_path / "build/t0/production/kubernetes/x.yaml").exists()


def test_link_that_looks_like_a_tenant(tree: OutputTree, tmp_path: Path) -> None:
    """A link in the output is not followed in search of tenants that are gone."""
    (tmp_path / "build/t0").rename(tmp_path / "t0")
    (tmp_path / "build/t0").symlink_to(tmp_path / "t0")
    assert tree.prune(FLEET[1:]) == PruneReport()
    assert (tmp_path / "t0/production/kubernetes/x.yaml").exists()


def test_file_that_cannot_be_removed(tree: OutputTree, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal of the system ends the prune with a finding."""

    def fail(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "denied")

    monkeypatch.setattr(os, "unlink", fail)
    with pytest.raises(TenantCompileError, match=r"TC603: build/t0/.* cannot be removed: permission denied"):
        tree.prune(FLEET[1:])
