"""BackupStorageLocation and Schedule of Velero: the tenant's namespace, with its volumes, in a bucket elsewhere.

Both stand in Velero's namespace, because it looks nowhere else, and carry the tenant's unique name. A location is the
tenant's own: its backups lie below a prefix of their own, so that nobody restores those of another by mistake, and are
encrypted with its own key where it has one. Two clusters must not write below one prefix.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import made
from tenant_compiler.backends.kubernetes.support import HONOURED, Answer, called
from tenant_compiler.model.artifact import Shared
from tenant_compiler.model.backend import Lack

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.support import Table
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Need
    from tenant_compiler.model.vocabulary.cluster import ClusterBackup

_API: Final = "velero.io/v1"
_HOURS: Final = 24
_KEYS: Final = {"aws": "kmsKeyId", "gcp": "kmsKeyName"}
"""How the plug-ins call the key that encrypts what they write."""


def platform(here: Scene) -> ClusterBackup | None:
    """What makes backups in the cluster; None for nothing."""
    said = here.cluster.get("backup")
    return None if said is None or said["kind"] == "none" else said


def objects(here: Scene) -> list[ArtifactObject]:
    """Make the location and the schedule; nothing without a schedule, or where nothing makes backups."""
    plan, velero = here.plan, platform(here)
    if velero is None or plan.backup is None or not plan.workloads:
        return []
    name = plan.name
    meta = {"name": name, "namespace": velero["namespace"], "labels": here.labels}
    bucket = {"bucket": velero["bucket"], "prefix": f"{name}/{here.site.cluster or here.site.region}"}
    location: dict[str, Any] = {
        "apiVersion": _API,
        "kind": "BackupStorageLocation",
        "metadata": meta,
        "spec": {"provider": _provider(here, velero), "objectStorage": bucket, "config": _config(here, velero)},
    }
    schedule: dict[str, Any] = {
        "apiVersion": _API,
        "kind": "Schedule",
        "metadata": meta,
        "spec": {
            "schedule": plan.backup.schedule,
            # A schedule that goes, by mistake or with its tenant, must not take the backups along.
            "useOwnerReferencesInBackup": False,
            "template": {
                "includedNamespaces": [name],
                "storageLocation": name,
                "snapshotMoveData": True,
                "ttl": _lifetime(plan.backup.retention_days),
                "metadata": {"labels": here.labels},
            },
        },
    }
    # How many copies there are, and where, is for stores: Velero makes one.
    said = plan.backup.made_from
    when, kept = (tuple(at for at in said if at[-1] == leaf) for leaf in ("schedule", "retention_days"))
    keys = plan.keys.made_from if plan.keys.custody == "customer_managed" else ()
    return [
        made("BackupStorageLocation", location, (*when, *keys)),
        made("Schedule", schedule, (*when, *kept)),
    ]


@lru_cache(maxsize=64)
def _lifetime(days: int) -> str:
    """Write a time as Go reads it, which knows no days."""
    return f"{days * _HOURS}h0m0s"


def _provider(here: Scene, velero: ClusterBackup) -> str:
    return velero.get("provider") or ("aws" if here.site.cloud == "on_premises" else here.site.cloud)


def _config(here: Scene, velero: ClusterBackup) -> Shared:
    return _settings(_provider(here, velero), velero["region"], tuple(velero["settings"].items()), _key(here, velero))


@lru_cache(maxsize=256)
def _settings(provider: str, region: str, settings: tuple[tuple[str, str], ...], key: str) -> Shared:
    """Only S3 is told its region: the other two find a bucket by its name alone."""
    config = {**({"region": region} if provider == "aws" else {}), **dict(settings)}
    if key:
        config[_KEYS[provider]] = key
    return Shared(config)


def _key(here: Scene, velero: ClusterBackup) -> str:
    """The name of the tenant's own key for its backups; empty: the bucket's encryption is all."""
    own = here.plan.keys.custody == "customer_managed" and _provider(here, velero) in _KEYS
    return velero["key_prefix"] + here.plan.name if own and "key_prefix" in velero else ""


def _own_key(here: Scene, need: Need) -> Answer:
    """Whether backups of the namespace are encrypted with a key of the tenant's own. No backups need none."""
    velero = platform(here)
    if velero is None or _key(here, velero):
        return HONOURED
    words = f"{need.what} needs keys that Velero may use; {called(here)} names none"
    advice = "set `backup.key_prefix` in the cluster's profile; in Azure backups know no keys of tenants"
    return Answer("cannot", Lack(words, advice))


def _volumes(here: Scene, need: Need) -> Answer:
    """Whether volumes are backed up: nothing else keeps what is on them."""
    if platform(here) is not None:
        return HONOURED
    words = f"{need.what} need something in the cluster that makes them; {called(here)} has nothing"
    return Answer("cannot", Lack(words, 'set `backup = { kind = "velero", … }` in the cluster\'s profile'))


def _copies(here: Scene, need: Need) -> Answer:
    """Whether a backup is in as many buckets as the tenant wants, and where. No backups have no copies."""
    velero, said = platform(here), here.plan.backup
    if velero is None or said is None:
        return HONOURED
    places = [velero["region"], *velero["copies"]]
    if len(places) >= said.copies and (not said.region or said.region in places):
        return HONOURED
    words = f"{need.what} need a bucket that is copied so; that of {called(here)} is in {' and '.join(places)}"
    return Answer("cannot", Lack(words, "name the regions as `backup.copies` in the profile once it is copied there"))


def _immutable(here: Scene, need: Need) -> Answer:
    """Whether the bucket keeps backups whatever Velero, or who has its rights, deletes."""
    velero = platform(here)
    if velero is None or velero["locked"]:
        return HONOURED
    words = f"{need.what} needs a bucket that is locked; that of {called(here)} is not"
    return Answer("cannot", Lack(words, "set `backup.locked = true` in the profile once the bucket keeps its objects"))


SUPPORT: Final[Table] = {
    "backup.copies": _copies,
    "backup.immutable": _immutable,
    "backup.key": _own_key,
    "backup.volumes": _volumes,
}
