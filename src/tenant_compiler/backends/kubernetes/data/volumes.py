"""PersistentVolumeClaim, and StorageClass where the tenant has a key of its own: disks that outlive pods.

A claim is called ``SERVICE.VOLUME``. The class has the tenant's name: it belongs to the cluster, not to a namespace.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import RESTRICTED_POD, made, mebibytes
from tenant_compiler.backends.kubernetes.support import HONOURED, Answer, called
from tenant_compiler.model.artifact import ArtifactObject, Shared
from tenant_compiler.model.backend import Lack
from tenant_compiler.model.names import key_alias, partition, volume_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Lineage, Need, Workload
    from tenant_compiler.model.plan_data import Volume

RECREATE: Final = Shared({"type": "Recreate"})
"""The old pod goes before the new one comes: a disk that one pod mounts would hold up the second for ever."""
_GROUP: Final = 10001
"""Owns the files of volumes, whoever the image's user is."""
_POD_SECURITY: Final = Shared(
    {
        **RESTRICTED_POD,
        "fsGroup": _GROUP,
        # Only when the folder's own rights are wrong: to walk over a large disk at every start takes minutes.
        "fsGroupChangePolicy": "OnRootMismatch",
    }
)

_CLOUDS: Final[Mapping[str, str]] = {
    "ebs.csi.aws.com": "aws",
    "pd.csi.storage.gke.io": "gcp",
    "disk.csi.azure.com": "azure",
}
"""The cloud whose disks a driver makes."""


def claims(here: Scene, meta: Shared, workload: Workload) -> Iterator[ArtifactObject]:
    """Make the claim of each of a service's volumes."""
    for volume in workload.volumes:
        spec = {
            "accessModes": ["ReadWriteMany" if shared(workload) else "ReadWriteOnce"],
            "storageClassName": _class_of(here, workload),
            "resources": {"requests": {"storage": mebibytes(volume.size_gb * 1024)}},
        }
        value = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {**meta, "name": f"{workload.name}.{volume.name}"},
            "spec": spec,
        }
        yield made("PersistentVolumeClaim", value, _carried(here, volume))


def storage_class(here: Scene) -> Iterator[ArtifactObject]:
    """Make the class whose disks are encrypted with the tenant's key; nothing where no volume needs it."""
    parameters = _parameters(here)
    wanting = [volume for workload in here.plan.workloads for volume in workload.volumes]
    if not wanting or parameters is None:
        return
    value: dict[str, Any] = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": _own_class(here, parameters), "labels": here.labels},
        "provisioner": here.cluster["storage_classes"]["provisioner"],
        "parameters": parameters,
        # The disk of a claim that somebody deletes stays: only the tenant's own class may cost that.
        "reclaimPolicy": "Retain",
        "allowVolumeExpansion": True,
        # The disk is made in the zone of the pod, not the pod held to the zone of a disk.
        "volumeBindingMode": "WaitForFirstConsumer",
    }
    pointers = tuple(volume.made_from[0] for volume in wanting)
    yield made("StorageClass", value, (*pointers, *_custody(here)))


def shared(workload: Workload) -> bool:
    """Whether several pods mount a service's volumes at a time; jobs come one after the other."""
    return workload.kind != "cron" and workload.replicas.maximum > 1


def alone(workload: Workload) -> bool:
    """Whether a service's pods cannot stand beside each other, not even while a new version starts."""
    return bool(workload.volumes) and not shared(workload)


def security(workload: Workload) -> Shared | None:
    """Give the pod's security context when it has volumes: their files belong to a group that the pod is in."""
    return _POD_SECURITY if workload.volumes else None


@lru_cache(maxsize=256)
def mounts(volumes: tuple[Volume, ...]) -> tuple[Shared, ...]:
    """Where the container finds its volumes."""
    return tuple(Shared({"name": f"volume-{volume.name}", "mountPath": volume.mount}) for volume in volumes)


@lru_cache(maxsize=256)
def disks(service: str, volumes: tuple[Volume, ...]) -> tuple[Shared, ...]:
    """Name the pod's volumes; the prefix keeps them apart from ours."""
    return tuple(
        Shared({"name": f"volume-{volume.name}", "persistentVolumeClaim": {"claimName": f"{service}.{volume.name}"}})
        for volume in volumes
    )


