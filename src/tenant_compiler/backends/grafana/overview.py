"""The board of one tenant in one environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.grafana.panels import (
    SHARE_LEFT,
    Head,
    Item,
    Section,
    Text,
    arrange,
    board,
    link,
    query,
    series,
    stat,
)
from tenant_compiler.backends.grafana.quotas import quotas, resources
from tenant_compiler.emit.escape import promql_regex, promql_string
from tenant_compiler.model import metrics
from tenant_compiler.model.artifact import Artifact, ArtifactObject
from tenant_compiler.model.names import fit
from tenant_compiler.model.rollout import stable_name, variant_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan, Workload

BOARD: Final = "dashboard"
"""The id of what a board says beside its panels."""

_UID_LENGTH: Final = 40
_BRAND: Final = ("spec", "branding", "name")


def uid(name: str) -> str:
    """Make the identifier that stays in links and in Grafana's database, from a name of DNS label characters."""
    return fit(name, _UID_LENGTH)


def overview(plan: Plan, context: Context) -> Artifact:
    """Make the board, filtered by the tenant's namespace in every query."""
    parts = sections(plan, context)
    panels = arrange(parts)
    on_call = plan.owner.on_call
    head = Head(
        uid(plan.name),
        f"{_name(plan)}, {plan.environment}",
        f"Tenant {plan.tenant} of {plan.fleet}, tier {plan.tier}, team {plan.owner.team}.",
        ["tenant-compiler", f"tenant:{plan.tenant}", f"environment:{plan.environment}", f"tier:{plan.tier}"],
        [link("Runbook", "What to do when this tenant is in trouble", on_call)] if on_call else (),
    )
    content = board(head, panels)
    objects = [ArtifactObject(BOARD, content, (("metadata", "name"), ("spec", "owner")))]
    objects += [
        ArtifactObject(item.panel["title"], item.panel, item.made_from) for section in parts for item in section.items
    ]
    return Artifact("overview.json", "json", content, tuple(objects))


def sections(plan: Plan, context: Context) -> list[Section]:
    """Make all panels, row by row; a row may be empty."""
    own = f"namespace={promql_string(plan.name)}"
    # Without the other target nobody records the series.
    levels = list(_levels(plan, own)) if "prometheus" in context.config["targets"]["enable"] else []
    return [
        Section("Service levels", levels, width=6),
        Section("Traffic", list(_traffic(plan, own)), width=12),
        Section("Resources", resources(plan, own)),
        Section("Quotas", quotas(plan, own, context)),
        Section("Replicas", list(_replicas(plan, own)), width=6),
    ]


def _name(plan: Plan) -> str:
    """Choose the name for people: the brand's, when the tenant sells under one."""
    for setting in plan.settings:
        if _BRAND in setting.made_from and setting.value != plan.display_name:
            return f"{setting.value} ({plan.display_name})"
    return plan.display_name


def _levels(plan: Plan, own: str) -> Iterator[Item]:
    for objective, _ in metrics.measurable(plan):
        selector = f"{{{own},slo={promql_string(objective.name)}}}"
        goal = f"{objective.objective}% of the requests to {objective.service} over {objective.window_days} days"
        yield Item(
            stat(
                Text(
                    f"{objective.name}: error budget left",
                    f"What is left of the failures that the objective allows: {goal}. Below zero it is missed.",
                    "percentunit",
                ),
                [query(f"{metrics.BUDGET_LEFT}{selector}", "left")],
                SHARE_LEFT,
            ),
            objective.made_from,
        )
        yield Item(
            series(
                Text(
                    f"{objective.name}: burn rate",
                    "How fast the error budget burns now; at the line it is spent exactly at the end of its period.",
                    "suffix:x",
                ),
                [query(f"{metrics.BURN_RATE}{selector}", "burn rate")],
                limit=1,
            ),
            objective.made_from,
        )


def _traffic(plan: Plan, own: str) -> Iterator[Item]:
    for workload in plan.workloads:
        metric = metrics.request_metric(workload)
        if metric is None:
            continue
        matchers = f"{own},{_services(workload)}"
        label = metric.success[0]
        total = f"sum(rate({metric.name}{{{matchers}}}[$__rate_interval]))"
        failed = f"sum(rate({metric.name}{{{matchers},{metric.failed}}}[$__rate_interval]))"
        by_code = f"sum by ({label}) (rate({metric.name}{{{matchers}}}[$__rate_interval]))"
        yield Item(
            series(
                Text(f"{workload.name}: requests", "Requests per second by status.", "reqps"),
                [query(by_code, f"{{{{{label}}}}}")],
            ),
            workload.made_from,
        )
        yield Item(
            series(
                Text(
                    f"{workload.name}: errors",
                    "The share of requests that failed through the service's own fault.",
                    "percentunit",
                ),
                [query(f"({failed} or 0 * {total}) / ({total} > 0)", "errors")],
            ),
            workload.made_from,
        )


_READY = {
    "deployment": "kube_deployment_status_replicas_ready",
    "replicaset": "kube_replicaset_status_ready_replicas",
}


def _services(workload: Workload) -> str:
    """Match the Services by which a service's requests come."""
    names = metrics.request_services(workload)
    if len(names) == 1:
        return f"service={promql_string(names[0])}"
    return f"service=~{promql_string('|'.join(map(promql_regex, names)))}"


def _runners(workload: Workload) -> tuple[str, str]:
    """Say what runs a service's pods, and match its names: a Deployment, or the sets of whatever brings versions."""
    if workload.rollout is None:
        return "deployment", f"={promql_string(workload.name)}"
    names = "|".join(map(promql_regex, (workload.name, stable_name(workload.name), variant_name(workload.name))))
    return "replicaset", "=~" + promql_string(f"({names})-[a-z0-9]+")


def _replicas(plan: Plan, own: str) -> Iterator[Item]:
    for workload in plan.workloads:
        if workload.kind == "cron":
            continue
        kind, names = _runners(workload)
        selector = f"{{{own},{kind}{names}}}"
        yield Item(
            series(
                Text(
                    f"{workload.name}: replicas",
                    "Replicas that are ready, and how many are wanted; the line is the most that scaling may reach.",
                    "short",
                ),
                [
                    query(f"sum({_READY[kind]}{selector})", "ready"),
                    query(f"sum(kube_{kind}_spec_replicas{selector})", "wanted", ref="B"),
                ],
                limit=workload.replicas.maximum,
            ),
            workload.made_from,
        )


def titles(content: dict[str, Any]) -> dict[str, Any]:
    """Take a board apart: its panels by title, without the rows, and what it says beside them."""
    rest = {key: value for key, value in content.items() if key != "panels"}
    return {BOARD: rest, **{panel["title"]: panel for panel in content["panels"] if panel["type"] != "row"}}
