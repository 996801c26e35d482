"""Certificates that are proved by a request to the host (HTTP-01): the pods that answer it.

While a certificate is asked for, cert-manager makes a pod, a Service and an HTTPRoute for each of its hosts, beside the
Certificate. That is the tenant's namespace where the issuer is the platform's and tenants share a Gateway. An issuer of
the tenant's own changes the DNS, and a Gateway of the tenant's own has no listener that such a request could come in
by; where the profile names no issuer, the platform's Gateway has its certificates from elsewhere.

In a mesh, cert-manager makes these pods without a sidecar (``sidecar.istio.io/inject: "false"``): neither ``STRICT``
nor a rule of the mesh holds for what is no part of it, and the gateway's side sends to them plainly. What is sent is
public: anybody may ask for the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.edge.certificates import certified_hosts
from tenant_compiler.backends.kubernetes.edge.gateway import certificates, way_in
from tenant_compiler.model.artifact import Shared

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.pointer import Pointer

NAME: Final = "default.challenges"
"""What lets the gateway in to these pods."""
PORT: Final = 8089
LABEL: Final = "acme.cert-manager.io/http01-solver"
PODS: Final = Shared({"matchLabels": Shared({LABEL: "true"})})
OTHERS: Final = ({"key": LABEL, "operator": "DoesNotExist"},)
"""What in a selector leaves these pods out: they answer, and need nobody."""
RESOURCES: Final = Shared({"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"cpu": "100m", "memory": "64Mi"}})
"""Of each, as cert-manager comes (``--acme-http01-solver-resource-…``)."""


def hosts(here: Scene) -> dict[str, Pointer]:
    """The hosts that pods may have to answer for, and where they are said; mostly empty."""
    said = certificates(here.cluster)
    if said is None or said["kind"] != "ClusterIssuer" or said["challenge"] != "http01":
        return {}
    way = way_in(here)
    if way is None:
        return {}
    return certified_hosts(way)


def image(here: Scene) -> str:
    """The image of these pods, where the tenant has such hosts; empty where it is not said."""
    said = certificates(here.cluster)
    return said.get("solver_image", "") if said is not None and hosts(here) else ""
