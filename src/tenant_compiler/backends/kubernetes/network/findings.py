"""Says where the network lets through more or less than was declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.network import ways
from tenant_compiler.backends.kubernetes.network.clouds import object_hosts
from tenant_compiler.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Egress

_TARGET: Final = "kubernetes"


def findings(here: Scene) -> Iterator[Diagnostic]:
    """Compare what network policies can say with what was declared."""
    if here.cluster["network_policy"] == "none":
        return  # `supports` says that nothing is enforced: details of what is not would only distract
    if ways.knows_hosts(here) and ways.entries(here) > ways.POLICY_MAP - ways.SPARE:
        yield _too_many(here)
    for destination in here.plan.egress:
        if destination.host and not ways.knows_hosts(here):
            yield _wider(destination)
    for workload in here.plan.workloads:
        if not workload.uses:
            continue
        at = workload.line("uses")
        if ways.uses_objects(here, workload):
            yield _object_store(here, workload.name, at)
        if ways.uses_sql(here, workload) and not here.cluster["data_cidrs"]:
            yield _out_of_reach(here, workload.name, at)


def _too_many(here: Scene) -> Diagnostic:
    return Diagnostic(
        "TC560",
        f"{len(here.plan.egress)} destinations with their ports come to {ways.entries(here)} pairs of address and port,"
        f" but Cilium holds {ways.POLICY_MAP} for a pod",
        pointer=("spec", "security", "network", "egress"),
        help="put neighbouring ranges together, or let the pods go by a proxy of the platform's that has the list",
        target=_TARGET,
    )


def _wider(destination: Egress) -> Diagnostic:
    shown = " and ".join(map(str, destination.ports))
    who = " and ".join(f"`{name}`" for name in destination.only_for) or "every service"
    return Diagnostic(
        "TC510",
        f"{who} may reach all public addresses on port {shown}, which is wider than the declared {destination.host}",
        severity="warning",
        pointer=destination.made_from[0],
        help="declare `cidr` instead of `host` when the addresses of the destination are known",
        notes=("a NetworkPolicy knows addresses only; Cilium's policies know host names",),
        target=_TARGET,
        object=f"NetworkPolicy/{destination.only_for[0] if destination.only_for else 'default.egress'}",
    )


def _object_store(here: Scene, service: str, pointer: tuple[str | int, ...]) -> Diagnostic:
    named = ways.knows_hosts(here) and bool(object_hosts(here.plan))
    open_to = "the object stores of everybody in its regions" if named else "all public addresses on port 443"
    return Diagnostic(
        "TC518",
        f"{service} may reach {open_to}, because it uses an object store",
        severity="info",
        pointer=pointer,
        help="keep in mind that the network does not hold it to the store's own end point; the store's access rules do",
        target=_TARGET,
        object=f"CiliumNetworkPolicy/{service}" if named else f"NetworkPolicy/{service}",
    )


def _out_of_reach(here: Scene, service: str, pointer: tuple[str | int, ...]) -> Diagnostic:
    cluster = here.site.cluster
    where = (
        f"the cluster profile {cluster}" if cluster else f"the region {here.site.region} has no cluster profile, which"
    )
    return Diagnostic(
        "TC519",
        f"{service} cannot reach its SQL store: {where} names no addresses of stores",
        severity="warning",
        pointer=pointer,
        help=f'set `data_cidrs = ["10.20.0.0/16"]`, with the range of the databases, in `[cluster.{cluster}]`'
        if cluster
        else "name a `cluster_profile` for the region, one with `data_cidrs`",
        target=_TARGET,
        object=f"NetworkPolicy/{service}",
    )
