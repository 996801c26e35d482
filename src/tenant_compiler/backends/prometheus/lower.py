"""Service level objectives as recording and alerting rules, in the subset that Prometheus 2.42 knows.

Two groups an objective. Rules of one group run in order, so what is recorded first is read in the same turn; the
second group holds the long windows, which cost more and move slowly, and runs less often.

Ratios over a window are *sums of recorded rates divided by each other*, not means of recorded ratios: an objective is a
share of requests, and a mean of ratios lets a quiet night with one failed request weigh as much as a busy day.
Recorded series carry what identifies the objective and nothing that may change (tier, team): a window that spans a
change would otherwise hold two series of one objective.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.prometheus.burn import burn
from tenant_compiler.backends.promql import error_rate, request_rate, service_of
from tenant_compiler.emit.escape import go_template, promql_string
from tenant_compiler.model import metrics
from tenant_compiler.model.artifact import Artifact, ArtifactObject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.backends.prometheus.burn import Budget, Threshold
    from tenant_compiler.model.metrics import RequestMetric
    from tenant_compiler.model.plan import Objective, Plan

RULES: Final = "slo.rules.yaml"

ALERTS: Final = {"page": "ErrorBudgetBurnPage", "ticket": "ErrorBudgetBurnTicket"}
"""Names of the alerts by severity: their own, so that a route or a silence by name never takes both."""

_SHORT: Final = ("30m", "1h", "2h", "6h")
_LONG: Final = ("1d", "3d")
_OWNER: Final = ("spec", "owner")


def group_names(plan: Plan, objective: Objective) -> tuple[str, str]:
    """Name an objective's groups, uniquely in the fleet: a colon is in no name of a tenant or an objective."""
    name = f"{plan.name}:slo:{objective.name}"
    return name, f"{name}:period"


def rule_id(group: str, rule: dict[str, Any]) -> str:
    """Name a rule inside its file: its group and its series or alert, with the window of an alert that has one."""
    alert = rule.get("alert")
    if alert is None:
        return f"{group}/{rule.get('record', '')}"
    window = rule.get("labels", {}).get("window")
    return f"{group}/{alert}/{window}" if window else f"{group}/{alert}"


def identity(plan: Plan, objective: Objective) -> dict[str, str]:
    """Give the labels of an objective's recorded series."""
    return {
        "namespace": plan.name,
        "tenant": plan.tenant,
        "environment": plan.environment,
        "slo": objective.name,
    }


def _selector(plan: Plan, objective: Objective) -> str:
    return f"{{namespace={promql_string(plan.name)},slo={promql_string(objective.name)}}}"


def _rates(plan: Plan, objective: Objective, metric: RequestMetric) -> list[tuple[str, str]]:
    """Record the requests and the failed ones."""
    (workload,) = (each for each in plan.workloads if each.name == objective.service)
    service = service_of(plan.name, *metrics.request_services(workload))
    return [
        (metrics.REQUEST_RATE, request_rate(metric, service, "5m")),
        (metrics.ERROR_RATE, error_rate(metric, service, "5m")),
    ]


def _ratio(selector: str, window: str) -> tuple[str, str]:
    """Record the share of failed requests over a window; nothing, instead of 0/0, where there were no requests."""
    failed = f"sum_over_time({metrics.ERROR_RATE}{selector}[{window}])"
    requests = f"sum_over_time({metrics.REQUEST_RATE}{selector}[{window}])"
    return metrics.error_ratio(window), f"{failed} / ({requests} > 0)"


def _meta(selector: str, period: str, days: int, numbers: Budget) -> list[tuple[str, str]]:
    ratio = f"{metrics.error_ratio(period)}{selector}"
    return [
        (metrics.OBJECTIVE, f"vector({numbers.objective})"),
        (metrics.ERROR_BUDGET, f"vector({numbers.budget})"),
        (metrics.PERIOD_DAYS, f"vector({days})"),
        (metrics.PERIOD_BURN_RATE, f"{ratio} / {numbers.budget}"),
        (metrics.BUDGET_LEFT, f"1 - {ratio} / {numbers.budget}"),
    ]


