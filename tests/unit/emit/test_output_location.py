"""Where an output folder may be."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from tenant_compiler.emit.tree import OutputTree
from tenant_compiler.model.artifact import EmittedFile
from tenant_compiler.model.diagnostic import TenantCompileError

if TYPE_CHECKING:
    from pathlib import Path

INPUTS = ("tenants", "profiles", "tenant-compile.toml")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with inputs; what is beside it is outside."""
    root = tmp_path / "work"
    (root / "tenants/team").mkdir(parents=True)
    (root / "profiles").mkdir()
    (root / "tenant-compile.toml").touch()
    return root


def build(workspace: Path, output: Path | str, inputs: tuple[str, ...] = INPUTS) -> OutputTree:
    """Write one file."""
    with OutputTree.open(
        str(output), workspace=str(workspace), inputs=[str(workspace / name) for name in inputs]
    ) as tree:
        report = tree.write("acme", "a.yaml", [EmittedFile("x", b"1")])
        assert report.written == ("x",)
        return tree


def refusal(workspace: Path, output: Path | str) -> str:
    """The code and message of a refused output."""
    with pytest.raises(TenantCompileError) as error:
        build(workspace, output)
    assert error.value.exit_code == 2
    assert all(found.help for found in error.value.diagnostics)
    return str(error.value)


@pytest.mark.parametrize("output", ["build", "rendered/production", "tenants-build"])
def test_inside(workspace: Path, output: str) -> None:
    """An output inside the workspace is made with the folders above it, and shown relative to the workspace."""
    assert build(workspace, workspace / output).shown == output
    assert (workspace / output / "acme/x").read_bytes() == b"1"


def test_outside(workspace: Path) -> None:
    """An output outside is made too, and shown as it was given."""
    output = workspace.parent / "far/away"
    assert build(workspace, output).shown == str(output)
    assert (output / "acme/x").exists()


def test_nothing_is_made_by_opening(workspace: Path) -> None:
    """Opening and checking leave a missing output missing."""
    with OutputTree.open(str(workspace / "build"), workspace=str(workspace)) as tree:
        assert tree.check("acme", "a.yaml", []) == ()
        assert tree.check_fleet(()) == ()
    assert not (workspace / "build").exists()


@pytest.mark.parametrize("output", [".", "..", "tenants", "tenants/team/out", "tenants/..", "profiles/new", "/"])
def test_overlap(workspace: Path, output: str) -> None:
    """An output that is, contains or lies in what a run reads is refused."""
    assert refusal(workspace, os.path.join(workspace, output)).startswith("TC602")


def test_overlap_through_a_link(workspace: Path) -> None:
    """Links above an output outside the workspace do not hide that it contains inputs."""
    (workspace.parent / "alias").symlink_to(workspace)
    assert refusal(workspace, workspace.parent / "alias/tenants").startswith("TC602")


def test_git(workspace: Path) -> None:
    """Version control's own folder is no output."""
    assert refusal(workspace, workspace / ".git/hooks").startswith("TC602")


def test_file_in_the_way(workspace: Path) -> None:
    """An output that is a file is refused, and so is one below a file."""
    (workspace / "build").touch()
    assert "TC601: build is a file" in refusal(workspace, workspace / "build")
    assert "TC601: build is a file" in refusal(workspace, workspace / "build/out")


def test_link_in_the_way(workspace: Path) -> None:
    """An output that is a link, or lies behind one inside the workspace, is refused, wherever the link leads."""
    outside = workspace.parent / "outside"
    outside.mkdir()
    (workspace / "build").symlink_to(outside)
    assert "TC604: build is a symbolic link" in refusal(workspace, workspace / "build")
    assert "TC604: build is a symbolic link" in refusal(workspace, workspace / "build/out")
    (workspace.parent / "link").symlink_to(outside)
    assert refusal(workspace, workspace.parent / "link").startswith("TC604")
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("output", ["build", "../outside"])
def test_unwritable(workspace: Path, monkeypatch: pytest.MonkeyPatch, output: str) -> None:
    """An output that cannot be made, or written to, ends the run with a finding that names it."""

    def fail(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "denied")

    path = os.path.join(workspace, output)
    with monkeypatch.context() as patch:
        patch.setattr(os, "mkdir", fail)
        assert "cannot be written: permission denied" in refusal(workspace, path)
    os.mkdir(path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "mkdir", fail)
        assert "acme cannot be written: permission denied" in refusal(workspace, path)


def test_leftovers_that_cannot_be_removed(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed run left and cannot be removed is a finding, not a traceback."""
    (workspace / "build/.tenant-compile.new-x").mkdir(parents=True)

    def fail(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "denied")

    monkeypatch.setattr(os, "rmdir", fail)
    assert refusal(workspace, workspace / "build").startswith("TC603")
