"""One source line with carets below a span: cut to a width, tabs and wide characters aligned, nothing invisible."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from tenant_compiler.emit.escape import terminal
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.model.diagnostic import Span

WIDTH: Final = 100
"""Columns of a source line that are shown; what is longer is cut around the span."""
_TAB: Final = 4
_CUT: Final = "…"


class Snippet(NamedTuple):
    """A line as it is shown."""

    text: str
    indent: int
    """Columns before the carets."""
    carets: int
    """At least 1."""


def make_snippet(line: str, span: Span, width: int = WIDTH) -> Snippet:
    """Show a line with the place of a span.

    Args:
        line: without its end.
        span: on this line; one that reaches beyond the line's end is cut there.
        width: the most columns of the text.
    """
    cells = _cells(line)
    first = min(max(span.column - 1, 0), len(cells))
    last = max(first + 1, min(span.end - 1, len(cells)))
    start, stop = _window(cells, first, last, width)
    before = _CUT if start else ""
    after = _CUT if stop < len(cells) else ""
    text = before + "".join(shown for shown, _ in cells[start:stop]) + after
    indent = len(before) + _columns(cells[start:first])
    carets = max(1, _columns(cells[first : min(last, stop)]))
    return Snippet(text if after else text.rstrip(), indent, carets)


def _cells(line: str) -> list[tuple[str, int]]:
    """Each character as it is shown, with the columns that it takes."""
    cells: list[tuple[str, int]] = []
    column = 0
    for character in line:
        if character == "\t":
            width = _TAB - column % _TAB
            shown = " " * width
        else:
            shown = terminal(character)
            width = len(shown) if len(shown) > 1 else _width(character)
        cells.append((shown, width))
        column += width
    return cells


def _width(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _columns(cells: list[tuple[str, int]]) -> int:
    return sum(width for _, width in cells)


def _window(cells: list[tuple[str, int]], first: int, last: int, width: int) -> tuple[int, int]:
    """Which cells are shown: all, or as many as fit with a third of the width before the span."""
    if _columns(cells) <= width:
        return 0, len(cells)
    room = width - 2 * len(_CUT)
    # A span that fits is shown whole, if need be with less before it.
    lead = max(0, min(room // 3, room - _columns(cells[first:last])))
    start = first
    while start > 0 and lead >= cells[start - 1][1]:
        start -= 1
        lead -= cells[start][1]
    stop, used = start, 0
    while stop < len(cells) and used + cells[stop][1] <= room:
        used += cells[stop][1]
        stop += 1
    while start > 0 and used + cells[start - 1][1] <= room:
        start -= 1
        used += cells[start][1]
    return start, stop
