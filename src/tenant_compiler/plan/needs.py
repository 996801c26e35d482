"""What a tenant asks of its platform: each need must be honoured by a target, or somebody is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.model.plan import Need

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.model.plan import Plan
    from tenant_compiler.model.pointer import Pointer

FEATURES: Final[Mapping[str, str]] = {
    "workloads": "running services",
    "network.isolation": "keeping tenants and services apart",
    "egress.host": "letting traffic out to a host name",
    "egress.cidr": "letting traffic out to an address range",
    "edge.hosts": "routing host names to services",
    "edge.limits": "limiting clients' connections and requests at the edge",
    "store.sql": "SQL stores",
    "store.object": "object stores",
    "keys.customer_managed": "a key of the tenant's own",
    "keys.hsm": "keys in an HSM of the operator's own",
    "keys.fips": "FIPS end points",
    "audit": "audit logs of the stores",
    "multi_region": "a second region for the stores",
    "slo": "watching service level objectives",
}
"""Every feature with what it does, in words that follow "the target offers no way of …"."""


def needs(plan: Plan) -> Iterator[Need]:
    """List what a plan (complete but for its needs) asks for, in the order of the vocabulary."""
    if plan.workloads:
        yield Need("workloads", "the services", ("spec", "services"))
        yield Need("network.isolation", "the isolation of the services", ("spec", "services"))
    for egress in plan.egress:
        pointer: Pointer = ("spec", "security", "network", "egress", egress.name)
        if egress.host:
            yield Need("egress.host", f"the way out to {egress.host}", pointer)
        else:
            yield Need("egress.cidr", f"the way out to {egress.cidr}", pointer)
    exposed = [workload for workload in plan.workloads if workload.hosts]
    for workload in exposed:
        pointer = ("spec", "services", workload.name, "expose", "hosts")
        yield Need("edge.hosts", f"the routes of the service `{workload.name}`", pointer)
    if exposed:
        pointer = ("spec", "services", exposed[0].name, "expose")
        yield Need("edge.limits", "the limits of clients' connections and requests", pointer)
    yield from _store_needs(plan)
    for objective in plan.objectives:
        yield Need("slo", f"the objective `{objective.name}`", ("spec", "monitoring", "slos", objective.name))


def _store_needs(plan: Plan) -> Iterator[Need]:
    for sql in plan.sql:
        yield Need("store.sql", f"the SQL store `{sql.name}`", ("spec", "data", "sql", sql.name))
    for store in plan.objects:
        yield Need("store.object", f"the object store `{store.name}`", ("spec", "data", "object", store.name))
    if not (plan.sql or plan.objects):
        return
    keys: Pointer = ("spec", "security", "keys")
    if plan.keys.custody == "customer_managed":
        yield Need("keys.customer_managed", "the tenant's own key", (*keys, "custody"))
    if plan.keys.hsm:
        yield Need("keys.hsm", "the key in an HSM", (*keys, "hsm"))
    if plan.keys.fips:
        yield Need("keys.fips", "FIPS end points", (*keys, "fips"))
    if plan.audit_logging and plan.sql:
        yield Need("audit", "the audit logs of the SQL stores", ("spec", "security", "audit_logging"))
    for site in plan.sites[1:]:
        if site.role != "active":
            pointer = ("spec", "placement", "regions", site.region)
            yield Need("multi_region", f"copies of the stores in {site.region}", pointer)
