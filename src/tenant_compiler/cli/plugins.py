"""``tenant-compile plugins``: what is installed, and whether it works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.frame import Frame, Outcome, conclude

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.cli.options import Printing
    from tenant_compiler.plugins import Plugin, Plugins

_PREFIX = "tenant_compiler_"


@click.group()
def plugins() -> None:
    """Look at the plug-ins."""


@plugins.command(name="list")
@options.printing
def list_(printing: Printing) -> int:
    """List the plug-ins with what they bring; the exit code is 1 when one is broken, and 2 for all other commands."""
    frame = Frame(printing)
    return conclude(frame, lambda: _list(frame))


def _list(frame: Frame) -> Outcome:
    from tenant_compiler.plugins import load_plugins  # noqa: PLC0415 - not for a wrong option

    loaded = load_plugins()
    broken = bool(loaded.problems)
    if frame.as_json:
        problems = [{"code": found.code, "message": found.message, "help": found.help} for found in loaded.problems]
        records = [_record(plugin) for plugin in loaded.found]
        brought = {name: _described(items) for name, items in _brought(loaded).items()}
        return Outcome(extra={"plugins": records, **brought, "problems": problems}, differs=broken)
    return Outcome(_text(loaded) + _problems(loaded), differs=broken)


def _record(plugin: Plugin) -> dict[str, Any]:
    hooks = [hook.removeprefix(_PREFIX) for hook in plugin.hooks]
    return {"name": plugin.name, "distribution": plugin.distribution, "version": plugin.version, "hooks": hooks}


def _brought(loaded: Plugins) -> dict[str, Mapping[str, Any]]:
    """What plug-ins bring that has a name and a description."""
    packs = {pack.name: pack for pack in loaded.rule_packs}
    return {"backends": loaded.backends, "extensions": loaded.extensions, "rule_packs": packs}


def _described(items: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"name": name, "description": item.description} for name, item in items.items()]


def _text(loaded: Plugins) -> str:
    from tenant_compiler.cli.words import table  # noqa: PLC0415 - for text only

    records = map(_record, loaded.found)
    rows = [(r["name"], r["distribution"], r["version"], ", ".join(r["hooks"]) or "broken") for r in records]
    text = table(("PLUG-IN", "DISTRIBUTION", "VERSION", "HOOKS"), rows)
    titles = {"backends": "BACK-END", "extensions": "SECTION", "rule_packs": "RULE PACK"}
    for kind, items in _brought(loaded).items():
        if items:
            listed = [(item["name"], item["description"]) for item in _described(items)]
            text += "\n" + table((titles[kind], "DESCRIPTION"), listed)
    return text


def _problems(loaded: Plugins) -> str:
    from tenant_compiler.emit.escape import terminal  # noqa: PLC0415 - for text only

    lines = [
        f"\nerror[{found.code}]: {terminal(found.message)}\n  = help: {terminal(found.help)}\n"
        for found in loaded.problems
    ]
    return "".join(lines)
