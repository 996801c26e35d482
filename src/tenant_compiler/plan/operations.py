"""The part of a plan about running a tenant: traces. Lineage is precise, as in ``protection``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.plan import Need
from tenant_compiler.model.plan_operations import Scans, Tracing, Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.plan import Backup, Plan
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.vocabulary.tenant import Selected

_TRACING: Pointer = ("spec", "monitoring", "tracing")
_CUSTODY: Pointer = ("spec", "security", "keys", "custody")
_WINDOWS: Pointer = ("spec", "change_control", "maintenance_windows")
_REDACT: Pointer = ("spec", "monitoring", "logging", "redact")
_BACKUP: Pointer = ("spec", "backup")
_SCHEDULE: Pointer = (*_BACKUP, "schedule")
_COPIES: Pointer = (*_BACKUP, "copies")
_SECURITY: Pointer = ("spec", "security")
DEFAULT_SCAN_DAYS = 7
"""Between two scans of images when nobody says."""
ALL = 100
"""Percent."""


def tracing(spec: Selected) -> Tracing | None:
    """Give the traces; None when nobody says anything of them, and nothing is to be taken out."""
    monitoring = spec["monitoring"]
    said, redact = monitoring["tracing"], tuple(monitoring["logging"].get("redact", ()))
    if not said and not redact:
        return None
    made_from = tuple((*_TRACING, key) for key in ("sampling_percent", "keep_errors") if key in said)
    kept_from = ((*_TRACING, "retention_days"),) if "retention_days" in said else ()
    return Tracing(
        sampling_percent=said.get("sampling_percent", ALL),
        keep_errors=said.get("keep_errors", False),
        retention_days=said.get("retention_days"),
        redact=redact,
        made_from=(*made_from, *((_REDACT,) if redact else ())) or kept_from,
        kept_from=kept_from,
    )


def windows(spec: Selected) -> Iterator[Window]:
    """Give the times in which changes are applied."""
    for name, said in spec["change_control"].get("maintenance_windows", {}).items():
        yield Window(name, tuple(said["days"]), said["start"], said["end"], said["timezone"], ((*_WINDOWS, name),))


def scans(spec: Selected) -> Scans | None:
    """Give the jobs that look for weaknesses; None when nobody asks for any."""
    said = spec["security"]
    images, services = said.get("vulnerability_scanning", False), said.get("penetration_testing", False)
    if not (images or services):
        return None
    interval = said["scanning"].get("interval_days")
    often = ((*_SECURITY, "scanning", "interval_days"),) if interval else ()
    return Scans(
        interval_days=interval or DEFAULT_SCAN_DAYS,
        images_from=((*_SECURITY, "vulnerability_scanning"), *often) if images else (),
        services_from=((*_SECURITY, "penetration_testing"),) if services else (),
    )


def needs(plan: Plan) -> Iterator[Need]:
    """List what running the tenant asks of its platform."""
    if plan.tracing is not None:
        yield from _tracing_needs(plan.tracing)
    if plan.backup is not None and any(workload.volumes for workload in plan.workloads):
        yield from _backup_needs(plan.backup)
    if plan.backup is not None and plan.workloads and plan.keys.custody == "customer_managed":
        yield Need("backup.key", "the tenant's own key for backups of its namespace", _CUSTODY)
    if plan.scans is not None and plan.scans.images_from and plan.workloads:
        yield Need("scanning.images", "scanning the images", plan.scans.images_from[0])
    if plan.scans is not None and plan.scans.services_from and any(workload.hosts for workload in plan.workloads):
        yield Need("scanning.services", "testing the exposed services", plan.scans.services_from[0])
    if plan.windows and plan.workloads:
        yield Need("change.windows", "the times for changes", _WINDOWS)


def _backup_needs(said: Backup) -> Iterator[Need]:
    """What backups of volumes must be like; those of stores are the clouds' business."""
    yield Need("backup.volumes", "backups of the volumes", _SCHEDULE)
    if said.copies > 1:
        leaf = "copies" if _COPIES in said.made_from else "region"
        where = f", one of them in {said.region}" if said.region else ""
        yield Need("backup.copies", f"{said.copies} copies of backups of the volumes{where},", (*_BACKUP, leaf))
    if said.immutable:
        yield Need("backup.immutable", "keeping backups of the volumes from everybody", (*_BACKUP, "immutable"))


def _tracing_needs(said: Tracing) -> Iterator[Need]:
    if said.made_from[0] != _REDACT:
        yield Need("tracing", "the traces", said.made_from[0])
    if said.keep_errors and said.sampling_percent < ALL:
        yield Need("tracing.errors", "keeping every trace with an error", (*_TRACING, "keep_errors"))
    if said.redact:
        yield Need("tracing.redaction", f"taking out {' and '.join(said.redact)}", _REDACT)
    if said.retention_days is not None:
        yield Need("tracing.retention", f"traces of {said.retention_days} days", (*_TRACING, "retention_days"))
