"""Bytes to YAML nodes: libyaml's composer, bounded in depth and number of nodes.

Two facts decide the shape of this module. libyaml's composer calls three Python methods for every node; methods
written in Python take a quarter of the time of a whole file, callables written in C nearly nothing. And both the
composer (in C stack) and libyaml's scanner (in time, squared) suffer from deep nesting. So a file that cannot be deep
or large by a look at its bytes takes a parser without counters, any other one a parser that counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml.error import Mark
    from yaml.events import Event
    from yaml.nodes import Node
    from yaml.tokens import Token

try:
    from yaml._yaml import CParser as _CParser
except ImportError:  # PyYAML was built without libyaml
    HAS_LIBYAML = False
else:
    HAS_LIBYAML = True

_HARMLESS_DEPTH = 256
"""Flow brackets that a file may hold before its nesting is counted: safe for a C stack of 512 KiB."""
_DEEP_LINE = re.compile(rb"\n[ \t?:-]{64}")
"""A line whose first block collection could start beyond column 64: only such a file nests blocks deeply. The literal
first character makes the search ten times faster than a choice of line starts."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Limits(NamedTuple):
    """Bounds of one file, against input that is made to be expensive."""

    size: int = 1 << 20
    """Bytes."""
    nodes: int = 100_000
    """Keys, values and collections of all documents; of one document after its aliases are expanded."""
    depth: int = 64
    """Collections inside one another."""


LIMITS = Limits()


class LimitExceededError(Exception):
    """A file has more nodes or is deeper than its limits allow.

    Attributes:
        code: TC106 (depth) or TC108 (nodes).
        mark: where the collection starts that went too far; None at the root.
    """

    def __init__(self, code: str, mark: Mark | None) -> None:
        self.code = code
        self.mark = mark
        super().__init__(code)


class Parser(Protocol):
    """The part of PyYAML's parsers that we use."""

    def check_node(self) -> bool:
        """Say whether another document follows."""

    def get_node(self) -> Node | None:
        """Compose the next document."""

    def get_event(self) -> Event | None:
        """Parse the next event; for a parser that composes nothing."""

    def get_token(self) -> Token | None:
        """Scan the next token; for a parser that does nothing else."""


class Counting:
    """The hooks of a composer that count; for mixing into a parser."""

    # A tag is never looked at: plain scalars are known by their style, explicit tags by the source text.
    resolve = staticmethod(slice)

    def bound(self, limits: Limits) -> None:
        """Start counting."""
        self._limits = limits
        self._depth = 0
        self._nodes = 0

    def descend_resolver(self, parent: Node | None, _index: Any) -> None:
        """Enter a node.

        Raises:
            LimitExceededError: the node is one too many, or stands too deep.
        """
        self._nodes += 1
        self._depth += 1
        # One more than the limit: a scalar may stand inside the deepest collection that is allowed.
        if self._depth > self._limits.depth + 1:
            raise LimitExceededError("TC106", parent.start_mark if parent else None)
        if self._nodes > self._limits.nodes:
            raise LimitExceededError("TC108", parent.start_mark if parent else None)

    def ascend_resolver(self) -> None:
        """Leave a node."""
        self._depth -= 1


if HAS_LIBYAML:

    class _FastParser(_CParser):
        # C callables that take what the composer passes and do nothing of consequence.
        resolve = staticmethod(slice)
        descend_resolver = staticmethod(slice)
        ascend_resolver = staticmethod(tuple)

    class _CountingParser(Counting, _CParser):
        pass


def compose(data: bytes, limits: Limits = LIMITS) -> Iterator[Node]:
    """Compose one document after the other, lazily, so that an error leaves the ones before it intact.

    Raises:
        yaml.error.YAMLError: a syntax error, or characters that YAML does not allow.
        LimitExceededError: too deep or too many nodes.
    """
    parser = open_parser(data, limits)
    while parser.check_node():
        node = parser.get_node()
        if node is not None:
            yield node


def open_parser(data: bytes, limits: Limits) -> Parser:
    """Give the cheapest parser that is safe for a text."""
    if not HAS_LIBYAML:
        from tenant_compiler.read.yaml_pure import PureParser  # noqa: PLC0415 - ten times slower; only without libyaml

        return PureParser(data, limits)
    if may_be_expensive(data, limits):
        parser = _CountingParser(data)
        parser.bound(limits)
        return parser
    return _FastParser(data)


def may_be_expensive(data: bytes, limits: Limits) -> bool:
    """Say whether a text could reach a limit, or harm the parser before the limit is seen.

    Every node but the root takes a byte of its own. Every level takes an opening bracket (``[`` can open two, the
    list and a single pair in it) or a block collection, which starts further right than its parent, in a line's
    leading run of blanks and indicators (two levels can share a column: a mapping and the list below its key).
    """
    if len(data) >= limits.nodes:
        return True
    if 2 * data.count(b"[") + data.count(b"{") > _HARMLESS_DEPTH:
        return True
    lines = data.replace(b"\r", b"\n") if b"\r" in data else data
    return _DEEP_LINE.search(b"\n" + lines.removeprefix(_BYTE_ORDER_MARK)) is not None
