"""Comparisons with the text ``unlimited``, which is an object in what rules read (TC862)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.judge.lint.script import Range, Script

UNLIMITED: Final = "TC862"

_COMPARED: Final = frozenset({"==", "!=", "<", ">", "<=", ">=", "=", "in"})


def check_unlimited(script: Script) -> Iterator[Diagnostic]:
    """Find comparisons that can never hold, because they take *unlimited* for a text."""
    memberships = [*_memberships(script)]
    for index in range(len(script.tokens)):
        if script.string(index) == "unlimited" and _is_compared(script, index, memberships):
            token = script.tokens[index]
            message = "`unlimited` is no text in what rules read, so this is never true"
            help_ = 'compare with `{"unlimited": true}`, or ask `is_number(x)` before a comparison of numbers'
            yield Diagnostic(UNLIMITED, message, place=script.place(token.start, token.end), help=help_)


def _is_compared(script: Script, index: int, memberships: Sequence[Range]) -> bool:
    before, after = script.text(index - 1), script.text(index + 1)
    if after == ":":  # a key
        return False
    if before in _COMPARED - {"in"} or after in _COMPARED:
        return True
    return any(start < index < end for start, end in memberships)


def _memberships(script: Script) -> Iterator[Range]:
    """The sets and arrays behind ``in``."""
    for index, token in enumerate(script.tokens):
        if token.text == "in" and token.kind == "name" and script.text(index + 1) in ("{", "["):
            yield index + 1, script.closing(index + 1)
