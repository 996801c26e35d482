"""How clients reach exposed services, and what protects these before requests reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.edge.routes import support
from tenant_compiler.backends.kubernetes.support import later

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.support import Table

SUPPORT: Final[Table] = {"edge.hosts": support, "edge.sign_on": support, "edge.limits": later}
