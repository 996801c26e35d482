"""``tenant-compile config``: the workspace's configuration."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.frame import Frame, Outcome, conclude

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.cli.options import Printing
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.workspace import Workspace
    from tenant_compiler.report.locate import Locator

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@click.group()
def config() -> None:
    """Look at the workspace's configuration."""


@config.command()
@options.folder
@click.option("--origin", is_flag=True, help="Add the line that sets each value, or `default`.")
@options.printing
def show(folder: str | None, printing: Printing, *, origin: bool) -> int:
    """Show the complete configuration, defaults included, as TOML with dotted keys."""
    frame = Frame(printing)
    return conclude(frame, lambda: _show(frame, folder, origin=origin))


def _show(frame: Frame, folder: str | None, *, origin: bool) -> Outcome:
    workspace = frame.open(folder)
    leaves = list(_leaves(workspace.config, ()))
    locator = frame.locator() if origin else None
    if frame.as_json:
        extra: dict[str, Any] = {"file": workspace.file, "config": workspace.config}
        if locator is not None:
            extra["origins"] = {_key(leaf): _origin(frame, workspace, leaf, locator) for leaf, _ in leaves}
        return Outcome(extra=extra)
    lines = [f"{_key(leaf)} = {_toml(value)}" for leaf, value in leaves]
    if locator is not None:
        width = max(map(len, lines))
        origins = (_origin(frame, workspace, leaf, locator) for leaf, _ in leaves)
        lines = [f"{line:<{width}}  # {where}" for line, where in zip(lines, origins, strict=True)]
    return Outcome("".join(f"{line}\n" for line in lines), aside=True)


def _leaves(value: Any, pointer: Pointer) -> Iterator[tuple[Pointer, Any]]:
    """What is not a table, and empty tables; lists count as one value."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _leaves(below, (*pointer, key))
    else:
        yield pointer, value


def _origin(frame: Frame, workspace: Workspace, leaf: Pointer, locator: Locator) -> str:
    from tenant_compiler.model.diagnostic import Place  # noqa: PLC0415 - with --origin only

    value: Any = workspace.written
    for part in leaf:
        if not isinstance(value, dict) or part not in value:
            return "default"
        value = value[part]
    located = locator.locate(Place(workspace.file, (*workspace.section, *leaf)))
    file = frame.shown_path(located.file)
    return f"{file}:{located.span.line}:{located.span.column}" if located.span else file


def _key(leaf: Pointer) -> str:
    return ".".join(str(part) if _BARE_KEY.fullmatch(str(part)) else json.dumps(part) for part in leaf)


def _toml(value: Any) -> str:
    """A value in TOML; JSON's spelling of text, numbers and lists of them is also TOML's."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{_key((key,))} = {_toml(below)}" for key, below in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)
