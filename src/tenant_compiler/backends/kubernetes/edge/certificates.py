"""Certificate and Issuer of cert-manager, and the ReferenceGrant by which the platform's Gateway reads the Secrets.

A certificate for each host: one that cannot be had keeps no other host from its own. A tenant's own Gateway reads
Secrets of its own namespace and needs no grant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import made, metadata
from tenant_compiler.backends.kubernetes.edge.gateway import API, certificates, secret_name
from tenant_compiler.model.artifact import Shared

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def objects(here: Scene, way: Way) -> Iterator[ArtifactObject]:
    """Make the certificates of all hosts; nothing where the platform's Gateway has what it needs."""
    said = certificates(here.cluster)
    hosts = _hosts(way)
    if said is None or not hosts:
        return
    tls = here.plan.edge_tls
    if said["kind"] == "Issuer":
        yield _issuer(here, said, tuple(hosts.values()))
    days = tuple(pointer for pointer in tls.made_from if pointer[-1] == "certificate_days")
    reference = Shared({"group": _API, "kind": said["kind"], "name": said["issuer"]})
    # A third is left when it is renewed: time for somebody to notice that it was not.
    times = {
        "duration": f"{tls.certificate_days * _HOURS}h",
        "renewBefore": f"{tls.certificate_days * _HOURS // 3}h",
    }
    for host, pointer in hosts.items():
        spec = {
            "secretName": secret_name(host),
            "dnsNames": [host],
            "issuerRef": reference,
            "privateKey": _KEY,
            "usages": ["digital signature", "server auth"],
            **times,
        }
        value = {
            "apiVersion": f"{_API}/v1",
            "kind": "Certificate",
            "metadata": metadata(here, secret_name(host)),
            "spec": spec,
        }
        yield made("Certificate", value, (pointer, *days))
    if way.door.name:
        yield from _grants(here, way, hosts)


def _hosts(way: Way) -> dict[str, Pointer]:
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
