"""Quantities, against a slow reading of the documentation."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.backends.kubernetes.quantities import parse, read, show_cores, show_gib

SUFFIXES = {
    "": Fraction(1),
    "m": Fraction(1, 1000),
    "u": Fraction(1, 10**6),
    "n": Fraction(1, 10**9),
    "k": Fraction(1000),
}
SUFFIXES |= {letter: Fraction(1000) ** power for power, letter in enumerate("MGTPE", start=2)}
SUFFIXES |= {letter + "i": Fraction(1024) ** power for power, letter in enumerate("KMGTPE", start=1)}


@given(
    whole=st.integers(0, 10**12),
    fraction=st.text("0123456789", max_size=9),
    suffix=st.sampled_from(sorted(SUFFIXES)),
    sign=st.sampled_from(["", "+", "-"]),
)
@settings(max_examples=200)
def test_a_quantity_is_its_number_times_its_suffix(whole, fraction, suffix, sign):
    """Decimal and binary suffixes scale exactly; what is finer than a billionth is rounded up."""
    number = Fraction(f"{whole}.{fraction}" if fraction else str(whole)) * SUFFIXES[suffix]
    expected = ceil(number * 10**9) * (-1 if sign == "-" else 1)

    assert parse(f"{sign}{whole}{'.' + fraction if fraction else ''}{suffix}") == expected


@pytest.mark.parametrize(("text", "expected"), [("1e3", 10**12), ("1E-3", 10**6), (".5", 5 * 10**8), ("5.", 5 * 10**9)])
def test_scientific_numbers_and_bare_dots_are_quantities(text, expected):
    """The API reads them, so we do; `E` alone is a suffix, before digits an exponent."""
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "12Xi", "1 Gi", "Gi", "1gi", "1mi", "--1", "1e", "1e3m", "0x10", "1,5", "\u0661", "1\n", "9" * 5000]
)
def test_other_text_is_none(text):
    """Nothing that the API server would refuse gets a value, and nothing is so long that it raises."""
    assert parse(text) is None


@pytest.mark.parametrize(
    ("value", "expected"), [(2, 2 * 10**9), (0.5, 5 * 10**8), (True, None), (None, None), ([], None)]
)
def test_numbers_count_and_other_values_do_not(value, expected):
    """A number may stand where a quantity is meant; a truth value may not."""
    assert read(value) == expected


def test_amounts_are_shown_without_needless_digits():
    """Whole numbers have no dot, and fractions no trailing zeros."""
    assert [show_cores(parse(text)) for text in ("8", "1500m", "100")] == ["8", "1.5", "100"]
    assert [show_gib(parse(text)) for text in ("8Gi", "512Mi", "120Gi")] == ["8", "0.5", "120"]
