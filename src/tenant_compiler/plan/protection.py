"""The part of a plan that protects: the audit trail, backups, sign-on, duties, the edge, scans and images.

Lineage here is precise: the leaves that were said, so that a verdict about one of them finds the objects that carry it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.plan import Audit, Backup, Duties, Edge, Identity, ImagePolicy, OtherRegion, Scanning
from tenant_compiler.model.plan_data import BreakGlass
from tenant_compiler.plan.regions import REGIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.model.plan import Lineage, Plan, Site
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.vocabulary.ai import Ai
    from tenant_compiler.model.vocabulary.cluster import Cluster
    from tenant_compiler.model.vocabulary.tenant import Selected

DEFAULT_BACKUP_DAYS: Final = 35
"""How long backups are kept when nobody says: the longest time that clouds keep their own."""
_OPEN: Final = Edge(firewall=False, denial_of_service=False, made_from=(("spec", "security", "network"),))
_NOTHING: Final[Mapping[str, Any]] = {}


def audit(spec: Selected, primary: Site) -> Audit | None:
    """Give the trail that is kept; None when nobody says how long."""
    said = spec["security"]["audit"]
    if "retention_days" not in said:
        return None
    days = said["retention_days"]
    base: Pointer = ("spec", "security", "audit")
    made_from = _leaves(base, said, "events", "online_days", "retention_days", "immutable", "separate_account")
    sink = said.get("sink", {})
    return Audit(
        events=tuple(said["events"]),
        online_days=said.get("online_days", days),
        retention_days=days,
        immutable=said.get("immutable", False),
        separate_account=said.get("separate_account", False),
        region=sink.get("region") or primary.region,
        made_from=(*made_from, *_leaves((*base, "sink"), sink, "region")),
    )


def backup(spec: Selected) -> Backup | None:
    """Give the backups; None without a schedule."""
    said = spec["backup"]
    if "schedule" not in said:
        return None
    region = said.get("region", "")
    return Backup(
        schedule=said["schedule"],
        copies=said.get("copies", 2 if region else 1),
        region=region,
        retention_days=said.get("retention_days", DEFAULT_BACKUP_DAYS),
        immutable=said.get("immutable", False),
        made_from=_leaves(("spec", "backup"), said, "schedule", "copies", "region", "retention_days", "immutable"),
    )


def identity(spec: Selected) -> Identity | None:
    """Give the sign-on at the edge; None without a provider."""
    security = spec["security"]
    said = security["identity"]
    if "sso" not in said:
        return None
    sso = said["sso"]
    base: Pointer = ("spec", "security", "identity")
    claim = sso.get("groups_claim", "")
    roles = {name: role["groups"] for name, role in said.get("roles", {}).items() if claim and role.get("groups")}
    made_from: Lineage = (
        *_leaves((*base, "sso"), sso, "issuer", "client_id", "keys_url"),
        (*base, "sso", "client_secret", "from"),
        *_leaves(("spec", "security"), security, "mfa_required"),
        *_leaves(base, said, "mfa_methods", "session_idle_minutes", "privileged_session_idle_minutes"),
        *(((*base, "sso", "groups_claim"),) if roles else ()),
        *((*base, "roles", name, "groups") for name in roles),
    )
    return Identity(
        issuer=sso["issuer"],
        client_id=sso["client_id"],
        client_secret=sso["client_secret"]["from"],
        keys_url=sso.get("keys_url") or f"{sso['issuer'].rstrip('/')}/.well-known/jwks.json",
        mfa_required=security.get("mfa_required", False),
        mfa_methods=tuple(said.get("mfa_methods", ())),
        idle_minutes=said.get("session_idle_minutes"),
        privileged_idle_minutes=said.get("privileged_session_idle_minutes"),
        made_from=made_from,
        groups_claim=claim if roles else "",
        groups=tuple(dict.fromkeys(group for groups in roles.values() for group in groups)),
    )


def duties(spec: Selected) -> Duties | None:
    """Give the groups by what they do; None when none is named."""
    said = spec["change_control"].get("roles", {})
    base: Pointer = ("spec", "change_control", "roles")
    made_from = _leaves(base, said, "deployers", "approvers", "database_admins")
    if not made_from:
        return None
    deployers, approvers = said.get("deployers", ()), said.get("approvers", ())
    return Duties(tuple(deployers), tuple(approvers), tuple(said.get("database_admins", ())), made_from)


def break_glass(spec: Selected) -> BreakGlass | None:
    """Give who may take access in an emergency; None when nobody may."""
    said = spec["change_control"].get("break_glass", {})
    if not said.get("roles"):
        return None
    made_from = _leaves(("spec", "change_control", "break_glass"), said, "roles", "maximum_minutes")
    return BreakGlass(tuple(said["roles"]), said.get("maximum_minutes"), made_from)


def apart_from(spec: Selected) -> Lineage:
    """Say where the tenant's environments are kept apart: each has a namespace and a root of its own anyway."""
    base: Pointer = ("spec", "change_control")
    said = spec["change_control"]
    return _leaves(base, said, "separate_environments") if said.get("separate_environments") else ()


