"""Near matches."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.read.suggest import did_you_mean, near

NAMES = ("cpu_cores", "memory_gb", "storage_gb", "unlimited", "aws", "on_premises")


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("unlimitd", "unlimited"),
        ("cpu-cores", "cpu_cores"),
        ("CPU_CORES", "cpu_cores"),
        ("cpu_croes", "cpu_cores"),
        ("cpucores", "cpu_cores"),
        ("memroy_gb", "memory_gb"),
        ("wsa", None),
        ("asw", "aws"),
        ("awz", "aws"),
        ("On Premises", "on_premises"),
        ("banana", None),
        ("a", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_the_nearest_name_is_meant(word: str, name: str | None) -> None:
    """Slips of the fingers, swapped letters, case and separators are seen through; other words are not."""
    assert near(word, NAMES) == name
    assert did_you_mean(word, NAMES) == (f"did you mean `{name}`?" if name else "")


def test_the_first_of_equals_wins() -> None:
    """Who offers names in an order gets the first of two that are as near."""
    assert near("storage", ["storages", "storaged"]) == "storages"
    assert near("storage", ["storagee", "storage"]) == "storage"


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=5))
@settings(max_examples=100)
def test_a_suggestion_is_one_of_the_names(word: str, names: list[str]) -> None:
    """Whatever is asked, the answer is one of the names or none; a name itself is its own nearest."""
    assert near(word, names) in {None, *names}
    for name in names:
        assert near(name, [name]) == name
