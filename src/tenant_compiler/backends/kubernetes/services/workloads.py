"""Deployment, CronJob, and the ConfigMap of public settings that their pods read."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.ai import accelerators
from tenant_compiler.backends.kubernetes.common import made, metadata
from tenant_compiler.backends.kubernetes.data import volumes
from tenant_compiler.backends.kubernetes.services.pods import template
from tenant_compiler.backends.kubernetes.services.tracks import rollout_lines
from tenant_compiler.backends.kubernetes.tenancy import nodes
from tenant_compiler.model.artifact import Shared
from tenant_compiler.model.names import fit

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.services.tracks import Track
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Setting, Workload

SURGE: Final = "25%"
_STRATEGY: Final = Shared({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": SURGE, "maxUnavailable": 0}})
_PUBLIC: Final = Shared({"tenant-compiler.dev/public": "whoever may read the namespace may read this: no secrets"})
_READY_SECONDS: Final = 10
"""A new pod must stay ready so long before an old one goes."""
_PROGRESS_SECONDS: Final = 600
"""A rollout without progress for so long has failed; a slow start is on top."""
_JOB_NAME: Final = 52
"""Kubernetes adds eleven characters for each job of a CronJob."""
_JOB_SECONDS: Final = 6 * 3600
"""A job that runs longer is stopped."""


def settings(here: Scene) -> tuple[list[ArtifactObject], str]:
    """Make the ConfigMap of public settings and a checksum of its data; nothing and empty without settings."""
    said = here.plan.settings
    if not said:
        return [], ""
    data, digest = _data(said)
    value: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {**metadata(here, "settings"), "annotations": _PUBLIC},
        "data": data,
    }
    return [made("ConfigMap", value, tuple(pointer for setting in said for pointer in setting.made_from))], digest


def deployment(here: Scene, track: Track, digest: str) -> ArtifactObject:
    """Make what runs the pods of one version of a service."""
    workload = track.workload
    spec = {
        **running(here, track),
        "strategy": _strategy(workload),
        "template": template(here, track.meta, workload, digest),
    }
    value = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": track.meta, "spec": spec}
    # The site's zones are in the pods' topology.
    release = rollout_lines(workload, "strategy", "variant_image", "step", "steps_percent")
    nodes_from = nodes.scheduled_from(here, workload)
    return made("Deployment", value, (*workload.made_from, *release, *here.site.made_from, *nodes_from))


def _strategy(workload: Workload) -> Shared:
    """Say how new pods come: beside the old ones, unless there is only one disk, or no more accelerators."""
    if volumes.alone(workload):
        return volumes.RECREATE
    return accelerators.IN_PLACE if workload.accelerators else _STRATEGY


def running(here: Scene, track: Track) -> dict[str, Any]:
    """Say how many pods of a version run and which are its own, as a Deployment and a Rollout do."""
    workload = track.workload
    spec: dict[str, Any] = {}
    if not scales(here, workload):
        spec["replicas"] = workload.replicas.minimum
    spec["selector"] = track.selector
    spec["minReadySeconds"] = _READY_SECONDS
    spec["progressDeadlineSeconds"] = _PROGRESS_SECONDS + (workload.startup_seconds or 0)
    spec["revisionHistoryLimit"] = 5
    return spec


def scales(here: Scene, workload: Workload) -> bool:
    """Whether the number of replicas follows the load: not on a standby site, which stays at its minimum."""
    return here.site.role != "standby" and workload.replicas.maximum > workload.replicas.minimum


def cron_job(here: Scene, meta: Shared, workload: Workload, digest: str) -> ArtifactObject:
    """Make what runs a service on its schedule."""
    spec: dict[str, Any] = {
        "schedule": workload.schedule,
        "timeZone": "Etc/UTC",
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 300,
        # A job must run once, not once a region: elsewhere it waits to be resumed when the region takes over.
        "suspend": here.site.role != "primary",
        "successfulJobsHistoryLimit": 1,
        "failedJobsHistoryLimit": 3,
        "jobTemplate": {
            "metadata": {"labels": meta["labels"]},
            "spec": {
                "backoffLimit": 2,
                "activeDeadlineSeconds": _JOB_SECONDS,
                "template": template(here, meta, workload, digest),
            },
        },
    }
    named = meta if len(workload.name) <= _JOB_NAME else {**meta, "name": fit(workload.name, _JOB_NAME)}
    value = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": named, "spec": spec}
    return made("CronJob", value, (*workload.made_from, *nodes.scheduled_from(here, workload)))


@lru_cache(maxsize=64)
def _data(said: tuple[Setting, ...]) -> tuple[Shared, str]:
    data = Shared({setting.name: setting.value for setting in said})
    text = "\0".join(f"{name}={value}" for name, value in data.items())
    # A checksum is enough to notice a change, and hashlib would cost every start 4 ms.
    return data, f"{zlib.crc32(text.encode()):08x}"
