"""The root of one tenant and environment in AWS: what is around the stores, the stores, and what protects them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform.aws.audit import audit_blocks, audit_key, encrypted_logs
from tenant_compiler.backends.terraform.aws.backup import backup_blocks
from tenant_compiler.backends.terraform.aws.edge import edge_blocks, has_edge
from tenant_compiler.backends.terraform.aws.identities import identity_blocks
from tenant_compiler.backends.terraform.aws.keys import has_key, key_blocks, store_key, volume_keys
from tenant_compiler.backends.terraform.aws.names import KEY, has_backup
from tenant_compiler.backends.terraform.aws.objects import object_blocks
from tenant_compiler.backends.terraform.aws.providers import provider
from tenant_compiler.backends.terraform.aws.secrets import secret_blocks
from tenant_compiler.backends.terraform.aws.sql import DATABASE, SECURITY_GROUPS, SUBNET_GROUP, sql_blocks
from tenant_compiler.backends.terraform.expression import Expression, identifier, refer
from tenant_compiler.backends.terraform.root import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.plan import Lineage, Plan
    from tenant_compiler.model.vocabulary.workspace import TerraformTarget

REQUIRED_VERSION: Final = ">= 1.10.0, < 2.0.0"
"""1.10 is the first Terraform whose S3 backend locks with a file of its own (`use_lockfile`)."""


def blocks(plan: Plan, settings: TerraformTarget) -> Iterator[Block]:
    """Make the blocks of a root; none when the plan asks nothing of AWS that Terraform makes."""
    audit, backup, store = plan.audit, plan.backup, key_store(plan, settings)
    if not (plan.sql or plan.objects or has_key(plan) or audit or has_edge(plan) or plan.identities or plan.vault):
        return
    yield _terraform(plan, settings)
    yield provider(plan)
    if plan.sql:
        yield from _variables(plan)
    if has_key(plan) or audit is not None:
        made_from = plan.keys.made_from if audit is None else (*plan.keys.made_from, *audit.made_from)
        yield Block(("data", "aws_caller_identity", "current"), {}, made_from)
    if has_key(plan):
        yield from key_blocks(plan, store_key(plan, store, encrypted_logs(plan)))
        for key in volume_keys(plan):
            yield from key_blocks(plan, key)
    for bucket in plan.objects:
        yield from object_blocks(plan, bucket)
    for database in plan.sql:
        yield from sql_blocks(plan, database)
    if audit is not None:
        # A key store stands in one region.
        near = store if audit.region == plan.primary.region else ""
        yield from audit_blocks(plan, audit, audit_key(plan, audit, near) if has_key(plan) else None)
    if backup is not None and has_backup(plan):
        yield from backup_blocks(plan, backup)
    if has_edge(plan):
        yield from edge_blocks(plan)
    if plan.vault is not None:
        yield from secret_blocks(plan, plan.vault, DATABASE)
    for identity in plan.identities:
        yield from identity_blocks(plan, identity)
    yield from _outputs(plan)


def key_store(plan: Plan, settings: TerraformTarget) -> str:
    """The custom key store that the tenant's key is made in; empty for KMS itself."""
    return settings.get("key_store", "") if plan.keys.hsm else ""


def _terraform(plan: Plan, settings: TerraformTarget) -> Block:
    body: dict[str, Any] = {
        "required_version": REQUIRED_VERSION,
        "required_providers": {"aws": {"source": "hashicorp/aws", "version": settings["aws"]}},
    }
    state = settings["state"].get(plan.primary.jurisdiction)
    if state is not None:
        body["backend"] = {
            state["kind"]: {
                "bucket": state["bucket"],
                "region": state["region"],
                "key": f"tenants/{plan.tenant}/{plan.environment}.tfstate",
                "encrypt": True,
                "use_lockfile": True,
            }
        }
    return Block(("terraform",), body, plan.primary.made_from)


def _variables(plan: Plan) -> Iterator[Block]:
    """Declare what the network of the account must give: the tenant's databases are placed into it, not beside it."""
    made_from: Lineage = tuple(pointer for store in plan.sql for pointer in store.made_from)
    subnets = {
        "type": "string",
        "description": "Name of the DB subnet group with the private subnets for tenants' databases.",
        "nullable": False,
    }
    yield Block(("variable", SUBNET_GROUP), subnets, made_from)
    groups = {
        "type": "set(string)",
        "description": "Ids of the security groups that let the tenant's workloads reach its databases.",
        "nullable": False,
        "validation": [
            {
                "condition": Expression(f"${{length(var.{SECURITY_GROUPS}) > 0}}"),
                "error_message": "Name a security group: without one, RDS takes the default group of the network.",
            }
        ],
    }
    yield Block(("variable", SECURITY_GROUPS), groups, made_from)


def _outputs(plan: Plan) -> Iterator[Block]:
    """Tell what the stores are called, for who deploys the tenant. The password itself never leaves Secrets Manager."""
    if has_key(plan):
        key = {"value": refer("aws_kms_key", KEY, "arn"), "description": "ARN of the tenant's key."}
        yield Block(("output", "key_arn"), key, plan.keys.made_from)
    for store in plan.objects:
        name = identifier(store.name)
        bucket = {"value": refer("aws_s3_bucket", name, "bucket"), "description": "Name of the bucket."}
        yield Block(("output", f"{name}_bucket"), bucket, store.made_from)
    for database in plan.sql:
        name = identifier(database.name)
        end_point = refer("aws_db_instance", name, "endpoint")
        secret = refer("aws_db_instance", name, "master_user_secret", access="[0].secret_arn")
        described = {
            "endpoint": (end_point, f"Host and port of the instance; its database is `{DATABASE}`."),
            "secret_arn": (secret, "ARN of the secret with the administrator's name and password."),
        }
        for what, (value, description) in described.items():
            body = {"value": value, "description": description}
            yield Block(("output", f"{name}_{what}"), body, database.made_from)
