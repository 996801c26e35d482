"""Object stores: an S3 bucket each, encrypted, private, TLS only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform.aws.keys import key_arn
from tenant_compiler.backends.terraform.aws.names import class_tags, cloud_name
from tenant_compiler.backends.terraform.expression import identifier, join, policy, refer
from tenant_compiler.backends.terraform.root import resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.terraform.expression import Expression
    from tenant_compiler.backends.terraform.root import Block
    from tenant_compiler.model.plan import ObjectStore, Plan

UPLOAD_DAYS: Final = 7
"""Parts of an upload that nobody finished go after so many days: nobody sees them, and they cost like objects."""

_BUCKET_LENGTH: Final = 63


def object_blocks(plan: Plan, store: ObjectStore) -> Iterator[Block]:
    """Make the bucket of a store and the settings that AWS keeps beside it."""
    name = identifier(store.name)
    bucket = refer("aws_s3_bucket", name, "id")
    body: dict[str, Any] = {
        "bucket": cloud_name(plan, store.name, _BUCKET_LENGTH),
        "force_destroy": False,
        "tags": {"store": store.name, **class_tags(store.data_classes)},
        "lifecycle": {"prevent_destroy": True},
    }
    yield resource("aws_s3_bucket", name, body, (*store.made_from, ("metadata", "name")))
    closed = {"block_public_acls": True, "block_public_policy": True, "ignore_public_acls": True}
    closed |= {"restrict_public_buckets": True}
    yield resource("aws_s3_bucket_public_access_block", name, {"bucket": bucket, **closed}, store.made_from)
    owner = {"bucket": bucket, "rule": [{"object_ownership": "BucketOwnerEnforced"}]}
    yield resource("aws_s3_bucket_ownership_controls", name, owner, store.made_from)
    # Suspended, never Disabled: AWS refuses Disabled for a bucket that has had versions.
    status = {"status": "Enabled" if store.versioning else "Suspended"}
    versions = {"bucket": bucket, "versioning_configuration": [status]}
    yield resource("aws_s3_bucket_versioning", name, versions, store.made_from)
    encryption = {"bucket": bucket, "rule": [_encryption(key_arn(plan))]}
    kind = "aws_s3_bucket_server_side_encryption_configuration"
    yield resource(kind, name, encryption, (*store.made_from, *plan.keys.made_from))
    access = {
        "bucket": bucket,
        "policy": _policy(plan, name),
        # AWS answers with a conflict when both are written at the same time.
        "depends_on": [f"aws_s3_bucket_public_access_block.{name}"],
    }
    yield resource("aws_s3_bucket_policy", name, access, (*store.made_from, *plan.keys.made_from))
    lifecycle = {"bucket": bucket, "rule": _rules(store), "depends_on": [f"aws_s3_bucket_versioning.{name}"]}
    yield resource("aws_s3_bucket_lifecycle_configuration", name, lifecycle, store.made_from)


def _encryption(key: Expression | None) -> dict[str, Any]:
    if key is None:
        return {"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}
    # A bucket key asks KMS once for many objects; without it, KMS throttles and bills every request.
    return {
        "apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms", "kms_master_key_id": key}],
        "bucket_key_enabled": True,
    }


def _policy(plan: Plan, name: str) -> Expression:
    """Refuse what is not encrypted in transit, or with an older TLS than the tenant accepts."""
    arn = refer("aws_s3_bucket", name, "arn")
    everything = {"Principal": "*", "Action": "s3:*", "Resource": [arn, join(arn, "/*")]}
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    old = {"NumericLessThan": {"s3:TlsVersion": plan.keys.tls_minimum}}
    return policy(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Sid": "DenyPlainText", "Effect": "Deny", **everything, "Condition": plain},
                {"Sid": "DenyOldTls", "Effect": "Deny", **everything, "Condition": old},
            ],
        }
    )


def _rules(store: ObjectStore) -> list[dict[str, Any]]:
    everything: list[dict[str, Any]] = [{}]
    uploads = {"days_after_initiation": UPLOAD_DAYS}
    rules: list[dict[str, Any]] = [
        {
            "id": "unfinished-uploads",
            "status": "Enabled",
            "filter": everything,
            "abort_incomplete_multipart_upload": [uploads],
        }
    ]
    if store.lifecycle_days is not None:
        rules.append(
            {
                "id": "expire",
                "status": "Enabled",
                "filter": everything,
                "expiration": [{"days": store.lifecycle_days}],
                "noncurrent_version_expiration": [{"noncurrent_days": store.lifecycle_days}],
            }
        )
    return rules
