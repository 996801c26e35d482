"""What a tenant asks of its platform: each need must be honoured by a target, or somebody is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.model.plan import Need
from tenant_compiler.model.plan_trust import END_TO_END, MUTUAL, ZERO_TRUST
from tenant_compiler.plan import operations
from tenant_compiler.plan.rollout import AUTOMATIC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.model.plan import Plan, Workload
    from tenant_compiler.model.plan_ai import Ai
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.rollout import Triggers

FEATURES: Final[Mapping[str, str]] = {
    "workloads": "running services",
    "network.isolation": "keeping tenants and services apart",
    "network.zero_trust": "trusting callers by their identity alone",
    "network.mutual_tls": "certificates at both ends between services",
    "network.end_to_end": "encrypting traffic from the gateway to the last service",
    "egress.host": "letting traffic out to a host name",
    "egress.cidr": "letting traffic out to an address range",
    "edge.hosts": "routing host names to services",
    "edge.limits": "limiting clients' connections and requests at the edge",
    "edge.allow_list": "letting in clients from listed addresses only",
    "edge.geo_fence": "letting in clients by the country that they come from",
    "edge.cors": "letting pages of other sites call services",
    "edge.tls": "refusing clients with an old version of TLS",
    "store.sql": "SQL stores",
    "store.object": "object stores",
    "keys.customer_managed": "a key of the tenant's own",
    "keys.hsm": "keys in an HSM of the operator's own",
    "keys.fips": "FIPS end points",
    "audit": "audit logs of the stores",
    "audit.trail": "an audit trail that is kept",
    "backup": "backups of the stores on a schedule",
    "edge.firewall": "a firewall before exposed services",
    "edge.sign_on": "single sign-on before exposed services",
    "edge.roles": "letting in users by the groups that they are in",
    "access.duties": "rights of people by their duties",
    "access.emergency": "access in an emergency that ends by itself",
    "scanning": "watching whether scans for weaknesses are made",
    "multi_region": "a second region for the stores",
    "rollout.blue_green": "running a new version beside the old one",
    "rollout.canary": "giving a new version a share of the requests",
    "rollout.ab_test": "giving a new version the requests of some clients",
    "rollout.analysis": "measuring a new version, and going on or back by itself",
    "scaling.triggers": "scaling by requests, queues and hours, and down to none",
    "ai.serving": "serving the platform's AI",
    "ai.permission": "letting services use a managed AI service",
    "ai.accelerators": "running pods with accelerators",
    "ai.learning": "taking part in federated learning",
    "ai.limits": "limiting requests to AI and hours of training",
    "volumes": "volumes of services",
    "secrets": "handing secrets to services",
    "identity.cloud": "identities of services in the cloud",
    "sandbox": "a sandbox for programs that are not trusted",
    "isolation.node_pool": "nodes of a tenant's own",
    "isolation.cluster": "a cluster of a tenant's own",
    "isolation.account": "a cloud account of a tenant's own",
    "slo": "watching service level objectives",
    "tracing": "collecting traces",
    "tracing.errors": "keeping traces with an error beyond the share",
    "tracing.redaction": "taking values out of spans and records",
    "tracing.retention": "keeping traces for so long",
    "scanning.images": "scanning images for weaknesses in the cluster",
    "scanning.services": "testing services for weaknesses in the cluster",
    "change.windows": "holding changes back outside of their times",
    "backup.volumes": "backups of volumes",
    "backup.copies": "copies of backups of volumes, in other regions",
    "backup.immutable": "backups of volumes that nobody can delete",
    "backup.key": "a key of the tenant's own for backups of its namespace",
}
"""Every feature with what it does, in words that follow "the target offers no way of …"."""


def needs(plan: Plan) -> Iterator[Need]:
    """List what a plan (complete but for its needs) asks for, in the order of the vocabulary."""
    if plan.workloads:
        yield Need("workloads", "the services", ("spec", "services"))
        yield Need("network.isolation", "the isolation of the services", ("spec", "services"))
    yield from _trust_needs(plan)
    yield from _isolation_needs(plan)
    for workload in plan.workloads:
        if workload.volumes or workload.secrets or workload.triggers or not workload.trusted:
            yield from _mount_needs(workload)
    for egress in plan.egress:
        pointer: Pointer = egress.made_from[0]
        if egress.host:
            yield Need("egress.host", f"the way out to {egress.host}", pointer)
        else:
            yield Need("egress.cidr", f"the way out to {egress.cidr}", pointer)
    exposed = [workload for workload in plan.workloads if workload.hosts]
    for workload in exposed:
        pointer = (*workload.made_from[0], "expose", "hosts")
        yield Need("edge.hosts", f"the routes of the service `{workload.name}`", pointer)
        if workload.cors_origins and workload.protocol != "tcp":
            pointer = (*workload.made_from[0], "expose", "cors_origins")
            yield Need("edge.cors", f"the origins that may call the service `{workload.name}`", pointer)
    if exposed:
        pointer = (*exposed[0].made_from[0], "expose")
        yield Need("edge.limits", "the limits of clients' connections and requests", pointer)
        yield from _edge_needs(plan)
    yield from _store_needs(plan)
    yield from _identity_needs(plan)
    yield from _duty_needs(plan)
    yield from _rollout_needs(plan)
    if plan.ai is not None:
        yield from _ai_needs(plan, plan.ai)
    for objective in plan.objectives:
        yield Need("slo", f"the objective `{objective.name}`", ("spec", "monitoring", "slos", objective.name))
    yield from operations.needs(plan)


def _trust_needs(plan: Plan) -> Iterator[Need]:
    """List what that asks of the platform, where something runs."""
    if not plan.workloads:
        return
    if plan.trust.zero_trust:
        yield Need("network.zero_trust", "zero-trust networking", ZERO_TRUST)
    if plan.trust.mutual:
        yield Need("network.mutual_tls", "mutual TLS between services", MUTUAL)
    if plan.trust.end_to_end:
        yield Need("network.end_to_end", "end-to-end encryption", END_TO_END)


def _rollout_needs(plan: Plan) -> Iterator[Need]:
    for workload in plan.workloads:
        base: Pointer = ("spec", "services", workload.name)
        rollout, triggers = workload.rollout, workload.triggers
        if rollout is not None:
            pointer: Pointer = (*base, "rollout", "strategy")
            if rollout.strategy == "blue_green":
                yield Need("rollout.blue_green", f"the blue-green releases of the service `{workload.name}`", pointer)
            elif rollout.strategy == "canary":
                yield Need("rollout.canary", f"the canary releases of the service `{workload.name}`", pointer)
            else:
                yield Need("rollout.ab_test", f"the A/B tests of the service `{workload.name}`", pointer)
            automatic = [pointer for pointer in rollout.made_from if pointer[-1] in AUTOMATIC]
            if rollout.automatic_rollback is False:
                automatic.remove((*base, "rollout", "automatic_rollback"))
            if automatic:
                what = f"measuring or timing new versions of the service `{workload.name}`"
                yield Need("rollout.analysis", what, automatic[0])
        if triggers is not None:
            what = f"scaling the service `{workload.name}` by {' and '.join(_moving(triggers))}"
            yield Need("scaling.triggers", what, triggers.made_from[0])


def _moving(triggers: Triggers) -> Iterator[str]:
    for words, said in (
        ("requests", triggers.requests_per_second),
        ("a queue", triggers.queue),
        ("hours", triggers.schedules),
    ):
        if said:
            yield words


def _isolation_needs(plan: Plan) -> Iterator[Need]:
    """Each level asks for what the one before it has, but nodes: all those of a cluster of its own are the tenant's."""
    level, (pointer, *_) = plan.isolation
    if level == "node_pool":
        yield Need("isolation.node_pool", "the isolation on nodes of its own", pointer)
    if level in {"cluster", "account"}:
        yield Need("isolation.cluster", "the isolation in a cluster of its own", pointer)
    if level == "account":
        yield Need("isolation.account", "the isolation in an account of its own", pointer)


