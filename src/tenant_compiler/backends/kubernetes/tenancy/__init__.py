"""What a tenant has in a cluster because there is one: its namespace, how much it gets, who may do what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.support import always
from tenant_compiler.backends.kubernetes.tenancy import emergency, identity, nodes

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.support import Table

SUPPORT: Final[Table] = {
    "access.duties": always,
    "access.emergency": emergency.support,
    "isolation.node_pool": nodes.on_own_nodes,
    "isolation.cluster": nodes.in_own_cluster,
    "identity.cloud": identity.support,
    "sandbox": nodes.in_sandbox,
}
