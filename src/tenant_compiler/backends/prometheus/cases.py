"""Unit tests of the rules, for `promtool test rules`: made with the rules, so that every tenant's are proved.

For each service with objectives: all requests fail (every alert fires, with its texts), all succeed (silence, the whole
budget left), and none arrives (silence, and no ratio instead of 0/0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.prometheus.burn import burn
from tenant_compiler.backends.prometheus.lower import (
    ALERTS,
    RULES,
    alert_labels,
    alert_texts,
    group_names,
    identity,
)
from tenant_compiler.emit.escape import promql_string
from tenant_compiler.model.artifact import Artifact, ArtifactObject
from tenant_compiler.model.metrics import BUDGET_LEFT, error_ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.model.metrics import RequestMetric
    from tenant_compiler.model.plan import Objective, Plan

CASES: Final = "slo.tests.yaml"

_MINUTES: Final = 90
"""Longer than the longest `for` (1h), so that everything that can fire does."""
_AT: Final = f"{_MINUTES}m"


def _series(plan: Plan, service: str, metric: RequestMetric, label: tuple[str, str], step: int) -> dict[str, str]:
    """Make a counter that grows by ``step`` a minute."""
    own = f"namespace={promql_string(plan.name)},service={promql_string(service)}"
    return {"series": f'{metric.name}{{{own},{label[0]}="{label[1]}"}}', "values": f"0+{step}x{_MINUTES}"}


def _sample(name: str, labels: dict[str, str], value: int) -> dict[str, Any]:
    """Say what a recorded series is. Rounded: promtool 2.42 compares floating-point numbers exactly."""
    matchers = ",".join(f"{key}={promql_string(text)}" for key, text in labels.items())
    return {
        "expr": f"round({name}{{{matchers}}}, 0.000001)",
        "eval_time": _AT,
        "exp_samples": [{"labels": f"{{{matchers}}}", "value": value}],
    }


def _nothing(name: str, labels: dict[str, str]) -> dict[str, Any]:
    matchers = ",".join(f"{key}={promql_string(text)}" for key, text in labels.items())
    return {"expr": f"{name}{{{matchers}}}", "eval_time": _AT, "exp_samples": []}


def _fired(plan: Plan, objectives: Sequence[Objective]) -> list[dict[str, Any]]:
    """Expect every alert that can fire, word for word: promtool compares all alerts of one name."""
    return [
        {
            "eval_time": _AT,
            "alertname": name,
            "exp_alerts": [
                {
                    "exp_labels": {"namespace": plan.name, **alert_labels(plan, objective, threshold)},
                    "exp_annotations": alert_texts(plan, objective, threshold, "100%"),
                }
                for objective in objectives
                for threshold in burn(objective.objective, objective.window_days).thresholds
                if threshold.window.severity == severity
            ],
        }
        for severity, name in ALERTS.items()
    ]


def _silence() -> list[dict[str, Any]]:
    return [{"eval_time": _AT, "alertname": name, "exp_alerts": []} for name in ALERTS.values()]


def _cases(plan: Plan, service: str, metric: RequestMetric, objectives: Sequence[Objective]) -> list[dict[str, Any]]:
    series = {objective.name: identity(plan, objective) for objective in objectives}
    ratios = [(error_ratio(f"{one.window_days}d"), series[one.name]) for one in objectives]
    return [
        {
            "name": f"{service}: every request fails",
            "interval": "1m",
            "input_series": [_series(plan, service, metric, metric.failure, 60)],
            "alert_rule_test": _fired(plan, objectives),
            "promql_expr_test": [_sample(ratio, labels, 1) for ratio, labels in ratios],
        },
        {
            "name": f"{service}: every request succeeds",
            "interval": "1m",
            "input_series": [_series(plan, service, metric, metric.success, 60)],
            "alert_rule_test": _silence(),
            "promql_expr_test": [_sample(BUDGET_LEFT, labels, 1) for labels in series.values()],
        },
        {
            "name": f"{service}: no request arrives",
            "interval": "1m",
            "input_series": [_series(plan, service, metric, label, 0) for label in (metric.success, metric.failure)],
            "alert_rule_test": _silence(),
            "promql_expr_test": [_nothing(ratio, labels) for ratio, labels in ratios],
        },
    ]


def cases(plan: Plan, measured: Sequence[tuple[Objective, RequestMetric]]) -> Artifact:
    """Make the file of tests that belongs to the rules of `lower.rules`; the same arguments."""
    services: dict[str, list[Objective]] = {}
    for objective, _ in measured:
        services.setdefault(objective.service, []).append(objective)
    counters = {objective.service: metric for objective, metric in measured}
    tests: list[dict[str, Any]] = []
    objects: list[ArtifactObject] = []
    for service, objectives in services.items():
        made_from = tuple(pointer for objective in objectives for pointer in objective.made_from)
        for case in _cases(plan, service, counters[service], objectives):
            tests.append(case)
            objects.append(ArtifactObject(case["name"], case, made_from))
    content = {
        "rule_files": [RULES],
        # Coarser than the rules' own interval, which promtool does not look at: a fifth of the time, the same outcome.
        "evaluation_interval": "5m",
        # In the order in which a running Prometheus fills the series: rates first, then what is summed from them.
        "group_eval_order": [name for objective, _ in measured for name in group_names(plan, objective)],
        "tests": tests,
    }
    return Artifact(CASES, "yaml", [content], tuple(objects))
