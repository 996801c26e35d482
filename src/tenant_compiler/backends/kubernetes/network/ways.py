"""Who may talk to whom, in no policy's words: the ways in and out that a tenant and its cluster call for.

`policies` spells them as NetworkPolicies, `cilium` as Cilium's, `istio` as rules of the mesh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from tenant_compiler.backends.kubernetes.edge import challenges
from tenant_compiler.backends.kubernetes.network.clouds import object_hosts, sql_hosts
from tenant_compiler.model.artifact import Shared
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Egress, Workload
    from tenant_compiler.model.vocabulary.cluster import Dns

SQL_PORTS: Final = {"postgres": 5432}
"""The port of each database engine."""
METRICS_PORT: Final = 15020
"""Where an Istio sidecar answers who scrapes, with the service's own metrics among its own."""
CONTROL_PORT: Final = 15012
"""Where sidecars get their certificates and configuration."""

# What no destination outside the platform may be. The metadata services of all clouds lie in the link-local ranges, in
# the shared and unique local ones, or (Azure's second one) have an address of their own.
PRIVATE: Final = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
)
PRIVATE_6: Final = (
    "::/96",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "2001::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
)
"""With those that stand for IPv4 addresses: a gateway between both would lead to private ones."""


class Peer(NamedTuple):
    """One end of a way."""

    kind: Literal["service", "namespace", "range", "platform", "public", "host"]
    """A service of the tenant; all pods of a namespace; a declared range, never its private parts; a range of the
    platform's own, such as that of stores; all public addresses; a host name, which may have wildcards."""
    name: str = ""


class Way(NamedTuple):
    """TCP traffic from or to any of the peers."""

    peers: tuple[Peer, ...]
    ports: tuple[int, ...]


IDENTITY_AGENTS: Final[Mapping[tuple[str, str], tuple[Way, ...]]] = {
    ("aws", "pod-identity"): (Way((Peer("platform", "169.254.170.23/32"),), (80,)),),
    # Pods ask 169.254.169.254. GKE's Dataplane V2, and Cilium, look at that address; where iptables lead the way,
    # policies see the address of the metadata server on the node behind it. Which of them a cluster has is no matter of
    # whether it knows host names, and the address that is not seen leads nowhere.
    ("gcp", "workload-identity"): (
        Way((Peer("platform", "169.254.169.252/32"),), (988,)),
        Way((Peer("platform", "169.254.169.254/32"),), (80,)),
    ),
}
"""Where on its node a pod asks who it is in the cloud, by the cloud and the profile's `cloud_identity`; others need
nobody there. In another cloud the same address is that of the node's own credentials."""

POLICY_MAP: Final = 16_384
"""So many pairs of an identity and a port does Cilium hold for a pod, as it comes (`bpf-policy-map-max`)."""
SPARE: Final = 384
"""Of these for what is not declared: name resolution, services, stores, the private ranges."""

SIDECAR: Final = Shared(
    {
        # As an init container that goes on: the pods of a CronJob end, and no service starts before it can be reached.
        "sidecar.istio.io/nativeSidecar": "true",
        "sidecar.istio.io/proxyCPU": "50m",
        "sidecar.istio.io/proxyCPULimit": "200m",
        "sidecar.istio.io/proxyMemory": "128Mi",
        "sidecar.istio.io/proxyMemoryLimit": "256Mi",
    }
)
"""Of every pod in the mesh. The amounts count for the tenant's quota, so they are not left to the mesh's defaults."""

TESTS: Final = "default.penetration"
"""The job that tests exposed services, as its pods and its identity are called."""
PUBLIC: Final = (Peer("public"),)
_DNS: Final[Dns] = {"domain": "cluster.local", "search": []}


def knows_hosts(here: Scene) -> bool:
    """Whether the cluster's policies know host names."""
    return here.cluster["network_policy"] == "cilium"


def meshed(here: Scene) -> bool:
    """Whether the tenant's pods have Istio's sidecars: where there is Istio, and the tenant asks for what it does."""
    mesh = here.cluster.get("mesh")
    return mesh is not None and mesh["kind"] == "istio" and here.plan.trust.asked


def authenticates(here: Scene) -> bool:
    """Whether Cilium proves who callers are: where it can, and the tenant asks for it."""
    mesh, trust = here.cluster.get("mesh"), here.plan.trust
    return knows_hosts(here) and mesh is not None and mesh["kind"] == "cilium" and (trust.zero_trust or trust.mutual)


def dns(here: Scene) -> Dns:
    """How pods resolve names."""
    return here.cluster.get("dns", _DNS)


def tested(here: Scene) -> list[Workload]:
    """The services that the platform's tests try from inside: the exposed ones, where the tenant asks for tests."""
    scans = here.plan.scans
    if scans is None or not scans.services_from or "penetration_image" not in here.cluster.get("scanning", {}):
        return []
    return [workload for workload in here.plan.workloads if workload.hosts and workload.port is not None]


def inward(here: Scene, workload: Workload) -> list[Way]:
    """The ways into a service: its callers, the gateway where it is exposed, tests of it, and who scrapes metrics."""
    port = workload.port
    if port is None:
        return []
    ways = [Way(tuple([Peer("service", name) for name in workload.callers]), (port,))] if workload.callers else []
    gateway, monitoring = here.cluster.get("gateway"), here.cluster.get("monitoring")
    if workload.hosts and gateway is not None:
        ways.append(Way((Peer("namespace", gateway["namespace"]),), (port,)))
    if workload in tested(here):
        ways.append(Way((Peer("service", TESTS),), (port,)))
    if monitoring is not None:
        ports = (port, METRICS_PORT) if meshed(here) else (port,)
        ways.append(Way((Peer("namespace", monitoring["namespace"]),), ports))
    return ways


