"""From the schema of a CustomResourceDefinition to a JSON Schema that refuses what the API server refuses.

The API server reads structural schemas: every object is closed by what it names, unless it says otherwise. Words for
people, defaults and formats are left out, and nothing is looked up elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.pointer import Pointer

REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")
_KEPT: Final = frozenset(
    {
        "enum",
        "maxItems",
        "maxLength",
        "maxProperties",
        "minItems",
        "minLength",
        "minProperties",
        "multipleOf",
        "pattern",
        "required",
        "type",
        "uniqueItems",
    }
)
_BOUNDS: Final = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
_OPEN: Final = ("x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource")


def of_definition(api_version: str, kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Make the JSON Schema of whole objects of a kind, without their status, which only the cluster writes.

    Args:
        api_version: group and version.
        kind: the kind's name.
        schema: ``openAPIV3Schema``.
    """
    whole = _strict(schema, closed=True)
    properties = {key: below for key, below in whole.get("properties", {}).items() if key != "status"}
    own = {"apiVersion": {"const": api_version}, "kind": {"const": kind}, "metadata": {"type": "object"}}
    whole.update(type="object", properties={**properties, **own})
    whole["required"] = sorted({*own, *(name for name in whole.get("required", ()) if name != "status")})
    return whole


def references(schema: Any, path: Pointer = ()) -> Iterator[tuple[Pointer, str]]:
    """Find what a schema refers to, with the place of each reference."""
    if isinstance(schema, dict):
        for key, below in schema.items():
            if key in REFERENCES and isinstance(below, str):
                yield (*path, key), below
            else:
                yield from references(below, (*path, key))
    elif isinstance(schema, list):
        for index, below in enumerate(schema):
            yield from references(below, (*path, index))


def _strict(schema: Any, *, closed: bool) -> dict[str, Any]:
    """Translate one node. In the parts of a condition objects stay open: the node around them closes them."""
    if not isinstance(schema, dict):
        return {}
    made: dict[str, Any] = {key: value for key, value in schema.items() if key in _KEPT}
    for bound, exclusive in _BOUNDS:
        if bound in schema:
            # OpenAPI says with a switch what JSON Schema says with a number.
            made[exclusive if schema.get(exclusive) is True else bound] = schema[bound]
    if isinstance(schema.get("properties"), dict):
        made["properties"] = {name: _strict(below, closed=closed) for name, below in schema["properties"].items()}
        is_open = "additionalProperties" in schema or any(schema.get(word) is True for word in _OPEN)
        if closed and not is_open:
            made["additionalProperties"] = False
    if isinstance(schema.get("additionalProperties"), dict):
        made["additionalProperties"] = _strict(schema["additionalProperties"], closed=closed)
    if isinstance(schema.get("items"), dict):
        made["items"] = _strict(schema["items"], closed=closed)
    for word in ("allOf", "anyOf", "oneOf"):
        if isinstance(schema.get(word), list):
            made[word] = [_strict(below, closed=False) for below in schema[word]]
    if "not" in schema:
        made["not"] = _strict(schema["not"], closed=False)
    if schema.get("x-kubernetes-int-or-string") is True:
        made["type"] = ["integer", "string"]
    if schema.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made
