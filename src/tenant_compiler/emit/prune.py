"""Taking away the trees of tenants that are gone, without ever taking away a fleet by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.emit import findings, owner
from tenant_compiler.emit.changes import read_state
from tenant_compiler.emit.folder import ObstacleError
from tenant_compiler.emit.manifest import FLEET, Manifest, valid_owner
from tenant_compiler.emit.subtree import Subtree
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

    from tenant_compiler.emit.folder import Folder
    from tenant_compiler.model.diagnostic import Diagnostic

_TENTH = 10


class PruneReport(NamedTuple):
    """What became of trees whose tenants are gone."""

    removed: tuple[str, ...] = ()
    """Owners whose files were removed, sorted; a file that was changed by hand may be left."""
    diagnostics: tuple[Diagnostic, ...] = ()


class _Survey(NamedTuple):
    """The trees in an output folder."""

    total: int
    """How many owners have one, without the fleet's own."""
    gone: tuple[tuple[str, Manifest], ...]
    """Trees whose owner is not known any more, sorted by name."""
    abandoned: tuple[str, ...]
    """Folders without a manifest or any file of others: a killed run's first or last step."""
    diagnostics: tuple[Diagnostic, ...]


def prune(root: Folder, known: Collection[str], *, allow_many: bool) -> PruneReport:
    """Remove the trees of owners that are not known; see ``OutputTree.prune``.

    Raises:
        UnwritableError: a file cannot be removed.
        OSError: a folder cannot be read.
    """
    survey = _survey(root, known)
    names = [name for name, _ in survey.gone]
    # A single tenant may always leave, however small the fleet.
    if len(names) > 1 and len(names) * _TENTH > survey.total and not allow_many:
        return PruneReport(diagnostics=(*survey.diagnostics, findings.too_many(root.shown, names, survey.total)))
    found = list(survey.diagnostics)
    for name, manifest in survey.gone:
        found += owner.take_away(root, name, manifest).diagnostics
    for name in survey.abandoned:
        with Subtree(root, name) as tree:
            tree.sweep()
        root.rmdir(name)
    return PruneReport(tuple(names), tuple(found))


def check(root: Folder, known: Collection[str]) -> tuple[Diagnostic, ...]:
    """Find the trees that ``prune`` would remove (TC607) and those whose manifest is damaged (TC605).

    Raises:
        OSError: a folder cannot be read.
    """
    survey = _survey(root, known)
    return (
        *survey.diagnostics,
        *(findings.gone(f"{root.shown}/{name}", name, old.source) for name, old in survey.gone),
    )


def _survey(root: Folder, known: Collection[str]) -> _Survey:
    """Look at every folder in the output. One without a manifest is somebody else's, and nobody's business here."""
    total = 0
    gone: list[tuple[str, Manifest]] = []
    abandoned: list[str] = []
    found: list[Diagnostic] = []
    for name in sorted(root.names()):
        if name == FLEET or not valid_owner(name):
            continue
        if name in known:
            total += 1
            continue
        if root.kind(name) != "folder":
            continue
        with Subtree(root, name) as tree:
            try:
                state = read_state(tree, name)
            except ObstacleError as error:
                found.append(findings.obstacle(error, name))
                continue
            if state.data is None and next(tree.walk(), None) is None:
                abandoned.append(name)
        total += state.data is not None
        found += state.diagnostics
        if state.manifest is not None:
            gone.append((name, state.manifest))
    return _Survey(total, tuple(gone), tuple(abandoned), tuple(found))
