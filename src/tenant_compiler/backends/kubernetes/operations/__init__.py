"""What runs a tenant: the collector of its spans, and backups of its namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.operations import backups, tracing

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.support import Table

SUPPORT: Final[Table] = {**tracing.SUPPORT, **backups.SUPPORT}
