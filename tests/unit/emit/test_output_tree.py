"""The output tree: what it writes, keeps, removes and reports."""

from __future__ import annotations

import errno
import os
import resource
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.emit import folder, manifest
from tenant_compiler.emit.tree import OutputTree, OwnerReport
from tenant_compiler.model.artifact import EmittedFile
from tenant_compiler.model.diagnostic import Diagnostic, TenantCompileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

KUBERNETES = "production/kubernetes/shared-eu.yaml"
BOARD = "production/grafana/overview.json"
STAGING = "staging/kubernetes/shared-eu.yaml"


@pytest.fixture(autouse=True, params=["openat", "paths"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test holds with descriptors and, as on Windows, with paths."""
    if request.param == "paths":
        monkeypatch.setattr(folder, "_HAS_OPENAT", False)


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[OutputTree]:
    """An output folder that does not exist yet."""
    with OutputTree.open(str(tmp_path / "build"), workspace=str(tmp_path)) as opened:
        yield opened


def write(
    tree: OutputTree, files: Mapping[str, str], *, owner: str = "acme", scope: Callable[[str], bool] | None = None
) -> OwnerReport:
    """Write files given as texts."""
    return tree.write(owner, "tenants/acme.yaml", emitted(files), scope=scope)


def check(
    tree: OutputTree, files: Mapping[str, str], *, scope: Callable[[str], bool] | None = None
) -> tuple[Diagnostic, ...]:
    """Check files given as texts."""
    return tree.check("acme", "tenants/acme.yaml", emitted(files), scope=scope)


def emitted(files: Mapping[str, str]) -> list[EmittedFile]:
    """Make records of texts."""
    return [EmittedFile(path, text.encode()) for path, text in files.items()]


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    """The findings' codes."""
    return [diagnostic.code for diagnostic in found]


def contents(root: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if not path.is_dir()}


def test_first_build(tree: OutputTree, tmp_path: Path) -> None:
    """A first build writes every file and a manifest, and a check of it finds nothing."""
    report = write(tree, {KUBERNETES: "a: 1\n", BOARD: "{}\n"})
    assert report == OwnerReport(written=(KUBERNETES, BOARD))
    assert (tmp_path / "build/acme" / KUBERNETES).read_text() == "a: 1\n"
    assert check(tree, {KUBERNETES: "a: 1\n", BOARD: "{}\n"}) == ()
    names = sorted(contents(tmp_path / "build"))
    assert names == [f"acme/{manifest.MANIFEST}", f"acme/{BOARD}", f"acme/{KUBERNETES}"]


def test_same_bytes(tree: OutputTree, tmp_path: Path) -> None:
    """The manifest is the same whatever the order in which files are given or written."""
    write(tree, {KUBERNETES: "a", BOARD: "b"})
    once = contents(tmp_path / "build")
    write(tree, {BOARD: "b"})
    write(tree, {BOARD: "b", KUBERNETES: "a"})
    assert contents(tmp_path / "build") == once


def test_second_build_touches_nothing(tree: OutputTree, tmp_path: Path) -> None:
    """A second build of the same leaves every inode as it is."""
    write(tree, {KUBERNETES: "a", BOARD: "b"})
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")}
    assert write(tree, {KUBERNETES: "a", BOARD: "b"}) == OwnerReport(unchanged=(KUBERNETES, BOARD))
    assert {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")} == before


def test_only_differences_are_written(tree: OutputTree, tmp_path: Path) -> None:
    """A change writes its file, and files that are not wanted any more go with their empty folders."""
    write(tree, {KUBERNETES: "a", BOARD: "b", STAGING: "c"})
    report = write(tree, {KUBERNETES: "a", BOARD: "B"})
    assert (report.written, report.unchanged, report.removed) == ((BOARD,), (KUBERNETES,), (STAGING,))
    assert not (tmp_path / "build/acme/staging").exists()
    assert report.diagnostics == ()


def test_nothing_wanted(tree: OutputTree, tmp_path: Path) -> None:
    """An owner without files has no folder, before and after it had some; the output is not made for it."""
    assert write(tree, {}) == OwnerReport()
    assert not (tmp_path / "build").exists()
    write(tree, {KUBERNETES: "a"}, owner=manifest.FLEET)
    assert write(tree, {}, owner=manifest.FLEET).removed == (KUBERNETES,)
    assert list((tmp_path / "build").iterdir()) == []


@pytest.mark.parametrize(("first", "second"), [("a/b", "a"), ("a", "a/b"), ("a/b/c", "a")])
def test_file_becomes_folder(tree: OutputTree, tmp_path: Path, first: str, second: str) -> None:
    """A generated file may give way to a folder of the same name, and the other way round."""
    write(tree, {first: "old"})
    report = write(tree, {second: "new"})
    assert report == OwnerReport(written=(second,), removed=(first,))
    assert (tmp_path / "build/acme" / second).read_text() == "new"


def test_hand_edited_file_stays(tree: OutputTree, tmp_path: Path) -> None:
    """A file that was changed by hand stays with its finding, the others are written, and taking it back heals."""
    write(tree, {KUBERNETES: "a", BOARD: "b"})
    path = tmp_path / "build/acme" / KUBERNETES
    path.write_text("mine")
    report = write(tree, {KUBERNETES: "A", BOARD: "B"})
    assert (report.written, report.kept, codes(report.diagnostics)) == ((BOARD,), (KUBERNETES,), ["TC606"])
    assert report.diagnostics[0].place is not None
    assert report.diagnostics[0].place.file == f"build/acme/{KUBERNETES}"
    assert path.read_text() == "mine"
    assert codes(check(tree, {KUBERNETES: "A", BOARD: "B"})) == ["TC606"]
    path.write_text("a")  # what the last build wrote is ours again
    assert write(tree, {KUBERNETES: "A", BOARD: "B"}).written == (KUBERNETES,)


def test_hand_edited_file_that_is_not_wanted(tree: OutputTree, tmp_path: Path) -> None:
    """A file that was changed by hand is not removed either, and is wanted gone until it is."""
    write(tree, {KUBERNETES: "a", BOARD: "b"})
    path = tmp_path / "build/acme" / KUBERNETES
    path.write_text("mine")
    for _ in range(2):
        report = write(tree, {BOARD: "b"})
        assert (report.kept, report.removed, codes(report.diagnostics)) == ((KUBERNETES,), (), ["TC606"])
    path.unlink()
    assert write(tree, {BOARD: "b"}) == OwnerReport(unchanged=(BOARD,))


def test_edit_that_anticipates_the_build(tree: OutputTree, tmp_path: Path) -> None:
    """A file that already has the wanted bytes is no finding, whoever wrote it."""
    write(tree, {KUBERNETES: "a"})
    (tmp_path / "build/acme" / KUBERNETES).write_text("A")
    assert write(tree, {KUBERNETES: "A"}) == OwnerReport(unchanged=(KUBERNETES,))
    assert check(tree, {KUBERNETES: "A"}) == ()


def test_foreign_file(tree: OutputTree, tmp_path: Path) -> None:
    """A file that no build wrote is kept where it is in the way, and mentioned by a check where it is not."""
    folder_of_acme = tmp_path / "build/acme/production"
    folder_of_acme.mkdir(parents=True)
    (folder_of_acme / "own.txt").write_text("x")
    report = write(tree, {"production/own.txt": "y", KUBERNETES: "a"})
    assert (report.written, report.kept, codes(report.diagnostics)) == (
        (KUBERNETES,),
        ("production/own.txt",),
        ["TC606"],
    )
    assert "was not generated" in report.diagnostics[0].message
    found = check(tree, {KUBERNETES: "a"})
    assert codes(found) == ["TC612"]
    assert found[0].severity == "info"


def test_scope(tree: OutputTree, tmp_path: Path) -> None:
    """A run for one environment decides about no other."""
    write(tree, {KUBERNETES: "a", STAGING: "s"})
    report = write(tree, {STAGING: "S"}, scope=lambda path: path.startswith("staging/"))
    assert report == OwnerReport(written=(STAGING,))
    assert check(tree, {KUBERNETES: "a", STAGING: "S"}) == ()
    assert check(tree, {STAGING: "S"}, scope=lambda path: path.startswith("staging/")) == ()


def test_scope_on_an_interrupted_tree(tree: OutputTree, tmp_path: Path) -> None:
    """A run for one environment does not call a tree complete that an earlier run left half done elsewhere."""
    write(tree, {KUBERNETES: "a", STAGING: "s"})
    path = tmp_path / "build/acme" / manifest.MANIFEST
    path.write_text(path.read_text().replace("true", "false"))
    report = write(tree, {STAGING: "S"}, scope=lambda path: path.startswith("staging/"))
    assert [(found.code, found.severity) for found in report.diagnostics] == [("TC608", "warning")]
    assert codes(check(tree, {KUBERNETES: "a", STAGING: "S"})) == ["TC608"]
    assert write(tree, {KUBERNETES: "a", STAGING: "S"}).diagnostics == ()
    assert check(tree, {KUBERNETES: "a", STAGING: "S"}) == ()


def test_check_says_what_differs(tree: OutputTree, tmp_path: Path) -> None:
    """A check names files that differ, are missing, or are too many, and changes nothing."""
    assert codes(check(tree, {KUBERNETES: "a"})) == ["TC607"]
    write(tree, {KUBERNETES: "a", BOARD: "b"})
    before = contents(tmp_path)
    found = check(tree, {KUBERNETES: "A", STAGING: "s"})
    assert codes(found) == ["TC607"]
    assert found[0].notes == (
        f"{KUBERNETES} differs",
        f"{STAGING} is missing",
        f"{BOARD} is not wanted any more",
    )
    assert len(check(tree, {f"f{number}": "" for number in range(30)})[0].notes) == 11
    assert contents(tmp_path) == before


def test_check_of_the_manifest(tree: OutputTree) -> None:
    """A tenant that moved to another file makes the manifest stale, and nothing else."""
    write(tree, {KUBERNETES: "a"})
    found = tree.check("acme", "tenants/new.yaml", emitted({KUBERNETES: "a"}))
    assert [diagnostic.notes for diagnostic in found] == [(f"{manifest.MANIFEST} differs",)]
    assert tree.write("acme", "tenants/new.yaml", emitted({KUBERNETES: "a"})) == OwnerReport(unchanged=(KUBERNETES,))
    assert tree.check("acme", "tenants/new.yaml", emitted({KUBERNETES: "a"})) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        "<<<<<<< ours",
        "\udcff",
        '{"format": 1}',
        '{"format": 2, "owner": "acme"}',
        '{"format": true, "owner": "acme", "complete": true, "source": "x", "files": {}}',
        '{"format": 1, "owner": "globex", "complete": true, "source": "x", "files": {}}',
        '{"format": 1, "owner": "acme", "complete": 1, "source": "x", "files": {}}',
        '{"format": 1, "owner": "acme", "complete": true, "source": 3, "files": {}}',
        '{"format": 1, "owner": "acme", "complete": true, "source": "x", "files": []}',
        '{"format": 1, "owner": "acme", "complete": true, "source": "x", "files": {"a": "zz"}}',
        '{"format": 1, "owner": "acme", "complete": true, "source": "x", "files": {"a": []}}',
    ],
)
def test_damaged_manifest(tree: OutputTree, tmp_path: Path, text: str) -> None:
    """With a damaged manifest nothing is overwritten or removed; a build writes a sound one."""
    write(tree, {KUBERNETES: "a", BOARD: "b"})
    (tmp_path / "build/acme" / manifest.MANIFEST).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert "TC605" in codes(check(tree, {KUBERNETES: "A"}))
    report = write(tree, {KUBERNETES: "A", STAGING: "s"})
    assert codes(report.diagnostics) == ["TC605", "TC606"]
    assert (report.written, report.removed) == ((STAGING,), ())
    assert (tmp_path / "build/acme" / BOARD).read_text() == "b"
    assert codes(write(tree, {KUBERNETES: "A", STAGING: "s"}).diagnostics) == ["TC606"]


def test_damaged_manifest_of_nothing(tree: OutputTree, tmp_path: Path) -> None:
    """A damaged manifest stays when nothing is wanted, for it cannot be known what it was."""
    write(tree, {KUBERNETES: "a"})
    path = tmp_path / "build/acme" / manifest.MANIFEST
    path.write_text("{")
    assert write(tree, {}).removed == ()
    assert codes(write(tree, {}).diagnostics) == ["TC605"]
    assert path.read_text() == "{"


def test_empty_folders_of_lost_files_go(tree: OutputTree, tmp_path: Path) -> None:
    """The folders of files that somebody removed go with the next build that does not want them."""
    write(tree, {KUBERNETES: "a", STAGING: "s"})
    (tmp_path / "build/acme" / STAGING).unlink()
    assert write(tree, {KUBERNETES: "a"}) == OwnerReport(unchanged=(KUBERNETES,))
    assert not (tmp_path / "build/acme/staging").exists()


@pytest.mark.parametrize("path", ["../../victim", "/etc/passwd", "a/../../../victim", "link/victim", "./a", "a//b", ""])
def test_forged_manifest(tree: OutputTree, tmp_path: Path, path: str) -> None:
    """A forged manifest with the right hash of a file outside cannot make a build or a prune remove that file."""
    write(tree, {KUBERNETES: "a"})
    victim = tmp_path / "victim"
    victim.write_text("v")
    (tmp_path / "build/acme/link").symlink_to(tmp_path)
    forged = manifest.encode(manifest.Manifest("acme", "x", complete=True, files={path: (manifest.digest((b"v",)),)}))
    (tmp_path / "build/acme" / manifest.MANIFEST).write_bytes(forged)
    tree.prune(())
    write(tree, {BOARD: "b"})
    assert victim.read_text() == "v"
    assert (tmp_path / "build/acme" / KUBERNETES).exists()


def test_huge_manifest(tree: OutputTree, tmp_path: Path) -> None:
    """A manifest of 100 MB is refused without being read whole."""
    write(tree, {KUBERNETES: "a"})
    with (tmp_path / "build/acme" / manifest.MANIFEST).open("r+b") as file:
        file.truncate(100 * 1024 * 1024)
    found = check(tree, {KUBERNETES: "a"})
    assert codes(found) == ["TC605"]
    assert "larger than 8 MiB" in found[0].message


@pytest.mark.parametrize("what", ["link", "folder", "pipe"])
def test_obstacle_in_place_of_a_file(tree: OutputTree, tmp_path: Path, what: str) -> None:
    """A link, a folder or a pipe in place of a file is neither followed nor replaced nor waited for."""
    write(tree, {KUBERNETES: "a", BOARD: "b"})
    victim = tmp_path / "victim"
    victim.write_text("a")
    path = tmp_path / "build/acme" / KUBERNETES
    path.unlink()
    if what == "link":
        path.symlink_to(victim)
    elif what == "folder":
        path.mkdir()
        (path / "x").touch()
    else:
        os.mkfifo(path)
    report = write(tree, {KUBERNETES: "A", BOARD: "B"})
    assert (report.written, report.kept, codes(report.diagnostics)) == ((BOARD,), (KUBERNETES,), ["TC604"])
    report = write(tree, {BOARD: "b"})
    # A folder holds none of our bytes, so a file that is not wanted is simply not there; a link may show something.
    assert codes(report.diagnostics) == ([] if what == "folder" else ["TC604"])
    assert report.written == (BOARD,)
    assert victim.read_text() == "a"
    assert (
        stat.S_IFMT(path.lstat().st_mode) == {"link": stat.S_IFLNK, "folder": stat.S_IFDIR, "pipe": stat.S_IFIFO}[what]
    )


@pytest.mark.parametrize("place", ["acme", "acme/production", "acme/production/kubernetes"])
def test_link_in_place_of_a_folder(tree: OutputTree, tmp_path: Path, place: str) -> None:
    """A folder that was replaced by a link out of the tree leads nowhere: nothing is written or removed there."""
    write(tree, {KUBERNETES: "a"})
    outside = tmp_path / "outside"
    (tmp_path / "build" / place).rename(outside)
    (tmp_path / "build" / place).symlink_to(outside)
    before = contents(outside)
    for files in ({KUBERNETES: "A"}, {STAGING: "s"}, {}):
        assert codes(write(tree, files).diagnostics) == ["TC604"]
        assert codes(check(tree, files))[0] == "TC604"
    tree.prune(())
    assert contents(outside) == before
    with pytest.raises(TenantCompileError, match="TC604"):
        tree.read("acme", KUBERNETES)


def test_link_in_place_of_the_manifest(tree: OutputTree, tmp_path: Path) -> None:
    """A manifest that is a link is not believed, and its owner is left alone."""
    write(tree, {KUBERNETES: "a"})
    path = tmp_path / "build/acme" / manifest.MANIFEST
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert codes(write(tree, {KUBERNETES: "A"}).diagnostics) == ["TC604"]
    assert codes(tree.prune(()).diagnostics) == ["TC604"]
    assert (tmp_path / "build/acme" / KUBERNETES).read_text() == "a"


@pytest.mark.parametrize(
    "paths",
    [["../x"], ["/x"], [""], ["a//b"], ["a/"], [".hidden"], ["a/.b"], ["A"], ["a b"], ["é"], ["a\n"], ["x" * 201]],
)
def test_refused_paths(tree: OutputTree, tmp_path: Path, paths: list[str]) -> None:
    """A path that could lead out of the tree, hide, or differ between systems is refused, and nothing is written."""
    report = tree.write("acme", "x", [EmittedFile(KUBERNETES, b""), *(EmittedFile(path, b"") for path in paths)])
    assert set(codes(report.diagnostics)) == {"TC613"}
    assert report.written == ()
    assert contents(tmp_path) == {}


def test_paths_that_exclude_each_other(tree: OutputTree) -> None:
    """Two files of one name, and a file that is also a folder, are refused."""
    twice = [EmittedFile("a", b"1"), EmittedFile("a", b"2")]
    both = [EmittedFile("a", b"1"), EmittedFile("a/b", b"2")]
    assert codes(tree.write("acme", "x", twice).diagnostics) == ["TC613"]
    assert codes(tree.write("acme", "x", both).diagnostics) == ["TC613"]
    assert codes(tree.check("acme", "x", both)) == ["TC613"]


@pytest.mark.parametrize("owner", ["..", ".", "", "a/b", "_other", ".git", "Acme"])
def test_refused_owner(tree: OutputTree, tmp_path: Path, owner: str) -> None:
    """An owner whose name is no safe folder name gets nothing written."""
    assert codes(write(tree, {KUBERNETES: "a"}, owner=owner).diagnostics) == ["TC613"]
    assert contents(tmp_path) == {}


def test_second_run_at_the_same_time(tree: OutputTree, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A second run that writes is turned away until the first is done; one that checks is not."""
    if "paths" in request.node.name:
        pytest.skip("without descriptors there is no lock")
    write(tree, {KUBERNETES: "a"})
    with OutputTree.open(str(tmp_path / "build"), workspace=str(tmp_path)) as second:
        assert check(second, {KUBERNETES: "a"}) == ()
        with pytest.raises(TenantCompileError, match="TC611") as error:
            write(second, {KUBERNETES: "b"})
        assert error.value.exit_code == 2
        tree.close()
        assert write(second, {KUBERNETES: "b"}).written == (KUBERNETES,)


def test_read(tree: OutputTree) -> None:
    """Files and the manifest's list of them can be read for a comparison, and only those of the tree."""
    assert (tree.read("acme", KUBERNETES), tree.paths("acme")) == (None, ())
    write(tree, {KUBERNETES: "a", BOARD: "b"})
    assert tree.read("acme", KUBERNETES) == b"a"
    assert tree.read("acme", STAGING) is None
    assert tree.paths("acme") == (BOARD, KUBERNETES)
    with pytest.raises(ValueError, match="no path in the output"):
        tree.read("acme", "../acme/x")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
@pytest.mark.parametrize("first", [True, False])
def test_full_disk(tree: OutputTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, first: bool) -> None:
    """A full or read-only disk ends the run with a finding, leaves no part of a file, and the next run goes on."""
    if not first:
        write(tree, {KUBERNETES: "a", STAGING: "s"})
    before = contents(tmp_path)
    real = os.write

    def fail(fd: int, data: bytes) -> int:
        if len(data) > 1000:
            real(fd, bytes(data[:100]))
            raise OSError(number, os.strerror(number))
        return real(fd, data)

    wanted = {KUBERNETES: "A" * 2000, BOARD: "b"}
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail)
        with pytest.raises(TenantCompileError, match="TC603") as error:
            write(tree, wanted)
    assert error.value.exit_code == 2
    assert f"build/acme/{KUBERNETES} cannot be written: {os.strerror(number).lower()}" in str(error.value)
    after = contents(tmp_path)
    assert after == {} if first else after[f"build/acme/{KUBERNETES}"] == before[f"build/acme/{KUBERNETES}"]
    assert write(tree, wanted).diagnostics == ()
    assert check(tree, wanted) == ()


def test_file_size_limit(tree: OutputTree, tmp_path: Path) -> None:
    """A limit on file sizes, set by the real system, is a finding of the tenant that it hits and leaves no part."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    tree.prepare()
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        with pytest.raises(TenantCompileError, match="TC603") as error:
            write(tree, {KUBERNETES: "a" * 10_000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "ulimit" in error.value.diagnostics[0].help
    assert contents(tmp_path) == {}
    assert write(tree, {KUBERNETES: "a" * 10_000}).diagnostics == ()


def test_owner_that_cannot_be_written(tree: OutputTree, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that one tenant's files cannot be written to is that tenant's finding, and the run goes on."""
    write(tree, {KUBERNETES: "a"})
    denied = PermissionError(errno.EACCES, "denied")
    with monkeypatch.context() as patch:
        for name in ("rename", "replace"):
            patch.setattr(os, name, lambda *_, **__: (_ for _ in ()).throw(denied))
        report = write(tree, {KUBERNETES: "b"})
    assert codes(report.diagnostics) == ["TC603"]
    assert "give the user" in report.diagnostics[0].help
    assert write(tree, {KUBERNETES: "b"}).written == (KUBERNETES,)


def test_file_that_cannot_be_read(tree: OutputTree, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the tree that cannot be read is a finding of a build and of a check."""
    write(tree, {KUBERNETES: "a"})
    with monkeypatch.context() as patch:
        patch.setattr(os, "read", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "broken")))
        assert codes(write(tree, {KUBERNETES: "b"}).diagnostics) == ["TC603"]
        assert codes(check(tree, {KUBERNETES: "b"})) == ["TC603"]
        with pytest.raises(TenantCompileError, match="TC603"):
            tree.read("acme", KUBERNETES)
        with pytest.raises(TenantCompileError, match="TC603"):
            tree.check_fleet(())


def test_leftovers_are_swept(tree: OutputTree, tmp_path: Path) -> None:
    """What killed runs left is removed, also when nothing else changes; a link in it is not followed."""
    write(tree, {KUBERNETES: "a"})
    tree.close()
    (tmp_path / "build/acme/.tenant-compile.tmp-1").write_text("half")
    begun = tmp_path / "build/.tenant-compile.new-globex/production"
    begun.mkdir(parents=True)
    (begun / "link").symlink_to(tmp_path / "build/acme")
    (begun / "half").touch()
    assert write(tree, {KUBERNETES: "a"}).diagnostics == ()
    assert sorted(contents(tmp_path / "build")) == [f"acme/{manifest.MANIFEST}", f"acme/{KUBERNETES}"]
    assert sorted(os.listdir(tmp_path / "build")) == ["acme"]


def test_forked_children_share_the_tree(tree: OutputTree, tmp_path: Path) -> None:
    """Children of a run write their own owners under the parent's lock."""
    tree.prepare()
    children = []
    for owner in ("acme", "globex"):
        pid = os.fork()
        if pid == 0:
            os._exit(0 if write(tree, {KUBERNETES: owner}, owner=owner).written else 1)
        children.append(pid)
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children] == [0, 0]
    assert tree.read("globex", KUBERNETES) == b"globex"


def test_no_descriptor_is_left(tree: OutputTree, tmp_path: Path) -> None:
    """Writing, checking, pruning and failing leave no descriptor open."""
    tree.prepare()
    before = sorted(os.listdir("/proc/self/fd"))
    write(tree, {KUBERNETES: "a", BOARD: "b"})
    (tmp_path / "build/acme" / KUBERNETES).unlink()
    (tmp_path / "build/acme" / KUBERNETES).symlink_to("x")
    write(tree, {KUBERNETES: "b", STAGING: "c"})
    check(tree, {KUBERNETES: "b"})
    tree.prune(())
    assert sorted(os.listdir("/proc/self/fd")) == before


names = st.sampled_from(["a", "b", "c/a", "c/b", "d/e/f", "d/e", "c"])
trees = st.dictionaries(names, st.sampled_from(["", "1", "2", "long" * 100]), max_size=5).filter(
    lambda files: not any(other.startswith(f"{path}/") for path in files for other in files)
)


@settings(max_examples=20, deadline=None)
@given(st.lists(trees, min_size=1, max_size=4))
def test_any_sequence_of_builds(tmp_path_factory: pytest.TempPathFactory, builds: list[dict[str, str]]) -> None:
    """After any sequence of builds the tree is exactly what the last one alone would have made."""
    root = tmp_path_factory.mktemp("builds")
    for number, output in ((0, "many"), (len(builds) - 1, "once")):
        with OutputTree.open(str(root / output), workspace=str(root)) as tree:
            for files in builds[number:]:
                assert write(tree, files).diagnostics == ()
                assert check(tree, files) == ()
    made = {output: contents(root / output) for output in ("many", "once")}
    assert made["many"] == made["once"]
