"""The part of Rego that all engines read alike (TC860), and formats with their arguments (TC861)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenant_compiler.judge.engines.builtins import scan
from tenant_compiler.judge.rego import KEYWORDS, span_of, string_value
from tenant_compiler.model.diagnostic import Diagnostic, Place, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.judge.engines.builtins import Dialect, Problem
    from tenant_compiler.judge.lint.script import Chain, Script

PORTABLE: Final = "TC860"
FORMAT: Final = "TC861"

_COLUMNS: Final = 1000
"""regorus reads lines of at most 1,024 columns."""
_GREATEST: Final = 2**53
"""Beyond it not every engine computes with whole numbers."""
_CLASS: Final = re.compile(r"\\[dDwWsSbB]")
_LOOK: Final = re.compile(r"\(\?<?[=!]")
_VERB: Final = re.compile(r"%(?:%|([-+ #0-9.*]*)(.?))", re.DOTALL)
_COMPARED: Final = frozenset({"==", "!=", "<", ">", "<=", ">="})


def check_portable(script: Script, *, test: bool = False) -> Iterator[Diagnostic]:
    """Find what engines read differently in a module, but for builtins, which `check_builtins` looks at.

    Args:
        script: the module.
        test: whether it holds tests, where more is allowed: ``with`` may stand anything in for ``input`` and ``data``.
    """
    yield from _lines(script)
    if ("rego", "v1") not in {one.path for one in script.outline.imports}:
        span = script.place(script.outline.at, script.outline.at + len("package"))
        help_ = "write `import rego.v1` below the package"
        yield Diagnostic(PORTABLE, "the module does not import rego.v1", place=span, help=help_)
    yield from _numbers(script)
    for chain in script.chains.values():
        yield from _keywords(script, chain)
        if chain.called and chain.root == "regex":
            yield from _patterns(script, chain)
        if chain.called and chain.path == "sprintf":
            yield from _format(script, chain)
        if not test:
            yield from _negated(script, chain)
    yield from _mocks(script)


def check_builtins(modules: Mapping[str, str], dialect: Dialect) -> Iterator[Diagnostic]:
    """Find calls of builtins that not all engines have, and that were not told for one of them already.

    Args:
        modules: sources by file, all that import each other.
        dialect: whose missing builtins are told elsewhere.
    """
    told = set(scan(modules, dialect)) if dialect != "portable" else set()
    for problem in scan(modules, "portable"):
        if problem not in told:
            yield _builtin(problem, modules)


def _builtin(problem: Problem, modules: Mapping[str, str]) -> Diagnostic:
    place = Place(problem.file, span=span_of(modules[problem.file], problem.start, problem.end))
    message, help_ = {
        "forbidden": (f"no rule may use `{problem.name}`: {problem.reason}", "what a rule may know is in `input`"),
        "lacking": (f"not every engine has `{problem.name}`, or does the same with it", "write it with other builtins"),
        "unknown": (f"there is no function `{problem.name}`", "define it, or import what defines it"),
        "template": ("not every engine knows texts with expressions in them", 'write `sprintf("… %v …", [value])`'),
        "open": ("the text that begins here has no end", 'end it with `"` on the same line'),
    }[problem.kind]
    return Diagnostic(PORTABLE, message, place=place, help=help_)


def _lines(script: Script) -> Iterator[Diagnostic]:
    for number, line in enumerate(script.source.split("\n"), 1):
        if len(line) > _COLUMNS:
            place = Place(script.file, span=Span(number, _COLUMNS + 1, len(line) + 1))
            message = f"the line has {len(line):,} columns, and not every engine reads more than {_COLUMNS:,}"
            yield Diagnostic(PORTABLE, message, place=place, help="break it")


def _numbers(script: Script) -> Iterator[Diagnostic]:
    for token in script.tokens:
        if token.kind != "number":
            continue
        if not token.text.isdigit():
            message, help_ = f"engines compute differently with fractions such as {token.text}", _UNITS
        elif int(token.text) > _GREATEST:
            message, help_ = f"{token.text} is above 2^53, where engines compute differently", "use a larger unit"
        else:
            continue
        yield Diagnostic(PORTABLE, message, place=script.place(token.start, token.end), help=help_)


_UNITS: Final = "use whole numbers of a smaller unit: the input has thousandths of cores, MiB and millionths"


def _keywords(script: Script, chain: Chain) -> Iterator[Diagnostic]:
    for each in chain.steps:
        if each.key in KEYWORDS and script.source[each.start] not in '"`':
            message = f"not every engine takes the keyword `{each.key}` as the name of a field"
            help_ = f'write `["{each.key}"]`'
            yield Diagnostic(PORTABLE, message, place=script.place(each.start, each.end), help=help_)


def _patterns(script: Script, chain: Chain) -> Iterator[Diagnostic]:
    """The literal patterns of a call of ``regex.…``, or of names that the module gives to literals."""
    for start, end in script.arguments(chain):
        at = start
        if end == start + 1 and script.tokens[start].kind == "name":
            at = _constant(script, script.text(start)) or start
        text = script.string(at) if end == start + 1 else None
        if text is None:
            continue
        place = script.place(script.tokens[at].start, script.tokens[at].end)
        for found in _CLASS.findall(text)[:1]:
            message = f"`{found}` is another set of characters in each engine"
            yield Diagnostic(
                PORTABLE, message, place=place, help="write the characters: `[0-9]`, `[A-Za-z0-9_]`, `[ \\t]`"
            )
        if _LOOK.search(text):
            message = "no engine knows look-ahead and look-behind"
            yield Diagnostic(PORTABLE, message, place=place, help="match more, or in two steps")


def _constant(script: Script, name: str) -> int | None:
    """The index of the literal that a name of the module stands for."""
    for index, token in enumerate(script.tokens):
        if token.text == name and script.text(index + 1) == ":=" and string_value(script.tokens[index + 2]) is not None:
            return index + 2
    return None


def _format(script: Script, call: Chain) -> Iterator[Diagnostic]:
    """Verbs that not all engines know, and a wrong number of values."""
    arguments = script.arguments(call)
    if len(arguments) != 2 or arguments[0][1] != arguments[0][0] + 1:  # noqa: PLR2004 - format, values
        return
    at = arguments[0][0]
    text = script.string(at)
    if text is None:
        return
    place = script.place(script.tokens[at].start, script.tokens[at].end)
    verbs = [found.groups() for found in _VERB.finditer(text) if found[0] != "%%"]
    for flags, verb in verbs:
        if flags or verb not in ("s", "v", "d"):
            message = f"not every engine writes `%{flags}{verb}` alike"
            yield Diagnostic(
                FORMAT, message, place=place, help="write `%s` for texts, `%d` for whole numbers, `%v` else"
            )
            return
    array = script.arrays.get(arguments[1][0])
    if array is not None and array.tokens[1] == arguments[1][1] and len(array.items) != len(verbs):
        message = f"the format takes {_values(len(verbs))}, but is given {len(array.items)}"
        help_ = "write a value for each `%s`, `%d` and `%v`; `%%` is a percent sign"
        yield Diagnostic(FORMAT, message, place=place, help=help_)


def _values(number: int) -> str:
    return f"{number} value" if number == 1 else f"{number} values"


def _negated(script: Script, chain: Chain) -> Iterator[Diagnostic]:
    """``not xs[_] == x`` is unsafe for OPA."""
    first, end = chain.tokens
    if script.text(first - 1) == "not" and script.text(end) in _COMPARED:
        for each in chain.steps:
            if each.key is None and script.source[each.start : each.end] == "_":
                message = "not every engine accepts `_` in a comparison below `not`"
                help_ = "write `not x in xs`"
                yield Diagnostic(PORTABLE, message, place=script.place(chain.start, chain.end), help=help_)
                return


def _mocks(script: Script) -> Iterator[Diagnostic]:
    """``with count as …``: only ``input`` and ``data`` may be stood in for."""
    known = {"input", "data", *(one.alias for one in script.outline.imports)}
    for index, token in enumerate(script.tokens):
        chain = script.chains.get(index + 1)
        if token.text == "with" and token.kind == "name" and chain is not None and chain.root not in known:
            message = f"not every engine lets `with` stand something in for `{chain.path or chain.root}`"
            help_ = "stand something in for `input` and `data` only"
            yield Diagnostic(PORTABLE, message, place=script.place(chain.start, chain.end), help=help_)
