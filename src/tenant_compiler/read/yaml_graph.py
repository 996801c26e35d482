"""Questions about a composed document as a graph: how large its aliases make it, and where tags stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from yaml.nodes import MappingNode, ScalarNode

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from yaml.nodes import Node

    from tenant_compiler.read.yaml_parser import Limits

# A node that starts with `!` is tagged: plain text cannot, quoted text starts with its quote. An anchor may precede.
_TAG = re.compile(r"(?:&[^\s,\[\]{}]+\s+)?!")

Cause: TypeAlias = Literal["cycle", "nodes", "depth"]


class Expansion(NamedTuple):
    """Why a document's aliases cannot be expanded."""

    cause: Cause
    node: Node
    """The smallest collection that shows it."""


class _FoundError(Exception):
    def __init__(self, cause: Cause, node: Node) -> None:
        self.expansion = Expansion(cause, node)
        super().__init__(cause)


def children(node: Any) -> list[Any]:
    """Give the nodes right below one; keys and values in turn for a mapping."""
    if type(node) is ScalarNode:
        return []
    if type(node) is MappingNode:
        return [child for pair in node.value for child in pair]
    return list(node.value)


def expansion_problem(root: Node, limits: Limits) -> Expansion | None:
    """Say why a document cannot be expanded, without expanding it.

    An anchored node is measured once, however many aliases name it, so nine levels of nine take 81 steps.
    """
    try:
        _measure(root, limits, {}, 0)
    except _FoundError as found:
        return found.expansion
    return None


class _Measure(NamedTuple):
    size: int
    """Nodes after expansion."""
    height: int
    """Collections inside one another, this one included."""


_LEAF = _Measure(1, 0)


def _measure(node: Any, limits: Limits, done: dict[int, _Measure | None], depth: int) -> _Measure:
    # What is too deep as it is written is reported by the builder; here it only ends the descent.
    if type(node) is ScalarNode or depth >= limits.depth:
        return _LEAF
    key = id(node)
    if key in done:
        known = done[key]
        if known is None:
            raise _FoundError("cycle", node)
        return known
    done[key] = None
    size = height = 0
    for child in children(node):
        part = _measure(child, limits, done, depth + 1)
        size += part.size
        height = max(height, part.height)
    if size >= limits.nodes:
        raise _FoundError("nodes", node)
    if height >= limits.depth:
        raise _FoundError("depth", node)
    result = done[key] = _Measure(size + 1, height + 1)
    return result


def tagged(root: Node, data: bytes) -> list[Node]:
    """Give the nodes that carry a tag, each once, in the order of the file."""
    text = data.decode("utf-8-sig")
    found: dict[int, Node] = {}
    seen: set[int] = set()
    todo: list[Any] = [root]
    while todo:
        node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        start = node.start_mark.index
        # The parsers hand an explicit tag on as text, except the lone `!`, which only the source shows.
        if isinstance(node.tag, str) or _TAG.match(text, start):
            found.setdefault(start, node)
        todo += children(node)
    return [found[start] for start in sorted(found)]
