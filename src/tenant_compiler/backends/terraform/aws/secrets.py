"""The tenant's secrets in Secrets Manager: empty ones for people to fill, and what is known of stores that are made.

No state of Terraform holds a secret: people put the values of theirs in by other means, and of a store there are its
address and name. The password of a database's administrator is in a secret that RDS makes, names and changes itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform.aws.keys import key_arn
from tenant_compiler.backends.terraform.expression import identifier, join, policy, refer
from tenant_compiler.backends.terraform.root import resource
from tenant_compiler.model.names import secret_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.terraform.expression import Expression
    from tenant_compiler.backends.terraform.root import Block
    from tenant_compiler.model.plan import Plan
    from tenant_compiler.model.plan_data import Vault

_DAYS: Final = 30
"""A secret that is deleted can be brought back for so long."""


def secret_blocks(plan: Plan, vault: Vault, database: str) -> Iterator[Block]:
    """Make the secrets below the tenant's own path, encrypted with its key where it has one.

    Args:
        plan: the tenant.
        vault: which secrets.
        database: the name of the database in every instance.
    """
    made_from = (*vault.made_from, *plan.keys.made_from)
    for name in vault.secrets:
        body = _secret(plan, name, f"The secret {name}: people put its keys and values in, as JSON")
        yield resource("aws_secretsmanager_secret", f"secret_{identifier(name)}", body, made_from)
    for name in vault.stores:
        known = _known(plan, name, database)
        if known is None:
            continue  # a check of the plan has said that there is no such store
        address = f"store_{identifier(name)}"
        body = _secret(plan, f"store.{name}", f"What is known of the store {name}")
        yield resource("aws_secretsmanager_secret", address, body, made_from)
        version = {"secret_id": refer("aws_secretsmanager_secret", address, "id"), "secret_string": known}
        yield resource("aws_secretsmanager_secret_version", address, version, made_from)


def _secret(plan: Plan, name: str, description: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": secret_path(plan, name),
        "description": description,
        "recovery_window_in_days": _DAYS,
    }
    key = key_arn(plan)
    return body if key is None else {**body, "kms_key_id": key}


def _known(plan: Plan, name: str, database: str) -> Expression | None:
    """The fields of a store as JSON; no host name and no bucket's name has anything that JSON would escape."""
    at = identifier(name)
    if any(store.name == name for store in plan.objects):
        return policy({"bucket": refer("aws_s3_bucket", at, "bucket"), "region": plan.primary.region})
    if not any(store.name == name for store in plan.sql):
        return None
    host, port = refer("aws_db_instance", at, "address"), refer("aws_db_instance", at, "port")
    url = join("postgresql://", host, ":", port, f"/{database}?sslmode=require")
    return policy({"host": host, "port": join("", port), "database": database, "url": url})
