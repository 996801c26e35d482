"""Where the output may be: judged before the first byte is written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Diagnostic, Place, TenantCompileError
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Location(NamedTuple):
    """An output folder: a path that is trusted, and the parts below it that are not."""

    anchor: str
    """An absolute path to a folder that exists."""
    parts: tuple[str, ...]
    """Names from there to the output, opened one by one without following links; never empty."""
    shown: str
    """The output as it stands in messages, relative to the workspace where it lies in it."""


def locate(output: str, workspace: str, inputs: Sequence[str]) -> Location:
    """Find out where an output folder is, and refuse one that would mix outputs with inputs.

    Inside the workspace every part below its root is opened without following links, because a pull request could
    have put one there. Outside, where only a person can have chosen, this holds for the last part.

    Args:
        output: the folder; it need not exist.
        workspace: the workspace's root.
        inputs: files and folders that are read (tenants, profiles, policies, the configuration).

    Raises:
        TenantCompileError: TC602, the output is an input, contains or lies in one, or is the workspace's root.
    """
    path = os.path.abspath(output)
    root = os.path.abspath(workspace)
    inside = path.startswith(root.rstrip(os.sep) + os.sep)
    shown = os.path.relpath(path, root) if inside else output
    shown = shown.replace(os.sep, "/").rstrip("/") or "/"
    if clash := _clash(path, root, inputs) or _in_git(path):
        raise TenantCompileError([_overlap(shown, clash)])
    anchor = root if inside else os.path.dirname(path)
    while not os.path.isdir(anchor) and os.path.dirname(anchor) != anchor:
        anchor = os.path.dirname(anchor)
    parts = tuple(part for part in path[len(anchor) :].split(os.sep) if part)
    return Location(anchor, parts, shown)


def _clash(output: str, root: str, inputs: Sequence[str]) -> str:
    """Say how the output overlaps with what is read; empty when it does not.

    Folders are compared by their identity, so that neither links nor a file system that ignores case hide one.
    """
    own = _identity(output)
    above = set(_ancestors(output))
    for path in (root, *inputs):
        name = os.path.basename(os.path.abspath(path))
        if own is not None and own in _ancestors(path):
            return f"contains {name}, which the run reads"
        if path != root and _identity(path) in above:
            return f"lies in {name}, which the run reads"
    return ""


def _identity(path: str) -> tuple[int, int] | None:
    """Tell one existing file or folder from all others."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _ancestors(path: str) -> Iterator[tuple[int, int]]:
    """Identify a path and the folders above it, as far as they exist."""
    here = os.path.realpath(path)
    while True:
        if (identity := _identity(here)) is not None:
            yield identity
        parent = os.path.dirname(here)
        if parent == here:
            return
        here = parent


def _in_git(path: str) -> str:
    """Refuse version control's own folder, where generated files could become hooks."""
    return "lies in version control's own folder" if ".git" in path.lower().split(os.sep) else ""


def _overlap(shown: str, how: str) -> Diagnostic:
    return Diagnostic(
        "TC602",
        f"the output folder {shown} {how}",
        place=Place(shown),
        help="choose a folder of its own for the output, such as `build`",
    )
