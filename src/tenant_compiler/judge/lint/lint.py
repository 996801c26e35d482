"""All lints over a rulebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.judge.engines.choose import choose
from tenant_compiler.judge.engines.protocol import PolicyError
from tenant_compiler.judge.lint.paths import check_paths
from tenant_compiler.judge.lint.portable import check_builtins, check_portable
from tenant_compiler.judge.lint.script import Script
from tenant_compiler.judge.lint.shape import input_shape
from tenant_compiler.judge.lint.unlimited import check_unlimited
from tenant_compiler.judge.lint.usage import untested, unused_parameters, unused_rules
from tenant_compiler.model.diagnostic import Diagnostic, Place, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.judge.engines.builtins import Dialect
    from tenant_compiler.judge.rulebook import Rulebook

REFUSED = "TC812"


def lint(book: Rulebook) -> Iterator[Diagnostic]:
    """Give everything that is wrong with the rules, libraries, tests, fixtures and frameworks of a rulebook.

    Raises:
        TenantCompileError: there is no engine; exit code 2.
    """
    yield from book.problems
    yield from book.unreadable
    modules = {**book.sources, **book.tests}
    told: Dialect = "portable" if book.built_in else "regorus" if book.engine == "auto" else book.engine
    yield from (each for each in check_builtins(modules, told) if not _prints(each, book))
    if book.built_in:
        yield from _refused(book)
        yield from unused_rules(book)
    scripts = {file: Script(source, file) for file, source in book.sources.items()}
    beside = {file: Script(source, file) for file, source in book.beside.items()}
    by_file = {rule.file: rule for rule in book.rules.values()}
    everything = [each for rule in book.known.values() for each in rule.parameters]
    for file, script in scripts.items():
        rule = by_file.get(file)
        whole = input_shape(rule.parameters if rule is not None else everything)
        yield from check_portable(script)
        yield from check_unlimited(script)
        yield from check_paths(script, whole, tenant=rule is not None and rule.subject == "tenant")
        if rule is not None:
            yield from unused_parameters(rule, {**beside, **scripts})
            yield from untested(book, rule)
    for file, source in book.tests.items():
        yield from check_portable(Script(source, file), test=True)


def _prints(found: Diagnostic, book: Rulebook) -> bool:
    """Tests may print: nobody but their author reads it."""
    return found.place is not None and found.place.file in book.tests and "`print`" in found.message


def _refused(book: Rulebook) -> Iterator[Diagnostic]:
    """What an engine says of all modules together; a workspace's are loaded when they are read."""
    try:
        choose(book.engine).load({**book.beside, **book.sources, **book.tests}, book.data)
    except PolicyError as error:
        span = Span(error.line, max(error.column, 1), max(error.column, 1) + 1) if error.line else None
        message = f"the file cannot be loaded: {error.message}"
        yield Diagnostic(REFUSED, message, place=Place(error.file, span=span), help="the message is the engine's")
