"""Where a node stands: composed again from the file's bytes when a report asks for a line."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from yaml.error import YAMLError
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from tenant_compiler.model.diagnostic import Span
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.yaml_parser import LIMITS, LimitExceededError, Limits, compose
from tenant_compiler.read.yaml_text import lines_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yaml.nodes import Node

    from tenant_compiler.model.pointer import Pointer

_COMMENT = re.compile(r"\s#.*")


class Nearest(NamedTuple):
    """The place of a node, or of its nearest parent that exists."""

    span: Span
    pointer: Pointer
    """The node that was found: the one that was asked for, or a parent of it."""


class _Found(NamedTuple):
    pointer: Pointer
    key: Any
    """The node of the key that leads here; None below a list and at the root."""
    node: Any


class Positions:
    """The lines and columns of one file's documents.

    A broken file has the positions of what stands before its first syntax error. Composing costs as much as reading
    the file, so callers keep the object as long as they ask about the file.
    """

    __slots__ = ("_lines", "_roots")

    def __init__(self, roots: Sequence[Node], lines: Sequence[str]) -> None:
        self._roots = roots
        self._lines = lines

    @classmethod
    def of(cls, data: bytes, limits: Limits = LIMITS) -> Positions:
        """Compose a file's bytes."""
        roots: list[Node] = []
        if len(data) <= limits.size:
            # The reader reports what is wrong; what was composed before it keeps its positions.
            with contextlib.suppress(YAMLError, LimitExceededError):
                roots.extend(compose(data, limits))
        return cls(roots, lines_of(data))

    def find(self, pointer: Pointer, *, document: int = 0, key: bool = False) -> Span | None:
        """Give the span of a node, None when the document has no such node.

        A scalar's span ends with the scalar, or with its first line, and includes its anchor. An empty value, a
        mapping and a list have the span of their key; where there is none (list items, the root), the first key of
        the mapping, or the character that opens the collection. A node behind an alias is where it was written.

        Args:
            pointer: keys and list indices from the document's root.
            document: its index in the file.
            key: the key's span instead of the value's.
        """
        found = self._walk(pointer, document)
        return self._span(found, key=key) if found is not None and found.pointer == pointer else None

    def nearest(self, pointer: Pointer, *, document: int = 0, key: bool = False) -> Nearest:
        """Give the span of a node or of its nearest existing parent; 1:1 when the document itself is missing."""
        found = self._walk(pointer, document)
        if found is None:
            return Nearest(Span(1, 1, 2), ())
        return Nearest(self._span(found, key=key and found.pointer == pointer), found.pointer)

    def _walk(self, pointer: Pointer, document: int) -> _Found | None:
        if not 0 <= document < len(self._roots):
            return None
        found = _Found((), None, self._roots[document])
        for part in pointer:
            step = _step(found.node, part)
            if step is None:
                break
            found = _Found((*found.pointer, part), *step)
        return found

    def _span(self, found: _Found, *, key: bool) -> Span:
        if found.key is not None and (key or not (type(found.node) is ScalarNode and _has_text(found.node))):
            return node_span(found.key, self._lines)
        return node_span(found.node, self._lines)


def node_span(node: Any, lines: Sequence[str]) -> Span:
    """Give the span that stands for a node by itself: its text on its first line, or what opens it.

    Args:
        node: a composed node.
        lines: the file's lines.
    """
    start, end = node.start_mark, node.end_mark
    line, column = start.line + 1, start.column + 1
    if type(node) is not ScalarNode:
        block = not node.flow_style and type(node) is MappingNode and node.value
        first = node.value[0][0] if block else None
        # An anchored or tagged mapping starts above its first key; an alias as key stands elsewhere altogether.
        if first is not None and first.start_mark.index >= start.index:
            return node_span(first, lines)
        return Span(line, column, column + 1)
    if end.line == start.line:
        return Span(line, column, max(end.column, column) + 1)
    rest = lines[start.line][start.column :] if start.line < len(lines) else ""
    if node.style in {"|", ">"}:
        rest = _COMMENT.sub("", rest)
    return Span(line, column, column + max(1, len(rest.rstrip())))


def _has_text(node: Any) -> bool:
    return bool(node.end_mark.index > node.start_mark.index)


def _step(node: Any, part: str | int) -> tuple[Any, Any] | None:
    if type(node) is MappingNode:
        # A JSON pointer cannot tell the key "0" from the index 0.
        name = str(part)
        return next(
            ((key, value) for key, value in node.value if type(key) is ScalarNode and key.value == name),
            None,
        )
    if type(node) is SequenceNode and isinstance(part, int) and 0 <= part < len(node.value):
        return None, node.value[part]
    return None
