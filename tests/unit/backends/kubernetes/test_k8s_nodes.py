"""Nodes, clusters and runtimes of a tenant's own."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.tenancy.nodes import POOL
from tenant_compiler.model.plan_data import Isolation

BACKEND = KubernetesBackend()
AT = (("spec", "placement", "isolation"),)


@pytest.fixture
def pods(make_plan, make_context, make_cluster, make_workload, lower):
    """Lower a service and a job, and give their pods with what they were made from."""

    def make(level="namespace", trusted=True, **cluster):
        services = (make_workload(trusted=trusted), make_workload("nightly", kind="cron", trusted=trusted))
        plan = make_plan(workloads=services, isolation=Isolation(level, AT))
        context = make_context(cluster={"shared-eu": make_cluster(**cluster)})
        found = {item.id: item for item in lower(plan, context)["shared-eu"]}
        web, job = found["Deployment/portal"], found["CronJob/nightly"]
        return [
            (web.value["spec"]["template"]["spec"], web.made_from),
            (job.value["spec"]["jobTemplate"]["spec"]["template"]["spec"], job.made_from),
        ]

    return make


@pytest.fixture
def answer(make_plan, make_context, make_cluster, make_need):
    """Ask about a feature."""

    def ask(feature, **cluster):
        plan, context = make_plan(), make_context(cluster={"shared-eu": make_cluster(**cluster)})
        need = make_need(feature, what="the isolation")
        return BACKEND.supports(need, plan, context), BACKEND.lack(need, plan, context)

    return ask


def test_pods_are_brought_to_the_tenants_nodes_and_may_stay_there(pods):
    """By a label that no kubelet gives itself, and past a taint that keeps others away; both say the tenant."""
    for pod, made_from in pods("node_pool", node_pools=["acme-health"]):
        assert pod["nodeSelector"] == {POOL: "acme-health"}
        assert pod["tolerations"] == [
            {"key": POOL, "operator": "Equal", "value": "acme-health", "effect": "NoSchedule"}
        ]
        assert POOL.startswith("node-restriction.kubernetes.io/")
        assert AT[0] in made_from


@pytest.mark.parametrize("level", ["namespace", "cluster", "account"])
def test_other_levels_choose_no_nodes(pods, level):
    """A cluster of the tenant's own has no other nodes."""
    for pod, _ in pods(level, node_pools=["acme-health"]):
        assert not {"nodeSelector", "tolerations"} & set(pod)


def test_what_is_not_trusted_runs_in_the_sandbox(pods):
    """The rest runs as usual, in the same cluster."""
    said = {"runtime_classes": {"sandboxed": "gvisor"}}
    assert [pod["runtimeClassName"] for pod, _ in pods(trusted=False, **said)] == ["gvisor", "gvisor"]
    assert not any("runtimeClassName" in pod for pod, _ in pods(**said))
    (_, made_from), _ = pods(trusted=False, **said)
    assert ("spec", "services", "portal", "trusted") in made_from


@pytest.mark.parametrize(
    ("feature", "sound", "weak", "words"),
    [
        ("isolation.node_pool", {"node_pools": ["acme-health"]}, {"node_pools": ["other"]}, "has none for the tenant"),
        ("isolation.cluster", {"dedicated_to": "acme-health"}, {}, "is not the tenant's alone"),
        ("sandbox", {"runtime_classes": {"sandboxed": "gvisor"}}, {}, "needs a sandboxed runtime"),
    ],
)
def test_what_a_cluster_does_not_have_is_an_error(answer, feature, sound, weak, words):
    """Pods would not start, or stand beside those of others: nothing is written."""
    assert answer(feature, **sound) == ("honoured", None)
    support, lack = answer(feature, **weak)
    assert (support, lack.severity) == ("cannot", "error")
    assert words in lack.words
    assert "shared-eu" in lack.words


@pytest.mark.parametrize(
    ("cloud", "kind", "addresses"),
    [
        ("aws", "pod-identity", {"169.254.170.23/32": [80]}),
        ("aws", "irsa", {}),
        ("aws", "workload-identity", {}),
        ("gcp", "workload-identity", {"169.254.169.252/32": [988], "169.254.169.254/32": [80]}),
        ("gcp", "pod-identity", {}),
    ],
)
def test_a_service_may_ask_its_node_who_it_is(
    make_plan, make_context, make_cluster, make_workload, *, make_object_store, make_site, lower, cloud, kind, addresses
):
    """The addresses and ports of what tells it, and only in the cloud where something answers there."""
    workloads = (make_workload(uses=("scans",)), make_workload("other"))
    plan = make_plan(workloads=workloads, objects=(make_object_store(),), sites=(make_site(cloud=cloud),))
    context = make_context(cluster={"shared-eu": make_cluster(cloud_identity=kind)})
    policies = {
        item.id: item.value for item in lower(plan, context)["shared-eu"] if item.id.startswith("NetworkPolicy")
    }
    blocks = {
        to["ipBlock"]["cidr"]: [port["port"] for port in rule["ports"]]
        for rule in policies["NetworkPolicy/portal"]["spec"]["egress"]
        for to in rule["to"]
        if to.get("ipBlock", {}).get("cidr", "").startswith("169.254")
    }

    assert blocks == addresses
    assert not any(address in str(policies["NetworkPolicy/other"]) for address in addresses)


@pytest.mark.parametrize("minor", ["1.30", "1.37"])
def test_scheduling_is_valid(make_plan, make_context, make_cluster, make_workload, minor):
    """Pods with all of it pass the schemas."""
    said = {"node_pools": ["acme-health"], "runtime_classes": {"sandboxed": "gvisor"}, "kubernetes": minor}
    plan = make_plan(workloads=(make_workload(trusted=False),), isolation=Isolation("node_pool", AT))
    context = make_context(cluster={"shared-eu": make_cluster(**said)})
    assert list(BACKEND.check(BACKEND.lower(plan, context), plan, context)) == []
