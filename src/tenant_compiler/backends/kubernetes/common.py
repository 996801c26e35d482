"""What the objects of one tenant in one cluster have in common: labels, metadata, amounts, names."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.emit.escape import label_value
from tenant_compiler.model.artifact import ArtifactObject, Shared
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.model.plan import Lineage, Plan, Site, Workload
    from tenant_compiler.model.vocabulary.cluster import Cluster

NAME: Final = "app.kubernetes.io/name"
"""The label that selectors use. Only this one: a selector cannot be changed later, the other labels may."""
NAMESPACE_NAME: Final = "kubernetes.io/metadata.name"
"""The label by which the API server itself names every namespace: nobody can forge it."""
OWN: Final = "tenant-compiler.dev/"

TENANT: Final[Lineage] = (("metadata", "name"),)
"""The lineage of what a namespace has because there is a tenant at all."""

RESTRICTED_POD: Final = Shared({"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}})
RESTRICTED_CONTAINER: Final = Shared(
    {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True}
)
"""What the namespace's level of Pod Security asks of pods and containers, and a root file system that nobody writes."""

DEFAULT_CLUSTER: Final[Cluster] = {
    "kubernetes": "1.34",
    "network_policy": "kubernetes",
    "rollouts": "native",
    "autoscaler": "hpa",
    "vertical_autoscaler": False,
    "data_cidrs": [],
    "operators": [],
    "crds": [],
}
"""The profile of a site for which the workspace names none: the defaults of the vocabulary."""


class Scene(NamedTuple):
    """What every function that makes objects is given: one tenant in one cluster."""

    plan: Plan
    site: Site
    cluster: Cluster
    priority_class: str
    """Empty: pods have no priority of their own."""
    labels: Shared
    """Of objects that belong to no single service."""


def scene(plan: Plan, site: Site, cluster: Cluster, priority_class: str) -> Scene:
    """Put together what the objects of a cluster have in common."""
    labels = Shared(_labels(plan.name, plan.fleet, plan.tenant, plan.environment, plan.tier))
    return Scene(plan, site, cluster, priority_class, labels)


def metadata(here: Scene, name: str) -> dict[str, Any]:
    """The metadata of an object that belongs to no single service."""
    return {"name": name, "namespace": here.plan.name, "labels": here.labels}


def service_metadata(here: Scene, workload: Workload) -> Shared:
    """The metadata of all objects of a service: they have its name."""
    plan = here.plan
    labels = Shared(_labels(workload.name, plan.fleet, plan.tenant, plan.environment, plan.tier))
    return Shared({"name": workload.name, "namespace": plan.name, "labels": labels})


def made(kind: str, value: dict[str, Any], made_from: Lineage) -> ArtifactObject:
    """Name an object as `index` does, too: by kind and name."""
    return ArtifactObject(f"{kind}/{value['metadata']['name']}", value, made_from)


def account(meta: dict[str, Any], made_from: Lineage) -> ArtifactObject:
    """Make an identity whose pods get no token: nothing in them talks to the API server."""
    value: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": meta,
        "automountServiceAccountToken": False,
    }
    return made("ServiceAccount", value, made_from)


def fleet_labels(name: str, fleet: str) -> dict[str, str]:
    """The labels of what belongs to no single tenant."""
    return {NAME: name, "app.kubernetes.io/part-of": fleet, "app.kubernetes.io/managed-by": "tenant-compiler"}


@lru_cache(maxsize=1024)
def pods_of(service: str) -> Shared:
    """The selector of a service's pods."""
    return Shared({"matchLabels": Shared({NAME: service})})


@lru_cache(maxsize=1024)
def cores(millicores: int) -> str:
    """Write CPU as Kubernetes prints it: whole cores without a suffix."""
    return f"{millicores}m" if millicores % 1000 else str(millicores // 1000)


@lru_cache(maxsize=1024)
def mebibytes(mib: int) -> str:
    """Write MiB: whole GiB with that suffix."""
    return f"{mib}Mi" if mib % 1024 or not mib else f"{mib // 1024}Gi"


@lru_cache(maxsize=256)
def priority_class(prefix: str, tier: str) -> str:
    """Name a tier's PriorityClass."""
    return prefix + tier.replace("_", "-")


def _labels(name: str, fleet: str, tenant: str, environment: str, tier: str) -> dict[str, str]:
    return {
        **fleet_labels(name, fleet),
        OWN + "tenant": tenant,
        OWN + "environment": environment,
        OWN + "tier": _label_value(tier),
    }


_label_value = lru_cache(maxsize=256)(label_value)
