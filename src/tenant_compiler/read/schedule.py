"""How long it can be from one run of a schedule to the next."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES: Final = (
    (),
    (),
    (),
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
)
_BOUNDS: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_YEARS: Final = range(2024, 2033)
"""From one leap year to the second after it: the 29th of February comes three times."""


@lru_cache(maxsize=256)
def longest_gap_hours(schedule: str) -> int:
    """Give the longest time between two runs, in hours, rounded up.

    Args:
        schedule: five cron fields that the checks of the vocabulary have accepted.
    """
    return -(-longest_gap_minutes(schedule) // 60)


@lru_cache(maxsize=256)
def longest_gap_minutes(schedule: str) -> int:
    """Give the longest time between two runs, in minutes.

    Args:
        schedule: five cron fields that the checks of the vocabulary have accepted.
    """
    from datetime import date, timedelta  # noqa: PLC0415 - only tenants with backups pay for it

    fields = schedule.split()
    minutes, hours, days, months, weekdays = (_numbers(number, field) for number, field in enumerate(fields))
    # Where both fields name days, either of them is enough.
    either = fields[2] != "*" and fields[4] != "*"
    first, last = date(_YEARS[0], 1, 1), date(_YEARS[-1], 12, 31)
    runs = []
    for number in range((last - first).days + 1):
        day = first + timedelta(number)
        chosen = (day.day in days, day.isoweekday() % 7 in weekdays)
        if day.month in months and (any(chosen) if either else all(chosen)):
            runs.append(number)
    overnight = _longest(runs) * 24 + min(hours) - max(hours)
    # From the last minute of one hour to the first of the next.
    return max(_longest(minutes), max(overnight, _longest(hours)) * 60 + min(minutes) - max(minutes))


def _longest(numbers: Iterable[int]) -> int:
    """The longest step from one number to the next; 0 for a single one."""
    return max((later - earlier for earlier, later in pairwise(sorted(numbers))), default=0)


def _numbers(field: int, text: str) -> set[int]:
    """The numbers that a field of a schedule stands for."""
    low, high = _BOUNDS[field]
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if first == "*" else _number(field, first)
        # `5/15` goes on to the end, `5` is 5 alone.
        end = _number(field, last) if last else high if first == "*" or step else start
        found.update(range(start, end + 1, int(step or 1)))
    return found


def _number(field: int, text: str) -> int:
    return int(text) if text.isdigit() else _NAMES[field].index(text.lower()) + _BOUNDS[field][0]
