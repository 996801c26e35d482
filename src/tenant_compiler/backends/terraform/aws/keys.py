"""The tenant's own keys in AWS KMS, each with policy and alias: one for the stores, others for what outlives them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform.aws.names import KEY, account, arn, has_backup, provider_of, volume_regions
from tenant_compiler.backends.terraform.expression import join, policy, refer
from tenant_compiler.backends.terraform.root import resource
from tenant_compiler.model.names import key_alias, partition, volume_key
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.terraform.expression import Expression
    from tenant_compiler.backends.terraform.root import Block
    from tenant_compiler.model.plan import Lineage, Plan

DELETION_DAYS: Final = 30
"""The longest that KMS waits before it destroys a key, and all data under it with that."""

# What administers a key, and nothing that reads data with it. `Put*` keeps the account able to mend the policy.
_ADMINISTER: Final = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListAliases",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ReplicateKey",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
    "kms:UpdatePrimaryRegion",
]
_USE: Final = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]


_LENT: Final = {"rds": "LendToDatabases", "backup": "LendToBackups", "ec2": "LendToVolumes"}
"""Services that keep the right to use a key for as long as they keep data under it."""


class Uses(NamedTuple):
    """Who may use a key, beside those who administer it."""

    region: str
    services: tuple[str, ...]
    """Principals of the account use it through these services only: ``s3``, ``rds`` …"""
    logs: tuple[str, ...] = ()
    """Log groups that are encrypted with it, as ARNs name them; ``*`` at the end for several."""
    trail: str = ""
    """The ARN of the trail that is encrypted with it; empty for none."""


class Key(NamedTuple):
    """One key of the tenant's own."""

    name: str
    """In addresses of the root; of the key for the stores, `KEY`."""
    what: str
    """What is encrypted with it, for people."""
    uses: Uses
    key_store: str
    """The custom key store to make it in; empty for KMS itself."""
    made_from: Lineage


def has_key(plan: Plan) -> bool:
    """Tell whether the tenant has keys of its own."""
    return plan.keys.custody == "customer_managed"


def key_arn(plan: Plan, name: str = KEY) -> Expression | None:
    """The key that something is encrypted with; None: the cloud's own."""
    return refer("aws_kms_key", name, "arn") if has_key(plan) else None


def store_key(plan: Plan, key_store: str, logs: tuple[str, ...]) -> Key:
    """Describe the key of the stores, of their logs and of their backups: without it, nothing of the data is left."""
    backups = has_backup(plan)
    stores = {
        "s3": bool(plan.objects),
        "rds": bool(plan.sql),
        "secretsmanager": bool(plan.sql) or plan.vault is not None,
        "backup": backups,
        "ec2": plan.primary.region in volume_regions(plan),
    }
    services = tuple(service for service, used in stores.items() if used)
    return Key(KEY, "Data", Uses(plan.primary.region, services, logs), key_store, plan.keys.made_from)


def volume_keys(plan: Plan) -> Iterator[Key]:
    """Describe the keys of volumes outside the primary region, where the key of the stores is not."""
    for region in volume_regions(plan):
        name = volume_key(plan, region)
        if name:
            yield Key(name, "Volumes", Uses(region, ("ec2",)), "", plan.keys.made_from)


def key_blocks(plan: Plan, key: Key) -> Iterator[Block]:
    """Make a key and its alias, in the region that its uses name."""
    place = provider_of(plan, key.uses.region)
    body: dict[str, Any] = {
        "description": f"{key.what} of {plan.display_name} ({plan.tenant}, {plan.environment})",
        "deletion_window_in_days": DELETION_DAYS,
        **_material(plan, key),
        "policy": _policy(key.uses),
        "lifecycle": {"prevent_destroy": True},
        **place,
    }
    yield resource("aws_kms_key", key.name, body, key.made_from)
    part = "" if key.name == KEY else key.name
    alias = {"name": key_alias(plan, part), "target_key_id": refer("aws_kms_key", key.name, "key_id")}
    yield resource("aws_kms_alias", key.name, {**alias, **place}, key.made_from)


def _material(plan: Plan, key: Key) -> dict[str, Any]:
    """Where the key lives and how it changes: KMS neither rotates nor replicates keys of a custom key store."""
    if key.key_store:
        return {"custom_key_store_id": key.key_store, "enable_key_rotation": False}
    return {
        "enable_key_rotation": True,
        "rotation_period_in_days": plan.keys.rotation_days,
        # Cannot be changed later, so it is set as soon as there is a second region that copies could go to.
        "multi_region": len(plan.sites) > 1 and key.name == KEY,
    }


@lru_cache(maxsize=128)
def _policy(uses: Uses) -> Expression:
    """The account administers the key; data is read with it only through the services that keep the tenant's."""
    region = uses.region
    root = {"AWS": join(f"arn:{partition(region)}:iam::", account(), ":root")}
    statements: list[dict[str, Any]] = [
        {"Sid": "Administer", "Effect": "Allow", "Principal": root, "Action": _ADMINISTER, "Resource": "*"}
    ]
    services = [f"{service}.{region}.amazonaws.com" for service in uses.services]
    if services:
        # Any principal of the account, if its own IAM policy allows it too: "AWS: *" would not ask IAM.
        via = {"StringEquals": {"kms:ViaService": services}}
        statements.append(
            {"Sid": "UseThroughStores", "Effect": "Allow", "Principal": root, "Action": _USE, "Resource": "*"}
            | {"Condition": via}
        )
    for service, sid in _LENT.items():
        if service in uses.services:
            grant = {
                "Bool": {"kms:GrantIsForAWSResource": "true"},
                "StringEquals": {"kms:ViaService": f"{service}.{region}.amazonaws.com"},
            }
            statements.append(
                {"Sid": sid, "Effect": "Allow", "Principal": root, "Action": "kms:CreateGrant"}
                | {"Resource": "*", "Condition": grant}
            )
    if uses.logs:
        statements.append(_for_logs(uses))
    if uses.trail:
        statements += _for_trail(uses)
    return policy({"Version": "2012-10-17", "Statement": statements})


def _for_logs(uses: Uses) -> dict[str, Any]:
    """CloudWatch Logs encrypts the tenant's groups with the key, and no other group of the account."""
    groups = [arn("logs", uses.region, f"log-group:{name}") for name in uses.logs]
    return {
        "Sid": "EncryptLogs",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{uses.region}.amazonaws.com"},
        "Action": ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    }


def _for_trail(uses: Uses) -> list[dict[str, Any]]:
    """CloudTrail encrypts records of the tenant's trail with the key, and no other trail's."""
    every = join(f"arn:{partition(uses.region)}:cloudtrail:*:", account(), ":trail/*")
    of_trail = {"StringEquals": {"aws:SourceArn": uses.trail}}
    of_records = {**of_trail, "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": every}}
    allow = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Resource": "*"}
    return [
        {"Sid": "EncryptTrail", **allow, "Action": "kms:GenerateDataKey*", "Condition": of_records},
        {"Sid": "DescribeForTrail", **allow, "Action": "kms:DescribeKey", "Condition": of_trail},
    ]
