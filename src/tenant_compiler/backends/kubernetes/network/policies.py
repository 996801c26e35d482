"""NetworkPolicies: everything is denied both ways, then allowed as the tenant and the cluster profile say.

What holds for all pods of the namespace is called ``default.<what>``; a service's own policy has the service's name.
The dot keeps the two apart: no service can have one in its name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import NAME, NAMESPACE_NAME, OWN, TENANT, made, metadata, pods_of
from tenant_compiler.backends.kubernetes.operations import tracing
from tenant_compiler.model.artifact import ArtifactObject, Shared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Egress, Lineage, Workload

SQL_PORTS: Final = {"postgres": 5432}
"""The port of each database engine."""

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
    "192.168.0.0/16",
)
PRIVATE_6: Final = ("::1/128", "fc00::/7", "fe80::/10")

IDENTITY_AGENTS: Final = {"pod-identity": ("169.254.170.23/32", 80), "workload-identity": ("169.254.169.252/32", 988)}
"""Where on its node a pod asks who it is in the cloud, by the profile's `cloud_identity`; others need nobody there."""

_EVERYTHING: Final = Shared({})
_DENY: Final = Shared({"podSelector": _EVERYTHING, "policyTypes": ["Ingress", "Egress"]})
_DNS: Final = Shared(
    {
        "podSelector": _EVERYTHING,
        "policyTypes": ["Egress"],
        "egress": [
            {
                "to": [
                    {
                        "namespaceSelector": {"matchLabels": {NAMESPACE_NAME: "kube-system"}},
                        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
                    }
                ],
                "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
            }
        ],
    }
)


def namespace_policies(here: Scene) -> list[ArtifactObject]:
    """Make what holds for all pods: deny, name resolution, the collector of spans, declared destinations."""
    found = [
        _policy(metadata(here, "default.deny"), _DENY, TENANT),
        _policy(metadata(here, "default.dns"), _DNS, TENANT),
    ]
    spans = tracing.destination(here)
    if spans is not None:
        found.append(_policy(metadata(here, "default.tracing"), spans, TENANT))
    egress = [destination for destination in here.plan.egress if not destination.only_for]
    if egress:
        rules = [_outside(destination) for destination in egress]
        apart = tuple(workload.name for workload in here.plan.workloads if workload.own_egress)
        spec = {"podSelector": _others(apart), "policyTypes": ["Egress"], "egress": rules}
        pointers = tuple(pointer for destination in egress for pointer in _lines(destination))
        meta = metadata(here, "default.egress")
        # The policy itself has no room for names and reasons, and who reads it wants to know them.
        meta["annotations"] = {OWN + "egress": "\n".join(map(_declared, egress))}
        found.append(_policy(meta, spec, pointers))
    return found


def service_policy(
    here: Scene, meta: Shared, workload: Workload, ports: Mapping[str, int | None]
) -> ArtifactObject | None:
    """Make a service's own policy: who may call it, and what of the platform it may reach.

    Args:
        here: the tenant in its cluster.
        meta: the service's metadata.
        workload: the service.
        ports: the ports of all services of the tenant, by name.

    Returns:
        None when nothing beyond the defaults is allowed.
    """
    ingress = _ingress(here, workload)
    egress = [_towards(name, port) for name in workload.calls if (port := ports.get(name)) is not None]
    egress += _to_stores(here, workload)
    own = [destination for destination in here.plan.egress if workload.name in destination.only_for]
    egress += map(_outside, own)
    if not ingress and not egress:
        return None
    spec: dict[str, Any] = {"podSelector": pods_of(workload.name), "policyTypes": []}
    for direction, rules in (("Ingress", ingress), ("Egress", egress)):
        if rules:
            spec["policyTypes"].append(direction)
            spec[direction.lower()] = rules
    pointers = tuple(workload.line(key) for key, said in (("calls", workload.calls), ("uses", workload.uses)) if said)
    ways_out = tuple(pointer for destination in own for pointer in destination.made_from)
    return _policy(meta, spec, (*workload.made_from, *pointers, *ways_out))


def uses_sql(here: Scene, workload: Workload) -> list[int]:
    """The ports of the databases that a service uses, each once."""
    return sorted({SQL_PORTS[store.engine] for store in here.plan.sql if store.name in workload.uses})


def uses_objects(here: Scene, workload: Workload) -> bool:
    """Whether a service uses an object store."""
    return any(store.name in workload.uses for store in here.plan.objects)


def _ingress(here: Scene, workload: Workload) -> list[Shared]:
    port = workload.port
    if port is None:
        return []
    rules = [_callers(workload.callers, port)] if workload.callers else []
    gateway, monitoring = here.cluster.get("gateway"), here.cluster.get("monitoring")
    if workload.hosts and gateway is not None:
        rules.append(_from_namespace(gateway["namespace"], port))
    if monitoring is not None:
        rules.append(_from_namespace(monitoring["namespace"], port))
    return rules


