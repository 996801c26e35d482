"""Just enough of Rego's grammar to look into a module without an engine: tokens, package, imports, rules, references.

A module that no engine accepts gives something, too; what counts is that nothing is overlooked in one that is accepted.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenant_compiler.model.diagnostic import Span
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Kind: TypeAlias = Literal["name", "string", "raw", "template", "number", "op", "comment", "open"]
"""``raw``: between backticks. ``template``: ``$"…"``. ``open``: a string without its end."""

KEYWORDS: Final = frozenset(
    "as contains default else every false if import in not null package some true with".split()  # noqa: SIM905
)
_TOKEN: Final = re.compile(
    r"""
      (?P<skip>[ \t\r\n]+)
    | (?P<comment>\#[^\n]*)
    | (?P<template>\$"(?:[^"\\\n]|\\.)*"|\$`[^`]*`)
    | (?P<string>"(?:[^"\\\n]|\\.)*")
    | (?P<raw>`[^`]*`)
    | (?P<open>["`][\s\S]*)
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[^\W\d]\w*)
    | (?P<op>:=|==|!=|<=|>=|[\s\S])
    """,
    re.VERBOSE,
)
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


class Token(NamedTuple):
    """One token with its offsets in characters."""

    kind: Kind
    text: str
    start: int
    end: int


class Import(NamedTuple):
    """``import data.acme.lib as tools``."""

    path: tuple[str, ...]
    """``("data", "acme", "lib")``."""
    alias: str
    """The name by which the module knows it: ``tools``."""


class Head(NamedTuple):
    """The beginning of a rule or function."""

    name: str
    """Its first part: of ``limits.cpu := 4`` it is ``limits``."""
    kind: Literal["set", "function", "value"]
    """``set``: ``deny contains …``."""
    start: int


class Reference(NamedTuple):
    """A name with what follows it in dots and in brackets around strings."""

    path: tuple[str, ...]
    """Of ``opa["runtime"]()`` it is ``("opa", "runtime")``."""
    start: int
    end: int
    called: bool
    """Whether a bracket of arguments follows at once."""


class Outline(NamedTuple):
    """What a module is about."""

    package: tuple[str, ...]
    """Empty when there is none."""
    at: int
    """The offset of ``package``, or 0."""
    imports: tuple[Import, ...]
    heads: tuple[Head, ...]
    references: tuple[Reference, ...]
    """In bodies, heads and arguments alike; not those of the package and of imports."""
    strange: tuple[Token, ...]
    """Templates, whose expressions are not looked into, and strings without an end."""


def tokens(source: str) -> Iterator[Token]:
    """Yield the tokens of a source, comments included, blanks left out."""
    position = 0
    while found := _TOKEN.match(source, position):
        kind = found.lastgroup
        if kind != "skip":
            yield Token(kind, found[0], position, found.end())  # type: ignore[arg-type]  # the groups are the kinds
        position = found.end()


def outline(source: str) -> Outline:
    """Look through a module."""
    found = [token for token in tokens(source) if token.kind != "comment"]
    package: tuple[str, ...] = ()
    at = index = 0
    if found and found[0].text == "package":
        package, index = _path(found, 1)
        at = found[0].start
    imports: list[Import] = []
    heads: list[Head] = []
    references: list[Reference] = []
    depth = 0
    while index < len(found):
        token = found[index]
        if token.text == "import" and depth == 0:
            made, index = _import(found, index)
            imports.append(made)
            continue
        if (token.kind == "name" and token.text not in KEYWORDS) or _is_call_of_contains(source, found, index):
            if depth == 0 and _begins_line(source, token.start):
                heads += _head(found, index)
            reference, index = _reference(found, index)
            references.append(reference)
            continue
        if token.kind == "op":
            depth += (token.text in _OPEN) - (token.text in _CLOSE)
        index += 1
    strange = tuple(token for token in found if token.kind in ("template", "open"))
    return Outline(package, at, tuple(imports), tuple(heads), tuple(references), strange)


def span_of(source: str, start: int, end: int) -> Span:
    """The span of a stretch of a source; one of several lines is shown by its first."""
    line_start = source.rfind("\n", 0, start) + 1
    line_end = source.find("\n", start)
    last = min(end, line_end if line_end >= 0 else len(source))
    return Span(source.count("\n", 0, start) + 1, start - line_start + 1, max(last, start + 1) - line_start + 1)


def without_comments(source: str) -> str:
    """The source with its lines but without comments, which an engine need not read."""
    kept: list[str] = []
    position = 0
    for token in tokens(source):
        if token.kind == "comment":
            kept.append(source[position : token.start].rstrip(" \t"))
            position = token.end
    kept.append(source[position:])
    return "".join(kept)


def _import(found: Sequence[Token], index: int) -> tuple[Import, int]:
    path, index = _path(found, index + 1)
    alias = path[-1] if path else ""
    if index + 1 < len(found) and found[index].text == "as":
        alias = found[index + 1].text
        index += 2
    return Import(path, alias), index


def _path(found: Sequence[Token], index: int) -> tuple[tuple[str, ...], int]:
    """The path that begins at a token, and the index behind it."""
    if index >= len(found) or found[index].kind != "name":
        return (), index
    reference, index = _reference(found, index)
    return reference.path, index


def _reference(found: Sequence[Token], index: int) -> tuple[Reference, int]:
    start = found[index].start
    path = [found[index].text]
    index += 1
    while index + 1 < len(found):
        if found[index].text == "." and found[index + 1].kind == "name":
            path.append(found[index + 1].text)
            index += 2
        elif found[index].text == "[" and index + 2 < len(found) and found[index + 2].text == "]":
            part = string_value(found[index + 1])
            if part is None:
                break
            path.append(part)
            index += 3
        else:
            break
    end = found[index - 1].end
    called = index < len(found) and found[index].text == "(" and found[index].start == end
    return Reference(tuple(path), start, end, called), index


def string_value(token: Token) -> str | None:
    """What a string means; None for any other token."""
    if token.kind == "raw":
        return token.text[1:-1]
    if token.kind != "string":
        return None
    try:
        value = json.loads(token.text, strict=False)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def _head(found: Sequence[Token], index: int) -> Iterable[Head]:
    token = found[index]
    after = found[index + 1].text if index + 1 < len(found) else ""
    if after == "contains":
        yield Head(token.text, "set", token.start)
    elif after == "(" and found[index + 1].start == token.end:
        yield Head(token.text, "function", token.start)
    elif after in (":=", "=", "if", ".", "[", "{") or index + 1 == len(found) or found[index - 1].text == "default":
        yield Head(token.text, "value", token.start)


def _begins_line(source: str, start: int) -> bool:
    """Whether nothing but ``default`` stands before an offset in its line."""
    return source[source.rfind("\n", 0, start) + 1 : start].strip() in ("", "default")


def _is_call_of_contains(source: str, found: Sequence[Token], index: int) -> bool:
    """Tell the builtin ``contains(text, part)`` from the keyword of ``deny contains (…)``."""
    if found[index].text != "contains" or index + 1 >= len(found) or found[index + 1].text != "(":
        return False
    before = found[index - 1]
    same_line = "\n" not in source[before.end : found[index].start]
    return not (same_line and (before.text in ("]", ")") or (before.kind == "name" and before.text not in KEYWORDS)))
