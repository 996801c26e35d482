"""Services of tenants in a Backstage catalogue: a plug-in of tenant-compiler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler_example.backend import ServiceCatalogue
from tenant_compiler_example.section import CATALOGUE, LIFECYCLE_CHECK

if TYPE_CHECKING:
    from tenant_compiler import Backend, Extension, PlanCheck

TENANT_COMPILER_API = 1


def tenant_compiler_backends() -> list[Backend]:
    """Give the back-end `service-catalogue`."""
    return [ServiceCatalogue()]


def tenant_compiler_extensions() -> list[Extension]:
    """Give the section `extensions.catalogue`."""
    return [CATALOGUE]


def tenant_compiler_checks() -> list[PlanCheck]:
    """Give the check of lifecycles."""
    return [LIFECYCLE_CHECK]