def _to_stores(here: Scene, workload: Workload) -> list[Shared]:
    if not workload.uses:
        return []
    rules = []
    ranges = tuple(here.cluster["data_cidrs"])
    ports = uses_sql(here, workload) if ranges else []
    if ports:
        rules.append(_to_ranges(ranges, tuple(ports)))
    if uses_objects(here, workload):
        # The end points of object stores have no addresses of their own that could be listed here.
        rules.append(_anywhere((443,)))
        agent = IDENTITY_AGENTS.get(here.cluster.get("cloud_identity", ""))
        if agent is not None:
            rules.append(_agent(*agent))
    return rules


def _policy(meta: dict[str, Any], spec: dict[str, Any], pointers: tuple[Any, ...]) -> ArtifactObject:
    value = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta, "spec": spec}
    return made("NetworkPolicy", value, pointers)


def _declared(destination: Egress) -> str:
    ports = ", ".join(map(str, destination.ports))
    return f"{destination.name}: {destination.host or destination.cidr}, ports {ports}: {destination.reason}"


def _lines(destination: Egress) -> Lineage:
    """The destination, and each of its fields: a verdict about one of them looks for that one."""
    at = destination.made_from[0]
    where = "cidr" if destination.cidr else "host"
    return (*destination.made_from, *((*at, field) for field in (where, "ports", "reason")))


def _outside(destination: Egress) -> Shared:
    if destination.cidr:
        return _to_range(destination.cidr, destination.ports)
    return _anywhere(destination.ports)


@lru_cache(maxsize=256)
def _others(apart: tuple[str, ...]) -> Shared:
    """Select all pods but those of some workloads."""
    if not apart:
        return _EVERYTHING
    return Shared({"matchExpressions": [{"key": NAME, "operator": "NotIn", "values": list(apart)}]})


@lru_cache(maxsize=256)
def _anywhere(ports: tuple[int, ...]) -> Shared:
    """To every public address, because a NetworkPolicy knows no host names."""
    blocks = [
        {"ipBlock": {"cidr": "0.0.0.0/0", "except": list(PRIVATE)}},
        {"ipBlock": {"cidr": "::/0", "except": list(PRIVATE_6)}},
    ]
    return Shared({"to": blocks, "ports": _tcp(ports)})


@lru_cache(maxsize=4)
def _agent(address: str, port: int) -> Shared:
    return Shared({"to": [{"ipBlock": {"cidr": address}}], "ports": _tcp((port,))})


@lru_cache(maxsize=256)
def _to_range(cidr: str, ports: tuple[int, ...]) -> Shared:
    block: dict[str, Any] = {"cidr": cidr}
    holes = _private_parts(cidr)
    if holes:
        block["except"] = holes
    return Shared({"to": [{"ipBlock": block}], "ports": _tcp(ports)})


@lru_cache(maxsize=64)
def _to_ranges(cidrs: tuple[str, ...], ports: tuple[int, ...]) -> Shared:
    return Shared({"to": [{"ipBlock": {"cidr": cidr}} for cidr in cidrs], "ports": _tcp(ports)})


@lru_cache(maxsize=1024)
def _callers(names: tuple[str, ...], port: int) -> Shared:
    return Shared({"from": [{"podSelector": pods_of(name)} for name in names], "ports": _tcp((port,))})


@lru_cache(maxsize=1024)
def _towards(name: str, port: int) -> Shared:
    return Shared({"to": [{"podSelector": pods_of(name)}], "ports": _tcp((port,))})


@lru_cache(maxsize=1024)
def _from_namespace(namespace: str, port: int) -> Shared:
    return Shared({"from": [_namespace(namespace)], "ports": _tcp((port,))})


def _namespace(name: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {NAMESPACE_NAME: name}}}


def _tcp(ports: tuple[int, ...]) -> list[dict[str, Any]]:
    return [{"protocol": "TCP", "port": port} for port in ports]


def _private_parts(cidr: str) -> list[str]:
    """The private ranges inside a range. An earlier pass refuses such a range; this holds even if it did not."""
    import ipaddress  # noqa: PLC0415 - 6 ms that only a tenant with such a destination pays

    network = ipaddress.ip_network(cidr)
    known = PRIVATE if network.version == 4 else PRIVATE_6  # noqa: PLR2004
    return [
        text
        for text in known
        if (part := ipaddress.ip_network(text)) != network
        and part.prefixlen > network.prefixlen
        and network.overlaps(part)
    ]
