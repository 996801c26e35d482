"""Backups of a tenant's namespace by Velero."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.check import check
from tenant_compiler.backends.kubernetes.lints.walk import judge
from tenant_compiler.model.plan import Backup

BACKEND = KubernetesBackend()
AT = ("spec", "backup")
BACKUP = Backup(
    schedule="0 */4 * * *",
    copies=1,
    region="",
    retention_days=35,
    immutable=False,
    made_from=((*AT, "schedule"), (*AT, "retention_days")),
)
NAME = "t-acme-health-production"


@pytest.fixture(scope="module")
def context(make_context, make_cluster):
    """Make a cluster with Velero, or with what is said instead."""

    def make(minor="1.34", cloud="aws", **platform):
        said = {
            "kind": "velero",
            "namespace": "velero",
            "bucket": "acme-backup-eu",
            "region": "eu-west-1",
            "settings": {},
            "copies": [],
            "locked": False,
            "key_prefix": "alias/backup-",
            **platform,
        }
        return make_context(cluster={"shared-eu": make_cluster(kubernetes=minor, cloud=cloud, backup=said)})

    return make


@pytest.fixture(scope="module")
def made(make_plan, context, lower):
    """The two objects of a tenant with backups."""

    def make(place=None, **overrides):
        (objects,) = lower(make_plan(**{"backup": BACKUP, **overrides}), place or context()).values()
        by_kind = {item.value["kind"]: item.value for item in objects}
        return by_kind.get("BackupStorageLocation"), by_kind.get("Schedule")

    return make


def test_only_the_tenants_namespace_is_backed_up_with_its_volumes(made):
    """On its schedule, for its time, into its location; a deleted schedule takes no backups along."""
    location, schedule = made()
    assert location["metadata"]["name"] == schedule["metadata"]["name"] == NAME
    assert location["metadata"]["namespace"] == schedule["metadata"]["namespace"] == "velero"
    template = schedule["spec"]["template"]
    assert template["includedNamespaces"] == [NAME]
    assert template["storageLocation"] == NAME
    assert template["snapshotMoveData"] is True
    assert template["ttl"] == "840h0m0s"
    assert schedule["spec"]["schedule"] == "0 */4 * * *"
    assert schedule["spec"]["useOwnerReferencesInBackup"] is False


def test_each_cluster_writes_below_a_prefix_of_its_own(made, make_site, make_plan, context, lower):
    """Two clusters below one prefix would delete each other's backups, and so would two tenants."""
    location, _ = made()
    assert location["spec"]["objectStorage"] == {"bucket": "acme-backup-eu", "prefix": f"{NAME}/shared-eu"}
    assert made(name="t-other-production")[0]["spec"]["objectStorage"]["prefix"] == "t-other-production/shared-eu"
    nameless = make_plan(backup=BACKUP, sites=(make_site(cluster=""),))
    assert not [item for item in lower(nameless, context())["eu-central-1"] if item.value["kind"] == "Schedule"]


@pytest.mark.parametrize(
    "case",
    [
        ("aws", {}, ("aws", {"region": "eu-west-1", "kmsKeyId": f"alias/backup-{NAME}"})),
        ("gcp", {"key_prefix": "keys/"}, ("gcp", {"kmsKeyName": f"keys/{NAME}"})),
        ("azure", {"settings": {"storageAccount": "acme"}}, ("azure", {"storageAccount": "acme"})),
        (
            "on_premises",
            {"settings": {"s3Url": "https://minio.example"}},
            ("aws", {"region": "eu-west-1", "s3Url": "https://minio.example", "kmsKeyId": f"alias/backup-{NAME}"}),
        ),
        ("on_premises", {"provider": "gcp"}, ("gcp", {"kmsKeyName": f"alias/backup-{NAME}"})),
    ],
)
def test_each_plug_in_gets_its_own_settings(made, context, make_site, case):
    """The region is S3's alone; the tenant's own key has a name in two of the three."""
    cloud, platform, expected = case
    place = context(cloud=cloud, **platform)
    location, _ = made(place, cloud=cloud, sites=(make_site(cloud=cloud),))
    assert (location["spec"]["provider"], location["spec"]["config"]) == expected


def test_a_tenant_without_a_key_of_its_own_is_encrypted_by_the_bucket(made, make_plan):
    """No key is named, and none is needed."""
    keys = make_plan().keys._replace(custody="provider_managed")
    assert "kmsKeyId" not in made(keys=keys)[0]["spec"]["config"]


def test_nothing_is_backed_up_that_nobody_asks_for(made, context):
    """Without a schedule, without services, or where the profile says that nothing makes backups."""
    assert made(backup=None) == (None, None)
    assert made(workloads=()) == (None, None)
    assert made(context(kind="none")) == (None, None)


