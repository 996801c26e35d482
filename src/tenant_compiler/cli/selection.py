"""From the selectors of the command line to those of a run."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.read.files import SIZE_LIMIT
from tenant_compiler.run.discovery import Selectors

if TYPE_CHECKING:
    from tenant_compiler.cli.options import Selecting
    from tenant_compiler.model.workspace import Workspace

STDIN = "-"
LEFT_OUT = "not checked in a narrowed run: unique names and hosts, pruning, fleet artifacts"


def selectors_of(selecting: Selecting, workspace: Workspace) -> Selectors:
    """Make the run's selectors; paths are given relative to the current folder.

    Raises:
        WrongUseError: a path lies outside the workspace.
    """
    paths = tuple(inside_path(path, workspace) for path in selecting.path)
    return Selectors(selecting.tenant, selecting.label, selecting.environment, paths)


def inside_path(path: str, workspace: Workspace) -> str:
    """Turn a path of the command line into one relative to the workspace, with ``/``.

    The last part may be a link, which reading refuses by itself; the folders above it count by where they really are.

    Raises:
        WrongUseError: it lies outside.
    """
    whole = os.path.abspath(path)
    real = whole if whole == os.sep else os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))
    if os.path.isdir(real):
        real = os.path.realpath(real)
    relative = os.path.relpath(real, workspace.root)
    if relative == os.pardir or relative.startswith(os.pardir + os.sep):
        raise WrongUseError(f"{path} lies outside the workspace {workspace.root}")
    return relative.replace(os.sep, "/")


def read_stdin(paths: tuple[str, ...], filename: str | None) -> bytes | None:
    """Read what stands in for a file; None when no file does.

    Raises:
        WrongUseError: ``-`` and ``--stdin-filename`` do not go together.
    """
    if filename is None:
        if STDIN in paths:
            raise WrongUseError("`-` needs --stdin-filename FILE: the file's name decides how it is checked")
        return None
    if set(paths) - {STDIN}:
        raise WrongUseError("--stdin-filename checks one file: give no other path")
    # One byte more than a file may have, so that the reader refuses what is too large.
    return sys.stdin.buffer.read(SIZE_LIMIT + 1)
