"""The parser's complaints in plain words: libyaml's and PyYAML's say what the scanner expected, not what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Diagnostic, Label, Place, Span
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yaml.error import Mark, MarkedYAMLError


class _Case(NamedTuple):
    needles: tuple[str, ...]
    """Parts of the complaint, of either parser."""
    message: str
    help: str
    related: str = ""
    """Words beside the place where the surrounding value starts; empty to leave it out."""
    at_context: bool = False
    """The place to show is where the value starts, not where the parser gave up."""
    code: str = "TC103"


# The first that fits wins. `{c}` is the character at the place.
_CASES = (
    _Case(
        ("found unexpected end of stream",),
        "this quoted text is never closed",
        "add the closing quote",
        at_context=True,
    ),
    _Case(
        ("mapping values are not allowed",),
        "a `:` starts a value where none can stand",
        "check the indentation of this line, and put quotes around a text that holds `: `",
    ),
    _Case(
        ("expected ',' or ']'",),
        "a list in brackets is not closed, or misses a comma here",
        "separate the items by `,` and close the list with `]`",
        related="the list starts here",
    ),
    _Case(
        ("expected ',' or '}'",),
        "a mapping in braces is not closed, or misses a comma here",
        "separate the entries by `,` and close the mapping with `}`",
        related="the mapping starts here",
    ),
    _Case(
        ("could not find expected ':'",),
        "this line is neither `key: value` nor a list item",
        "write `key: value` with a blank after the colon",
        at_context=True,
    ),
    _Case(
        ("did not find expected '-'",),
        "a list goes on here with something that is no item",
        "start the line with `- `, or check its indentation",
        related="the list starts here",
    ),
    _Case(
        ("did not find expected key", "expected <block end>"),
        "this does not fit the lines above",
        "give all keys of a mapping and all items of a list the same indentation; quote a value as a whole",
        related="it would have to belong to what starts here",
    ),
    _Case(
        ("found undefined alias",),
        "this alias names no anchor above it",
        "write the value out, or put quotes around a text that starts with `*`",
    ),
    _Case(
        ("second occurrence",),
        "this anchor is defined twice",
        "give the second one another name",
        related="first defined here",
    ),
    _Case(
        ("found undefined tag handle",),
        "tags such as `!name` are not supported",
        "write the value without the tag",
        code="TC109",
    ),
    _Case(
        ("node content",),
        "a value is missing here",
        "write the value; put quotes around a text that starts with a bracket, a brace or a comma",
    ),
    _Case(
        ("cannot start any token",),
        "a value cannot start with `{c}`",
        "put quotes around the value",
    ),
    _Case(
        ("Unicode",),
        "this escape names no character",
        "write the character itself, or its number in eight digits, such as `\\U0001f600`",
    ),
    _Case(
        ("escape",),
        "this is no escape of a double-quoted text",
        "write `\\\\` for a backslash, or use single quotes",
    ),
    _Case(
        ("sequence entries are not allowed",),
        "a list cannot start on the line of its key",
        "start it on a line of its own, or write it as `[a, b]`",
    ),
    _Case(
        ("expected <document start>", "expected '<document start>'"),
        "something follows the end of the document",
        "separate documents with a line `---`, and check the brackets before",
    ),
)


def syntax_problem(error: MarkedYAMLError, lines: Sequence[str], file: str, document: int) -> Diagnostic:
    """Explain a syntax error.

    Args:
        error: what the parser raised.
        lines: the file's lines.
        file: how diagnostics name the file.
        document: the index of the document that the parser was reading.
    """
    problem = error.problem or "the text ends too early"
    mark = error.problem_mark or error.context_mark
    assert mark is not None, "the parser always says where"
    span = _span(mark, lines)
    character = lines[span.line - 1][span.column - 1 : span.column] if lines else ""
    if character == "\t":
        return _tab(span, lines, file, document)
    case = next((case for case in _CASES if any(needle in problem for needle in case.needles)), None)
    if case is None:
        case = _Case((), f"this is not valid YAML: {problem}", "check the quotes, brackets and indentation here")
    context = error.context_mark
    related: tuple[Label, ...] = ()
    if context is not None and case.at_context:
        span = _span(context, lines)
        span = Span(span.line, span.column, max(span.end, len(lines[span.line - 1].rstrip()) + 1))
    elif context is not None and case.related and _span(context, lines) != span:
        related = (Label(Place(file, document=document, span=_span(context, lines)), case.related),)
    return Diagnostic(
        case.code,
        case.message.replace("{c}", character),
        place=Place(file, document=document, span=span),
        help=case.help,
        related=related,
    )


def _tab(span: Span, lines: Sequence[str], file: str, document: int) -> Diagnostic:
    before = lines[span.line - 1][: span.column - 1]
    message = "a tab cannot stand between words here" if before.strip() else "a tab cannot indent YAML"
    return Diagnostic("TC103", message, place=Place(file, document=document, span=span), help="use spaces")


def _span(mark: Mark, lines: Sequence[str]) -> Span:
    """Give the character at a mark; the end of the last line that says something for a mark behind the text."""
    if mark.line < len(lines):
        return Span(mark.line + 1, mark.column + 1, mark.column + 2)
    last = max((number for number, line in enumerate(lines, 1) if line.strip()), default=1)
    column = len(lines[last - 1].rstrip()) + 1 if lines else 1
    return Span(last, column, column + 1)
