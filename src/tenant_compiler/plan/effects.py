"""Checks of settings that need another one, or contradict it: audit trail, backups, stores of objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.pointer import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan
    from tenant_compiler.model.pointer import Pointer


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
