"""From an engine's error text to a diagnostic that points at the line; both engines' formats."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Diagnostic, Place, Span
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tenant_compiler.read.jsonnet_files import Refusal, Roots

_WHERE = r":(?:\((\d+):(\d+)\)-\(\d+:\d+\)|(\d+):(\d+)(?:-(\d+))?)(?!\d)"
_STACK = "max stack frames exceeded"
_LINE_END = 1 << 30
"""A column beyond every line's end."""
_LONGEST = 500
"""Characters of a message; a preset may build one of any length."""

_HELP: tuple[tuple[str, str], ...] = (
    (r"(?i)external variable|native", "a file may depend only on what it imports and on tier, environment and cloud"),
    (
        r"Missing argument: |not bound in call",
        "a file's own function may take tier, environment and cloud; give every other parameter a default",
    ),
    (r"(?i)field does not exist", "check the spelling of the field, or use `std.get(object, 'name', default)`"),
    (r"(?i)manifest function|function as JSON", "call the function, or hide the field with `::`"),
    (r"(?i)computed imports", "write the name of the file as a plain string"),
)


class Failure(NamedTuple):
    """What the child says about a job that gave no value."""

    text: str
    """The engine's error text; empty when the engine was not reached."""
    refusal: Refusal | None
    files: tuple[str, ...]
    """Real paths of what was read."""


def explain(failure: Failure, *, entry: str, roots: Roots, source: Callable[[str], str], stack: int) -> Diagnostic:
    """Turn a failure into the one diagnostic that says what is wrong and where.

    Args:
        failure: what the child said.
        entry: the display name of the job's file, the place when no better one is known.
        roots: to name files.
        source: the text of a file by its display name; empty when it cannot be read.
        stack: the greatest depth of calls.
    """
    names = [roots.display(real) for real in failure.files if roots.contains(real)]
    place = _trace_place(failure.text, names, source)
    if failure.refusal is not None:
        # After a refused import gojsonnet now and then gives an error without any text.
        return _refused(failure.refusal, place or _import_place(failure.refusal, names, source) or Place(entry), roots)
    place = place or Place(entry)
    text = re.sub(r"^(?:RUNTIME|STATIC) ERROR: ", "", failure.text)
    static = _static(text, names, source)
    if static is not None:
        return static
    message = _one_line(_without_trace(text)).removesuffix(".")
    if message.startswith(_STACK):
        return Diagnostic(
            "TC122", f"evaluation is more than {stack} calls deep", place=place, label="called here",
            help="end the recursion: every recursive function needs a case that does not call itself",
        )  # fmt: skip
    return Diagnostic("TC121", f"evaluation failed: {message}", place=place, help=_help(message))


def span_at(text: str, line: int, column: int, end: int | None) -> Span:
    """The span in characters that an engine's numbers mean, which count the bytes of a line from 1.

    Without an end, the span is that of the word.
    """
    lines = text.split("\n")
    content = lines[line - 1].rstrip("\r") if 0 < line <= len(lines) else ""
    start = _characters(content, column)
    if end is None:
        word = re.compile(r"\w+|.").match(content, start - 1)
        stop = word.end() + 1 if word else start + 1
    else:
        stop = _characters(content, end)
    return Span(line, start, max(min(stop, len(content) + 1), start + 1))


def _characters(content: str, column: int) -> int:
    """The column in characters of a column in bytes; beyond the line's end they run on alike."""
    data = content.encode("utf-8", "surrogatepass")
    return len(data[: column - 1].decode("utf-8", "replace")) + 1 + max(column - 1 - len(data), 0)


def _trace_place(text: str, names: Sequence[str], source: Callable[[str], str]) -> Place | None:
    """The innermost place of the trace in one of the files; lines of the standard library are passed over."""
    for line in _trace(text):
        for name in names:
            found = re.match(re.escape(name) + _WHERE, line)
            if found:
                return _place(name, found, source)
    return None


