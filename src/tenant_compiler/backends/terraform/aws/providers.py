"""The provider of AWS: one for the primary region, and one by an alias for each other region with something in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.backends.terraform.aws.backup import copy_region
from tenant_compiler.backends.terraform.aws.edge import has_edge, served_regions
from tenant_compiler.backends.terraform.aws.names import alias, has_backup, has_fips, volume_regions
from tenant_compiler.backends.terraform.root import Block

if TYPE_CHECKING:
    from tenant_compiler.model.plan import Lineage, Plan


def regions(plan: Plan) -> dict[str, Lineage]:
    """List the regions that something is made in, each with where the tenant says it; the primary one first."""
    found: dict[str, Lineage] = {plan.primary.region: plan.primary.made_from}
    if plan.audit is not None:
        _add(found, plan.audit.region, plan.audit.made_from)
    if plan.backup is not None and has_backup(plan) and copy_region(plan, plan.backup):
        _add(found, plan.backup.region, plan.backup.made_from)
    associated = {home.region for identity in plan.identities for home in identity.homes if home.kind == "pod-identity"}
    for site in plan.sites:
        if site.region in associated or site.region in volume_regions(plan):
            _add(found, site.region, site.made_from)
    if has_edge(plan):
        served = served_regions(plan)
        for site in plan.sites:
            if site.region in served:
                _add(found, site.region, site.made_from)
    return found


def _add(found: dict[str, Lineage], region: str, made_from: Lineage) -> None:
    """Note a region with the leaf that names it; that of a site is the site."""
    named = tuple(pointer for pointer in made_from if pointer[-1] in {"region", region})
    found[region] = tuple(dict.fromkeys((*found.get(region, ()), *named)))


def provider(plan: Plan) -> Block:
    """Make the providers: a list of them where there is more than one, as JSON syntax has it."""
    tags = {
        "tenant": plan.tenant,
        "environment": plan.environment,
        "fleet": plan.fleet,
        "tier": plan.tier,
        "team": plan.owner.team,
        "cost-center": plan.owner.cost_center,
        "managed-by": "tenant-compiler",
    }
    tagged = {"default_tags": [{"tags": {key: value for key, value in tags.items() if value}}]}
    named = regions(plan)
    bodies: list[dict[str, Any]] = []
    fips = False
    for region in named:
        body: dict[str, Any] = {"region": region, **tagged}
        if bodies:
            body = {"alias": alias(region), **body}
        if plan.keys.fips and has_fips(region):
            # Elsewhere the provider would call hosts that do not exist; `supports` says so to the user.
            body["use_fips_endpoint"] = fips = True
        bodies.append(body)
    first, *others = named.values()
    made_from = (*first, ("metadata", "name"), ("spec", "tier"), ("spec", "owner"))
    made_from = (
        *made_from,
        *(plan.keys.made_from if fips else ()),
        *(pointer for other in others for pointer in other),
    )
    return Block(("provider", "aws"), bodies if len(bodies) > 1 else bodies[0], made_from)
