"""What AWS cannot do of what a plan asks, although the root carries the rest of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.terraform.aws.backup import VAULT, copies, copy_region
from tenant_compiler.backends.terraform.aws.classes import CLASSES, demand
from tenant_compiler.backends.terraform.aws.cron import starts_an_hour
from tenant_compiler.backends.terraform.aws.keys import has_key
from tenant_compiler.backends.terraform.aws.lower import key_store
from tenant_compiler.backends.terraform.aws.names import KEY, has_backup
from tenant_compiler.backends.terraform.expression import identifier
from tenant_compiler.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.plan import Backup, Plan
    from tenant_compiler.model.vocabulary.workspace import TerraformTarget

FIRST_WITH_TLS_13: Final = 16
"""Source: Amazon RDS User Guide, "Using SSL with a PostgreSQL DB instance"."""

_TARGET: Final = "terraform"


def findings(plan: Plan, settings: TerraformTarget) -> Iterator[Diagnostic]:
    """Say what AWS cannot do.

    Returns:
        TC535: KMS does not rotate keys of a custom key store. TC536: no class of instance is large enough.
        TC537: RDS has no TLS 1.3 for the version of PostgreSQL. TC538: fewer copies of backups are made than asked for.
        TC539: AWS Backup cannot back up so often, or a bucket without versions.
    """
    if has_key(plan) and key_store(plan, settings):
        yield Diagnostic(
            "TC535",
            f"security.keys.rotation_days is {plan.keys.rotation_days}, but KMS does not rotate keys of an HSM cluster",
            "warning",
            ("spec", "security", "keys", "rotation_days"),
            help="rotate by hand: make a new key, encrypt the stores with it again, move the alias",
            target=_TARGET,
            object=f"aws_kms_key.{KEY}",
        )
    yield from _too_large(plan)
    if plan.keys.tls_minimum == "1.3":
        yield from _without_tls_13(plan)
    if plan.backup is not None and has_backup(plan):
        yield from _backups(plan, plan.backup)


def _backups(plan: Plan, backup: Backup) -> Iterator[Diagnostic]:
    made = copies(plan, backup)
    if backup.copies > made:
        where = f"one in {plan.primary.region}" + (f" and one in {copy_region(plan, backup)}" if made > 1 else "")
        yield Diagnostic(
            "TC538",
            f"backup.copies is {backup.copies}, but AWS Backup makes {made} here: {where}",
            "info",
            ("spec", "backup", "copies"),
            help="write so many, and a region other than the primary one as backup.region for the second",
            target=_TARGET,
            object=f"aws_backup_plan.{VAULT}",
        )
    often = starts_an_hour(backup.schedule)
    if often > 1:
        yield Diagnostic(
            "TC539",
            f"backup.schedule starts {often} backups in an hour, but AWS Backup starts at most one",
            pointer=("spec", "backup", "schedule"),
            help="write one minute, such as `0 * * * *`; databases can be restored to any second anyway",
            target=_TARGET,
            object=f"aws_backup_plan.{VAULT}",
        )
    for store in plan.objects:
        if not store.versioning:
            yield Diagnostic(
                "TC539",
                f"AWS Backup backs up buckets with versions only, but the store `{store.name}` has none",
                pointer=(*store.made_from[0], "versioning"),
                help="write `versioning: true`, or leave `backup` out",
                target=_TARGET,
                object=f"aws_s3_bucket.{identifier(store.name)}",
            )


def _without_tls_13(plan: Plan) -> Iterator[Diagnostic]:
    for store in plan.sql:
        if int(store.version) < FIRST_WITH_TLS_13:
            yield Diagnostic(
                "TC537",
                f"the SQL store `{store.name}` runs PostgreSQL {store.version}, but RDS has TLS 1.3 from"
                f" {FIRST_WITH_TLS_13} on: no client could connect",
                pointer=(*store.made_from[0], "version"),
                help=f"write version {FIRST_WITH_TLS_13}, or 1.2 for security.tls.minimum_version",
                target=_TARGET,
                object=f"aws_db_parameter_group.{identifier(store.name)}",
            )


def _too_large(plan: Plan) -> Iterator[Diagnostic]:
    largest = CLASSES[-1]
    for store in plan.sql:
        asked = demand(plan, store)
        shortages = (
            ("cpu_cores", "vCPUs", (asked.milli_vcpus or 0) / 1000, largest.milli_vcpus / 1000),
            ("database_connections", "GiB of memory", (asked.memory_mib or 0) / 1024, largest.memory_mib / 1024),
        )
        for quota, unit, wanted, offered in shortages:
            if wanted > offered:
                yield Diagnostic(
                    "TC536",
                    f"the SQL store `{store.name}` would need {wanted:.0f} {unit} for quotas.{quota}, but the largest"
                    f" class, {largest.name}, has {offered:.0f}",
                    "warning",
                    ("spec", "quotas", quota),
                    help="lower the quota, or write `unlimited` to accept the largest class",
                    target=_TARGET,
                    object=f"aws_db_instance.{identifier(store.name)}",
                )
