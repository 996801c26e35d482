"""What the commands of ``policy`` work on: the workspace's own rules, or the built-in ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.model.diagnostic import TenantCompileError

if TYPE_CHECKING:
    from tenant_compiler.cli.frame import Frame
    from tenant_compiler.judge.rulebook import Rulebook

NO_WORKSPACE = "TC130"

built_in_option = click.option(
    "--built-in", "built_in", is_flag=True, help="The built-in rules, also where there is a workspace."
)


def open_book(frame: Frame, folder: str | None, *, built_in: bool) -> Rulebook:
    """Read the workspace's rules; the built-in ones where there is no workspace, or when they are asked for.

    Findings then name files relative to what was read, and the frame shows them.

    Raises:
        TenantCompileError: the workspace cannot be opened.
        WrongUseError: a workspace and the built-in rules are asked for.
    """
    from tenant_compiler.judge.rulebook import built_in_rulebook, workspace_rulebook  # noqa: PLC0415
    from tenant_compiler.plan.needs import FEATURES  # noqa: PLC0415 - with the rules

    if built_in and folder is not None:
        raise WrongUseError("--built-in and -C do not go together")
    if not built_in:
        try:
            return workspace_rulebook(frame.open(folder))
        except TenantCompileError as error:
            if folder is not None or error.diagnostics[0].code != NO_WORKSPACE:
                raise
    book = built_in_rulebook(tuple(FEATURES))
    frame.root = book.root
    return book
