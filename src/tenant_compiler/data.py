"""Finds the data that ships with the compiler: schemas, tier presets, policies, the pages of the codes."""

from __future__ import annotations

import os
from typing import Final, Literal, TypeAlias

Folder: TypeAlias = Literal["schemas", "tier_presets", "policies", "codes"]

_PACKAGE: Final = os.path.dirname(os.path.abspath(__file__))
_PACKED: Final = os.path.join(_PACKAGE, "_data")
_CHECKOUT: Final = os.path.dirname(os.path.dirname(_PACKAGE))
_IN_CHECKOUT: Final = {
    "schemas": "schemas",
    "tier_presets": "tier_presets",
    "policies": "policies",
    "codes": os.path.join("docs", "reference", "codes"),
}


def data_folder(name: Folder) -> str:
    """Return the absolute path of a folder of built-in data.

    A wheel holds the folders below ``tenant_compiler/_data``; a source checkout has them at its top level, where people
    look for them. The folder itself is not looked at: who opens a file in it gets the usual `OSError`.

    Raises:
        KeyError: no such folder of data.
    """
    place = _IN_CHECKOUT[name]
    return os.path.join(_PACKED, name) if os.path.isdir(_PACKED) else os.path.join(_CHECKOUT, place)
