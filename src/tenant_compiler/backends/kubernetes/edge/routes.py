"""HTTPRoute and SecurityPolicy: how clients reach exposed services, and how they sign on before they do.

Only for a gateway that takes them (``kind = "envoy-gateway"``) and is named; any other is configured elsewhere. Both
stand in the tenant's namespace: a tenant's policy can hold for its own routes only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import made, metadata
from tenant_compiler.backends.kubernetes.support import HONOURED, LATER, Answer, called
from tenant_compiler.model.backend import Lack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.artifact import ArtifactObject, Shared
    from tenant_compiler.model.plan import Identity, Lineage, Need, Workload
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.vocabulary.cluster import Cluster

_ROUTES: Final = "gateway.networking.k8s.io"
_HOSTS: Final = 16
"""An HTTPRoute has at most so many host names."""

SECRET_KEY: Final = "client-secret"  # noqa: S105 - the key's name, not what is there
"""The key of a Secret in which Envoy Gateway looks for a client's secret; it takes no other."""
_COOKIE: Final = "IdToken"
_PROVIDER: Final = "sign-on"

_REFERENCES: Final = {"webauthn": "hwk", "piv": "sc", "totp": "otp", "sms": "sms"}
"""What RFC 8176 calls a second factor in the claim ``amr`` of an ID token."""

_IDENTITY: Final[Pointer] = ("spec", "security", "identity")


def gateway(cluster: Cluster) -> tuple[str, str] | None:
    """Give namespace and name of the Gateway that routes are attached to; None where there is none for us."""
    said = cluster.get("gateway")
    if said is None or said["kind"] != "envoy-gateway" or "name" not in said:
        return None
    return said["namespace"], said["name"]


def support(here: Scene, need: Need) -> Answer:
    """Say what becomes of exposed services: of one service's routes, or of the sign-on before all."""
    protocols = {
        workload.protocol
        for workload in here.plan.workloads
        if workload.hosts
        and (need.feature == "edge.sign_on" or need.pointer == (*workload.made_from[0], "expose", "hosts"))
    }
    said = here.cluster.get("gateway")
    if said is not None and said["kind"] == "none":
        return LATER
    if said is None or "name" not in said:
        what = "no gateway" if said is None else "a gateway without a name"
        words = f"{need.what} need a gateway that takes routes; {called(here)} has {what}"
        advice = 'describe it: `gateway = { namespace = "gateway", kind = "envoy-gateway", name = "public" }`'
        return Answer("cannot", Lack(words, advice))
    return HONOURED if protocols == {"http"} else LATER


def routes(here: Scene, meta: Shared, workload: Workload) -> Iterator[ArtifactObject]:
    """Make what leads a service's host names to it: one route, or more where there are more names than one may have."""
    parent = gateway(here.cluster)
    if parent is None or not _routed(workload):
        return
    made_from: Lineage = ((*workload.made_from[0], "expose", "hosts"), *workload.made_from)
    for number, start in enumerate(range(0, len(workload.hosts), _HOSTS), 1):
        spec = {
            "parentRefs": [{"namespace": parent[0], "name": parent[1]}],
            "hostnames": list(workload.hosts[start : start + _HOSTS]),
            "rules": [{"backendRefs": [{"name": workload.name, "port": workload.port}]}],
        }
        value = {
            "apiVersion": f"{_ROUTES}/v1",
            "kind": "HTTPRoute",
            "metadata": {**meta, "name": _route_name(workload, number)},
            "spec": spec,
        }
        yield made("HTTPRoute", value, made_from)


def sign_on(here: Scene) -> Iterator[ArtifactObject]:
    """Make the policy that asks for a sign-on before all routes of the tenant; nothing without provider or route."""
    identity = here.plan.identity
    names = [
        _route_name(workload, number)
        for workload in here.plan.workloads
        if _routed(workload)
        for number in range(1, -(-len(workload.hosts) // _HOSTS) + 1)
    ]
    if identity is None or not names or gateway(here.cluster) is None:
        return
    spec: dict[str, Any] = {
        "targetRefs": [{"group": _ROUTES, "kind": "HTTPRoute", "name": name} for name in names],
        "oidc": _oidc(identity),
    }
    if demands_factors(identity):
        spec["jwt"] = {"providers": [_tokens(identity)]}
        spec["authorization"] = _second_factor(identity)
    value = {
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "SecurityPolicy",
        "metadata": metadata(here, "sign-on"),
        "spec": spec,
    }
    yield made("SecurityPolicy", value, _carried(identity))


def session_minutes(identity: Identity) -> int | None:
    """Say how long a session at the edge may last; None: as long as the provider likes.

    The edge does not know who has more rights, so the smaller of both limits holds for everybody.
    """
    return min(
        (minutes for minutes in (identity.idle_minutes, identity.privileged_idle_minutes) if minutes is not None),
        default=None,
    )


def demands_factors(identity: Identity) -> bool:
    """Whether the edge looks for a second factor: one is required, and it is said which ones count."""
    return identity.mfa_required and bool(identity.mfa_methods)


def _routed(workload: Workload) -> bool:
    return bool(workload.hosts) and workload.protocol == "http" and workload.port is not None


def _route_name(workload: Workload, number: int) -> str:
    """Name a service's routes: the first one as the service, the others with a dot that no service has in its name."""
    return workload.name if number == 1 else f"{workload.name}.{number}"


def _oidc(identity: Identity) -> dict[str, Any]:
    secret = identity.client_secret.split("/")[1]
    oidc: dict[str, Any] = {
        "provider": {"issuer": identity.issuer},
        "clientID": identity.client_id,
        "clientSecret": {"name": secret},
    }
    minutes = session_minutes(identity)
    if minutes is not None:
        # Envoy does not know how long a session has been idle. So a session ends at a fixed time after the sign-on,
        # used or not, which is stricter: none is idle for longer than it lasts. A refreshed token would prolong it. It
        # holds for tokens that do not say when they end; of others the provider decides, so this proves no limit.
        oidc["refreshToken"] = False
        oidc["defaultTokenTTL"] = f"{minutes}m"
    if demands_factors(identity):
        # A name of our own, because the check of the token must find the cookie.
        oidc["cookieNames"] = {"idToken": _COOKIE}
    return oidc


def _tokens(identity: Identity) -> dict[str, Any]:
    """Say how ID tokens are checked; the filter before, which handles the sign-on, only hands them on."""
    return {
        "name": _PROVIDER,
        "issuer": identity.issuer,
        "audiences": [identity.client_id],
        "remoteJWKS": {"uri": identity.keys_url},
        "extractFrom": {"cookies": [_COOKIE]},
    }


def _second_factor(identity: Identity) -> dict[str, Any]:
    references = list(dict.fromkeys(_REFERENCES[method] for method in identity.mfa_methods))
    claim = {"name": "amr", "valueType": "StringArray", "values": references}
    return {
        "defaultAction": "Deny",
        "rules": [
            {
                "name": "second-factor",
                "action": "Allow",
                "principal": {"jwt": {"provider": _PROVIDER, "claims": [claim]}},
            }
        ],
    }


def _carried(identity: Identity) -> Lineage:
    """The leaves that the policy carries out: of second factors only those that the edge looks for."""
    factors = (("spec", "security", "mfa_required"), (*_IDENTITY, "mfa_methods"))
    if demands_factors(identity):
        return identity.made_from
    return tuple(pointer for pointer in identity.made_from if pointer not in factors)
