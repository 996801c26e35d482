"""Just enough of jsonnet's lexer to find literals and parameter names: comments and strings are never mistaken."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Span
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
      (?P<skip>\s+|//[^\n]*|\#[^\n]*|/\*[\s\S]*?\*/)
    | (?P<block>\|\|\|-?[ \t\r]*\n)
    | (?P<string>@'(?:[^']|'')*'|@"(?:[^"]|"")*"|'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*")
    | (?P<number>\d[\d_]*(?:\.[\d_]+)?(?:[eE][+-]?[\d_]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<colon>\+?:{1,3})
    | (?P<op>[\s\S])
    """,
    re.VERBOSE,
)
_INDENT = re.compile(r"(?:[ \t\r]*\n)*([ \t]+)")
_ESCAPE = re.compile(r"\\([\s\S])")
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


class Token(NamedTuple):
    """One token: ``kind`` is string, block (a ``|||`` text), number, name, colon or op; offsets in characters."""

    kind: str
    start: int
    end: int
    text: str


def tokens(source: str) -> Iterator[Token]:
    """Yield the tokens of a source that an engine has accepted, without blanks and comments.

    A text that is no jsonnet gives some tokens too: what is made of them must be proved by evaluation.
    """
    position = 0
    while found := _TOKEN.match(source, position):
        kind = found.lastgroup or "op"
        end = _block_end(source, found.end()) if kind == "block" else found.end()
        if kind != "skip":
            yield Token(kind, position, end, source[position:end])
        position = end


def span_of(text: str, start: int, end: int) -> Span:
    """The span of a stretch of a text, by its offsets in characters; one of several lines is shown by its first."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    last = min(end, line_end if line_end >= 0 else len(text))
    return Span(text.count("\n", 0, start) + 1, start - line_start + 1, last - line_start + 1)


def string_value(token: Token) -> str | None:
    """What a string or block token means; None when it is written in a way that this reader does not know."""
    text = token.text
    if token.kind == "block":
        return _block_value(text)
    quote = text[1] if text[0] == "@" else text[0]
    if text[0] == "@":
        return text[2:-1].replace(quote * 2, quote)
    inner = _ESCAPE.sub(lambda found: "'" if found[1] == "'" else found[0], text[1:-1])
    if quote == "'":
        # Now no escape is left that JSON lacks, but bare double quotes are.
        inner = re.sub(r'(\\[\s\S])|"', lambda found: found[1] or r"\"", inner)
    try:
        value = json.loads(f'"{inner}"', strict=False)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def top_level_parameters(source: str) -> tuple[str, ...] | None:
    """The parameter names when the file's last expression looks like ``function(…)``; None when it does not.

    It is a guess that saves an evaluation; whoever uses it has the engine confirm the number of parameters.
    """
    everything = list(tokens(source))
    depth = 0
    start = 0
    for index, token in enumerate(everything):
        if token.kind == "op":
            depth += (token.text in _OPEN) - (token.text in _CLOSE)
            if token.text == ";" and depth == 0:
                start = index + 1
    rest = everything[start:]
    if [token.text for token in rest[:2]] != ["function", "("]:
        return None
    return _parameters(rest[1:])


def expression_end(everything: list[Token], start: int) -> int:
    """The index of the comma or closing bracket after the expression that starts at ``start``."""
    depth = 0
    for index in range(start, len(everything)):
        text = everything[index].text if everything[index].kind == "op" else ""
        if depth == 0 and (text in _CLOSE or text == ",") and text:
            return index
        depth += (text in _OPEN) - (text in _CLOSE) if text else 0
    return len(everything)


def _parameters(rest: list[Token]) -> tuple[str, ...]:
    """The names after each ``(`` or ``,`` of the parameter list that ``rest`` starts with."""
    names: list[str] = []
    depth = 0
    for before, token in itertools.pairwise(rest):
        depth += (before.text in _OPEN) - (before.text in _CLOSE) if before.kind == "op" else 0
        if depth == 0:
            break
        if depth == 1 and before.text in ("(", ",") and token.kind == "name":
            names.append(token.text)
    return tuple(names)


def _block_end(source: str, start: int) -> int:
    """The offset after the closing ``|||`` of a text block whose first line starts at ``start``."""
    found = _INDENT.match(source, start)
    indent = found[1] if found else " "
    position = start
    while position < len(source):
        end = source.find("\n", position) + 1 or len(source)
        line = source[position:end]
        if line.strip() and not line.startswith(indent):
            closing = source.find("|||", position, end)
            return closing + 3 if closing >= 0 else end
        position = end
    return position


def _block_value(text: str) -> str:
    """The text of a ``|||`` block: its lines without the first line's indent."""
    first, _, body = text.partition("\n")
    found = _INDENT.match(body)
    indent = found[1] if found else ""
    lines = body.split("\n")[:-1]
    value = "".join(f"{line.removeprefix(indent)}\n" for line in lines)
    return value.removesuffix("\n") if first.strip() == "|||-" else value
