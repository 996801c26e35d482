"""What services get from outside their images: volumes and secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.data import secrets, volumes

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.support import Table

SUPPORT: Final[Table] = {"volumes": volumes.support, "secrets": secrets.support}
