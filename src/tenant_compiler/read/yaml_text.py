"""What can be wrong with the bytes of a YAML file before YAML comes into it, and its lines."""

from __future__ import annotations

import re

from tenant_compiler.model.diagnostic import Diagnostic, Place, Span
from tenant_compiler.read.files import too_large

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_BYTE_ORDER_MARK = "\ufeff"
# YAML 1.1, and so libyaml, breaks lines at the first three, YAML 1.2 and every editor do not: lines would be wrong.
_DISPUTED = re.compile("[\x85\u2028\u2029\ufeff]")
# What YAML forbids everywhere.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


def lines_of(data: bytes) -> list[str]:
    """Give the lines of a file as its positions count them: no byte-order mark, no line ends."""
    return data.decode("utf-8-sig", "replace").splitlines()


def refuse(data: bytes, file: str, size: int) -> Diagnostic | None:
    """Find what no YAML file of ours may be or hold: too large, not UTF-8, disputed line breaks."""
    if len(data) > size:
        return too_large(file, size)
    if data.startswith(_UTF16_MARKS):
        return _not_utf8(file, Span(1, 1, 2), "the file is UTF-16, not UTF-8")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        return _not_utf8(
            file, _span_after(before), f"byte 0x{data[error.start]:02x} at offset {error.start} is not UTF-8"
        )
    text = text.removeprefix(_BYTE_ORDER_MARK)
    found = _DISPUTED.search(text)
    return _character(found, text, file) if found else None


def forbidden_character(data: bytes, file: str) -> Diagnostic:
    """Point at the first character that YAML does not allow; there must be one."""
    text = data.decode("utf-8-sig")
    found = _FORBIDDEN.search(text)
    assert found is not None, "the parser refused a character that YAML allows"
    return _character(found, text, file)


def _character(found: re.Match[str], text: str, file: str) -> Diagnostic:
    code = ord(found.group())
    advice = (
        "remove it; it is invisible, and often left over where two files were joined"
        if found.group() == _BYTE_ORDER_MARK
        else f'remove it, or write it as `\\u{code:04x}` in a "double-quoted" text'
    )
    return Diagnostic(
        "TC103",
        f"the character U+{code:04X} cannot stand in a YAML file",
        place=Place(file, span=_span_after(text[: found.start()])),
        help=advice,
    )


def _not_utf8(file: str, span: Span, message: str) -> Diagnostic:
    return Diagnostic("TC102", message, place=Place(file, span=span), help="save the file as UTF-8")


def _span_after(before: str) -> Span:
    lines = (before + ".").splitlines()
    column = len(lines[-1])
    return Span(len(lines), column, column + 1)
