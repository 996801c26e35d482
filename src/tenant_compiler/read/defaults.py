"""What the vocabulary says beside its types: defaults, lists that add up, and which way is the safer one.

Read out of the schema once, into closures and small tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tenant_compiler.read.shapes import target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tenant_compiler.read.shapes import Schema

Filler: TypeAlias = "Callable[[Any], Any]"
"""Fills defaults into a value. Copies what it changes, shares everything else, and never changes its input."""

Path: TypeAlias = tuple[str, ...]
"""Keys from the root of a schema's document; ``*`` stands for every key of a map and every item of a list."""

LAYER: Final = "x-layer"
"""Marks a section that is a layer: defaults do not fill it, they would hide what lower layers say."""


def filler(schema: Schema, root: Mapping[str, Any]) -> Filler | None:
    """Compile the defaults of a schema.

    Args:
        schema: of the value that will be filled.
        root: the document of the schema, for its ``definitions``.

    Returns:
        The function, or None when there is nothing to fill below the schema.
    """
    if schema.get(LAYER):
        return None
    found = target(schema, root)
    entry = found.get("additionalProperties")
    if "properties" not in found:
        below = filler(entry, root) if isinstance(entry, dict) else None
        return None if below is None else _map_filler(below)
    defaults: dict[str, Any] = {}
    children: list[tuple[str, Filler]] = []
    for key, field in found["properties"].items():
        below = filler(field, root)
        if "default" in field:
            defaults[key] = field["default"] if below is None else below(field["default"])
        if below is not None:
            children.append((key, below))
    return _section_filler(defaults, tuple(children)) if defaults or children else None


def _section_filler(defaults: dict[str, Any], children: tuple[tuple[str, Filler], ...]) -> Filler:
    keys = defaults.keys()

    def fill(value: Any) -> Any:
        if type(value) is not dict:
            return value  # the schema check says what is wrong with it
        complete = keys <= value.keys()
        result = value if complete else value | defaults | value  # the value's own order, then what it lacks
        for key, below in children:
            if key in value:
                old = value[key]
                new = below(old)
                if new is not old:
                    if result is value:
                        result = dict(value)
                    result[key] = new
        return result

    return fill


def _map_filler(below: Filler) -> Filler:
    def fill(value: Any) -> Any:
        if type(value) is not dict:
            return value
        result = value
        for key, old in value.items():
            new = below(old)
            if new is not old:
                if result is value:
                    result = dict(value)
                result[key] = new
        return result

    return fill


def marked(keyword: str, schema: Schema, root: Mapping[str, Any]) -> Iterator[tuple[Path, Schema]]:
    """Find the fields of a schema that carry a keyword of ours (``x-union``, ``x-format``)."""
    waiting: list[tuple[Path, Schema]] = [((), schema)]
    while waiting:
        path, field = waiting.pop()
        found = target(field, root)
        if keyword in field or keyword in found:
            yield path, found
        below = dict(found.get("properties", {}))
        for free in ("additionalProperties", "items"):
            if isinstance(found.get(free), dict):
                below["*"] = found[free]
        waiting += [((*path, key), child) for key, child in below.items() if isinstance(child, dict)]
