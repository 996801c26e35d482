"""What AWS cannot do of what a plan asks, although the root carries the rest of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.terraform.aws.classes import CLASSES, demand
from tenant_compiler.backends.terraform.aws.keys import has_key
from tenant_compiler.backends.terraform.aws.lower import key_store
from tenant_compiler.backends.terraform.aws.names import KEY
from tenant_compiler.backends.terraform.expression import identifier
from tenant_compiler.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.plan import Plan
    from tenant_compiler.model.vocabulary.workspace import TerraformTarget

FIRST_WITH_TLS_13: Final = 16
"""Source: Amazon RDS User Guide, "Using SSL with a PostgreSQL DB instance"."""

_TARGET: Final = "terraform"


def findings(plan: Plan, settings: TerraformTarget) -> Iterator[Diagnostic]:
    """Say what AWS cannot do.

    Returns:
        TC535: KMS does not rotate keys of a custom key store. TC536: no class of instance is large enough.
        TC537: RDS has no TLS 1.3 for the version of PostgreSQL.
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
