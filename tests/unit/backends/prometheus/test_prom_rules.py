"""The rules of objectives, and the unit tests that go with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_compiler.backends.prometheus.backend import PrometheusBackend
from tenant_compiler.backends.prometheus.lints import PACK
from tenant_compiler.model import metrics

BACKEND = PrometheusBackend()
EVIL = '{{ $value }} {{{{ "x" }} ${y} \\"q\\" {{ template "z" }}'


def lowered(plan, context):
    """Return the groups by name."""
    rules, _ = BACKEND.lower(plan, context)
    return {group["name"]: group for group in rules.content[0]["groups"]}


def every_rule(plan, context):
    """Return all rules of all groups."""
    return [rule for group in lowered(plan, context).values() for rule in group["rules"]]


def test_nothing_is_made_without_objectives(make_plan, make_context):
    """A tenant that asks for no objective gets no file."""
    assert BACKEND.lower(make_plan(), make_context()) == ()


def test_an_objective_gets_its_recordings_and_four_alerts(make_plan, make_context, make_objective):
    """All windows and the period are recorded, then what people look at, then two pages and two tickets."""
    plan = make_plan(objectives=(make_objective(window_days=28),))
    rules = every_rule(plan, make_context())
    records = [rule["record"] for rule in rules if "record" in rule]
    windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "28d"]
    assert [name for name in records if "ratio_rate" in name] == [metrics.error_ratio(window) for window in windows]
    assert {metrics.OBJECTIVE, metrics.ERROR_BUDGET, metrics.BURN_RATE, metrics.BUDGET_LEFT} <= set(records)
    alerts = [(rule["alert"], rule["labels"]["window"]) for rule in rules if "alert" in rule]
    page, ticket = "ErrorBudgetBurnPage", "ErrorBudgetBurnTicket"
    assert alerts == [(page, "1h"), (page, "6h"), (ticket, "1d"), (ticket, "3d")]


def test_a_rule_is_written_after_what_it_reads(make_plan, make_context, make_objective):
    """Inside a group, and from the first group to the second, every series is recorded before it is read."""
    plan = make_plan(objectives=(make_objective(),))
    known = set()
    for rule in every_rule(plan, make_context()):
        read = {name for name in ALL_RECORDED if f"{name}{{" in rule["expr"]}
        assert read <= known
        known.add(rule.get("record"))


ALL_RECORDED = {
    metrics.REQUEST_RATE,
    metrics.ERROR_RATE,
    *(metrics.error_ratio(window) for window in ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d")),
}


def test_alerts_say_whose_they_are(make_plan, make_context, make_objective):
    """Labels route an alert; the annotations name the tenant and the page that tells what to do."""
    plan = make_plan(objectives=(make_objective(),))
    alert = next(rule for rule in every_rule(plan, make_context()) if "alert" in rule)
    assert alert["labels"] == {
        "tenant": "acme-health",
        "environment": "production",
        "tier": "enterprise",
        "slo": "portal-availability",
        "severity": "page",
        "team": "care-platform",
        "window": "1h",
    }
    assert alert["annotations"]["runbook_url"] == "https://oncall.example/care"
    assert alert["annotations"]["summary"].startswith("ACME Health GmbH, production: portal burns")
    assert "(14.4 * 0.0005)" in alert["expr"]
    assert alert["for"] == "2m"


def test_recorded_series_carry_nothing_that_changes(make_plan, make_context, make_objective):
    """A change of tier or team in the middle of a window must not give two series of one objective."""
    objectives = (make_objective(),)
    before = every_rule(make_plan(objectives=objectives), make_context())
    after = every_rule(make_plan(objectives=objectives, tier="premium", display_name="Other"), make_context())
    assert [rule for rule in before if "record" in rule] == [rule for rule in after if "record" in rule]
    assert before != after


def test_without_on_call_there_is_no_runbook(make_plan, make_context, make_objective):
    """An empty link is no link."""
    plan = make_plan(objectives=(make_objective(),))
    plan = plan._replace(owner=plan.owner._replace(on_call=""))
    assert all("runbook_url" not in rule.get("annotations", {}) for rule in every_rule(plan, make_context()))


def test_grpc_has_its_own_counter_and_codes(make_plan, make_context, make_objective, make_workload):
    """A gRPC service fails by status, not by HTTP code."""
    plan = make_plan(workloads=(make_workload(protocol="grpc"),), objectives=(make_objective(),))
    first, second = every_rule(plan, make_context())[:2]
    assert "grpc_server_handled_total{" in first["expr"]
    assert "grpc_code=~" in second["expr"]


def test_alerts_that_cannot_fire_are_left_out(make_plan, make_context, make_objective):
    """With a budget of a tenth, no outage burns 14.4 times too fast: the slower page takes its place."""
    plan = make_plan(objectives=(make_objective(objective="90"),))
    alerts = [rule for rule in every_rule(plan, make_context()) if "alert" in rule]
    assert [rule["labels"]["window"] for rule in alerts] == ["6h", "1d", "3d"]


def test_groups_are_unique_and_ids_come_back_from_the_files(make_plan, make_context, make_objective):
    """`index` finds in a file what `lower` named, also where objectives are named like each other's parts."""
    names = ("a", "a-period", "period")
    plan = make_plan(objectives=tuple(make_objective(name) for name in names))
    artifacts = BACKEND.lower(plan, make_context())
    assert len(lowered(plan, make_context())) == 2 * len(names)
    for artifact in artifacts:
        found = BACKEND.index(artifact.content)
        assert list(found) == [item.id for item in artifact.objects]
        assert all(found[item.id] is item.value for item in artifact.objects)
        assert all(item.made_from for item in artifact.objects)