def _import_place(refusal: Refusal, names: Sequence[str], source: Callable[[str], str]) -> Place | None:
    """The first import of the refused name in a file of the folder that asked for it: each of them is refused."""
    from tenant_compiler.read.jsonnet_lexer import span_of, string_value, tokens  # noqa: PLC0415 - only for this error

    for name in names:
        if name.rpartition("/")[0] != refusal.folder.rstrip("/"):
            continue
        text = source(name)
        before = None
        for token in tokens(text):
            asks = before is not None and before.text in ("import", "importstr", "importbin")
            if before is not None and asks and token.kind == "string" and string_value(token) == refusal.name:
                return Place(name, span=span_of(text, before.start, token.end))
            before = token
    return None


def _place(name: str, found: re.Match[str], source: Callable[[str], str]) -> Place:
    """A place from a match of ``_WHERE``; a stretch of several lines is shown by its first."""
    text = source(name)
    if found[1]:
        return Place(name, span=span_at(text, int(found[1]), int(found[2]), _LINE_END))
    end = int(found[5]) if found[5] else None
    return Place(name, span=span_at(text, int(found[3]), int(found[4]), end))


def _static(text: str, names: Sequence[str], source: Callable[[str], str]) -> Diagnostic | None:
    """A file that is no jsonnet: the text starts with its place, which go-jsonnet sometimes says twice."""
    for name in names:
        found = re.match(f"(?:{re.escape(name)}{_WHERE}:? )+", text)
        if found:
            message = _one_line(text[found.end() :].split("\n", 1)[0]).rstrip(".")
            message = message[:1].lower() + message[1:]
            return Diagnostic(
                "TC120", f"not valid jsonnet: {message}", place=_place(name, found, source), help=_help(message)
            )
    return None


def _trace(text: str) -> list[str]:
    """The lines of the trace: those at the end that start with a tab."""
    lines = text.rstrip("\n").split("\n")
    start = len(lines)
    while start and lines[start - 1].startswith("\t"):
        start -= 1
    return [line[1:] for line in lines[start:]]


def _without_trace(text: str) -> str:
    """The message before the trace."""
    lines = text.rstrip("\n").split("\n")
    return "\n".join(lines[: len(lines) - len(_trace(text))])


def _one_line(text: str) -> str:
    """A text of the preset's author, or an attacker, for one line of a terminal: control characters are spelt out."""
    line = " ".join(part.strip() for part in text.split("\n") if part.strip())
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in line)
    return safe if len(safe) <= _LONGEST else safe[:_LONGEST] + "…"


def _help(message: str) -> str:
    """What to write instead, for the errors that have an answer."""
    return next((text for pattern, text in _HELP if re.search(pattern, message)), "")


def _refused(refusal: Refusal, place: Place, roots: Roots) -> Diagnostic:
    """A file that was not read."""
    name = _one_line(refusal.name)
    if refusal.reason == "outside":
        return Diagnostic(
            "TC123", f"{name} lies outside the workspace", place=place,
            help="import a file of this workspace or of the built-in library, by a path relative to the importing file",
        )  # fmt: skip
    if refusal.reason == "missing":
        return Diagnostic("TC124", f"no file {name} to import", place=place, help=_near(refusal, roots))
    if refusal.reason == "large":
        return Diagnostic(
            "TC122", f"{name} is too large to evaluate: {refusal.detail}", place=place,
            help="import only what the preset needs, in smaller files",
        )  # fmt: skip
    if refusal.reason == "encoding":
        return Diagnostic(
            "TC120", f"{name} is not UTF-8, at {refusal.detail}", place=place, help="save the file as UTF-8"
        )
    return Diagnostic(
        "TC124", f"{name} cannot be read: {refusal.detail}", place=place,
        help="make it a regular file that this user may read",
    )  # fmt: skip


def _near(refusal: Refusal, roots: Roots) -> str:
    """A near match among the files where the engine looked, or where it looked."""
    import difflib  # noqa: PLC0415 - only for an error

    folder, _, base = refusal.name.rpartition("/")
    there: set[str] = set()
    for start in (roots.locate(refusal.folder), os.path.join(roots.presets, "lib")):
        real = os.path.realpath(os.path.join(start, folder))
        if roots.contains(real) and os.path.isdir(real):
            there.update(entry for entry in os.listdir(real) if not entry.startswith("."))
    close = difflib.get_close_matches(base, sorted(there), n=1, cutoff=0.75)
    if close:
        return f"did you mean `{_one_line(f'{folder}/{close[0]}' if folder else close[0])}`?"
    return "files are looked up beside the importing file, then in the built-in library"
