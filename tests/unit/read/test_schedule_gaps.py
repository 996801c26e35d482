"""How long it can be from one run of a schedule to the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.read.formats import check_cron
from tenant_compiler.read.schedule import longest_gap_hours, longest_gap_minutes


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [
        ("0 */4 * * *", 4),
        ("15 2 * * *", 24),
        ("* * * * *", 1),
        ("*/5 * * * *", 1),
        ("0 1,13 * * *", 12),
        ("0 22/1 * * *", 23),
        ("0 9-17/4 * * *", 16),
        ("0 3 * * SUN", 7 * 24),
        ("0 3 * * mon-fri", 3 * 24),
        ("0 0 1 * *", 31 * 24),
        ("0 0 1 JAN,jul *", 184 * 24),
        ("0 0 29 2 *", (4 * 365 + 1) * 24),
        ("0 0 1 * 1", 7 * 24),
    ],
)
def test_the_gap_is_the_longest_that_there_is(schedule, hours):
    """Hours, weekdays, months, leap days; where day and weekday are both named, either is enough."""
    assert check_cron(schedule) is None
    assert longest_gap_hours(schedule) == hours


@pytest.mark.parametrize(
    ("schedule", "minutes"),
    [
        ("* * * * *", 1),
        ("*/5 * * * *", 5),
        ("*/25 * * * *", 25),
        ("30 * * * *", 60),
        ("0,50 */2 * * *", 70),
        ("10,20 2 * * *", 24 * 60 - 10),
        ("0 2 * * *", 24 * 60),
        ("0,59 0 * * 0", 7 * 24 * 60 - 59),
    ],
)
def test_minutes_count_where_hours_are_too_coarse(schedule, minutes):
    """Within an hour, from its last minute to the first of the next one that has runs, and over days."""
    assert check_cron(schedule) is None
    assert longest_gap_minutes(schedule) == minutes


hours = st.sets(st.integers(0, 23), min_size=1, max_size=4)
some = st.none() | st.sets(st.integers(1, 28), min_size=1, max_size=3)
weekdays = st.none() | st.sets(st.integers(0, 6), min_size=1, max_size=3)


@settings(max_examples=20, deadline=None)
@given(
    hours=hours, days=some, months=st.none() | st.sets(st.integers(1, 12), min_size=1, max_size=3), weekdays=weekdays
)
def test_an_hour_by_hour_walk_over_the_years_agrees(hours, days, months, weekdays):
    """A slow reference that looks at every hour finds the same longest gap."""

    def written(chosen):
        return "*" if chosen is None else ",".join(map(str, sorted(chosen)))

    now, end, runs = datetime(2024, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC), []
    while now < end:
        by_day = days is None or now.day in days
        by_weekday = weekdays is None or (now.weekday() + 1) % 7 in weekdays
        right = by_day or by_weekday if days and weekdays else by_day and by_weekday
        if now.hour in hours and right and (months is None or now.month in months):
            runs.append(now)
        now += timedelta(hours=1)
    gaps = [(later - earlier) // timedelta(hours=1) for earlier, later in pairwise(runs)]

    schedule = f"0 {written(hours)} {written(days)} {written(months)} {written(weekdays)}"
    assert longest_gap_hours(schedule) == max(gaps)
