"""What a cluster makes of what the tenant needs at its edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.edge.gateway import Door, door, obstacle
from tenant_compiler.backends.kubernetes.support import HONOURED, LATER, WIDER, Answer, called
from tenant_compiler.model.backend import Lack

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.support import Table
    from tenant_compiler.model.plan import Need

_ENVOY: Final = 'use a cluster with Envoy Gateway: `gateway = { kind = "envoy-gateway", … }`'


def _host_names(here: Scene, need: Need) -> Answer:
    """Say what becomes of the routes of one service."""
    if _elsewhere(here):
        return LATER
    for workload in here.plan.workloads:
        if workload.hosts and need.pointer[: len(workload.made_from[0])] == workload.made_from[0]:
            lack = obstacle(here, workload)
            return HONOURED if lack is None else Answer("cannot", lack)
    return HONOURED


def _policy(here: Scene, need: Need) -> Answer:
    """Say what becomes of what only policies of Envoy Gateway can do."""
    if _elsewhere(here):
        return LATER
    way = door(here.cluster)
    if way is None or way.kind != "envoy-gateway":
        has = "no gateway" if way is None else "a gateway that takes routes only"
        words = f"{need.what} cannot be had without Envoy Gateway; {called(here)} has {has}"
        return Answer("cannot", Lack(words, _ENVOY))
    return _CLOSER.get(need.feature, _honoured)(here, need, way)


def _honoured(here: Scene, need: Need, way: Door) -> Answer:
    del here, need, way
    return HONOURED


def _geo_fence(here: Scene, need: Need, way: Door) -> Answer:
    del way
    if here.cluster["gateway"].get("geoip", False):
        return HONOURED
    words = f"{need.what} needs a gateway that knows the countries of addresses; that of {called(here)} does not"
    advice = "give it a GeoIP database, and set `geoip = true` in `gateway`"
    return Answer("cannot", Lack(words, advice))


def _limits(here: Scene, need: Need, way: Door) -> Answer:
    del need, way
    unbounded = here.plan.quotas["api_requests_per_minute"] is None
    return HONOURED if unbounded or here.cluster["gateway"].get("rate_limit_service", False) else WIDER


def _tls(here: Scene, need: Need, way: Door) -> Answer:
    """A Gateway of the tenant's own is told by a policy; the platform's is as its profile says."""
    least = here.cluster["gateway"].get("tls_minimum", "1.2")
    if not way.name or float(least) >= float(here.plan.edge_tls.minimum):
        return HONOURED
    words = f"{need.what} needs a gateway that refuses older versions; that of {called(here)} takes TLS {least}"
    advice = f'set `tls_minimum = "{here.plan.edge_tls.minimum}"` in `gateway`, which holds for all of its tenants'
    return Answer("cannot", Lack(words, advice))


_CLOSER: Final = {"edge.geo_fence": _geo_fence, "edge.limits": _limits, "edge.tls": _tls}


def _elsewhere(here: Scene) -> bool:
    """Whether the gateway is configured by somebody else."""
    said = here.cluster.get("gateway")
    return said is not None and said["kind"] == "none"


SUPPORT: Final[Table] = {
    "edge.hosts": _host_names,
    **dict.fromkeys(
        (
            "edge.allow_list",
            "edge.cors",
            "edge.geo_fence",
            "edge.limits",
            "edge.roles",
            "edge.sign_on",
            "edge.tls",
        ),
        _policy,
    ),
}
