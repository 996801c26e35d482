"""What a tenant has in a cluster because there is one: its namespace, how much it gets, who may do what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.support import always

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.support import Table

SUPPORT: Final[Table] = {"access.duties": always}
