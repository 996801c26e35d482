"""Where clients come in: a Gateway of the platform's that tenants share, or one of the tenant's own in its namespace.

A tenant's own has a listener for each host, with the host's name and certificate, which takes routes of the tenant's
namespace only: nobody else can attach a route to it, and it takes nobody else's host. Its certificates are Secrets of
the same namespace, so no ReferenceGrant is needed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from tenant_compiler.backends.kubernetes.common import made, metadata
from tenant_compiler.backends.kubernetes.services.certified import pods_authority
from tenant_compiler.backends.kubernetes.support import called
from tenant_compiler.model.artifact import Shared
from tenant_compiler.model.backend import Lack
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Workload
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.vocabulary.cluster import Cluster
    from tenant_compiler.model.vocabulary.edge import Certificates

API: Final = "gateway.networking.k8s.io"
LISTENERS: Final = 64
"""A Gateway has at most so many."""
_NAME: Final = "edge"
"""What proxies and their Services are called after, so without the dot that other names have."""
_PORT: Final = 443
_LONGEST: Final = 253
"""Characters of a Secret's name."""


class Door(NamedTuple):
    """How a cluster takes clients in."""

    kind: Literal["gateway-api", "envoy-gateway"]
    namespace: str
    name: str
    """The platform's Gateway; empty where each tenant has its own."""
    gateway_class: str
    """The class of a tenant's own; empty beside a name."""


def door(cluster: Cluster) -> Door | None:
    """Say how a cluster takes clients in; None where that is not for us to say, or not said."""
    said = cluster.get("gateway")
    if said is None or said["kind"] == "none":
        return None
    name = said.get("name", "")
    gateway_class = "" if name else said.get("class", "")
    return Door(said["kind"], said["namespace"], name, gateway_class) if name or gateway_class else None


def obstacle(here: Scene, workload: Workload) -> Lack | None:
    """Say what keeps clients from reaching an exposed service through a gateway that takes routes; None for nothing.

    What is not routed is not half routed: objects of the way in are made where this is None, and only there.
    """
    what = f"the routes of the service `{workload.name}`"
    way = door(here.cluster)
    if way is None:
        said = here.cluster.get("gateway")
        has = "no gateway" if said is None else "a gateway without a name and without a class"
        advice = 'describe it: `gateway = { namespace = "gateway", kind = "envoy-gateway", name = "public" }`'
        return Lack(f"{what} need a gateway that takes routes; {called(here)} has {has}", advice)
    if workload.protocol == "tcp":
        return _no_connections(here, workload, way, what)
    return _no_guard(here, way, what) or _no_certificate(here, way, what) or _no_authority(here, workload, what)


class Way(NamedTuple):
    """The way in to a tenant in a cluster: through which Gateway, to which services."""

    door: Door
    workloads: list[Workload]
    """The exposed services that clients can reach."""
    places: dict[str, str]
    """The tenant's own Gateway of each listener; empty where the platform's takes all. Listeners are called after
    hosts, and after services that are reached by their port alone."""


def way_in(here: Scene) -> Way | None:
    """Say how clients reach the tenant's services; None where nothing of ours leads there."""
    found = door(here.cluster)
    if found is None:
        return None
    workloads = [
        workload
        for workload in here.plan.workloads
        if workload.hosts and workload.port is not None and obstacle(here, workload) is None
    ]
    if not workloads:
        return None
    return Way(found, workloads, {} if found.name else _places(workloads))


def parents(way: Way, hosts: tuple[str, ...]) -> list[dict[str, Any]]:
    """Name the Gateways that a route for some hosts is attached to."""
    if way.door.name:
        return [{"namespace": way.door.namespace, "name": way.door.name}]
    return [{"name": name} for name in dict.fromkeys(way.places[host] for host in hosts)]


def gateways(here: Scene, way: Way) -> Iterator[ArtifactObject]:
    """Make the tenant's own Gateways; nothing where the platform has one for all."""
    listeners: dict[str, list[dict[str, Any]]] = {}
    made_from: dict[str, list[Pointer]] = {}
    for workload in way.workloads if way.places else ():
        for listener in _listeners(workload):
            gateway = way.places[listener["name"]]
            listeners.setdefault(gateway, []).append(listener)
            made_from.setdefault(gateway, []).append((*workload.made_from[0], "expose", "hosts"))
    for name, own in listeners.items():
        value = {
            "apiVersion": f"{API}/v1",
            "kind": "Gateway",
            "metadata": metadata(here, name),
            "spec": {"gatewayClassName": way.door.gateway_class, "listeners": own},
        }
        yield made("Gateway", value, tuple(dict.fromkeys(made_from[name])))


def own_gateways(way: Way) -> list[str]:
    """Name the tenant's own Gateways."""
    return list(dict.fromkeys(way.places.values()))


def certificates(cluster: Cluster) -> Certificates | None:
    """Say where certificates come from; None where the platform's Gateway has what it needs."""
    return cluster.get("certificates")


@lru_cache(maxsize=4096)
def secret_name(host: str) -> str:
    """Name the Secret with a host's certificate; its dot keeps it apart from what services have."""
    import zlib  # noqa: PLC0415 - only for hosts that leave no room for the prefix

    name = f"tls.{host}"
    return name if len(name) <= _LONGEST else f"tls.{zlib.crc32(host.encode()):08x}"


