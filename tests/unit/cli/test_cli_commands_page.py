"""The page of the commands says what `--help` says. Run this file to write the page again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from tenant_compiler.cli.app import COMMANDS, PROGRAM, cli
from tenant_compiler.cli.options import EXIT_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = os.path.join(os.path.dirname(__file__), "..", "..", "..", "docs", "reference", "commands.md")

MARK = "<!-- What follows is written by tests/unit/cli/test_cli_commands_page.py. -->\n"


def leaves(command: click.Command, context: click.Context, name: str) -> Iterator[tuple[str, str]]:
    """The commands that do something, with their help."""
    here = click.Context(command, context, info_name=name, max_content_width=100, terminal_width=100)
    if isinstance(command, click.Group):
        for below in command.list_commands(here):
            found = command.get_command(here, below)
            assert found is not None
            yield from leaves(found, here, below)
    else:
        yield here.command_path, command.get_help(here)


def read() -> tuple[str, str]:
    """The page: what people wrote, and what is written from the commands."""
    with open(PAGE, encoding="utf-8") as file:
        prose, mark, rest = file.read().partition(MARK)
    assert mark
    return prose, rest


def generated() -> str:
    """The help of all commands."""
    root = click.Context(cli, info_name=PROGRAM, help_option_names=["-h", "--help"])
    text = ""
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        for path, words in leaves(command, root, name):
            shown = words.partition("\n\n  Exit codes:")[0]
            text += f"\n## {path.removeprefix(PROGRAM).strip()}\n\n```text\n{shown}\n```\n"
    return text


def test_the_page_of_the_commands_is_what_help_says() -> None:
    """Whoever changes an option writes the page again: `python tests/unit/cli/test_cli_commands_page.py`."""
    assert read()[1] == generated()


def test_the_page_names_every_exit_code() -> None:
    """The same codes that the help has."""
    prose = read()[0]
    for line in EXIT_CODES.splitlines()[2:]:
        assert f"| {line.split()[0]} | " in prose


if __name__ == "__main__":
    before = read()[0]
    with open(PAGE, "w", encoding="utf-8", newline="\n") as target:
        target.write(before + MARK + generated())
