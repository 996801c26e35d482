"""The merge of two layers.

Maps merge deeply; scalars and lists replace, except the unions that the vocabulary declares; ``None`` removes what the
lower layers said. Nothing is copied that did not change: results share sub-trees with the layers they came from, so
neither may ever be changed in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Unions: TypeAlias = "Mapping[str, Any]"
"""A tree of keys (``*`` for every entry of a map) whose leaves are ``True``: ``{"data": {"sql": {"*": {...}}}}``."""

_NONE: Unions = {}


def union_tree(paths: Iterable[tuple[str, ...]]) -> Unions:
    """Turn the paths of unions into a tree that the merge walks beside the values."""
    tree: dict[str, Any] = {}
    for path in paths:
        node = tree
        for key in path[:-1]:
            node = node.setdefault(key, {})
        node[path[-1]] = True
    return tree


def merge(lower: Mapping[str, Any], upper: Mapping[str, Any], unions: Unions = _NONE) -> dict[str, Any]:
    """Lay ``upper`` over ``lower``.

    Args:
        lower: a map without ``None`` in it.
        upper: a map; ``None`` anywhere in it removes.
        unions: the unions below this map.

    Returns:
        A map without ``None``, in the order of ``lower`` with what ``upper`` adds behind.
    """
    result = dict(lower)
    for key, value in upper.items():
        inner = unions.get(key) or unions.get("*") if unions else None
        if value is None:
            result.pop(key, None)
        elif type(value) is dict:
            below = result.get(key)
            result[key] = merge(below if type(below) is dict else _NONE, value, inner if type(inner) is dict else _NONE)
        elif inner is True and type(value) is list:
            below = result.get(key)
            result[key] = [*below, *(item for item in value if item not in below)] if type(below) is list else value
        else:
            result[key] = value
    return result
