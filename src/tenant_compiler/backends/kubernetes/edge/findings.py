"""What the objects of the edge cannot do alone, or do wider than declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.edge import challenges, sign_on
from tenant_compiler.backends.kubernetes.edge.gateway import certificates, secret_name, way_in
from tenant_compiler.backends.kubernetes.edge.guards import NAME
from tenant_compiler.backends.kubernetes.edge.traffic import REQUESTS
from tenant_compiler.backends.kubernetes.support import called
from tenant_compiler.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.edge.gateway import Way

_TARGET: Final = "kubernetes"
_POLICY: Final = f"SecurityPolicy/{NAME}"


def findings(here: Scene) -> Iterator[Diagnostic]:
    """Say what must be done elsewhere for the way in.

    Codes: TC520 and TC524 (what the sign-on needs from outside), TC564 (limits that each proxy counts for itself),
    TC565 (certificates that the platform's Gateway must name), TC566 (what an issuer that asks by HTTP must be told).
    """
    way = way_in(here)
    if way is None:
        return
    if way.door.kind == "envoy-gateway":
        yield from _sign_on(here)
        yield from _limits(here, way)
    yield from _certificates(here, way)
    yield from _challenges(here)


def _limits(here: Scene, way: Way) -> Iterator[Diagnostic]:
    requests = here.plan.quotas["api_requests_per_minute"]
    if requests is None or here.cluster["gateway"].get("rate_limit_service", False):
        return
    if all(workload.protocol == "tcp" for workload in way.workloads):
        return
    yield Diagnostic(
        "TC564",
        f"each proxy of the gateway of {called(here)} lets in {requests} requests a minute to each route, which is"
        " wider than declared",
        severity="info",
        pointer=REQUESTS,
        help="give the gateway Envoy's rate limit service, and set `rate_limit_service = true` in `gateway`",
        target=_TARGET,
        object=f"BackendTrafficPolicy/{NAME}",
    )


def _certificates(here: Scene, way: Way) -> Iterator[Diagnostic]:
    if not way.door.name or certificates(here.cluster) is None:
        return
    for workload in way.workloads:
        for index, host in enumerate(workload.hosts):
            yield Diagnostic(
                "TC565",
                f"the Gateway `{way.door.namespace}/{way.door.name}` of {called(here)} must name the Secret"
                f" `{here.plan.name}/{secret_name(host)}` in a listener for {host}",
                severity="info",
                pointer=(*workload.made_from[0], "expose", "hosts", index),
                help="the Secret and the grant to read it are emitted; the listener is the platform's to add",
                target=_TARGET,
                object=f"Certificate/{secret_name(host)}",
            )


def _challenges(here: Scene) -> Iterator[Diagnostic]:
    """Say what cert-manager makes by itself where nobody tells it otherwise, and the quota refuses."""
    said, hosts = certificates(here.cluster), challenges.hosts(here)
    if said is None or not hosts:
        return
    yield Diagnostic(
        "TC566",
        f"pods in the namespace answer for the hosts' certificates: the solvers of the ClusterIssuer `{said['issuer']}`"
        f" of {called(here)} must have a `serviceType` of `ClusterIP`",
        severity="info",
        pointer=next(iter(hosts.values())),
        help="set it in the issuer's `solvers`: no port of a node is opened for them, and the quota allows none",
        target=_TARGET,
        object=f"Certificate/{secret_name(next(iter(hosts)))}",
    )


def _sign_on(here: Scene) -> Iterator[Diagnostic]:
    """Say what the policy at the edge cannot do alone."""
    identity = here.plan.identity
    if identity is None:
        return
    at = ("spec", "security", "identity")
    _, secret, key = identity.client_secret.split("/")
    if key != sign_on.SECRET_KEY:
        yield Diagnostic(
            "TC520",
            f"the gateway reads the client's secret from the key `{sign_on.SECRET_KEY}` of the Secret `{secret}`,"
            f" not from `{key}`",
            severity="warning",
            pointer=(*at, "sso", "client_secret", "from"),
            help=f"keep it in the key `{sign_on.SECRET_KEY}`, and write `secret/{secret}/{sign_on.SECRET_KEY}`",
            target=_TARGET,
            object=_POLICY,
        )
    minutes = sign_on.session_minutes(identity)
    if minutes is not None:
        privileged = minutes != identity.idle_minutes
        yield _provider(
            f"sessions end when the provider's tokens do, and after {minutes} minutes only where it does not say when",
            f"let tokens of the client `{identity.client_id}` end after at most {minutes} minutes",
            (*at, "privileged_session_idle_minutes" if privileged else "session_idle_minutes"),
        )
    if sign_on.demands_factors(identity):
        yield _provider(
            f"ID tokens are checked with the keys at {identity.keys_url}, and without the claim `amr` nobody gets in",
            "write `keys_url` if they are elsewhere, and put the methods of the sign-on (RFC 8176) into the claim",
            (*at, "sso", "issuer"),
        )


def _provider(message: str, advice: str, pointer: tuple[str | int, ...]) -> Diagnostic:
    return Diagnostic(
        "TC524",
        message,
        severity="info",
        pointer=pointer,
        help=advice,
        target=_TARGET,
        object=_POLICY,
    )
