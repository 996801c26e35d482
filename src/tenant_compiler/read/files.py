"""Opening a source file without following links and without reading more than its limit."""

from __future__ import annotations

import errno
import os
import stat

from tenant_compiler.model.diagnostic import Diagnostic, Place, TenantCompileError

SIZE_LIMIT = 1 << 20
"""Bytes of one source file; a real tenant has 1 to 6 KB."""

# Windows has none of these flags. O_NONBLOCK keeps a named pipe from hanging the run before it is refused.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)


def read_bytes(path: str, file: str, limit: int = SIZE_LIMIT, *, follow_symlinks: bool = False) -> bytes:
    """Read a whole regular file.

    Args:
        path: where the file is.
        file: how diagnostics name it (relative to the workspace).
        limit: the most bytes that are accepted; never more than one byte beyond is read.
        follow_symlinks: whether the last part of the path may be a symbolic link.

    Raises:
        TenantCompileError: TC101 the file cannot be opened or read, or is no regular file; TC107 it is too large.
    """
    try:
        descriptor = os.open(path, _FLAGS | (0 if follow_symlinks else _NOFOLLOW))
    except OSError as error:
        raise _unreadable(error, file, follow_symlinks=follow_symlinks) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise TenantCompileError([_irregular(file, status.st_mode)])
        if status.st_size > limit:
            raise TenantCompileError([too_large(file, limit)])
        data = _read(descriptor, limit)
    except OSError as error:
        raise _unreadable(error, file, follow_symlinks=follow_symlinks) from error
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise TenantCompileError([too_large(file, limit)])
    return data


def too_large(file: str, limit: int) -> Diagnostic:
    """Say that a file is larger than its limit in bytes (TC107)."""
    return Diagnostic(
        "TC107",
        f"the file is larger than {_size(limit)}",
        place=Place(file),
        help="split it into several files; one tenant needs a few kilobytes",
    )


def _read(descriptor: int, limit: int) -> bytes:
    # The size that fstat gave may be old: the file can grow while we read, so the loop has a bound of its own.
    parts: list[bytes] = []
    left = limit + 1
    while left > 0:
        part = os.read(descriptor, min(left, 1 << 16))
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _size(limit: int) -> str:
    return f"{limit >> 20} MiB" if limit >= 1 << 20 and limit % (1 << 20) == 0 else f"{limit} bytes"


def _unreadable(error: OSError, file: str, *, follow_symlinks: bool) -> TenantCompileError:
    if error.errno == errno.ELOOP and not follow_symlinks:
        message, advice = "the file is a symbolic link", "put the file itself here, or name the file that it points to"
    elif error.errno == errno.ENOENT:
        message, advice = "the file does not exist", "check the path for a typing mistake"
    else:
        message = f"the file cannot be read: {(error.strerror or str(error)).lower()}"
        advice = "check that it is a file that this user may read"
    return TenantCompileError([Diagnostic("TC101", message, place=Place(file), help=advice)])


def _irregular(file: str, mode: int) -> Diagnostic:
    kind = "a folder" if stat.S_ISDIR(mode) else "no regular file (a device, pipe or socket)"
    return Diagnostic("TC101", f"the path is {kind}", place=Place(file), help="name a file")
