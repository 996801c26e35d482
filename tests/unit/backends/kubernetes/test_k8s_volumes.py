"""Volumes: claims, classes with the tenant's key, and what a cluster must have for them."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.model.plan import KeyPolicy, Replicas
from tenant_compiler.model.plan_data import Volume

BACKEND = KubernetesBackend()
AT = ("spec", "services", "portal", "storage", "data")
DATA = Volume("data", "/data", 20, (AT,))
ONE = Replicas(1, 1, None)
CLASSES = {"standard": "gp3", "provisioner": "ebs.csi.aws.com"}
RING = "projects/acme/locations/europe-west3/keyRings/tenants"
SETS = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/diskEncryptionSets"


@pytest.fixture
def keys():
    """Make a key policy."""

    def make(custody="customer_managed", hsm=False):
        made_from = (("spec", "security", "keys"),)
        return KeyPolicy(custody, 90, hsm=hsm, fips=False, tls_minimum="1.3", made_from=made_from)

    return make


@pytest.fixture
def world(make_plan, make_context, make_cluster, make_workload, make_site):
    """Make the plan of a service with a volume, and a cluster with these fields."""

    def make(cluster=None, *, replicas=ONE, volumes=(DATA,), place=("aws", "eu-central-1"), kind="web", **plan):
        cloud, region = place
        said = {"storage_classes": CLASSES, "account_id": "111122223333", "cloud": cloud, **(cluster or {})}
        workload = make_workload(replicas=replicas, volumes=volumes, kind=kind)
        site = make_site(region, cloud=cloud)
        context = make_context(cluster={"shared-eu": make_cluster(**said)})
        return make_plan(**{"workloads": (workload,), "sites": (site,), "cloud": cloud, **plan}), context

    return make


@pytest.fixture
def objects(world, lower):
    """Lower such a plan, and give the objects by id."""

    def make(*args, **kwargs):
        return {item.id: item for item in lower(*world(*args, **kwargs))["shared-eu"]}

    return make


@pytest.fixture
def answer(world, make_need):
    """Ask for the volume: the answer and what is lacking."""

    def ask(*args, **kwargs):
        plan, context = world(*args, **kwargs)
        need = make_need("volumes", what="the volume `data` of the service `portal`", pointer=AT)
        return BACKEND.supports(need, plan, context), BACKEND.lack(need, plan, context)

    return ask


def classes(objects):
    """The storage classes among objects."""
    return [item for key, item in objects.items() if key.startswith("StorageClass/")]


def test_a_volume_is_a_claim_that_the_pod_mounts(objects):
    """The pod's files there belong to a group that the pod is in, and the root file system stays read-only."""
    found = objects()
    claim = found["PersistentVolumeClaim/portal.data"]
    pod = found["Deployment/portal"].value["spec"]["template"]["spec"]

    assert claim.value["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert claim.value["spec"]["resources"] == {"requests": {"storage": "20Gi"}}
    assert AT in claim.made_from
    assert pod["volumes"][1] == {"name": "volume-data", "persistentVolumeClaim": {"claimName": "portal.data"}}
    assert pod["containers"][0]["volumeMounts"][1] == {"name": "volume-data", "mountPath": "/data"}
    assert pod["securityContext"]["fsGroup"]
    assert pod["securityContext"]["runAsNonRoot"] is True


def test_the_old_pod_of_a_disk_goes_before_the_new_one_comes(objects):
    """A surge would wait for the disk for ever; without a volume, or on a shared one, nothing changes."""
    assert objects()["Deployment/portal"].value["spec"]["strategy"] == {"type": "Recreate"}
    assert objects(volumes=())["Deployment/portal"].value["spec"]["strategy"]["type"] == "RollingUpdate"


def test_a_tenants_own_key_makes_a_class_of_its_own(objects):
    """Its disks are encrypted by the alias that Terraform makes, wait for their pod, and outlive their claim."""
    found = objects()
    (item,) = classes(found)
    name = item.value["metadata"]["name"]

    assert name.startswith("t-acme-health-production.volumes-")
    assert "namespace" not in item.value["metadata"]
    assert found["PersistentVolumeClaim/portal.data"].value["spec"]["storageClassName"] == name
    assert item.value["parameters"]["encrypted"] == "true"
    key = item.value["parameters"]["kmsKeyId"]
    assert key.startswith("arn:aws:kms:eu-central-1:111122223333:alias/t-acme-health-production-")
    assert item.value["reclaimPolicy"] == "Retain"
    assert item.value["volumeBindingMode"] == "WaitForFirstConsumer"
    assert ("spec", "security", "keys", "custody") in item.made_from


def test_other_parameters_make_another_class(objects):
    """Kubernetes changes no class, so its name carries what it says."""
    (one,), (other,) = classes(objects()), classes(objects({"account_id": "444455556666"}))
    assert one.value["metadata"]["name"] != other.value["metadata"]["name"]


@pytest.mark.parametrize(
    ("place", "said", "expected"),
    [
        (
            ("gcp", "europe-west3"),
            {"provisioner": "pd.csi.storage.gke.io", "keys": RING},
            {"disk-encryption-kms-key": f"{RING}/cryptoKeys/t-acme-health-production"},
        ),
        (
            ("azure", "westeurope"),
            {"provisioner": "disk.csi.azure.com", "keys": SETS},
            {"diskEncryptionSetID": f"{SETS}/t-acme-health-production"},
        ),
    ],
)
def test_other_clouds_keep_keys_where_the_profile_says(objects, place, said, expected):
    """The key has the tenant's unique name, which no other tenant has."""
    (item,) = classes(objects({"storage_classes": {"standard": "x", **said}}, place=place))
    assert expected.items() <= item.value["parameters"].items()


def test_a_standby_region_has_a_key_of_its_own(objects, make_site):
    """A key of AWS stands in one region; the class names the one that is there."""
    sites = (make_site("eu-west-1", cluster=""), make_site("eu-central-1", role="standby"))
    (item,) = classes(objects(sites=sites))
    assert "arn:aws:kms:eu-central-1:" in item.value["parameters"]["kmsKeyId"]
    assert "volumes-eu-central-1" in item.value["parameters"]["kmsKeyId"]


def test_the_providers_key_needs_no_class_of_the_tenants(objects, keys):
    """The claim names the platform's class."""
    found = objects(keys=keys("provider_managed"))
    assert classes(found) == []
    assert found["PersistentVolumeClaim/portal.data"].value["spec"]["storageClassName"] == "gp3"


def test_several_replicas_share_a_volume_where_there_is_a_class_for_it(objects, keys):
    """They mount it at a time, so new pods may start beside old ones."""
    said = {"storage_classes": {**CLASSES, "shared": "efs-sc"}}
    found = objects(said, replicas=Replicas(2, 4, 70), keys=keys("provider_managed"))
    spec = found["PersistentVolumeClaim/portal.data"].value["spec"]

    assert (spec["storageClassName"], spec["accessModes"]) == ("efs-sc", ["ReadWriteMany"])
    assert found["Deployment/portal"].value["spec"]["strategy"]["type"] == "RollingUpdate"


def test_a_job_has_a_volume_for_itself(objects):
    """Jobs come one after the other, so one disk does, however often they run."""
    found = objects(kind="cron", replicas=ONE)
    pod = found["CronJob/portal"].value["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["volumes"][1]["persistentVolumeClaim"] == {"claimName": "portal.data"}


def test_keys_in_an_hsm_have_a_class_of_the_platforms(objects, keys):
    """Only the platform knows such a class; the compiler makes none."""
    found = objects({"storage_classes": {**CLASSES, "hsm": "hsm-gp3"}}, keys=keys(hsm=True))
    assert classes(found) == []
    assert found["PersistentVolumeClaim/portal.data"].value["spec"]["storageClassName"] == "hsm-gp3"


@pytest.mark.parametrize(
    ("cluster", "replicas", "custody", "words"),
    [
        ({"storage_classes": None}, ONE, "provider_managed", "needs a storage class; the cluster `shared-eu`"),
        ({}, Replicas(1, 2, 70), "provider_managed", "a storage class that several pods mount"),
        ({}, Replicas(2, 2, None), "customer_managed", "only disks for one have the tenant's own key"),
        ({}, Replicas(2, 2, None), "hsm", "only disks for one have the tenant's own key"),
        ({}, ONE, "hsm", "a storage class whose key is in an HSM; the cluster `shared-eu` names"),
        ({"account_id": None}, ONE, "customer_managed", "a storage class with the tenant's own key"),
        ({"storage_classes": {"standard": "gp3"}}, ONE, "customer_managed", "the tenant's own key"),
        (
            {"storage_classes": {"standard": "gp3", "provisioner": "pd.csi.storage.gke.io"}},
            ONE,
            "customer_managed",
            "the tenant's own key",
        ),
    ],
)
def test_a_volume_that_no_class_fits_is_an_error(world, answer, keys, *, cluster, replicas, custody, words):
    """Its pods would wait for ever; the finding names the volume, the cluster and what it lacks."""
    policy = keys("customer_managed", hsm=True) if custody == "hsm" else keys(custody)
    support, lack = answer(cluster, replicas=replicas, keys=policy)
    assert support == "cannot"
    assert lack.severity == "error"
    assert words in lack.words
    assert "`data` of the service `portal`" in lack.words
    assert lack.advice
    assert BACKEND.lower(*world(cluster, replicas=replicas, keys=policy))


def test_a_key_ring_must_be_said_outside_of_aws(answer):
    """Terraform makes no key there, so nobody else knows where it is."""
    said = {"storage_classes": {"standard": "x", "provisioner": "pd.csi.storage.gke.io"}}
    assert answer(said, place=("gcp", "europe-west3"))[0] == "cannot"


@pytest.mark.parametrize("minor", [f"1.{minor}" for minor in range(30, 38)])
def test_volumes_are_valid_in_every_version(world, minor):
    """Claim, class and pod pass the schemas and the lints find nothing."""
    plan, context = world({"kubernetes": minor})
    assert list(BACKEND.check(BACKEND.lower(plan, context), plan, context)) == []
