"""Certificate and Issuer of cert-manager, ReferenceGrant, BackendTLSPolicy: who proves to be whom by which key.

A certificate for each host: one that cannot be had keeps no other host from its own. A tenant's own Gateway reads
Secrets of its own namespace and needs no grant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import made, metadata
from tenant_compiler.backends.kubernetes.edge.gateway import API, certificates, secret_name
from tenant_compiler.backends.kubernetes.services.certified import pod_secret, pods_authority
from tenant_compiler.backends.kubernetes.services.tracks import services_of
from tenant_compiler.model.artifact import Shared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.edge.gateway import Way
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Lineage
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.vocabulary.edge import Certificates

_API: Final = "cert-manager.io"
_GRANTED: Final = 16
"""A ReferenceGrant names at most so many Secrets."""
_KEY: Final = Shared({"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"})
_HOURS: Final = 24


def of_pods(here: Scene) -> Iterator[ArtifactObject]:
    """Make the certificates of services that speak TLS themselves, by all names under which they are called."""
    said = pods_authority(here.cluster)
    if said is None:
        return
    for workload in here.plan.workloads:
        if not workload.tls:
            continue
        spec = {
            "secretName": pod_secret(workload),
            "dnsNames": [f"{name}.{here.plan.name}.svc" for name in services_of(here, workload)],
            "issuerRef": {"group": _API, "kind": "ClusterIssuer", "name": said["issuer"]},
            **_common(here),
        }
        yield _certificate(here, pod_secret(workload), spec, (*workload.made_from[0], "expose", "tls"))


def on_to_pods(here: Scene, way: Way, metas: Mapping[str, Shared]) -> Iterator[ArtifactObject]:
    """Let the gateway encrypt on to these services, and take nobody else for them."""
    said = pods_authority(here.cluster)
    if said is None:
        return
    for workload in way.workloads:
        if not workload.tls:
            continue
        root = {"group": "", "kind": "ConfigMap", "name": said["root"]}
        value = {
            "apiVersion": f"{API}/v1",
            "kind": "BackendTLSPolicy",
            "metadata": metas[workload.name],
            "spec": {
                "targetRefs": [{"group": "", "kind": "Service", "name": name} for name in services_of(here, workload)],
                "validation": {
                    "caCertificateRefs": [root],
                    "hostname": f"{workload.name}.{here.plan.name}.svc",
                },
            },
        }
        yield made("BackendTLSPolicy", value, ((*workload.made_from[0], "expose", "tls"),))


def objects(here: Scene, way: Way) -> Iterator[ArtifactObject]:
    """Make the certificates of all hosts; nothing where the platform's Gateway has what it needs."""
    said = certificates(here.cluster)
    hosts = certified_hosts(way)
    if said is None or not hosts:
        return
    if said["kind"] == "Issuer":
        yield _issuer(here, said, tuple(hosts.values()))
    reference = Shared({"group": _API, "kind": said["kind"], "name": said["issuer"]})
    common = _common(here)
    for host, pointer in hosts.items():
        spec = {"secretName": secret_name(host), "dnsNames": [host], "issuerRef": reference, **common}
        yield _certificate(here, secret_name(host), spec, pointer)
    if way.door.name:
        yield from _grants(here, way, hosts)


def _common(here: Scene) -> dict[str, Any]:
    """The key, and the times: a third is left when it is renewed, for somebody to notice that it was not."""
    hours = here.plan.edge_tls.certificate_days * _HOURS
    times = {"duration": f"{hours}h", "renewBefore": f"{hours // 3}h"}
    return {"privateKey": _KEY, "usages": ["digital signature", "server auth"], **times}


def _certificate(here: Scene, name: str, spec: dict[str, Any], pointer: Pointer) -> ArtifactObject:
    days = tuple(said for said in here.plan.edge_tls.made_from if said[-1] == "certificate_days")
    value = {"apiVersion": f"{_API}/v1", "kind": "Certificate", "metadata": metadata(here, name), "spec": spec}
    return made("Certificate", value, (pointer, *days))


def certified_hosts(way: Way) -> dict[str, Pointer]:
    """The hosts that need a certificate, and where they are said. Services by port bring their own."""
    return {
        host: (*workload.made_from[0], "expose", "hosts")
        for workload in way.workloads
        if workload.protocol != "tcp"
        for host in workload.hosts
    }


def _issuer(here: Scene, said: Certificates, made_from: Lineage) -> ArtifactObject:
    acme = said["acme"]
    spec: dict[str, Any] = {"server": acme["server"]}
    if "email" in acme:
        spec["email"] = acme["email"]
    spec["privateKeySecretRef"] = {"name": f"account.{said['issuer']}"}
    spec["solvers"] = [{"dns01": acme["dns01"]}]
    value = {
        "apiVersion": f"{_API}/v1",
        "kind": "Issuer",
        "metadata": metadata(here, said["issuer"]),
        "spec": {"acme": spec},
    }
    return made("Issuer", value, tuple(dict.fromkeys(made_from)))


def _grants(here: Scene, way: Way, hosts: dict[str, Pointer]) -> Iterator[ArtifactObject]:
    """Let the platform's Gateway read these Secrets, by name, and no other."""
    names = list(hosts)
    source = {"group": API, "kind": "Gateway", "namespace": way.door.namespace}
    for number, start in enumerate(range(0, len(names), _GRANTED), 1):
        some = names[start : start + _GRANTED]
        value = {
            "apiVersion": f"{API}/v1beta1",
            "kind": "ReferenceGrant",
            "metadata": metadata(here, f"default.certificates{'' if number == 1 else f'.{number}'}"),
            "spec": {
                "from": [source],
                "to": [{"group": "", "kind": "Secret", "name": secret_name(host)} for host in some],
            },
        }
        yield made("ReferenceGrant", value, tuple(dict.fromkeys(hosts[host] for host in some)))
