"""What of a rulebook is run: everything, or the rules, fixtures and tests that somebody names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tenant_compiler.judge.rulebook import TESTS
from tenant_compiler.read.suggest import near
from tenant_compiler.run.policies.suite import Chosen, find_tests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.judge.rulebook import Rulebook


class UnknownError(Exception):
    """A name is neither a rule nor a path; the text says so."""


def select(book: Rulebook, wanted: Sequence[str]) -> Chosen:
    """Choose what is run.

    Args:
        book: of which.
        wanted: ids and names of rules, and paths of files and folders; empty for everything.

    Raises:
        UnknownError: one of them is neither.
    """
    tests = [*find_tests(book.tests)]
    if not wanted:
        return Chosen(book.rules, book.cases, tests, tuple(book.sources))
    names: set[str] = set()
    paths: set[str] = set()
    for word in wanted:
        name = _rule(book, word)
        if name is not None:
            names.add(name)
        elif os.path.lexists(word):
            paths.add(_inside(book, word))
        else:
            raise UnknownError(_unknown(book, word))
    names |= {rule.name for rule in book.rules.values() if _below(rule.file, paths)}
    cases = [case for case in book.cases if case.rule in names or _below(case.place.file, paths)]
    rules = {name: rule for name, rule in book.rules.items() if name in names or any(c.rule == name for c in cases)}
    beside = {f"{name}{TESTS}" for name in names}
    chosen = [test for test in tests if os.path.basename(test.file) in beside or _below(test.file, paths)]
    sources = [file for file in book.sources if _below(file, paths) or any(r.file == file for r in rules.values())]
    return Chosen(rules, cases, chosen, sources)


def _rule(book: Rulebook, word: str) -> str | None:
    if word in book.rules:
        return word
    return next((rule.name for rule in book.rules.values() if rule.id == word.upper()), None)


def _inside(book: Rulebook, path: str) -> str:
    """A path of the current folder as seen from the root of the sources."""
    return os.path.relpath(os.path.realpath(path), os.path.realpath(book.root)).replace(os.sep, "/")


def _below(file: str, paths: set[str]) -> bool:
    return any(path in (file, ".") or file.startswith(f"{path}/") for path in paths)


def _unknown(book: Rulebook, word: str) -> str:
    known = [*book.rules, *(rule.id for rule in book.rules.values())]
    meant = near(word, known)
    hint = f"; did you mean `{meant}`?" if meant else ""
    return f"`{word}` is no rule and no path{hint}"
