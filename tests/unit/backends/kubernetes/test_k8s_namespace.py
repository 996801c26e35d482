"""Namespace, quota, limits and access."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.quantities import parse
from tenant_compiler.model.plan import Owner
from tenant_compiler.model.plan_data import Volume

BACKEND = KubernetesBackend()

COUNTED = {
    "pods",
    "services",
    "secrets",
    "configmaps",
    "count/jobs.batch",
    "count/cronjobs.batch",
    "persistentvolumeclaims",
}


@pytest.fixture(scope="module")
def lowered(make_plan, make_context, lower):
    """Lower a plan with overrides, and give its objects by id."""

    def objects(context=None, **overrides):
        (made,) = lower(make_plan(**overrides), context or make_context()).values()
        return {item.id: item for item in made}

    return objects


def test_the_namespace_is_restricted_as_the_clusters_version_defines_it(lowered, make_context, make_cluster):
    """All three modes are pinned to the version of the profile."""
    context = make_context(cluster={"shared-eu": make_cluster(kubernetes="1.31")})

    labels = lowered(context)["Namespace/t-acme-health-production"].value["metadata"]["labels"]

    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert labels[f"pod-security.kubernetes.io/{mode}-version"] == "v1.31"


def test_a_tenants_label_cannot_replace_one_of_ours(lowered):
    """The tenant's labels are on the namespace only, and ours win over an equal key."""
    hostile = {"pod-security.kubernetes.io/enforce": "privileged", "segment": "x"}

    objects = lowered(labels=hostile)

    labels = objects["Namespace/t-acme-health-production"].value["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["segment"] == "x"
    assert all(
        "segment" not in item.value["metadata"]["labels"] for id_, item in objects.items() if "Namespace" not in id_
    )


def test_the_owner_stands_on_the_namespace_as_far_as_it_is_known(lowered):
    """Team and cost centre are labels, address and page annotations; what is empty is left out."""
    known = lowered()["Namespace/t-acme-health-production"].value["metadata"]
    unknown = lowered(owner=Owner("care", "", "", ""), display_name="")["Namespace/t-acme-health-production"].value[
        "metadata"
    ]

    assert known["labels"]["tenant-compiler.dev/cost-center"] == "CC-1042"
    assert known["annotations"]["tenant-compiler.dev/owner-email"] == "care@acme.example"
    assert "tenant-compiler.dev/cost-center" not in unknown["labels"]
    assert list(unknown["annotations"]) == ["tenant-compiler.dev/hash"]


def test_the_quota_spells_the_tenants_quotas(lowered):
    """CPU and memory bound requests and limits alike; accelerators and deployments are counted; ports stay shut."""
    quota = lowered()["ResourceQuota/quota"]

    carried = ("cpu_cores", "memory_gb", "storage_gb", "ml_model_instances", "ai_processing_units")
    assert quota.made_from == (("spec", "quotas"), *(("spec", "quotas", name) for name in carried))
    hard = {key: value for key, value in quota.value["spec"]["hard"].items() if key not in COUNTED}
    assert hard == {
        "requests.cpu": "32",
        "limits.cpu": "32",
        "requests.memory": "128Gi",
        "limits.memory": "128Gi",
        "requests.storage": "5000Gi",
        "requests.nvidia.com/gpu": "10",
        "count/deployments.apps": "21",
        "services.nodeports": "0",
        "services.loadbalancers": "0",
    }


def test_objects_are_bounded_with_room_for_what_comes_and_goes(lowered, make_workload):
    """Twice what runs at full scale, and more; a tenant without volumes may have no claim."""
    hard = lowered()["ResourceQuota/quota"].value["spec"]["hard"]
    assert 2 * 6 <= int(hard["pods"]) <= 50
    assert hard["persistentvolumeclaims"] == "0"
    volume = Volume("data", "/data", 20, (("spec", "services", "portal", "storage", "data"),))
    more = lowered(workloads=(make_workload(volumes=(volume,)),))["ResourceQuota/quota"].value["spec"]["hard"]
    assert int(more["persistentvolumeclaims"]) > 1


def test_no_pod_of_a_deployer_has_the_priority_of_another_tier(lowered, make_duties):
    """A quota of none for pods with another class; it stands only where people may change pods."""
    spec = lowered(duties=make_duties())["ResourceQuota/priority"].value["spec"]
    assert spec["hard"] == {"pods": "0"}
    assert spec["scopeSelector"]["matchExpressions"] == [
        {"scopeName": "PriorityClass", "operator": "Exists"},
        {"scopeName": "PriorityClass", "operator": "NotIn", "values": ["t-enterprise"]},
    ]
    assert "ResourceQuota/priority" not in lowered(duties=make_duties(deployers=()))
    assert "ResourceQuota/priority" not in lowered(duties=make_duties(), tier="unnamed")
    assert "ResourceQuota/priority" not in lowered()


def test_what_containers_write_beside_volumes_is_bounded(lowered):
    """A node that is full pushes out pods of every tenant; a volume is at least worth its disk."""
    container, claim = lowered()["LimitRange/limits"].value["spec"]["limits"]
    assert container["defaultRequest"]["ephemeral-storage"] == "256Mi"
    assert container["default"]["ephemeral-storage"] == "4Gi"
    assert claim["min"] == {"storage": "1Gi"}


def test_unlimited_quotas_have_no_line(lowered):
    """What is unlimited is absent, the lineage included, and containers still get defaults."""
    names = ("cpu_cores", "memory_gb", "storage_gb", "ml_model_instances", "ai_processing_units")

    objects = lowered(quotas=dict.fromkeys(names))

    hard = set(objects["ResourceQuota/quota"].value["spec"]["hard"])
    assert hard == {"services.nodeports", "services.loadbalancers", *COUNTED}
    assert objects["ResourceQuota/quota"].made_from == (("spec", "quotas"),)
    limits = objects["LimitRange/limits"].value["spec"]["limits"]
    assert [limit["type"] for limit in limits] == ["Container"]
    assert "max" not in limits[0]


def test_a_cluster_without_accelerators_does_not_count_them(lowered, make_context, make_cluster):
    """The quota of a cluster that has none says nothing of them, so it carries nothing of them."""
    quota = lowered(make_context(cluster={"shared-eu": make_cluster(gpu=None)}))["ResourceQuota/quota"]

    assert ("spec", "quotas", "ai_processing_units") not in quota.made_from
    assert ("spec", "quotas", "cpu_cores") in quota.made_from


@settings(max_examples=60, deadline=None)
@given(
    cpu=st.none() | st.floats(0, 512, allow_nan=False),
    memory=st.none() | st.floats(0, 4096, allow_nan=False),
)
def test_the_bounds_of_containers_are_in_order_for_every_quota(lowered, cpu, memory):
    """The default request is at most the default limit, and that at most the quota, however small it is."""
    container = lowered(quotas={"cpu_cores": cpu, "memory_gb": memory})["LimitRange/limits"].value["spec"]["limits"][0]

    for resource in ("cpu", "memory"):
        bounds = [parse(container[bound][resource]) for bound in ("defaultRequest", "default")]
        if resource in container.get("max", {}):
            bounds.append(parse(container["max"][resource]))
        assert None not in bounds
        assert bounds == sorted(bounds)


def test_a_fraction_of_a_core_is_written_in_millicores(lowered):
    """Half a core is 500m, a quarter of a GiB 256Mi, and nothing is nothing."""
    hard = lowered(quotas={"cpu_cores": 0.5, "memory_gb": 0.25, "storage_gb": 0})["ResourceQuota/quota"].value["spec"][
        "hard"
    ]

    assert (hard["limits.cpu"], hard["limits.memory"], hard["requests.storage"]) == ("500m", "256Mi", "0Mi")


def test_operators_look_scale_and_restart_and_no_more(lowered):
    """The role grants no wildcard, no secret, no way to make pods or to change what they are."""
    rules = lowered()["Role/operators"].value["rules"]
    granted = {
        (group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }

    assert ("", "pods/log", "get") in granted
    assert ("", "pods", "delete") in granted
    assert ("apps", "deployments/scale", "patch") in granted
    changing = {(group, resource, verb) for group, resource, verb in granted if verb not in {"get", "list", "watch"}}
    assert {(resource, verb) for _, resource, verb in changing} == {
        ("pods", "delete"),
        ("deployments/scale", "patch"),
        ("deployments/scale", "update"),
    }
    assert not any(resource == "secrets" or "*" in (group, resource, verb) for group, resource, verb in granted)
    assert ("external-secrets.io", "externalsecrets", "get") in granted


def test_groups_of_the_profile_are_bound_and_without_any_there_is_no_role(lowered, make_context, make_cluster):
    """Every group is a subject of the binding; a profile without operators gives no access."""
    groups = ["grp-a", "grp-b"]
    bound = lowered(make_context(cluster={"shared-eu": make_cluster(operators=groups)}))
    free = lowered(make_context(cluster={"shared-eu": make_cluster(operators=[])}))

    assert [subject["name"] for subject in bound["RoleBinding/operators"].value["subjects"]] == groups
    assert not {"Role/operators", "RoleBinding/operators"} & set(free)
