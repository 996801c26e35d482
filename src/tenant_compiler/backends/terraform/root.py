"""A root module: blocks put together to one file of Terraform's JSON syntax, and taken apart again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform.expression import literal
from tenant_compiler.model.artifact import Artifact, ArtifactObject
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tenant_compiler.model.plan import Lineage
    from tenant_compiler.model.pointer import Pointer

FILE: Final = "main.tf.json"
"""One file a root: a file costs more to write than all that stands in it, and people read the plan of Terraform."""

_DEPTH: Final = {"terraform": 0, "provider": 1, "variable": 1, "locals": 0, "data": 2, "resource": 2, "output": 1}
"""How many names follow a kind of block, in the order in which the kinds are written."""


class Block(NamedTuple):
    """One block of a root, before its text is escaped."""

    address: tuple[str, ...]
    """The kind and the names: ``("resource", "aws_kms_key", "tenant")``."""
    body: Any
    """A dict; a list of them for a provider in several regions."""
    made_from: Lineage


def resource(kind: str, name: str, body: dict[str, Any], made_from: Lineage) -> Block:
    """Make the block of a resource."""
    return Block(("resource", kind, name), body, made_from)


def assemble(blocks: Iterable[Block]) -> Artifact:
    """Put the blocks of a root together. Here, and only here, text becomes Terraform's."""
    content: dict[str, Any] = {}
    objects = []
    for address, body, made_from in blocks:
        # Settings of Terraform itself are read before anything can be evaluated: there, text is literal as it stands.
        value = body if address[0] == "terraform" else literal(body)
        node = content
        for part in address[:-1]:
            node = node.setdefault(part, {})
        node[address[-1]] = value
        objects.append(ArtifactObject(object_id(address), value, made_from))
    ordered = {kind: content[kind] for kind in _DEPTH if kind in content}
    return Artifact(FILE, "json", ordered, tuple(objects))


def object_id(address: tuple[str, ...]) -> str:
    """Name a block as Terraform does: a resource by type and name, everything else with its kind before that."""
    return ".".join(address[1:] if address[0] == "resource" else address)


def addresses(content: Mapping[str, Any]) -> Iterable[tuple[tuple[str, ...], Any]]:
    """List the blocks of a root with their addresses. What has not the shape of a root is left out."""
    for kind, depth in _DEPTH.items():
        level: list[tuple[tuple[str, ...], Any]] = [((kind,), content[kind])] if kind in content else []
        for _ in range(depth):
            level = [
                ((*address, name), body)
                for address, bodies in level
                if isinstance(bodies, dict)
                for name, body in bodies.items()
            ]
        yield from level


def resources(content: Any) -> Iterable[tuple[str, str, dict[str, Any]]]:
    """List the resources of a root: type, name and body."""
    for address, body in addresses(content if isinstance(content, dict) else {}):
        if address[0] == "resource" and isinstance(body, dict):
            yield address[1], address[2], body


def lineage(artifact: Artifact) -> dict[str, Pointer]:
    """The node of the tenant that each object was made from first."""
    return {made.id: made.made_from[0] for made in artifact.objects}


def index(content: Any) -> dict[str, Any]:
    """Take a root's content apart into its blocks by `ArtifactObject.id`."""
    return {object_id(address): body for address, body in addresses(content if isinstance(content, dict) else {})}
