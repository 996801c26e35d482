"""``tenant-compile policy lint``: what is wrong with rules before any tenant is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.frame import Frame, Outcome, conclude
from tenant_compiler.cli.policy_book import built_in_option, open_book

if TYPE_CHECKING:
    from tenant_compiler.cli.options import Reporting


@click.command()
@options.folder
@built_in_option
@options.reporting
def lint(folder: str | None, reporting: Reporting, *, built_in: bool) -> int:
    """Look for mistakes in the workspace's rules, or in the built-in ones where there is no workspace.

    That is: metadata that is not complete, Rego that engines read differently, references to settings that do not
    exist, frameworks with unknown rules, rules without cases.
    """
    frame = Frame(reporting)
    return conclude(frame, lambda: _lint(frame, folder, built_in=built_in))


def _lint(frame: Frame, folder: str | None, *, built_in: bool) -> Outcome:
    from tenant_compiler.cli.words import plural  # noqa: PLC0415 - not for a wrong option
    from tenant_compiler.judge.lint.lint import lint as look  # noqa: PLC0415 - the same

    book = open_book(frame, folder, built_in=built_in)
    frame.add(look(book))
    numbers = {
        "rules": len(book.rules),
        "files": len(book.sources) + len(book.tests),
        "frameworks": len(book.frameworks),
        "cases": len(book.cases),
    }
    read = (
        f"{plural(numbers['rules'], 'rule')} in {plural(numbers['files'], 'file')},"
        f" {plural(numbers['frameworks'], 'framework')}, {plural(numbers['cases'], 'case')}"
    )
    return Outcome(summary=[f"{read} · {frame.found()}"], numbers=numbers)
