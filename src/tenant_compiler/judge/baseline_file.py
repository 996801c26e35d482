"""The file of the baseline: its entries, read strictly and written the same way everywhere."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.diagnostic import Diagnostic, Place, Span, TenantCompileError
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

MALFORMED: Final = "TC840"

FORMAT_VERSION: Final = 1
SIZE_LIMIT: Final = 16 << 20
"""Bytes; an entry has some 200."""

_AGAIN: Final = "after a merge, keep the entries of both sides; `tenant-compile baseline update` sorts them"


class Entry(NamedTuple):
    """A finding that waits. The order of the fields is that of the file."""

    rule: str
    """Its id."""
    tenant: str
    environment: str
    pointer: str
    """Into the resolved tenant, as people write it: ``security.tls.minimum_version``."""
    object: str
    """The artifact's object; empty for the tenant itself."""
    created: str
    """The day on which the entry was written, YYYY-MM-DD."""

    @property
    def key(self) -> tuple[str, ...]:
        """What it is found by."""
        return self[:-1]


def parse_entries(data: bytes, file: str) -> list[Entry]:
    """Read a baseline's text.

    Args:
        data: ``{"format_version": 1, "entries": [{"rule": …}]}``.
        file: how findings name it.

    Raises:
        TenantCompileError: TC840.
    """
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        span = Span(error.lineno, error.colno, error.colno + 1)
        raise _malformed(file, f"no JSON: {error.msg.lower()}", span, help_=_AGAIN) from error
    except UnicodeDecodeError as error:
        raise _malformed(file, f"not UTF-8: byte {error.start}") from error
    except (RecursionError, ValueError) as error:
        raise _malformed(file, "no baseline: it is nested too deep or has a number that is too long") from error
    version = value.get("format_version") if isinstance(value, dict) else None
    if version != FORMAT_VERSION or isinstance(version, bool) or not isinstance(value.get("entries"), list):
        wanted = f'`{{"format_version": {FORMAT_VERSION}, "entries": [...]}}`'
        raise _malformed(file, f"no baseline of this version: it must be {wanted}")
    return [_read(item, index, file, data) for index, item in enumerate(value["entries"])]


def _read(item: Any, index: int, file: str, data: bytes) -> Entry:
    keys = Entry._fields
    if not isinstance(item, dict) or not all(_is_text(item.get(key)) for key in keys):
        wrong = f"entry {index} must have the texts {', '.join(keys)}"
    elif item.keys() - keys:
        stranger = min(item.keys() - keys)
        wrong = f"entry {index} has the unknown key `{stranger}`"
        raise _malformed(file, wrong, _span(data, index), help_=did_you_mean(stranger, keys) or "remove it")
    elif not _is_date(item["created"]):
        wrong = f"entry {index} was created on `{item['created']}`, which is no date"
    else:
        return Entry(*(item[key] for key in keys))
    raise _malformed(file, wrong, _span(data, index))


def _is_text(value: Any) -> bool:
    """Whether a value is text that a file can hold: JSON can spell halves of characters."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _span(data: bytes, index: int) -> Span | None:
    """The line of an entry, by the YAML reader: nearly all JSON is YAML, and that reader knows lines."""
    from tenant_compiler.read.yaml_positions import Positions  # noqa: PLC0415 - for a malformed file only

    return Positions.of(data).find(("entries", index))


def _malformed(file: str, what: str, span: Span | None = None, *, help_: str = "") -> TenantCompileError:
    help_ = help_ or "write it with `tenant-compile baseline update`, and not by hand"
    message = f"{file}: {what}" if what.startswith("entry") else f"{file} is {what}"
    return TenantCompileError([Diagnostic(MALFORMED, message, place=Place(file, span=span), help=help_)])


def text_of(entries: Iterable[Entry]) -> str:
    """Write entries as the text of a baseline: sorted and one a line, so that merges are easy."""
    from tenant_compiler.emit.json import quoted  # noqa: PLC0415 - for `baseline` only

    lines = []
    for entry in sorted(entries):
        fields = zip(Entry._fields, entry, strict=True)
        lines.append("    {" + ", ".join(f"{quoted(key)}: {quoted(value)}" for key, value in fields) + "}")
    body = "[\n" + ",\n".join(lines) + "\n  ]" if lines else "[]"
    return f'{{\n  "format_version": {FORMAT_VERSION},\n  "entries": {body}\n}}\n'
