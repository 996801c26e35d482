"""What a run over one owner's folder would change: worked out once, for the run that writes and the one that checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.emit import findings, manifest
from tenant_compiler.emit.folder import ObstacleError
from tenant_compiler.emit.manifest import Manifest
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tenant_compiler.emit.subtree import Subtree
    from tenant_compiler.model.artifact import EmittedFile
    from tenant_compiler.model.diagnostic import Diagnostic


class State(NamedTuple):
    """What an owner's folder says about itself."""

    data: bytes | None
    """The manifest's bytes; None when there is no manifest."""
    manifest: Manifest | None
    """None also when it is damaged."""
    diagnostics: tuple[Diagnostic, ...]
    """TC605 for a damaged one."""


class Changes(NamedTuple):
    """The way from what is on disk to what is wanted."""

    write: tuple[EmittedFile, ...]
    missing: frozenset[str]
    """Those of ``write`` that are not on disk at all."""
    unchanged: tuple[str, ...]
    remove: tuple[str, ...]
    vanished: tuple[str, ...]
    """Not wanted and not there: only empty folders may be left of them."""
    kept: tuple[str, ...]
    """What stays although it is not what is wanted: changed by hand, or an obstacle."""
    before: Manifest
    """The manifest to have on disk during the changes: it accepts both the old and the new bytes of each file."""
    after: Manifest
    diagnostics: tuple[Diagnostic, ...]
    """TC604 and TC606, a file each."""


def read_state(tree: Subtree, owner: str) -> State:
    """Read an owner's manifest.

    Raises:
        ObstacleError: the folder or the manifest is a link or the like.
        OSError: it cannot be read.
    """
    data = tree.read_manifest()
    if data is None:
        return State(None, None, ())
    try:
        return State(data, manifest.decode(data, owner), ())
    except ValueError as error:
        return State(data, None, (findings.damaged(tree.shown, owner, str(error)),))


def refusals(owner: str, files: Sequence[EmittedFile]) -> list[Diagnostic]:
    """Find names that must not be written (TC613): unsafe ones, two files of one name, a file that is also a folder."""
    if not manifest.valid_owner(owner):
        return [findings.refused(owner, "", "it is no name for a folder")]
    found = []
    seen: set[str] = set()
    folders: set[str] = set()
    for path in sorted(file.path for file in files):
        if not manifest.valid_path(path):
            found.append(findings.refused(path, owner, "it is no safe path below the tenant's folder"))
        elif path in seen:
            found.append(findings.refused(path, owner, "two files have it"))
        seen.add(path)
        while path := path.rpartition("/")[0]:
            folders.add(path)
    found += [findings.refused(path, owner, "it is a file and a folder") for path in sorted(seen & folders)]
    return found


def work_out(
    tree: Subtree,
    old: Manifest | None,
    wanted: tuple[str, str, Sequence[EmittedFile]],
    scope: Callable[[str], bool] | None,
) -> Changes:
    """Compare what is on disk, what the manifest says of it, and what is wanted.

    Args:
        tree: the owner's folder; it may be missing.
        old: its manifest; None when there is none that can be believed.
        wanted: the owner, its source and its files.
        scope: tells of a path in the manifest whether this run decides about it; None: it decides about all.

    Raises:
        ObstacleError: the owner's folder itself is a link or the like.
        OSError: a file cannot be read.
    """
    owner, source, files = wanted
    tree.exists()  # an obstacle here concerns the whole owner, not each of its files
    comparison = _Comparison(tree, owner, dict(old.files) if old is not None else {})
    untouched = comparison.drop_the_rest({file.path for file in files}, scope)
    for file in files:
        comparison.want(file)
    # What an interrupted run left outside this run's scope is still unknown.
    complete = old is None or old.complete or not untouched
    return Changes(
        tuple(comparison.write),
        frozenset(comparison.missing),
        tuple(comparison.unchanged),
        tuple(comparison.remove),
        tuple(comparison.vanished),
        tuple(comparison.kept),
        Manifest(owner, source, complete=False, files=comparison.before),
        Manifest(owner, source, complete=complete, files=comparison.after),
        tuple(comparison.diagnostics.values()),
    )


class _Comparison:
    """The lists of ``Changes`` while they grow."""

    def __init__(self, tree: Subtree, owner: str, rows: dict[str, tuple[str, ...]]) -> None:
        self.tree = tree
        self.owner = owner
        self.rows = rows
        self.write: list[EmittedFile] = []
        self.missing: list[str] = []
        self.unchanged: list[str] = []
        self.remove: list[str] = []
        self.vanished: list[str] = []
        self.kept: list[str] = []
        self.before: dict[str, tuple[str, ...]] = {}
        self.after: dict[str, tuple[str, ...]] = {}
        self.diagnostics: dict[str, Diagnostic] = {}

    def want(self, file: EmittedFile) -> None:
        """Decide about a file that the run makes."""
        known = self.rows.get(file.path, ())
        new = manifest.digest((file.data,))
        try:
            found = self.tree.digest(file.path)
        except ObstacleError as error:
            if not self._goes_away(error):
                self._keep(file.path, known, error.path, findings.obstacle(error, self.owner))
                return
            found = None
        if found == new:
            self.unchanged.append(file.path)
            self.before[file.path] = self.after[file.path] = (new,)
        elif found is None or found in known:
            self.write.append(file)
            self.before[file.path] = (new,) if found is None else (found, new)
            self.after[file.path] = (new,)
            if found is None:
                self.missing.append(file.path)
        else:
            self._keep_edited(file.path, known)

    def drop_the_rest(self, wanted: set[str], scope: Callable[[str], bool] | None) -> bool:
        """Decide about the manifest's files that are not wanted; tell whether some are outside the scope."""
        untouched = False
        for path, known in self.rows.items():
            if path in wanted:
                continue
            if scope is not None and not scope(path):
                self.before[path] = self.after[path] = known
                untouched = True
                continue
            try:
                found = self.tree.digest(path)
            except ObstacleError as error:
                if error.what not in {"file", "folder"}:
                    self._keep(path, known, error.path, findings.obstacle(error, self.owner))
                    continue
                found = None  # a folder in its place, or a file in place of its folder: it is not there
            if found is None:
                self.vanished.append(path)
                self.before[path] = known  # so that a run after a kill still tidies its folder
            elif found in known:
                self.remove.append(path)
                self.before[path] = known
            else:
                self._keep_edited(path, known)
        return untouched

    def _goes_away(self, error: ObstacleError) -> bool:
        """Tell whether this run removes the obstacle: a file of ours where a folder comes, or the other way round."""
        path = error.path[len(self.tree.shown) + 1 :]
        if error.what == "folder":
            ours = (*self.remove, *self.vanished)
            below = [other for other in self.tree.walk() if other.startswith(f"{path}/")]
            return any(other.startswith(f"{path}/") for other in ours) and set(below) <= set(ours)
        return error.what == "file" and path in self.remove

    def _keep_edited(self, path: str, known: tuple[str, ...]) -> None:
        shown = f"{self.tree.shown}/{path}"
        self._keep(path, known, shown, findings.edited(shown, self.owner, known=bool(known)))

    def _keep(self, path: str, known: tuple[str, ...], place: str, diagnostic: Diagnostic) -> None:
        """Leave a file as it is, with what the manifest knows of it; one finding a place."""
        self.kept.append(path)
        self.diagnostics[place] = diagnostic
        if known:
            self.before[path] = self.after[path] = known


def wanted_manifest(changes: Changes) -> bytes | None:
    """The manifest's bytes after the run; None when the owner has nothing left."""
    return manifest.encode(changes.after) if changes.after.files else None
