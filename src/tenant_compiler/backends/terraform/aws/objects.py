"""Object stores: an S3 bucket each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.backends.terraform.aws.buckets import BUCKET_LENGTH, Bucket, bucket_blocks, lock_block, rule
from tenant_compiler.backends.terraform.aws.keys import key_arn
from tenant_compiler.backends.terraform.aws.names import class_tags
from tenant_compiler.backends.terraform.expression import identifier
from tenant_compiler.model.names import cloud_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.terraform.root import Block
    from tenant_compiler.model.plan import ObjectStore, Plan


def object_blocks(plan: Plan, store: ObjectStore) -> Iterator[Block]:
    """Make the bucket of a store and the settings that AWS keeps beside it."""
    made = Bucket(
        name=identifier(store.name),
        bucket=cloud_name(plan, store.name, BUCKET_LENGTH),
        tags={"store": store.name, **class_tags(store.data_classes)},
        versioning=store.versioning,
        key=key_arn(plan),
        tls_minimum=plan.keys.tls_minimum,
        rules=_rules(store),
        made_from=store.made_from,
        key_from=plan.keys.made_from,
        rules_from=store.made_from,
        place={},
    )
    yield from bucket_blocks(made)
    if store.lock_days is not None:
        # Not `object_lock_enabled` of the bucket: that would make a bucket that exists anew.
        made_from = (("spec", "data", "object", store.name, "object_lock_days"), *store.made_from)
        yield lock_block(made, store.lock_days, made_from)


def _rules(store: ObjectStore) -> list[dict[str, Any]]:
    days = store.lifecycle_days
    if days is None:
        return []
    old = {"noncurrent_version_expiration": [{"noncurrent_days": days}]}
    return [rule("expire", {"expiration": [{"days": days}], **old})]
