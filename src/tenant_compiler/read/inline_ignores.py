"""``# tenant-compile: ignore[TC511] reason``: comments in a tenant's file that a finding on their line does not count.

Such a comment stands at the end of the line that it is about, or above it. It is known as a comment by the scanner's
tokens, not by its text: a ``#`` in a string is none. Only lints can be ignored so. What keeps a tenant from being
compiled cannot, and what a policy asks for needs a waiver, which has an owner and an end.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from contextlib import suppress
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

from yaml.error import YAMLError
from yaml.tokens import ScalarToken, StreamEndToken

from tenant_compiler.data import data_folder
from tenant_compiler.model.diagnostic import Diagnostic, Place, Span
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.suggest import did_you_mean
from tenant_compiler.read.yaml_parser import LIMITS, LimitExceededError, compose, open_parser
from tenant_compiler.read.yaml_positions import Positions
from tenant_compiler.read.yaml_text import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from tenant_compiler.model.document import Document

LINTS: Final = ("TC5",)
OPTIONAL: Final = frozenset({"TC319", "TC324"})
"""Codes of other families that can be ignored while they are no errors."""
_POLICY: Final = "TC4"
_EXCEPTIONS: Final = "TC8"
_OURS: Final = "TC"
_MARK: Final = "tenant-compile: ignore["
_COMMENT = re.compile(r"tenant-compile: ignore\[(?P<codes>[^\]]*)(?P<end>\]?)(?P<reason>.*)")
_CODE = re.compile(r"[^,\s][^,]*")
_WORD = re.compile(r"\w")


class Ignore(NamedTuple):
    """One code of a comment."""

    code: str
    """In capitals; empty for a comment that names none, or is not closed."""
    reason: bool
    """Whether one is given."""
    line: int
    """The line that it is about, counted from 1; 0 when nothing follows the comment."""
    span: Span
    """Of the code, or of the comment's beginning."""
    closed: bool = True


class InlineIgnores:
    """The comments of one document, and which of them were of use.

    Args:
        file: the document's file.
        document: its index there.
        ignores: its comments.
        data: the file's bytes.
    """

    def __init__(self, file: str, document: int, ignores: Sequence[Ignore], data: bytes) -> None:
        self._file = file
        self._document = document
        self._ignores = ignores
        self._data = data
        self._codes = {ignore.code for ignore in ignores}
        self._used: set[tuple[int, str]] = set()
        self._refused: set[tuple[int, str]] = set()

    @cached_property
    def _positions(self) -> Positions:
        return Positions.of(self._data)

    @cached_property
    def _by_line(self) -> set[tuple[int, str]]:
        return {(ignore.line, ignore.code) for ignore in self._ignores if ignore.reason and not never(ignore.code)}

    def covers(self, finding: Diagnostic) -> bool:
        """Whether a finding, with its place, is ignored; remembers that the comment was of use."""
        place = finding.place
        if finding.code not in self._codes or place is None or place.file != self._file:
            return False
        nearest = self._positions.nearest(place.pointer, document=place.document, key=place.key)
        key = ((place.span or nearest.span).line, finding.code)
        if key not in self._by_line:
            return False
        if finding.rule or (finding.severity == "error" and not finding.code.startswith(LINTS) and _ours(finding.code)):
            self._refused.add(key)
            return False
        self._used.add(key)
        return True

    def problems(self, *, judged: bool, whole: bool) -> Iterator[Diagnostic]:
        """Say what is wrong with the comments: TC820 what cannot be ignored so, TC821 what has no effect.

        Args:
            judged: every pass ran to its end in all environments and for all targets.
            whole: and over the whole fleet.
        """
        for ignore in self._ignores:
            key = (ignore.line, ignore.code)
            if never(ignore.code) or key in self._refused:
                yield self._forbidden(ignore)
                continue
            problem = _problem(ignore)
            if problem is not None:
                yield self._finding("TC821", ignore, *problem)
            elif key not in self._used and judged and (whole or ignore.code != "TC324"):
                message = f"there is no {ignore.code} at this line to ignore"
                yield self._finding(
                    "TC821", ignore, message, "remove the comment, or put it beside the value it is about"
                )

    def _forbidden(self, ignore: Ignore) -> Diagnostic:
        code = ignore.code
        if code.startswith((_POLICY, *LINTS)) or not _ours(code):
            message = f"{code} is about a policy, which a comment cannot lift: it needs a waiver"
            help_ = "write a waiver with a reason, an owner and an end, or mend the value; then remove the comment"
        elif code.startswith(_EXCEPTIONS):
            message = f"{code} is about verdicts and exceptions themselves, so it cannot be ignored"
            help_ = f"`tenant-compile explain {code}` tells how to mend it; remove the comment"
        else:
            message = f"{code} keeps a tenant from being compiled or written, so it cannot be ignored"
            help_ = f"`tenant-compile explain {code}` tells how to mend it; remove the comment"
        return self._finding("TC820", ignore, message, help_)

    def _finding(self, code: str, ignore: Ignore, message: str, help_: str) -> Diagnostic:
        place = Place(self._file, document=self._document, span=ignore.span)
        # The comment is wrong, not the tenant: it may be written all the same.
        return Diagnostic(
            code, message, "error" if code == "TC820" else "warning", place=place, help=help_, blocks=False
        )


