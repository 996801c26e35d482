"""Backups of the stores: AWS Backup with a vault of the tenant's own, and a second one in another region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform.aws.cron import expressions
from tenant_compiler.backends.terraform.aws.keys import Key, Uses, key_arn, key_blocks
from tenant_compiler.backends.terraform.aws.names import KEY, provider_of
from tenant_compiler.backends.terraform.expression import identifier, policy, refer
from tenant_compiler.backends.terraform.root import Block, resource
from tenant_compiler.model.names import cloud_name, partition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.terraform.expression import Expression
    from tenant_compiler.model.plan import Backup, Lineage, Plan
    from tenant_compiler.model.pointer import Pointer

VAULT: Final = "tenant"
COPY: Final = "backup_copy"
"""The names of the vaults in the addresses of a root; the second one's key is called like it."""
ROLE: Final = "backup"
START_MINUTES: Final = 60
"""The least window that AWS Backup takes: a backup begins within it, so that schedules mean something."""
GRACE_DAYS: Final = 3
"""The least time before a lock is final. Without it, who has the rights could take the lock away again."""

_VAULT_LENGTH: Final = 50
_ROLE_LENGTH: Final = 64


def copy_region(plan: Plan, backup: Backup) -> str:
    """The region of the second copy; empty when there is none, or none elsewhere."""
    return "" if backup.region == plan.primary.region or backup.copies < 2 else backup.region  # noqa: PLR2004


def copies(plan: Plan, backup: Backup) -> int:
    """How many copies of a backup are made."""
    return 2 if copy_region(plan, backup) else 1


def copy_key(plan: Plan, backup: Backup) -> Key:
    """Describe the key of the second vault: keys of KMS do not leave their region."""
    region = copy_region(plan, backup)
    services = ("s3", "rds", "backup")
    made_from = (*_leaves(backup, "region", "copies"), *plan.keys.made_from)
    return Key(COPY, "Copies of backups", Uses(region, services), "", made_from)


def backup_blocks(plan: Plan, backup: Backup) -> Iterator[Block]:
    """Make the vaults, their locks, the plan, and what it is about."""
    away = copy_region(plan, backup)
    yield from _vault(plan, backup, VAULT, plan.primary.region)
    if away:
        if key_arn(plan) is not None:
            yield from key_blocks(plan, copy_key(plan, backup))
        yield from _vault(plan, backup, COPY, away)
    rules = [
        _rule(backup, number, expression, copied=bool(away))
        for number, expression in enumerate(expressions(backup.schedule))
    ]
    body: dict[str, Any] = {"name": cloud_name(plan, "", _VAULT_LENGTH), "rule": rules}
    leaves = _leaves(backup, "schedule", "retention_days", "copies", "region")
    yield resource("aws_backup_plan", VAULT, body, leaves)
    yield from _role(plan, backup)
    yield _selection(plan, backup)
    output = {"value": refer("aws_backup_vault", VAULT, "arn"), "description": "ARN of the vault with the backups."}
    yield Block(("output", "backup_vault_arn"), output, backup.made_from)


def _vault(plan: Plan, backup: Backup, name: str, region: str) -> Iterator[Block]:
    place = provider_of(plan, region)
    body: dict[str, Any] = {"name": cloud_name(plan, "" if name == VAULT else name, _VAULT_LENGTH)}
    key = key_arn(plan, KEY if name == VAULT else COPY)
    if key is not None:
        body["kms_key_arn"] = key
    body |= {"force_destroy": False, "lifecycle": {"prevent_destroy": True}, **place}
    where = () if name == VAULT else ("region", "copies")
    made_from = (*_leaves(backup, "schedule", *where), *plan.keys.made_from)
    yield resource("aws_backup_vault", name, body, made_from)
    if backup.immutable:
        lock = {
            "backup_vault_name": refer("aws_backup_vault", name, "name"),
            "min_retention_days": backup.retention_days,
            "changeable_for_days": GRACE_DAYS,
            **place,
        }
        leaves = _leaves(backup, "immutable", "retention_days")
        yield resource("aws_backup_vault_lock_configuration", name, lock, leaves)


def _rule(backup: Backup, number: int, expression: str, *, copied: bool) -> dict[str, Any]:
    kept = [{"delete_after": backup.retention_days}]
    rule: dict[str, Any] = {
        "rule_name": f"scheduled-{number + 1}",
        "target_vault_name": refer("aws_backup_vault", VAULT, "name"),
        "schedule": expression,
        "start_window": START_MINUTES,
        "lifecycle": kept,
    }
    if copied:
        rule["copy_action"] = [{"destination_vault_arn": refer("aws_backup_vault", COPY, "arn"), "lifecycle": kept}]
    return rule


def _role(plan: Plan, backup: Backup) -> Iterator[Block]:
    """What AWS Backup may do in the account: back up and copy; to restore is for people."""
    trusted = {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = policy({"Version": "2012-10-17", "Statement": [trusted]})
    leaves = _leaves(backup, "schedule")
    body = {"name": cloud_name(plan, "backup", _ROLE_LENGTH), "assume_role_policy": trust}
    yield resource("aws_iam_role", ROLE, body, leaves)
    for name, managed in _policies(plan).items():
        arn = f"arn:{partition(plan.primary.region)}:iam::aws:policy/{managed}"
        attached = {"role": refer("aws_iam_role", ROLE, "name"), "policy_arn": arn}
        yield resource("aws_iam_role_policy_attachment", name, attached, leaves)


def _policies(plan: Plan) -> dict[str, str]:
    """AWS' own policies for the role, by the name of what attaches them."""
    buckets = {f"{ROLE}_buckets": "AWSBackupServiceRolePolicyForS3Backup"} if plan.objects else {}
    return {ROLE: "service-role/AWSBackupServiceRolePolicyForBackup", **buckets}


def _selection(plan: Plan, backup: Backup) -> Block:
    kinds = (("aws_db_instance", plan.sql), ("aws_s3_bucket", plan.objects))
    stores: list[Expression] = [
        refer(kind, identifier(store.name), "arn") for kind, several in kinds for store in several
    ]
    body = {
        "name": "stores",
        "plan_id": refer("aws_backup_plan", VAULT, "id"),
        "iam_role_arn": refer("aws_iam_role", ROLE, "arn"),
        "resources": stores,
        # A backup that begins before the role may do anything fails.
        "depends_on": [f"aws_iam_role_policy_attachment.{name}" for name in _policies(plan)],
    }
    of_stores = (*(store.made_from for store in plan.sql), *(store.made_from for store in plan.objects))
    return resource("aws_backup_selection", VAULT, body, sum(of_stores, _leaves(backup, "schedule")))


def _leaves(backup: Backup, *names: str) -> Lineage:
    """The leaves of the tenant that say this of the backups; the schedule, where nobody does."""
    found: Lineage = tuple(pointer for pointer in backup.made_from if pointer[-1] in names)
    schedule: Pointer = ("spec", "backup", "schedule")
    return found or (schedule,)
