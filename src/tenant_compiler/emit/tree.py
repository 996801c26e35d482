"""The output tree: a folder for each tenant, in which only what differs is written and nothing foreign is touched.

Layout: ``<output>/<tenant>/<environment>/<target>/<file>`` and ``<output>/_fleet/<cluster>/<file>``. Each tenant's
folder (and the fleet's) has a manifest with the hash of every file that we wrote there.
"""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tenant_compiler.emit import findings, owner, prune
from tenant_compiler.emit.changes import read_state
from tenant_compiler.emit.folder import Folder, ObstacleError
from tenant_compiler.emit.location import locate
from tenant_compiler.emit.lock import lock
from tenant_compiler.emit.manifest import valid_owner, valid_path
from tenant_compiler.emit.owner import OwnerReport
from tenant_compiler.emit.prune import PruneReport
from tenant_compiler.emit.subtree import Subtree, UnwritableError, sweep_new
from tenant_compiler.model.diagnostic import Diagnostic, Place, TenantCompileError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from tenant_compiler.emit.location import Location
    from tenant_compiler.model.artifact import EmittedFile

__all__ = ["OutputTree", "OwnerReport", "PruneReport"]

# Where one tenant's failure is every tenant's: the run stops.
_FATAL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


class OutputTree:
    """An output folder, opened for reading, and from the first change on for this run alone.

    A descriptor of the folder is held until ``close``. It may be used in forked children, if the parent calls
    ``prepare`` first and each owner is written by one process. Where a file system cannot lock, two runs at once are
    not noticed; each file is still whole.

    Use it as a context manager.
    """

    __slots__ = ("_location", "_locked", "_root")

    def __init__(self, location: Location) -> None:
        self._location = location
        self._root: Folder | None = None
        self._locked = False

    @classmethod
    def open(cls, output: str, *, workspace: str, inputs: Sequence[str] = ()) -> OutputTree:
        """Open an output folder, which need not exist yet: the first change makes it.

        Args:
            output: its path.
            workspace: the workspace's root; paths in messages are relative to it.
            inputs: files and folders that the run reads. The output may not be, contain or lie in one of them.

        Raises:
            TenantCompileError: TC601 not a folder, TC602 overlaps with inputs, TC603 cannot be read, TC604 behind a
                symbolic link.
        """
        tree = cls(locate(output, workspace, inputs))
        tree._root = tree._walk(create=False)
        return tree

    @property
    def shown(self) -> str:
        """The folder's path in messages."""
        return self._location.shown

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder and of its lock."""
        if self._root is not None:
            self._root.close()
            self._root = None
        self._locked = False

    def prepare(self) -> None:
        """Make the folder if need be and lock it against other runs that write; a second time does nothing.

        Raises:
            TenantCompileError: TC611 another run holds it; TC601, TC603, TC604 as for ``open``.
        """
        if not self._locked:
            self._prepared()

    def write(
        self,
        name: str,
        source: str,
        files: Sequence[EmittedFile],
        *,
        scope: Callable[[str], bool] | None = None,
    ) -> OwnerReport:
        """Bring one owner's folder to what is wanted, in a way that a kill at any moment cannot damage.

        Only what differs is written, each file by a rename. A file that the manifest lists and the run does not want
        any more is removed. A file whose bytes are neither the manifest's nor the wanted ones stays (TC606).

        Args:
            name: the tenant, or ``manifest.FLEET``.
            source: the file that it was read from, for messages about it when it is gone.
            files: all files of the owner that lie in the scope, with paths below the owner's folder.
            scope: tells of such a path whether this run decides about it (a run for one environment or target does
                not decide about the others); None: about all.

        Returns:
            What was done. Findings TC603 (this owner only), TC604, TC605, TC606, TC608 and TC613 are in it.

        Raises:
            TenantCompileError: TC603 the disk is full or read-only or the output folder itself cannot be written;
                and what ``prepare`` raises.
        """
        if not files and self._root is None:
            return OwnerReport()
        root = self._prepared()
        try:
            return owner.write(root, name, source, files, scope)
        except UnwritableError as error:
            found = findings.unusable(error.path, error.error, name)
            if error.error.errno in _FATAL or not self._has_folder(root, name):
                raise TenantCompileError([found]) from error
            return OwnerReport(diagnostics=(found,))
        except OSError as error:
            return OwnerReport(diagnostics=(self._unreadable(name, error),))

    def check(
        self,
        name: str,
        source: str,
        files: Sequence[EmittedFile],
        *,
        scope: Callable[[str], bool] | None = None,
    ) -> tuple[Diagnostic, ...]:
        """Say what ``write`` with the same arguments would change, without the right to write anything.

        Returns:
            TC607 for files that differ, TC608 for an interrupted run, TC606 for changes by hand, TC612 for files of
            others; TC603, TC604, TC605 and TC613 as in ``write``.
        """
        if self._root is None:
            if not files:
                return ()
            return (findings.stale(f"{self.shown}/{name}", name, ["nothing is built yet"]),)
        try:
            return owner.check(self._root, name, source, files, scope)
        except OSError as error:
            return (self._unreadable(name, error),)

    def prune(self, known: Collection[str], kept: Collection[str] = (), *, allow_many: bool = False) -> PruneReport:
        """Remove the trees of tenants that are gone. Only for a run over the whole fleet with every document read.

        A folder without a manifest is never touched, nor is a file that the manifest does not list with its hash.

        Args:
            known: the tenants of the fleet.
            kept: names whose tree stays because their tenant is broken and may only look gone.
            allow_many: remove them also when they are more than one and more than a tenth of all trees.

        Returns:
            TC610 for each tree that was removed, TC609 when they are too many (then none is), TC606 for files that
            were changed by hand, TC605 for damaged manifests.

        Raises:
            TenantCompileError: TC603 something cannot be removed; and what ``prepare`` raises.
        """
        if self._root is None:
            return PruneReport()
        root = self._prepared()
        with self._readable():
            try:
                return prune.prune(root, {*known, *kept}, allow_many=allow_many)
            except UnwritableError as error:
                found = findings.unusable(error.path, error.error, verb="removed")
                raise TenantCompileError([found]) from error

    def check_fleet(self, known: Collection[str], kept: Collection[str] = ()) -> tuple[Diagnostic, ...]:
        """Find the trees that ``prune`` would remove: TC607; TC605 for damaged manifests.

        Raises:
            TenantCompileError: TC603 a folder cannot be read.
        """
        if self._root is None:
            return ()
        with self._readable():
            return prune.check(self._root, {*known, *kept})

    def read(self, name: str, path: str) -> bytes | None:
        """Read a file of an owner; None when it is missing.

        Raises:
            TenantCompileError: TC604 a link or the like is in the way, TC603 it cannot be read (both exit code 1).
            ValueError: the name or path is not one that could be written.
        """
        if not (valid_owner(name) and valid_path(path)):
            raise ValueError(f"no path in the output: {name!r} {path!r}")
        if self._root is None:
            return None
        with Subtree(self._root, name) as tree, self._readable(exit_code=1):
            return tree.read(path)

    def paths(self, name: str) -> tuple[str, ...]:
        """List the files that an owner's manifest names, sorted; none when there is no sound manifest.

        Raises:
            TenantCompileError: as ``read``.
        """
        if self._root is None or not valid_owner(name):
            return ()
        with Subtree(self._root, name) as tree, self._readable(exit_code=1):
            manifest = read_state(tree, name).manifest
            return () if manifest is None else tuple(sorted(manifest.files))

    def _prepared(self) -> Folder:
        """Open the folder, made and locked."""
        if self._root is None:
            self._root = self._walk(create=True)
        assert self._root is not None
        if not self._locked:
            lock(self._root)
            self._locked = True
            try:
                sweep_new(self._root)
            except OSError as error:
                raise TenantCompileError([findings.unusable(self.shown, error)]) from error
        return self._root

    def _walk(self, *, create: bool) -> Folder | None:
        """Open the folder part by part from its anchor; None when it is missing and is not to be made."""
        anchor, parts, shown = self._location
        try:
            folder: Folder | None = Folder.anchor(anchor, "")
            for part in parts:
                if folder is None:
                    break
                with folder:
                    folder = folder.make(part) if create else folder.child(part)
        except ObstacleError as error:
            raise TenantCompileError([_in_the_way(error, shown)]) from None
        except OSError as error:
            raise TenantCompileError([findings.unusable(shown, error, verb="written" if create else "read")]) from error
        if folder is not None:
            folder.shown = shown
        return folder

    def _has_folder(self, root: Folder, name: str) -> bool:
        """Tell whether an owner's folder exists: if not even that could be made, the output cannot be written."""
        try:
            return root.kind(name) == "folder"
        except OSError:
            return False

    def _unreadable(self, name: str, error: OSError) -> Diagnostic:
        path = f"{self.shown}/{name}"
        if isinstance(error.filename, str):
            path += f" ({error.filename})"
        return findings.unusable(path, error, name, verb="read")

    @contextmanager
    def _readable(self, *, exit_code: int = 2) -> Iterator[None]:
        """Turn what the system or an obstacle says into a finding."""
        try:
            yield
        except ObstacleError as error:
            raise TenantCompileError([findings.obstacle(error)], exit_code=exit_code) from None
        except OSError as error:
            found = findings.unusable(self.shown, error, verb="read")
            raise TenantCompileError([found], exit_code=exit_code) from error


def _in_the_way(error: ObstacleError, shown: str) -> Diagnostic:
    """Describe what keeps the output folder itself from being opened: TC604 for a link, else TC601."""
    path = error.path.lstrip("/")
    # An obstacle above the output has its own name; paths outside the workspace are shown as they were given.
    path = path if shown.startswith(path) else shown
    if error.what == "symbolic link":
        return findings.obstacle(ObstacleError(path, error.what))
    return Diagnostic(
        "TC601",
        f"{path} is a {error.what}, but the output must be a folder",
        place=Place(path),
        help="remove it, or choose another folder with `--output`",
    )
