"""The audit trail: where it is kept, for how long, who can change it, and what it records."""

from __future__ import annotations

import json

import pytest

from tenant_compiler.emit.json import dump
from tenant_compiler.model.plan import Owner

ELSEWHERE = "eu-west-1"


def _resources(content, kind):
    return content["resource"].get(kind, {})


def _policy(content, kind, name):
    return {one["Sid"]: one for one in json.loads(content["resource"][kind][name]["policy"])["Statement"]}


def test_without_a_trail_nothing_of_it_is_there(lower):
    """Not a byte of a root changes for a tenant that keeps none."""
    text = dump(lower())

    assert "cloudtrail" not in text
    assert "log_group" not in text
    assert "_audit" not in text


def test_a_trail_has_a_bucket_of_its_own(lower, make_audit):
    """Private, with versions, encrypted, protected against Terraform, and no store by its tags."""
    content = lower(audit=make_audit())
    bucket = _resources(content, "aws_s3_bucket")["_audit"]

    assert bucket["lifecycle"] == {"prevent_destroy": True}
    assert bucket["force_destroy"] is False
    assert bucket["tags"] == {"purpose": "audit-trail"}
    assert all(
        _resources(content, "aws_s3_bucket_public_access_block")["_audit"][flag] for flag in ("block_public_acls",)
    )
    assert _resources(content, "aws_s3_bucket_versioning")["_audit"]["versioning_configuration"] == [
        {"status": "Enabled"}
    ]
    trail = _resources(content, "aws_cloudtrail")["audit"]
    assert trail["s3_bucket_name"] == "${aws_s3_bucket._audit.id}"
    assert trail["enable_log_file_validation"] is trail["is_multi_region_trail"] is True
    assert trail["depends_on"] == ["aws_s3_bucket_policy._audit"]


@pytest.mark.parametrize("name", ["audit", "audit-trail", "a-audit"])
def test_no_store_can_take_the_trails_names(lower, make_audit, make_object_store, name):
    """A store that is called like it has another address and another bucket."""
    content = lower(audit=make_audit(), objects=(make_object_store(name),))
    buckets = _resources(content, "aws_s3_bucket")

    assert len(buckets) == 2
    assert len({bucket["bucket"] for bucket in buckets.values()}) == 2
    assert len(content["output"]) == len(set(content["output"])) == 5


