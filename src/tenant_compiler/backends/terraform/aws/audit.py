"""The audit trail: CloudTrail into a bucket of its own, and the log groups of databases.

An account has room for five trails a region, so tenants with trails of their own need accounts of their own, some
tenants at most to each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform.aws.buckets import BUCKET_LENGTH, Bucket, bucket_blocks, lock_block, rule
from tenant_compiler.backends.terraform.aws.keys import Key, Uses, key_arn, key_blocks
from tenant_compiler.backends.terraform.aws.names import account, arn, audit_lineage, provider_of
from tenant_compiler.backends.terraform.expression import identifier, join, refer
from tenant_compiler.backends.terraform.root import Block, resource
from tenant_compiler.model.names import cloud_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.terraform.expression import Expression
    from tenant_compiler.model.plan import Audit, Lineage, Plan, SqlStore
    from tenant_compiler.model.pointer import Pointer

TRAIL: Final = "audit"
"""The name of the trail and its key in the addresses of a root."""
BUCKET: Final = "_audit"
"""The name of the trail's bucket there: no store is called so, because a name begins with a letter."""
LOG_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180),
    *(365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""How long CloudWatch keeps logs, of all that it offers; beyond that, for ever."""
ARCHIVE_DAYS: Final = 180
COLD_DAYS: Final = 90
"""S3 bills at least so many days of DEEP_ARCHIVE and of GLACIER_IR: to move something for less costs more."""

_MANAGEMENT: Final = frozenset({"authentication", "authorization", "configuration", "privileged"})
_NAME_LENGTH: Final = 128


def audit_key(plan: Plan, audit: Audit, key_store: str) -> Key:
    """Describe the key of the trail.

    Not that of the stores: who destroys that one, to make the tenant's data unreadable, must keep the proof of it. It
    stands where the bucket does, because CloudTrail takes no key of another region.
    """
    uses = Uses(audit.region, ("s3",), trail=_trail_arn(plan))
    return Key(TRAIL, "Audit trail", uses, key_store, (*_leaves(audit, "region"), *plan.keys.made_from))


def audit_blocks(plan: Plan, audit: Audit, key: Key | None) -> Iterator[Block]:
    """Make the trail, its bucket, and its key where the tenant has keys of its own."""
    if key is not None:
        yield from key_blocks(plan, key)
    made = Bucket(
        name=BUCKET,
        bucket=cloud_name(plan, BUCKET, BUCKET_LENGTH),
        tags={"purpose": "audit-trail"},
        versioning=True,
        key=key_arn(plan, TRAIL),
        tls_minimum=plan.keys.tls_minimum,
        rules=_rules(audit),
        made_from=_leaves(audit, "retention_days", "region"),
        key_from=plan.keys.made_from,
        rules_from=_leaves(audit, "retention_days", "online_days"),
        place=provider_of(plan, audit.region),
        # Always: AWS makes a bucket anew to turn it on, and the trail of a year would be in the old one.
        lockable=True,
        statements=_statements(plan),
    )
    yield from bucket_blocks(made)
    if audit.immutable:
        yield lock_block(made, audit.retention_days, _leaves(audit, "immutable", "retention_days"))
    yield _trail(plan, audit)
    output = {"value": refer("aws_cloudtrail", TRAIL, "arn"), "description": "ARN of the audit trail."}
    yield Block(("output", "audit_trail_arn"), output, audit.made_from)


def log_groups(plan: Plan, store: SqlStore) -> tuple[str, ...]:
    """The log groups that RDS writes a database's logs to; none where they are not kept by us."""
    if plan.audit is None or not plan.audit_logging:
        return ()
    return tuple(f"/aws/rds/instance/{cloud_name(plan, store.name, 63)}/{log}" for log in ("postgresql", "upgrade"))


def encrypted_logs(plan: Plan) -> tuple[str, ...]:
    """The log groups of all databases as the policy of the key names them: ``/aws/rds/instance/NAME/*``."""
    groups = (group for store in plan.sql for group in log_groups(plan, store))
    return tuple(dict.fromkeys(f"{group.rpartition('/')[0]}/*" for group in groups))


def log_blocks(plan: Plan, store: SqlStore) -> Iterator[Block]:
    """Make the log groups of a database before RDS does: its own would be kept for ever, under the cloud's key.

    They are kept as long as the trail, because there is no other copy. Statements hold the tenant's data, so they are
    under the key of the stores.
    """
    audit = plan.audit
    if audit is None:
        return
    kept = next((days for days in LOG_DAYS if days >= audit.retention_days), 0)
    for name in log_groups(plan, store):
        body: dict[str, Any] = {"name": name, "retention_in_days": kept, "tags": {"purpose": "audit-trail"}}
        key = key_arn(plan)
        if key is not None:
            body["kms_key_id"] = key
        body["lifecycle"] = {"prevent_destroy": True}
        made_from = (*store.made_from, *_leaves(audit, "retention_days", "online_days"), *audit_lineage(plan))
        yield resource("aws_cloudwatch_log_group", group_name(store, name), body, made_from)


def group_name(store: SqlStore, group: str) -> str:
    """The name of a log group in the addresses of a root."""
    return f"{identifier(store.name)}_{group.rpartition('/')[2]}"


def _trail(plan: Plan, audit: Audit) -> Block:
    body: dict[str, Any] = {
        "name": _trail_name(plan),
        "s3_bucket_name": refer("aws_s3_bucket", BUCKET, "id"),
        # Rights and sign-ons are events of no region, and copies of data are elsewhere.
        "is_multi_region_trail": True,
        "include_global_service_events": True,
        "enable_log_file_validation": True,
        "advanced_event_selector": _selectors(plan, audit),
    }
    key = key_arn(plan, TRAIL)
    if key is not None:
        body["kms_key_id"] = key
    body["tags"] = {"purpose": "audit-trail"}
    # CloudTrail tries to write when the trail is made, and AWS refuses a trail that cannot.
    body["depends_on"] = [f"aws_s3_bucket_policy.{BUCKET}"]
    return resource("aws_cloudtrail", TRAIL, body, (*audit.made_from, *audit_lineage(plan)))


def _selectors(plan: Plan, audit: Audit) -> list[dict[str, Any]]:
    """Which events are recorded. A trail must record something, so it is management where nothing else is said."""
    selectors = []
    if "data_access" in audit.events and plan.objects:
        buckets = [join(refer("aws_s3_bucket", identifier(store.name), "arn"), "/") for store in plan.objects]
        objects = [
            {"field": "eventCategory", "equals": ["Data"]},
            {"field": "resources.type", "equals": ["AWS::S3::Object"]},
            {"field": "resources.ARN", "starts_with": buckets},
        ]
        selectors.append({"name": "Objects of the tenant", "field_selector": objects})
    if not selectors or not _MANAGEMENT.isdisjoint(audit.events):
        management = [{"field": "eventCategory", "equals": ["Management"]}]
        selectors.insert(0, {"name": "Management", "field_selector": management})
    return selectors


def _rules(audit: Audit) -> list[dict[str, Any]]:
    """Records go to cheaper storage when they need not be online any more, and away when they are no longer kept."""
    rules = []
    offline = audit.retention_days - audit.online_days
    if offline >= COLD_DAYS:
        where = "DEEP_ARCHIVE" if offline >= ARCHIVE_DAYS else "GLACIER_IR"
        transition = {"days": audit.online_days, "storage_class": where}
        rules.append(rule("archive", {"transition": [transition]}))
    gone = {"expiration": [{"days": audit.retention_days}]}
    return [*rules, rule("expire", {**gone, "noncurrent_version_expiration": [{"noncurrent_days": 1}]})]


def _statements(plan: Plan) -> list[dict[str, Any]]:
    """CloudTrail writes records of this trail below the account's folder, and looks whose bucket it is."""
    bucket = refer("aws_s3_bucket", BUCKET, "arn")
    trail = {"aws:SourceArn": _trail_arn(plan)}
    allow = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    owned = {"StringEquals": {**trail, "s3:x-amz-acl": "bucket-owner-full-control"}}
    records = join(bucket, "/AWSLogs/", account(), "/*")
    return [
        {"Sid": "TrailLooks", **allow, "Action": "s3:GetBucketAcl", "Resource": bucket}
        | {"Condition": {"StringEquals": trail}},
        {"Sid": "TrailWrites", **allow, "Action": "s3:PutObject", "Resource": records, "Condition": owned},
    ]


def _trail_name(plan: Plan) -> str:
    return cloud_name(plan, "", _NAME_LENGTH)


def _trail_arn(plan: Plan) -> Expression:
    """The trail's ARN from its parts: the bucket's policy must name it before it exists."""
    return arn("cloudtrail", plan.primary.region, f"trail/{_trail_name(plan)}")


def _leaves(audit: Audit, *names: str) -> Lineage:
    """The leaves of the tenant that say this of the trail; how long it is kept, where nobody does."""
    found: Lineage = tuple(pointer for pointer in audit.made_from if pointer[-1] in names)
    kept: Pointer = ("spec", "security", "audit", "retention_days")
    return found or (kept,)
