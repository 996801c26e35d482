"""Folders that are worked in through their descriptor, so that no symbolic link can lead out of the output.

Every name is a single part, looked up in an open folder and never followed when it is a link. What was checked is
therefore what is used: swapping a folder for a link between the two has no effect.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from tenant_compiler.emit.manifest import digest

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_SAFE = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
# Not blocking, because a named pipe that lies where a file should be would hold the run for ever.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _SAFE
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFE
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _SAFE
# An anchor is only passed through, which needs no right to list it.
_ANCHOR = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
# What systems say when O_NOFOLLOW meets a link, or O_DIRECTORY something else.
_NOT_AS_EXPECTED = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EMLINK})
_CHUNK = 1024 * 1024
_HAS_OPENAT = {os.open, os.mkdir, os.stat, os.unlink, os.rmdir, os.rename} <= os.supports_dir_fd


class ObstacleError(Exception):
    """Something that we did not make lies where a folder or file of ours belongs; it is neither followed nor replaced.

    Attributes:
        path: where, as it is shown to the user.
        what: ``symbolic link``, ``folder``, ``file`` or ``special file``.
    """

    def __init__(self, path: str, what: str) -> None:
        self.path = path
        self.what = what
        super().__init__(f"{path} is a {what}")


class Folder:
    """An open folder. ``shown`` is its path in messages; it is never opened."""

    __slots__ = ("fd", "shown")

    def __init__(self, fd: int, shown: str) -> None:
        self.fd = fd
        self.shown = shown

    @classmethod
    def anchor(cls, path: str, shown: str) -> Folder:
        """Open a trusted path, following links: what lies above the output.

        Raises:
            OSError: it cannot be opened.
        """
        if not _HAS_OPENAT:
            return PathFolder(path, shown)
        return cls(os.open(path, _ANCHOR), shown)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the descriptor; a second time does nothing."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def child(self, name: str) -> Folder | None:
        """Open a folder in this one; None when there is nothing of that name.

        Raises:
            ObstacleError: it is a link or a file.
            OSError: it cannot be opened.
        """
        try:
            return self._child(name)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in _NOT_AS_EXPECTED:
                raise ObstacleError(f"{self.shown}/{name}", self.kind(name)) from None
            raise

    def make(self, name: str) -> Folder:
        """Open a folder in this one, made when it is missing. Raises as ``child`` does."""
        with suppress(FileExistsError):
            self._mkdir(name)
        found = self.child(name)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return found

    def digest(self, name: str) -> str | None:
        """Hash a file as ``manifest.digest`` does, in bounded memory; None when there is nothing of that name.

        Raises:
            ObstacleError: it is no regular file.
            OSError: it cannot be read.
        """
        fd = self._open_file(name)
        if fd is None:
            return None
        try:
            return digest(iter(lambda: os.read(fd, _CHUNK), b""))
        finally:
            os.close(fd)

    def read(self, name: str, limit: int | None = None) -> bytes | None:
        """Read a file, at most one byte more than ``limit``; None when there is nothing there.

        Raises as ``digest`` does.
        """
        fd = self._open_file(name)
        if fd is None:
            return None
        try:
            data = b""
            while (limit is None or len(data) <= limit) and (chunk := os.read(fd, _CHUNK)):
                data += chunk
            return data
        finally:
            os.close(fd)

    def create(self, name: str, data: bytes) -> None:
        """Make a file that does not exist yet, and take it away again when it cannot be written to its end.

        Raises:
            OSError: there is one, or it cannot be written (also: no space left).
        """
        fd = self._open(name, _CREATE)
        try:
            try:
                rest = memoryview(data)
                while rest:
                    rest = rest[os.write(fd, rest) :]
            finally:
                os.close(fd)
        except BaseException:
            with suppress(OSError):
                self.unlink(name)
            raise

    def kind(self, name: str) -> str:
        """Say what an entry is, in the words of ``ObstacleError.what``."""
        mode = self._lstat(name).st_mode
        if stat.S_ISLNK(mode):
            return "symbolic link"
        if stat.S_ISDIR(mode):
            return "folder"
        return "file" if stat.S_ISREG(mode) else "special file"

    def names(self) -> list[str]:
        """List what is in the folder, in no order."""
        return os.listdir(self.fd)

    def move(self, name: str, folder: Folder, target: str) -> None:
        """Rename an entry of this folder into a folder of the same tree, replacing a file that is there."""
        os.rename(name, target, src_dir_fd=self.fd, dst_dir_fd=folder.fd)

    def unlink(self, name: str) -> None:
        """Remove a file or a link (never what the link points to)."""
        os.unlink(name, dir_fd=self.fd)

    def rmdir(self, name: str) -> bool:
        """Remove a folder when it is empty; tell whether it is gone."""
        try:
            os.rmdir(name, dir_fd=self.fd)
        except FileNotFoundError:
            return True
        except OSError as error:
            if error.errno in {errno.ENOTEMPTY, errno.EEXIST, *_NOT_AS_EXPECTED}:
                return False
            raise
        return True

    def _open_file(self, name: str) -> int | None:
        """Open a regular file for reading."""
        try:
            fd = self._open(name, _READ)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in {*_NOT_AS_EXPECTED, errno.ENXIO, errno.EOPNOTSUPP}:  # the last two: a socket
                raise ObstacleError(f"{self.shown}/{name}", self.kind(name)) from None
            raise
        if stat.S_ISREG(os.fstat(fd).st_mode):
            return fd
        os.close(fd)
        raise ObstacleError(f"{self.shown}/{name}", self.kind(name))

    def _child(self, name: str) -> Folder:
        return Folder(os.open(name, _FOLDER, dir_fd=self.fd), f"{self.shown}/{name}")

    def _open(self, name: str, flags: int) -> int:
        return os.open(name, flags, 0o666, dir_fd=self.fd)

    def _mkdir(self, name: str) -> None:
        os.mkdir(name, dir_fd=self.fd)

    def _lstat(self, name: str) -> os.stat_result:
        return os.stat(name, dir_fd=self.fd, follow_symlinks=False)


class PathFolder(Folder):
    """The same by path, where a system (Windows) has no ``openat``: links are looked for just before each use."""

    __slots__ = ("path",)

    def __init__(self, path: str, shown: str) -> None:
        super().__init__(-1, shown)
        self.path = path

    def names(self) -> list[str]:
        """List what is in the folder, in no order."""
        return os.listdir(self.path)

    def move(self, name: str, folder: Folder, target: str) -> None:
        """Rename an entry of this folder into a folder of the same tree, replacing a file that is there."""
        assert isinstance(folder, PathFolder)
        os.replace(self._join(name), folder._join(target))  # noqa: SLF001 - the same class

    def unlink(self, name: str) -> None:
        """Remove a file or a link (never what the link points to)."""
        os.unlink(self._join(name))

    def rmdir(self, name: str) -> bool:
        """Remove a folder when it is empty; tell whether it is gone."""
        path = self._join(name)
        if not os.path.lexists(path):
            return True
        if self.kind(name) != "folder" or os.listdir(path):
            return False
        os.rmdir(path)
        return True

    def _join(self, name: str) -> str:
        return os.path.join(self.path, name)

    def _child(self, name: str) -> Folder:
        if self.kind(name) != "folder":
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), name)
        return PathFolder(self._join(name), f"{self.shown}/{name}")

    def _open(self, name: str, flags: int) -> int:
        # Windows refuses to open a folder with another error than the rest of the world.
        if not flags & os.O_CREAT and self.kind(name) != "file":
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
        return os.open(self._join(name), flags, 0o666)

    def _mkdir(self, name: str) -> None:
        os.mkdir(self._join(name))

    def _lstat(self, name: str) -> os.stat_result:
        return os.lstat(self._join(name))
