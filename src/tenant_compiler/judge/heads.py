"""Heads of rules that lose nothing.

In regorus a set forgets *all* that a body gave when the head of its last solution is undefined: of two objects, the
second without a name, ``deny contains object.name if some object in objects`` denies none. OPA denies the first. A
denial that is lost is a pass by accident, so a head that holds more than names and literals is moved into the body::

    deny contains {"object": item.ref} if {          deny contains whole_ if {
        some item in input.items                         some item in input.items
    }                                                whole_ := {"object": item.ref} }

which means the same in every engine, and keeps each line where it is. A head with a raw string is left alone.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tenant_compiler.judge.rego import KEYWORDS, tokens
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.judge.rego import Token

_OPEN: Final = frozenset("([{")
_CLOSE: Final = frozenset(")]}")
_GOES_ON: Final = frozenset(":= == != <= >= < > + - * / % & | , . =".split())  # noqa: SIM905 - a list of signs


class _Rule(NamedTuple):
    """A rule whose head is moved: indices of tokens."""

    key: tuple[int, int]
    """The key of a partial object; empty for a set."""
    value: tuple[int, int]
    body: int
    """The token after ``if``."""


def whole_heads(source: str) -> str:
    """Move heads with references and calls into their bodies; a source without them comes back as it is."""
    if "contains" not in source and "] :=" not in source and "] =" not in source:
        return source
    found = [token for token in tokens(source) if token.kind != "comment"]
    text, last = [], 0
    for rule in _rules(source, found):
        for start, end, new in _edits(source, found, rule):
            text += [source[last:start], new]
            last = end
    return "".join([*text, source[last:]]) if text else source


def _rules(source: str, found: Sequence[Token]) -> list[_Rule]:
    rules = []
    depth = 0
    for index, token in enumerate(found):
        if depth == 0 and token.kind == "name" and _begins_line(source, found, index):
            rule = _rule(source, found, index)
            if rule is not None:
                rules.append(rule)
        depth += (token.text in _OPEN) - (token.text in _CLOSE)
    return rules


def _rule(source: str, found: Sequence[Token], index: int) -> _Rule | None:
    """The rule that begins at a token, if its head has to be moved."""
    after = found[index + 1] if index + 1 < len(found) else None
    if after is None or found[index].text in KEYWORDS:
        return None
    key, start = (0, 0), index + 2
    if after.text == "[" and after.start == found[index].end:
        end = _matching(found, index + 1)
        if end + 1 >= len(found) or found[end + 1].text not in (":=", "="):
            return None
        key, start = (index + 2, end), end + 2
    elif after.text != "contains":
        return None
    end = _if(source, found, start)
    if (
        not end
        or any(token.kind == "raw" for token in found[index:end])
        or (_plain(found[start:end]) and _plain(found[slice(*key)]))
    ):
        return None
    return _Rule(key, (start, end), end + 1)


def _edits(source: str, found: Sequence[Token], rule: _Rule) -> list[tuple[int, int, str]]:
    """The replacements of one rule, in order: what stood in the head is said last in the body."""
    edits = []
    said = f"whole_ := {_text(found[slice(*rule.value)])}"
    if rule.key != (0, 0):
        said = f"key_ := {_text(found[slice(*rule.key)])}; {said}"
        edits.append((found[rule.key[0]].start, found[rule.key[1] - 1].end, "key_"))
    body = found[rule.body]
    start, end = found[rule.value[0]].start, body.end if body.text == "{" else body.start
    edits.append((start, end, "whole_ if {" + ("\n" * source.count("\n", start, end) or " ")))
    if body.text == "{":
        last = _matching(found, rule.body)
        stop = found[last].start if last < len(found) else len(source)
        joint = "" if "\n" in source[found[last - 1].end : stop] else "; "
        return [*edits, (stop, stop, f"{joint}{said} ")]
    stop = _statement_end(source, found, rule.body)
    return [*edits, (stop, stop, f"; {said} }}")]


def _text(term: Sequence[Token]) -> str:
    """A term on one line."""
    pieces = [term[0].text]
    for token, after in pairwise(term):
        pieces.append(after.text if after.start == token.end else f" {after.text}")
    return "".join(pieces)


def _begins_line(source: str, found: Sequence[Token], index: int) -> bool:
    return index == 0 or "\n" in source[found[index - 1].end : found[index].start]


def _matching(found: Sequence[Token], index: int) -> int:
    """The bracket that closes the one at an index; the end of the source where none does."""
    depth = 0
    for place in range(index, len(found)):
        depth += (found[place].text in _OPEN) - (found[place].text in _CLOSE)
        if depth == 0:
            return place
    return len(found)


def _if(source: str, found: Sequence[Token], start: int) -> int:
    """The ``if`` after a head; 0 for a rule without a body."""
    depth = 0
    for place in range(start, len(found)):
        text = found[place].text
        if depth == 0 and text == "if":
            return place if place > start and place + 1 < len(found) else 0
        if (
            depth == 0
            and place > start
            and _begins_line(source, found, place)
            and found[place - 1].text not in _GOES_ON
        ):
            return 0
        depth += (text in _OPEN) - (text in _CLOSE)
    return 0


def _plain(term: Sequence[Token]) -> bool:
    """Whether a term holds only names, literals, and lists and objects of them: none of that is ever undefined."""
    for token, after in pairwise(term):
        name = token.kind == "name" and token.text not in KEYWORDS
        if name and after.start == token.end and after.text in (".", "[", "("):
            return False
    return True


def _statement_end(source: str, found: Sequence[Token], start: int) -> int:
    """The offset behind a body of one expression: where a line ends that nothing continues."""
    depth = 0
    for place in range(start, len(found)):
        if depth == 0 and place > start and _begins_line(source, found, place):
            before = found[place - 1].text
            if before not in _GOES_ON and found[place].text not in ("with", *_GOES_ON):
                return found[place - 1].end
        depth += (found[place].text in _OPEN) - (found[place].text in _CLOSE)
    return found[-1].end
