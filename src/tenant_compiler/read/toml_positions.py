"""Where a value stands in a TOML file that ``tomllib`` has read; every answer is proved by parsing a changed text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tenant_compiler.model.diagnostic import Span
from tenant_compiler.model.pointer import follow
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.model.pointer import Pointer

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\[\s\S])*?"{3,5}(?!")'
    r"|'''[\s\S]*?'{3,5}(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\r\n]+")
_PROBE = "tenant-compiler probe"


class _Piece(NamedTuple):
    """A key or a value in the text; offsets in characters."""

    start: int
    end: int


class TomlPositions(NamedTuple):
    """The places of a TOML text's keys and values."""

    text: str
    value: Any
    """What the text means; None for a text that is no TOML."""
    keys: dict[Pointer, _Piece]
    values: dict[Pointer, _Piece]

    @classmethod
    def of(cls, text: str) -> TomlPositions:
        """Scan a text; one that is no TOML has no positions."""
        value = _load(text)
        scan = _Scan(text)
        if value is not None:
            scan.document()
        return cls(text, value, scan.keys, scan.values)

    def find(self, pointer: Pointer, *, key: bool = False) -> Span | None:
        """The span of what sets the node at ``pointer``, on its first line.

        Args:
            pointer: keys and list indices from the document's root.
            key: the node's key is meant, not its value.

        Returns:
            The value's span; the last part of its key or of its header for a table, which has no text of its own.
            None when there is no such node, or when a changed text does not prove the place.
        """
        piece = None if key else self.values.get(pointer)
        proved = piece is not None and self._value_proved(pointer, piece)
        if piece is None:
            piece = self.keys.get(pointer)
            proved = piece is not None and self._key_proved(pointer, piece)
        return self._span(piece) if piece is not None and proved else None

    def _value_proved(self, pointer: Pointer, piece: _Piece) -> bool:
        """Whether another value in that place is read at the pointer."""
        changed = _load(self.text[: piece.start] + json.dumps(_PROBE) + self.text[piece.end :])
        return bool(follow(changed, pointer) == _PROBE)

    def _key_proved(self, pointer: Pointer, piece: _Piece) -> bool:
        """Whether another key in that place changes what is read at the pointer."""
        changed = _load(self.text[: piece.start] + json.dumps(_PROBE) + self.text[piece.end :])
        return changed is not None and follow(changed, pointer) != follow(self.value, pointer)

    def _span(self, piece: _Piece) -> Span:
        """Lines and columns of a piece, cut at the end of its first line."""
        start = self.text.rfind("\n", 0, piece.start) + 1
        stop = self.text.find("\n", piece.start)
        end = min(piece.end, stop if stop >= 0 else len(self.text))
        return Span(self.text.count("\n", 0, start) + 1, piece.start - start + 1, end - start + 1)


class _Scan:
    """A walk over a text that is known to be TOML."""

    __slots__ = ("at", "keys", "lists", "text", "values")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.keys: dict[Pointer, _Piece] = {}
        self.values: dict[Pointer, _Piece] = {}
        self.lists: dict[Pointer, int] = {}

    def document(self) -> None:
        """Headers and assignments up to the end."""
        table: Pointer = ()
        while self._skip(_BLANK) < len(self.text):
            if self.text.startswith("[", self.at):
                table = self._header()
            else:
                self._assignment(table)

    def _header(self) -> Pointer:
        """``[a.b]`` or ``[[a.b]]``: the table that the following assignments belong to."""
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        table = self._key((), arrays=True, opens=brackets == 2)  # noqa: PLR2004 - two brackets
        self.at += brackets
        return table

    def _assignment(self, table: Pointer) -> None:
        """``a.b = value``."""
        pointer = self._key(table, arrays=False, opens=False)
        self.at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(pointer)

    def _key(self, table: Pointer, *, arrays: bool, opens: bool) -> Pointer:
        """A dotted key; ``arrays``: a header, where an array of tables stands for its last one."""
        pointer = table
        while True:
            self._skip(_SPACE)
            found = _STRING.match(self.text, self.at) or _BARE_KEY.match(self.text, self.at)
            if found is None:
                raise AssertionError(f"no key at offset {self.at} of a text that tomllib reads")
            pointer = (*pointer, _key_text(found[0]))
            self.keys.setdefault(pointer, _Piece(found.start(), found.end()))
            self.at = found.end()
            self._skip(_SPACE)
            last = not self.text.startswith(".", self.at)
            if last and opens:
                self.lists[pointer] = self.lists.get(pointer, -1) + 1
            if arrays and pointer in self.lists:
                pointer = (*pointer, self.lists[pointer])
                self.keys.setdefault(pointer, _Piece(found.start(), found.end()))
            if last:
                return pointer
            self.at += 1

    def _value(self, pointer: Pointer) -> None:
        """A value; inline tables and arrays are walked too."""
        start = self.at
        if self.text.startswith("{", start):
            self._inline(pointer)
        elif self.text.startswith("[", start):
            self._array(pointer)
        else:
            found = _STRING.match(self.text, start) or _BARE_VALUE.match(self.text, start)
            if found is None:
                raise AssertionError(f"no value at offset {start} of a text that tomllib reads")
            self.at = start + len(found[0].rstrip())
        self.values[pointer] = _Piece(start, self.at)

    def _inline(self, pointer: Pointer) -> None:
        """``{a = 1, b.c = 2}``."""
        self.at += 1
        self._skip(_BLANK)
        while not self.text.startswith("}", self.at):
            self._assignment(pointer)
            self._skip(_BLANK)
            if self.text.startswith(",", self.at):
                self.at += 1
                self._skip(_BLANK)
        self.at += 1

    def _array(self, pointer: Pointer) -> None:
        """``[1, 2]``, over as many lines as it takes."""
        self.at += 1
        index = 0
        self._skip(_BLANK)
        while not self.text.startswith("]", self.at):
            self._value((*pointer, index))
            index += 1
            self._skip(_BLANK)
            if self.text.startswith(",", self.at):
                self.at += 1
                self._skip(_BLANK)
        self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> int:
        """Pass over what a pattern matches, which may be nothing; gives the new offset."""
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at


def _load(text: str) -> dict[str, Any] | None:
    """Parse a text, or None when it is no TOML."""
    import tomllib  # noqa: PLC0415 - 16 ms that only a workspace with a TOML finding pays

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _key_text(token: str) -> str:
    """The name that a key token spells."""
    if token[0] not in "\"'":
        return token
    loaded = _load(f"key = {token}")
    return str(loaded["key"]) if loaded else token
