"""Backups: what is backed up when, where the copies are, and who can delete them."""

from __future__ import annotations

import json

import pytest

from tenant_compiler.backends.terraform.backend import TerraformBackend
from tenant_compiler.emit.json import dump


def _resources(content, kind):
    return content["resource"].get(kind, {})


def test_without_a_schedule_or_a_store_there_is_nothing(lower, make_backup):
    """An object that nothing asked for does not exist."""
    assert "backup_vault" not in dump(lower())
    assert "backup_vault" not in dump(lower(backup=make_backup(), sql=(), objects=()))


def test_all_stores_are_backed_up_on_the_schedule(lower, make_backup):
    """Databases and buckets; a backup begins within the hour and is kept as long as said."""
    content = lower(backup=make_backup(schedule="30 2 * * *"))
    (rule,) = _resources(content, "aws_backup_plan")["tenant"]["rule"]
    selection = _resources(content, "aws_backup_selection")["tenant"]

    assert rule["schedule"] == "cron(30 2 * * ? *)"
    assert rule["start_window"] == 60
    assert rule["lifecycle"] == [{"delete_after": 35}]
    assert rule["target_vault_name"] == "${aws_backup_vault.tenant.name}"
    assert selection["resources"] == ["${aws_db_instance.records.arn}", "${aws_s3_bucket.scans.arn}"]
    assert selection["plan_id"] == "${aws_backup_plan.tenant.id}"


def test_a_schedule_of_two_kinds_of_days_is_two_rules(lower, make_backup):
    """Each with a name of its own."""
    rules = _resources(lower(backup=make_backup(schedule="0 2 1 * MON")), "aws_backup_plan")["tenant"]["rule"]

    assert [rule["schedule"] for rule in rules] == ["cron(0 2 1 * ? *)", "cron(0 2 ? * MON *)"]
    assert len({rule["rule_name"] for rule in rules}) == 2


def test_the_second_copy_is_in_the_other_region(lower, make_backup):
    """A vault and a key of its own there, by a provider of its own, kept as long."""
    content = lower(backup=make_backup())
    (rule,) = _resources(content, "aws_backup_plan")["tenant"]["rule"]
    vault, key = (_resources(content, kind)["backup_copy"] for kind in ("aws_backup_vault", "aws_kms_key"))

    assert rule["copy_action"] == [
        {"destination_vault_arn": "${aws_backup_vault.backup_copy.arn}", "lifecycle": [{"delete_after": 35}]}
    ]
    assert vault["provider"] == key["provider"] == "aws.eu_west_1"
    assert vault["kms_key_arn"] == "${aws_kms_key.backup_copy.arn}"
    assert [body["region"] for body in content["provider"]["aws"]] == ["eu-central-1", "eu-west-1"]
    assert "backup.eu-west-1.amazonaws.com" in key["policy"]
    assert "eu-central-1" not in key["policy"]


@pytest.mark.parametrize("said", [{"region": ""}, {"region": "eu-central-1"}, {"copies": 1}])
def test_without_another_region_there_is_one_copy(lower, make_backup, said):
    """And one provider."""
    content = lower(backup=make_backup(**said))

    assert set(_resources(content, "aws_backup_vault")) == {"tenant"}
    assert isinstance(content["provider"]["aws"], dict)
    assert "copy_action" not in _resources(content, "aws_backup_plan")["tenant"]["rule"][0]


def test_backups_are_under_the_tenants_key(lower, make_backup):
    """The key lets AWS Backup use it, and lend it to itself; without keys of the tenant's own it is the cloud's."""
    content = lower(backup=make_backup())
    policy = {
        one["Sid"]: one for one in json.loads(_resources(content, "aws_kms_key")["tenant"]["policy"])["Statement"]
    }

    assert _resources(content, "aws_backup_vault")["tenant"]["kms_key_arn"] == "${aws_kms_key.tenant.arn}"
    assert (
        "backup.eu-central-1.amazonaws.com" in policy["UseThroughStores"]["Condition"]["StringEquals"]["kms:ViaService"]
    )
    assert policy["LendToBackups"]["Action"] == "kms:CreateGrant"
    shared = lower(backup=make_backup(), keys={"custody": "provider_managed"})
    assert "aws_kms_key" not in shared["resource"]
    assert all("kms_key_arn" not in vault for vault in _resources(shared, "aws_backup_vault").values())


def test_locked_vaults_are_locked_for_everybody(lower, make_backup):
    """Both of them, for as long as a backup is kept; the lock is final after the least time that AWS allows."""
    content = lower(backup=make_backup())
    locks = _resources(content, "aws_backup_vault_lock_configuration")

    assert set(locks) == set(_resources(content, "aws_backup_vault")) == {"tenant", "backup_copy"}
    assert {lock["min_retention_days"] for lock in locks.values()} == {35}
    assert {lock["changeable_for_days"] for lock in locks.values()} == {3}
    assert locks["backup_copy"]["provider"] == "aws.eu_west_1"
    assert "aws_backup_vault_lock_configuration" not in lower(backup=make_backup(immutable=False))["resource"]


def test_vaults_are_protected_against_terraform(lower, make_backup, check):
    """They hold data."""
    vaults = _resources(lower(backup=make_backup()), "aws_backup_vault")

    assert all(vault["lifecycle"] == {"prevent_destroy": True} for vault in vaults.values())
    assert all(vault["force_destroy"] is False for vault in vaults.values())
    assert check(backup=make_backup()) == []


