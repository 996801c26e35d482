"""Buckets: private, encrypted, TLS only, with the tenant's versions and lifetimes."""

from __future__ import annotations

import json
import re

import pytest

SSE = "aws_s3_bucket_server_side_encryption_configuration"


def _resource(content, kind, name="scans"):
    return content["resource"][kind][name]


def test_a_bucket_is_private_and_protected(lower):
    """No ACL, no public policy, one owner, and Terraform may not destroy it."""
    content = lower()
    closed = _resource(content, "aws_s3_bucket_public_access_block")

    assert [value for key, value in closed.items() if key != "bucket"] == [True] * 4
    assert _resource(content, "aws_s3_bucket_ownership_controls")["rule"] == [
        {"object_ownership": "BucketOwnerEnforced"}
    ]
    assert _resource(content, "aws_s3_bucket")["lifecycle"] == {"prevent_destroy": True}
    assert _resource(content, "aws_s3_bucket")["force_destroy"] is False


@pytest.mark.parametrize(
    ("custody", "rule"),
    [
        (
            "customer_managed",
            {
                "apply_server_side_encryption_by_default": [
                    {"sse_algorithm": "aws:kms", "kms_master_key_id": "${aws_kms_key.tenant.arn}"}
                ],
                "bucket_key_enabled": True,
            },
        ),
        ("provider_managed", {"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}),
    ],
)
def test_a_bucket_is_encrypted_with_the_key_of_its_custody(custody, rule, lower):
    """A tenant's own key where it has one, else the provider's."""
    assert _resource(lower(keys={"custody": custody}), SSE)["rule"] == [rule]


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_bucket_refuses_plain_and_old_connections(version, lower):
    """The policy denies what is not TLS, and TLS below the tenant's minimum, for every object and everybody."""
    policy = json.loads(_resource(lower(keys={"tls_minimum": version}), "aws_s3_bucket_policy")["policy"])
    conditions = [statement["Condition"] for statement in policy["Statement"]]

    assert conditions == [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": version}},
    ]
    for statement in policy["Statement"]:
        assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
        assert statement["Resource"] == ["${aws_s3_bucket.scans.arn}", "${aws_s3_bucket.scans.arn}/*"]


@pytest.mark.parametrize(("versioning", "status"), [(True, "Enabled"), (False, "Suspended")])
def test_versions_are_kept_or_suspended(versioning, status, lower, make_object_store):
    """A bucket that had versions can only suspend them, so that is how none is spelt."""
    content = lower(objects=(make_object_store(versioning=versioning),))

    assert _resource(content, "aws_s3_bucket_versioning")["versioning_configuration"] == [{"status": status}]


def test_objects_and_old_versions_expire(lower, make_object_store):
    """A lifetime is for objects and old versions; without one only unfinished uploads go."""
    kind = "aws_s3_bucket_lifecycle_configuration"
    limited = _resource(lower(objects=(make_object_store(lifecycle_days=30),)), kind)["rule"]
    unlimited = _resource(lower(objects=(make_object_store(lifecycle_days=None),)), kind)["rule"]

    assert [rule["id"] for rule in limited] == ["unfinished-uploads", "expire"]
    assert limited[1]["expiration"] == [{"days": 30}]
    assert limited[1]["noncurrent_version_expiration"] == [{"noncurrent_days": 30}]
    assert [rule["id"] for rule in unlimited] == ["unfinished-uploads"]


def test_data_classes_are_tags(lower, make_object_store):
    """A store says what it holds, in the characters that AWS allows; a store without classes has no such tag."""
    tagged = lower(objects=(make_object_store(data_classes=("health", "personal")),))
    plain = lower(objects=(make_object_store(data_classes=()),))

    assert _resource(tagged, "aws_s3_bucket")["tags"] == {"store": "scans", "data-classes": "health+personal"}
    assert _resource(plain, "aws_s3_bucket")["tags"] == {"store": "scans"}


def test_a_dash_in_a_name_is_no_subtraction(lower, make_object_store):
    """A store's name becomes an identifier in addresses and stays itself in tags."""
    content = lower(objects=(make_object_store("ct-scans"),))

    assert _resource(content, "aws_s3_bucket", "ct_scans")["tags"]["store"] == "ct-scans"
    assert _resource(content, "aws_s3_bucket_versioning", "ct_scans")["bucket"] == "${aws_s3_bucket.ct_scans.id}"


@pytest.mark.parametrize(
    ("tenant", "environment", "store"),
    [("a", "production", "s"), ("a" * 40, "e" * 63, "s" * 63), ("a", "v1.2_x", "s"), ("a-", "-", "-")],
)
def test_bucket_names_are_names_of_buckets(tenant, environment, store, lower, make_object_store):
    """Any names give 3 to 63 lower-case letters, digits and single dashes."""
    content = lower(
        tenant=tenant,
        environment=environment,
        name=f"t-{tenant}-{environment}",
        objects=(make_object_store(store),),
    )
    (bucket,) = content["resource"]["aws_s3_bucket"].values()

    assert re.fullmatch(r"[a-z](-?[a-z0-9])+", bucket["bucket"])
    assert len(bucket["bucket"]) <= 63


def test_no_two_stores_share_a_bucket(lower, make_object_store):
    """Names that read alike once joined, and the same names in two fleets, are still two buckets."""
    names = set()
    for fleet in ("one", "two"):
        for environment, store in (("prod", "x-y"), ("prod-x", "y"), ("prod.x", "y")):
            content = lower(
                fleet=fleet,
                environment=environment,
                name=f"t-a-{environment}",
                objects=(make_object_store(store),),
            )
            names.update(bucket["bucket"] for bucket in content["resource"]["aws_s3_bucket"].values())

    assert len(names) == 6


def test_a_lock_holds_for_everybody(lower, make_object_store):
    """Compliance mode for the declared days, once versions are on; without days there is no lock."""
    content = lower(objects=(make_object_store(lock_days=30), make_object_store("other")))
    (lock,) = content["resource"]["aws_s3_bucket_object_lock_configuration"].values()

    assert lock["bucket"] == "${aws_s3_bucket.scans.id}"
    assert lock["rule"] == [{"default_retention": [{"mode": "COMPLIANCE", "days": 30}]}]
    assert lock["depends_on"] == ["aws_s3_bucket_versioning.scans"]


def test_a_bucket_that_exists_can_be_locked(lower, make_object_store):
    """The bucket itself says nothing of the lock: AWS would make it anew."""
    locked, open_ = (lower(objects=(make_object_store(lock_days=days),)) for days in (30, None))

    assert locked["resource"]["aws_s3_bucket"] == open_["resource"]["aws_s3_bucket"]


def test_the_lock_says_what_it_was_made_from(lineage, make_object_store):
    """The leaf first."""
    made = lineage(objects=(make_object_store(lock_days=30),))["aws_s3_bucket_object_lock_configuration.scans"]

    assert made[0] == ("spec", "data", "object", "scans", "object_lock_days")
