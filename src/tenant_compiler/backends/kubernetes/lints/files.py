"""The files of a folder in the order in which they apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.backends.kubernetes.layout import KUSTOMIZATION
from tenant_compiler.backends.kubernetes.lints.found import mappings, words
from tenant_compiler.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.backends.kubernetes.lints.found import Found
    from tenant_compiler.model.artifact import Artifact


def in_order(artifacts: Sequence[Artifact], found: Found) -> list[tuple[str, Artifact]]:
    """Sort files by what the `kustomization.yaml` of their folder lists, where there is one.

    Codes: TC588.

    Returns:
        Each file with its folder; of a folder without a list the files keep their order.
    """
    places = [(artifact.path.rpartition("/")[0], artifact) for artifact in artifacts]
    for folder, artifact in places:
        if artifact.path.endswith(f"/{KUSTOMIZATION}") or artifact.path == KUSTOMIZATION:
            names = _listed(artifact.content)
            here = [each for each in places if each[0] == folder and each[1] is not artifact]
            _compare(folder, names, [_name(each.path) for _, each in here if each.objects], found)
            ranks = {name: rank for rank, name in enumerate(names)}
            here.sort(key=lambda each, ranks=ranks: ranks.get(_name(each[1].path), len(ranks)))  # type: ignore[misc]
            rest = iter(here)
            places = [next(rest) if each[0] == folder and each[1] is not artifact else each for each in places]
    return places


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _listed(content: Any) -> list[str]:
    return [name for document in mappings(content) for name in words(document.get("resources"))]


def _compare(folder: str, names: list[str], there: list[str], found: Found) -> None:
    for name in there:
        if name not in names:
            _note(f"{folder}/{KUSTOMIZATION} does not list {name}, so nobody applies it", found)
    for name in names:
        if name not in there:
            _note(f"{folder}/{KUSTOMIZATION} lists {name}, which is not there", found)


def _note(message: str, found: Found) -> None:
    advice = "list every file of the folder, each once"
    found.note(Diagnostic("TC588", message, pointer=("metadata", "name"), help=advice))