def test_a_key_of_the_tenants_own_needs_one_that_velero_may_use(make_plan, context, make_need, make_context):
    """Where the profile names none, or the cloud knows none; where nothing is backed up, nothing needs a key."""
    plan, need = make_plan(backup=BACKUP), make_need("backup.key", what="the tenant's own key")
    without = context()
    del without.clusters["shared-eu"]["backup"]["key_prefix"]
    assert BACKEND.supports(need, plan, context()) == "honoured"
    assert BACKEND.supports(need, plan, make_context()) == "honoured"
    assert BACKEND.supports(need, plan, without) == "cannot"
    assert BACKEND.supports(need, plan, context(provider="azure")) == "cannot"
    words = "the tenant's own key needs keys that Velero may use; the cluster `shared-eu` names none"
    assert BACKEND.lack(need, plan, without).words == words


def test_volumes_need_a_cluster_that_backs_them_up(make_plan, context, make_need, make_context):
    """Nothing else keeps what is on them, so a cluster without Velero cannot hold the promise."""
    plan, need = make_plan(backup=BACKUP), make_need("backup.volumes", what="backups of the volumes")
    assert BACKEND.supports(need, plan, context()) == "honoured"
    for place in (make_context(), context(kind="none")):
        assert BACKEND.supports(need, plan, place) == "cannot"
        lack = BACKEND.lack(need, plan, place)
        assert lack.words.startswith("backups of the volumes need something in the cluster that makes them; the ")
        assert lack.severity == "warning"


def test_copies_of_volumes_backups_are_where_the_bucket_is_copied(make_plan, context, make_need, make_context):
    """The bucket itself is the first; a cluster without backups has none to copy, which is said elsewhere."""
    need = make_need("backup.copies", what="2 copies of backups of the volumes, one of them in eu-north-1,")

    def supports(place, **said):
        return BACKEND.supports(need, make_plan(backup=BACKUP._replace(**said)), place)

    assert supports(context(copies=["eu-north-1"]), copies=2, region="eu-north-1") == "honoured"
    assert supports(context(copies=["eu-north-1"]), copies=2, region="eu-west-1") == "honoured"
    assert supports(context(copies=["eu-north-1"]), copies=3, region="eu-north-1") == "cannot"
    assert supports(context(copies=["eu-south-1"]), copies=2, region="eu-north-1") == "cannot"
    assert supports(context(), copies=2) == "cannot"
    assert supports(make_context(), copies=2) == supports(context(kind="none"), copies=2) == "honoured"
    lack = BACKEND.lack(need, make_plan(backup=BACKUP._replace(copies=2, region="eu-north-1")), context())
    assert lack.words == (
        "2 copies of backups of the volumes, one of them in eu-north-1, need a bucket that is copied so;"
        " that of the cluster `shared-eu` is in eu-west-1"
    )


def test_backups_of_volumes_that_nobody_can_delete_need_a_locked_bucket(make_plan, context, make_need, make_context):
    """Velero has the right to delete, so only the bucket can refuse."""
    need, plan = make_need("backup.immutable"), make_plan(backup=BACKUP._replace(immutable=True))
    assert BACKEND.supports(need, plan, context(locked=True)) == "honoured"
    assert BACKEND.supports(need, plan, make_context()) == "honoured"
    assert BACKEND.supports(need, plan, context()) == "cannot"
    assert BACKEND.lack(need, plan, context()).words.endswith(
        "needs a bucket that is locked; that of the cluster `shared-eu` is not"
    )


def test_the_schedule_is_made_from_what_it_says(make_plan, context, lower):
    """Copies and their region are for stores; Velero makes one copy, where the platform says."""
    at = ((*AT, "schedule"), (*AT, "copies"), (*AT, "region"), (*AT, "retention_days"), (*AT, "immutable"))
    plan = make_plan(backup=BACKUP._replace(made_from=at))
    (objects,) = lower(plan, context()).values()
    (schedule,) = (item for item in objects if item.value["kind"] == "Schedule")
    assert set(schedule.made_from) == {(*AT, "schedule"), (*AT, "retention_days")}


@pytest.mark.parametrize("minor", range(30, 38))
def test_the_objects_are_valid_in_every_version(make_plan, context, minor):
    """The schemas accept them, and the lints find nothing."""
    plan, place = make_plan(backup=BACKUP), context(f"1.{minor}")
    artifacts = BACKEND.lower(plan, place)
    assert list(check(artifacts, plan, place)) == []
    assert judge(artifacts, plan) == {}
