"""Schedules in six fields: they come on the same minutes as the five that they are made from."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.backends.terraform.aws.cron import expressions, starts_an_hour
from tenant_compiler.read.formats import check_cron

DAYS = [date(2027, 1, 1) + timedelta(days) for days in range(366 + 365)]
NAMES = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("15 2 * * *", ["cron(15 2 * * ? *)"]),
        ("0 */4 * * *", ["cron(0 0,4,8,12,16,20 * * ? *)"]),
        ("0 9-17/2 * jan,Jul MON-FRI", ["cron(0 9,11,13,15,17 ? 1,7 MON,TUE,WED,THU,FRI *)"]),
        ("0 0 * * 0", ["cron(0 0 ? * SUN *)"]),
        ("0 2 1,15 * *", ["cron(0 2 1,15 * ? *)"]),
        ("0 2 1 * 0-6", ["cron(0 2 1 * ? *)", "cron(0 2 ? * * *)"]),
        ("0  2 1 * MON", ["cron(0 2 1 * ? *)", "cron(0 2 ? * MON *)"]),
    ],
)
def test_fields_are_numbers_and_one_kind_of_day_is_left_open(schedule, expected):
    """Steps and ranges are written out, and weekdays by name: AWS counts them from 1."""
    assert list(expressions(schedule)) == expected


def named(text, names, first=0):
    """The numbers of a field of AWS."""
    if text in {"*", "?"}:
        return None
    return {names.index(part) + first if part in names else int(part) for part in text.split(",")}


def aws_days(expression):
    """The days on which AWS runs an expression."""
    _, _, day, month, weekday, _ = expression.removeprefix("cron(").removesuffix(")").split()
    assert (day == "?") != (weekday == "?")
    days, months, weekdays = named(day, ()), named(month, ()), named(weekday, NAMES)
    return {
        each
        for each in DAYS
        if (days is None or each.day in days)
        and (months is None or each.month in months)
        and (weekdays is None or each.isoweekday() % 7 in weekdays)
    }


def matches(field, number, first, last):
    """Whether a number is in a field of numbers, ranges and steps."""
    for part in field.split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        start = first if low == "*" else int(low)
        end = last if low == "*" or (step and not high) else int(high or low)
        if start <= number <= end and (number - start) % int(step or 1) == 0:
            return True
    return False


def cron_days(schedule):
    """The days on which Kubernetes runs a schedule: either kind of day is enough where both are said."""
    _, _, day, month, weekday = schedule.split()
    found = set()
    for each in DAYS:
        by_day, by_weekday = matches(day, each.day, 1, 31), matches(weekday, each.isoweekday() % 7, 0, 6)
        both = by_day and by_weekday if "*" in (day, weekday) else by_day or by_weekday
        if both and matches(month, each.month, 1, 12):
            found.add(each)
    return found


def field(first, last):
    """A field of a schedule."""
    number = st.integers(first, last)
    ranges = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    steps = st.tuples(st.just("*") | ranges | number.map(str), st.integers(2, 9)).map(
        lambda pair: f"{pair[0]}/{pair[1]}"
    )
    return st.just("*") | st.lists(number.map(str) | ranges | steps, min_size=1, max_size=3).map(",".join)


@given(field(1, 31), field(1, 12), field(0, 6))
@settings(max_examples=150, deadline=None)
def test_the_days_are_those_of_the_schedule(day, month, weekday):
    """Over two years, one of them a leap year, what AWS runs is what Kubernetes would run."""
    schedule = f"0 2 {day} {month} {weekday}"
    if check_cron(schedule) is None:
        assert set().union(*map(aws_days, expressions(schedule))) == cron_days(schedule)


@pytest.mark.parametrize(("minute", "times"), [("0", 1), ("0,30", 2), ("*/15", 4), ("*", 60)])
def test_starts_in_an_hour_are_counted(minute, times):
    """The minutes of the first field."""
    assert starts_an_hour(f"{minute} 2 * * *") == times
