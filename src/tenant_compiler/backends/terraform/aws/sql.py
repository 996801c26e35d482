"""SQL stores: an RDS instance for PostgreSQL each, with its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform.aws.audit import group_name, log_blocks, log_groups
from tenant_compiler.backends.terraform.aws.classes import choose, demand
from tenant_compiler.backends.terraform.aws.keys import key_arn
from tenant_compiler.backends.terraform.aws.names import audit_lineage, class_tags
from tenant_compiler.backends.terraform.expression import identifier, refer
from tenant_compiler.backends.terraform.root import resource
from tenant_compiler.model.names import cloud_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.terraform.root import Block
    from tenant_compiler.model.plan import Plan, SqlStore

DATABASE: Final = "app"
"""The database in an instance. Always the same, because a store's name might be a word that RDS keeps for itself."""
USER: Final = "tenant_admin"
BACKUP_DAYS: Final = 14
"""Point-in-time recovery reaches back so far: damage done before a holiday week is still found in time."""
SUBNET_GROUP: Final = "db_subnet_group_name"
SECURITY_GROUPS: Final = "db_security_group_ids"

_NAME_LENGTH: Final = 63
_MOST_STORAGE_GB: Final = 65_536
_LEAST_GROWTH_PERCENT: Final = 110
"""RDS refuses a ceiling for growing storage that is less than a tenth above the storage itself."""
_CA: Final = "rds-ca-rsa2048-g1"
"""RSA, because every client reads it; the elliptic-curve authority is refused by some older drivers."""


def sql_blocks(plan: Plan, store: SqlStore) -> Iterator[Block]:
    """Make the parameters of a database, its log groups where they are kept, and its instance."""
    name = identifier(store.name)
    made_from = (*store.made_from, *plan.keys.made_from, *audit_lineage(plan))
    yield resource(
        "aws_db_parameter_group",
        name,
        {
            # The version is in the name, so that a new major version gets its group before the old one goes.
            "name": f"{cloud_name(plan, store.name, _NAME_LENGTH - 5)}-pg{store.version}",
            "family": f"postgres{store.version}",
            "description": "Connections, TLS and logs, made by tenant-compiler",
            "parameter": _parameters(plan, store),
            "lifecycle": {"create_before_destroy": True},
        },
        (*made_from, ("spec", "quotas", "database_connections")),
    )
    yield from log_blocks(plan, store)
    quotas = (("spec", "quotas", key) for key in ("cpu_cores", "database_connections", "storage_gb"))
    made_from = (*made_from, *quotas, *plan.edge.admin_from)
    yield resource("aws_db_instance", name, _instance(plan, store, name), made_from)


def _parameters(plan: Plan, store: SqlStore) -> list[dict[str, Any]]:
    wanted = {"rds.force_ssl": "1", "ssl_min_protocol_version": f"TLSv{plan.keys.tls_minimum}"}
    if store.connections is not None:
        wanted["max_connections"] = str(store.connections)
    if plan.audit_logging:
        wanted |= {"log_connections": "1", "log_disconnections": "1", "log_statement": "mod"}
    # RDS takes `pending-reboot` for every parameter, `immediate` for some only; a new instance starts with all of them.
    static = {"rds.force_ssl", "max_connections"}
    return [
        {"name": name, "value": value, "apply_method": "pending-reboot" if name in static else "immediate"}
        for name, value in wanted.items()
    ]


def _instance(plan: Plan, store: SqlStore, name: str) -> dict[str, Any]:
    identity = cloud_name(plan, store.name, _NAME_LENGTH)
    body: dict[str, Any] = {
        "identifier": identity,
        "engine": store.engine,
        "engine_version": store.version,
        "instance_class": choose(demand(plan, store)).name,
        "db_name": DATABASE,
        "username": USER,
        "parameter_group_name": refer("aws_db_parameter_group", name, "name"),
        **_storage(store),
        **_encryption(plan),
        "db_subnet_group_name": refer("var", SUBNET_GROUP),
        "vpc_security_group_ids": refer("var", SECURITY_GROUPS),
        "publicly_accessible": False,
        "ca_cert_identifier": _CA,
        "iam_database_authentication_enabled": True,
        "multi_az": store.high_availability,
        # A new major version in the tenant's file was reviewed there; it still waits for the maintenance window.
        "allow_major_version_upgrade": True,
        "auto_minor_version_upgrade": True,
        "apply_immediately": False,
        "backup_retention_period": BACKUP_DAYS,
        "delete_automated_backups": False,
        "copy_tags_to_snapshot": True,
        "deletion_protection": True,
        "skip_final_snapshot": False,
        "final_snapshot_identifier": f"{identity}-final",
    }
    if plan.audit_logging:
        body["enabled_cloudwatch_logs_exports"] = ["postgresql", "upgrade"]
    body["tags"] = {"store": store.name, **class_tags(store.data_classes)}
    body["lifecycle"] = {"prevent_destroy": True}
    groups = [f"aws_cloudwatch_log_group.{group_name(store, group)}" for group in log_groups(plan, store)]
    if groups:
        body["depends_on"] = groups
    return body


def _storage(store: SqlStore) -> dict[str, Any]:
    """Where storage starts and, when there is room for growing, where it ends."""
    storage: dict[str, Any] = {"storage_type": "gp3", "allocated_storage": store.storage_gb}
    most = min(store.maximum_storage_gb or _MOST_STORAGE_GB, _MOST_STORAGE_GB)
    if most * 100 >= store.storage_gb * _LEAST_GROWTH_PERCENT:
        storage["max_allocated_storage"] = most
    return storage


def _encryption(plan: Plan) -> dict[str, Any]:
    """Storage, and the administrator's password: RDS makes it in Secrets Manager, so that no state ever holds it."""
    body: dict[str, Any] = {"storage_encrypted": True, "manage_master_user_password": True}
    key = key_arn(plan)
    if key is not None:
        body |= {"kms_key_id": key, "master_user_secret_kms_key_id": key}
    return body
