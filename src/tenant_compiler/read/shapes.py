"""Turns one JSON Schema into another: the complete shape of a section into that of a layer, and plug-ins' sections in.

Used when the committed schemas are made (``scripts/generate_schemas.py``) and when plug-ins' sections are added to
them, so that both are made by the same rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Schema: TypeAlias = dict[str, Any]

REMOVES: Final = "Removes what a lower layer sets."

_MAPS: Final = ("properties", "patternProperties", "definitions")
_LISTS: Final = ("allOf", "anyOf", "oneOf")
_ONE: Final = ("additionalProperties", "additionalItems", "items", "contains", "not", "if", "then", "else")
_WHOLE: Final = ("required", "minProperties", "dependencies", "not", "if", "then", "else", "contains")
"""Keywords that only a complete section can be judged by."""
_STRUCTURE: Final = frozenset({"properties", "patternProperties", "$ref", *_WHOLE})


def map_schemas(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """Apply a function to the schemas directly below one; the schema itself is copied, never changed."""
    result = dict(schema)
    for keyword in _MAPS:
        if isinstance(schema.get(keyword), dict):
            result[keyword] = {name: _each(below, change) for name, below in schema[keyword].items()}
    for keyword in _LISTS:
        if isinstance(schema.get(keyword), list):
            result[keyword] = [_each(below, change) for below in schema[keyword]]
    for keyword in _ONE:
        if isinstance(schema.get(keyword), dict):
            result[keyword] = change(schema[keyword])
    return result


def _each(schema: Any, change: Callable[[Schema], Schema]) -> Any:
    return change(schema) if isinstance(schema, dict) else schema


def target(schema: Schema, root: Mapping[str, Any]) -> Schema:
    """Follow ``$ref`` (also inside an ``allOf`` of one) to the schema that is meant.

    Only references to the document's ``definitions`` are followed; at any other the schema that has it is returned.
    """
    definitions = root.get("definitions", {})
    for _ in range(len(definitions) + 1):  # a plug-in's references may go round in circles
        only = schema.get("allOf")
        holder = only[0] if isinstance(only, list) and len(only) == 1 and isinstance(only[0], dict) else schema
        reference = holder.get("$ref")
        name = reference.removeprefix("#/definitions/") if isinstance(reference, str) else None
        if name not in definitions:
            return schema
        schema = definitions[name]
    return schema


def is_section(schema: Schema, root: Mapping[str, Any]) -> bool:
    """Whether a schema describes a mapping: a section with known keys or a map with free ones."""
    return target(schema, root).get("type") == "object"


def nullable(schema: Schema) -> Schema:
    """Allow ``null`` beside what a schema allows."""
    kind = schema.get("type")
    if "$ref" in schema or "allOf" in schema or kind == "object":
        return {"anyOf": [schema, {"type": "null", "description": REMOVES}]}
    result = dict(schema)
    if isinstance(kind, str):
        result["type"] = [kind, "null"]
    elif isinstance(kind, list) and "null" not in kind:
        result["type"] = [*kind, "null"]
    if "oneOf" in schema:
        result["oneOf"] = [*schema["oneOf"], {"const": None, "description": REMOVES}]
    if "anyOf" in schema:
        result["anyOf"] = [*schema["anyOf"], {"type": "null", "description": REMOVES}]
    if "enum" in schema:
        result["enum"] = [*schema["enum"], None]
    if "const" in schema:
        result["enum"] = [result.pop("const"), None]
    return result


def layer(schema: Schema, root: Mapping[str, Any]) -> Schema:
    """Make the shape of a layer: nothing is required, and ``null`` removes a leaf or a map's entry.

    A list is a value of its own, which layers replace as a whole: what stands in it stays complete. Keywords that
    only make sense for a complete section (``required``, ``minProperties``, conditions) go; the resolved tenant is
    checked by them.
    """
    result = {keyword: value for keyword, value in schema.items() if keyword not in _WHOLE}
    for keyword in ("anyOf", "oneOf"):
        if any(not isinstance(branch, dict) or _STRUCTURE & branch.keys() for branch in schema.get(keyword, ())):
            del result[keyword]
    if isinstance(schema.get("allOf"), list):
        result["allOf"] = [layer(below, root) if isinstance(below, dict) else below for below in schema["allOf"]]
    for keyword in ("properties", "patternProperties"):
        if isinstance(schema.get(keyword), dict):
            result[keyword] = {name: _field(below, root) for name, below in schema[keyword].items()}
    entry = schema.get("additionalProperties")
    if isinstance(entry, dict):
        result["additionalProperties"] = nullable(layer(entry, root))
    if isinstance(schema.get("definitions"), dict):
        result["definitions"] = {name: layer(below, root) for name, below in schema["definitions"].items()}
    return result


def _field(schema: Any, root: Mapping[str, Any]) -> Any:
    if not isinstance(schema, dict):
        return schema
    return layer(schema, root) if is_section(schema, root) else nullable(layer(schema, root))


def relocated(schema: Any, base: str) -> Any:
    """Move a schema from the root of its document to another place: local references lead there.

    Args:
        schema: a whole document, or a part of one.
        base: where it will stand, such as ``#/definitions/extension.example``.
    """
    if isinstance(schema, list):
        return [relocated(part, base) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {}
    for keyword, value in schema.items():
        if keyword == "$ref" and isinstance(value, str) and value.startswith("#"):
            result[keyword] = base + value[1:]
        elif keyword in ("const", "default", "enum", "examples"):
            result[keyword] = value
        else:
            result[keyword] = relocated(value, base)
    return result
