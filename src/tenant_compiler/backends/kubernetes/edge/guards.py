"""SecurityPolicy of Envoy Gateway: who gets to a route.

Of two policies for one route only one would hold, so all that is asked of clients stands in one, and every condition of
its only rule must be met: the address, the country, the second factor and the group. Nobody else gets in. Routes whose
services let in pages of different sites need different policies, with the same rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import made, metadata
from tenant_compiler.backends.kubernetes.edge import sign_on
from tenant_compiler.backends.kubernetes.edge.gateway import API
from tenant_compiler.backends.kubernetes.edge.routes import kind_of, names
from tenant_compiler.model.artifact import Shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.edge.gateway import Way
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Lineage, Workload

ENVOY: Final = "gateway.envoyproxy.io/v1alpha1"
NAME: Final = "default.edge"
"""Of what holds for all routes of the tenant; no service has a dot in its name."""
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_HEADERS: Final = ("authorization", "content-type", "x-requested-with")
_GRPC_HEADERS: Final = ("grpc-timeout", "x-grpc-web", "x-user-agent")
_GRPC_EXPOSED: Final = ("grpc-message", "grpc-status")


def policies(here: Scene, way: Way) -> Iterator[ArtifactObject]:
    """Make what asks clients who they are and where they come from; nothing where anybody may come from anywhere."""
    requests = [workload for workload in way.workloads if workload.protocol != "tcp"]
    common = _common(here)
    if common:
        same = [workload for workload in requests if not workload.cors_origins]
        yield from _policy(here, NAME, same, common, _lineage(here))
        yield from _connections(here, [workload for workload in way.workloads if workload.protocol == "tcp"])
    for workload in requests:
        if workload.cors_origins:
            spec = {"cors": _cors(workload), **common}
            pointer = (*workload.made_from[0], "expose", "cors_origins")
            yield from _policy(here, workload.name, [workload], spec, (pointer, *_lineage(here)))


def targets(workloads: Iterable[Workload]) -> list[dict[str, str]]:
    """Name all routes of some services."""
    return [
        {"group": API, "kind": kind_of(workload), "name": name} for workload in workloads for name in names(workload)
    ]


def _policy(
    here: Scene, name: str, workloads: list[Workload], spec: dict[str, Any], made_from: Lineage
) -> Iterator[ArtifactObject]:
    if workloads:
        value = {
            "apiVersion": ENVOY,
            "kind": "SecurityPolicy",
            "metadata": metadata(here, name),
            "spec": {"targetRefs": targets(workloads), **spec},
        }
        yield made("SecurityPolicy", value, made_from)


def _connections(here: Scene, workloads: list[Workload]) -> Iterator[ArtifactObject]:
    """Of clients that send no requests, only the address can be asked for."""
    said = here.plan.allow_list
    if said is not None:
        rule = _rule("clients", {"clientCIDRs": list(dict.fromkeys(said.cidrs))})
        spec = {"authorization": {"defaultAction": "Deny", "rules": [rule]}}
        yield from _policy(here, "default.connections", workloads, spec, said.made_from)


def _common(here: Scene) -> Shared:
    """What is asked before all routes."""
    spec: dict[str, Any] = {}
    identity = here.plan.identity
    if identity is not None:
        spec.update(sign_on.authentication(identity))
    authorization = _authorization(here)
    if authorization is not None:
        spec["authorization"] = authorization
    return Shared(spec)


def _authorization(here: Scene) -> dict[str, Any] | None:
    plan = here.plan
    principal: dict[str, Any] = {}
    rules = []
    if plan.allow_list is not None:
        principal["clientCIDRs"] = list(dict.fromkeys(plan.allow_list.cidrs))
    if plan.geo_fence is not None:
        countries = [{"country": code} for code in plan.geo_fence.countries]
        if plan.geo_fence.allowed:
            principal["clientIPGeoLocations"] = countries
        else:
            # The first rule that fits decides.
            rules.append(_rule("geo-fence", {"clientIPGeoLocations": countries}, "Deny"))
    alternatives = [] if plan.identity is None else sign_on.claims(plan.identity)
    # One rule, unless there are more groups than it can name: a rule that leaves a condition out would let people in.
    for number, claims in enumerate(alternatives, 1):
        rules.append(_rule("clients" if number == 1 else f"clients-{number}", {**principal, "jwt": claims}))
    if principal and not alternatives:
        rules.append(_rule("clients", principal))
    closed = principal or alternatives
    return {"defaultAction": "Deny" if closed else "Allow", "rules": rules} if rules else None


def _rule(name: str, principal: dict[str, Any], action: str = "Allow") -> dict[str, Any]:
    return {"name": name, "action": action, "principal": principal}


def _cors(workload: Workload) -> dict[str, Any]:
    """Let pages of other sites call, with the cookies of the sign-on: the sites are named, each in full."""
    grpc = workload.protocol == "grpc"
    cors: dict[str, Any] = {
        "allowOrigins": list(workload.cors_origins),
        "allowMethods": list(_METHODS),
        "allowHeaders": [*_HEADERS, *(_GRPC_HEADERS if grpc else ())],
        "allowCredentials": True,
        "maxAge": "10m",
    }
    if grpc:
        cors["exposeHeaders"] = list(_GRPC_EXPOSED)
    return cors


def _lineage(here: Scene) -> Lineage:
    plan = here.plan
    return (
        *(sign_on.carried(plan.identity) if plan.identity is not None else ()),
        *(plan.allow_list.made_from if plan.allow_list is not None else ()),
        *(plan.geo_fence.made_from if plan.geo_fence is not None else ()),
    )
