"""Opening source files: links, pipes, sizes."""

from __future__ import annotations

import os

import pytest

from tenant_compiler.model.diagnostic import Place, TenantCompileError
from tenant_compiler.read import files
from tenant_compiler.read.files import read_bytes


def problem(path, **options):
    """Give the one diagnostic of a refused file."""
    with pytest.raises(TenantCompileError) as caught:
        read_bytes(str(path), "tenants/a.yaml", **options)
    [diagnostic] = caught.value.diagnostics
    assert caught.value.exit_code == 2
    assert diagnostic.place == Place("tenants/a.yaml")
    assert diagnostic.help
    return diagnostic


def test_a_regular_file_is_read_whole(tmp_path):
    """All bytes come back, up to the limit itself."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"x" * 200_000)
    assert read_bytes(str(path), "a.yaml", 200_000) == b"x" * 200_000


def test_a_larger_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    """The size decides first, so 50 MB cost nothing."""
    path = tmp_path / "a.yaml"
    with path.open("wb") as file:
        file.truncate(50 << 20)
    monkeypatch.setattr(os, "read", lambda *_: pytest.fail("the file was read"))
    diagnostic = problem(path)
    assert (diagnostic.code, diagnostic.message) == ("TC107", "the file is larger than 1 MiB")
    assert problem(path, limit=1000).message == "the file is larger than 1000 bytes"


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, monkeypatch):
    """The size is an old fact once the reading goes on; never more than a byte beyond the limit is read."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"")
    asked = []

    def endless(_descriptor, count):
        asked.append(count)
        return b"x" * count

    monkeypatch.setattr(os, "read", endless)
    assert problem(path, limit=100_000).code == "TC107"
    assert sum(asked) == 100_001


def test_what_is_no_file_is_refused_without_waiting(tmp_path):
    """A folder, a pipe without a writer and a missing file are unreadable, each with its reason."""
    os.mkfifo(tmp_path / "pipe")
    for name, words in (("", "folder"), ("pipe", "no regular file"), ("none", "does not exist")):
        diagnostic = problem(tmp_path / name)
        assert diagnostic.code == "TC101"
        assert words in diagnostic.message


def test_links_are_followed_only_on_demand(tmp_path):
    """A symbolic link is refused by the system call itself, so nobody can swap it in after a look."""
    (tmp_path / "real").write_bytes(b"a: 1\n")
    (tmp_path / "link").symlink_to("real")
    diagnostic = problem(tmp_path / "link")
    assert (diagnostic.code, diagnostic.message) == ("TC101", "the file is a symbolic link")
    assert read_bytes(str(tmp_path / "link"), "a.yaml", follow_symlinks=True) == b"a: 1\n"
    (tmp_path / "loop").symlink_to("loop")
    assert problem(tmp_path / "loop", follow_symlinks=True).code == "TC101"


def test_errors_of_the_system_are_diagnostics(tmp_path, monkeypatch):
    """Permissions and failing disks are named in the system's words."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a")

    def denied(*_args, **_more):
        raise PermissionError(13, "Permission denied")

    def broken(*_args):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "read", broken)
        assert "input/output error" in problem(path).message
    with monkeypatch.context() as patch:
        patch.setattr(files.os, "open", denied)
        assert "permission denied" in problem(path).message
