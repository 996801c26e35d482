"""How large an object may be: what the API server and etcd take."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.lints.found import mapping

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.lints.found import Found
    from tenant_compiler.model.artifact import ArtifactObject

_OBJECT: Final = 3 << 19
"""Bytes of one request to etcd, 1.5 MiB."""
_ANNOTATIONS: Final = 256 << 10
_BYTES: Final = 4
"""The most that a character takes in JSON, by what it takes in the texts that are looked at."""
_DATA: Final = 1 << 20
"""Bytes in a ConfigMap or Secret."""


def judge(item: ArtifactObject, kind: str, meta: dict[str, Any], found: Found) -> None:
    """Judge how large an object is, its annotations are, and what a ConfigMap holds.

    Codes: TC584.
    """
    if len(item.text or ascii(item.value)) * _BYTES <= _ANNOTATIONS:
        return  # nothing in it can be too large
    for what, value, limit in (
        ("the object", item.value, _OBJECT),
        ("its annotations", mapping(meta.get("annotations")), _ANNOTATIONS),
        ("its data", mapping(item.value.get("data")) if kind in {"ConfigMap", "Secret"} else {}, _DATA),
    ):
        exact = len(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode(errors="replace"))
        if exact > limit:
            found.add(
                "TC584",
                item,
                f"{what} has {_kib(exact)} KiB, {_kib(exact - limit)} KiB more than the {_kib(limit)} KiB that fit",
                "make what it was made from shorter, or split it",
            )


def _kib(size: int) -> int:
    return -(-size // 1024)
