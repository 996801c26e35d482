"""The tenant's key: rotation, HSM, who may do what with it."""

from __future__ import annotations

import json

import pytest

from tenant_compiler.model.plan_data import Volume

KEY_STORE = {"key_store": "cks-1234567890abcdef0"}


def _key(content):
    return content["resource"]["aws_kms_key"]["tenant"]


def _statements(content):
    document = json.loads(_key(content)["policy"])
    return {statement["Sid"]: statement for statement in document["Statement"]}


def test_a_key_rotates_as_the_tenant_says(lower):
    """KMS makes new material after the tenant's number of days, and waits long before it destroys a key."""
    key = _key(lower(keys={"rotation_days": 90}))

    assert (key["enable_key_rotation"], key["rotation_period_in_days"]) == (True, 90)
    assert key["deletion_window_in_days"] == 30
    assert key["lifecycle"] == {"prevent_destroy": True}


def test_a_key_in_an_hsm_neither_rotates_nor_replicates(lower, make_site):
    """AWS does neither for keys of a custom key store, and refuses a key that asks."""
    sites = (make_site(), make_site("eu-west-1", role="standby"))
    key = _key(lower(keys={"hsm": True}, settings=KEY_STORE, sites=sites))

    assert key["custom_key_store_id"] == KEY_STORE["key_store"]
    assert key["enable_key_rotation"] is False
    assert {"rotation_period_in_days", "multi_region"}.isdisjoint(key)


@pytest.mark.parametrize(("hsm", "settings"), [(True, {}), (False, KEY_STORE)])
def test_the_key_store_is_used_only_for_who_asks(hsm, settings, lower):
    """A key store serves tenants with `hsm`; where there is none, the key is a usual one (and the need is not met)."""
    assert "custom_key_store_id" not in _key(lower(keys={"hsm": hsm}, settings=settings))


@pytest.mark.parametrize(("regions", "multi"), [(1, False), (2, True)])
def test_a_second_region_makes_a_multi_region_key(regions, multi, lower, make_site):
    """A key cannot become multi-region later, so it is one as soon as copies could go somewhere."""
    sites = (make_site(), make_site("eu-west-1", role="standby"))[:regions]

    assert _key(lower(sites=sites))["multi_region"] is multi


def test_who_administers_the_key_cannot_read_with_it(lower):
    """The account's administrators manage the key without using it; use is bound to the stores' services."""
    statements = _statements(lower())
    use = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:*"}

    assert use.isdisjoint(statements["Administer"]["Action"])
    assert "kms:PutKeyPolicy" in statements["Administer"]["Action"]
    assert statements["UseThroughStores"]["Condition"] == {
        "StringEquals": {
            "kms:ViaService": [f"{service}.eu-central-1.amazonaws.com" for service in ("s3", "rds", "secretsmanager")]
        }
    }
    assert statements["LendToDatabases"]["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_only_services_with_stores_use_the_key(lower):
    """A tenant without databases lends its key to nobody and opens it to S3 alone."""
    statements = _statements(lower(sql=()))

    assert "LendToDatabases" not in statements
    assert statements["UseThroughStores"]["Condition"]["StringEquals"]["kms:ViaService"] == [
        "s3.eu-central-1.amazonaws.com"
    ]


@pytest.mark.parametrize(("region", "partition"), [("eu-central-1", "aws"), ("us-gov-west-1", "aws-us-gov")])
def test_the_account_is_named_in_its_partition(region, partition, lower, make_site):
    """ARNs of GovCloud have a partition of their own."""
    principal = _statements(lower(sites=(make_site(region),)))["Administer"]["Principal"]["AWS"]

    assert principal == f"arn:{partition}:iam::${{data.aws_caller_identity.current.account_id}}:root"


def test_shared_keys_need_no_key_and_no_account(lower):
    """With keys of the provider, stores are encrypted with those, and the root asks nothing about the account."""
    content = lower(keys={"custody": "provider_managed"})

    assert "data" not in content
    assert "aws_kms_key" not in content["resource"]
    assert "aws_kms_key" not in json.dumps(content)
    assert content["resource"]["aws_db_instance"]["records"]["storage_encrypted"] is True


VOLUME = Volume("data", "/data", 20, (("spec", "services", "portal", "storage", "data"),))


def test_volumes_use_the_key_through_ec2(lower, make_workload):
    """The driver of disks asks EC2, which keeps the right for as long as a disk is attached."""
    content = lower(workloads=(make_workload(volumes=(VOLUME,)),))
    statements = _statements(content)
    through = statements["UseThroughStores"]["Condition"]["StringEquals"]["kms:ViaService"]

    assert "ec2.eu-central-1.amazonaws.com" in through
    assert statements["LendToVolumes"]["Action"] == "kms:CreateGrant"
    assert statements["LendToVolumes"]["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    assert "ec2" not in json.dumps(lower()["resource"]["aws_kms_key"])


def test_volumes_in_another_region_have_a_key_there(lower, make_workload, make_site):
    """For pods only: a region with copies of data has no pods; the alias is the one that storage classes name."""
    sites = (make_site(), make_site("eu-west-1", role="standby"), make_site("eu-north-1", role="backup"))
    content = lower(workloads=(make_workload(volumes=(VOLUME,)),), sites=sites)
    keys = content["resource"]["aws_kms_key"]

    assert set(keys) == {"tenant", "volumes_eu_west_1"}
    assert keys["volumes_eu_west_1"]["provider"] == "aws.eu_west_1"
    assert "volumes-eu-west-1" in content["resource"]["aws_kms_alias"]["volumes_eu_west_1"]["name"]
    assert [each["region"] for each in content["provider"]["aws"]] == ["eu-central-1", "eu-west-1"]


@pytest.mark.parametrize("keys", [{"custody": "provider_managed"}, {"hsm": True}])
def test_volumes_under_other_keys_need_none_of_ours(lower, make_workload, make_site, keys):
    """The provider's own key, and one in the platform's HSM, are in the cluster's storage class."""
    sites = (make_site(), make_site("eu-west-1", role="standby"))
    content = lower(workloads=(make_workload(volumes=(VOLUME,)),), sites=sites, keys=keys)
    assert "volumes" not in json.dumps(content["resource"].get("aws_kms_key", {}))
