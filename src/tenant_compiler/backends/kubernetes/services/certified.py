"""The part of a pod about a certificate of its own: where it lies, and how the pod is asked whether it works."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.artifact import Shared

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Workload
    from tenant_compiler.model.vocabulary.cluster import Cluster
    from tenant_compiler.model.vocabulary.edge import PodCertificates

_VOLUME: Final = "tls"
_MOUNT: Final = Shared({"name": _VOLUME, "mountPath": "/etc/tls", "readOnly": True})


def pods_authority(cluster: Cluster) -> PodCertificates | None:
    """Say who vouches for pods; None for nobody."""
    return cluster.get("pod_certificates")


def pod_secret(workload: Workload) -> str:
    """Name the Secret with a service's certificate; its dot keeps it apart from what services have."""
    return f"pod.{workload.name}"


def spoken(workload: Workload) -> str:
    """What a service speaks on its port, for those that ask whether it works."""
    return f"{workload.protocol}s" if workload.tls else workload.protocol


def certify(here: Scene, workload: Workload, pod: dict[str, Any]) -> None:
    """Give a pod the certificate of its service; a cluster that has none to give emits no way in to it either."""
    if workload.tls and pods_authority(here.cluster) is not None:
        pod["volumes"] = [*pod["volumes"], _volume(pod_secret(workload))]
        container = pod["containers"][0]
        container["volumeMounts"] = [*container["volumeMounts"], _MOUNT]


@lru_cache(maxsize=1024)
def _volume(secret: str) -> Shared:
    return Shared({"name": _VOLUME, "secret": {"secretName": secret}})
