"""The output tree under kills: at every call that changes the disk, and again while the next run heals."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from tenant_compiler.emit import manifest
from tenant_compiler.emit.tree import OutputTree
from tenant_compiler.model.artifact import EmittedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Files = dict[str, str]

OLD: Files = {"p/kubernetes/a.yaml": "old a" * 50, "p/kubernetes/b.yaml": "old b", "s/c.yaml": "c", "x": "file"}
NEW: Files = {
    "p/kubernetes/a.yaml": "new a" * 80,
    "p/d.yaml": "d",
    "x/y": "now a folder",
    "p/kubernetes/b.yaml": "old b",
}
OTHER: Files = {"p/kubernetes/a.yaml": "other a", "p/d.yaml": "other d", "s/c.yaml": "c"}
CALLS = ("open", "write", "rename", "unlink", "mkdir", "rmdir")


class KilledError(BaseException):
    """Stands for SIGKILL: from here on the process can do nothing more."""


@pytest.fixture(name="tmp_path")
def _in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is such a thing: these tests copy hundreds of trees."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir="/dev/shm") as path:
        yield type(tmp_path)(path)


@contextmanager
def killed_at(number: int) -> Iterator[list[bool]]:
    """Let the call of that number fail, a write half-way, and every one after it. Yields whether it came to that."""
    calls = 0
    died: list[bool] = []

    def dying(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls >= number:
                if name == "write" and not died:
                    real(args[0], bytes(args[1][: len(args[1]) // 2]))
                died.append(True)
                raise KilledError
            return real(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, dying(name, getattr(os, name)))
        try:
            yield died
        except KilledError:
            assert died


def build(root: Path, files: Files) -> tuple[str, ...]:
    """Build, and say what was found."""
    with OutputTree.open(str(root / "build"), workspace=str(root)) as tree:
        report = tree.write("acme", "a.yaml", [EmittedFile(path, text.encode()) for path, text in files.items()])
    return tuple(found.code for found in report.diagnostics)


def check(root: Path, files: Files) -> tuple[str, ...]:
    """Check, and say what was found."""
    with OutputTree.open(str(root / "build"), workspace=str(root)) as tree:
        found = tree.check("acme", "a.yaml", [EmittedFile(path, text.encode()) for path, text in files.items()])
    return tuple(diagnostic.code for diagnostic in found)


def on_disk(root: Path) -> dict[str, str | None]:
    """Everything in the output: files with their text, folders with None."""
    every = sorted((root / "build").rglob("*"))
    return {str(path.relative_to(root / "build")): None if path.is_dir() else path.read_text() for path in every}


def assert_whole(root: Path, *versions: Files) -> None:
    """No file under the tenant's name has other bytes than one of the versions gives it."""
    for path, text in on_disk(root).items():
        below = path.removeprefix("acme/")
        if text is not None and path.startswith("acme/") and not below.startswith(manifest.MANIFEST[:15]):
            assert text in {version.get(below) for version in versions}, path


def expected(tmp_path: Path, files: Files) -> dict[str, str | None]:
    """What a build into an empty folder makes."""
    root = tmp_path / f"expected-{len(list(tmp_path.iterdir()))}"
    root.mkdir()
    assert build(root, files) == ()
    return on_disk(root)


def restore(root: Path, source: Path) -> None:
    """Make a folder a copy of another one."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(source, root)


@pytest.mark.parametrize("start", [{}, OLD], ids=["new", "over an old one"])
@pytest.mark.parametrize("then", [NEW, OLD, OTHER], ids=["the same again", "back", "something else"])
def test_killed_anywhere(tmp_path: Path, start: Files, then: Files) -> None:
    """Wherever a build is killed, no file is torn, a check notices, and the next build of anything heals it."""
    source, root = tmp_path / "source", tmp_path / "root"
    source.mkdir()
    build(source, start)
    wanted = expected(tmp_path, then)
    number = 0
    died = [True]
    while died:
        number += 1
        restore(root, source)
        with killed_at(number) as died:
            build(root, NEW)
        assert_whole(root, start, NEW)
        if died and (found := check(root, NEW)) != ():
            assert set(found) <= {"TC607", "TC608"}
        elif died:
            # Only what is invisible may be left to do: the tree itself is the wanted one.
            assert {path: text for path, text in on_disk(root).items() if path.startswith("acme")} == expected(
                tmp_path, NEW
            )
        assert build(root, then) == ()
        assert on_disk(root) == wanted
        assert check(root, then) == ()
    assert number > 15


def test_killed_again_while_healing(tmp_path: Path) -> None:
    """A kill in the run that heals is healed by the one after it, whatever each of them wanted."""
    source, root, half = tmp_path / "source", tmp_path / "root", tmp_path / "half"
    source.mkdir()
    first, second, third = {"a/b": "1" * 40, "c": "1"}, {"a/b": "2" * 40, "d": "2"}, {"a/b": "3" * 40, "c": "3"}
    build(source, first)
    wanted = expected(tmp_path, third)
    number = 0
    died = [True]
    while died:
        number += 2  # every single call is killed above; half of the pairs is enough here
        restore(half, source)
        with killed_at(number) as died:
            build(half, second)
        again = 0
        died_again = [True]
        while died_again:
            again += 1
            restore(root, half)
            with killed_at(again) as died_again:
                build(root, third)
            assert_whole(root, first, second, third)
            assert build(root, third) == ()
            assert on_disk(root) == wanted
    assert number > 15


def test_killed_while_pruning(tmp_path: Path) -> None:
    """A prune that is killed anywhere is finished by the next one, or undone when the tenant comes back."""
    source, root = tmp_path / "source", tmp_path / "root"
    source.mkdir()
    build(source, OLD)
    wanted = expected(tmp_path, OLD)

    def prune() -> tuple[str, ...]:
        with OutputTree.open(str(root / "build"), workspace=str(root)) as tree:
            return tuple(found.code for found in tree.prune(()).diagnostics)

    for back in (True, False):
        number = 0
        died = [True]
        while died:
            number += 1
            restore(root, source)
            with killed_at(number) as died:
                prune()
            assert_whole(root, OLD)
            if back:
                assert build(root, OLD) == ()
                assert on_disk(root) == wanted
            else:
                assert set(prune()) <= {"TC610"}
                assert on_disk(root) == {}
        assert number > 10