def alert_texts(plan: Plan, objective: Objective, threshold: Threshold, share: str) -> dict[str, str]:
    """Write an alert's texts.

    Args:
        plan: the tenant; as it is for the texts that people get, `templated` for the rules that make them.
        objective: what is missed.
        threshold: of the alert.
        share: the share of failed requests: as text, or the template that becomes it.
    """
    window = threshold.window
    speed = "faster" if threshold.factor == "1" else f"over {threshold.factor} times faster"
    texts = {
        "summary": (
            f"{plan.display_name}, {plan.environment}: {objective.service} burns the error budget of {objective.name}"
            f" {speed} than its objective allows"
        ),
        "description": (
            f"{share} of the requests failed over {window.long} (and too many over {window.short});"
            f" the objective is {objective.objective}% good requests over {objective.window_days} days."
        ),
    }
    if plan.owner.on_call:
        texts["runbook_url"] = plan.owner.on_call
    return texts


def templated(plan: Plan) -> Plan:
    """Make the tenant's text literal for Go templates, which Prometheus expands in labels and annotations."""
    owner = plan.owner
    return plan._replace(
        display_name=go_template(plan.display_name),
        owner=owner._replace(team=go_template(owner.team), on_call=go_template(owner.on_call)),
    )


def alert_labels(plan: Plan, objective: Objective, threshold: Threshold) -> dict[str, str]:
    """Give an alert's labels, beside its name."""
    return {
        "tenant": plan.tenant,
        "environment": plan.environment,
        "tier": plan.tier,
        "slo": objective.name,
        "severity": threshold.window.severity,
        "team": plan.owner.team,
        "window": threshold.window.long,
    }


def _alert(plan: Plan, objective: Objective, selector: str, threshold: Threshold) -> dict[str, Any]:
    window = threshold.window
    long, short = metrics.error_ratio(window.long), metrics.error_ratio(window.short)
    limit = f"({threshold.expression})"
    return {
        "alert": ALERTS[window.severity],
        "expr": f"{long}{selector} > {limit} and {short}{selector} > {limit}",
        "for": window.wait,
        "keep_firing_for": window.keep,
        "labels": alert_labels(plan, objective, threshold),
        "annotations": alert_texts(plan, objective, threshold, "{{ $value | humanizePercentage }}"),
    }


def _groups(plan: Plan, objective: Objective, metric: RequestMetric) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make an objective's groups from a plan whose text is literal."""
    numbers = burn(objective.objective, objective.window_days)
    selector = _selector(plan, objective)
    labels = identity(plan, objective)
    period = f"{objective.window_days}d"
    now = f"{metrics.ERROR_RATE}{selector} / ({metrics.REQUEST_RATE}{selector} > 0)"
    fast = [
        *_rates(plan, objective, metric),
        (metrics.error_ratio("5m"), now),
        *(_ratio(selector, window) for window in _SHORT),
        (metrics.BURN_RATE, f"{metrics.error_ratio('5m')}{selector} / {numbers.budget}"),
    ]
    slow = [
        *(_ratio(selector, window) for window in (*_LONG, period)),
        *_meta(selector, period, objective.window_days, numbers),
    ]
    alerts: dict[str, list[dict[str, Any]]] = {"page": [], "ticket": []}
    for threshold in numbers.thresholds:
        alerts[threshold.window.severity].append(_alert(plan, objective, selector, threshold))
    names = group_names(plan, objective)
    return (
        {"name": names[0], "interval": "1m", "rules": _recordings(fast, labels) + alerts["page"]},
        # Below the five minutes after which Prometheus no longer sees a sample.
        {"name": names[1], "interval": "2m", "rules": _recordings(slow, labels) + alerts["ticket"]},
    )


def _recordings(pairs: Sequence[tuple[str, str]], labels: dict[str, str]) -> list[dict[str, Any]]:
    return [{"record": record, "expr": expression, "labels": labels} for record, expression in pairs]


def rules(plan: Plan, measured: Sequence[tuple[Objective, RequestMetric]]) -> Artifact:
    """Make the file of all rules of a tenant and environment.

    Args:
        plan: the tenant in one environment.
        measured: its objectives, at least one, each with the counter that it is measured by.
    """
    literal = templated(plan)
    groups: list[dict[str, Any]] = []
    objects: list[ArtifactObject] = []
    for objective, metric in measured:
        recorded = objective.made_from
        alerting = (*recorded, _OWNER)
        for group in _groups(literal, objective, metric):
            groups.append(group)
            name = group["name"]
            objects += [
                ArtifactObject(rule_id(name, rule), rule, alerting if "alert" in rule else recorded)
                for rule in group["rules"]
            ]
    return Artifact(RULES, "yaml", [{"groups": groups}], tuple(objects))
