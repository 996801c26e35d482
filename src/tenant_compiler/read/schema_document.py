"""Walks over a document that is being explained: its order, and what in it no validator can take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.read.schema_values import Finding
from tenant_compiler.read.schema_words import shown

if TYPE_CHECKING:
    from tenant_compiler.model.pointer import Pointer

_DIGITS: Final = 300
_BITS: Final = 1000
"""Python refuses to print integers of thousands of digits; those of a few hundred are no quantities either."""


class Order:
    """The order of a document's nodes."""

    def __init__(self, value: Any) -> None:
        self._value = value
        self._keys: dict[int, dict[str, int]] = {}

    def position(self, pointer: Pointer) -> tuple[int, ...]:
        """A key to sort by; what is missing stands before what its parent holds."""
        value, position = self._value, []
        for part in pointer:
            if isinstance(value, dict) and part in value:
                keys = self._keys.get(id(value))
                if keys is None:
                    keys = self._keys[id(value)] = {key: index for index, key in enumerate(value)}
                position.append(keys[str(part)])
            elif isinstance(value, list) and isinstance(part, int):
                position.append(part)
            else:
                return (*position, -1)
            value = value[part]
        return tuple(position)


def speakable(value: Any, pointer: Pointer, found: list[Finding]) -> Any:
    """Put null in the place of what JSON cannot hold, or nobody can print (TC202, TC205, TC206).

    Args:
        value: the document, or a part of it; it is not changed.
        pointer: where the part stands.
        found: collects a finding for each such node.
    """
    if isinstance(value, dict):
        for key in value:
            speakable(key, (*pointer, key), found)
        return {key: speakable(below, (*pointer, key), found) for key, below in value.items()}
    if isinstance(value, list):
        return [speakable(below, (*pointer, index), found) for index, below in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        found.append(Finding("TC205", pointer, f"is {shown(value)}, but must be finite", "write a number"))
    elif isinstance(value, int) and value.bit_length() > _BITS:
        message = f"has more than {_DIGITS} digits, which no quantity here needs"
        found.append(Finding("TC205", pointer, message, "write a smaller number"))
    elif isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        message = "holds half of a surrogate pair, which is no character"
        found.append(Finding("TC206", pointer, message, "write the character that is meant"))
    elif value is not None and not isinstance(value, (bool, int, float, str)):
        found.append(Finding("TC202", pointer, "is a date or a time, which no field takes", "write it in quotes"))
    else:
        return value
    return None
