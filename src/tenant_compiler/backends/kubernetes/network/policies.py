"""NetworkPolicies: everything is denied both ways, then allowed as the tenant and the cluster profile say.

What holds for all pods of the namespace is called ``default.<what>``; a service's own policy has the service's name.
The dot keeps the two apart: no service can have one in its name. A way that leads to a host name is Cilium's to open;
what Cilium opens must not be opened wider here, because whatever any policy allows is allowed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import NAME, NAMESPACE_NAME, OWN, TENANT, made, metadata, pods_of
from tenant_compiler.backends.kubernetes.edge import challenges
from tenant_compiler.backends.kubernetes.network import cilium, ways
from tenant_compiler.backends.kubernetes.operations import tracing
from tenant_compiler.model.artifact import ArtifactObject, Shared
from tenant_compiler.model.plan_trust import MUTUAL, ZERO_TRUST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.network.ways import Peer, Way
    from tenant_compiler.model.plan import Egress, Lineage, Workload

_EVERYTHING: Final = Shared({})
_DENY: Final = Shared({"podSelector": _EVERYTHING, "policyTypes": ["Ingress", "Egress"]})
_RESOLVER: Final = {
    "namespaceSelector": {"matchLabels": {NAMESPACE_NAME: "kube-system"}},
    "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
}


def namespace_policies(here: Scene) -> list[ArtifactObject]:
    """Make what holds for all pods: deny, name resolution, the platform's own ways, declared destinations."""
    found = [_policy(metadata(here, "default.deny"), _DENY, TENANT)]
    hosts = challenges.hosts(here)
    challenged = bool(hosts)
    if hosts:
        found.append(_challenges(here, tuple(dict.fromkeys(hosts.values()))))
    if ways.by_name(here):
        found += cilium.resolution(here, _others((), challenged=challenged))
    else:
        address = here.cluster["dns"].get("address", "") if "dns" in here.cluster else ""
        found.append(_policy(metadata(here, "default.dns"), _resolution(address, challenged=challenged), TENANT))
    if "tracing" in here.cluster:
        own, way = tracing.collects(here), ways.collector(here.cluster["tracing"]["otlp"])
        spans = _senders(challenged=challenged) if own else _to_platform(way, challenged=challenged)
        found.append(_policy(metadata(here, "default.tracing"), spans, TENANT))
        found += [_collector(here)] if own else []
    control = ways.control(here)
    if control is not None:
        spec = _to_platform(control, challenged=challenged)
        found.append(_policy(metadata(here, "default.mesh"), spec, here.plan.trust.made_from))
    if here.plan.egress:
        found += _outside(here)
    return found


def service_policies(
    here: Scene, meta: Shared, workload: Workload, ports: Mapping[str, int | None]
) -> Iterator[ArtifactObject]:
    """Make a service's own policies: who may call it, and what of the platform it may reach.

    Nothing when nothing beyond the defaults is allowed.

    Args:
        here: the tenant in its cluster.
        meta: the service's metadata.
        workload: the service.
        ports: the ports of all services of the tenant, by name.
    """
    inward, outward = ways.inward(here, workload), ways.outward(here, workload, ports)
    if not inward and not outward:
        return
    said = tuple(workload.line(key) for key, said in (("calls", workload.calls), ("uses", workload.uses)) if said)
    own = [item for item in here.plan.egress if workload.name in item.only_for]
    tests = here.plan.scans.services_from if here.plan.scans is not None and workload in ways.tested(here) else ()
    pointers = (*workload.made_from, *said, *tests, *(pointer for item in own for pointer in item.made_from))
    if ways.identified(here):
        yield cilium.service_policy(here, meta, inward, outward, (*pointers, *_proved(here)))
        return
    named = [way for way in outward if _names_host(way)] if ways.knows_hosts(here) else []
    if named:
        outward = [way for way in outward if way not in named]
        yield cilium.service_policy(here, meta, [], named, pointers)
    if inward or outward:
        spec: dict[str, Any] = {"podSelector": pods_of(workload.name), "policyTypes": []}
        for direction, side, found in (("Ingress", "from", inward), ("Egress", "to", outward)):
            if found:
                spec["policyTypes"].append(direction)
                spec[direction.lower()] = [_rule(side, way) for way in found]
        yield _policy(meta, spec, pointers)


