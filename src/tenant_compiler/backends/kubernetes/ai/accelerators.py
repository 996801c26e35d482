"""What accelerators need of a pod: the extended resource, nodes that have it, and memory that processes share.

A pod asks for whole accelerators, requests and limits alike, as Kubernetes counts them. Whether the cluster's plug-in
hands out whole devices, slices of one, or time on one is the platform's business, and nothing here promises either.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.common import mebibytes
from tenant_compiler.model.artifact import Shared

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Workload

IN_PLACE: Final = Shared({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}})
"""A new version takes the accelerators of the old one, pod by pod: nobody keeps accelerators spare for rollouts."""
_SHARED: Final = Shared({"name": "shared-memory", "mountPath": "/dev/shm"})  # noqa: S108 - a folder in the container
_PART: Final = 4
"""A quarter of the memory: batches go from process to process in it, and the 64 MiB of a container are soon full."""


def resource(here: Scene, workload: Workload) -> str:
    """Give the extended resource of which the workload's pods want some; empty for none."""
    gpu = here.cluster.get("gpu")
    return gpu["resource"] if gpu is not None and workload.accelerators else ""


@lru_cache(maxsize=64)
def tolerations(name: str) -> list[Shared]:
    """Let pods onto nodes that are kept for those that want the resource."""
    return [Shared({"key": name, "operator": "Exists", "effect": "NoSchedule"})]


@lru_cache(maxsize=64)
def nodes(name: str, product: str) -> Shared:
    """Say which nodes have the product: their label is named after the resource."""
    return Shared({f"{name}.product": product})


@lru_cache(maxsize=256)
def shared_memory(memory_mib: int) -> tuple[Shared, Shared]:
    """Give the volume that processes of a pod share, and where it is mounted; it counts as the container's memory."""
    size = mebibytes(max(64, memory_mib // _PART))
    return Shared({"name": "shared-memory", "emptyDir": {"medium": "Memory", "sizeLimit": size}}), _SHARED
