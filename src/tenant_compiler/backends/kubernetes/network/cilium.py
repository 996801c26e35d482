"""CiliumNetworkPolicies: what NetworkPolicies cannot say, which is host names and proved identities.

A rule by host name opens the addresses that the cluster's resolver gave for that name, so every question for a name
must pass Cilium's proxy, and only names that are needed are answered: a question is a way out, too. Whoever owns a name
decides its addresses. Private ones are therefore denied besides, and a denial beats whatever is allowed.

What NetworkPolicies allow is allowed, too: policies of both kinds for the same traffic are as wide as the wider one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import NAME, TENANT, made, metadata
from tenant_compiler.backends.kubernetes.edge.challenges import PODS
from tenant_compiler.backends.kubernetes.network import ways
from tenant_compiler.backends.kubernetes.network.ways import Peer, Way
from tenant_compiler.backends.kubernetes.operations import tracing
from tenant_compiler.model.artifact import ArtifactObject, Shared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Egress, Lineage
    from tenant_compiler.model.vocabulary.cluster import Dns

NAMESPACE: Final = "k8s:io.kubernetes.pod.namespace"
"""The label that Cilium itself gives every pod by its namespace: nobody can forge it."""

_EVERYTHING: Final = Shared({})
_REQUIRED: Final = Shared({"mode": "required"})
_DEPTH: Final = 7
"""Resolvers try names of up to five labels below the cluster's domains first, which adds the namespace and ``svc``."""
_NAMES: Final = 1000
"""So many names fit into one object, however long they are."""
_PORTS: Final = 40
"""Cilium takes so many ports in one list."""


def resolution(here: Scene, pods: Shared) -> Iterator[ArtifactObject]:
    """Make the policy that lets some pods resolve the cluster's names, and those of the world that they need."""
    names, settings = ways.resolved(here), ways.dns(here)
    inside = _inside(settings["domain"], tuple(settings["search"]))
    pointers = (*TENANT, *(pointer for item in here.plan.egress if item.host for pointer in _said(item)))
    for start in range(0, len(names) or 1, _NAMES):
        patterns = [_name(name) for name in names[start : start + _NAMES]] or [{"matchPattern": "*"}]
        rules = {"dns": [*inside, *patterns] if names and not start else patterns}
        spec = {"endpointSelector": pods, "egress": list(_to_resolver(settings, rules))}
        ending = f".{start // _NAMES + 1}" if start else ""
        yield _policy(metadata(here, f"default.dns{ending}"), spec, pointers)


def outside(meta: dict[str, Any], pods: Shared, found: Sequence[Way], pointers: Lineage) -> ArtifactObject:
    """Make the policy that opens ways to declared hosts for all pods but those with ways of their own."""
    rules = [_rule("to", way, authenticated=False) for way in found]
    return _policy(meta, {"endpointSelector": pods, "egress": rules}, pointers)


def private(here: Scene, named: Sequence[Egress]) -> Iterator[ArtifactObject]:
    """Make the policies that deny private addresses, whatever a declared name resolves to.

    The stores' ranges stay open, but not on the ports of declared hosts: only ports of databases are of use there. What
    tells pods who they are in the cloud stays open for those that ask, on the port where they do.
    """
    stores = tuple(here.cluster["data_cidrs"])
    address = ways.dns(here).get("address", "")
    declared = (item.cidr for item in here.plan.egress if item.cidr)
    found = (way for workload in here.plan.workloads for way in ways.outward(here, workload, {}))
    platform = (peer.name for way in found for peer in way.peers if peer.kind == "platform")
    known = dict.fromkeys((*stores, *((address,) if address else ()), *declared, *platform))
    deny: list[dict[str, Any]] = [_denied(tuple(known))]
    asking = [workload.name for workload in here.plan.workloads if ways.asks(here, workload)]
    agents = ways.agents(here) if asking else ()
    open_ = [(stores, tuple(ways.SQL_PORTS.values()))] if stores else []
    open_ += [(tuple(peer.name for peer in way.peers), way.ports) for way in agents]
    for ranges, used in open_:
        ports = sorted({port for item in named for port in item.ports} - set(used))
        if ports:
            deny.append({"toCIDRSet": [{"cidr": cidr} for cidr in ranges], "toPorts": _ports(tuple(ports))})
    pointers = tuple(pointer for item in named for pointer in _said(item))
    yield _policy(metadata(here, "default.private"), {"endpointSelector": _EVERYTHING, "egressDeny": deny}, pointers)
    if agents:
        others = {"matchExpressions": [{"key": NAME, "operator": "NotIn", "values": asking}]}
        deny = [{"toCIDRSet": [{"cidr": peer.name} for way in agents for peer in way.peers]}]
        yield _policy(metadata(here, "default.identity"), {"endpointSelector": others, "egressDeny": deny}, pointers)


def service_policy(
    here: Scene, meta: Shared, inward: Sequence[Way], outward: Sequence[Way], pointers: Lineage
) -> ArtifactObject:
    """Make a service's own policy."""
    required = ways.authenticates(here)
    spec: dict[str, Any] = {"endpointSelector": _pods(meta["name"])}
    for direction, side, found in (("ingress", "from", inward), ("egress", "to", outward)):
        if found:
            spec[direction] = [_rule(side, way, authenticated=required) for way in found]
    return _policy(meta, spec, pointers)


