"""Budgets and thresholds, against fractions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_compiler.backends.prometheus.burn import WINDOWS, burn, decimal, factor

objectives = st.integers(1, 99_999).map(lambda units: decimal(units, 3))
periods = st.integers(7, 90)


def value(expression: str) -> Fraction:
    """Evaluate ``31 / 30 * 0.0005`` from left to right, exactly."""
    first, *rest = expression.split(" ")
    result = Fraction(first)
    for sign, number in zip(rest[::2], rest[1::2], strict=True):
        result = result * Fraction(number) if sign == "*" else result / Fraction(number)
    return result


def test_thirty_days_give_the_factors_of_the_workbook():
    """The SRE workbook's 14.4, 6, 3 and 1 come out for its own period."""
    assert [threshold.factor for threshold in burn("99.95", 30).thresholds] == ["14.4", "6", "3", "1"]


@pytest.mark.parametrize(
    ("days", "expected"),
    [(7, ["3.36", "1.4", "1", "1"]), (28, ["13.44", "5.6", "2.8", "1"]), (90, ["43.2", "18", "9", "3"])],
)
def test_other_periods_have_factors_of_their_own(days, expected):
    """Factors follow the period, and never go below the rate that spends the budget exactly."""
    assert [threshold.factor for threshold in burn("99.9", days).thresholds] == expected


@pytest.mark.parametrize(
    ("objective", "ratio", "budget"),
    [
        ("99.9", "0.999", "0.001"),
        ("99.999", "0.99999", "0.00001"),
        ("90", "0.9", "0.1"),
        ("99.950", "0.9995", "0.0005"),
        ("1e-05", "0.0000001", "0.9999999"),
    ],
)
def test_decimal_text_has_no_artefacts(objective, ratio, budget):
    """Objective and budget are written as a person would: no 0.0009999999."""
    numbers = burn(objective, 30)
    assert (numbers.objective, numbers.budget) == (ratio, budget)


@given(objectives, periods)
def test_thresholds_are_exact(objective, days):
    """Every threshold is its share of the budget over its window, at least the budget, and below 1."""
    numbers = burn(objective, days)
    budget = 1 - Fraction(objective) / 100
    assert Fraction(numbers.objective) + Fraction(numbers.budget) == 1
    assert Fraction(numbers.budget) == budget
    expected = {
        window: max(Fraction(window.percent * 24 * days, 100 * window.hours), Fraction(1)) * budget
        for window in WINDOWS
    }
    given_thresholds = {threshold.window: value(threshold.expression) for threshold in numbers.thresholds}
    assert given_thresholds == {window: limit for window, limit in expected.items() if limit < 1}


@given(periods)
def test_factors_are_reduced_and_never_below_one(days):
    """A burn rate below 1 keeps the objective, so nothing alerts on it."""
    for window in WINDOWS:
        numerator, denominator = factor(window, days)
        assert Fraction(numerator, denominator).as_integer_ratio() == (numerator, denominator)
        assert numerator >= denominator


@pytest.mark.parametrize("objective", ["0", "100", "100.1", "x", ""])
def test_what_is_no_objective_is_refused(objective):
    """A value that the vocabulary does not let through is a bug, not a silent default."""
    with pytest.raises(ValueError, match=r"percentage|invalid literal"):
        burn(objective, 30)


@given(st.integers(0, 10**12), st.integers(0, 9))
def test_decimal_is_a_plain_number(units, places):
    """No exponent, no trailing zeros, the same value."""
    text = decimal(units, places)
    assert Fraction(text) == Fraction(units, 10**places)
    assert "e" not in text
    assert "." not in text or not text.endswith(("0", "."))
