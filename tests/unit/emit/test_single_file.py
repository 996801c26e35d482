"""One file of the workspace, written whole or not at all."""

from __future__ import annotations

import os

import pytest

from tenant_compiler.emit.folder import Folder
from tenant_compiler.emit.single import write_file


def entries(folder):
    """What lies below a folder."""
    return sorted(os.path.join(where, name) for where, _, names in os.walk(folder) for name in names)


def test_a_file_is_made_with_its_folders_and_replaced(tmp_path):
    """Nothing but the file is left."""
    for data in (b"one", b"two"):
        write_file(str(tmp_path), "deep/down/file.json", data)
        assert (tmp_path / "deep/down/file.json").read_bytes() == data
    write_file(str(tmp_path), "file.json", b"three")
    assert entries(tmp_path) == [str(tmp_path / "deep/down/file.json"), str(tmp_path / "file.json")]


def test_what_a_killed_run_left_is_no_obstacle(tmp_path):
    """The temporary file of a process with our number is replaced."""
    (tmp_path / f".tenant-compile.tmp-{os.getpid()}").write_text("half")
    write_file(str(tmp_path), "file.json", b"whole")
    assert entries(tmp_path) == [str(tmp_path / "file.json")]


def test_a_link_in_the_way_is_not_followed(tmp_path):
    """Neither a folder's, nor the file's own: that is replaced, and what it points to stays."""
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "kept").write_text("kept")
    os.symlink(outside, inside / "folder")
    os.symlink(outside / "kept", inside / "file.json")
    with pytest.raises(OSError, match="a symbolic link is in the way"):
        write_file(str(inside), "folder/file.json", b"x")
    write_file(str(inside), "file.json", b"new")
    assert (outside / "kept").read_text() == "kept"
    assert entries(outside) == [str(outside / "kept")]
    assert not os.path.islink(inside / "file.json")


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    """And no temporary one."""
    write_file(str(tmp_path), "file.json", b"old")

    def fail(*_):
        raise OSError(28, "no space left")

    monkeypatch.setattr(Folder, "move", fail)
    with pytest.raises(OSError, match="no space left"):
        write_file(str(tmp_path), "file.json", b"new")
    assert (tmp_path / "file.json").read_bytes() == b"old"
    assert entries(tmp_path) == [str(tmp_path / "file.json")]