def _mount_needs(workload: Workload) -> Iterator[Need]:
    for volume in workload.volumes:
        what = f"the volume `{volume.name}` of the service `{workload.name}`"
        yield Need("volumes", what, volume.made_from[0])
    for use in workload.secrets:
        what = f"the variable {use.variable} of the service `{workload.name}`"
        yield Need("secrets", what, use.made_from[0])
    queue = workload.triggers.queue if workload.triggers is not None else None
    if queue is not None and queue.address:
        at: Pointer = (*workload.made_from[0], "scaling", "queue", "address", "from")
        yield Need("secrets", f"the address of the queue `{queue.name}` of the service `{workload.name}`", at)
    if not workload.trusted:
        pointer: Pointer = (*workload.made_from[0], "trusted")
        yield Need("sandbox", f"the service `{workload.name}`, which is not trusted,", pointer)


def _edge_needs(plan: Plan) -> Iterator[Need]:
    network: Pointer = ("spec", "security", "network")
    if plan.edge.firewall:
        yield Need("edge.firewall", "the web application firewall", (*network, "web_application_firewall"))
    if plan.edge.denial_of_service:
        yield Need("edge.firewall", "the protection from floods of requests", (*network, "ddos_protection"))
    if plan.identity is not None:
        sso: Pointer = ("spec", "security", "identity", "sso")
        yield Need("edge.sign_on", "the single sign-on", sso)
        yield Need("secrets", "the client's secret of the sign-on", (*sso, "client_secret", "from"))
        if plan.identity.groups:
            yield Need("edge.roles", "the rights by users' groups", (*sso, "groups_claim"))
    if plan.allow_list is not None:
        yield Need("edge.allow_list", "the IP allow-list", ("spec", "security", "ip_whitelist_enabled"))
    if plan.geo_fence is not None:
        yield Need("edge.geo_fence", "the geo fence", ("spec", "security", "geo_restriction"))
    if plan.edge_tls.minimum != "1.2":  # which every gateway of today asks for
        tls: Pointer = ("spec", "security", "tls", "minimum_version")
        yield Need("edge.tls", f"TLS {plan.edge_tls.minimum} before exposed services", tls)


