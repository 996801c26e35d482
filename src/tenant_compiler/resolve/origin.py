"""Where a value comes from, worked out when somebody asks: the clean path never pays for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.model.diagnostic import Label, Place
from tenant_compiler.model.pointer import ABSENT, follow
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.resolve import encryption
from tenant_compiler.resolve.selection import TENANT

if TYPE_CHECKING:
    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.resolved import Layer, Resolved


class Origin(NamedTuple):
    """One layer's word on a value."""

    layer: Layer
    value: Any
    place: Place | None


def chain(resolved: Resolved, pointer: Pointer) -> list[Origin]:
    """Every layer that sets a node of the resolved tenant, the winner first.

    Args:
        resolved: a tenant in one environment.
        pointer: into the resolved document (``("spec", "quotas", "cpu_cores")``).
    """
    if pointer[:1] != ("spec",):
        place = Place(resolved.file, pointer, document=resolved.document)
        tenant = next((layer for layer in resolved.layers if layer.name == TENANT), resolved.layers[-1])
        return [Origin(tenant, follow({"metadata": resolved.metadata}, pointer), place)]
    path = pointer[1:]
    found = []
    for layer in reversed(resolved.layers):
        value, where = _said(layer, path, resolved)
        if value is not ABSENT:
            place = layer.place and layer.place._replace(pointer=(*layer.place.pointer, *where))
            found.append(Origin(layer, value, place))
        if _removes(layer, path):
            break
    return found


def place_of(resolved: Resolved, pointer: Pointer) -> Place:
    """The place that decides a node: the highest layer that sets it, or its nearest parent that a layer sets.

    What the encryption level sets stands where the level is written. The vocabulary's defaults have no place; the
    tenant's document stands in.
    """
    for length in range(len(pointer), 0, -1):
        for origin in chain(resolved, pointer[:length]):
            if origin.layer.name == encryption.LAYER and pointer != encryption.LEVEL:
                return place_of(resolved, encryption.LEVEL)
            if origin.place is not None:
                return origin.place
    return Place(resolved.file, ("spec",), document=resolved.document)


def blame(resolved: Resolved, finding: Diagnostic) -> Diagnostic:
    """Give a finding about a resolved node its place, which is a line of the tenant wherever one decides.

    What a tier or a profile sets is decided by the tenant's `tier` or `profiles` line; the preset's own line becomes
    the second label.
    """
    pointer = finding.pointer or ("metadata", "name")
    place = place_of(resolved, pointer)
    for layer in resolved.layers:
        if layer.place is None or layer.place.file != place.file or place.file == resolved.file:
            continue
        kind, _, name = layer.name.partition(":")
        if kind in _CHOSEN:
            label = Label(place, f"set by the {kind} `{name}`")
            return finding._replace(place=_choice(resolved, kind, name), related=(*finding.related, label))
    return finding._replace(place=place)


_CHOSEN = {"tier": "tier", "profile": "profiles"}
"""Layers that a tenant chooses, and the field in which it does."""


def _choice(resolved: Resolved, kind: str, name: str) -> Place:
    """Where a tenant chooses a tier or a profile; a profile that another one extends stands nowhere in its list."""
    pointer: Pointer = ("spec", _CHOSEN[kind])
    chosen = resolved.spec.get("profiles", ())
    if kind == "profile" and name in chosen:
        pointer = (*pointer, chosen.index(name))
    return place_of(resolved, pointer)


def _said(layer: Layer, path: Pointer, resolved: Resolved) -> tuple[Any, Pointer]:
    """What a layer says at a path, and under which path it says it: an item of a union has its own index there."""
    if path and isinstance(path[-1], int):
        items, merged = follow(layer.values, path[:-1]), follow(resolved.spec, path)
        if follow(layer.values, path) == merged:
            return merged, path  # an item that stands twice has both its places
        if isinstance(items, list) and merged in items:
            return merged, (*path[:-1], items.index(merged))
        return ABSENT, path
    return follow(layer.values, path), path


def _removes(layer: Layer, path: Pointer) -> bool:
    """Whether the layer removed what the layers below said, at the path or at one of its parents."""
    return any(follow(layer.values, path[:length]) is None for length in range(1, len(path) + 1))