def never(code: str) -> bool:
    """Whether a built-in code can never be ignored by a comment."""
    return _ours(code) and not code.startswith(LINTS) and code not in OPTIONAL and _is_family(code)


def with_ignores(documents: Sequence[Document], data: bytes, file: str) -> tuple[Document, ...]:
    """Give documents their comments.

    Args:
        documents: the sound ones of a file.
        data: its bytes, which a reader has found sound.
        file: how diagnostics name it.
    """
    found = list(read_ignores(data))
    starts = [root.start_mark.line + 1 for root in _roots(data)]
    by_document: dict[int, list[Ignore]] = {}
    for ignore in found:
        # A comment above a document's first line is about that line; one behind the last is the last one's.
        line = ignore.line or ignore.span.line
        by_document.setdefault(max(0, bisect_right(starts, line) - 1), []).append(ignore)
    return tuple(
        document._replace(ignores=InlineIgnores(file, document.index, by_document[document.index], data))
        if document.index in by_document
        else document
        for document in documents
    )


def read_ignores(data: bytes) -> Iterator[Ignore]:
    """Read the comments of a file, in order; one entry a code."""
    lines = lines_of(data)
    marked = [number for number, line in enumerate(lines) if _MARK in line]
    if not marked:
        return
    scalars = list(_scalars(data))
    following = _following(lines)
    for number in marked:
        line = lines[number]
        start = _comment_start(line, number, scalars)
        if start is None:
            continue
        about = following[number + 1] if not line[:start].strip() else number + 1
        for found in _COMMENT.finditer(line, start):
            yield from _entries(found, number + 1, about)


def _entries(found: re.Match[str], number: int, about: int) -> Iterator[Ignore]:
    reason = _WORD.search(found["reason"]) is not None
    codes = list(_CODE.finditer(found["codes"])) if found["end"] else []
    if not codes:
        span = Span(number, found.start() + 1, found.start("reason") + 1)
        yield Ignore("", reason, about, span, closed=bool(found["end"]))
    for code in codes:
        text = code.group().rstrip()
        column = found.start("codes") + code.start() + 1
        yield Ignore(text.upper(), reason, about, Span(number, column, column + len(text)))


def _scalars(data: bytes) -> Iterator[tuple[tuple[int, int], tuple[int, int], bool]]:
    """Where texts stand: start, end (exclusive), and whether it is a block, whose first line can have a comment."""
    parser = open_parser(data, LIMITS)
    with suppress(YAMLError):
        while (token := parser.get_token()) is not None and not isinstance(token, StreamEndToken):
            if isinstance(token, ScalarToken):
                start, end = token.start_mark, token.end_mark
                yield (start.line, start.column), (end.line, end.column), token.style in ("|", ">")


def _roots(data: bytes) -> list[Any]:
    roots: list[Any] = []
    # What the reader refused has no document that could have a comment.
    with suppress(YAMLError, LimitExceededError):
        roots.extend(compose(data, LIMITS))
    return roots


def _comment_start(
    line: str, number: int, scalars: Sequence[tuple[tuple[int, int], tuple[int, int], bool]]
) -> int | None:
    """The column at which the comment of a line starts; None when the line has none."""
    for found in re.finditer("#", line):
        column = found.start()
        if column and line[column - 1] not in " \t":
            continue
        index = bisect_right(scalars, ((number, column + 1),)) - 1
        if index >= 0:
            start, end, block = scalars[index]
            if start <= (number, column) < end and not (block and start[0] == number):
                continue
        return column
    return None


def _following(lines: Sequence[str]) -> list[int]:
    """For each line, itself or the next one that is neither empty nor a comment, counted from 1; 0 for none."""
    following = [0] * (len(lines) + 1)
    for number in range(len(lines) - 1, -1, -1):
        text = lines[number].lstrip()
        following[number] = number + 1 if text and not text.startswith("#") else following[number + 1]
    return following


def _problem(ignore: Ignore) -> tuple[str, str] | None:
    """What is wrong with the comment itself, and what to write instead."""
    example = "write `# tenant-compile: ignore[TC511] why it does not matter here`"
    if not ignore.closed:
        return "the bracket of this comment is not closed", example
    if not ignore.code:
        return "this comment names no code to ignore", example
    known = _known() if _ours(ignore.code) else ()
    if known and ignore.code not in known:
        return f"there is no code {ignore.code}", did_you_mean(ignore.code, known) or example
    if not ignore.reason:
        return (
            f"{ignore.code} is ignored without a reason, so it counts",
            f"{example}; the reason is for the next reader",
        )
    return None


@cache
def _known() -> list[str]:
    names = os.listdir(data_folder("codes"))
    return sorted(name.removesuffix(".md") for name in names if name.startswith(_OURS))


def _ours(code: str) -> bool:
    return code.startswith(_OURS)


def _is_family(code: str) -> bool:
    return code[2:3] in "12345678"
