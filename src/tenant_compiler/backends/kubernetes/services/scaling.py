"""Service, HorizontalPodAutoscaler and PodDisruptionBudget: how a service is reached, how many run, what may go."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import NAME, made, pods_of
from tenant_compiler.model.artifact import Shared

if TYPE_CHECKING:
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Replicas, Workload

_APP_PROTOCOL: Final = {"http": "http", "grpc": "kubernetes.io/h2c", "tcp": "tcp"}
_CPU_PERCENT: Final = 70
_BEHAVIOR: Final = Shared(
    {
        "scaleDown": {
            "stabilizationWindowSeconds": 300,
            "policies": [{"type": "Percent", "value": 50, "periodSeconds": 60}],
        }
    }
)


def service(meta: Shared, workload: Workload, port: int) -> ArtifactObject:
    """Make the name under which callers and the gateway reach a service; it listens where its pods do."""
    value: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta,
        "spec": _service_spec(workload.name, workload.protocol, port),
    }
    return made("Service", value, workload.made_from)


def autoscaler(meta: Shared, workload: Workload) -> ArtifactObject:
    """Make what moves the number of replicas between minimum and maximum by CPU use."""
    value: dict[str, Any] = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": meta,
        "spec": _scaling(workload.name, workload.replicas),
    }
    return made("HorizontalPodAutoscaler", value, ((*workload.made_from[0], "scaling"),))


def disruption_budget(meta: Shared, workload: Workload) -> ArtifactObject:
    """Make the bound on what a drain of nodes may take at a time."""
    spec = _disruption(workload.name, workload.maximum_unavailable)
    value = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": meta, "spec": spec}
    return made("PodDisruptionBudget", value, ((*workload.made_from[0], "availability"),))


@lru_cache(maxsize=1024)
def _service_spec(name: str, protocol: str, port: int) -> Shared:
    return Shared(
        {
            "type": "ClusterIP",
            "selector": {NAME: name},
            "ports": [
                {
                    "name": protocol,
                    "protocol": "TCP",
                    "appProtocol": _APP_PROTOCOL[protocol],
                    "port": port,
                    "targetPort": protocol,
                }
            ],
        }
    )


@lru_cache(maxsize=1024)
def _scaling(name: str, replicas: Replicas) -> Shared:
    percent = _CPU_PERCENT if replicas.cpu_percent is None else replicas.cpu_percent
    target = {"type": "Utilization", "averageUtilization": percent}
    return Shared(
        {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": replicas.minimum,
            "maxReplicas": replicas.maximum,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
            "behavior": _BEHAVIOR,
        }
    )


@lru_cache(maxsize=1024)
def _disruption(name: str, maximum_unavailable: int) -> Shared:
    return Shared(
        {
            "maxUnavailable": maximum_unavailable,
            "selector": pods_of(name),
            # A pod that never becomes ready must not keep a node from being drained.
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        }
    )
