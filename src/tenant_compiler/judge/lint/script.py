"""One module of Rego, taken apart further than an engine needs it: references with all their steps, arrays, arguments.

Like `judge.rego` it looks at tokens and builds no tree; what it does not understand it leaves alone.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final, TypeAlias

from tenant_compiler.judge.rego import KEYWORDS, Token, outline, span_of, string_value, tokens
from tenant_compiler.model.diagnostic import Place
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OPEN: Final = {"(": ")", "[": "]", "{": "}"}

Range: TypeAlias = tuple[int, int]
"""The indices of the first token and of the one behind the last."""


class Step(NamedTuple):
    """A step of a reference, or an item of an array."""

    key: str | int | None
    """None: an expression, which may be any key or index."""
    start: int
    end: int


class Chain(NamedTuple):
    """A reference: ``input.sites[_].region``."""

    root: str
    steps: tuple[Step, ...]
    start: int
    end: int
    tokens: Range
    called: bool
    """Whether arguments follow."""

    @property
    def path(self) -> str:
        """The dotted name of a function; empty for what is none."""
        names = [step.key for step in self.steps]
        return ".".join([self.root, *map(str, names)]) if all(isinstance(name, str) for name in names) else ""


class Array(NamedTuple):
    """A literal array."""

    items: tuple[Step, ...]
    start: int
    end: int
    tokens: Range


class Script:
    """A module.

    Args:
        source: its text.
        file: its name.
    """

    def __init__(self, source: str, file: str) -> None:
        self.source = source
        self.file = file
        self.outline = outline(source)
        self.tokens: Sequence[Token] = [token for token in tokens(source) if token.kind != "comment"]
        self._closed = dict(_pairs(self.tokens))
        self.chains = {chain.tokens[0]: chain for chain in self._chains()}
        """By the index of their first token."""
        self.arrays = {array.tokens[0]: array for array in self._arrays()}
        """Literal arrays, no comprehensions, by the index of their bracket."""
        self._heads = [head.start for head in self.outline.heads]

    def place(self, start: int, end: int) -> Place:
        """The place of a stretch."""
        return Place(self.file, span=span_of(self.source, start, end))

    def scope(self, index: int) -> int:
        """The number of the rule or function that a token belongs to; -1 for what stands above all."""
        return bisect_right(self._heads, self.tokens[index].start) - 1

    def text(self, index: int) -> str:
        """The text of a token; empty behind the end and before the beginning."""
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def string(self, index: int) -> str | None:
        """What a token means that is a string; None for another one."""
        return string_value(self.tokens[index]) if 0 <= index < len(self.tokens) else None

    def closing(self, index: int) -> int:
        """The index of the bracket that closes the one at an index; the number of tokens when there is none."""
        return self._closed.get(index, len(self.tokens))

    def arguments(self, chain: Chain) -> list[Range]:
        """The arguments of a call."""
        start = chain.tokens[1]
        return [*self.parts(start + 1, self.closing(start), ",")]

    def parts(self, start: int, end: int, separator: str) -> Iterator[Range]:
        """Split tokens where a separator stands outside of all brackets; nothing for none."""
        first = index = start
        while index < end:
            if self.text(index) == separator:
                yield first, index
                first = index + 1
            index = self.closing(index) + 1 if self.text(index) in _OPEN else index + 1
        if first < end:
            yield first, end

    def new_line(self, index: int) -> bool:
        """Whether a token begins a line, or there is none."""
        if index >= len(self.tokens):
            return True
        return "\n" in self.source[self.tokens[index - 1].end : self.tokens[index].start]

    def _chains(self) -> Iterator[Chain]:
        for index, token in enumerate(self.tokens):
            if token.kind == "name" and not self._is_step(index) and not self._is_keyword(index):
                yield self._chain(index)

    def _is_keyword(self, index: int) -> bool:
        """Keywords but the builtin ``contains(text, part)``."""
        text = self.text(index)
        return text in KEYWORDS and not (
            text == "contains" and self.text(index + 1) == "(" and self._adjacent(index + 1)
        )

    def _is_step(self, index: int) -> bool:
        return self.text(index - 1) == "." and self._adjacent(index)

    def _adjacent(self, index: int) -> bool:
        """Whether a token stands right behind the one before."""
        return 0 < index < len(self.tokens) and self.tokens[index - 1].end == self.tokens[index].start

    def _is_subscript(self, index: int) -> bool:
        before = self.tokens[index - 1] if index else None
        return (
            before is not None
            and self._adjacent(index)
            and (before.text in "])}" or (before.kind == "name" and not self._is_keyword(index - 1)))
        )

    def _chain(self, index: int) -> Chain:
        first = index
        steps: list[Step] = []
        index += 1
        while index < len(self.tokens) and self._adjacent(index):
            text = self.text(index)
            if text == "." and index + 1 < len(self.tokens) and self.tokens[index + 1].kind == "name":
                name = self.tokens[index + 1]
                steps.append(Step(name.text, name.start, name.end))
                index += 2
            elif text == "[":
                close = self.closing(index)
                steps.append(self._item(index + 1, close))
                index = min(close + 1, len(self.tokens))
            else:
                break
        called = self.text(index) == "(" and self._adjacent(index)
        start, end = self.tokens[first].start, self.tokens[index - 1].end
        return Chain(self.tokens[first].text, tuple(steps), start, end, (first, index), called)

    def _arrays(self) -> Iterator[Array]:
        for index, token in enumerate(self.tokens):
            if token.text != "[" or token.kind != "op" or self._is_subscript(index):
                continue
            close = self.closing(index)
            if close < len(self.tokens) and len([*self.parts(index + 1, close, "|")]) <= 1:
                items = tuple(self._item(*part) for part in self.parts(index + 1, close, ","))
                yield Array(items, token.start, self.tokens[close].end, (index, close + 1))

    def _item(self, start: int, end: int) -> Step:
        """A key, an index, or an expression."""
        last = min(end, len(self.tokens)) - 1
        if last < start:
            at = self.tokens[min(start, len(self.tokens) - 1)].start
            return Step(None, at, at)
        key: str | int | None = None
        if last == start:
            token = self.tokens[start]
            key = int(token.text) if token.kind == "number" and token.text.isdigit() else string_value(token)
        return Step(key, self.tokens[start].start, self.tokens[last].end)


def _pairs(found: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """The indices of brackets that belong together."""
    open_: list[int] = []
    for index, token in enumerate(found):
        if token.kind != "op":
            continue
        if token.text in _OPEN:
            open_.append(index)
        elif token.text in ")]}" and open_ and _OPEN[found[open_[-1]].text] == token.text:
            yield open_.pop(), index
