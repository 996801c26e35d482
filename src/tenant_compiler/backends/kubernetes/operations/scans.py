"""Jobs that look for weaknesses, with the platform's programs: in the tenant's images, and in its exposed services.

They run in the tenant's namespace, because that is what they may look at. A job has an identity without rights, reaches
the registries or the tenant's own services and nothing else, and has a name with a dot, which no service can have.

What a job finds is in its exit code and its log. That it ran is reported by whoever watches the cluster's jobs; a test
by people from outside stays what the tenant attests.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import (
    NAME,
    RESTRICTED_CONTAINER,
    RESTRICTED_POD,
    account,
    made,
    metadata,
    pods_of,
)
from tenant_compiler.backends.kubernetes.network import ways
from tenant_compiler.backends.kubernetes.services.tracks import two_versions
from tenant_compiler.backends.kubernetes.support import HONOURED, Answer, called
from tenant_compiler.emit.escape import kubernetes_value
from tenant_compiler.model.artifact import Shared
from tenant_compiler.model.backend import Lack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.support import Table
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Need
    from tenant_compiler.model.plan_operations import Scans
    from tenant_compiler.model.vocabulary.cluster import Scanners

_IMAGES: Final = "default.scan"
_NIGHT: Final = 6
"""Scans start in the first hours of the day, each tenant's at a minute of its own."""
_MONTH: Final = 31
_SECONDS: Final = 4 * 3600
_RESOURCES: Final = Shared({"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"cpu": "500m", "memory": "1Gi"}})


def images(here: Scene) -> tuple[str, ...]:
    """The images of the platform's that run in the tenant's namespace."""
    said, wanted = here.cluster.get("scanning"), here.plan.scans
    if said is None or wanted is None:
        return ()
    found = [said["image"]] if wanted.images_from else []
    if ways.tested(here):
        found.append(said["penetration_image"])
    return tuple(found)


def objects(here: Scene) -> list[ArtifactObject]:
    """Make the jobs with their identities and networks; nothing where nobody asks, or the platform has no programs."""
    said, wanted = here.cluster.get("scanning"), here.plan.scans
    if said is None or wanted is None or not here.plan.workloads:
        return []
    found: list[ArtifactObject] = []
    if wanted.images_from:
        found += _scan(here, wanted, said)
    if ways.tested(here):
        found += _penetration(here, wanted, said)
    return found


def _scan(here: Scene, wanted: Scans, said: Scanners) -> Iterator[ArtifactObject]:
    """Over every image of the tenant's, each once."""
    number = zlib.crc32(here.plan.name.encode())
    days = "1" if wanted.interval_days >= _MONTH else f"*/{wanted.interval_days}"
    schedule = f"{number % 60} {number // 60 % _NIGHT} {days if days != '*/1' else '*'} * *"
    arguments = sorted(set(_images(here)))
    rules = [
        {"to": [{"ipBlock": {"cidr": cidr}} for cidr in said["cidrs"]], "ports": [{"protocol": "TCP", "port": 443}]}
    ]
    timing = {
        "schedule": schedule,
        "timeZone": "Etc/UTC",
        "suspend": here.site.role != "primary",
    }
    yield account(metadata(here, _IMAGES), wanted.images_from)
    yield made("NetworkPolicy", _policy(here, _IMAGES, rules), wanted.images_from)
    yield made("CronJob", _job(here, _IMAGES, timing, (said["image"], arguments, _SECONDS)), wanted.images_from)


def _images(here: Scene) -> Iterator[str]:
    """Every version's image: one that is declared beside the first runs, too."""
    for workload in here.plan.workloads:
        yield workload.image
        if two_versions(workload) and workload.rollout is not None:
            yield workload.rollout.variant_image


def _penetration(here: Scene, wanted: Scans, said: Scanners) -> Iterator[ArtifactObject]:
    """Over every exposed service, from inside: the edge would hold it back. It ends with the time for changes."""
    services = ways.tested(here)
    timing, seconds = _in_window(here)
    arguments = [f"{workload.name}.{here.plan.name}:{workload.port}" for workload in services]
    made_from = (*wanted.services_from, *(each.made_from[0] for each in here.plan.windows[:1]))
    out = [
        {"to": [{"podSelector": pods_of(each.name)}], "ports": [{"protocol": "TCP", "port": each.port}]}
        for each in services
    ]
    yield account(metadata(here, ways.TESTS), made_from)
    yield made("NetworkPolicy", _policy(here, ways.TESTS, out), made_from)
    yield made("CronJob", _job(here, ways.TESTS, timing, (said["penetration_image"], arguments, seconds)), made_from)


def _in_window(here: Scene) -> tuple[dict[str, Any], int]:
    """When to start, and after how many seconds to stop: in the first time for changes, else when somebody says so."""
    if not here.plan.windows:
        return {"schedule": "0 0 1 1 *", "timeZone": "Etc/UTC", "suspend": True}, _SECONDS
    window = here.plan.windows[0]
    hour, minute = window.clock
    timing = {
        "schedule": f"{minute} {hour} * * {window.weekdays[0]}",
        "timeZone": window.timezone,
        "suspend": here.site.role != "primary",
    }
    return timing, window.minutes * 60


def _policy(here: Scene, name: str, rules: list[dict[str, Any]]) -> dict[str, Any]:
    """Say what a job's pods may reach. Who lets them in is among the ways into a service."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(here, name),
        "spec": {"podSelector": pods_of(name), "policyTypes": ["Egress"], "egress": rules},
    }


def _job(here: Scene, name: str, timing: dict[str, Any], what: tuple[str, list[str], int]) -> dict[str, Any]:
    """Make a job: the program, what it looks at, and after how many seconds it is stopped."""
    image, arguments, seconds = what
    labels = {**here.labels, NAME: name}
    container = {
        "name": name.rpartition(".")[2],
        "image": image,
        "args": [kubernetes_value(argument) for argument in arguments],
        "resources": _RESOURCES,
        "securityContext": RESTRICTED_CONTAINER,
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - a folder in the container
    }
    pod: dict[str, Any] = {
        "serviceAccountName": name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "restartPolicy": "Never",
        "securityContext": RESTRICTED_POD,
        "containers": [container],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "2Gi"}}],
    }
    if here.priority_class:
        pod["priorityClassName"] = here.priority_class
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {**metadata(here, name), "labels": labels},
        "spec": {
            **timing,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 3600,
            "successfulJobsHistoryLimit": 1,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {
                "metadata": {"labels": labels},
                "spec": {
                    "backoffLimit": 1,
                    "activeDeadlineSeconds": seconds,
                    "template": {"metadata": _in_mesh(here, name, labels), "spec": pod},
                },
            },
        },
    }


def _in_mesh(here: Scene, name: str, labels: dict[str, Any]) -> dict[str, Any]:
    """Say whether a job's pods have a sidecar: services take tests from an identity only, registries want none."""
    if not ways.meshed(here):
        return {"labels": labels}
    if name == ways.TESTS:
        return {"labels": labels, "annotations": ways.SIDECAR}
    return {"labels": {**labels, "sidecar.istio.io/inject": "false"}}


def _scanner(here: Scene, need: Need) -> Answer:
    said = here.cluster.get("scanning")
    key = "image" if need.feature == "scanning.images" else "penetration_image"
    if said is not None and key in said:
        return HONOURED
    words = f"{need.what} needs a program of the platform's; {called(here)} names none"
    return Answer("cannot", Lack(words, f"set `scanning.{key}` in the cluster's profile"))


SUPPORT: Final[Table] = {"scanning.images": _scanner, "scanning.services": _scanner}