def _challenges(here: Scene, pointers: Lineage) -> ArtifactObject:
    """The policy of the pods that answer authorities: requests come by the gateway, and nothing goes out."""
    meta, way = metadata(here, challenges.NAME), ways.challenge(here)
    if ways.identified(here):
        return cilium.challenges(here, meta, way, (*pointers, *_proved(here)))
    spec = {"podSelector": challenges.PODS, "policyTypes": ["Ingress"], "ingress": [_rule("from", way)]}
    return _policy(meta, spec, pointers)


def _collector(here: Scene) -> ArtifactObject:
    """The policy of the tenant's own collector of spans: all its pods may send, and the platform is where it goes."""
    said, otlp = here.plan.tracing, here.cluster["tracing"]["otlp"]
    pointers = (*(said.made_from if said is not None else ()), *TENANT)
    meta = metadata(here, "default.collector")
    if ways.authenticates(here):
        return cilium.collector(here, meta, otlp, (*pointers, *_proved(here)))
    spec = {
        "podSelector": tracing.PODS,
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [_spans("from", _EVERYTHING)],
        "egress": [_rule("to", ways.collector(otlp))],
    }
    return _policy(meta, spec, pointers)


def _spans(side: str, pods: Shared) -> dict[str, Any]:
    """To the tenant's own collector, or from its pods."""
    return {side: [{"podSelector": pods}], "ports": [{"protocol": "TCP", "port": port} for port in tracing.PORTS]}


def _proved(here: Scene) -> Lineage:
    """The flags that Cilium's policies carry; encryption is the network plug-in's, not a policy's."""
    return tuple(pointer for pointer in here.plan.trust.made_from if pointer in {ZERO_TRUST, MUTUAL})


def _outside(here: Scene) -> Iterator[ArtifactObject]:
    """The ways to what the tenant declares for all its pods: Cilium's where they lead to a host, and it is there."""
    by_name = ways.knows_hosts(here)
    everybodys = [item for item in here.plan.egress if not item.only_for]
    apart = tuple(workload.name for workload in here.plan.workloads if workload.own_egress)
    pods = _others(apart, challenged=bool(challenges.hosts(here)))
    for ending, destinations in ways.chunks([item for item in everybodys if not (item.host and by_name)]):
        meta, pointers = _declared(here, f"default.egress{ending}", destinations)
        rules = [_rule("to", ways.declared(here, destination)) for destination in destinations]
        yield _policy(meta, {"podSelector": pods, "policyTypes": ["Egress"], "egress": rules}, pointers)
    if not by_name:
        return
    for ending, destinations in ways.chunks([item for item in everybodys if item.host]):
        meta, pointers = _declared(here, f"default.egress{ending}", destinations)
        yield cilium.outside(meta, pods, [ways.declared(here, destination) for destination in destinations], pointers)
    named = [item for item in here.plan.egress if item.host]
    if named:
        yield from cilium.private(here, named)


def _declared(here: Scene, name: str, destinations: Sequence[Egress]) -> tuple[dict[str, Any], Lineage]:
    """The metadata of a policy with declared destinations, and what it was made from."""
    meta = metadata(here, name)
    # The policy itself has no room for names and reasons, and who reads it wants to know them.
    meta["annotations"] = {OWN + "egress": "\n".join(map(_described, destinations))}
    return meta, tuple(pointer for destination in destinations for pointer in _lines(destination))


