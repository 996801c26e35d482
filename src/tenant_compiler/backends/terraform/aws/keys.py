"""The tenant's own key in AWS KMS, with its policy and its alias."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform.aws.names import KEY, cloud_name, partition
from tenant_compiler.backends.terraform.expression import join, policy, refer
from tenant_compiler.backends.terraform.root import Block, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.terraform.expression import Expression
    from tenant_compiler.model.plan import Plan

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


def has_key(plan: Plan) -> bool:
    """Tell whether the tenant has a key of its own."""
    return plan.keys.custody == "customer_managed"


def key_arn(plan: Plan) -> Expression | None:
    """The key that stores are encrypted with; None: the cloud's own."""
    return refer("aws_kms_key", KEY, "arn") if has_key(plan) else None


def key_blocks(plan: Plan, key_store: str) -> Iterator[Block]:
    """Make the key.

    Args:
        plan: a plan with a key of its own.
        key_store: the custom key store to make it in; empty for KMS itself.
    """
    made_from = plan.keys.made_from
    yield Block(("data", "aws_caller_identity", "current"), {}, made_from)
    key: dict[str, Any] = {
        "description": f"Data of {plan.display_name} ({plan.tenant}, {plan.environment})",
        "deletion_window_in_days": DELETION_DAYS,
        **_material(plan, key_store),
        "policy": _policy(plan.primary.region, objects=bool(plan.objects), sql=bool(plan.sql)),
        "lifecycle": {"prevent_destroy": True},
    }
    yield resource("aws_kms_key", KEY, key, made_from)
    alias = {"name": f"alias/{cloud_name(plan, '', 200)}", "target_key_id": refer("aws_kms_key", KEY, "key_id")}
    yield resource("aws_kms_alias", KEY, alias, made_from)


def _material(plan: Plan, key_store: str) -> dict[str, Any]:
    """Where the key lives and how it changes: KMS neither rotates nor replicates keys of a custom key store."""
    if key_store:
        return {"custom_key_store_id": key_store, "enable_key_rotation": False}
    return {
        "enable_key_rotation": True,
        "rotation_period_in_days": plan.keys.rotation_days,
        # Cannot be changed later, so it is set as soon as there is a second region that copies could go to.
        "multi_region": len(plan.sites) > 1,
    }


@lru_cache(maxsize=128)
def _policy(region: str, *, objects: bool, sql: bool) -> Expression:
    """The account administers the key; data is read with it only through the services that keep the tenant's stores."""
    account = refer("data", "aws_caller_identity", "current", "account_id")
    root = {"AWS": join(f"arn:{partition(region)}:iam::", account, ":root")}
    statements: list[dict[str, Any]] = [
        {"Sid": "Administer", "Effect": "Allow", "Principal": root, "Action": _ADMINISTER, "Resource": "*"}
    ]
    stores = {"s3": objects, "rds": sql, "secretsmanager": sql}
    services = [f"{service}.{region}.amazonaws.com" for service, used in stores.items() if used]
    if services:
        # Any principal of the account, if its own IAM policy allows it too: "AWS: *" would not ask IAM.
        via = {"StringEquals": {"kms:ViaService": services}}
        statements.append(
            {"Sid": "UseThroughStores", "Effect": "Allow", "Principal": root, "Action": _USE, "Resource": "*"}
            | {"Condition": via}
        )
    if sql:
        grant = {
            "Bool": {"kms:GrantIsForAWSResource": "true"},
            "StringEquals": {"kms:ViaService": f"rds.{region}.amazonaws.com"},
        }
        statements.append(
            {"Sid": "LendToDatabases", "Effect": "Allow", "Principal": root, "Action": "kms:CreateGrant"}
            | {"Resource": "*", "Condition": grant}
        )
    return policy({"Version": "2012-10-17", "Statement": statements})