def _ai_needs(plan: Plan, ai: Ai) -> Iterator[Need]:
    for service in ai.services:
        yield Need("ai.serving", f"the AI service `{service.name}`", service.made_from[0])
    if ai.services and ai.endpoint is not None:
        what = f"the permission to use {ai.endpoint.host}"
        yield Need("ai.permission", what, ("spec", "ai", "endpoint", "provider"))
    for workload in plan.workloads:
        if workload.accelerators:
            what = f"the pods of `{workload.name}` ({workload.accelerators} each)"
            yield Need("ai.accelerators", what, workload.line("accelerators"))
    if ai.learning:
        yield Need("ai.learning", "federated learning", ("spec", "ai", "federated_learning"))
    if ai.requests_per_day is not None and (ai.services or ai.models):
        pointer: Pointer = ("spec", "ai", "inference_requests_per_day")
        yield Need("ai.limits", "the limit of requests to AI services", pointer)
    if ai.training_hours is not None and ai.trains:
        yield Need("ai.limits", "the limit of training", ("spec", "ai", "model_training_quota_hours"))


def _identity_needs(plan: Plan) -> Iterator[Need]:
    """Object stores ask who is there; those on premises are not ours to know."""
    if plan.objects and plan.cloud != "on_premises":
        names = {store.name for store in plan.objects}
        for workload in plan.workloads:
            if not names.isdisjoint(workload.uses):
                what = f"the service `{workload.name}`, which uses an object store,"
                yield Need("identity.cloud", what, workload.line("uses"))


def _duty_needs(plan: Plan) -> Iterator[Need]:
    if plan.audit is not None:
        yield Need("audit.trail", "the audit trail", ("spec", "security", "audit", "retention_days"))
    if plan.duties is not None:
        yield Need("access.duties", "the groups with duties", ("spec", "change_control", "roles"))
    said = plan.break_glass
    if said is not None and said.minutes is not None:
        pointer: Pointer = ("spec", "change_control", "break_glass", "maximum_minutes")
        yield Need("access.emergency", "access in an emergency", pointer)
    if plan.scanning is not None:
        pointer = ("spec", "security", "scanning", "interval_days")
        yield Need("scanning", "the interval of scans", pointer)


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
    if plan.backup is not None:
        yield Need("backup", "the backups", ("spec", "backup", "schedule"))
    for site in plan.sites[1:]:
        if site.role != "active":
            pointer = ("spec", "placement", "regions", site.region)
            yield Need("multi_region", f"copies of the stores in {site.region}", pointer)
