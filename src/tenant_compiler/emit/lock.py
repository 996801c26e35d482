"""One writing run at a time over an output folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.emit import findings
from tenant_compiler.model.diagnostic import TenantCompileError

if TYPE_CHECKING:
    from tenant_compiler.emit.folder import Folder


def lock(root: Folder) -> None:
    """Lock a folder for this process and its children, until its descriptor is closed.

    The folder itself is locked, which leaves no lock file in a tree that may be committed. Where the system or the
    file system cannot do that (Windows, some network file systems) nothing is locked.

    Raises:
        TenantCompileError: TC611, another run holds it.
    """
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return
    if root.fd < 0:
        return
    try:
        flock(root.fd, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        raise TenantCompileError([findings.busy(root.shown)]) from None
    except OSError:
        return
