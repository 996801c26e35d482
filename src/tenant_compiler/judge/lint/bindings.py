"""What names stand for in a module: followed from ``input`` through assignments and iterations, where it is certain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenant_compiler.judge.lint.script import Step
from tenant_compiler.judge.lint.shape import ANY, LEAF, step
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.judge.lint.script import Chain, Script
    from tenant_compiler.judge.lint.shape import Shapes

Part: TypeAlias = Literal["value", "item", "key", "unknown"]

_DEPTH: Final = 20
"""Names that are followed one from another; more go round in a circle."""
_MOST: Final = 50
"""Places where one name gets a value that are followed."""
_ENDS: Final = frozenset({";", "}", "]", ")", "{", "if", ""})
"""What may follow an expression on its line."""
_TARGETS: Final = (":=", "=")


class Binding(NamedTuple):
    """One place where a name gets a value."""

    part: Part
    """``item`` and ``key``: of what is iterated."""
    at: int
    """The index of the expression's first token."""


class Names:
    """The names of one module.

    Args:
        script: the module.
        whole: the shape of ``input``.
    """

    def __init__(self, script: Script, whole: Shapes) -> None:
        self._script = script
        self._whole = whole
        self._local: dict[int, dict[str, list[Binding]]] = {}
        """By scope."""
        self._global: dict[str, list[Binding]] = {}
        for name, binding, index in self._bindings():
            self._local.setdefault(script.scope(index), {}).setdefault(name, []).append(binding)
        self._heads()

    def shapes(self, chain: Chain, depth: int = 0) -> Shapes:
        """What a reference may be; `ANY` where that is not certain, nothing where it leads nowhere."""
        found = self.root(chain, depth)
        for each in chain.steps:
            if not found:
                return ANY
            found = step(found, each.key)
        return found

    def root(self, chain: Chain, depth: int = 0) -> Shapes:
        """What the name is that a reference begins with."""
        if chain.root == "input":
            return self._whole
        if depth > _DEPTH or chain.called:
            return ANY
        scope = self._script.scope(chain.tokens[0])
        bindings = self._local.get(scope, {}).get(chain.root) or self._global.get(chain.root)
        if not bindings or len(bindings) > _MOST:
            return ANY
        found = [shape for binding in bindings for shape in self._bound(binding, depth + 1)]
        return ANY if not found or any(shape.kind == "any" for shape in found) else tuple(found)

    def expression(self, index: int, depth: int = 0) -> Shapes:
        """What an expression may be: a reference, or ``object.get`` of one."""
        chain = self._script.chains.get(index)
        if chain is None:
            return ANY
        end = chain.tokens[1]
        found = self.shapes(chain, depth)
        if chain.called:
            end = self._script.closing(end) + 1
            found = self.gotten(chain, depth)
        ended = self._script.new_line(end) or self._script.text(end) in _ENDS
        return found if ended and found else ANY

    def gotten(self, call: Chain, depth: int = 0) -> Shapes:
        """What a call gives; `ANY` for everything but ``object.get`` with a literal key or path."""
        found, keys = self.asked(call, depth)
        for each in keys:
            if not found:
                return ANY
            found = step(found, each.key)
        return found

    def asked(self, call: Chain, depth: int = 0) -> tuple[Shapes, tuple[Step, ...]]:
        """What ``object.get`` is asked, and for which keys; `ANY` and none for other calls and keys."""
        arguments = self._script.arguments(call) if call.path == "object.get" else []
        if len(arguments) < 2:  # noqa: PLR2004 - object, key
            return ANY, ()
        (first, _), (start, end) = arguments[:2]
        chain = self._script.chains.get(first)
        if chain is None or chain.tokens[1] != arguments[0][1]:
            return ANY, ()
        array = self._script.arrays.get(start)
        found = self.shapes(chain, depth)
        if array is not None and array.tokens[1] == end:
            return found, array.items
        text = self._script.string(start)
        if text is None or end != start + 1:
            return ANY, ()
        token = self._script.tokens[start]
        return found, (Step(text, token.start, token.end),)

    def iterated(self) -> Iterator[tuple[Chain, Shapes]]:
        """The references that are gone through, with what they may be."""
        for found in self._local.values():
            for binding in (binding for bindings in found.values() for binding in bindings):
                chain = self._script.chains.get(binding.at)
                if binding.part == "item" and chain is not None and not chain.called:
                    yield chain, self.expression(binding.at)

    def _bound(self, binding: Binding, depth: int) -> Shapes:
        if binding.part == "unknown":
            return ANY
        found = self.expression(binding.at, depth)
        if binding.part == "value":
            return found
        return LEAF if binding.part == "key" and found is not ANY else step(found, None) or ANY

    def _bindings(self) -> Iterator[tuple[str, Binding, int]]:
        """All names that get a value inside of rules, with the index of a token there."""
        script = self._script
        for index, token in enumerate(script.tokens):
            if token.text in ("some", "every") and token.kind == "name":
                yield from self._iterated(index)
            elif token.text in _TARGETS and token.kind == "op" and not self._is_head(index - 1):
                yield from self._assigned(index)

    def _iterated(self, index: int) -> Iterator[tuple[str, Binding, int]]:
        """``some x in xs``, ``some k, x in xs``, ``every x in xs``; ``some x`` alone may be anything."""
        script = self._script
        names: list[tuple[str, int]] = []
        plain = True
        end = index + 1
        while end < len(script.tokens) and script.text(end) != "in" and (end == index + 1 or not script.new_line(end)):
            token = script.tokens[end]
            if token.kind == "name":
                names.append((token.text, end))
            plain = plain and (token.kind == "name" or token.text == ",")
            end += 1
        iterated = script.text(end) == "in"
        for number, (name, at) in enumerate(names):
            part: Part = "unknown"
            if iterated and plain:
                part = "item" if number == len(names) - 1 else "key"
            yield name, Binding(part, end + 1), at

    def _assigned(self, index: int) -> Iterator[tuple[str, Binding, int]]:
        """``x := …``; the names of a pattern may be anything."""
        script = self._script
        chain = script.chains.get(index - 1)
        if chain is not None and not chain.steps:
            yield chain.root, Binding("value", index + 1), index - 1
        elif script.text(index - 1) in ("]", "}"):
            start = next((array.tokens[0] for array in script.arrays.values() if array.tokens[1] == index), index - 1)
            for at in range(start, index - 1):
                if script.tokens[at].kind == "name":
                    yield script.text(at), Binding("unknown", at), at

    def _is_head(self, index: int) -> bool:
        return index >= 0 and self._script.tokens[index].start in {head.start for head in self._script.outline.heads}

    def _heads(self) -> None:
        """What the names of the module's own rules stand for; arguments of functions may be anything."""
        script = self._script
        starts = {token.start: index for index, token in enumerate(script.tokens)}
        for number, head in enumerate(script.outline.heads):
            index = starts[head.start]
            after = script.text(index + 1)
            if head.kind == "value" and after in _TARGETS and script.text(index - 1) != "default":
                self._global.setdefault(head.name, []).append(Binding("value", index + 2))
            else:
                self._global.setdefault(head.name, []).append(Binding("unknown", index))
            if head.kind == "function":
                for at in range(index + 2, script.closing(index + 1)):
                    if script.tokens[at].kind == "name":
                        found = self._local.setdefault(number, {}).setdefault(script.text(at), [])
                        found.append(Binding("unknown", at))
