"""Pointers into a document: how they are written by people, and the one way in which we print them."""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias

Pointer: TypeAlias = tuple[str | int, ...]
"""The keys and list indices from a document's root to a node, such as ``("spec", "quotas", "cpu_cores")``."""

ABSENT: Final = object()
"""What `follow` gives where nothing is; it equals nothing but itself."""

_PLAIN = re.compile(r"[A-Za-z0-9_/-]+")
_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|\[(\d+)\]|([^.\[\]"]+)')
_ROOTS = frozenset({"apiVersion", "kind", "metadata", "spec"})


def show(pointer: Pointer) -> str:
    """Print a pointer as people write it: ``quotas.cpu_cores``, ``domains[0]``, ``metadata.name``.

    The leading ``spec`` is left out, because nearly everything that a tenant says stands below it.
    """
    parts = pointer[1:] if len(pointer) > 1 and pointer[0] == "spec" else pointer
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        key = part if _PLAIN.fullmatch(part) else '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text += f".{key}" if text else key
    return text


def parse(text: str) -> Pointer:
    """Read a pointer: dotted (``quotas.cpu_cores``, ``domains[0]``) or a JSON pointer (``/spec/quotas/cpu_cores``).

    A dotted pointer that does not start at one of the document's root keys stands below ``spec``.

    Raises:
        ValueError: the text is neither form.
    """
    if text.startswith("/"):
        raw = [part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/")]
        return tuple(int(part) if part.isdigit() else part for part in raw)
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        if parts and text[position] == ".":
            position += 1
        found = _PART.match(text, position)
        if found is None:
            raise ValueError(f"not a path: {text!r}")
        quoted, index, plain = found.groups()
        if index is not None:
            parts.append(int(index))
        else:
            parts.append(re.sub(r"\\(.)", r"\1", quoted) if plain is None else plain)
        position = found.end()
    if not parts:
        raise ValueError("an empty path")
    return tuple(parts) if parts[0] in _ROOTS else ("spec", *parts)


def follow(value: Any, pointer: Pointer) -> Any:
    """The node at a pointer into JSON-like data, or `ABSENT`."""
    for part in pointer:
        if isinstance(value, dict):
            value = value.get(part, ABSENT)
        elif isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
            value = value[part]
        else:
            return ABSENT
    return value
