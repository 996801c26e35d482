"""JSON text that is the same for the same value everywhere: two blanks an indent, the dicts' own order.

The standard encoder is no faster when it indents, turns keys that are no strings into strings, and lets control
characters through that a terminal or a YAML reader acts on.
"""

from __future__ import annotations

import re
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

# What JSON allows raw but a terminal, a browser or a YAML reader acts on: C1, DEL, line and paragraph separators,
# byte-order mark, non-characters; and lone surrogates, which no UTF-8 file can hold.
_ACTIVE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_STEP = "  "


def dump(value: Any) -> str:
    """Write a value with a line end after it.

    Args:
        value: dict with str keys, list, str, int, finite float, bool or None, nested at will.

    Raises:
        TypeError: another type, or a key that is no string.
        ValueError: NaN, an infinity, or text that is no Unicode (lone surrogates).
    """
    out: list[str] = []
    _write(value, "\n", out)
    out.append("\n")
    return "".join(out)


def quoted(text: str) -> str:
    """Write a string as JSON; also valid in YAML's double quotes, Go and PromQL.

    Raises:
        ValueError: the text holds a lone surrogate.
    """
    plain = encode_basestring(text)
    return _ACTIVE.sub(_escape, plain) if not plain.isascii() or "\x7f" in plain else plain


def scalar(value: Any) -> str:
    """Write a number, bool or None so that JSON and YAML read back the same type.

    Raises:
        TypeError: another type; tuples and sets too, because nothing says how they should look.
        ValueError: NaN or an infinity.
    """
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return int.__repr__(value)  # an IntEnum would write its name
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError(f"{value} is no number that JSON or YAML readers agree on")
        text = float.__repr__(value)
        # YAML reads an exponent without a dot as a string: 1e+16.
        return text.replace("e", ".0e") if "e" in text and "." not in text else text
    raise TypeError(f"cannot write a value of type {type(value).__name__}")


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - the surrogates
        raise ValueError(f"a text holds U+{code:04X}, half of a character")
    return f"\\u{code:04x}"


def _write(value: Any, line: str, out: list[str]) -> None:
    """Append a value's text; ``line`` is a line end with the indent of the line that the value starts on."""
    if isinstance(value, str):
        out.append(quoted(value))
    elif isinstance(value, dict):
        _write_dict(value, line, out)
    elif isinstance(value, list):
        _write_list(value, line, out)
    else:
        out.append(scalar(value))


def _write_dict(value: dict[str, Any], line: str, out: list[str]) -> None:
    if not value:
        out.append("{}")
        return
    inner = line + _STEP
    before = "{" + inner
    for key, item in value.items():
        if not isinstance(key, str):
            raise TypeError(f"a key must be a string, not {type(key).__name__}")
        out.append(f"{before}{quoted(key)}: ")
        _write(item, inner, out)
        before = "," + inner
    out.append(line + "}")


def _write_list(value: list[Any], line: str, out: list[str]) -> None:
    if not value:
        out.append("[]")
        return
    inner = line + _STEP
    before = "[" + inner
    for item in value:
        out.append(before)
        _write(item, inner, out)
        before = "," + inner
    out.append(line + "]")
