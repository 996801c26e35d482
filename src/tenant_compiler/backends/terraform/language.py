"""The blocks that belong to Terraform itself and to no provider, in the shape of a provider's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.terraform.schemas import complete

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.backends.terraform.schemas import AttributeSchema, BlockSchema, NestedSchema

_TEXT: Final[AttributeSchema] = {"type": "string", "optional": True}
_FLAG: Final[AttributeSchema] = {"type": "bool", "optional": True}
_ANY: Final[AttributeSchema] = {"type": "dynamic", "optional": True}
_NAMES: Final[AttributeSchema] = {"type": ["list", "string"], "optional": True}

_CONDITION: Final[NestedSchema] = {
    "nesting_mode": "list",
    "block": {
        "attributes": {
            "condition": {"type": "bool", "required": True},
            "error_message": {"type": "string", "required": True},
        }
    },
}
_OPEN: Final[NestedSchema] = {"nesting_mode": "single", "block": {}, "x_open": True}

META: Final = complete(
    {
        "attributes": {
            "depends_on": _NAMES,
            "count": {"type": "number", "optional": True},
            "for_each": _ANY,
            "provider": _TEXT,
        },
        "block_types": {
            "lifecycle": {
                "nesting_mode": "single",
                "block": {
                    "attributes": {
                        "create_before_destroy": _FLAG,
                        "prevent_destroy": _FLAG,
                        "ignore_changes": _ANY,
                        "replace_triggered_by": _NAMES,
                    },
                    "block_types": {"precondition": _CONDITION, "postcondition": _CONDITION},
                },
            }
        },
    }
)
"""What every resource and data source takes beside its own arguments."""

PROVIDER_META: Final = complete({"attributes": {"alias": _TEXT}})
"""What every provider takes beside its own arguments."""

_BLOCKS: Final[Mapping[str, BlockSchema]] = {
    "terraform": {
        "attributes": {"required_version": {"type": "string", "required": True}},
        "block_types": {"required_providers": {**_OPEN, "min_items": 1}, "backend": _OPEN},
    },
    "variable": {
        "attributes": {
            "type": _TEXT,
            "default": _ANY,
            "description": _TEXT,
            "nullable": _FLAG,
            "sensitive": _FLAG,
        },
        "block_types": {"validation": _CONDITION},
    },
    "output": {
        "attributes": {
            "value": {"type": "dynamic", "required": True},
            "description": _TEXT,
            "sensitive": _FLAG,
            "depends_on": _NAMES,
        },
        "block_types": {"precondition": _CONDITION},
    },
    "locals": {"block_types": {}},
}
BLOCKS: Final = {kind: complete(block) for kind, block in _BLOCKS.items()}
"""Blocks by kind. The values of `locals` are free; `check` leaves them to `references`."""