def challenges(here: Scene, meta: dict[str, Any], way: Way, pointers: Lineage) -> ArtifactObject:
    """Make the policy of the pods that answer authorities."""
    rule = _rule("from", way, authenticated=ways.authenticates(here))
    return _policy(meta, {"endpointSelector": PODS, "ingress": [rule]}, pointers)


def collector(here: Scene, meta: dict[str, Any], otlp: str, pointers: Lineage) -> ArtifactObject:
    """Make the policy of the tenant's own collector of spans: senders prove who they are."""
    senders = Way((Peer("namespace", here.plan.name),), tracing.PORTS)
    spec = {
        "endpointSelector": tracing.PODS,
        "ingress": [_rule("from", senders, authenticated=True)],
        "egress": [_rule("to", ways.collector(otlp), authenticated=True)],
    }
    return _policy(meta, spec, pointers)


def _said(destination: Egress) -> Lineage:
    """Where a host is said: that of an AI service is made of the fields that choose it, and has a dot in its name."""
    at = destination.made_from
    return at if "." in destination.name else ((*at[0], "host"),)


def _policy(meta: dict[str, Any], spec: dict[str, Any], pointers: Lineage) -> ArtifactObject:
    value = {"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": meta, "spec": spec}
    return made("CiliumNetworkPolicy", value, pointers)


@lru_cache(maxsize=2048)
def _rule(side: str, way: Way, *, authenticated: bool) -> Shared:
    """Spell one way: pods by their identity, which they prove where that is asked for."""
    kind = way.peers[0].kind
    rule: dict[str, Any] = {}
    if kind in {"service", "namespace"}:
        rule[f"{side}Endpoints"] = [_endpoints(peer) for peer in way.peers]
        if authenticated:
            rule["authentication"] = _REQUIRED
    elif kind == "host":
        rule["toFQDNs"] = [_name(peer.name) for peer in way.peers]
    else:
        rule[f"{side}CIDRSet"] = [block for peer in way.peers for block in _blocks(peer)]
    rule["toPorts"] = _ports(way.ports)
    return Shared(rule)


def _endpoints(peer: Peer) -> dict[str, Any]:
    return {"matchLabels": {NAMESPACE: peer.name}} if peer.kind == "namespace" else dict(_pods(peer.name))


def _blocks(peer: Peer) -> list[dict[str, Any]]:
    if peer.kind == "public":
        return [
            {"cidr": "0.0.0.0/0", "except": list(ways.PRIVATE)},
            {"cidr": "::/0", "except": list(ways.PRIVATE_6)},
        ]
    return [{"cidr": peer.name}]


@lru_cache(maxsize=1024)
def _pods(service: str) -> Shared:
    return Shared({"matchLabels": {NAME: service}})


@lru_cache(maxsize=1024)
def _ports(ports: tuple[int, ...]) -> list[Shared]:
    parts = [ports[start : start + _PORTS] for start in range(0, len(ports), _PORTS)]
    return [Shared({"ports": [{"port": str(port), "protocol": "TCP"} for port in part]}) for part in parts]


def _name(name: str) -> dict[str, str]:
    return {"matchPattern" if "*" in name else "matchName": name}


@lru_cache(maxsize=64)
def _inside(domain: str, search: tuple[str, ...]) -> list[Shared]:
    """The names below the cluster's own domains, by the number of their labels: nobody outside answers for them."""
    return [
        Shared({"matchPattern": "*." * depth + zone}) for zone in (domain, *search) for depth in range(1, _DEPTH + 1)
    ]


def _to_resolver(settings: Dns, rules: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """To the cluster's resolver, and to the one on every node: a pod, or an address of the node."""
    ports = [{"ports": [{"port": "53", "protocol": "ANY"}], "rules": rules}]
    apps = ("kube-dns", "node-local-dns") if "address" in settings else ("kube-dns",)
    pods = [{"matchLabels": {NAMESPACE: "kube-system", "k8s:k8s-app": app}} for app in apps]
    yield {"toEndpoints": pods, "toPorts": ports}
    if "address" in settings:
        yield {"toCIDRSet": [{"cidr": settings["address"]}], "toPorts": ports}


@lru_cache(maxsize=64)
def _denied(known: tuple[str, ...]) -> Shared:
    """All private ranges but those parts of them that the platform or the tenant's plan knows."""
    import ipaddress  # noqa: PLC0415 - 6 ms that only a tenant with such a destination pays

    ranges = [ipaddress.ip_network(cidr) for cidr in known]
    blocks = []
    for text in (*ways.PRIVATE, *ways.PRIVATE_6):
        part = ipaddress.ip_network(text)
        inside = [each for each in ranges if each.version == part.version and each.overlaps(part)]
        if any(each.prefixlen <= part.prefixlen for each in inside):
            continue
        block: dict[str, Any] = {"cidr": text}
        if inside:
            block["except"] = sorted(map(str, inside))
        blocks.append(block)
    return Shared({"toCIDRSet": blocks})