@pytest.fixture
def answer(make_plan, make_context, make_objective, make_need, make_workload):
    """Return a function that asks for an objective of a service and makes its rules."""

    def ask(**change):
        plan = make_plan(workloads=(make_workload(**change),), objectives=(make_objective(),))
        need = make_need("slo", pointer=("spec", "monitoring", "slos", "portal-availability"))
        return BACKEND.supports(need, plan, make_context()), bool(BACKEND.lower(plan, make_context()))

    return ask


def test_only_what_has_requests_can_be_measured(answer):
    """TCP services and workers have no requests, so their objectives cannot be watched, and that is said."""
    assert answer() == ("honoured", True)
    assert answer(protocol="grpc") == ("honoured", True)
    assert answer(protocol="tcp") == ("cannot", False)
    assert answer(kind="worker") == ("cannot", False)


def test_other_needs_are_others_business(make_plan, make_context, make_need):
    """Rules carry out objectives and nothing else."""
    assert BACKEND.supports(make_need("store.sql"), make_plan(), make_context()) == "elsewhere"


@given(text=st.text(st.sampled_from('{}$ "\\ab.')))
def test_tenant_text_is_no_template(make_plan, make_context, make_objective, text):
    """Whatever a tenant writes, its templates are taken apart: what stays open are our own two."""
    plan = make_plan(display_name=text, objectives=(make_objective(),))
    plan = plan._replace(owner=plan.owner._replace(team=text, on_call=text))
    for rule in every_rule(plan, make_context()):
        for value in (*rule["labels"].values(), *rule.get("annotations", {}).values()):
            plain = value.replace('{{"{{"}}', "").replace("{{ $value | humanizePercentage }}", "")
            assert "{{" not in plain


def test_own_rules_have_no_findings(make_plan, make_context, make_objective, make_workload):
    """What we write passes our own check and lints, with hostile text in it."""
    plan = make_plan(
        display_name=EVIL,
        workloads=(make_workload(), make_workload("rpc", protocol="grpc")),
        objectives=(make_objective(), make_objective("rpc", service="rpc", objective="99.999", window_days=31)),
    )
    artifacts = BACKEND.lower(plan, make_context())
    assert list(BACKEND.check(artifacts, plan, make_context())) == []
    assert [found for rule in PACK.rules for found in rule.check(artifacts, plan, make_context())] == []


def test_the_tests_expect_every_alert_with_its_words(make_plan, make_context, make_objective):
    """The emitted unit tests hold the texts as people get them, not as templates."""
    plan = make_plan(display_name=EVIL, objectives=(make_objective(),))
    _, tests = BACKEND.lower(plan, make_context())
    burning, healthy, silent = tests.content[0]["tests"]
    fired = [alert for case in burning["alert_rule_test"] for alert in case["exp_alerts"]]
    assert [alert["exp_labels"]["window"] for alert in fired] == ["1h", "6h", "1d", "3d"]
    assert all(alert["exp_annotations"]["summary"].startswith(EVIL) for alert in fired)
    assert all(alert["exp_annotations"]["description"].startswith("100% of") for alert in fired)
    for case in (healthy, silent):
        assert all(expected["exp_alerts"] == [] for expected in case["alert_rule_test"])


def test_objectives_of_one_service_fail_together(make_plan, make_context, make_objective):
    """Promtool compares all alerts of a name, so a test of a service expects those of all its objectives."""
    plan = make_plan(objectives=(make_objective("a"), make_objective("b", window_days=7)))
    _, tests = BACKEND.lower(plan, make_context())
    assert len(tests.content[0]["tests"]) == 3
    pages, tickets = tests.content[0]["tests"][0]["alert_rule_test"]
    assert [alert["exp_labels"]["slo"] for alert in pages["exp_alerts"]] == ["a", "a", "b", "b"]
    assert len(tickets["exp_alerts"]) == 4
