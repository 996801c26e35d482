"""Istio: pods show certificates to each other, and a service takes requests from the identities that it names.

Sidecars are no border: a pod can send around its own. What a tenant may reach outside is up to the network policies, so
its sidecars let out what those let out (``ALLOW_ANY``). Methods and paths are nowhere declared: rules name callers and
ports, which also holds for what is no HTTP.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import made, metadata, pods_of
from tenant_compiler.backends.kubernetes.network import ways
from tenant_compiler.backends.kubernetes.operations import tracing
from tenant_compiler.model.artifact import ArtifactObject, Shared
from tenant_compiler.model.plan_trust import ZERO_TRUST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Workload
    from tenant_compiler.model.vocabulary.cluster import Mesh

_STRICT: Final = Shared({"mtls": {"mode": "STRICT"}})
_NOTHING: Final = Shared({})
_TRUST_DOMAIN: Final = "cluster.local"
"""In a policy it stands for the mesh's own trust domain, whatever that is called."""


def injection(here: Scene) -> dict[str, str]:
    """The label of the namespace that makes pods get their sidecars."""
    mesh = here.cluster.get("mesh")
    if mesh is None or not ways.meshed(here):
        return {}
    return {"istio.io/rev": mesh["revision"]} if "revision" in mesh else {"istio-injection": "enabled"}


def namespace_policies(here: Scene) -> Iterator[ArtifactObject]:
    """Make what holds for all pods: certificates at both ends, and that nobody is let in who is not named."""
    mesh = here.cluster.get("mesh")
    if mesh is None or not ways.meshed(here):
        return
    trust = here.plan.trust
    yield _object(
        "security.istio.io/v1", "PeerAuthentication", metadata(here, "default.mutual"), _STRICT, trust.made_from
    )
    if trust.zero_trust:
        yield _authorization(metadata(here, "default.deny"), _NOTHING, (ZERO_TRUST,))
        if tracing.collects(here):
            yield _authorization(metadata(here, "default.collector"), _collector(here.plan.name), (ZERO_TRUST,))
        spec = _sidecar(here, mesh)
        yield _object("networking.istio.io/v1", "Sidecar", metadata(here, "default.sidecar"), spec, (ZERO_TRUST,))


def service_policy(here: Scene, meta: Shared, workload: Workload) -> Iterator[ArtifactObject]:
    """Make the policy that says from whom a service takes requests; none for what nobody may call."""
    if not (here.plan.trust.zero_trust and ways.meshed(here)):
        return
    port = workload.port
    rules = [_rule(here.plan.name, way.peers, port) for way in ways.inward(here, workload) if port is not None]
    if rules:
        calls = ((*workload.made_from[0], "calls"),) if workload.calls else ()
        spec = {"selector": pods_of(workload.name), "action": "ALLOW", "rules": rules}
        yield _authorization(meta, spec, (*workload.made_from, *calls, ZERO_TRUST))


@lru_cache(maxsize=2048)
def _rule(namespace: str, peers: tuple[ways.Peer, ...], port: int) -> Shared:
    """Callers by their identity: services of the tenant by their accounts, the platform by its namespaces."""
    services = [f"{_TRUST_DOMAIN}/ns/{namespace}/sa/{peer.name}" for peer in peers if peer.kind == "service"]
    source = {"principals": services} if services else {"namespaces": [peer.name for peer in peers]}
    return Shared({"from": [{"source": source}], "to": [{"operation": {"ports": [str(port)]}}]})


@lru_cache(maxsize=256)
def _collector(namespace: str) -> Shared:
    """All of the tenant's pods send to its own collector of spans."""
    ports = [str(port) for port in tracing.PORTS]
    rule = {"from": [{"source": {"namespaces": [namespace]}}], "to": [{"operation": {"ports": ports}}]}
    return Shared({"selector": tracing.PODS, "action": "ALLOW", "rules": [rule]})


def _sidecar(here: Scene, mesh: Mesh) -> Shared:
    spans = here.cluster.get("tracing")
    return _knows(mesh["namespace"], ways.collector(spans["otlp"]).peers[0].name if spans else "")


@lru_cache(maxsize=64)
def _knows(control: str, spans: str) -> Shared:
    """What sidecars know of: the tenant's own services, the mesh and the collector of spans."""
    hosts = ["./*", *(f"{namespace}/*" for namespace in dict.fromkeys((control, spans)) if namespace)]
    return Shared({"egress": [{"hosts": hosts}], "outboundTrafficPolicy": {"mode": "ALLOW_ANY"}})


def _authorization(meta: dict[str, Any], spec: dict[str, Any], pointers: Any) -> ArtifactObject:
    return _object("security.istio.io/v1", "AuthorizationPolicy", meta, spec, pointers)


def _object(version: str, kind: str, meta: dict[str, Any], spec: dict[str, Any], pointers: Any) -> ArtifactObject:
    return made(kind, {"apiVersion": version, "kind": kind, "metadata": meta, "spec": spec}, pointers)
