"""Objectives of a service whose requests two versions share."""

from __future__ import annotations

import pytest

from rollouts import rollout
from tenant_compiler.backends.prometheus.lower import rules
from tenant_compiler.backends.promql import examine
from tenant_compiler.model.metrics import measurable


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
