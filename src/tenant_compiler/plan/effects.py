"""Checks of settings that need another one, or contradict it: audit trail, backups, stores of objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.pointer import show
from tenant_compiler.read.schedule import longest_gap_minutes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan
    from tenant_compiler.model.pointer import Pointer

_HOURS: Final = (24, 12, 8, 6, 4, 3, 2, 1)
_MINUTES: Final = (30, 20, 15, 12, 10, 6, 5, 4, 3, 2, 1)
"""Steps that divide a day and an hour: what is left over would make a longer or shorter gap."""


def check_effects(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """What is said has an effect: the setting that it needs is there (TC326)."""
    del context
    for pointer, needed in plan.unused:
        message = f"{show(pointer)} has no effect without {show(needed)}"
        yield Diagnostic("TC326", message, "warning", pointer=pointer, help=f"add `{needed[-1]}`, or remove the line")


def check_times(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Times do not contradict each other: online and kept, locked and deleted (TC327)."""
    del context
    audit = plan.audit
    if audit is not None and audit.online_days > audit.retention_days:
        message = f"records of the audit trail are online for {audit.online_days} days, but kept {audit.retention_days}"
        pointer: Pointer = ("spec", "security", "audit", "online_days")
        yield Diagnostic("TC327", message, pointer=pointer, help="raise retention_days or lower online_days")
    for store in plan.objects:
        if store.lock_days is None:
            continue
        pointer = ("spec", "data", "object", store.name, "object_lock_days")
        if store.lifecycle_days is not None and store.lifecycle_days < store.lock_days:
            message = f"objects of `{store.name}` are locked for {store.lock_days} days, but go after"
            help_ = "raise lifecycle_days or lower object_lock_days"
            yield Diagnostic("TC327", f"{message} {store.lifecycle_days}", pointer=pointer, help=help_)
        if not store.versioning:
            message = f"objects of `{store.name}` are locked, but have no versions: a lock holds a version"
            yield Diagnostic("TC327", message, pointer=pointer, help="write `versioning: true`")


def check_recovery(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """What may be lost of a volume is backed up in time (TC328): stores keep changes besides, volumes do not."""
    del context
    point = plan.recovery_point_minutes
    mounts = [f"{workload.name}.{volume.name}" for workload in plan.workloads for volume in workload.volumes]
    if point is None or not mounts:
        return
    at: Pointer = ("spec", "placement", "disaster_recovery", "recovery_point_minutes")
    lost = f"a disaster may cost the changes of {point} minutes, but "
    of = f"the volume `{mounts[0]}`" + (f" and {len(mounts) - 1} more" if len(mounts) > 1 else "")
    if plan.backup is None:
        message = f"{lost}nothing backs up {of}: there is no backup.schedule"
        yield Diagnostic("TC328", message, "warning", pointer=at, help=f"write `backup: {_often(point)}`")
        return
    gap = longest_gap_minutes(plan.backup.schedule)
    if gap > point:
        message = f'{lost}backup.schedule "{plan.backup.schedule}" leaves {of} without a backup for {gap} minutes'
        help_ = f"write `backup: {_often(point)}`, or raise recovery_point_minutes to {gap}"
        yield Diagnostic("TC328", message, "warning", pointer=at, help=help_)


def _often(minutes: int) -> str:
    """A schedule that comes often enough, as far as cron can: at most every minute."""
    hours = next((step for step in _HOURS if step * 60 <= minutes), 0)
    if hours:
        when = "0 2 * * *" if hours == _HOURS[0] else f"0 */{hours} * * *" if hours > 1 else "0 * * * *"
    else:
        step = next((step for step in _MINUTES if step <= minutes), 1)
        when = f"*/{step} * * * *" if step > 1 else "* * * * *"
    return f'{{schedule: "{when}"}}'
