"""The pod that a Deployment and a CronJob share: one restricted container."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.ai import accelerators
from tenant_compiler.backends.kubernetes.common import RESTRICTED_CONTAINER, RESTRICTED_POD, cores, mebibytes, pods_of
from tenant_compiler.backends.kubernetes.data import files, secrets, volumes
from tenant_compiler.backends.kubernetes.network.ways import SIDECAR, meshed
from tenant_compiler.backends.kubernetes.operations import tracing
from tenant_compiler.backends.kubernetes.services.certified import certify, spoken
from tenant_compiler.backends.kubernetes.services.tracks import controlled
from tenant_compiler.backends.kubernetes.tenancy import identity, nodes
from tenant_compiler.emit.escape import kubernetes_value
from tenant_compiler.model.artifact import Shared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Amounts, Workload

DRAIN_SECONDS: Final = 5
"""A pod goes on serving so long after it is told to stop: gateways need it to take the pod out of rotation."""
GRACE_SECONDS: Final = 35
"""From the order to stop until the kill: the drain and thirty seconds to finish requests."""

_TEMPORARY_MIB: Final = 128
"""Of ``/tmp`` when the service says nothing about scratch space. The root file system is read-only."""

_LIFECYCLE: Final = Shared({"preStop": {"sleep": {"seconds": DRAIN_SECONDS}}})
_BY_KUBERNETES: Final = "pod-template-hash"
_BY_ARGO: Final = "rollouts-pod-template-hash"
"""The label by which a controller tells the pods of a service's versions apart."""
_ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
_SAMPLER: Final = "OTEL_TRACES_SAMPLER"
_MOUNTS: Final = [Shared({"name": "tmp", "mountPath": "/tmp"})]  # noqa: S108 - a folder in the container
_SETTINGS: Final = [Shared({"configMapRef": {"name": "settings"}})]


def template(here: Scene, meta: Shared, workload: Workload, settings: str) -> dict[str, Any]:
    """Make a pod template.

    Args:
        here: the tenant in its cluster.
        meta: the service's metadata.
        workload: the service.
        settings: a hash of the public settings, empty for none: a change of them starts new pods.
    """
    head: dict[str, Any] = {"labels": identity.pod_labels(here, workload.name, meta["labels"])}
    annotations = _annotations(workload.bandwidth_mbps, settings, tracing.collects(here), meshed(here))
    if annotations:
        head["annotations"] = annotations
    return {"metadata": head, "spec": _pod(here, workload, settings)}


def _pod(here: Scene, workload: Workload, settings: str) -> dict[str, Any]:
    pod: dict[str, Any] = {
        "serviceAccountName": workload.name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": volumes.security(workload) or RESTRICTED_POD,
        **nodes.schedule(here, workload),
    }
    if here.priority_class:
        pod["priorityClassName"] = here.priority_class
    if workload.kind == "cron":
        pod["restartPolicy"] = "Never"
    else:
        pod["terminationGracePeriodSeconds"] = GRACE_SECONDS
        version = _BY_ARGO if controlled(here, workload) else _BY_KUBERNETES
        pod["topologySpreadConstraints"] = _spread(workload.name, version, here.site.zones, workload.replicas.minimum)
    pod["containers"] = [_container(here, workload, settings)]
    pod["volumes"] = _volumes(workload.limits.ephemeral_mib)
    if workload.volumes:
        pod["volumes"] = [*pod["volumes"], *volumes.disks(workload.name, workload.volumes)]
    if workload.secrets and secrets.kind_of(here) == "csi":
        pod["volumes"] = [*pod["volumes"], files.disk(workload.name)]
    certify(here, workload, pod)
    accelerator = accelerators.resource(here, workload)
    if accelerator:
        _accelerate(here, workload, pod, accelerator)
    return pod


def _accelerate(here: Scene, workload: Workload, pod: dict[str, Any], name: str) -> None:
    """Give a pod accelerators, of which the request is the limit, beside what else says where it runs."""
    pod["tolerations"] = [*pod.get("tolerations", ()), *accelerators.tolerations(name)]
    product = here.cluster["gpu"].get("product")
    if product is not None:
        pod["nodeSelector"] = {**pod.get("nodeSelector", {}), **accelerators.nodes(name, product)}
    container = pod["containers"][0]
    container["resources"] = _resources(workload.requests, workload.limits, name, workload.accelerators)
    volume, mount = accelerators.shared_memory(workload.limits.memory_mib)
    pod["volumes"] = [*pod["volumes"], volume]
    container["volumeMounts"] = [*container["volumeMounts"], mount]


def _container(here: Scene, workload: Workload, settings: str) -> dict[str, Any]:
    container: dict[str, Any] = {"name": workload.name, "image": workload.image}
    if workload.command:
        container["command"] = [kubernetes_value(word) for word in workload.command]
    endpoint = tracing.endpoint(here)
    if workload.env or endpoint or workload.secrets:
        container["env"] = _environment(workload.env, endpoint, tracing.share(here))
        if workload.secrets:
            container["env"] += secrets.variables(here, workload)
    if settings:
        container["envFrom"] = _SETTINGS
    container["resources"] = _resources(workload.requests, workload.limits)
    if workload.port is not None:
        container["ports"] = _ports(workload.protocol, workload.port)
        if workload.startup_seconds is not None:
            check = workload.liveness or workload.readiness
            container["startupProbe"] = _startup(spoken(workload), check, workload.port, workload.startup_seconds)
        container["readinessProbe"] = _probe(spoken(workload), workload.readiness, workload.port, 5, 3)
        container["livenessProbe"] = _probe(spoken(workload), workload.liveness, workload.port, 10, 6)
        container["lifecycle"] = _LIFECYCLE
    container["securityContext"] = RESTRICTED_CONTAINER
    container["volumeMounts"] = _mounts(here, workload) if workload.volumes or workload.secrets else _MOUNTS
    return container


