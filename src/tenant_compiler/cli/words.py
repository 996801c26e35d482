"""Small texts that commands share: numbers with their nouns, tables, and the times of passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.emit.escape import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.model.result import TenantResult


def plural(number: int, noun: str) -> str:
    """Say a number with its noun: ``1 tenant``, ``2 tenants``."""
    return f"{number:,} {noun if number == 1 else f'{noun}s'}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out rows in columns, two blanks apart; control characters are shown, not sent."""
    shown = [head, *([terminal(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in shown) for column in range(len(head))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown)
    return "".join(f"{line}\n" for line in lines)


def wrapped(text: str) -> list[str]:
    """Break a text into lines of at most 100 characters; control characters are shown, not sent."""
    from textwrap import wrap  # noqa: PLC0415 - for long texts only

    return wrap(terminal(" ".join(text.split())), 100)


def disarmed(text: str) -> str:
    """Make sure that no runner of continuous integration takes a line for a command, whatever a rule says of itself."""
    import re  # noqa: PLC0415 - for texts that others wrote

    from tenant_compiler.report.formats import without_commands  # noqa: PLC0415 - the same

    return without_commands(re.sub(r"^([^\S\n]*):(?=:)", r"\1\\:", text, flags=re.MULTILINE))


class Timings:
    """Adds up how long the passes took and how much they made."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._objects: dict[str, tuple[int, int]] = {}

    def take(self, result: TenantResult) -> None:
        """Add a tenant's passes."""
        for environment in result.environments:
            for name, seconds in environment.timings.items():
                self._seconds[name] = self._seconds.get(name, 0.0) + seconds
            for target, artifacts in environment.artifacts.items():
                files, objects = self._objects.get(target, (0, 0))
                made = sum(len(artifact.objects) for artifact in artifacts)
                self._objects[target] = (files + len(artifacts), objects + made)

    def lines(self) -> list[str]:
        """Give a line with the seconds of each pass, and one a target with its files and objects."""
        passes = ", ".join(f"{name} {seconds:.3f} s" for name, seconds in self._seconds.items())
        made = [
            f"{target}: {plural(files, 'file')}, {plural(objects, 'object')}"
            for target, (files, objects) in self._objects.items()
        ]
        return ([f"passes: {passes}"] if passes else []) + made