def test_only_this_trail_of_this_account_may_write(lower, make_audit):
    """CloudTrail is let in for the tenant's own trail only, below the account's folder."""
    content = lower(audit=make_audit())
    name = _resources(content, "aws_cloudtrail")["audit"]["name"]
    arn = f"arn:aws:cloudtrail:eu-central-1:${{data.aws_caller_identity.current.account_id}}:trail/{name}"
    statements = _policy(content, "aws_s3_bucket_policy", "_audit")
    looks, writes = statements["TrailLooks"], statements["TrailWrites"]

    assert looks["Principal"] == writes["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    assert looks["Condition"] == {"StringEquals": {"aws:SourceArn": arn}}
    assert writes["Condition"]["StringEquals"] == {
        "aws:SourceArn": arn,
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    account = "${data.aws_caller_identity.current.account_id}"
    assert writes["Resource"] == f"${{aws_s3_bucket._audit.arn}}/AWSLogs/{account}/*"
    assert {sid for sid, one in statements.items() if one["Effect"] == "Deny"} == {"DenyPlainText", "DenyOldTls"}
    assert statements["DenyPlainText"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statements["DenyOldTls"]["Condition"]["Bool"] == {"aws:PrincipalIsAWSService": "false"}


def test_the_trail_has_a_key_of_its_own(lower, make_audit):
    """Who destroys the key of the stores keeps the proof of it; the key serves this trail and people through S3."""
    content = lower(audit=make_audit())
    statements = _policy(content, "aws_kms_key", "audit")

    assert set(_resources(content, "aws_kms_key")) == {"tenant", "audit"}
    assert _resources(content, "aws_cloudtrail")["audit"]["kms_key_id"] == "${aws_kms_key.audit.arn}"
    (rule,) = _resources(content, "aws_s3_bucket_server_side_encryption_configuration")["_audit"]["rule"]
    assert rule["apply_server_side_encryption_by_default"][0]["kms_master_key_id"] == "${aws_kms_key.audit.arn}"
    arn = statements["EncryptTrail"]["Condition"]["StringEquals"]["aws:SourceArn"]
    assert ":trail/t-acme-health-production" in arn
    assert statements["DescribeForTrail"]["Condition"] == {"StringEquals": {"aws:SourceArn": arn}}
    assert statements["UseThroughStores"]["Condition"]["StringEquals"]["kms:ViaService"] == [
        "s3.eu-central-1.amazonaws.com"
    ]
    aliases = _resources(content, "aws_kms_alias")
    assert len({alias["name"] for alias in aliases.values()}) == 2


def test_without_keys_of_the_tenants_own_there_is_none_for_the_trail(lower, make_audit):
    """The cloud's own keys then, and the account's number is still known to the policies."""
    content = lower(audit=make_audit(), keys={"custody": "provider_managed"})
    (rule,) = _resources(content, "aws_s3_bucket_server_side_encryption_configuration")["_audit"]["rule"]

    assert "aws_kms_key" not in content["resource"]
    assert "kms_key_id" not in _resources(content, "aws_cloudtrail")["audit"]
    assert rule == {"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}
    assert "current" in content["data"]["aws_caller_identity"]
    assert all("kms_key_id" not in group for group in _resources(content, "aws_cloudwatch_log_group").values())


def test_a_trail_elsewhere_is_all_there(lower, make_audit):
    """Bucket, key and lock have the other region's provider; the trail itself is at home, where its events are."""
    content = lower(audit=make_audit(region=ELSEWHERE))
    at_home, away = content["provider"]["aws"]
    made = {(kind, name): body for kind, several in content["resource"].items() for name, body in several.items()}
    moved = {key for key, body in made.items() if body.get("provider") == "aws.eu_west_1"}

    assert (at_home["region"], away["region"], away["alias"]) == ("eu-central-1", ELSEWHERE, "eu_west_1")
    assert "alias" not in at_home
    assert at_home["default_tags"] == away["default_tags"]
    assert moved == {key for key in made if key[1] in {"_audit", "audit"}} - {("aws_cloudtrail", "audit")}
    assert _policy(content, "aws_kms_key", "audit")["UseThroughStores"]["Condition"]["StringEquals"] == {
        "kms:ViaService": [f"s3.{ELSEWHERE}.amazonaws.com"]
    }
    assert ":cloudtrail:eu-central-1:" in made["aws_s3_bucket_policy", "_audit"]["policy"]


def test_a_locked_trail_cannot_be_deleted_by_anybody(lower, make_audit):
    """Compliance mode for as long as it is kept; a bucket that may be locked later can be without being made anew."""
    locked, open_ = lower(audit=make_audit()), lower(audit=make_audit(immutable=False))
    (rule,) = _resources(locked, "aws_s3_bucket_object_lock_configuration")["_audit"]["rule"]

    assert rule == {"default_retention": [{"mode": "COMPLIANCE", "days": 365}]}
    assert "aws_s3_bucket_object_lock_configuration" not in open_["resource"]
    for content in (locked, open_):
        assert _resources(content, "aws_s3_bucket")["_audit"]["object_lock_enabled"] is True


@pytest.mark.parametrize(
    ("online", "kept", "storage"),
    [
        (90, 365, "DEEP_ARCHIVE"),
        (90, 270, "DEEP_ARCHIVE"),
        (90, 269, "GLACIER_IR"),
        (90, 180, "GLACIER_IR"),
        (90, 179, None),
        (365, 365, None),
    ],
)
def test_records_move_to_cold_storage_only_when_that_is_cheaper(lower, make_audit, online, kept, storage):
    """Not before they may be offline, and not for less time than S3 bills at least; gone when no longer kept."""
    content = lower(audit=make_audit(online_days=online, retention_days=kept))
    rules = {
        rule["id"]: rule for rule in _resources(content, "aws_s3_bucket_lifecycle_configuration")["_audit"]["rule"]
    }

    assert rules["expire"]["expiration"] == [{"days": kept}]
    assert rules.get("archive", {}).get("transition") == (
        None if storage is None else [{"days": online, "storage_class": storage}]
    )


@pytest.mark.parametrize(
    ("events", "categories"),
    [
        ((), ["Management"]),
        (("system",), ["Management"]),
        (("data_access",), ["Data"]),
        (("data_access", "privileged"), ["Management", "Data"]),
        (("authentication", "authorization", "configuration"), ["Management"]),
    ],
)
def test_the_trail_records_what_is_asked_for(lower, make_audit, events, categories):
    """Management events or those of objects, or both."""
    selectors = _resources(lower(audit=make_audit(events=events)), "aws_cloudtrail")["audit"]["advanced_event_selector"]
    fields = [{one["field"]: one for one in selector["field_selector"]} for selector in selectors]

    assert [each["eventCategory"]["equals"][0] for each in fields] == categories


def test_access_to_the_tenants_objects_only_is_recorded(lower, make_audit, make_object_store):
    """Each bucket of the tenant with a slash behind it; without buckets there is nothing of that kind to record."""
    stores = (make_object_store("a"), make_object_store("b-c"))
    trail = _resources(lower(audit=make_audit(), objects=stores), "aws_cloudtrail")["audit"]
    fields = {one["field"]: one for one in trail["advanced_event_selector"][1]["field_selector"]}

    assert fields["resources.ARN"]["starts_with"] == ["${aws_s3_bucket.a.arn}/", "${aws_s3_bucket.b_c.arn}/"]
    bare = _resources(lower(audit=make_audit(), objects=()), "aws_cloudtrail")["audit"]["advanced_event_selector"]
    assert [selector["name"] for selector in bare] == ["Management"]


@pytest.mark.parametrize(
    ("days", "kept"), [(1, 1), (90, 90), (91, 120), (366, 400), (2190, 2192), (3653, 3653), (3654, 0)]
)
def test_logs_of_databases_are_kept_as_long_as_the_trail(lower, make_audit, days, kept):
    """At least so long, by what CloudWatch offers; 0 is for ever."""
    content = lower(audit=make_audit(retention_days=days, online_days=1))
    groups = _resources(content, "aws_cloudwatch_log_group")

    assert set(groups) == {"records_postgresql", "records_upgrade"}
    assert {group["retention_in_days"] for group in groups.values()} == {kept}


def test_log_groups_are_there_before_their_database(lower, make_audit):
    """Else RDS makes them, for ever and under the cloud's key; their own key lets CloudWatch in for them alone."""
    content = lower(audit=make_audit())
    instance = _resources(content, "aws_db_instance")["records"]
    groups = _resources(content, "aws_cloudwatch_log_group")
    statement = _policy(content, "aws_kms_key", "tenant")["EncryptLogs"]

    assert instance["depends_on"] == [f"aws_cloudwatch_log_group.{name}" for name in groups]
    assert groups["records_postgresql"]["name"] == f"/aws/rds/instance/{instance['identifier']}/postgresql"
    assert groups["records_postgresql"]["kms_key_id"] == "${aws_kms_key.tenant.arn}"
    assert statement["Principal"] == {"Service": "logs.eu-central-1.amazonaws.com"}
    (allowed,) = statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    assert allowed.endswith(f":log-group:/aws/rds/instance/{instance['identifier']}/*")


def test_silent_databases_have_no_log_groups(lower, make_audit):
    """Without audit logging nothing is exported."""
    content = lower(audit=make_audit(), audit_logging=False)

    assert "aws_cloudwatch_log_group" not in content["resource"]
    assert "depends_on" not in _resources(content, "aws_db_instance")["records"]
    assert "EncryptLogs" not in _policy(content, "aws_kms_key", "tenant")


def test_a_trail_alone_makes_a_root(lower, make_audit):
    """Also of a tenant without stores and keys."""
    content = lower(audit=make_audit(), keys={"custody": "provider_managed"}, sql=(), objects=())

    assert "aws_cloudtrail" in content["resource"]
    assert set(content["output"]) == {"audit_trail_arn"}


def test_arns_are_of_the_regions_part_of_aws(lower, make_audit, make_backup, make_edge, make_site):
    """In GovCloud no ARN is of the public part, in any policy."""
    content = lower(
        sites=(make_site("us-gov-west-1", jurisdiction="US"),),
        audit=make_audit(region="us-gov-east-1"),
        backup=make_backup(region="us-gov-east-1"),
        edge=make_edge(),
    )
    text = dump(content["resource"])

    assert "arn:aws-us-gov:" in text
    assert "arn:aws:" not in text


def test_every_object_says_what_it_carries(lineage, make_audit):
    """Verdicts find the objects by the leaf that is judged."""
    made = lineage(audit=make_audit(region=ELSEWHERE))
    leaf = {
        name: ("spec", "security", "audit", name) for name in ("events", "online_days", "retention_days", "immutable")
    }
    region = ("spec", "security", "audit", "sink", "region")

    assert leaf["events"] in made["aws_cloudtrail.audit"]
    assert ("spec", "security", "audit_logging") in made["aws_cloudtrail.audit"]
    assert made["aws_s3_bucket_object_lock_configuration._audit"] == (leaf["retention_days"], leaf["immutable"])
    assert made["aws_s3_bucket_lifecycle_configuration._audit"] == (leaf["online_days"], leaf["retention_days"])
    assert leaf["retention_days"] in made["aws_cloudwatch_log_group.records_postgresql"]
    assert region in made["aws_s3_bucket._audit"]
    assert region in made["provider.aws"]


def test_hostile_text_stays_text(lower, make_audit, make_backup):
    """A tenant's name for people stands in the descriptions of all keys, and is evaluated in none."""
    evil = '${upper("pwned")}'
    content = lower(display_name=evil, owner=Owner(evil, evil, evil, evil), audit=make_audit(), backup=make_backup())

    for key in _resources(content, "aws_kms_key").values():
        assert "$${upper(" in key["description"]
    assert dump(content).count("pwned") == dump(content).count('$${upper(\\"pwned')
