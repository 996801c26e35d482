"""The folder of one owner in the output, with the folders below it that a run touches kept open until it is done."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from tenant_compiler.emit.folder import ObstacleError
from tenant_compiler.emit.manifest import MANIFEST, SIZE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType
    from typing import Self

    from tenant_compiler.emit.folder import Folder

_TEMPORARY = ".tenant-compile.tmp-"
_NEW = ".tenant-compile.new-"
_DEPTH = 16
"""Folders below the owner's that are looked into: as deep as ``manifest.valid_path`` lets a file stand."""


class UnwritableError(Exception):
    """A file or folder of the output cannot be written.

    Attributes:
        path: which, as it is shown to the user.
        error: what the system said.
    """

    def __init__(self, path: str, error: OSError) -> None:
        self.path = path
        self.error = error
        super().__init__(f"{path}: {error}")


class Subtree:
    """One owner's folder. Paths are below it, with ``/``, and must have passed ``manifest.valid_path``.

    Reading methods raise ``ObstacleError`` for links and the like in the way, and ``OSError``; writing ones also
    ``UnwritableError``.
    """

    __slots__ = ("_folders", "_new", "_owner", "_root", "shown")

    def __init__(self, root: Folder, owner: str) -> None:
        self._root = root
        self._owner = owner
        # None: known to be missing, so that a new tree asks once a folder and not once a file.
        self._folders: dict[str, Folder | None] = {}
        self._new = ""
        self.shown = f"{root.shown}/{owner}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for folder in self._folders.values():
            if folder is not None:
                folder.close()
        if self._new:  # it did not come to its end, and a kill is not the only reason
            with suppress(OSError):
                _remove_all(self._root, self._new)

    def exists(self) -> bool:
        """Tell whether the owner has a folder."""
        return self._find("") is not None

    def digest(self, path: str) -> str | None:
        """Hash a file; None when it is missing."""
        above, _, name = path.rpartition("/")
        folder = self._find(above)
        return None if folder is None else folder.digest(name)

    def read(self, path: str) -> bytes | None:
        """Read a file; None when it is missing."""
        above, _, name = path.rpartition("/")
        folder = self._find(above)
        return None if folder is None else folder.read(name)

    def read_manifest(self) -> bytes | None:
        """Read the manifest, or the beginning of one that is too large; None when it is missing."""
        folder = self._find("")
        return None if folder is None else folder.read(MANIFEST, SIZE_LIMIT)

    def walk(self) -> Iterator[str]:
        """List what is no folder, sorted, without the manifest and temporary files; links are listed, not followed."""
        folder = self._find("")
        for path in _walk(folder, "", _DEPTH) if folder is not None else ():
            if path != MANIFEST and not path.startswith(_TEMPORARY):
                yield path

    def sweep(self) -> None:
        """Remove the temporary files that killed runs left. They only ever stand in the owner's folder itself."""
        folder = self._find("")
        for name in folder.names() if folder is not None else ():
            if folder is not None and name.startswith(_TEMPORARY):
                with suppress(IsADirectoryError, PermissionError):  # not ours, then
                    folder.unlink(name)

    def begin(self) -> None:
        """Put the files of an owner without a folder into a new one, which ``finish`` gives its name.

        Half the work of writing them one by one, and there is no moment at which the owner has a part of them.
        """
        name = f"{_NEW}{self._owner}"
        try:
            self._folders = {"": self._root.make(name)}
        except OSError as error:
            raise UnwritableError(self.shown, error) from error
        self._new = name

    def finish(self) -> None:
        """Let the owner have the folder that was begun."""
        try:
            self._root.move(self._new, self._root, self._owner)
        except OSError as error:
            raise UnwritableError(self.shown, error) from error
        self._new = ""

    def put(self, path: str, data: bytes) -> None:
        """Write a file so that at any moment it has its old bytes or its new ones, never a part of them."""
        above, _, name = path.rpartition("/")
        temporary = f"{_TEMPORARY}{os.getpid()}"
        try:
            folder = self._make(above)
            if self._new:
                folder.create(name, data)
                return
            owner = self._make("")
            owner.create(temporary, data)
            try:
                owner.move(temporary, folder, name)
            except OSError:
                with suppress(OSError):
                    owner.unlink(temporary)
                raise
        except OSError as error:
            raise UnwritableError(f"{self.shown}/{path}", error) from error

    def remove(self, paths: Iterable[str]) -> None:
        """Remove files; their folders stay until ``tidy``."""
        for path in paths:
            above, _, name = path.rpartition("/")
            folder = self._find(above)
            try:
                if folder is not None:
                    folder.unlink(name)
            except FileNotFoundError:
                pass
            except OSError as error:
                raise UnwritableError(f"{self.shown}/{path}", error) from error

    def tidy(self, paths: Iterable[str]) -> None:
        """Remove the folders that files stood in, as far as they are empty."""
        emptied = set()
        for path in paths:
            above = path.rpartition("/")[0]
            while above:
                emptied.add(above)
                above = above.rpartition("/")[0]
        for path in sorted(emptied, reverse=True):  # what is below comes first
            with suppress(ObstacleError):  # something else has taken a folder's place
                self._remove_folder(path)

    def remove_manifest(self) -> None:
        """Remove the manifest, then the owner's folder when nothing else is in it."""
        self.remove([MANIFEST])
        self._remove_folder("")

    def _remove_folder(self, path: str) -> None:
        """Remove a folder when it is empty."""
        above, _, name = path.rpartition("/")
        parent = self._find(above) if path else self._root
        if parent is None or self._find(path) is None:
            return
        try:
            gone = parent.rmdir(name or self._owner)
        except OSError as error:
            raise UnwritableError(f"{self.shown}/{path}".rstrip("/"), error) from error
        if gone and (folder := self._folders.pop(path)) is not None:
            folder.close()

    def _find(self, path: str) -> Folder | None:
        """Open a folder, once; the empty path is the owner's own."""
        if path not in self._folders:
            above, _, name = path.rpartition("/")
            parent = self._find(above) if path else self._root
            self._folders[path] = None if parent is None else parent.child(name or self._owner)
        return self._folders[path]

    def _make(self, path: str) -> Folder:
        """Open a folder, made when it is missing."""
        found = self._folders.get(path)
        if found is None:
            above, _, name = path.rpartition("/")
            parent = self._make(above) if path else self._root
            found = self._folders[path] = parent.make(name or self._owner)
        return found


def sweep_new(root: Folder) -> None:
    """Remove the folders that killed runs began and did not finish.

    Raises:
        OSError: one cannot be removed.
    """
    for name in root.names():
        if name.startswith(_NEW):
            _remove_all(root, name)


def _remove_all(folder: Folder, name: str) -> None:
    """Remove an entry and all that is in it, following no link."""
    if folder.kind(name) != "folder":
        folder.unlink(name)
    elif (child := folder.child(name)) is not None:
        with child:
            for below in child.names():
                _remove_all(child, below)
        folder.rmdir(name)


def _walk(folder: Folder, prefix: str, depth: int) -> Iterator[str]:
    """List a folder; what lies too deep to be of use is shown as its folder."""
    for name in sorted(folder.names()):
        if folder.kind(name) != "folder":
            yield prefix + name
        elif depth == 0:
            yield f"{prefix}{name}/"
        elif (child := folder.child(name)) is not None:
            with child:
                yield from _walk(child, f"{prefix}{name}/", depth - 1)
