"""``tenant-compile policy docs``: pages about rules and frameworks, made from what they say of themselves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.frame import Frame, Outcome, conclude
from tenant_compiler.cli.policy_book import built_in_option, open_book
from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.model.diagnostic import TenantCompileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.cli.options import Printing
    from tenant_compiler.judge.rulebook import Rulebook

_OWN = "docs/policies"
"""Where the pages of a workspace go, below it."""
_BUILT_IN = "docs/reference"
"""Where those of the built-in rules are, in a checkout."""


@click.command()
@options.folder
@built_in_option
@click.option("--output", metavar="FOLDER", default=None, help=f"Where the pages go; else {_OWN} below the workspace.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a page differs.")
@options.printing
def docs(folder: str | None, output: str | None, printing: Printing, *, built_in: bool, check: bool) -> int:
    """Write a page for each rule and framework of the workspace, or of the built-in ones where there is no workspace.

    A page of a rule has what it looks at, its parameters, what proves it, the controls that rest on it, and examples
    from its fixtures; a page of a framework has all its controls. Pages of rules that are gone are removed.
    """
    frame = Frame(printing)
    return conclude(frame, lambda: _docs(frame, folder, output, built_in=built_in, check=check))


def _docs(frame: Frame, folder: str | None, output: str | None, *, built_in: bool, check: bool) -> Outcome:
    from tenant_compiler.judge.docs.pages import pages, read_page, stale  # noqa: PLC0415 - not for a wrong option
    from tenant_compiler.plan.needs import FEATURES  # noqa: PLC0415 - the same

    book = open_book(frame, folder, built_in=built_in)
    errors = [found for found in (*book.problems, *book.unreadable) if found.severity == "error"]
    if errors:
        raise TenantCompileError(errors, exit_code=1)
    where = os.path.abspath(output) if output is not None else _default(book)
    made = pages(book, where, FEATURES)
    if not made:
        raise WrongUseError(
            "the workspace has no rules and no frameworks of its own; --built-in takes the built-in ones"
        )
    different = {path: text for path, text in made.items() if read_page(where, path) != text}
    gone = stale(where, made)
    if not check:
        _write(where, different)
        for path in gone:
            os.unlink(os.path.join(where, path))
    return _outcome(frame, where, (list(different), gone), len(made), check=check)


def _default(book: Rulebook) -> str:
    """Where pages go when nobody says it.

    Raises:
        WrongUseError: nobody knows, because the built-in rules are not in a checkout.
    """
    if not book.built_in:
        return os.path.join(book.root, _OWN)
    if not os.path.isdir(os.path.join(book.root, _BUILT_IN)):
        raise WrongUseError("say with --output where the pages of the built-in rules go")
    return os.path.join(book.root, _BUILT_IN)


def _write(where: str, texts: Mapping[str, str]) -> None:
    from tenant_compiler.emit.single import write_file  # noqa: PLC0415 - only where something differs

    try:
        os.makedirs(where, exist_ok=True)
        for path, text in texts.items():
            write_file(where, path, text.encode())
    except OSError as error:
        message = f"{error.filename or where} cannot be written: {(error.strerror or str(error)).lower()}"
        raise WrongUseError(message) from error


def _outcome(frame: Frame, where: str, found: tuple[list[str], list[str]], number: int, *, check: bool) -> Outcome:
    from tenant_compiler.cli.words import plural  # noqa: PLC0415 - not for a wrong option

    different, gone = ([os.path.relpath(os.path.join(where, path)) for path in paths] for paths in found)
    differs = check and bool(different or gone)
    if frame.as_json:
        return Outcome(extra={"pages": number, "different": different, "gone": gone}, differs=differs)
    words = ("differs", "is of nothing any more") if check else ("written", "removed")
    lines = [f"{words[0]}: {path}" for path in different] + [f"{words[1]}: {path}" for path in gone]
    text = "".join(f"{line}\n" for line in lines) or f"{plural(number, 'page')}, all as they are\n"
    return Outcome(text, differs=differs)