def edge(spec: Selected) -> Edge:
    """Give what protects exposed services."""
    said = spec["security"]["network"]
    if len(said) == 1:  # the way out alone, as most tenants have it
        return _OPEN
    base: Pointer = ("spec", "security", "network")
    made_from = _leaves(base, said, "web_application_firewall", "ddos_protection")
    firewall, denial = said.get("web_application_firewall", False), said.get("ddos_protection", False)
    return Edge(firewall, denial, made_from or (base,), _leaves(base, said, "admin_access"))


def scanning(spec: Selected) -> Scanning | None:
    """Give the scans; None when nobody says how often."""
    said = spec["security"]["scanning"]
    if "interval_days" not in said:
        return None
    return Scanning(said["interval_days"], (("spec", "security", "scanning", "interval_days"),))


def images(spec: Selected) -> ImagePolicy:
    """Give the rules for images."""
    said = spec["security"]["images"]
    base: Pointer = ("spec", "security", "images")
    return ImagePolicy(
        registries=tuple(said["registries"]),
        digests_required=said["digests_required"],
        signatures_required=said.get("signatures_required", False),
        made_from=_leaves(base, said, "registries", "digests_required", "signatures_required"),
    )


def other_regions(spec: Selected, clusters: Mapping[str, Cluster], plan: Plan) -> Iterator[OtherRegion]:
    """List the regions that data is sent to and that are said, in the order of the vocabulary."""
    holders: tuple[tuple[Pointer, Mapping[str, Any]], ...] = (
        (("spec", "backup"), spec["backup"]),
        (("spec", "security", "audit", "sink"), spec["security"]["audit"].get("sink", _NOTHING)),
        (("spec", "monitoring", "logging", "sink"), spec["monitoring"]["logging"].get("sink", _NOTHING)),
    )
    for base, said in holders:
        if "region" in said:
            jurisdiction = _jurisdiction(said["region"], spec["placement"]["cloud"], clusters)
            yield OtherRegion(said["region"], jurisdiction, ((*base, "region"),))
    if "schedule" in spec["backup"] and plan.workloads:
        for region in sorted(_buckets(plan.sites, clusters)):
            jurisdiction = _jurisdiction(region, spec["placement"]["cloud"], clusters)
            yield OtherRegion(region, jurisdiction, (("spec", "backup", "schedule"),))
    # What is sent to a managed end point is data, too; it may be another cloud's.
    endpoint = spec["ai"].get("endpoint")
    if endpoint is not None:
        provider, region = endpoint["provider"], endpoint["region"]
        jurisdiction = REGIONS[provider].get(region, "")
        yield OtherRegion(region, jurisdiction, (("spec", "ai", "endpoint", "region"),), provider)


def _buckets(sites: tuple[Site, ...], clusters: Mapping[str, Cluster]) -> set[str]:
    """The regions to which the tenant's clusters back up its namespaces."""
    offers = (
        clusters[site.cluster].get("backup") for site in sites if site.role != "backup" and site.cluster in clusters
    )
    made = [offer for offer in offers if offer is not None and offer["kind"] != "none"]
    return {region for offer in made for region in (offer["region"], *offer["copies"])}


def _jurisdiction(region: str, cloud: str, clusters: Mapping[str, Cluster]) -> str:
    """Of a region of a public cloud, or of a cluster profile's region on premises."""
    known = REGIONS.get(cloud) or {
        cluster.get("region", ""): cluster.get("jurisdiction", "")
        for cluster in clusters.values()
        if cluster.get("cloud", cloud) == cloud
    }
    return known.get(region, "")


def unused(spec: Selected) -> Iterator[tuple[Pointer, Pointer]]:
    """List what the sections say that depend on one of their settings, where that one is missing."""
    holders: tuple[tuple[Pointer, Mapping[str, Any], str], ...] = (
        (("spec", "backup"), spec["backup"], "schedule"),
        (("spec", "security", "audit"), spec["security"]["audit"], "retention_days"),
    )
    for base, said, needed in holders:
        if needed not in said:
            # A review by people needs no trail of ours.
            yield from ((leaf, (*base, needed)) for leaf in _leaves(base, said, *said) if leaf[-1] != "review")
    security: Pointer = ("spec", "security")
    if spec["security"].get("ip_whitelist") and not spec["security"].get("ip_whitelist_enabled", False):
        yield (*security, "ip_whitelist"), (*security, "ip_whitelist_enabled")
    said_of_users = spec["security"]["identity"]
    if "groups_claim" in said_of_users.get("sso", _NOTHING) and not any(
        role.get("groups") for role in said_of_users.get("roles", {}).values()
    ):
        identity: Pointer = (*security, "identity")
        yield (*identity, "sso", "groups_claim"), (*identity, "roles")
    yield from _unused_ai(spec["ai"])


def _unused_ai(said: Ai) -> Iterator[tuple[Pointer, Pointer]]:
    base: Pointer = ("spec", "ai")
    if not said["federated_learning"] and "aggregator" in said["federation"]:
        yield (*base, "federation", "aggregator"), (*base, "federated_learning")
    for name, model in said["custom_models"].items():
        if "human_review" in model and model.get("decision") != "automatic":
            at: Pointer = (*base, "custom_models", name)
            yield (*at, "human_review"), (*at, "decision")


def _leaves(base: Pointer, said: Mapping[str, Any], *keys: str) -> Lineage:
    """The pointers of those keys that are said; an empty list says nothing."""
    return tuple((*base, key) for key in keys if key in said and said[key] != [])
