"""The boards: what they show, of whom, and that nothing of the tenant's is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_compiler.backends.grafana.backend import GrafanaBackend
from tenant_compiler.backends.grafana.lints import PACK
from tenant_compiler.emit.json import dump
from tenant_compiler.model import metrics
from tenant_compiler.model.backend import Fact
from tenant_compiler.model.plan import Setting

BACKEND = GrafanaBackend()


def board(plan, context):
    """Return the overview's content."""
    [artifact] = BACKEND.lower(plan, context)
    return artifact.content


def panels(plan, context):
    """Return the panels by title."""
    return {panel["title"]: panel for panel in board(plan, context)["panels"]}


def limit(panel):
    """Return where a panel's line is; None without one."""
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    return steps[1]["value"] if len(steps) > 1 else None


def full(make_plan, make_objective, make_workload, make_sql_store, **overrides):
    """Make a plan that has something of everything."""
    workloads = (
        make_workload(),
        make_workload("rpc", protocol="grpc", hosts=()),
        make_workload("raw", protocol="tcp", hosts=()),
        make_workload("worker", kind="worker"),
        make_workload("nightly", kind="cron"),
    )
    fields = {"workloads": workloads, "objectives": (make_objective(),), "sql": (make_sql_store(),), **overrides}
    return make_plan(**fields)


@pytest.fixture
def plan(make_plan, make_objective, make_workload, make_sql_store):
    """A plan that has something of everything."""
    return full(make_plan, make_objective, make_workload, make_sql_store)


def test_a_board_passes_its_own_checks(plan, make_plan, make_context):
    """Schema and lints find nothing on a rich board, nor on that of a tenant without services."""
    for each in (plan, make_plan(workloads=())):
        artifacts = BACKEND.lower(each, make_context())
        assert list(BACKEND.check(artifacts, each, make_context())) == []
        assert [found for rule in PACK.rules for found in rule.check(artifacts, each, make_context())] == []


def test_a_board_is_named_after_the_tenant(plan, make_context):
    """The identifier is the namespace's name, so links stay; the title is for people."""
    content = board(plan, make_context())
    assert content["uid"] == "t-acme-health-production"
    assert content["title"] == "ACME Health GmbH, production"
    assert content["editable"] is False
    assert content["links"][0]["url"] == "https://oncall.example/care"


def test_long_names_keep_apart(make_plan, make_context):
    """Grafana allows forty characters: two long names that begin alike get two identifiers."""
    names = [f"t-{'a' * 40}-{environment}" for environment in ("production", "staging")]
    uids = {board(make_plan(name=name), make_context())["uid"] for name in names}
    assert len(uids) == 2
    assert all(len(uid) <= 40 for uid in uids)


def test_a_brand_comes_first(make_plan, make_context):
    """A reseller's people know the brand."""
    setting = Setting("BRAND", "ACME Care", (("spec", "branding", "name"),))
    assert board(make_plan(settings=(setting,)), make_context())["title"] == "ACME Care (ACME Health GmbH), production"


@given(text=st.text(st.sampled_from("$[]{}ab_"), min_size=1))
def test_tenant_text_is_no_variable(make_plan, make_context, text):
    """Names in titles never become Grafana variables."""
    title = board(make_plan(display_name=text), make_context())["title"]
    assert "[[" not in title
    assert not re.search(r"\$[\w{]", title)


def test_every_service_with_requests_has_its_traffic(plan, make_context):
    """HTTP and gRPC services have requests and errors; TCP services, workers and cron jobs have none."""
    found = panels(plan, make_context())
    assert {title for title in found if title.endswith(": requests")} == {"portal: requests", "rpc: requests"}
    assert "grpc_server_handled_total" in found["rpc: errors"]["targets"][0]["expr"]


def test_every_deployment_has_its_replicas(plan, make_context):
    """The line is the most that scaling may reach; a cron job has no replicas."""
    found = panels(plan, make_context())
    assert {title for title in found if title.endswith(": replicas")} == {
        f"{name}: replicas" for name in ("portal", "rpc", "raw", "worker")
    }
    assert limit(found["portal: replicas"]) == 6


def test_objectives_show_what_prometheus_records(plan, make_context):
    """The board reads the very series that the rules write; without that target it does not ask for them."""
    found = panels(plan, make_context())
    expression = found["portal-availability: error budget left"]["targets"][0]["expr"]
    assert expression.startswith(f"{metrics.BUDGET_LEFT}{{")
    alone = make_context(targets={"enable": ["grafana"]})
    assert not any("error budget" in title for title in panels(plan, alone))


