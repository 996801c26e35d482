"""One document of a source file, as the reader hands it on."""

from __future__ import annotations

from typing import Any

from tenant_compiler.model.record import NamedTuple


class Document(NamedTuple):
    """The value of one YAML document. Lines are asked for later, by (file, index, pointer)."""

    file: str
    """Relative to the workspace, with ``/``."""
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a record
    """The document's number in its file, from 0."""
    value: Any
    """JSON-like data: dict with str keys, list, str, int, float, bool, None."""