def test_the_role_may_back_up_and_not_restore(lower, make_backup):
    """AWS Backup alone takes it; the policy for buckets is there where there are buckets."""
    content = lower(backup=make_backup())
    attached = _resources(content, "aws_iam_role_policy_attachment")
    trust = json.loads(_resources(content, "aws_iam_role")["backup"]["assume_role_policy"])

    assert trust["Statement"][0]["Principal"] == {"Service": "backup.amazonaws.com"}
    assert {body["policy_arn"].rpartition("/")[2] for body in attached.values()} == {
        "AWSBackupServiceRolePolicyForBackup",
        "AWSBackupServiceRolePolicyForS3Backup",
    }
    assert set(_resources(lower(backup=make_backup(), objects=()), "aws_iam_role_policy_attachment")) == {"backup"}
    depends = _resources(content, "aws_backup_selection")["tenant"]["depends_on"]
    assert depends == [f"aws_iam_role_policy_attachment.{name}" for name in attached]


@pytest.mark.parametrize("length", [1, 40])
def test_names_fit(lower, make_backup, length):
    """Vaults and plans have at most 50 characters, a role 64."""
    name = "t-" + "a" * length + "-production-environment"
    content = lower(backup=make_backup(), name=name)

    assert all(len(vault["name"]) <= 50 for vault in _resources(content, "aws_backup_vault").values())
    assert len({vault["name"] for vault in _resources(content, "aws_backup_vault").values()}) == 2
    assert len(_resources(content, "aws_backup_plan")["tenant"]["name"]) <= 50
    assert len(_resources(content, "aws_iam_role")["backup"]["name"]) <= 64


def test_every_object_says_what_it_carries(lineage, make_backup):
    """Verdicts find the objects by the leaf that is judged."""
    made = lineage(backup=make_backup())
    leaf = {name: ("spec", "backup", name) for name in ("schedule", "copies", "region", "retention_days", "immutable")}

    assert {leaf["schedule"], leaf["retention_days"]} <= set(made["aws_backup_plan.tenant"])
    assert {leaf["copies"], leaf["region"]} <= set(made["aws_backup_vault.backup_copy"])
    assert {leaf["copies"], leaf["region"]} <= set(made["aws_backup_plan.tenant"])
    assert leaf["immutable"] in made["aws_backup_vault_lock_configuration.tenant"]
    assert leaf["region"] in made["provider.aws"]
    assert ("spec", "data", "sql", "records") in made["aws_backup_selection.tenant"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, []),
        ({"copies": 3}, [("TC538", "info", "copies")]),
        ({"region": "", "copies": 2}, [("TC538", "info", "copies")]),
        ({"region": "eu-central-1"}, [("TC538", "info", "copies")]),
        ({"schedule": "*/15 * * * *"}, [("TC539", "error", "schedule")]),
        ({"schedule": "59 * * * *"}, []),
    ],
)
def test_what_aws_backup_does_not_do_is_said(check, make_backup, said, expected):
    """At the line that asks for it."""
    found = check(backup=make_backup(**said))

    assert [(one.code, one.severity, one.pointer[-1]) for one in found] == expected
    assert all(one.help for one in found)


def test_a_bucket_without_versions_cannot_be_backed_up(check, make_backup, make_object_store):
    """AWS Backup refuses it; without backups nobody minds."""
    stores = (make_object_store(versioning=False),)
    (found,) = check(backup=make_backup(), objects=stores)

    assert (found.code, found.pointer) == ("TC539", ("spec", "data", "object", "scans", "versioning"))
    assert check(objects=stores) == []


def test_backups_are_honoured_on_aws_and_come_later_elsewhere(supports, make_backup):
    """As what else the root carries."""
    for feature in ("backup", "audit.trail", "edge.firewall"):
        assert supports(feature) == "honoured"
        assert supports(feature, cloud="azure") == "later"
    for feature in ("edge.sign_on", "access.duties", "scanning"):
        assert supports(feature) == supports(feature, cloud="azure") == "elsewhere"


def test_keys_in_another_region_are_in_no_hsm_of_the_first(supports, make_audit, make_backup):
    """A key store stands in one region, so the honest answer is no."""
    store = {"key_store": "cks-1234567890abcdef0"}

    assert supports("keys.hsm", store, audit=make_audit(), backup=make_backup(region="")) == "honoured"
    assert supports("keys.hsm", store, audit=make_audit(region="eu-west-1")) == "cannot"
    assert supports("keys.hsm", store, backup=make_backup()) == "cannot"


def test_fips_is_for_every_region_or_for_none(supports, lower, make_site, make_audit):
    """Each provider has the end points where they are, and a region without them is a no."""
    home = {"sites": (make_site("us-east-1"),), "keys": {"fips": True}}
    two = lower(**home, audit=make_audit(region="us-west-2"))["provider"]["aws"]

    assert all(body["use_fips_endpoint"] for body in two)
    assert supports("keys.fips", **home, audit=make_audit(region="us-west-2")) == "honoured"
    assert supports("keys.fips", **home, audit=make_audit(region="eu-west-1")) == "cannot"
    mixed = lower(**home, audit=make_audit(region="eu-west-1"))["provider"]["aws"]
    assert ["use_fips_endpoint" in body for body in mixed] == [True, False]


def test_the_index_of_a_root_with_two_providers_names_its_objects(make_tf_plan, make_tf_context, make_backup):
    """A root read back from disk has the same objects under the same ids."""
    (artifact,) = TerraformBackend().lower(make_tf_plan(backup=make_backup()), make_tf_context())

    found = TerraformBackend().index(json.loads(dump(artifact.content)))
    assert found == {made.id: made.value for made in artifact.objects}
