"""The tenant's use held against its quotas: one panel for each quota that something of the tenant's can use up.

The series are those of the usual exporters: cAdvisor and the kubelet, kube-state-metrics, Envoy beside the services,
the PostgreSQL and Redis exporters. A quota that is unlimited has no line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.grafana.panels import Item, Text, query, series
from tenant_compiler.emit.escape import promql_regex, promql_string
from tenant_compiler.model.metrics import request_metric
from tenant_compiler.model.rollout import stable_name, variant_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan, Workload

_GIB: Final = 2**30
_MIB: Final = 2**20
_ACCELERATOR: Final = ("nvidia.com/gpu", 1)
"""Resource and units of each, where no cluster profile of the tenant names its accelerators."""


def _item(plan: Plan, quota: str, text: Text, queries: dict[str, str], scale: int = 1) -> Item:
    """Make a quota's panel; ``queries`` by legend, ``scale``: units of the panel in one of the quota's."""
    limit = plan.quotas[quota]
    said = "There is no limit." if limit is None else f"The line is the quota `{quota}`."
    refs = (
        query(expression, legend, ref=ref) for ref, (legend, expression) in zip("AB", queries.items(), strict=False)
    )
    text = text._replace(description=f"{text.description} {said}")
    return Item(series(text, list(refs), None if limit is None else limit * scale), (("spec", "quotas", quota),))


def resources(plan: Plan, own: str) -> list[Item]:
    """CPU, memory and volumes.

    Args:
        plan: the tenant.
        own: the matcher of its series.
    """
    requests = "kube_pod_container_resource_requests"
    return [
        _item(
            plan,
            "cpu_cores",
            Text("CPU", "CPU that all pods use, and what is reserved for them.", "suffix: cores"),
            {
                "used": f'sum(rate(container_cpu_usage_seconds_total{{{own},container!=""}}[$__rate_interval]))',
                "reserved": f'sum({requests}{{{own},resource="cpu"}})',
            },
        ),
        _item(
            plan,
            "memory_gb",
            Text("Memory", "Memory that all pods use, and what is reserved for them.", "bytes"),
            {
                "used": f'sum(container_memory_working_set_bytes{{{own},container!=""}})',
                "reserved": f'sum({requests}{{{own},resource="memory"}})',
            },
            _GIB,
        ),
        _item(
            plan,
            "storage_gb",
            Text("Volumes", "What is stored on the volumes of the cluster, and what they are sized for.", "bytes"),
            {
                "used": f"sum(kubelet_volume_stats_used_bytes{{{own}}})",
                "reserved": f"sum(kube_persistentvolumeclaim_resource_requests_storage_bytes{{{own}}})",
            },
            _GIB,
        ),
    ]


def quotas(plan: Plan, own: str, context: Context) -> list[Item]:
    """All other quotas; ``own`` is the matcher of the tenant's series."""
    items: list[Item] = []
    if any(workload.kind == "web" for workload in plan.workloads):
        items += _clients(plan, own)
    if plan.sql:
        items.append(_databases(plan, own))
    if plan.workloads:
        items += _shared(plan, own)
        items += _intelligence(plan, own, context)
    return items


def _clients(plan: Plan, own: str) -> Iterator[Item]:
    rates = _request_rates(plan, own)
    if rates:
        yield _item(
            plan,
            "api_requests_per_minute",
            Text("API requests", "Requests of clients in a minute.", "suffix: req/min"),
            {"requests": f"60 * ({rates})"},
        )
    yield _item(
        plan,
        "concurrent_connections",
        Text(
            "Open connections",
            "Connections of clients that are open, as the Envoy beside each service counts them.",
            "short",
        ),
        {"connections": f"sum(envoy_http_downstream_cx_active{{{own}}})"},
    )


def _request_rates(plan: Plan, own: str) -> str:
    """Add up the requests per second of the services that clients reach, or of all where none is exposed."""
    web = [workload for workload in plan.workloads if request_metric(workload)]
    exposed = [workload for workload in web if workload.hosts] or web
    names: dict[str, list[str]] = {}
    for workload in exposed:
        metric = request_metric(workload)
        if metric is not None:
            names.setdefault(metric.name, []).append(workload.name)
    terms = [
        f"sum(rate({name}{{{own},service=~{_any_of(services)}}}[$__rate_interval]))" for name, services in names.items()
    ]
    # A sum of two vectors is empty when one is: a protocol without traffic must not hide the other.
    return terms[0] if len(terms) == 1 else " + ".join(f"({term} or vector(0))" for term in terms)


def _databases(plan: Plan, own: str) -> Item:
    stores = _any_of([store.name for store in plan.sql])
    each = f"pg_stat_activity_count{{{own},service=~{stores}}}"
    return _item(
        plan,
        "database_connections",
        Text(
            "Database connections",
            "Open connections to all SQL stores, and to each (its exporter's service is named like it).",
            "short",
        ),
        {"all": f"sum({each})", "{{service}}": f"sum by (service) ({each})"},
    )


def _shared(plan: Plan, own: str) -> Iterator[Item]:
    yield _item(
        plan,
        "cache_size_mb",
        Text("Caches", "Memory of all caches together.", "bytes"),
        {"used": f"sum(redis_memory_used_bytes{{{own}}})"},
        _MIB,
    )
    sent = f"sum(rate(container_network_transmit_bytes_total{{{own}}}[$__rate_interval]))"
    received = f"sum(rate(container_network_receive_bytes_total{{{own}}}[$__rate_interval]))"
    yield _item(
        plan,
        "network_bandwidth_mbps",
        Text("Network", "Traffic of all pods together.", "bps"),
        {"sent": f"8 * {sent}", "received": f"8 * {received}"},
        1_000_000,
    )


def _intelligence(plan: Plan, own: str, context: Context) -> Iterator[Item]:
    declared = [name for workload in plan.workloads if _is_deployment(workload) for name in _names(workload)]
    others = f"{own},deployment!~{_any_of(declared)}" if declared else own
    yield _item(
        plan,
        "ml_model_instances",
        Text("Model instances", "Replicas of Deployments beside the declared services.", "short"),
        {"instances": f"sum(kube_deployment_status_replicas{{{others}}}) or vector(0)"},
    )
    resource, units = _accelerators(plan, context)
    # kube-state-metrics writes a resource's name with underscores.
    name = "".join(character if character.isalnum() else "_" for character in resource)
    reserved = f"sum(kube_pod_container_resource_requests{{{own},resource={promql_string(name)}}})"
    yield _item(
        plan,
        "ai_processing_units",
        Text("AI processing units", f"Reserved accelerators ({resource}), counted {units} units each.", "short"),
        {"units": f"{units} * {reserved}"},
    )


def _accelerators(plan: Plan, context: Context) -> tuple[str, int]:
    for site in plan.sites:
        cluster = context.clusters.get(site.cluster)
        if cluster and (gpu := cluster.get("gpu")):
            return gpu["resource"], gpu["units_per_accelerator"]
    return _ACCELERATOR


def _names(workload: Workload) -> tuple[str, ...]:
    """Name the Deployments that a service may have."""
    if workload.rollout is None:
        return (workload.name,)
    return (workload.name, stable_name(workload.name), variant_name(workload.name))


def _is_deployment(workload: Workload) -> bool:
    return workload.kind != "cron" and workload.part == "service"


def _any_of(names: list[str]) -> str:
    """Write a PromQL string with a regular expression that matches each of the names and nothing else."""
    return promql_string("|".join(map(promql_regex, names)))