def _mounts(here: Scene, workload: Workload) -> list[Shared]:
    found = [*_MOUNTS, *volumes.mounts(workload.volumes)]
    return [*found, files.MOUNT] if workload.secrets and secrets.kind_of(here) == "csi" else found


def _environment(env: Mapping[str, str], endpoint: str, share: str) -> list[Shared]:
    """The service's variables, and where its spans go under the names that OpenTelemetry's SDKs read."""
    variables = [_variable(name, text) for name, text in env.items()]
    if endpoint and _ENDPOINT not in env:
        variables.append(_variable(_ENDPOINT, endpoint))
    if share and _SAMPLER not in env:
        variables += (_variable(_SAMPLER, "parentbased_traceidratio"), _variable(f"{_SAMPLER}_ARG", share))
    return variables


@lru_cache(maxsize=4096)
def _variable(name: str, text: str) -> Shared:
    """Make one entry; most variables of a fleet come from presets and are the same everywhere."""
    return Shared({"name": name, "value": kubernetes_value(text)})


@lru_cache(maxsize=1024)
def _annotations(bandwidth_mbps: int | None, settings: str, inject: bool, meshed: bool) -> Shared:  # noqa: FBT001 - cached
    annotations = Shared(SIDECAR if meshed else {})
    if bandwidth_mbps is not None:
        # In bits a second, as the bandwidth plug-in of the pod network reads it.
        annotations["kubernetes.io/ingress-bandwidth"] = annotations["kubernetes.io/egress-bandwidth"] = (
            f"{bandwidth_mbps}M"
        )
    if settings:
        annotations["tenant-compiler.dev/settings"] = settings
    if inject:
        annotations[tracing.INJECT] = tracing.COLLECTOR
    return annotations


@lru_cache(maxsize=1024)
def _resources(requests: Amounts, limits: Amounts, accelerator: str = "", number: int = 0) -> Shared:
    extra = {accelerator: str(number)} if accelerator else {}
    return Shared({"requests": {**_amounts(requests), **extra}, "limits": {**_amounts(limits), **extra}})


def _amounts(amounts: Amounts) -> dict[str, str]:
    written = {"cpu": cores(amounts.millicores), "memory": mebibytes(amounts.memory_mib)}
    if amounts.ephemeral_mib is not None:
        written["ephemeral-storage"] = mebibytes(amounts.ephemeral_mib)
    return written


@lru_cache(maxsize=1024)
def _ports(protocol: str, port: int) -> list[Shared]:
    return [Shared({"name": protocol, "containerPort": port, "protocol": "TCP"})]


@lru_cache(maxsize=1024)
def _probe(protocol: str, path: str, port: int, period: int, failures: int) -> Shared:
    return Shared({**_check(protocol, path, port), "periodSeconds": period, "failureThreshold": failures})


@lru_cache(maxsize=1024)
def _startup(protocol: str, path: str, port: int, seconds: int) -> Shared:
    """Ask often enough that a fast start counts, and so often that a slow one has its time."""
    period = min(5, seconds)
    return Shared({**_check(protocol, path, port), "periodSeconds": period, "failureThreshold": -(-seconds // period)})


def _check(protocol: str, path: str, port: int) -> dict[str, Any]:
    """Ask as the protocol does; the port alone when the service names nothing to ask for."""
    if not path or protocol == "grpcs":  # the kubelet's calls of gRPC know no TLS
        return {"tcpSocket": {"port": port}}
    if protocol == "https":
        return {"httpGet": {"path": path, "port": port, "scheme": "HTTPS"}}
    if protocol == "grpc":
        service = path.strip("/")
        return {"grpc": {"port": port, "service": service} if service else {"port": port}}
    return {"httpGet": {"path": path, "port": port}}


@lru_cache(maxsize=1024)
def _spread(service: str, version: str, zones: int, minimum: int) -> list[Shared]:
    """Over zones, then over nodes, each version by itself.

    A hard rule over zones would keep pods of a small service pending, so it is hard only when every zone gets one.
    Tainted nodes do not count: when a zone fails, its pods may go to the others.
    """
    rules = []
    if zones > 1:
        rules.append(_constraint(service, version, "topology.kubernetes.io/zone", hard=minimum >= zones))
    rules.append(_constraint(service, version, "kubernetes.io/hostname", hard=False))
    return rules


def _constraint(service: str, version: str, key: str, *, hard: bool) -> Shared:
    return Shared(
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "DoNotSchedule" if hard else "ScheduleAnyway",
            "labelSelector": pods_of(service),
            "matchLabelKeys": [version],
            "nodeTaintsPolicy": "Honor",
        }
    )


@lru_cache(maxsize=256)
def _volumes(ephemeral_mib: int | None) -> list[Shared]:
    size = _TEMPORARY_MIB if ephemeral_mib is None else ephemeral_mib
    return [Shared({"name": "tmp", "emptyDir": {"sizeLimit": mebibytes(size)}})]
