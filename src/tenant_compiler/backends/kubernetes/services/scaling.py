"""Service, HorizontalPodAutoscaler and PodDisruptionBudget: how a service is reached, how many run, what may go."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import made, pods_of
from tenant_compiler.backends.kubernetes.services.certified import spoken
from tenant_compiler.backends.kubernetes.services.tracks import rollout_lines, service_selector, services_of
from tenant_compiler.model.artifact import Shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.services.tracks import Track
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Replicas, Workload

_APP_PROTOCOL: Final = {"http": "http", "https": "https", "grpc": "kubernetes.io/h2c", "grpcs": "https", "tcp": "tcp"}
_CPU_PERCENT: Final = 70
_APIS: Final = {"Deployment": "apps/v1", "Rollout": "argoproj.io/v1alpha1"}
BEHAVIOR: Final = Shared(
    {
        "scaleDown": {
            "stabilizationWindowSeconds": 300,
            "policies": [{"type": "Percent", "value": 50, "periodSeconds": 60}],
        }
    }
)


def services(here: Scene, meta: Shared, workload: Workload, port: int) -> Iterator[ArtifactObject]:
    """Make the names under which callers and the gateway reach a service; they listen where its pods do."""
    for name in services_of(here, workload):
        value: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": meta if name == workload.name else {**meta, "name": name},
            "spec": _service_spec(workload.protocol, spoken(workload), port, service_selector(here, workload, name)),
        }
        yield made(
            "Service", value, (*workload.made_from, *rollout_lines(workload, "strategy", "variant_image", "active"))
        )


def autoscaler(track: Track) -> ArtifactObject:
    """Make what moves the number of replicas between minimum and maximum by CPU use."""
    workload = track.workload
    value: dict[str, Any] = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": track.meta,
        "spec": _scaling(track.kind, track.name, workload.replicas),
    }
    return made("HorizontalPodAutoscaler", value, (workload.line("scaling"),))


def recommender(track: Track) -> ArtifactObject:
    """Make what recommends sizes of pods. It changes none: the autoscaler of their number looks at CPU, too."""
    value: dict[str, Any] = {
        "apiVersion": "autoscaling.k8s.io/v1",
        "kind": "VerticalPodAutoscaler",
        "metadata": track.meta,
        "spec": _recommendation(track.kind, track.name),
    }
    return made("VerticalPodAutoscaler", value, ((*track.workload.made_from[0], "resources"),))


def disruption_budget(meta: Shared, workload: Workload) -> ArtifactObject:
    """Make the bound on what a drain of nodes may take at a time, of all versions of a service together."""
    spec = _disruption(workload.name, workload.maximum_unavailable)
    value = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": meta, "spec": spec}
    return made("PodDisruptionBudget", value, (workload.line("availability"),))


@lru_cache(maxsize=1024)
def target(kind: str, name: str) -> Shared:
    """Refer to what runs the pods of one version of a service."""
    return Shared({"apiVersion": _APIS[kind], "kind": kind, "name": name})


@lru_cache(maxsize=1024)
def _recommendation(kind: str, name: str) -> Shared:
    policies = [{"containerName": "*", "controlledResources": ["cpu", "memory"]}]
    return Shared(
        {
            "targetRef": target(kind, name),
            "updatePolicy": {"updateMode": "Off"},
            "resourcePolicy": {"containerPolicies": policies},
        }
    )


def _service_spec(protocol: str, speaks: str, port: int, selector: Shared) -> Shared:
    return _spec_of(protocol, speaks, port, tuple(selector.items()))


@lru_cache(maxsize=1024)
def _spec_of(protocol: str, speaks: str, port: int, selector: tuple[tuple[str, str], ...]) -> Shared:
    return Shared(
        {
            "type": "ClusterIP",
            "selector": Shared(selector),
            "ports": [
                {
                    "name": protocol,
                    "protocol": "TCP",
                    "appProtocol": _APP_PROTOCOL[speaks],
                    "port": port,
                    "targetPort": protocol,
                }
            ],
        }
    )


@lru_cache(maxsize=1024)
def _scaling(kind: str, name: str, replicas: Replicas) -> Shared:
    percent = _CPU_PERCENT if replicas.cpu_percent is None else replicas.cpu_percent
    aim = {"type": "Utilization", "averageUtilization": percent}
    return Shared(
        {
            "scaleTargetRef": target(kind, name),
            "minReplicas": replicas.minimum,
            "maxReplicas": replicas.maximum,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": aim}}],
            "behavior": BEHAVIOR,
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