def _listeners(workload: Workload) -> Iterator[dict[str, Any]]:
    if workload.protocol == "tcp":
        allowed = _allowed("TCPRoute")
        yield {"name": workload.name, "port": workload.port, "protocol": "TCP", "allowedRoutes": allowed}
        return
    for host in workload.hosts:
        yield {
            "name": host,
            "hostname": host,
            "port": _PORT,
            "protocol": "HTTPS",
            "tls": {"mode": "Terminate", "certificateRefs": [{"kind": "Secret", "name": secret_name(host)}]},
            "allowedRoutes": _allowed("GRPCRoute" if workload.protocol == "grpc" else "HTTPRoute"),
        }


def _places(workloads: list[Workload]) -> dict[str, str]:
    names = [
        name for workload in workloads for name in ((workload.name,) if workload.protocol == "tcp" else workload.hosts)
    ]
    return {
        name: _NAME if index < LISTENERS else f"{_NAME}-{index // LISTENERS + 1}" for index, name in enumerate(names)
    }


@lru_cache(maxsize=8)
def _allowed(kind: str) -> Shared:
    return Shared({"namespaces": {"from": "Same"}, "kinds": [{"group": API, "kind": kind}]})


def _no_guard(here: Scene, way: Door, what: str) -> Lack | None:
    """Say what was to keep clients out and cannot: a route without it would be open to everybody."""
    plan = here.plan
    envoy = way.kind == "envoy-gateway"
    if plan.geo_fence is not None and not (envoy and here.cluster["gateway"].get("geoip", False)):
        guard, advice = "the geo fence", "use a cluster with Envoy Gateway that has a GeoIP database (`geoip = true`)"
    elif not envoy and plan.allow_list is not None:
        guard, advice = "the IP allow-list", "use a cluster with Envoy Gateway"
    elif not envoy and plan.identity is not None:
        guard, advice = "the single sign-on", "use a cluster with Envoy Gateway"
    else:
        return None
    return Lack(f"{what} need {guard} before them; the gateway of {called(here)} cannot ask clients for it", advice)


def _no_certificate(here: Scene, way: Door, what: str) -> Lack | None:
    """Say why there can be no certificate for a host."""
    said = certificates(here.cluster)
    if said is None:
        if way.name:
            return None  # the platform's Gateway has certificates of its own
        words = f"{what} need certificates for a Gateway of the tenant's own; {called(here)} has no issuer of any"
        return Lack(words, 'describe one: `certificates = { issuer = "letsencrypt", challenge = "dns01" }`')
    if said["kind"] == "Issuer":
        if "acme" in said:
            return None
        words = f"{what} need an issuer of the tenant's own; {called(here)} does not say how to make one"
        return Lack(words, "add `acme` with the authority's `server` and how it changes the DNS, `dns01`")
    if said["challenge"] != "http01":
        return None
    closed = "a Gateway of the tenant's own, which has no listener for plain HTTP" if not way.name else _closed(here)
    if not closed:
        return _no_solver(here, said, what)
    words = f"{what} need certificates by way of the DNS behind {closed}; {called(here)} asks for them by HTTP"
    return Lack(words, 'use an issuer that changes the DNS, and write `challenge = "dns01"` in `certificates`')


def _no_solver(here: Scene, said: Certificates, what: str) -> Lack | None:
    """Say that the pods that answer an authority could not run, because nobody says by which image to know them."""
    images = here.plan.images
    if "solver_image" in said or not (images.registries or images.digests_required):
        return None
    words = (
        f"{what} need certificates by way of pods whose image the tenant's rules for images let in; {called(here)} asks"
        " for them by HTTP and does not say which image answers"
    )
    return Lack(words, "write the image that cert-manager runs, with its digest, as `solver_image` in `certificates`")


def _no_authority(here: Scene, workload: Workload, what: str) -> Lack | None:
    """Say why a service that speaks TLS itself has no certificate, so that nobody could know it."""
    if not workload.tls or pods_authority(here.cluster) is not None:
        return None
    words = f"{what} need an authority that vouches for pods; {called(here)} has none"
    return Lack(words, 'describe one: `pod_certificates = { issuer = "pods", root = "pods-root" }`')


def _closed(here: Scene) -> str:
    """What before the services would stop an authority's request."""
    plan = here.plan
    if plan.allow_list is not None:
        return "an IP allow-list"
    if plan.geo_fence is not None:
        return "a geo fence"
    return "a sign-on" if plan.identity is not None else ""


def _no_connections(here: Scene, workload: Workload, way: Door, what: str) -> Lack | None:
    """Say why connections that are no requests cannot be let in."""
    if way.name:
        words = (
            f"{what} need a Gateway of the tenant's own, because connections have no host name by which tenants could"
            f" share one; {called(here)} has one for all"
        )
        return Lack(words, "expose it as http or grpc, or use a cluster whose gateway has a `class` and no `name`")
    said = here.cluster["gateway"]
    if not said.get("tcp_routes", False):
        words = f"{what} need a gateway that takes TCPRoutes; that of {called(here)} does not"
        return Lack(words, "set `tcp_routes = true` in `gateway` where it does")
    plan = here.plan
    if plan.identity is not None or plan.geo_fence is not None:
        guard = "the single sign-on" if plan.identity is not None else "the geo fence"
        words = f"{what} would lead clients past {guard}, which no gateway of {called(here)} asks of plain connections"
        return Lack(words, "expose it as http or grpc, or take it off the way in")
    if plan.allow_list is not None and way.kind != "envoy-gateway":
        words = f"{what} would lead clients past the IP allow-list, which needs Envoy Gateway; {called(here)} has none"
        return Lack(words, "use a cluster with Envoy Gateway")
    for other in plan.workloads:
        if other is workload:
            break
        if other.protocol == "tcp" and other.hosts and other.port == workload.port:
            words = f"{what} need a port of their own; on {called(here)} `{other.name}` has {workload.port} too"
            return Lack(words, "give one of the two services another port")
    return None
