"""What runs a tenant: the collector of its spans, backups of its namespace, and how it is delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.operations import backups, delivery, scans, tracing

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.support import Table
    from tenant_compiler.model.artifact import ArtifactObject

SUPPORT: Final[Table] = {**tracing.SUPPORT, **backups.SUPPORT, **delivery.SUPPORT, **scans.SUPPORT}


def objects(here: Scene) -> list[ArtifactObject]:
    """Make what a tenant asks for that runs it."""
    return [*tracing.objects(here), *backups.objects(here), *scans.objects(here)]


def platform_images(here: Scene) -> tuple[str, ...]:
    """The images of the platform's that run in the tenant's namespace, each pinned by its digest."""
    collector = tracing.image(here)
    return (*((collector,) if collector else ()), *scans.images(here))
