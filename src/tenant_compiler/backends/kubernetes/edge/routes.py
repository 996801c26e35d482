"""HTTPRoute, GRPCRoute and TCPRoute: from hosts and paths to services. They stand in the tenant's namespace."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import made
from tenant_compiler.backends.kubernetes.edge.gateway import API, parents
from tenant_compiler.backends.kubernetes.services.backends import branches
from tenant_compiler.backends.kubernetes.services.tracks import rollout_lines
from tenant_compiler.model.artifact import Shared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.edge.gateway import Way
    from tenant_compiler.backends.kubernetes.services.backends import Branch
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Lineage, Workload

HOSTS: Final = 16
"""A route has at most so many host names."""
ALL: Final = ("/",)

_SHARED: Final = ("strategy", "variant_image", "match", "step", "steps_percent")
"""What of a rollout says which requests go to which version."""
_TIMEOUTS: Final = Shared({"request": "60s"})
"""Of a request with its answer. Without it, each implementation has a limit of its own, or none."""


_SIGN_ON: Final = tuple(Shared({"path": {"type": "Exact", "value": path}}) for path in ("/oauth2/callback", "/logout"))
"""What Envoy Gateway answers itself where users sign on: the way back from the provider, and the way out."""


def routes(here: Scene, way: Way, metas: Mapping[str, Shared]) -> Iterator[ArtifactObject]:
    """Make what leads to all exposed services.

    Args:
        here: the tenant in its cluster.
        way: how clients reach the services.
        metas: the metadata of each service's objects.
    """
    signed_on = here.plan.identity is not None
    for workload in way.workloads:
        meta = metas[workload.name]
        if workload.protocol == "tcp":
            yield _connections(here, way, meta, workload)
        else:
            yield from _requests(way, meta, workload, _rules(here, workload, signed_on=signed_on))


def names(workload: Workload) -> list[str]:
    """Name a service's routes: the first one as the service, the others with a dot that no service has in its name."""
    if workload.protocol == "tcp":
        return [workload.name]
    more = range(2, -(-len(workload.hosts) // HOSTS) + 1)
    return [workload.name, *(f"{workload.name}.{number}" for number in more)]


def kind_of(workload: Workload) -> str:
    """Name the kind of a service's routes."""
    return {"grpc": "GRPCRoute", "tcp": "TCPRoute"}.get(workload.protocol, "HTTPRoute")


def _requests(way: Way, meta: Shared, workload: Workload, rules: list[dict[str, Any]]) -> Iterator[ArtifactObject]:
    """One route, or more where there are more host names than one may have."""
    kind = kind_of(workload)
    at = (*workload.made_from[0], "expose")
    made_from: Lineage = (
        (*at, "hosts"),
        *(((*at, "paths"),) if workload.paths != ALL else ()),
        *workload.made_from,
        *rollout_lines(workload, *_SHARED),
    )
    for number, name in enumerate(names(workload)):
        hosts = workload.hosts[number * HOSTS : (number + 1) * HOSTS]
        value = {
            "apiVersion": f"{API}/v1",
            "kind": kind,
            "metadata": {**meta, "name": name},
            "spec": {"parentRefs": parents(way, hosts), "hostnames": list(hosts), "rules": rules},
        }
        yield made(kind, value, made_from)


def _connections(here: Scene, way: Way, meta: Shared, workload: Workload) -> ArtifactObject:
    # Connections have no headers: all go where those without any go.
    backends = _backends(branches(here, workload)[-1], workload)
    parent = {"name": way.places[workload.name], "sectionName": workload.name}
    value = {
        "apiVersion": f"{API}/v1alpha2",
        "kind": "TCPRoute",
        "metadata": meta,
        "spec": {"parentRefs": [parent], "rules": [{"backendRefs": backends}]},
    }
    made_from = ((*workload.made_from[0], "expose", "hosts"), *workload.made_from, *rollout_lines(workload, *_SHARED))
    return made("TCPRoute", value, made_from)


def _rules(here: Scene, workload: Workload, *, signed_on: bool) -> list[dict[str, Any]]:
    """Where requests under the exposed paths go; the gateway answers those of the sign-on, on any route."""
    matches: list[dict[str, Any]] = []
    if workload.paths != ALL:
        match = _call if workload.protocol == "grpc" else _below
        own = _SIGN_ON if signed_on and workload.protocol == "http" else ()
        matches = [*(match(path) for path in workload.paths), *own]
    return [_rule(branch, workload, matches) for branch in branches(here, workload)]


def _rule(branch: Branch, workload: Workload, matches: list[dict[str, Any]]) -> dict[str, Any]:
    """Where the requests of a branch go: what it asks for is asked beside the paths."""
    rule: dict[str, Any] = {}
    if branch.headers:
        headers = [{"type": header.kind, "name": header.name, "value": header.value} for header in branch.headers]
        rule["matches"] = [{**match, "headers": headers} for match in matches or [{}]]
    elif matches:
        rule["matches"] = matches
    rule["backendRefs"] = _backends(branch, workload)
    if workload.protocol == "http":
        rule["timeouts"] = _TIMEOUTS
    return rule


def _backends(branch: Branch, workload: Workload) -> list[dict[str, Any]]:
    return [
        {"name": name, "port": workload.port}
        if weight is None
        else {"name": name, "port": workload.port, "weight": weight}
        for name, weight in branch.destinations
    ]


@lru_cache(maxsize=1024)
def _below(path: str) -> Shared:
    return Shared({"path": {"type": "PathPrefix", "value": path}})


@lru_cache(maxsize=1024)
def _call(path: str) -> Shared:
    """A call of gRPC: all methods of a service, or one."""
    service, _, method = path[1:].partition("/")
    return Shared({"method": {"service": service, "method": method} if method else {"service": service}})
