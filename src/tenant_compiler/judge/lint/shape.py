"""The shape of what rules read, made from the schema of resolved tenants and the tables of the projection."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from tenant_compiler.data import data_folder
from tenant_compiler.judge.projection import AMOUNTS, DATED, DATES, RENAMED, UNLIMITED
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.shapes import Schema, target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tenant_compiler.model.policy import Parameter

_EMPTY: Final[Mapping[str, Any]] = MappingProxyType({})


class Shape(NamedTuple):
    """What may stand somewhere; one of several possibilities."""

    kind: Literal["any", "map", "list", "leaf"]
    fields: Mapping[str, Shapes] = _EMPTY
    """Of a map: what its known keys hold."""
    rest: Shapes = ()
    """Of a map what any other key holds, of a list what its items are; empty: there is nothing else."""
    names: str = ""
    """A regular expression that the other keys match; empty for all."""
    word: str = ""
    """Of a leaf: its only value, where it has but one."""


Shapes: TypeAlias = tuple[Shape, ...]
"""All possibilities; none: there is nothing."""

ANY: Final[Shapes] = (Shape("any"),)
LEAF: Final[Shapes] = (Shape("leaf"),)


def step(shapes: Shapes, key: str | int | None) -> Shapes:
    """What stands below a key or index; below any of them for None. Empty: nothing can."""
    found: dict[int, Shape] = {}
    for shape in shapes:
        if shape.kind == "any":
            return ANY
        below: Iterable[Shape] = ()
        if key is None:
            below = [*shape.rest, *(each for field in shape.fields.values() for each in field)]
        elif shape.kind == "map" and isinstance(key, str):
            below = shape.fields.get(key, shape.rest if _fits(shape.names, key) else ())
        elif shape.kind == "list" and isinstance(key, int):
            below = shape.rest
        for each in below:
            found[id(each)] = each
    return ANY if any(shape.kind == "any" for shape in found.values()) else tuple(found.values())


def keys(shapes: Shapes) -> list[str]:
    """The known keys of what may stand somewhere."""
    return list(dict.fromkeys(key for shape in shapes for key in shape.fields))


def _fits(pattern: str, key: str) -> bool:
    return not pattern or re.search(pattern, key) is not None


def record(**fields: Shapes) -> Shapes:
    """A map with known keys and no others."""
    return (Shape("map", fields),)


def map_of(shapes: Shapes) -> Shapes:
    """A map with any keys."""
    return (Shape("map", rest=shapes),)


def list_of(shapes: Shapes) -> Shapes:
    """A list."""
    return (Shape("list", rest=shapes),)


@cache
def resolved_shape() -> Shapes:
    """What a resolved tenant is, ``metadata`` and ``spec``: where paths of findings lead."""
    with open(os.path.join(data_folder("schemas"), "resolved.schema.json"), encoding="utf-8") as file:
        root: Schema = json.load(file)
    (whole,) = _read(root, root)
    return record(metadata=whole.fields["metadata"], spec=whole.fields["spec"])


@cache
def tenant_shape() -> Shapes:
    """What ``input.tenant`` is: a resolved tenant in integers, and with days beside its dates."""
    (whole,) = resolved_shape()
    spec = whole.fields["spec"]
    for path in AMOUNTS:
        spec = _changed(spec, path, _amounts)
    for path in DATED:
        spec = _changed(spec, path, _dated)
    return record(metadata=whole.fields["metadata"], spec=spec)


def input_shape(parameters: Iterable[Parameter]) -> Shapes:
    """What ``input`` is for a rule that has these parameters."""
    site = record(region=LEAF, cloud=LEAF, role=LEAF, zones=LEAF, jurisdiction=LEAF, cluster=LEAF)
    return record(
        tenant=tenant_shape(),
        environment=LEAF,
        sites=list_of(site),
        elsewhere=list_of(record(region=LEAF, jurisdiction=LEAF)),
        parameters=record(**{each.name: _parameter(each.default) for each in parameters}),
        frameworks=map_of(record(level=LEAF, role=LEAF)),
        artifacts=_artifacts(),
    )


def _artifacts() -> Shapes:
    manifest = {"ref": LEAF, "file": LEAF, "value": ANY}
    named = {**manifest, "name": LEAF}
    return record(
        kubernetes=map_of(list_of(record(**manifest))),
        terraform=map_of(list_of(record(**named))),
        prometheus=record(alert=list_of(record(**named))),
    )


def _parameter(default: Any) -> Shapes:
    if isinstance(default, dict):
        return map_of(LEAF)
    return list_of(LEAF) if isinstance(default, list) else LEAF


def _read(schema: Schema, root: Schema) -> Shapes:
    """The shapes that a schema allows."""
    found = target(schema, root)
    choices = found.get("anyOf") or found.get("oneOf")
    if choices and "properties" not in found:
        return tuple({id(shape): shape for choice in choices for shape in _read(choice, root)}.values())
    if found.get("type") == "object":
        return (_map(found, root),)
    if found.get("type") == "array":
        return list_of(_read(found["items"], root) if "items" in found else ANY)
    if "type" not in found and "const" not in found and "enum" not in found:
        return ANY
    return (Shape("leaf", word=found["const"]),) if isinstance(found.get("const"), str) else LEAF


def _map(found: Schema, root: Schema) -> Shape:
    fields = {name: _read(below, root) for name, below in found.get("properties", {}).items()}
    rest: Shapes = ()
    others = [found.get("additionalProperties", True), *found.get("patternProperties", {}).values()]
    for other in others:
        if other is True:
            rest = ANY
        elif isinstance(other, dict):
            rest = _read(other, root) if other else ANY
    return Shape("map", fields, rest, found.get("propertyNames", {}).get("pattern", ""))


def _changed(shapes: Shapes, path: tuple[str, ...], change: Callable[[Shape], Shape]) -> Shapes:
    """Change the maps at a path; ``*`` stands for every key."""
    if not path:
        return tuple(change(shape) if shape.kind == "map" else shape for shape in shapes)
    name, below = path[0], path[1:]
    return tuple(_below(shape, name, below, change) if shape.kind == "map" else shape for shape in shapes)


def _below(shape: Shape, name: str, below: tuple[str, ...], change: Callable[[Shape], Shape]) -> Shape:
    fields = {key: _changed(held, below, change) if name in ("*", key) else held for key, held in shape.fields.items()}
    rest = _changed(shape.rest, below, change) if name == "*" else shape.rest
    return shape._replace(fields=fields, rest=rest)


def _amounts(shape: Shape) -> Shape:
    fields = {}
    for key, held in shape.fields.items():
        name = RENAMED[key][0] if key in RENAMED else key
        numbers = tuple(each for each in held if each.word != "unlimited")
        fields[name] = numbers if len(numbers) == len(held) else (*numbers, *record(**dict.fromkeys(UNLIMITED, LEAF)))
    return shape._replace(fields=fields)


def _dated(shape: Shape) -> Shape:
    days = {name: LEAF for key, (name, _) in DATES.items() if key in shape.fields}
    return shape._replace(fields={**shape.fields, **days})
