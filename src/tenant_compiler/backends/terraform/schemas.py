"""The recorded schemas of a provider, one file for each major version, read when first used."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypedDict

from tenant_compiler.data import data_folder

if TYPE_CHECKING:
    from typing import NotRequired

_MAJOR: Final = re.compile(r"~> (\d+)")


class AttributeSchema(TypedDict):
    """One argument or result of a block; a flag that is false is left out."""

    type: Any
    """``"string"``, ``["set", "string"]``, ``["object", {...}]``; ``"dynamic"`` is not known."""
    required: NotRequired[bool]
    optional: NotRequired[bool]
    computed: NotRequired[bool]


class NestedSchema(TypedDict):
    """Blocks inside a block."""

    nesting_mode: str
    """``single``, ``list``, ``set``, ``map`` or ``group``."""
    block: BlockSchema
    min_items: NotRequired[int]
    max_items: NotRequired[int]
    x_open: NotRequired[bool]
    """True: the recording is not whole, unknown arguments prove nothing."""


class BlockSchema(TypedDict, total=False):
    """The inside of a block."""

    attributes: dict[str, AttributeSchema]
    block_types: dict[str, NestedSchema]
    required: tuple[str, ...]
    """The arguments and blocks that must be there; added by `complete`."""


class TypeSchema(TypedDict):
    """One type of resource or data source, or the provider's own settings."""

    block: BlockSchema


class ProviderSchema(TypedDict):
    """One recorded version of a provider."""

    version: str
    provider: TypeSchema
    resource_schemas: dict[str, TypeSchema]
    data_source_schemas: dict[str, TypeSchema]


def major(pin: str) -> int:
    """The major version that a pin such as ``~> 6.69`` allows.

    Raises:
        ValueError: the pin has another form. The workspace's schema does not let one through.
    """
    found = _MAJOR.match(pin)
    if found is None:
        raise ValueError(f"not a pin of the form `~> 6.69`: {pin!r}")
    return int(found[1])


@cache
def load(provider: str, version: int) -> ProviderSchema:
    """Read the recorded schema of a provider's major version; later calls cost nothing.

    Raises:
        OSError: there is none.
    """
    path = os.path.join(data_folder("schemas"), "terraform", f"{provider}-{version}.json")
    with open(path, encoding="utf-8") as file:
        schema: ProviderSchema = json.load(file)
    complete(schema["provider"]["block"])
    for types in (schema["resource_schemas"], schema["data_source_schemas"]):
        for known in types.values():
            complete(known["block"])
    return schema


def complete(block: BlockSchema) -> BlockSchema:
    """Note in a block, and in the blocks in it, what is required: to look for it in every root is slow."""
    attributes = block.setdefault("attributes", {})
    nested = block.setdefault("block_types", {})
    for inner in nested.values():
        complete(inner["block"])
    needed = [name for name, attribute in attributes.items() if "required" in attribute]
    block["required"] = (*needed, *(name for name, inner in nested.items() if inner.get("min_items")))
    return block
