"""Groups of commands that import a command when it is called, and list them without importing any."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.read.suggest import near

if TYPE_CHECKING:
    from collections.abc import Mapping


class LazyGroup(click.Group):
    """Finds its commands in a table.

    Args:
        table: where each command is (``module:attribute``), and its line in the help, by name in the order of use.
        title: the words before a name in messages, such as ``policy ``.
        arguments: of `click.Group`.
    """

    def __init__(self, *, table: Mapping[str, tuple[str, str]], title: str = "", **arguments: Any) -> None:
        super().__init__(**arguments)
        self.table = table
        self._title = title

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names in the order of use, not of the alphabet."""
        del ctx
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in self.table:
            return None
        module, _, attribute = self.table[cmd_name][0].partition(":")
        __import__(module)
        command: click.Command = getattr(sys.modules[module], attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant; an unknown one fails with the nearest name."""
        name = args[0]
        if name not in self.table and not name.startswith("-"):
            meant = near(name, self.table)
            hint = f"did you mean `{self._title}{meant}`?" if meant else f"the commands are {', '.join(self.table)}"
            raise WrongUseError(f"there is no command `{self._title}{name}`; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.table.items()])
