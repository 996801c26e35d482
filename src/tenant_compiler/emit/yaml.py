"""YAML text that every reader reads the same way: YAML 1.1, YAML 1.2 and kubectl's.

Emitters in use leave ``NO``, ``1e3`` or ``12:30:45`` bare and some reader takes them for something else. Here a string
is bare only when no reader could: it starts with a letter, ``/`` or ``_``, is made of a small set of characters, and is
no word that any version of YAML knows. Block style, the dicts' own order, no aliases, no folding.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.emit.json import quoted, scalar
from tenant_compiler.model.artifact import Shared

if TYPE_CHECKING:
    from collections.abc import Iterable

_BARE: Final = re.compile(r"[A-Za-z/_](?:[A-Za-z0-9_./@+=,()-]|[ :](?=[A-Za-z0-9_./]))*")
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})
# No character that a literal block could not hold or a terminal would act on, no blank at the end of a line (a reader
# or an editor may drop it), and no first line that would be taken for indentation.
_LITERAL: Final = re.compile(
    r"(?![ \n\t])[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]*(?<![ \t])"
)
_TRAILING_BLANK: Final = re.compile(r"[ \t]\n")
_LONG_KEY: Final = 500
"""Characters of a key's text; readers give up a key of more than 1024 unless a `?` announces it."""
_CACHE_ENTRIES: Final = 20_000
_CACHED_LENGTH: Final = 128


class _Pads(dict[int, str]):
    def __missing__(self, indent: int) -> str:
        pad = self[indent] = "  " * indent
        return pad


class _Strings(dict[str, str]):
    """The text of strings without line ends, remembered: manifests repeat the same few thousand."""

    def __missing__(self, text: str) -> str:
        shown = _one_line(text)
        if len(text) <= _CACHED_LENGTH:
            if len(self) >= _CACHE_ENTRIES:
                self.clear()
            self[text] = shown
        return shown


class _Keys(dict[tuple[int, str], str]):
    """The start of an entry at an indent: blanks, key, colon."""

    def __missing__(self, place: tuple[int, str]) -> str:
        indent, key = place
        if not isinstance(key, str):
            raise TypeError(f"a key must be a string, not {type(key).__name__}")
        pad, text = _pads[indent], _one_line(key)
        shown = f"{pad}{text}:" if len(text) <= _LONG_KEY else f"{pad}? {text}\n{pad}:"
        if len(key) <= _CACHED_LENGTH:
            if len(self) >= _CACHE_ENTRIES:
                self.clear()
            self[place] = shown
        return shown


_pads = _Pads()
_strings = _Strings()
_keys = _Keys()


def dump(value: Any) -> str:
    """Write one document, with a line end after it.

    Args:
        value: dict with str keys, list, str, int, finite float, bool or None, nested at will. A ``Shared`` dict's text
            is kept and used again: it must never change.

    Raises:
        TypeError: another type (a tuple too), or a key that is no string.
        ValueError: NaN, an infinity, or text that is no Unicode (lone surrogates).
    """
    out: list[str] = []
    if isinstance(value, Shared) and value:
        out.append(_block(value, 0))
    elif isinstance(value, dict) and value:
        write(value, 0, out)
    elif isinstance(value, list) and value:
        _write_list(value, 0, out)
    else:
        out.append(_one_line(value) if isinstance(value, str) else _leaf(value))
    out.append("")
    return "\n".join(out)


def dump_all(documents: Iterable[Any]) -> str:
    """Write several documents with ``---`` between them; the same values and errors as ``dump``."""
    return "---\n".join([dump(document) for document in documents])


def write(value: dict[str, Any], indent: int, out: list[str]) -> None:
    """Write the lines of a map that is not empty behind those that are there.

    Args:
        value: the map; see `dump` for its values and the errors.
        indent: of its keys, in steps of two blanks.
        out: gets the lines, without line ends; a literal block is one of them.
    """
    keys, strings = _keys, _strings
    for key, item in value.items():
        start = keys[indent, key]
        kind = type(item)
        if kind is str:
            text = _string(item, indent + 1) if "\n" in item else strings[item]
            out.append(f"{start} {text}")
        elif kind is dict and item:
            out.append(start)
            write(item, indent + 1, out)
        elif kind is int:
            out.append(f"{start} {item}")
        elif kind is Shared and item:
            out.append(start)
            out.append(_block(item, indent + 1))
        elif isinstance(item, list) and item:
            # The dashes stand below the key: one level less for the reader, and what kubectl writes.
            out.append(start)
            _write_list(item, indent, out)
        elif isinstance(item, dict) and item:
            out.append(start)
            write(item, indent + 1, out)
        elif isinstance(item, str):
            out.append(f"{start} {_string(item, indent + 1)}")
        else:
            out.append(f"{start} {_leaf(item)}")


def _one_line(text: str) -> str:
    if _BARE.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return quoted(text)


def _string(text: str, indent: int) -> str:
    """Write a string below a key or a dash; ``indent`` is that of the lines of a literal block."""
    if "\n" not in text:
        return _strings[text]
    if not _LITERAL.fullmatch(text) or _TRAILING_BLANK.search(text):
        return quoted(text)
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    pad = _pads[indent]
    lines = "\n".join([pad + line if line else "" for line in body.split("\n")])
    chomping = "-" if ends == 0 else "" if ends == 1 else "+"
    return f"|{chomping}\n{lines}" + "\n" * (ends - 1)


def _leaf(value: Any) -> str:
    """Write an empty collection, or what is neither a string nor a collection."""
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return "[]"
    return scalar(value)


def _write_list(value: list[Any], indent: int, out: list[str]) -> None:
    pad = _pads[indent]
    for item in value:
        if isinstance(item, str):
            out.append(f"{pad}- {_string(item, indent + 1)}")
        elif isinstance(item, (dict, list)) and item:
            # The first line of a collection stands behind the dash, in the place of its last two blanks.
            first = len(out)
            if type(item) is Shared:
                out.append(_block(item, indent + 1))
            elif isinstance(item, dict):
                write(item, indent + 1, out)
            else:
                _write_list(item, indent + 1, out)
            out[first] = f"{pad}- {out[first][len(pad) + 2 :]}"
        else:
            out.append(f"{pad}- {_leaf(item)}")


def _block(value: Shared, indent: int) -> str:
    try:
        texts = value.texts
    except AttributeError:  # a slot that was never set
        texts = value.texts = {}
    text = texts.get(indent)
    if text is None:
        out: list[str] = []
        write(value, indent, out)
        text = texts[indent] = "\n".join(out)
    return text