def _policy(meta: dict[str, Any], spec: dict[str, Any], pointers: tuple[Any, ...]) -> ArtifactObject:
    value = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta, "spec": spec}
    return made("NetworkPolicy", value, pointers)


def _described(destination: Egress) -> str:
    ports = ", ".join(map(str, destination.ports))
    return f"{destination.name}: {destination.host or destination.cidr}, ports {ports}: {destination.reason}"


def _lines(destination: Egress) -> Lineage:
    """The destination, and each of its fields: a verdict about one of them looks for that one."""
    at = destination.made_from[0]
    where = "cidr" if destination.cidr else "host"
    return (*destination.made_from, *((*at, field) for field in (where, "ports", "reason")))


def _names_host(way: Way) -> bool:
    return way.peers[0].kind == "host"


@lru_cache(maxsize=256)
def _others(apart: tuple[str, ...], *, challenged: bool) -> Shared:
    """Select all pods but those of some workloads, and those that answer authorities."""
    excluded: list[dict[str, Any]] = [*challenges.OTHERS] if challenged else []
    if apart:
        excluded.append({"key": NAME, "operator": "NotIn", "values": list(apart)})
    return Shared({"matchExpressions": excluded}) if excluded else _EVERYTHING


@lru_cache(maxsize=64)
def _resolution(address: str, *, challenged: bool) -> Shared:
    """To the cluster's resolver; the one on every node has an address instead of labels."""
    to: list[dict[str, Any]] = [_RESOLVER]
    if address:
        to.append({"ipBlock": {"cidr": address}})
    return _out({"to": to, "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}, challenged)


@lru_cache(maxsize=64)
def _to_platform(way: Way, *, challenged: bool) -> Shared:
    return _out(_rule("to", way), challenged)


@lru_cache(maxsize=2)
def _senders(*, challenged: bool) -> Shared:
    """All pods may send to the collector, and nowhere beside it."""
    return _out(_spans("to", tracing.PODS), challenged)


def _out(rule: dict[str, Any], challenged: bool) -> Shared:  # noqa: FBT001 - passed on
    """Let all pods out by one rule."""
    pods = _others((), challenged=challenged)
    return Shared({"podSelector": pods, "policyTypes": ["Egress"], "egress": [rule]})


@lru_cache(maxsize=2048)
def _rule(side: str, way: Way) -> Shared:
    """Spell one way; the end is ``from`` or ``to``."""
    peers = [spelled for peer in way.peers for spelled in _peer(peer)]
    return Shared({side: peers, "ports": [{"protocol": "TCP", "port": port} for port in way.ports]})


def _peer(peer: Peer) -> list[dict[str, Any]]:
    if peer.kind == "service":
        return [{"podSelector": pods_of(peer.name)}]
    if peer.kind == "namespace":
        return [{"namespaceSelector": {"matchLabels": {NAMESPACE_NAME: peer.name}}}]
    if peer.kind == "public":
        return [
            {"ipBlock": {"cidr": "0.0.0.0/0", "except": list(ways.PRIVATE)}},
            {"ipBlock": {"cidr": "::/0", "except": list(ways.PRIVATE_6)}},
        ]
    block: dict[str, Any] = {"cidr": peer.name}
    holes = _private_parts(peer.name) if peer.kind == "range" else []
    if holes:
        block["except"] = holes
    return [{"ipBlock": block}]


def _private_parts(cidr: str) -> list[str]:
    """The private ranges inside a range. An earlier pass refuses such a range; this holds even if it did not."""
    import ipaddress  # noqa: PLC0415 - 6 ms that only a tenant with such a destination pays

    network = ipaddress.ip_network(cidr)
    known = ways.PRIVATE if network.version == 4 else ways.PRIVATE_6  # noqa: PLR2004
    return [
        text
        for text in known
        if (part := ipaddress.ip_network(text)) != network
        and part.prefixlen > network.prefixlen
        and network.overlaps(part)
    ]
