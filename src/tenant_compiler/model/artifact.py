"""What back-ends make: files with the objects in them, each object with the tenant's lines that it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.model.pointer import Pointer

Format: TypeAlias = Literal["yaml", "json", "text"]


class Shared(dict[str, Any]):
    """A constant sub-tree that many objects share. Its text may be remembered per indent: never change one.

    Back-ends make them at import or once per tier; the emitter knows them by their type.
    """

    __slots__ = ("texts",)
    texts: dict[int, str]


class Written(Shared):
    """An object whose text is already there. Unlike other constants it is met once: no rule remembers it."""

    __slots__ = ()


class ArtifactObject(NamedTuple):
    """One thing that a target knows by a name: a manifest, a resource, a rule group, a dashboard."""

    id: str
    """Unique in its artifact: ``Deployment/portal``, ``aws_kms_key.tenant``, ``slo-portal-availability``."""
    value: dict[str, Any]
    """The object's part of the artifact's content (the same dict, not a copy)."""
    made_from: tuple[Pointer, ...]
    """Nodes of the resolved tenant; never empty: an object that nothing asked for must not exist."""
    text: str = ""
    """All that it says, for a quick look, where its back-end has written it ahead; empty where not."""


class Artifact(NamedTuple):
    """One file of one tenant and environment (or of the fleet)."""

    path: str
    """Below the target's folder, with ``/``: ``shared-eu.yaml``."""
    format: Format
    content: Any
    """yaml: a list of documents, in order; json: one value; text: a str."""
    objects: tuple[ArtifactObject, ...]


class EmittedFile(NamedTuple):
    """A file's bytes on their way to the output tree."""

    path: str
    """Below the tenant's (or the fleet's) folder, with ``/``: ``production/kubernetes/shared-eu.yaml``."""
    data: bytes
