"""Burn rates of an error budget, in whole numbers and exact decimal text.

The four windows are those of the SRE workbook (chapter 5, "Alerting on SLOs"): a page when 2 % of the budget goes in an
hour or 5 % in six, a ticket when 10 % goes in a day or in three. The workbook's factors 14.4, 6, 3 and 1 hold for 30
days only, so they are derived: share of the budget x period / long window.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final, Literal

from tenant_compiler.model.record import NamedTuple


class Window(NamedTuple):
    """One alert: its two windows, and how long it waits and stays."""

    severity: Literal["page", "ticket"]
    long: str
    short: str
    """Ends the alert soon after the burning ends."""
    hours: int
    """The long window."""
    percent: int
    """The share of the budget that may go in the long window."""
    wait: str
    """Prometheus' ``for``: below the short window, or the alert would come late for no gain."""
    keep: str
    """Prometheus' ``keep_firing_for``: a rate around the threshold gives one notification, not ten."""


WINDOWS: Final = (
    Window("page", "1h", "5m", 1, 2, "2m", "5m"),
    Window("page", "6h", "30m", 6, 5, "5m", "15m"),
    Window("ticket", "1d", "2h", 24, 10, "30m", "1h"),
    Window("ticket", "3d", "6h", 72, 10, "1h", "3h"),
)


class Threshold(NamedTuple):
    """The error ratio from which an alert fires."""

    window: Window
    expression: str
    """In PromQL: ``14.4 * 0.0005``."""
    factor: str
    """How fast the budget burns then, for people: ``14.4``; rounded to two places where it has no end."""


class Budget(NamedTuple):
    """What follows from an objective and its period."""

    objective: str
    """As a ratio: ``0.9995``."""
    budget: str
    """The rest up to 1: ``0.0005``."""
    thresholds: tuple[Threshold, ...]
    """Of the alerts that can fire, in the order of `WINDOWS`."""
    fastest: str
    """How fast the budget burns when every request fails; rounded down to two places."""


def decimal(units: int, places: int) -> str:
    """Write ``units / 10**places`` without an exponent and without needless zeros."""
    text = str(units).rjust(places + 1, "0")
    whole, fraction = (text[:-places], text[-places:].rstrip("0")) if places else (text, "")
    return f"{whole}.{fraction}" if fraction else whole


def _rounded(numerator: int, denominator: int) -> str:
    return decimal(numerator * 100 // denominator, 2)


def factor(window: Window, days: int) -> tuple[int, int]:
    """Derive the burn rate at which a window's share of the budget goes, as a reduced fraction.

    Never below 1: a service that burns more slowly than its budget allows keeps its objective, so an alert on it would
    be a false one. That happens for periods below 30 days, such as 0.7 for a day of a week.
    """
    numerator, denominator = window.percent * 24 * days, 100 * window.hours
    if numerator <= denominator:
        return 1, 1
    divisor = math.gcd(numerator, denominator)
    return numerator // divisor, denominator // divisor


def _exact(numerator: int, denominator: int) -> str:
    """Write a fraction: as a decimal number where it has an end, else as a division."""
    for places in range(4):
        if 10**places % denominator == 0:
            return decimal(numerator * 10**places // denominator, places)
    return f"{numerator} / {denominator}"


@lru_cache(maxsize=1024)
def burn(percent: str, days: int) -> Budget:
    """Derive budget and thresholds.

    Args:
        percent: the objective, a decimal number above 0 and below 100, as Python writes one: ``99.95``, ``1e-05``.
        days: the period.

    Raises:
        ValueError: the objective is no such number.
    """
    mantissa, _, exponent = percent.partition("e-")
    whole, _, fraction = mantissa.partition(".")
    places = len(fraction) + int(exponent or 0) + 2
    units, one = int(whole + fraction), 10**places
    if not 0 < units < one:
        raise ValueError(f"not a percentage between 0 and 100: {percent}")
    rest = one - units
    budget = decimal(rest, places)
    thresholds = []
    for window in WINDOWS:
        numerator, denominator = factor(window, days)
        # No more than all requests can fail, so a threshold of 1 or more would never be crossed.
        if numerator * rest >= denominator * one:
            continue
        scale = "" if numerator == denominator else f"{_exact(numerator, denominator)} * "
        shown = _rounded(numerator, denominator)
        thresholds.append(Threshold(window, f"{scale}{budget}", shown))
    return Budget(decimal(units, places), budget, tuple(thresholds), _rounded(one, rest))
