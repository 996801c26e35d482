"""Whether a path can lead anywhere in a tenant, by the schema of a resolved one."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from tenant_compiler.read.schema import document_schema
from tenant_compiler.read.schema_words import listed, matches
from tenant_compiler.read.shapes import target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.model.pointer import Pointer

_ROOTS = ("metadata", "spec")
_FREE = ("spec", "extensions")
"""Sections of plug-ins; which are loaded does not matter for a waiver or a rule."""


@lru_cache(maxsize=4096)
def stranger(pointer: Pointer) -> tuple[Pointer, Sequence[str]] | None:
    """Find the first part of a pointer that no tenant has.

    Returns:
        The pointer up to that part and the keys that could stand there; None when the pointer can lead somewhere.
    """
    root = _schema()
    node: dict[str, Any] = {**root, "properties": {key: root["properties"][key] for key in _ROOTS}}
    for depth, part in enumerate(pointer, 1):
        if pointer[:depth] == _FREE:
            return None
        below, keys = _below(target(node, root), part)
        if below is None:
            return pointer[:depth], keys
        node = below
    return None


@cache
def _schema() -> dict[str, Any]:
    return document_schema("resolved")


def _below(node: dict[str, Any], part: str | int) -> tuple[dict[str, Any] | None, list[str]]:
    """The schema below a node; without one, when nothing of that name can stand there, the keys that can."""
    if isinstance(part, int):
        items = node.get("items")
        return (items if isinstance(items, dict) else None), []
    fields: dict[str, Any] = node.get("properties", {})
    if part in fields:
        return fields[part], []
    entry, pattern = node.get("additionalProperties"), node.get("propertyNames", {}).get("pattern")
    if isinstance(entry, dict) and (pattern is None or matches(pattern, part)):
        return entry, []
    return None, [*fields, *(listed(pattern) if pattern else ())]
