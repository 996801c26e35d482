"""``tenant-compile init``: a workspace to begin with."""

from __future__ import annotations

import os
import re

import click

from tenant_compiler.cli.frame import Frame, Outcome, conclude
from tenant_compiler.cli.options import Printing
from tenant_compiler.cli.wrong_use import WrongUseError

SCHEMAS = ".tenant-compile"
"""The folder of the editor's schemas, below the workspace."""
_TENANT = "example"
_IGNORE = ".gitignore"
_LONGEST_NAME = 40


@click.command()
@click.argument("folder", default=".")
def init(folder: str) -> int:
    """Make a workspace in FOLDER that builds without a finding: configuration, one tenant, schemas for editors.

    Nothing that exists is overwritten.
    """
    return conclude(Frame(Printing()), lambda: _init(folder))


def _init(folder: str) -> Outcome:
    files = _files(os.path.basename(os.path.abspath(folder)))
    # A repository has its own already, and can live without ours.
    ignored = files.pop(_IGNORE) if os.path.lexists(os.path.join(folder, _IGNORE)) else ""
    there = [path for path in files if os.path.lexists(os.path.join(folder, path))]
    if there:
        raise WrongUseError(f"{', '.join(there)} in {folder} would be overwritten; choose another folder")
    try:
        for path, text in files.items():
            _write(os.path.join(folder, path), text)
    except OSError as error:
        message = f"{error.filename or folder} cannot be written: {(error.strerror or '').lower()}"
        raise WrongUseError(message) from error
    where = "" if os.path.realpath(folder) == os.path.realpath(".") else f" -C {folder}"
    made = "".join(f"  {os.path.normpath(os.path.join(folder, path))}\n" for path in files)
    lines = ", ".join(f"`{line}`" for line in ignored.splitlines() if not line.startswith("#"))
    kept = f"kept\n  {_IGNORE}: add {lines} to it\n" if lines else ""
    return Outcome(f"made\n{made}{kept}next\n  tenant-compile build{where}\n")


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _files(name: str) -> dict[str, str]:
    """The files of a workspace by path."""
    from tenant_compiler.cli.schema import schema_text  # noqa: PLC0415 - not for a wrong option
    from tenant_compiler.cli.templates import CONFIG, DIGEST, EXAMPLE, IGNORED, modeline  # noqa: PLC0415

    line = modeline(f"../{SCHEMAS}/tenant.schema.json")
    return {
        "tenant-compile.toml": CONFIG.format(fleet=_fleet_name(name)),
        f"tenants/{_TENANT}.yaml": EXAMPLE.format(modeline=line, name=_TENANT, digest=DIGEST),
        _IGNORE: IGNORED,
        f"{SCHEMAS}/tenant.schema.json": schema_text("tenant"),
        f"{SCHEMAS}/profile.schema.json": schema_text("profile"),
        f"{SCHEMAS}/workspace.schema.json": schema_text("workspace"),
        f"{SCHEMAS}/waiver.schema.json": schema_text("waiver"),
    }


def _fleet_name(folder: str) -> str:
    """A DNS label made of a folder's name."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")
    name = name if name[:1].isalpha() else f"fleet-{name}"
    return name[:_LONGEST_NAME].strip("-")
