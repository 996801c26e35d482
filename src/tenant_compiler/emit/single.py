"""One file of the workspace that a command keeps up to date, beside the output tree."""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress

from tenant_compiler.emit.folder import Folder, ObstacleError


def write_file(root: str, path: str, data: bytes) -> None:
    """Write a file so that at any moment it has its old bytes or its new ones; its folders are made.

    Args:
        root: the workspace's folder, which is trusted; nothing below it is followed when it is a link.
        path: relative to it, with ``/``.
        data: all bytes of the file.

    Raises:
        OSError: it cannot be written, or a link or something else is in the way.
    """
    *above, name = path.split("/")
    temporary = f".tenant-compile.tmp-{os.getpid()}"
    with ExitStack() as opened:
        folder = opened.enter_context(Folder.anchor(root, "."))
        try:
            for part in above:
                folder = opened.enter_context(folder.make(part))
        except ObstacleError as obstacle:
            raise NotADirectoryError(0, f"a {obstacle.what} is in the way", obstacle.path) from obstacle
        with suppress(FileNotFoundError):
            folder.unlink(temporary)
        folder.create(temporary, data)
        try:
            folder.move(temporary, folder, name)
        except OSError:
            with suppress(OSError):
                folder.unlink(temporary)
            raise
