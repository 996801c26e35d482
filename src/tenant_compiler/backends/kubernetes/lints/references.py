"""References between objects: they must lead somewhere, and what they lead to must apply first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.lints.found import mapping, mappings, within
from tenant_compiler.backends.kubernetes.lints.ways import OF_PODS, WAYS
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.lints.found import Found
    from tenant_compiler.backends.kubernetes.lints.group import Group
    from tenant_compiler.backends.kubernetes.lints.ways import Order, Way
    from tenant_compiler.model.artifact import ArtifactObject


class _Reference(NamedTuple):
    kind: str
    name: str
    port: Any
    """Of a Service; None for none."""
    order: Order


def judge(group: Group, found: Found) -> None:
    """Judge the references of the objects that apply together.

    Codes: TC507, TC587.
    """
    for kind, items in group.by_kind.items():
        if kind not in WAYS:
            continue
        api, ways = WAYS[kind]
        for item in items.values():
            if item.value["apiVersion"].startswith(f"{api}/"):
                for way in ways:
                    for reference in _references(item, item.value, way):
                        _met(item, reference, group, found)
    for several in group.pods.values():
        for pods in several:
            for way in OF_PODS:
                if way.path[0] in pods.spec:
                    for reference in _references(pods.item, pods.spec, way):
                        if reference != _DEFAULT_ACCOUNT:
                            _met(pods.item, reference, group, found)
    _spaces(group, found)


_DEFAULT_ACCOUNT: Final = _Reference("ServiceAccount", "default", None, "target")
"""Every namespace has one."""


def _references(item: ArtifactObject, value: Any, way: Way) -> Iterator[_Reference]:
    """Give what stands at a way and is judged: nothing optional, and nothing in another namespace."""
    for node in _nodes(value, way.path):
        if isinstance(node, str):
            yield _Reference(way.kind, node, None, way.order)
        elif isinstance(node, dict) and not node.get("optional") and not node.get("clusterScope"):
            kind, space = node.get("kind", way.kind), node.get("namespace")
            name = node.get("templateName", node.get("name"))
            elsewhere = space is not None and space != mapping(item.value.get("metadata")).get("namespace")
            if isinstance(kind, str) and kind in way.kinds and not elsewhere:
                yield _Reference(kind, str(name), node.get("port") if kind == "Service" else None, way.order)


def _nodes(value: Any, path: tuple[str, ...]) -> list[Any]:
    nodes = [value]
    for key in path:
        if key == "*":
            nodes = [entry for node in nodes if isinstance(node, list) for entry in node]
        else:
            nodes = [node[key] for node in nodes if isinstance(node, dict) and key in node]
        if not nodes:
            break
    return nodes


def _met(item: ArtifactObject, reference: _Reference, group: Group, found: Found) -> None:
    there = group.of(reference.kind).get(reference.name)
    if there is None:
        found.add(
            "TC507",
            item,
            f"it refers to the {reference.kind} `{reference.name}`, which is not there",
            f"emit the {reference.kind} beside it, or correct the name",
        )
        return
    if reference.port is not None:
        ports = [each.get("port") for each in mappings(within(there.value, "spec").get("ports"))]
        if reference.port not in ports:
            found.add(
                "TC507",
                item,
                f"it leads to the port {reference.port} of {there.id}, which has no such port",
                "name a port of the Service by its number",
            )
    if reference.order != "any":
        behind = group.order(item) > group.order(there)
        if behind == (reference.order == "reference"):
            why = f"before {there.id}, which it needs" if not behind else f"behind {there.id}, which it protects"
            _misplaced(item, why, found)


def _misplaced(item: ArtifactObject, why: str, found: Found) -> None:
    advice = "change the order of the files in `kustomization.yaml`, the order in the file, or the waves"
    found.add("TC587", item, f"it applies {why}", advice)


def _spaces(group: Group, found: Found) -> None:
    """A Namespace applies before all that is in it."""
    for name, space in group.of("Namespace").items():
        first = group.order(space)
        if first == (0, 0) and not group.waves:
            continue
        for items in group.by_kind.values():
            for item in items.values():
                meta = item.value["metadata"]
                if meta.get("namespace") == name and first > group.order(item):
                    _misplaced(item, f"before {space.id}, which it is in", found)
