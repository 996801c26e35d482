"""Runs over one owner's folder: write it, check it, take it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.emit import findings, manifest
from tenant_compiler.emit.changes import Changes, State, read_state, refusals, wanted_manifest, work_out
from tenant_compiler.emit.folder import ObstacleError
from tenant_compiler.emit.manifest import MANIFEST, Manifest
from tenant_compiler.emit.subtree import Subtree
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tenant_compiler.emit.folder import Folder
    from tenant_compiler.model.artifact import EmittedFile
    from tenant_compiler.model.diagnostic import Diagnostic

_NOTES = 10


class OwnerReport(NamedTuple):
    """What a run did to one owner's folder. Paths are below that folder."""

    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Files that are not what the run would write, and stay: changed by hand, or something else in their place."""
    diagnostics: tuple[Diagnostic, ...] = ()


def write(
    root: Folder, owner: str, source: str, files: Sequence[EmittedFile], scope: Callable[[str], bool] | None
) -> OwnerReport:
    """Bring an owner's folder to what is wanted; see ``OutputTree.write``.

    Raises:
        UnwritableError: a file cannot be written; what was done until then is recognised by the next run.
        OSError: a file cannot be read.
    """
    if refused := refusals(owner, files):
        return OwnerReport(diagnostics=tuple(refused))
    with Subtree(root, owner) as tree:
        try:
            state = read_state(tree, owner)
            changes = work_out(tree, state.manifest, (owner, source, files), scope)
            tree.sweep()
            _apply(tree, changes, state)
        except ObstacleError as error:
            return OwnerReport(diagnostics=(findings.obstacle(error, owner),))
        partly = () if changes.after.complete else (findings.incomplete(tree.shown, owner, partly=True),)
    return OwnerReport(
        tuple(file.path for file in changes.write),
        changes.unchanged,
        changes.remove,
        changes.kept,
        (*state.diagnostics, *changes.diagnostics, *partly),
    )


def _apply(tree: Subtree, changes: Changes, state: State) -> None:
    """Make the changes.

    The first write says that the tree is incomplete and which bytes each file may have, the last one that it is
    complete. A run that is killed in between leaves files that the next run knows for its own.
    """
    if not tree.exists() and changes.after.files:
        tree.begin()
        for file in changes.write:
            tree.put(file.path, file.data)
        tree.put(MANIFEST, manifest.encode(changes.after))
        tree.finish()
        return
    data = state.data
    if changes.write or changes.remove:
        before = manifest.encode(changes.before)
        if before != data:
            tree.put(MANIFEST, before)
            data = before
        tree.remove(changes.remove)
    tree.tidy((*changes.remove, *changes.vanished))
    for file in changes.write:
        tree.put(file.path, file.data)
    after = wanted_manifest(changes)
    if after is None:
        if state.manifest is not None:  # a damaged one is kept: it may be all that tells what the folder was
            tree.remove_manifest()
    elif after != data:
        tree.put(MANIFEST, after)


def check(
    root: Folder, owner: str, source: str, files: Sequence[EmittedFile], scope: Callable[[str], bool] | None
) -> tuple[Diagnostic, ...]:
    """Say what ``write`` would have to do; see ``OutputTree.check``.

    Raises:
        OSError: a file cannot be read.
    """
    if refused := refusals(owner, files):
        return tuple(refused)
    with Subtree(root, owner) as tree:
        try:
            state = read_state(tree, owner)
            changes = work_out(tree, state.manifest, (owner, source, files), scope)
        except ObstacleError as error:
            return (findings.obstacle(error, owner),)
        found = [*state.diagnostics, *changes.diagnostics]
        if state.manifest is not None and not state.manifest.complete:
            found.append(findings.incomplete(tree.shown, owner))
        if notes := _stale_notes(changes, state):
            found.append(findings.stale(tree.shown, owner, notes))
        ours = {*changes.before.files, *changes.kept, *(state.manifest.files if state.manifest is not None else ())}
        if others := [path for path in tree.walk() if path not in ours]:
            found.append(findings.foreign(tree.shown, owner, others))
        return tuple(found)


def _stale_notes(changes: Changes, state: State) -> list[str]:
    """Say what differs: the files, a line each, and the manifest when nothing else does."""
    notes = [f"{file.path} {'is missing' if file.path in changes.missing else 'differs'}" for file in changes.write]
    notes += [f"{path} is not wanted any more" for path in changes.remove]
    if len(notes) > _NOTES:
        return [*notes[:_NOTES], f"and {len(notes) - _NOTES} more"]
    old = state.manifest
    sound = state.data is None or (old is not None and old.complete)  # else that is a finding of its own
    wanted = changes.after if changes.after.files else None
    if not notes and sound and wanted != old:
        notes = [f"{MANIFEST} {'is missing' if old is None else 'differs'}"]
    return notes


def take_away(root: Folder, owner: str, old: Manifest) -> OwnerReport:
    """Remove the files that an owner's manifest lists, as far as they are still what was written, and the manifest.

    A file that was changed by hand stays with its row, and so does the folder.

    Raises:
        UnwritableError: a file cannot be removed.
        OSError: a file cannot be read.
    """
    with Subtree(root, owner) as tree:
        changes = work_out(tree, old, (owner, old.source, ()), None)
        tree.sweep()
        _apply(tree, changes, State(manifest.encode(old), old, ()))
        left = list(tree.walk()) if not changes.kept else []
    report = OwnerReport(removed=changes.remove, kept=changes.kept, diagnostics=changes.diagnostics)
    if changes.kept:
        return report
    note = findings.removed(tree.shown, owner, old.source, left)
    return report._replace(diagnostics=(*changes.diagnostics, note))
