"""Names of things in AWS, and what AWS knows by a region's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.terraform.expression import join, refer
from tenant_compiler.model.names import partition

if TYPE_CHECKING:
    from tenant_compiler.backends.terraform.expression import Expression
    from tenant_compiler.model.plan import Lineage, Plan

KEY: Final = "tenant"
"""The name of the tenant's key, and of what belongs to it, in the addresses of a root."""

_NOT_NAME: Final = re.compile(r"[^a-z0-9]+")
_FIPS: Final = ("us-", "ca-")


def provider_of(plan: Plan, region: str) -> dict[str, str]:
    """The argument that makes a resource in a region; nothing for the primary region, whose provider is the default."""
    return {} if region == plan.primary.region else {"provider": f"aws.{alias(region)}"}


def alias(region: str) -> str:
    """Name the provider of a region that is not the primary one."""
    return _NOT_NAME.sub("_", region)


def has_backup(plan: Plan) -> bool:
    """Tell whether there are backups, and something to back up."""
    return plan.backup is not None and bool(plan.sql or plan.objects)


def volume_regions(plan: Plan) -> tuple[str, ...]:
    """The regions whose pods have volumes under a key that is made here; one in an HSM is the platform's."""
    if plan.keys.custody != "customer_managed" or plan.keys.hsm:
        return ()
    if not any(workload.volumes for workload in plan.workloads):
        return ()
    return tuple(dict.fromkeys(site.region for site in plan.sites if site.role != "backup"))


def account() -> Expression:
    """The account number."""
    return refer("data", "aws_caller_identity", "current", "account_id")


def arn(service: str, region: str, resource: str) -> Expression:
    """Name something of the account that is not made yet, or whose own policy must name it.

    Args:
        service: as ARNs say it, such as ``cloudtrail``.
        region: where it is; its partition is that of the region.
        resource: what follows the account, such as ``trail/NAME``.
    """
    return join(f"arn:{partition(region)}:{service}:{region}:", account(), f":{resource}")


def has_fips(region: str) -> bool:
    """Tell whether S3, RDS and KMS all have FIPS 140 end points there: in the United States and Canada only.

    Source: "Federal Information Processing Standard (FIPS) 140-3", AWS Compliance, end points by service.
    """
    return region.startswith(_FIPS)


def class_tags(classes: tuple[str, ...]) -> dict[str, str]:
    """Tag a store with the classes of its data, joined by a sign that AWS allows in values; nothing for none."""
    return {"data-classes": "+".join(classes)} if classes else {}


def audit_lineage(plan: Plan) -> Lineage:
    """Where audit logs come from, when there are any."""
    return (("spec", "security", "audit_logging"),) if plan.audit_logging else ()
