"""How much of rules and libraries the cases and tests went through, by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tenant_compiler.judge.engines.protocol import Coverage

LOW: Final = "TC869"


class Share(NamedTuple):
    """The lines of one file, or of all together."""

    covered: int
    lines: int

    @property
    def percent(self) -> float:
        """100 for a file without a line to evaluate; rounded down, so that 100 means all."""
        return self.covered * 1000 // self.lines / 10 if self.lines else 100.0


def share(each: Coverage) -> Share:
    """Count the lines of one file."""
    return Share(len(each.covered), len(each.covered | each.missed))


def total(found: Mapping[str, Coverage]) -> Share:
    """Count the lines of all files."""
    shares = [share(each) for each in found.values()]
    return Share(sum(each.covered for each in shares), sum(each.lines for each in shares))


def ranges(lines: Iterable[int]) -> str:
    """Write line numbers in short: ``3-5, 9``."""
    parts: list[list[int]] = []
    for line in sorted(lines):
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    return ", ".join(f"{first}-{last}" if first < last else f"{first}" for first, last in parts)


def too_low(found: Mapping[str, Coverage], threshold: float) -> Diagnostic | None:
    """The finding that less is covered than must be (TC869), with the files where most is missing."""
    whole = total(found)
    if whole.percent >= threshold:
        return None
    below = sorted((each for each in found.items() if each[1].missed), key=lambda each: (-len(each[1].missed), each[0]))
    notes = tuple(f"{file}: {share(each).percent:g} %, not lines {ranges(each.missed)}" for file, each in below[:10])
    if len(below) > len(notes):
        notes += (f"and {len(below) - len(notes)} more files",)
    message = f"cases and tests go through {whole.percent:g} % of the lines, but must go through {threshold:g} %"
    help_ = "add cases that reach the missing lines, or remove what no case can reach"
    return Diagnostic(LOW, message, help=help_, notes=notes)
