"""Namespace, ResourceQuota and LimitRange: who the tenant is, and how much it gets."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import OWN, TENANT, cores, made, mebibytes, metadata
from tenant_compiler.backends.kubernetes.edge import challenges
from tenant_compiler.backends.kubernetes.network import istio
from tenant_compiler.backends.kubernetes.operations import tracing
from tenant_compiler.backends.kubernetes.services.tracks import deployments
from tenant_compiler.model.artifact import ArtifactObject, Shared
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Lineage, Plan

_QUOTAS: Lineage = (("spec", "quotas"),)
_COUNTED = ("cpu_cores", "memory_gb", "storage_gb", "ml_model_instances", "ai_processing_units")
"""What a ResourceQuota can bound, where the tenant does."""

_DEFAULT_REQUEST = (100, 128)
"""Millicores and MiB of a container that says nothing, such as a debugging pod."""
_DEFAULT_LIMIT = (500, 512)

# Of what a container writes beside its volumes, logs among it: a node that is full pushes out pods of every tenant.
_SCRATCH_REQUEST = {"ephemeral-storage": "256Mi"}
_SCRATCH_LIMIT = {"ephemeral-storage": "4Gi"}
_LEAST_VOLUME_MIB: Final = 1024
_NAMES: Final = (
    "pods",
    "services",
    "secrets",
    "configmaps",
    "count/jobs.batch",
    "count/cronjobs.batch",
    "persistentvolumeclaims",
)
"""Of what `Objects` has, in its order."""

Amount = float | int | None


def objects(here: Scene) -> list[ArtifactObject]:
    """Make the three; a quota on CPU or memory makes limits mandatory, so it never comes without its LimitRange."""
    quotas = here.plan.quotas
    hard = _quota(
        _millicores(quotas["cpu_cores"]),
        _mib(quotas["memory_gb"]),
        _mib(quotas["storage_gb"]),
        _deployments(here),
        _accelerators(here),
        _objects(here.plan, len(challenges.hosts(here))),
    )
    limits = _limits(_millicores(quotas["cpu_cores"]), _mib(quotas["memory_gb"]), _mib(quotas["storage_gb"]))
    found = [
        _namespace(here),
        made(
            "ResourceQuota",
            {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata(here, "quota"), "spec": hard},
            _bounded(tuple(name for name in _COUNTED if _counts(here, name))),
        ),
        made(
            "LimitRange",
            {"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata(here, "limits"), "spec": limits},
            _QUOTAS,
        ),
    ]
    return [*found, _own_priority(here)] if _others_make_pods(here) else found


def _others_make_pods(here: Scene) -> bool:
    """Whether people may change pods, so that it is not we alone who give them a priority."""
    plan = here.plan
    return bool(here.priority_class) and (plan.break_glass is not None or bool(plan.duties and plan.duties.deployers))


def _own_priority(here: Scene) -> ArtifactObject:
    """Let no pod have the priority of another tier: it would push out pods of tenants that pay for theirs."""
    value = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": metadata(here, "priority"),
        "spec": _of_other_classes(here.priority_class),
    }
    return made("ResourceQuota", value, (("spec", "tier"),))


@lru_cache(maxsize=64)
def _of_other_classes(own: str) -> Shared:
    other = {"scopeName": "PriorityClass", "operator": "NotIn", "values": [own]}
    # Without the first, pods that have no priority at all would count, such as one for debugging.
    scopes = [{"scopeName": "PriorityClass", "operator": "Exists"}, other]
    return Shared({"hard": {"pods": "0"}, "scopeSelector": {"matchExpressions": scopes}})


class Objects(NamedTuple):
    """How many objects of a kind there may be: twice what the tenant needs, and some room for what comes and goes.

    A version that is prepared beside the running one doubles pods; what runs the platform adds Secrets and ConfigMaps.
    """

    pods: int
    services: int
    secrets: int
    configmaps: int
    jobs: int
    cronjobs: int
    claims: int


_ROOM: Final = 20
"""Beyond what a tenant needs: a runaway is stopped, and nobody who works notices the bound."""


def _objects(plan: Plan, challenged: int) -> Objects:
    """Count what the tenant needs; hosts that are challenged have a pod and a Service each while they are."""
    crons = sum(workload.kind == "cron" for workload in plan.workloads)
    pods = sum(workload.replicas.maximum for workload in plan.workloads)
    hosts = sum(len(workload.hosts) for workload in plan.workloads)
    secrets = sum(len(workload.secrets) for workload in plan.workloads)
    claims = sum(len(workload.volumes) for workload in plan.workloads)
    number = len(plan.workloads)
    return Objects(
        pods=_rounded(2 * pods + challenged),
        services=_rounded(2 * number + challenged),
        secrets=_rounded(2 * (hosts + secrets)),
        configmaps=_rounded(2 * number),
        # One that runs, one that went well, three that did not: as many as each CronJob keeps.
        jobs=_rounded(5 * crons),
        cronjobs=_rounded(crons),
        claims=_rounded(claims) if claims else 0,
    )


def _rounded(number: int) -> int:
    """Round up to tens with room above, so that one more service changes no quota."""
    return -(-number // 10) * 10 + _ROOM


def _counts(here: Scene, name: str) -> bool:
    """Whether the ResourceQuota bounds something; accelerators only where the cluster has some."""
    return here.plan.quotas[name] is not None and (name != "ai_processing_units" or "gpu" in here.cluster)


@lru_cache(maxsize=64)
def _bounded(names: tuple[str, ...]) -> Lineage:
    return (*_QUOTAS, *(("spec", "quotas", name) for name in names))


def _namespace(here: Scene) -> ArtifactObject:
    plan, owner = here.plan, here.plan.owner
    # Our labels come last: a tenant cannot loosen the pod security of its own namespace with a label.
    labels = {**plan.labels, **here.labels, OWN + "team": owner.team}
    if owner.cost_center:
        labels[OWN + "cost-center"] = owner.cost_center
    labels.update(_pod_security(here.cluster["kubernetes"]))
    labels.update(istio.injection(here))
    value: dict[str, Any] = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": plan.name, "labels": labels}}
    annotations = {
        OWN + key: text
        for key, text in (
            ("display-name", plan.display_name),
            ("owner-email", owner.email),
            ("on-call", owner.on_call),
        )
        if text
    }
    if annotations:
        value["metadata"]["annotations"] = annotations
    return made("Namespace", value, (*TENANT, *here.site.made_from, *plan.apart_from))


@lru_cache(maxsize=16)
def _pod_security(minor: str) -> dict[str, str]:
    """Restricted, as the profile's version defines it: an upgrade of the cluster alone refuses nothing new."""
    prefix = "pod-security.kubernetes.io/"
    levels = {}
    for mode in ("enforce", "audit", "warn"):
        levels[prefix + mode] = "restricted"
        levels[f"{prefix}{mode}-version"] = f"v{minor}"
    return levels


