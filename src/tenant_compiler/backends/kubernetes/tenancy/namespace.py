"""Namespace, ResourceQuota and LimitRange: who the tenant is, and how much it gets."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tenant_compiler.backends.kubernetes.common import OWN, TENANT, cores, made, mebibytes, metadata
from tenant_compiler.backends.kubernetes.operations import tracing
from tenant_compiler.backends.kubernetes.services.tracks import deployments
from tenant_compiler.model.artifact import ArtifactObject, Shared

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Lineage

_QUOTAS: Lineage = (("spec", "quotas"),)
_COUNTED = ("cpu_cores", "memory_gb", "storage_gb", "ml_model_instances", "ai_processing_units")
"""What a ResourceQuota can bound, where the tenant does."""

_DEFAULT_REQUEST = (100, 128)
"""Millicores and MiB of a container that says nothing, such as a debugging pod."""
_DEFAULT_LIMIT = (500, 512)

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
    )
    limits = _limits(_millicores(quotas["cpu_cores"]), _mib(quotas["memory_gb"]), _mib(quotas["storage_gb"]))
    return [
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
def _quota(
    millicores: int | None,
    memory: int | None,
    storage: int | None,
    deployments: int | None,
    accelerators: tuple[str, int] | None,
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
        "defaultRequest": {"cpu": cores(request[0]), "memory": mebibytes(request[1])},
        "default": {"cpu": cores(limit[0]), "memory": mebibytes(limit[1])},
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
        limits.append({"type": "PersistentVolumeClaim", "max": {"storage": mebibytes(storage)}})
    return Shared({"limits": limits})


def _least(wanted: int, bound: int | None) -> int:
    return wanted if bound is None else min(wanted, bound)