def support(here: Scene, need: Need) -> Answer:
    """Say what becomes of a volume: it has a class that fits, or its pods would wait for ever."""
    of = (
        workload for workload in here.plan.workloads for volume in workload.volumes if need.pointer in volume.made_from
    )
    workload = next(of, None)
    fault = None if workload is None else _fault(here, workload)
    if fault is None:
        return HONOURED
    wants, has, advice = fault
    return Answer("cannot", Lack(f"{need.what} {wants}; {called(here)} {has}", advice, "error"))


def _fault(here: Scene, workload: Workload) -> tuple[str, str, str] | None:
    """What a service's volumes want, what the cluster has instead, and what to do; None when they fit."""
    classes, keys = here.cluster.get("storage_classes"), here.plan.keys
    if classes is None:
        return (
            "needs a storage class",
            "names none",
            'name one in the profile: `storage_classes = { standard = "gp3" }`',
        )
    if keys.hsm:
        if shared(workload):
            return _FOR_ONE
        wants = "needs a storage class whose key is in an HSM"
        return None if "hsm" in classes else (wants, "names none", 'name one: `storage_classes = { hsm = "…" }`')
    own = keys.custody == "customer_managed"
    if shared(workload):
        if own:
            return _FOR_ONE
        wants = "is for several replicas and needs a storage class that several pods mount"
        advice = 'run one replica (`scaling: {fixed: 1}`), or name a class: `storage_classes = { shared = "efs-sc" }`'
        return None if "shared" in classes else (wants, "names none", advice)
    if own and _parameters(here) is None:
        wants = "needs a storage class with the tenant's own key"
        advice = (
            "name the driver of its cloud in the profile, and where the keys are: `provisioner` and, in AWS,"
            " `account_id`, elsewhere `keys` of `storage_classes`"
        )
        return wants, "does not say how one is made", advice
    return None


_FOR_ONE: Final = (
    "is for several replicas, but only disks for one have the tenant's own key",
    "has no other",
    "run one replica: `scaling: {fixed: 1}`",
)


def _class_of(here: Scene, workload: Workload) -> str:
    classes = here.cluster.get("storage_classes")
    if classes is None:  # `support` refuses it
        return ""
    if here.plan.keys.hsm:
        return classes.get("hsm", "")
    if shared(workload):
        return classes.get("shared", "")
    parameters = _parameters(here)
    return classes["standard"] if parameters is None else _own_class(here, parameters)


def _own_class(here: Scene, parameters: Shared) -> str:
    """Name the tenant's class. Parameters cannot be changed, so other ones make another class."""
    digest = zlib.crc32(repr(sorted(parameters.items())).encode())
    return f"{here.plan.name}.volumes-{digest:08x}"


def _parameters(here: Scene) -> Shared | None:
    """What makes disks with the tenant's key; None where it has none, or the profile does not say how."""
    keys, classes = here.plan.keys, here.cluster.get("storage_classes")
    if keys.custody != "customer_managed" or keys.hsm or classes is None:
        return None
    driver = classes.get("provisioner", "")
    if _CLOUDS.get(driver) != here.site.cloud:
        return None
    if driver == "ebs.csi.aws.com":
        account, region = here.cluster.get("account_id"), here.site.region
        if account is None:
            return None
        alias = key_alias(here.plan, volume_key(here.plan, region))
        return _ebs(f"arn:{partition(region)}:kms:{region}:{account}:{alias}")
    where = classes.get("keys")
    if where is None:
        return None
    if driver == "pd.csi.storage.gke.io":
        key = f"{where}/cryptoKeys/{here.plan.name}"
        return Shared({"type": "pd-balanced", "disk-encryption-kms-key": key})
    return Shared({"diskEncryptionSetID": f"{where}/{here.plan.name}"})


@lru_cache(maxsize=256)
def _ebs(key: str) -> Shared:
    return Shared({"type": "gp3", "encrypted": "true", "kmsKeyId": key})


def _custody(here: Scene) -> Lineage:
    return (*here.plan.keys.made_from, ("spec", "security", "keys", "custody"))


def _carried(here: Scene, volume: Volume) -> Lineage:
    """The volume and its leaves; the custody of keys too, which decides the class."""
    at = volume.made_from[0]
    return (at, (*at, "size_gb"), *_custody(here))