def identified(here: Scene) -> bool:
    """Whether Cilium's policies speak for a tenant's pods alone: where identities count, for who comes in, too."""
    return knows_hosts(here) and (here.plan.trust.zero_trust or authenticates(here))


def challenge(here: Scene) -> Way:
    """The way of an authority's request to the pods that answer it: by the gateway."""
    return Way((Peer("namespace", here.cluster["gateway"]["namespace"]),), (challenges.PORT,))


def outward(here: Scene, workload: Workload, ports: Mapping[str, int | None]) -> list[Way]:
    """The ways out of a service: what it calls, and the stores that it uses.

    Args:
        here: the tenant in its cluster.
        workload: the service.
        ports: the ports of all services of the tenant, by name.
    """
    called = [(name, port) for name in workload.calls if (port := ports.get(name)) is not None]
    ways = [Way((Peer("service", name),), (port,)) for name, port in called]
    ways += [declared(here, item) for item in here.plan.egress if workload.name in item.only_for]
    if workload.uses:
        ranges = tuple([Peer("platform", cidr) for cidr in here.cluster["data_cidrs"]])
        databases = uses_sql(here, workload) if ranges else []
        if databases:
            ways.append(Way(ranges, tuple(databases)))
        if uses_objects(here, workload):
            # The end points of object stores have no addresses of their own that could be listed here.
            hosts = object_hosts(here.plan) if knows_hosts(here) else ()
            ways.append(Way(tuple([Peer("host", host) for host in hosts]) or PUBLIC, (443,)))
    return [*ways, *agents(here)] if asks(here, workload) else ways


def agents(here: Scene) -> tuple[Way, ...]:
    """The ways to what tells a pod who it is in the cloud."""
    return IDENTITY_AGENTS.get((here.site.cloud, here.cluster.get("cloud_identity", "")), ())


def asks(here: Scene, workload: Workload) -> bool:
    """Whether a service must show who it is: to an object store, or to the cloud's own AI services.

    In AWS an identity has the rights to stores only, so there is nothing to show to those services.
    """
    if not agents(here):
        return False
    endpoint = here.plan.ai.endpoint if here.plan.ai is not None else None
    if endpoint is not None and endpoint.provider == here.site.cloud == "gcp":
        calls = (item for item in here.plan.egress if item.made_from == endpoint.made_from)
        if any(workload.name in item.only_for for item in calls):
            return True
    return uses_objects(here, workload)


def control(here: Scene) -> Way | None:
    """The way of every pod in the mesh to what gives it certificates."""
    mesh = here.cluster.get("mesh")
    if mesh is None or not meshed(here):
        return None
    return Way((Peer("namespace", mesh["namespace"]),), (CONTROL_PORT,))


def collector(otlp: str) -> Way:
    """The way to the platform's collector: which pods stand behind the name of a Service is not known here."""
    service, _, port = otlp.rpartition(":")
    return Way((Peer("namespace", service.partition(".")[2]),), (int(port),))


def declared(here: Scene, destination: Egress) -> Way:
    """The way to a declared destination; to every public address where policies know no host names."""
    if destination.cidr:
        return Way((Peer("range", destination.cidr),), destination.ports)
    if knows_hosts(here):
        return Way((Peer("host", destination.host),), destination.ports)
    return Way(PUBLIC, destination.ports)


def uses_sql(here: Scene, workload: Workload) -> list[int]:
    """The ports of the databases that a service uses, each once."""
    return sorted({SQL_PORTS[store.engine] for store in here.plan.sql if store.name in workload.uses})


def uses_objects(here: Scene, workload: Workload) -> bool:
    """Whether a service uses an object store."""
    return any(store.name in workload.uses for store in here.plan.objects)


def by_name(here: Scene) -> bool:
    """Whether any way of the tenant leads to a host name."""
    if not knows_hosts(here):
        return False
    plan = here.plan
    return any(destination.host for destination in plan.egress) or (
        bool(object_hosts(plan)) and any(uses_objects(here, workload) for workload in plan.workloads)
    )


def resolved(here: Scene) -> tuple[str, ...]:
    """The names outside the cluster that pods must be able to resolve, with wildcards; empty for any.

    Names of stores are not written down anywhere before there are stores, so their clouds' patterns stand for them.
    """
    plan = here.plan
    names = dict.fromkeys(destination.host for destination in plan.egress if destination.host)
    known = {store.name for store in plan.sql} | {store.name for store in plan.objects}
    for patterns, used in (
        (sql_hosts(plan), any(uses_sql(here, workload) for workload in plan.workloads)),
        (object_hosts(plan), any(uses_objects(here, workload) for workload in plan.workloads)),
    ):
        if used and not patterns:
            return ()
        if used:
            names.update(dict.fromkeys(patterns))
    if any(name not in known for workload in plan.workloads for name in workload.uses):
        return ()
    return tuple(names)


def entries(here: Scene) -> int:
    """So many pairs of an address and a port do the declared destinations come to in every pod's policy, at least."""
    return sum(len(destination.ports) for destination in here.plan.egress)


def chunks(destinations: list[Egress]) -> Iterator[tuple[str, list[Egress]]]:
    """Split destinations over objects, each with the end of its name: an object has room for so many."""
    for start in range(0, len(destinations), _CHUNK):
        yield f".{start // _CHUNK + 1}" if start else "", destinations[start : start + _CHUNK]


_CHUNK: Final = 100
"""With their reasons in the annotation, of which an object may have 256 KiB, and the rules far below 1 MiB."""
