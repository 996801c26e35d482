"""A line on a terminal that says how far a run is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.emit.escape import terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tenant_compiler.run.build import Written

_EVERY: Final = 0.1
"""Seconds between two looks of the line."""
_BAR: Final = 24
_CLEAR: Final = "\r\x1b[K"


def with_progress(items: Iterable[Written], files: Sequence[str], stream: Any) -> Iterator[Written]:
    """Hand on what a build makes, and draw how many of its files are done.

    Args:
        items: the tenants, in the order of their files.
        files: all files of the run.
        stream: a terminal.
    """
    place = {file: number for number, file in enumerate(files, 1)}
    drawn = 0.0
    try:
        for item in items:
            now = time.monotonic()
            if now - drawn >= _EVERY:
                drawn = now
                stream.write(_CLEAR + _line(place.get(item.result.file, len(files)), len(files), item.result.tenant))
                stream.flush()
            yield item
    finally:
        stream.write(_CLEAR)
        stream.flush()


def _line(done: int, total: int, name: str) -> str:
    filled = _BAR * done // max(total, 1)
    return f"building [{'#' * filled}{'.' * (_BAR - filled)}] {done}/{total} files  {terminal(name)[:40]}"
