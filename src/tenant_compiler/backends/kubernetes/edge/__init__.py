"""How clients reach exposed services, and what protects these before requests reach them.

===============  ========================================================================
``gateway``      where clients come in; a Gateway of the tenant's own; what is in the way
``routes``       HTTPRoute, GRPCRoute, TCPRoute
``certificates`` Certificate, Issuer, ReferenceGrant, BackendTLSPolicy
``challenges``   the pods that answer when an authority asks a host for a proof
``guards``       SecurityPolicy: addresses, countries, sign-on, groups, pages of other sites
``sign_on``      the part of it about users
``traffic``      BackendTrafficPolicy, ClientTrafficPolicy: limits, addresses, TLS
``answers``      what a cluster makes of the tenant's needs
===============  ========================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.backends.kubernetes.edge import certificates, guards, routes, traffic
from tenant_compiler.backends.kubernetes.edge.answers import SUPPORT
from tenant_compiler.backends.kubernetes.edge.gateway import gateways, way_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.artifact import ArtifactObject, Shared

__all__ = ["SUPPORT", "objects"]


def objects(here: Scene, metas: Mapping[str, Shared]) -> list[ArtifactObject]:
    """Make all objects of the way in; nothing where no client comes in through us.

    Args:
        here: the tenant in its cluster.
        metas: the metadata of each service's objects.
    """
    found = [*certificates.of_pods(here)]
    way = way_in(here)
    if way is None:
        return found
    found += (*certificates.objects(here, way), *certificates.on_to_pods(here, way, metas))
    found += (*gateways(here, way), *routes.routes(here, way, metas))
    if way.door.kind == "envoy-gateway":
        found += (*guards.policies(here, way), *traffic.limits(here, way), *traffic.clients(here, way))
    return found