def _deployments(here: Scene) -> int | None:
    """As many as the tenant's services have, its instances of models, and what operators make for it."""
    instances = here.plan.quotas["ml_model_instances"]
    if instances is None:
        return None
    # Model servers have a quota of their own, so they are not counted a second time.
    own = sum(deployments(here, workload) for workload in here.plan.workloads if workload.part == "service")
    return int(instances) + own + tracing.deployments(here)


def _accelerators(here: Scene) -> tuple[str, int] | None:
    gpu, units = here.cluster.get("gpu"), here.plan.quotas["ai_processing_units"]
    if gpu is None or units is None:
        return None
    return gpu["resource"], int(units) // gpu["units_per_accelerator"]


def _millicores(value: Amount) -> int | None:
    return None if value is None else round(value * 1000)


def _mib(gib: Amount) -> int | None:
    return None if gib is None else round(gib * 1024)


@lru_cache(maxsize=1024)
def _quota(  # noqa: PLR0913, PLR0917 - the key of the cache
    millicores: int | None,
    memory: int | None,
    storage: int | None,
    deployments: int | None,
    accelerators: tuple[str, int] | None,
    objects: Objects,
) -> Shared:
    hard: dict[str, str] = {}
    if millicores is not None:
        hard["requests.cpu"] = hard["limits.cpu"] = cores(millicores)
    if memory is not None:
        hard["requests.memory"] = hard["limits.memory"] = mebibytes(memory)
    if storage is not None:
        hard["requests.storage"] = mebibytes(storage)
    if accelerators is not None:
        # Kubernetes counts extended resources by their requests only.
        hard[f"requests.{accelerators[0]}"] = str(accelerators[1])
    if deployments is not None:
        hard["count/deployments.apps"] = str(deployments)
    for name, number in zip(_NAMES, objects, strict=True):
        hard[name] = str(number)
    # Both would open a way in beside the gateway.
    hard["services.nodeports"] = hard["services.loadbalancers"] = "0"
    return Shared({"hard": hard})


@lru_cache(maxsize=1024)
def _limits(millicores: int | None, memory: int | None, storage: int | None) -> Shared:
    """Defaults of containers that say nothing, and the most that a single one may take: the whole quota."""
    limit = (_least(_DEFAULT_LIMIT[0], millicores), _least(_DEFAULT_LIMIT[1], memory))
    request = (min(_DEFAULT_REQUEST[0], limit[0]), min(_DEFAULT_REQUEST[1], limit[1]))
    container: dict[str, Any] = {
        "type": "Container",
        "defaultRequest": {"cpu": cores(request[0]), "memory": mebibytes(request[1]), **_SCRATCH_REQUEST},
        "default": {"cpu": cores(limit[0]), "memory": mebibytes(limit[1]), **_SCRATCH_LIMIT},
    }
    most = {}
    if millicores is not None:
        most["cpu"] = cores(millicores)
    if memory is not None:
        most["memory"] = mebibytes(memory)
    if most:
        container["max"] = most
    limits = [container]
    if storage is not None:
        least = {"storage": mebibytes(min(_LEAST_VOLUME_MIB, storage))}
        limits.append({"type": "PersistentVolumeClaim", "min": least, "max": {"storage": mebibytes(storage)}})
    return Shared({"limits": limits})


def _least(wanted: int, bound: int | None) -> int:
    return wanted if bound is None else min(wanted, bound)
