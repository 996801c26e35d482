"""What the output tree has to say to a user, in one place: codes TC601 to TC613."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from tenant_compiler.emit.manifest import FLEET, MANIFEST
from tenant_compiler.model.diagnostic import Diagnostic, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.emit.folder import ObstacleError

_SHOWN = 10
"""Names listed in one finding before the rest is only counted."""


def tenant(owner: str) -> str:
    """Name the tenant of an owner; none for the fleet."""
    return "" if owner == FLEET else owner


def obstacle(error: ObstacleError, owner: str = "") -> Diagnostic:
    """TC604: something lies where a file or folder of ours belongs."""
    return Diagnostic(
        "TC604",
        f"{error.path} is a {error.what}, and a build neither follows nor replaces it",
        place=Place(error.path),
        help=f"remove the {error.what}, then build again",
        tenant=tenant(owner),
    )


def unusable(path: str, error: OSError, owner: str = "", *, verb: str = "written") -> Diagnostic:
    """TC603: the system refuses to read or write a part of the output."""
    advice = {
        errno.ENOSPC: "free some space, then build again: it goes on from what is there",
        errno.EDQUOT: "free some space, then build again: it goes on from what is there",
        errno.EFBIG: "raise the limit on file sizes (`ulimit -f`), then build again",
        errno.EROFS: "choose an output folder on a file system that can be written",
    }
    return Diagnostic(
        "TC603",
        f"{path} cannot be {verb}: {os.strerror(error.errno).lower() if error.errno else error}",
        place=Place(path),
        help=advice.get(error.errno or 0, "give the user of this run the right to read and write it"),
        tenant=tenant(owner),
    )


def damaged(shown: str, owner: str, reason: str) -> Diagnostic:
    """TC605: a manifest that cannot be believed."""
    return Diagnostic(
        "TC605",
        f"the manifest {shown}/{MANIFEST} is damaged: {reason}",
        place=Place(f"{shown}/{MANIFEST}"),
        help=f"restore the file from version control, or remove the folder {shown} and build again",
        notes=("without it no file in the folder is known to be generated, so none is overwritten or removed",),
        tenant=tenant(owner),
    )


def edited(path: str, owner: str, *, known: bool) -> Diagnostic:
    """TC606: a file has bytes that no build wrote; ``known``: a build wrote other ones."""
    what = "was changed by hand since it was generated" if known else "exists, but was not generated"
    return Diagnostic(
        "TC606",
        f"{path} {what}, so it stays as it is",
        place=Place(path),
        help="say the change in the tenant's file or a profile, then remove this file and build again",
        tenant=tenant(owner),
    )


def stale(path: str, owner: str, notes: Sequence[str]) -> Diagnostic:
    """TC607: what is in the output is not what a build would write."""
    return Diagnostic(
        "TC607",
        f"{path} is not up to date",
        place=Place(path),
        help="run `tenant-compile build` and commit what it writes",
        notes=tuple(notes),
        tenant=tenant(owner),
    )


def gone(path: str, owner: str, source: str) -> Diagnostic:
    """TC607, for the tree of a tenant that no longer exists."""
    return stale(path, owner, [f"tenant `{owner}` (from {source}) is not in the fleet any more, so its files go"])


def incomplete(path: str, owner: str, *, partly: bool = False) -> Diagnostic:
    """TC608: a run stopped half-way; ``partly``: this run repaired only what it covers."""
    return Diagnostic(
        "TC608",
        f"{path} is incomplete: {'an earlier run' if partly else 'the last run'} over it was interrupted",
        severity="warning" if partly else "error",
        place=Place(path),
        help="run `tenant-compile build` without selecting environments or targets"
        if partly
        else "run `tenant-compile build` again",
        tenant=tenant(owner),
    )


def too_many(path: str, names: Sequence[str], total: int) -> Diagnostic:
    """TC609: more than a tenth of the trees would go."""
    return Diagnostic(
        "TC609",
        f"{len(names)} of {total} trees in {path} belong to tenants that are gone, and none was removed",
        place=Place(path),
        help="run `tenant-compile build --prune` when they are really meant to go",
        notes=(f"gone: {listed(names)}",),
    )


def removed(path: str, owner: str, source: str, left: Sequence[str]) -> Diagnostic:
    """TC610: the tree of a tenant that is gone was removed."""
    return Diagnostic(
        "TC610",
        f"removed {path}, because tenant `{owner}` (from {source}) is not in the fleet any more",
        severity="info",
        place=Place(path),
        notes=(f"left, because no build wrote them: {listed(left)}",) if left else (),
        tenant=owner,
    )


def busy(path: str) -> Diagnostic:
    """TC611: another run holds the output."""
    return Diagnostic(
        "TC611",
        f"another run is writing to {path}",
        place=Place(path),
        help="wait until it is done, or choose another folder with `--output`",
    )


def foreign(path: str, owner: str, names: Sequence[str]) -> Diagnostic:
    """TC612: files in an owner's folder that no build wrote."""
    return Diagnostic(
        "TC612",
        f"{path} holds {'a file' if len(names) == 1 else f'{len(names)} files'} that no build wrote",
        severity="info",
        place=Place(path),
        help=f"keep your own files outside {path}, where nothing mistakes them for generated ones",
        notes=(listed(names),),
        tenant=tenant(owner),
    )


def refused(path: str, owner: str, reason: str) -> Diagnostic:
    """TC613: a name that must not be written."""
    return Diagnostic(
        "TC613",
        f"the output path {path[:200]!r} is refused: {reason}",
        help="use lower-case letters, digits, `.`, `_` and `-`, and begin every part with a letter or digit",
        notes=("a back-end made this path; when it comes from a plug-in, tell its author",),
        tenant=tenant(owner),
    )


def listed(names: Sequence[str]) -> str:
    """List names, the first few of many."""
    rest = len(names) - _SHOWN
    # A name on disk need not be text.
    shown = (name.encode("utf-8", "backslashreplace").decode() for name in names[:_SHOWN])
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")
