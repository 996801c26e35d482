"""On which nodes and in which runtime a tenant's pods run."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.support import HONOURED, Answer, called
from tenant_compiler.model.artifact import Shared
from tenant_compiler.model.backend import Lack

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Lineage, Need, Workload

POOL: Final = "node-restriction.kubernetes.io/tenant"
"""Label and taint of a tenant's nodes. A kubelet cannot give its own node a label with this prefix."""


def schedule(here: Scene, workload: Workload) -> dict[str, Any]:
    """Give what a pod says of its nodes and its runtime; mostly nothing."""
    found: dict[str, Any] = {}
    if not workload.trusted and "runtime_classes" in here.cluster:
        found["runtimeClassName"] = here.cluster["runtime_classes"]["sandboxed"]
    if here.plan.isolation.level == "node_pool" and has_pool(here):
        # The label brings the pods to the nodes, the taint keeps those of others away: neither does both.
        found["nodeSelector"], found["tolerations"] = _pool(here.plan.tenant)
    return found


def scheduled_from(here: Scene, workload: Workload) -> Lineage:
    """Where it is said on which nodes, and in which runtime, a service runs."""
    found: Lineage = () if workload.trusted else ((*workload.made_from[0], "trusted"),)
    return found if here.plan.isolation.level == "namespace" else (*found, *here.plan.isolation.made_from)


def has_pool(here: Scene) -> bool:
    """Whether the tenant has nodes of its own in a cluster."""
    return here.plan.tenant in here.cluster.get("node_pools", ())


def on_own_nodes(here: Scene, need: Need) -> Answer:
    """Answer for a tenant's own nodes."""
    if has_pool(here):
        return HONOURED
    words = f"{need.what} needs nodes; {called(here)} has none for the tenant"
    advice = f"label and taint nodes with `{POOL}`, and add `{here.plan.tenant}` to `node_pools` of the profile"
    return Answer("cannot", Lack(words, advice, "error"))


def in_own_cluster(here: Scene, need: Need) -> Answer:
    """Answer for a cluster of a tenant's own: nobody else is let in then."""
    if here.cluster.get("dedicated_to") == here.plan.tenant:
        return HONOURED
    words = f"{need.what} needs one that nobody else is in; {called(here)} is not the tenant's alone"
    advice = f'name a profile with `dedicated_to = "{here.plan.tenant}"`'
    return Answer("cannot", Lack(words, advice, "error"))


def in_sandbox(here: Scene, need: Need) -> Answer:
    """Answer for programs that are not trusted."""
    if "runtime_classes" in here.cluster:
        return HONOURED
    words = f"{need.what} needs a sandboxed runtime; {called(here)} has none"
    advice = 'install one, and name its class: `runtime_classes = { sandboxed = "gvisor" }`'
    return Answer("cannot", Lack(words, advice, "error"))


@lru_cache(maxsize=256)
def _pool(tenant: str) -> tuple[Shared, list[Shared]]:
    taint = {"key": POOL, "operator": "Equal", "value": tenant, "effect": "NoSchedule"}
    return Shared({POOL: tenant}), [Shared(taint)]
