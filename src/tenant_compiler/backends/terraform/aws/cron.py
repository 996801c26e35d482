"""Schedules of five cron fields as AWS writes them: six fields, and never a day of the month beside one of the week."""

from __future__ import annotations

from typing import Final

from tenant_compiler.read.formats import cron_values

_WHOLE: Final = tuple(map(list, (range(60), range(24), range(1, 32), range(1, 13))))
_WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_EVERY: Final = frozenset({"*", "*/1"})


def expressions(schedule: str) -> tuple[str, ...]:
    """Write a checked schedule for AWS.

    Returns:
        One expression such as ``cron(0 2 * * ? *)``. Two where both kinds of days are said: elsewhere either of them is
        enough, and AWS takes only one of them at a time.
    """
    *numbers, weekdays = cron_values(schedule)
    minute, hour, day, month = (
        "*" if values == whole else ",".join(map(str, values)) for values, whole in zip(numbers, _WHOLE, strict=True)
    )
    weekday = "*" if len(weekdays) == len(_WEEKDAYS) else ",".join(_WEEKDAYS[number] for number in weekdays)
    by_day = f"cron({minute} {hour} {day} {month} ? *)"
    by_weekday = f"cron({minute} {hour} ? {month} {weekday} *)"
    _, _, said_day, _, said_weekday = schedule.split()
    if _is_every(said_weekday):
        return (by_day,)
    return (by_weekday,) if _is_every(said_day) else (by_day, by_weekday)


def starts_an_hour(schedule: str) -> int:
    """Count how often a checked schedule comes in an hour in which it comes at all."""
    return len(cron_values(schedule)[0])


def _is_every(field: str) -> bool:
    """Whether a field of days leaves the choice to the other one; a step of 2 or a list of all days does not."""
    return not _EVERY.isdisjoint(field.split(","))
