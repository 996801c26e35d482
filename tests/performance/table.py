"""The benchmark's table: lines with a figure, and whether it met its target."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from measure import Sample

BASELINE = "import click, yaml, jsonschema_rs"
"""What a command has to import whatever it does."""


class Row(NamedTuple):
    """One line of the table; ``met`` is None for a figure without a target."""

    what: str
    value: str
    target: str = ""
    met: bool | None = None


def at_most(what: str, value: float, target: float, unit: str) -> Row:
    """A line with a target that the figure must not pass."""
    return Row(what, f"{value:.0f} {unit}", f"<= {target:.0f} {unit}", value <= target)


def three(sample: Sample) -> str:
    """Seconds of wall and CPU time, and the peak memory."""
    return f"{sample.wall:.2f} s, {sample.cpu:.2f} s, {sample.memory:.0f} MiB"


def table(lines: list[Row]) -> str:
    """The lines as text in columns."""
    words = {None: "", True: "met", False: "missed"}
    cells = [("measure", "value", "target", ""), *((row.what, row.value, row.target, words[row.met]) for row in lines)]
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in cells
    )
