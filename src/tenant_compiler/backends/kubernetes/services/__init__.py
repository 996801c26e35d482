"""What runs: pods, how many there are, and how a service is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.services.keda import support
from tenant_compiler.backends.kubernetes.support import always

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.support import Table

SUPPORT: Final[Table] = {"workloads": always, "scaling.triggers": support}
