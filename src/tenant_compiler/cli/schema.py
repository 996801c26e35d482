"""``tenant-compile schema``: what editors check by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from tenant_compiler.cli.frame import Frame, Outcome, conclude
from tenant_compiler.cli.options import Printing

if TYPE_CHECKING:
    from tenant_compiler.read.schema import SchemaName


@click.command()
@click.argument(
    "name",
    type=click.Choice(("tenant", "profile", "resolved", "workspace", "waiver", "framework", "fixture")),
    default="tenant",
)
def schema(name: SchemaName) -> int:
    """Print a JSON Schema (draft-07), with the sections of all plug-ins that are installed.

    tenant, profile, waiver, framework and fixture are what their files may say, resolved is what `show` prints,
    workspace is tenant-compile.toml.
    """
    return conclude(Frame(Printing()), lambda: Outcome(schema_text(name)))


def schema_text(name: SchemaName) -> str:
    """Give a schema's text.

    Raises:
        TenantCompileError: a plug-in is broken; exit code 2.
    """
    from tenant_compiler.plugins import load_plugins  # noqa: PLC0415 - not for a wrong option
    from tenant_compiler.read.schema import document_schema  # noqa: PLC0415

    plugins = load_plugins()
    plugins.require((), ())
    return json.dumps(document_schema(name, tuple(plugins.extensions.values())), indent=2, ensure_ascii=False) + "\n"
