"""The files of ``--output-format FORMAT=FILE``: refused before any work when they cannot be written, never half."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tenant_compiler.cli.wrong_use import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenant_compiler.cli.options import Output

_SPECIAL: Final = ("/dev/", "/proc/")
"""What lies here is written into, not replaced."""


def check_files(outputs: Sequence[Output]) -> None:
    """Refuse files that cannot be written.

    Raises:
        WrongUseError: there is no such folder, no right to write, something else than a file, or one file twice.
    """
    seen: dict[str, str] = {}
    for output in outputs:
        shown = f"--output-format {output.format}={output.file}"
        real = os.path.realpath(output.file)
        if real in seen:
            raise WrongUseError(f"{shown}: {seen[real]} is written to that file already; give each format its own")
        seen[real] = output.format
        problem = _problem(real)
        if problem:
            raise WrongUseError(f"{shown}: {problem}")


def write_files(texts: Mapping[str, str]) -> list[str]:
    """Write texts by path, each whole or not at all; give a sentence for each that could not be written."""
    problems = []
    for path, text in texts.items():
        try:
            _write(os.path.realpath(path), text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            problems.append(f"{path} cannot be written: {os.strerror(error.errno or 0)}")
    return problems


def append(path: str, text: str, limit: int) -> bool:
    """Append to a file unless it would become larger than a limit; tell whether it was done."""
    data = text.encode("utf-8", "backslashreplace")
    try:
        if room(path, limit) < len(data):
            return False
        with open(path, "ab") as file:
            file.write(data)
    except OSError:
        return False
    return True


def room(path: str, limit: int) -> int:
    """Give the bytes that a file may still grow; 0 when it is no regular file."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return limit
    except OSError:
        return 0
    return max(0, limit - found.st_size) if stat.S_ISREG(found.st_mode) else 0


def repository(root: str) -> str:
    """Find the root of the repository that a workspace lies in; the workspace itself when it lies in none."""
    folder = root
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return root
        folder = parent
    return folder


def _problem(real: str) -> str:
    """What keeps a file from being written; empty when nothing does."""
    folder = os.path.dirname(real)
    if not os.path.isdir(folder):
        return "there is no such folder; make it first"
    if os.path.isdir(real):
        return "it is a folder; name a file in it"
    special = os.path.exists(real) and not os.path.isfile(real)
    if not os.access(real if special else folder, os.W_OK):
        return "it may not be written"
    return ""


def _write(real: str, data: bytes) -> None:
    """Write a file under another name and rename it; a device or a pipe is written into."""
    if real.startswith(_SPECIAL) or (os.path.exists(real) and not os.path.isfile(real)):
        with open(real, "wb") as file:
            file.write(data)
        return
    folder, name = os.path.split(real)
    made = os.path.join(folder, f".{name[:100]}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(made, real)
    except BaseException:
        with suppress(OSError):
            os.unlink(made)
        raise
