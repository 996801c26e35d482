"""The user's repository, as opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.vocabulary.workspace import WorkspaceConfig


class Workspace(NamedTuple):
    """Where the fleet is and what its configuration says."""

    root: str
    """Absolute, with links resolved."""
    file: str
    """The configuration's file, relative to the root."""
    section: Pointer
    """Where the configuration stands in that file: ``()``, or ``("tool", "tenant-compile")`` in pyproject.toml."""
    config: WorkspaceConfig
    """Checked and complete: what the file leaves out has its default."""
    written: Mapping[str, Any]
    """What the file itself says."""
