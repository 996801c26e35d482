"""``tenant-compile list``: the fleet at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.frame import Frame, Outcome, conclude
from tenant_compiler.cli.selection import selectors_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenant_compiler.cli.options import Printing, Selecting
    from tenant_compiler.model.result import TenantResult

_HEAD = ("TENANT", "TIER", "ENVIRONMENTS", "CLOUD", "REGIONS", "FILE")


@click.command(name="list")
@options.folder
@options.selecting
@options.printing
def list_(folder: str | None, selecting: Selecting, printing: Printing) -> int:
    """List the tenants with their tier, environments and place."""
    frame = Frame(printing)
    return conclude(frame, lambda: _list(frame, folder, selecting))


def _list(frame: Frame, folder: str | None, selecting: Selecting) -> Outcome:
    from tenant_compiler.cli.words import table  # noqa: PLC0415 - not for a wrong option
    from tenant_compiler.run.passes import resolve  # noqa: PLC0415

    workspace = frame.open(folder, selecting.path)
    session = frame.session(workspace)
    records = []
    for result in session.stream(selectors_of(selecting, workspace), (resolve,)):
        frame.take(result)
        if result.tenant:
            records.append(_record(result))
    if frame.as_json:
        return Outcome(extra={"tenants": records})
    rows = [_row(record, frame.shown_path(record["file"])) for record in records]
    return Outcome(table(_HEAD, rows) if rows else "", aside=True)


def _record(result: TenantResult) -> dict[str, Any]:
    environments: dict[str, dict[str, Any] | None] = {}
    for made in result.environments:
        if made.resolved is None:
            environments[made.environment] = None
            continue
        spec = made.resolved.spec
        placement = spec["placement"]
        environments[made.environment] = {
            "tier": spec["tier"],
            "cloud": placement["cloud"],
            "regions": list(placement["regions"]),
        }
    return {"name": result.tenant, "file": result.file, "document": result.document, "environments": environments}


def _row(record: dict[str, Any], file: str) -> tuple[str, ...]:
    known = [environment for environment in record["environments"].values() if environment]
    regions = (region for environment in known for region in environment["regions"])
    return (
        record["name"],
        _listed(environment["tier"] for environment in known),
        _listed(record["environments"]),
        _listed(environment["cloud"] for environment in known),
        _listed(regions),
        file,
    )


def _listed(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(values)) or "?"
