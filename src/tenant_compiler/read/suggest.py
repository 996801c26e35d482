"""Finds the name that was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST: Final = 64
"""Longer words are no slips of the fingers; comparing them would let hostile documents buy time."""


def near(word: str, names: Iterable[str]) -> str | None:
    """Return the name that resembles a word most, or None when nothing is near.

    Words that differ only in case and in ``-``, ``_``, ``.`` and blanks are nearest; else at most a third of the
    letters (and at least one) may be wrong, missing, too many or swapped with their neighbour. The first of
    equals wins.
    """
    if len(word) > _LONGEST:
        return None
    best: str | None = None
    plain = _plain(word)
    least = max(1, len(plain) // 3) + 1
    for name in names:
        other = _plain(name)
        if other == plain:
            return name
        if min(len(plain), len(other)) < 2 or abs(len(plain) - len(other)) >= least:  # noqa: PLR2004  # one letter resembles all
            continue
        apart = _distance(plain, other)
        if apart < least:
            best, least = name, apart
    return best


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return the help sentence with the nearest name, or an empty text."""
    name = near(word, names)
    return f"did you mean `{name}`?" if name is not None else ""


def _plain(word: str) -> str:
    return word.casefold().translate(_SEPARATORS)


_SEPARATORS: Final = str.maketrans({"-": "_", ".": "_", " ": "_"})


def _distance(one: str, other: str) -> int:
    """The edits between two words (optimal string alignment: a swap of neighbours is one)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        this = [row]
        for column, letter_there in enumerate(other, 1):
            cost = min(last[column] + 1, this[-1] + 1, last[column - 1] + (letter != letter_there))
            swapped = row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == letter_there
            this.append(min(cost, before[column - 2] + 1) if swapped else cost)
        before, last = last, this
    return last[-1]
