"""What cases went through, in numbers."""

from __future__ import annotations

from tenant_compiler.judge.engines.protocol import Coverage
from tenant_compiler.run.policies.coverage import ranges, share, too_low, total


def lines(covered, missed):
    """A file's coverage."""
    return Coverage(frozenset(covered), frozenset(missed))


FILES = {"a.rego": lines(range(1, 10), [12]), "b.rego": lines([1, 2], [3, 4, 5, 9]), "c.rego": lines([], [])}


def test_shares_are_rounded_down():
    """So that 100 % means every line; a file without lines is whole."""
    assert share(lines(range(999), [2000])).percent == 99.9
    assert share(lines(range(9999), [20000])).percent == 99.9
    assert share(FILES["c.rego"]).percent == 100
    assert total(FILES) == (11, 16)
    assert total(FILES).percent == 68.7
    assert total({}).percent == 100


def test_lines_in_a_row_are_written_as_ranges():
    """In order, whatever order they come in."""
    assert ranges([5, 3, 4, 9]) == "3-5, 9"
    assert ranges([]) == ""


def test_a_threshold_that_is_missed_names_the_files():
    """Those where most is missing first."""
    found = too_low(FILES, 95)
    assert found.code == "TC869"
    assert found.message == "cases and tests go through 68.7 % of the lines, but must go through 95 %"
    assert found.notes == ("b.rego: 33.3 %, not lines 3-5, 9", "a.rego: 90 %, not lines 12")
    assert too_low(FILES, 68.7) is None


def test_many_files_are_counted():
    """Ten are named."""
    found = too_low({f"{number:02}.rego": lines([1], [2]) for number in range(12)}, 95)
    assert len(found.notes) == 11
    assert found.notes[-1] == "and 2 more files"
