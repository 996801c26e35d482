"""AnalysisTemplate of Argo Rollouts: what a new version must be like before more requests get it.

The queries are those of the objectives: the same counters, and in each selector the tenant's namespace. Which of a
service's two Services is asked about is the template's only argument.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import made
from tenant_compiler.backends.promql import error_ratio, latency
from tenant_compiler.emit.escape import argo_promql_string
from tenant_compiler.model.metrics import request_metric

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.artifact import ArtifactObject, Shared
    from tenant_compiler.model.plan import Workload
    from tenant_compiler.model.rollout import Rollout

_SERVICE: Final = "service"
_WINDOW: Final = "5m"
_DELAY_MINUTES: Final = 5
"""Until the window holds nothing but the new version."""
_TIMES: Final = 5
"""Measurements, one a minute."""
MEASURE_SECONDS: Final = (_DELAY_MINUTES + 2 * _TIMES) * 60
"""All measures, with as much time again for what is slow."""
_FAILURES: Final = 1
"""So many may miss: one bad minute is no verdict."""


def run(template: str, service: str) -> dict[str, Any]:
    """Ask for the measures of a service's requests that come in by one of its Services."""
    return {"templates": [{"templateName": template}], "args": [{"name": _SERVICE, "value": service}]}


def analysis_template(here: Scene, meta: Shared, workload: Workload) -> Iterator[ArtifactObject]:
    """Make the measures of a service's new versions; nothing where none is said."""
    rollout = workload.rollout
    monitoring = here.cluster.get("monitoring")
    address = monitoring.get("address", "") if monitoring else ""
    metrics = list(_metrics(here, workload, rollout, address)) if rollout is not None and address else []
    if not metrics:
        return
    value = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AnalysisTemplate",
        "metadata": meta,
        "spec": {"args": [{"name": _SERVICE}], "metrics": metrics},
    }
    base = (*workload.made_from[0], "rollout")
    fields = ("success_rate_percent", "latency_p99_ms", "automatic_rollback")
    made_from = tuple((*base, field) for field in fields if rollout and (*base, field) in rollout.made_from)
    yield made("AnalysisTemplate", value, made_from)


def _metrics(here: Scene, workload: Workload, rollout: Rollout, address: str) -> Iterator[dict[str, Any]]:
    metric = request_metric(workload)
    if metric is None:
        return
    service = f'namespace={argo_promql_string(here.plan.name)},service="{{{{args.{_SERVICE}}}}}"'
    if rollout.success_rate_percent:
        allowed = str((100 - Decimal(rollout.success_rate_percent)) / 100)
        query = error_ratio(metric, service, _WINDOW)
        yield _metric("error-rate", query, allowed, rollout, address)
    if rollout.latency_p99_ms is not None:
        allowed = str(Decimal(rollout.latency_p99_ms) / 1000)
        yield _metric("latency-p99", latency(metric, service, "0.99", _WINDOW), allowed, rollout, address)


def _metric(name: str, query: str, allowed: str, rollout: Rollout, address: str) -> dict[str, Any]:
    """Write a measure. Without requests there is no answer: a canary waits for somebody, a preview has passed."""
    answered = "len(result) > 0 && !isNaN(result[0])"
    good = f"{answered} && result[0] <= {allowed}"
    if rollout.strategy == "blue_green":
        good = f"len(result) == 0 || isNaN(result[0]) || result[0] <= {allowed}"
    bad = f"{answered} && result[0] > {allowed}"
    measure: dict[str, Any] = {"name": name, "interval": "1m", "count": _TIMES, "failureLimit": _FAILURES}
    if rollout.strategy == "blue_green" or (rollout.pause_minutes or 0) < _DELAY_MINUTES:
        measure["initialDelay"] = f"{_DELAY_MINUTES}m"
    # What is neither good nor bad stops the rollout until somebody goes on or back.
    measure["successCondition"] = good
    measure["failureCondition"] = "false" if rollout.automatic_rollback is False else bad
    measure["provider"] = {"prometheus": {"address": address, "query": query}}
    return measure
