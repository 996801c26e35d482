"""Which files a jsonnet evaluation may read, and by what names they are known: nothing outside the roots, ever."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Literal, TypeAlias

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

Reason: TypeAlias = Literal["outside", "missing", "large", "encoding", "unreadable"]

BUILT_IN = "<built-in>/"
"""What stands before the name of a file of the built-in library, so that no output depends on where it is installed."""

PRESETS = "tier_presets"


class Refusal(NamedTuple):
    """Why a file was not read, as plain values that pass from the child to the parent."""

    reason: Reason
    name: str
    """As the importing file spells it, or the entry file's own name."""
    folder: str
    """The folder of the importing file, by its name (``tier_presets/``); empty for the workspace's root."""
    detail: str = ""


class RefusedError(RuntimeError):
    """Raised in the import callback; a RuntimeError because that is what the engines pass on."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(f"{refusal.reason}: {refusal.name}")


class Roots(NamedTuple):
    """The two folders that evaluation may read, as real paths."""

    workspace: str
    presets: str
    """The built-in ``tier_presets`` folder."""

    def display(self, real: str) -> str:
        """Name a file that lies inside the roots: relative to the workspace, or below ``<built-in>/tier_presets/``.

        The names are one to one with real paths, do not depend on the machine, and are what ``std.thisFile`` gives.

        Raises:
            ValueError: the path lies outside both roots.
        """
        # The built-in folder first: in a checkout of this project it may lie inside the workspace.
        if _inside(real, self.presets):
            return f"{BUILT_IN}{PRESETS}/{_relative(real, self.presets)}"
        if _inside(real, self.workspace):
            return _relative(real, self.workspace)
        raise ValueError(f"outside the roots: {real}")

    def contains(self, real: str) -> bool:
        """Whether a real path lies inside one of the roots."""
        return _inside(real, self.presets) or _inside(real, self.workspace)

    def locate(self, name: str) -> str:
        """The path of a name that ``display`` gave, or of a folder part of it."""
        library = f"{BUILT_IN}{PRESETS}/"
        if name.startswith(library):
            return os.path.join(self.presets, name[len(library) :])
        return os.path.join(self.workspace, name)

    def entry(self, file: str) -> str:
        """The real path of an entry file, given absolute, relative to the workspace, or by its built-in name.

        Raises:
            RefusedError: it lies outside the roots, or does not exist.
        """
        real = os.path.realpath(self.locate(file))
        if not self.contains(real):
            raise RefusedError(Refusal("outside", file, ""))
        if not os.path.isfile(real):
            raise RefusedError(Refusal("missing", file, ""))
        return real

    def find(self, folder: str, name: str, known: Mapping[str, str]) -> str:
        """The real path of what a file in ``folder`` imports as ``name``: beside the file, else in the library.

        Args:
            folder: the importing file's folder by its display name, as the engine gives it: empty or ending in ``/``.
            name: the string after ``import``, ``importstr`` or ``importbin``.
            known: texts that stand in for files, by real path.

        Raises:
            RefusedError: outside the roots (symbolic links followed; absolute paths always are), or nowhere.
        """
        if os.path.isabs(name) or "\0" in name:
            raise RefusedError(Refusal("outside", name, folder))
        for base in (self.locate(folder), os.path.join(self.presets, "lib")):
            real = os.path.realpath(os.path.join(base, name))
            if not self.contains(real):
                # Also when nothing is there: whether a file outside exists is nobody's business.
                raise RefusedError(Refusal("outside", name, folder))
            if real in known or os.path.isfile(real):
                return real
        raise RefusedError(Refusal("missing", name, folder))


def read_source(path: str, limit: int) -> bytes:
    """Read a regular file of at most ``limit`` bytes without following a last link or waiting on a pipe.

    Raises:
        RefusedError: too large, or the system refuses to read it; ``name`` is the path.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise RefusedError(Refusal("unreadable", path, "", os.strerror(error.errno or 0))) from error
    with open(descriptor, "rb") as source:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise RefusedError(Refusal("unreadable", path, "", "not a regular file"))
        data = source.read(limit + 1)
    if len(data) > limit:
        raise RefusedError(Refusal("large", path, "", f"more than {limit} bytes"))
    return data


def _inside(real: str, root: str) -> bool:
    """Whether ``real`` is ``root`` or below it; both are real paths."""
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)


def _relative(real: str, root: str) -> str:
    """The part of ``real`` below ``root``, with ``/``."""
    return real[len(root.rstrip(os.sep)) + 1 :].replace(os.sep, "/")


def digest(data: bytes) -> str:
    """The hash by which an evaluation remembers the bytes that it read."""
    try:  # hashlib would load OpenSSL, which costs more than all hashing here
        from _blake2 import blake2b  # noqa: PLC0415 - a run without jsonnet needs neither
    except ImportError:  # another Python than CPython
        from hashlib import blake2b  # noqa: PLC0415
    return str(blake2b(data, digest_size=20).hexdigest())
