"""``tenant-compile policy engines``: which engines there are, whether they answer right, and which one is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.frame import Frame, Outcome, conclude
from tenant_compiler.model.diagnostic import TenantCompileError

if TYPE_CHECKING:
    from tenant_compiler.cli.options import Printing
    from tenant_compiler.judge.engines.choose import EngineName, Probe


@click.command()
@options.folder
@options.printing
def engines(folder: str | None, printing: Printing) -> int:
    """List the policy engines with what came of asking them for what every engine must know.

    The workspace's `policy.engine` decides which one judges; outside of a workspace it is the first that works. The
    exit code is 1 when that one cannot be used, and 2 for the commands that need it.
    """
    frame = Frame(printing)
    return conclude(frame, lambda: _list(frame, folder))


def _list(frame: Frame, folder: str | None) -> Outcome:
    from tenant_compiler.judge.engines.choose import ENGINES, probe  # noqa: PLC0415 - not for a wrong option

    asked = _asked(frame, folder)
    found = [probe(name) for name in ENGINES]
    fit = [each.name for each in found if not each.problem and asked in ("auto", each.name)]
    chosen = fit[0] if fit else None
    if frame.as_json:
        extra = {"engines": [_record(each) for each in found], "asked_for": asked, "chosen": chosen}
        return Outcome(extra=extra, differs=chosen is None)
    return Outcome(_text(found, chosen) + _words(asked, chosen), differs=chosen is None)


def _asked(frame: Frame, folder: str | None) -> EngineName:
    """What the workspace says; without one, and none named, what its absence means.

    Raises:
        TenantCompileError: the workspace that is named does not exist, or cannot be opened.
    """
    try:
        engine: EngineName = frame.open(folder).config["policy"]["engine"]
    except TenantCompileError as error:
        if folder is None and error.diagnostics[0].code == "TC130":
            return "auto"
        raise
    return engine


def _record(probe: Probe) -> dict[str, Any]:
    return {
        "name": probe.name,
        "version": probe.version or None,
        "works": not probe.problem,
        "problem": probe.problem or None,
    }


def _text(found: list[Probe], chosen: str | None) -> str:
    from tenant_compiler.cli.words import table  # noqa: PLC0415 - for text only

    rows = [
        (each.name, each.version, "yes" if each.name == chosen else "", each.problem or "it answers right")
        for each in found
    ]
    return table(("ENGINE", "VERSION", "JUDGES", "STATE"), rows)


def _words(asked: str, chosen: str | None) -> str:
    if chosen is not None:
        return ""
    wanted = (
        "a policy engine that works" if asked == "auto" else f"the policy engine {asked}, as the workspace demands,"
    )
    return f"\nWithout {wanted} nothing can be judged.\n"
