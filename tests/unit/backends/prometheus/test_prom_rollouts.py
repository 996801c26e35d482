"""Objectives of a service whose requests two versions share."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.prometheus.lower import rules
from tenant_compiler.backends.promql import examine
from tenant_compiler.model.metrics import measurable
from tenant_compiler.model.rollout import Match, Rollout

NEW = "registry.acme.example/portal@sha256:" + "1" * 64


def rollout(strategy, variant=NEW):
    """A rollout of a strategy."""
    at = ("spec", "services", "portal", "rollout", "strategy")
    match = Match("x-cohort", "", "b") if strategy == "ab_test" else None
    return Rollout(
        strategy=strategy,
        variant_image=variant,
        variant_active=False,
        steps_percent=(50,),
        step=1,
        percent=50,
        pause_minutes=None,
        success_rate_percent="",
        latency_p99_ms=None,
        automatic_rollback=None,
        match=match,
        made_from=(at,),
    )


@pytest.mark.parametrize(
    ("how", "both"),
    [
        (None, False),
        (rollout("canary"), True),
        (rollout("ab_test"), True),
        (rollout("blue_green"), False),
        (rollout("canary", ""), False),
    ],
)
def test_clients_requests_count_whichever_version_answers(*, make_plan, make_workload, make_objective, how, both):
    """Both Services of a canary or A/B test are clients'; of blue-green only the active one is, as of one version."""
    plan = make_plan(workloads=(make_workload(rollout=how),), objectives=(make_objective(),))
    made = rules(plan, measurable(plan))
    expressions = [item.value["expr"] for item in made.objects if "http_requests_total" in item.value.get("expr", "")]

    assert expressions
    for expression in expressions:
        assert examine(expression, plan.name, plan.tenant) == ("", ())
        assert ('service=~"portal|portal-variant"' in expression) == both
        assert ('service="portal"' in expression) != both
