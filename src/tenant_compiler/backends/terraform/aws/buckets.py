"""An S3 bucket that is private, encrypted, and takes TLS only, with the settings that AWS keeps beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform.expression import join, policy, refer
from tenant_compiler.backends.terraform.root import resource
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tenant_compiler.backends.terraform.expression import Expression
    from tenant_compiler.backends.terraform.root import Block
    from tenant_compiler.model.plan import Lineage

UPLOAD_DAYS: Final = 7
"""Parts of an upload that nobody finished go after so many days: nobody sees them, and they cost like objects."""
BUCKET_LENGTH: Final = 63


class Bucket(NamedTuple):
    """What a bucket is, in words of AWS."""

    name: str
    """In addresses of the root."""
    bucket: str
    """In AWS, where buckets share their names with the whole world."""
    tags: Mapping[str, str]
    versioning: bool
    key: Expression | None
    """None: the cloud's own."""
    tls_minimum: str
    rules: Sequence[Mapping[str, Any]]
    """Of its lifecycle, beside the one for unfinished uploads."""
    made_from: Lineage
    key_from: Lineage
    rules_from: Lineage
    place: Mapping[str, str]
    """The argument that chooses the provider; empty for that of the primary region."""
    lockable: bool = False
    """Objects can be locked from the first one on."""
    statements: Sequence[Mapping[str, Any]] = ()
    """Who may do what beside the account: services that write."""


def bucket_blocks(made: Bucket) -> Iterator[Block]:
    """Make a bucket."""
    name = made.name
    bucket = {"bucket": refer("aws_s3_bucket", name, "id")}
    body: dict[str, Any] = {"bucket": made.bucket, "force_destroy": False}
    if made.lockable:
        body["object_lock_enabled"] = True
    body |= {"tags": dict(made.tags), "lifecycle": {"prevent_destroy": True}, **made.place}
    yield resource("aws_s3_bucket", name, body, (*made.made_from, ("metadata", "name")))
    closed = {"block_public_acls": True, "block_public_policy": True, "ignore_public_acls": True}
    closed |= {"restrict_public_buckets": True}
    yield resource("aws_s3_bucket_public_access_block", name, {**bucket, **closed, **made.place}, made.made_from)
    owner = {**bucket, "rule": [{"object_ownership": "BucketOwnerEnforced"}], **made.place}
    yield resource("aws_s3_bucket_ownership_controls", name, owner, made.made_from)
    # Suspended, never Disabled: AWS refuses Disabled for a bucket that has had versions.
    status = {"status": "Enabled" if made.versioning else "Suspended"}
    versions = {**bucket, "versioning_configuration": [status], **made.place}
    yield resource("aws_s3_bucket_versioning", name, versions, made.made_from)
    encryption = {**bucket, "rule": [_encryption(made.key)], **made.place}
    kind = "aws_s3_bucket_server_side_encryption_configuration"
    yield resource(kind, name, encryption, (*made.made_from, *made.key_from))
    access = {
        **bucket,
        "policy": _policy(made),
        # AWS answers with a conflict when both are written at the same time.
        "depends_on": [f"aws_s3_bucket_public_access_block.{name}"],
        **made.place,
    }
    yield resource("aws_s3_bucket_policy", name, access, (*made.made_from, *made.key_from))
    uploads = {"abort_incomplete_multipart_upload": [{"days_after_initiation": UPLOAD_DAYS}]}
    lifecycle = {
        **bucket,
        "rule": [rule("unfinished-uploads", uploads), *made.rules],
        "depends_on": [f"aws_s3_bucket_versioning.{name}"],
        **made.place,
    }
    yield resource("aws_s3_bucket_lifecycle_configuration", name, lifecycle, made.rules_from)


def rule(name: str, actions: Mapping[str, Any]) -> dict[str, Any]:
    """Make a rule of a lifecycle for all objects of a bucket."""
    return {"id": name, "status": "Enabled", "filter": [{}], **actions}


def lock_block(made: Bucket, days: int, made_from: Lineage) -> Block:
    """Lock every new version of an object: nobody, the account's root included, deletes it before so many days."""
    body = {
        "bucket": refer("aws_s3_bucket", made.name, "id"),
        "rule": [{"default_retention": [{"mode": "COMPLIANCE", "days": days}]}],
        # A lock holds a version, and AWS refuses it without versions.
        "depends_on": [f"aws_s3_bucket_versioning.{made.name}"],
        **made.place,
    }
    return resource("aws_s3_bucket_object_lock_configuration", made.name, body, made_from)


def _encryption(key: Expression | None) -> dict[str, Any]:
    if key is None:
        return {"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}
    # A bucket key asks KMS once for many objects; without it, KMS throttles and bills every request.
    return {
        "apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms", "kms_master_key_id": key}],
        "bucket_key_enabled": True,
    }


def _policy(made: Bucket) -> Expression:
    """Refuse what is not encrypted in transit, or with an older TLS than the tenant accepts."""
    arn = refer("aws_s3_bucket", made.name, "arn")
    everything = {"Principal": "*", "Action": "s3:*", "Resource": [arn, join(arn, "/*")]}
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    old: dict[str, Any] = {"NumericLessThan": {"s3:TlsVersion": made.tls_minimum}}
    if made.statements:
        # Which TLS a service of AWS speaks inside AWS is not ours to choose; plain text is refused to it, too.
        old["Bool"] = {"aws:PrincipalIsAWSService": "false"}
    return policy(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Sid": "DenyPlainText", "Effect": "Deny", **everything, "Condition": plain},
                {"Sid": "DenyOldTls", "Effect": "Deny", **everything, "Condition": old},
                *made.statements,
            ],
        }
    )
