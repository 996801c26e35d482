"""``tenant-compile policy``: work on rules and frameworks. Each command is in a module of its own."""

from __future__ import annotations

from typing import Final

import click

from tenant_compiler.cli.lazy import LazyGroup

COMMANDS: Final = {
    "test": ("tenant_compiler.cli.policy_test:test", "Run the fixtures and tests of rules."),
    "lint": ("tenant_compiler.cli.policy_lint:lint", "Look for mistakes in rules."),
    "new": ("tenant_compiler.cli.policy_new:new", "Begin a rule, with cases that hold."),
    "docs": ("tenant_compiler.cli.policy_docs:docs", "Write pages about rules and frameworks."),
    "engines": ("tenant_compiler.cli.policy_engines:engines", "List the policy engines, and which one judges."),
}
"""Where each command is, and its line in the help."""


@click.group(cls=LazyGroup, table=COMMANDS, title="policy ")
def policy() -> None:
    """Work on rules and frameworks."""