@pytest.mark.parametrize(
    ("quota", "title", "scale"),
    [
        ("cpu_cores", "CPU", 1),
        ("memory_gb", "Memory", 2**30),
        ("storage_gb", "Volumes", 2**30),
        ("network_bandwidth_mbps", "Network", 1_000_000),
        ("concurrent_connections", "Open connections", 1),
        ("api_requests_per_minute", "API requests", 1),
        ("ml_model_instances", "Model instances", 1),
        ("ai_processing_units", "AI processing units", 1),
        ("database_connections", "Database connections", 1),
        ("cache_size_mb", "Caches", 2**20),
    ],
)
def test_every_quota_has_its_line(plan, make_context, quota, title, scale):
    """A quota draws its line in the panel's unit, zero too; unlimited draws none."""
    for value in (0, 7, 0.5):
        found = panels(plan._replace(quotas={**plan.quotas, quota: value}), make_context())
        assert limit(found[title]) == value * scale
    unlimited = panels(plan._replace(quotas={**plan.quotas, quota: None}), make_context())
    assert limit(unlimited[title]) is None
    assert "no limit" in unlimited[title]["description"]


def test_what_nothing_uses_has_no_panel(make_plan, make_context, make_workload):
    """No SQL store: no database connections; no web service: no requests and no connections of clients."""
    found = panels(make_plan(workloads=(make_workload("worker", kind="worker"),)), make_context())
    assert not {"Database connections", "API requests", "Open connections"} & set(found)
    assert {"CPU", "Memory", "Volumes", "Network", "Caches"} <= set(found)


def test_requests_of_two_protocols_add_up(make_plan, make_context, make_workload):
    """A protocol without traffic must not make the sum empty."""
    plan = make_plan(workloads=(make_workload(), make_workload("rpc", protocol="grpc")))
    expression = panels(plan, make_context())["API requests"]["targets"][0]["expr"]
    assert expression.count("or vector(0)") == 2


def test_units_follow_the_clusters_accelerators(make_plan, make_context, make_cluster):
    """The cluster profile says which resource an accelerator is and how many units it counts."""
    gpu = {"resource": "amd.com/gpu", "units_per_accelerator": 4}
    context = make_context(cluster={"shared-eu": make_cluster(gpu=gpu)})
    expression = panels(make_plan(), context)["AI processing units"]["targets"][0]["expr"]
    assert expression.startswith("4 * ")
    assert 'resource="amd_com_gpu"' in expression
    without = make_context(cluster={"shared-eu": make_cluster(gpu=None)})
    assert 'resource="nvidia_com_gpu"' in panels(make_plan(), without)["AI processing units"]["targets"][0]["expr"]


def test_objects_are_the_panels(plan, make_context):
    """`index` finds in the file what `lower` named; every panel knows the lines that it was made from."""
    [artifact] = BACKEND.lower(plan, make_context())
    found = BACKEND.index(artifact.content)
    assert list(found) == [item.id for item in artifact.objects]
    assert all(found[item.id] is item.value for item in artifact.objects[1:])
    assert all(item.made_from for item in artifact.objects)


def test_boards_do_not_share_what_differs(make_plan, make_context):
    """Making a second board leaves the first as it was."""
    first = board(make_plan(), make_context())
    text = dump(first)
    board(make_plan(name="t-b-production", quotas={"cpu_cores": 1}), make_context())
    assert dump(first) == text


def fact(name, *clusters):
    """Make a fact of a tenant."""
    return Fact(name, "production", f"t-{name}-production", "free", "team", clusters, (), "tenants/x.yaml", 0)


def test_each_cluster_has_a_board_of_its_tenants(make_context):
    """Only the tenants of a cluster stand on its board, in an order that does not depend on theirs."""
    facts = [fact("b", "one"), fact("a", "one", "two")]
    boards = BACKEND.lower_fleet(facts, make_context())
    assert list(boards) == ["one", "two"]
    [artifact] = boards["one"]
    constant = artifact.content["templating"]["list"][1]
    assert constant["query"] == "t-a-production|t-b-production"
    assert dump(artifact.content) == dump(BACKEND.lower_fleet(facts[::-1], make_context())["one"][0].content)
    assert artifact.content["uid"] != boards["two"][0].content["uid"]


def test_the_fleet_board_asks_for_its_tenants_only(make_plan, make_context):
    """Every query is held to the tenants; schema and the lints that fit a fleet find nothing."""
    [artifact] = BACKEND.lower_fleet([fact("a", "one")], make_context())["one"]
    assert list(BACKEND.check([artifact], make_plan(), make_context())) == []
    lints = [rule for rule in PACK.rules if rule.code != "TC553"]
    assert [found for rule in lints for found in rule.check([artifact], make_plan(), make_context())] == []
    for panel in artifact.content["panels"]:
        for target in panel.get("targets", ()):
            assert target["expr"].count("{") == target["expr"].count('{namespace=~"$tenants"')
    assert list(BACKEND.index(artifact.content)) == [item.id for item in artifact.objects]


def test_no_tenants_no_board(make_context):
    """A fleet without facts has no boards."""
    assert BACKEND.lower_fleet([], make_context()) == {}
