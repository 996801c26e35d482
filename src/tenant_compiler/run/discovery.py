"""Which tenants a run is about: files by the workspace's globs, and the selectors of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Diagnostic, TenantCompileError
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.globs import matching_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tenant_compiler.model.document import Document
    from tenant_compiler.model.workspace import Workspace


class Selectors(NamedTuple):
    """What narrows a run. Everything empty: the whole fleet. They filter the work, not the output."""

    tenants: tuple[str, ...] = ()
    """Names."""
    labels: tuple[tuple[str, str], ...] = ()
    """All must hold; a value of ``""`` asks for an empty label."""
    environments: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Files or folders, relative to the workspace."""

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return any(self)

    def match(self, document: Document) -> bool:
        """Whether a checked tenant document is asked for."""
        metadata = document.value["metadata"]
        if self.tenants and metadata["name"] not in self.tenants:
            return False
        labels = metadata.get("labels") or {}
        return all(labels.get(key) == value for key, value in self.labels)


def tenant_files(workspace: Workspace, paths: Sequence[str] = (), unsaved: Iterable[str] = ()) -> list[str]:
    """List the files of tenants, relative to the workspace with ``/``, sorted, without following links to folders.

    Args:
        workspace: whose globs say where tenants are.
        paths: only these files and what lies in these folders; empty for all.
        unsaved: files that count as if they were on disk.

    Raises:
        TenantCompileError: TC101 a path holds no tenant file; exit code 2.
    """
    layout = workspace.config["workspace"]
    outputs = {layout["output"].strip("/"), ".git", ".tenant-compile"}
    chosen = matching_files(workspace.root, layout["tenants"], outputs, unsaved)
    if not paths:
        return chosen
    kept = []
    for path in paths:
        below = [file for file in chosen if file == path or path in {"", "."} or file.startswith(f"{path}/")]
        if not below:
            message = f"{path} is no tenant file and no folder with tenant files"
            help_ = "tenants are in " + ", ".join(layout["tenants"])
            raise TenantCompileError([Diagnostic("TC101", message, help=help_)])
        kept += below
    return sorted(set(kept))
