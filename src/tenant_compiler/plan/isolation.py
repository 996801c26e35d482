"""How far a tenant is kept from others, and the check that a cluster is the tenant's to run in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.plan_data import Isolation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan
    from tenant_compiler.model.vocabulary.tenant import Selected


def isolation(spec: Selected) -> Isolation:
    """Give the level that the tenant asks for."""
    return Isolation(spec["placement"]["isolation"], (("spec", "placement", "isolation"),))


def check_dedication(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Nobody runs in a cluster that is another tenant's alone (TC344)."""
    for site in plan.sites:
        cluster = context.clusters.get(site.cluster)
        owner = cluster.get("dedicated_to", plan.tenant) if cluster is not None else plan.tenant
        if owner != plan.tenant:
            yield Diagnostic(
                "TC344",
                f"the cluster `{site.cluster}` is dedicated to the tenant `{owner}`",
                pointer=site.made_from[0],
                help="name another `cluster_profile` for the region",
            )
