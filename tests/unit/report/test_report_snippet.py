"""Snippets: a source line with carets."""

from __future__ import annotations

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from tenant_compiler.model.diagnostic import Span
from tenant_compiler.report.snippet import make_snippet

WIDE = "\u6f22"


def under(line: str, column: int, end: int, width: int = 100) -> tuple[str, str]:
    """The snippet's text, and the carets below it."""
    snippet = make_snippet(line, Span(1, column, end), width)
    return snippet.text, " " * snippet.indent + "^" * snippet.carets


def test_carets_stand_below_the_span() -> None:
    """A plain line is shown as it is, with a caret for each character of the span."""
    assert under("  tier: standrd", 9, 16) == ("  tier: standrd", "        ^^^^^^^")


def test_a_span_behind_the_line_has_one_caret_at_its_end() -> None:
    """A missing value stands where the line ends."""
    assert under("tier:", 6, 7) == ("tier:", "     ^")


def test_tabs_become_blanks() -> None:
    """A tab takes the columns up to the next multiple of four, so that carets below it stay in place."""
    assert under("a:\tx", 4, 5) == ("a:  x", "    ^")


def test_wide_and_combining_characters_keep_carets_in_place() -> None:
    """A wide character takes two columns, a combining one none."""
    assert under(f"{WIDE}{WIDE}: x", 5, 6) == (f"{WIDE}{WIDE}: x", "      ^")
    assert under("e\u0301: x", 5, 6) == ("e\u0301: x", "   ^")


def test_control_characters_are_shown_not_sent() -> None:
    """An escape sequence in a tenant's file never reaches the terminal."""
    assert under("a: \x1b[31mx", 4, 5) == ("a: \\x1b[31mx", "   ^^^^")


def test_a_long_line_is_cut_around_the_span() -> None:
    """Of a line with hundreds of columns the part with the span is shown, and the cuts are marked."""
    text, carets = under("a" * 300 + "HERE" + "b" * 300, 301, 305, width=40)
    assert text.startswith("…")
    assert text.endswith("…")
    assert len(text) == 40
    assert text[carets.index("^") : len(carets)] == "HERE"


def columns(text: str) -> int:
    """The columns of a text on a terminal."""
    return sum(
        0 if unicodedata.category(c) in {"Mn", "Me", "Cf"} else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


@given(line=st.text(max_size=200), data=st.data(), width=st.integers(min_value=20, max_value=120))
@example(line="", data=None, width=20)
def test_every_line_gives_printable_text_within_the_width(line: str, data: st.DataObject | None, width: int) -> None:
    """Whatever stands on a line, the snippet fits its width and its carets fit the snippet."""
    column = data.draw(st.integers(min_value=1, max_value=len(line) + 2)) if data else 1
    end = data.draw(st.integers(min_value=column, max_value=len(line) + 4)) if data else 1
    snippet = make_snippet(line, Span(1, column, end), width)
    assert columns(snippet.text) <= max(width, 1)
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in snippet.text)
    assert snippet.carets >= 1
    assert snippet.indent + snippet.carets <= width + 1
