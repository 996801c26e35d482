"""BackendTrafficPolicy and ClientTrafficPolicy of Envoy Gateway: how much of clients gets through, and how they come.

Requests are counted for all routes of the tenant together where the gateway has a service that counts for all of its
proxies. Where it has none, each proxy counts for itself and each route, which lets more through than declared; so that
is said (TC564). Connections are bounded in each proxy: a connection is in one of them only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import fleet_labels, made, metadata
from tenant_compiler.backends.kubernetes.edge.gateway import API, own_gateways
from tenant_compiler.backends.kubernetes.edge.guards import ENVOY, NAME, targets
from tenant_compiler.model.artifact import Shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.edge.gateway import Way
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Lineage
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.vocabulary.cluster import Cluster
    from tenant_compiler.model.vocabulary.edge import Gateway

REQUESTS: Final[Pointer] = ("spec", "quotas", "api_requests_per_minute")
CONNECTIONS: Final[Pointer] = ("spec", "quotas", "concurrent_connections")
_IDLE: Final = "300s"
"""A client that neither sends nor gets anything for so long is no client any more."""


def limits(here: Scene, way: Way) -> Iterator[ArtifactObject]:
    """Bound the requests and connections that reach the tenant's services; nothing where neither is bounded."""
    quotas = here.plan.quotas
    requests, connections = quotas["api_requests_per_minute"], quotas["concurrent_connections"]
    counted = [workload for workload in way.workloads if workload.protocol != "tcp"]
    if not counted or (requests is None and connections is None):
        return
    together = here.cluster["gateway"].get("rate_limit_service", False)
    most = None if requests is None else int(requests)
    spec = {"targetRefs": targets(counted), **_bounds(most, _whole(connections), together=together)}
    value = {"apiVersion": ENVOY, "kind": "BackendTrafficPolicy", "metadata": metadata(here, NAME), "spec": spec}
    made_from: Lineage = tuple(
        pointer for pointer, bound in ((REQUESTS, requests), (CONNECTIONS, connections)) if bound is not None
    )
    yield made("BackendTrafficPolicy", value, made_from)


def clients(here: Scene, way: Way) -> Iterator[ArtifactObject]:
    """Say how clients of the tenant's own Gateways connect; the platform's Gateway has one policy for all tenants."""
    names = own_gateways(way)
    if not names:
        return
    tls, connections = here.plan.edge_tls, here.plan.quotas["concurrent_connections"]
    spec: dict[str, Any] = {
        "targetRefs": [{"group": API, "kind": "Gateway", "name": name} for name in names],
        **_address(here.cluster["gateway"]),
        "tls": {"minVersion": tls.minimum},
        "timeout": {"http": {"idleTimeout": _IDLE, "streamIdleTimeout": _IDLE}},
    }
    made_from: Lineage = tuple(pointer for pointer in tls.made_from if pointer[-1] == "minimum_version")
    if connections is not None:
        spec["connection"] = {"connectionLimit": {"value": max(1, int(connections))}}
        made_from = (*made_from, CONNECTIONS)
    value = {"apiVersion": ENVOY, "kind": "ClientTrafficPolicy", "metadata": metadata(here, NAME), "spec": spec}
    yield made("ClientTrafficPolicy", value, made_from)


def platform_clients(cluster: Cluster, fleet: str, made_from: Lineage) -> ArtifactObject | None:
    """Say how clients of the platform's Gateway connect: what its profile says, once for all tenants.

    Returns:
        None where the profile says nothing beside what the gateway does anyway, and where it has no such Gateway.
    """
    said = cluster.get("gateway")
    if said is None or said["kind"] != "envoy-gateway" or "name" not in said:
        return None
    spec = _address(said)
    if said.get("tls_minimum", "1.2") != "1.2":
        spec["tls"] = {"minVersion": said["tls_minimum"]}
    if not spec:
        return None
    name = f"{fleet}.clients"
    target = {"group": API, "kind": "Gateway", "name": said["name"]}
    value = {
        "apiVersion": ENVOY,
        "kind": "ClientTrafficPolicy",
        "metadata": {"name": name, "namespace": said["namespace"], "labels": fleet_labels(name, fleet)},
        "spec": {"targetRefs": [target], **spec},
    }
    return made("ClientTrafficPolicy", value, made_from)


def _whole(connections: float | None) -> int | None:
    return None if connections is None else int(connections)


def _address(said: Gateway) -> dict[str, Any]:
    """Whose address a request has: the one that the last trusted proxy saw. A client can write what it likes before."""
    hops = said.get("trusted_hops", 0)
    return {"clientIPDetection": {"xForwardedFor": {"numTrustedHops": hops}}} if hops else {}


@lru_cache(maxsize=256)
def _bounds(requests: int | None, connections: int | None, *, together: bool) -> Shared:
    spec: dict[str, Any] = {}
    if connections is not None:
        # What is not said here is 1024. Requests that wait are clients, too.
        spec["circuitBreaker"] = dict.fromkeys(
            ("maxConnections", "maxParallelRequests", "maxPendingRequests"), connections
        )
    if requests is not None:
        rule: dict[str, Any] = {"limit": {"requests": max(1, requests), "unit": "Minute"}}
        if together:
            spec["rateLimit"] = {"type": "Global", "global": {"rules": [{**rule, "shared": True}]}}
        else:
            spec["rateLimit"] = {"type": "Local", "local": {"rules": [rule]}}
    return Shared(spec)
