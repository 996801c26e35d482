"""Names of series that more than one back-end writes or reads, so that alerts and dashboards mean the same thing.

The names of the recorded series are those of Sloth, so that dashboards made for it find them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.model.record import NamedTuple
from tenant_compiler.model.rollout import variant_name

if TYPE_CHECKING:
    from tenant_compiler.model.plan import Objective, Plan, Workload


class RequestMetric(NamedTuple):
    """A counter of a service's requests. Its series carry the labels ``namespace`` and ``service``."""

    name: str
    failed: str
    """The matcher of the requests that failed through the service's own fault."""
    failure: tuple[str, str]
    """Name and value of a label that marks such a request, for synthetic series in tests."""
    success: tuple[str, str]
    """The same for a good request."""
    durations: str = ""
    """The buckets of how long requests took, in seconds."""


REQUESTS: Final = {
    "http": RequestMetric(
        "http_requests_total",
        'code=~"5.."',
        ("code", "500"),
        ("code", "200"),
        "http_request_duration_seconds_bucket",
    ),
    # The codes that Google's API guide maps to HTTP 5xx: the others are the caller's fault, as 4xx is.
    "grpc": RequestMetric(
        "grpc_server_handled_total",
        'grpc_code=~"DataLoss|DeadlineExceeded|Internal|Unavailable|Unimplemented|Unknown"',
        ("grpc_code", "Internal"),
        ("grpc_code", "OK"),
        "grpc_server_handling_seconds_bucket",
    ),
}
"""By protocol. The names are the defaults of the usual client libraries (the HTTP middlewares, go-grpc-middleware);
``service`` is the Kubernetes Service, as a ServiceMonitor adds it. Plain TCP has no requests to count."""

REQUEST_RATE: Final = "slo:sli_requests:rate5m"
"""Requests per second of an objective's service."""
ERROR_RATE: Final = "slo:sli_errors:rate5m"
"""Failed requests per second of an objective's service; 0, not absent, while all succeed."""
OBJECTIVE: Final = "slo:objective:ratio"
ERROR_BUDGET: Final = "slo:error_budget:ratio"
PERIOD_DAYS: Final = "slo:time_period:days"
BURN_RATE: Final = "slo:current_burn_rate:ratio"
"""How fast the budget burns now; 1 spends it exactly over the period."""
PERIOD_BURN_RATE: Final = "slo:period_burn_rate:ratio"
BUDGET_LEFT: Final = "slo:period_error_budget_remaining:ratio"
"""1: untouched, 0: spent, negative: the objective is missed."""

LAST_SCAN: Final = "tenant_vulnerability_scan_last_success_timestamp_seconds"
"""When a scan for weaknesses last succeeded, in seconds since 1970, as the operator's scanners report it. Its series
carry the label ``namespace``; where there are several, one a scanner, the oldest counts."""
LAST_BACKUP: Final = "tenant_backup_last_success_timestamp_seconds"
"""The same for backups, with a series for each store."""


def error_ratio(window: str) -> str:
    """Name the series with the share of failed requests over a window such as ``1h``."""
    return f"slo:sli_error:ratio_rate{window}"


def request_services(workload: Workload) -> tuple[str, ...]:
    """Name the Services by which clients' requests reach a service: two while two versions share them."""
    if workload.rollout is not None and workload.rollout.shared:
        return (workload.name, variant_name(workload.name))
    return (workload.name,)


def request_metric(workload: Workload) -> RequestMetric | None:
    """Choose the counter of a service's requests; None when nobody calls it or its protocol has no requests."""
    return REQUESTS.get(workload.protocol) if workload.kind == "web" else None


def measurable(plan: Plan) -> list[tuple[Objective, RequestMetric]]:
    """List the objectives that can be measured, in the plan's order, each with the counter that it is measured by."""
    if not plan.objectives:
        return []
    metrics = {workload.name: request_metric(workload) for workload in plan.workloads}
    found = ((objective, metrics.get(objective.service)) for objective in plan.objectives)
    return [(objective, metric) for objective, metric in found if metric is not None]
