"""The back-end as a whole: files, sites, formats, needs, fleet artifacts."""

from __future__ import annotations

import copy

import pytest
import yaml as pyyaml

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.emit import json, yaml
from tenant_compiler.model.backend import Fact
from tenant_compiler.plan.needs import FEATURES

BACKEND = KubernetesBackend()


@pytest.fixture(scope="module")
def rich(make_protected, make_workload, make_sql_store, make_object_store, make_egress):
    """A tenant with a service of every sort, both sorts of stores and both sorts of destinations."""
    return make_protected(
        workloads=(
            make_workload("portal", calls=("search",), uses=("records", "scans")),
            make_workload("search", callers=("portal",), protocol="grpc", hosts=()),
            make_workload("mail", kind="worker"),
            make_workload("nightly", kind="cron", uses=("records",)),
        ),
        sql=(make_sql_store(),),
        objects=(make_object_store(),),
        egress=(make_egress(), make_egress("partner", cidr="203.0.113.0/24")),
    )


def test_objects_come_in_the_order_in_which_they_apply(rich, make_context, lower):
    """The namespace is first; a service's identity and policy stand before the pods that need them."""
    ids = [item.id for item in lower(rich, make_context())["shared-eu"]]

    assert ids[:2] == ["Namespace/t-acme-health-production", "ResourceQuota/quota"]
    for kind in ("ServiceAccount", "NetworkPolicy", "Service"):
        assert ids.index(f"{kind}/portal") < ids.index("Deployment/portal")
    assert ids.index("ConfigMap/settings") < ids.index("Deployment/portal")
    assert len(set(ids)) == len(ids)


def test_every_object_has_its_lineage_and_lives_in_the_tenants_namespace(rich, make_context, lower):
    """No object lacks a tenant's node that it was made from, and only what no namespace can hold is outside of it."""
    for item in lower(rich, make_context())["shared-eu"]:
        assert item.made_from
        assert all(pointer[0] in {"metadata", "spec"} for pointer in item.made_from)
        meta = item.value["metadata"]
        outside = item.value["kind"] == "Namespace" or item.value["kind"].startswith("ValidatingAdmissionPolicy")
        assert meta.get("namespace") == (None if outside else "t-acme-health-production")
        assert outside == (item.id.split("/")[1].split(".")[0] == "t-acme-health-production")
        assert meta["labels"]["tenant-compiler.dev/tenant"] == "acme-health"
        assert meta["labels"]["app.kubernetes.io/part-of"] == "acme-saas"


def test_yaml_is_a_stream_and_json_a_list_of_the_same_objects(rich, make_context):
    """Both formats hold the same objects, and both come apart again by the objects' ids."""
    settings = {
        "kubernetes": {"format": "json", "priorities": make_context().config["targets"]["kubernetes"]["priorities"]}
    }
    stream = {artifact.path: artifact for artifact in BACKEND.lower(rich, make_context())}
    lists = {artifact.path: artifact for artifact in BACKEND.lower(rich, make_context(targets=settings))}

    assert [path.replace(".json", ".yaml") for path in lists] == list(stream)
    kustomization = stream.pop("shared-eu/kustomization.yaml").content[0]
    assert [f"shared-eu/{name}" for name in kustomization["resources"]] == list(stream)
    for path, artifact in stream.items():
        as_json = lists[path.replace(".yaml", ".json")]
        assert as_json.content["kind"] == "List"
        assert as_json.content["items"] == artifact.content
        ids = [item.id for item in artifact.objects]
        assert list(BACKEND.index(list(pyyaml.safe_load_all(yaml.dump_all(artifact.content))))) == ids
        assert list(BACKEND.index(as_json.content)) == ids
        assert json.dump(as_json.content)


def test_the_hash_of_an_object_is_that_of_the_object(rich, make_context, make_workload, lower):
    """It is the same for the same object wherever it stands, and another one when anything of it changes."""

    def hashes(plan):
        return {
            item.id: item.value["metadata"]["annotations"]["tenant-compiler.dev/hash"]
            for item in lower(plan, make_context())["shared-eu"]
        }

    before = hashes(rich)
    nightly = make_workload("nightly", kind="cron", uses=("records",), schedule="0 4 * * *")
    after = hashes(rich._replace(workloads=(*rich.workloads[:-1], nightly)))

    assert {id_ for id_ in before if before[id_] != after[id_]} == {"CronJob/nightly"}
    assert len(set(before.values())) == len(before)


def test_lowering_changes_nothing_that_it_was_given_and_repeats_itself(rich, make_context):
    """Two runs give equal content, and plan and context stay as they were."""
    context = make_context()
    before = copy.deepcopy((rich, context.config))

    def text():
        return [yaml.dump_all(artifact.content) for artifact in BACKEND.lower(rich, context)]

    assert text() == text()
    assert (rich, context.config) == before


def test_each_cluster_that_runs_the_tenant_has_a_folder(make_plan, make_site, make_context, make_cluster, lower):
    """A backup region runs nothing; a region without profile gets its own name; one cluster has one folder."""
    plan = make_plan(
        sites=(
            make_site(),
            make_site("eu-north-1", role="backup", cluster="north"),
            make_site("eu-south-1", role="active", cluster=""),
            make_site("eu-west-1", role="standby"),
        )
    )
    context = make_context(cluster={"shared-eu": make_cluster(), "north": make_cluster()})

    assert list(lower(plan, context)) == ["shared-eu", "eu-south-1"]


def test_a_region_without_profile_is_lowered_for_the_default_platform(make_plan, make_site, make_context, lower):
    """Without a profile there are no operators, no gateway, no accelerators, and the newest common version."""
    objects = {
        item.id: item.value for item in lower(make_plan(sites=(make_site(cluster=""),)), make_context())["eu-central-1"]
    }

    assert "Role/operators" not in objects
    assert "requests.nvidia.com/gpu" not in objects["ResourceQuota/quota"]["spec"]["hard"]
    labels = objects["Namespace/t-acme-health-production"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce-version"] == "v1.34"


def test_network_needs_depend_on_what_the_clusters_enforce(make_plan, make_site, make_context, make_cluster, make_need):
    """Host names are honoured wider; where one cluster enforces no policies, nothing of the network is."""
    plan = make_plan(sites=(make_site(), make_site("eu-west-1", role="active", cluster="west")))
    sound = make_context(cluster={"shared-eu": make_cluster(), "west": make_cluster(network_policy="cilium")})
    weak = make_context(cluster={"shared-eu": make_cluster(), "west": make_cluster(network_policy="none")})

    def answers(context):
        return [
            BACKEND.supports(make_need(f), plan, context) for f in ("network.isolation", "egress.cidr", "egress.host")
        ]

    assert answers(sound) == ["honoured", "honoured", "wider"]
    assert answers(weak) == ["cannot", "cannot", "cannot"]


def test_needs_of_other_targets_are_left_to_them(make_plan, make_context, make_need):
    """Stores, keys, objectives and copies of data are elsewhere; routes are built later; services run."""
    answers = {feature: BACKEND.supports(make_need(feature), make_plan(), make_context()) for feature in FEATURES}

    assert answers["workloads"] == answers["access.duties"] == "honoured"
    assert answers["edge.limits"] == answers["edge.sign_on"] == "later"
    elsewhere = {feature for feature, answer in answers.items() if answer == "elsewhere"}
    assert {"store.sql", "store.object", "keys.hsm", "slo", "audit", "multi_region", "scanning", "backup"} <= elsewhere


def test_routes_need_a_cluster_with_a_gateway(make_plan, make_context, make_cluster, make_need):
    """Exposed hosts are built later where there is a gateway, and cannot be where the profile names none."""
    without = make_context(cluster={"shared-eu": make_cluster(gateway=None)})

    need = make_need("edge.hosts", pointer=("spec", "services", "portal", "expose", "hosts"))
    assert BACKEND.supports(need, make_plan(), make_context()) == "later"
    assert BACKEND.supports(need, make_plan(), without) == "cannot"


def test_a_need_may_be_asked_before_its_cluster_is_known_to_exist(make_plan, make_site, make_context, make_need):
    """A profile that is named and missing is another check's finding, not a crash here."""
    plan = make_plan(sites=(make_site(cluster="typo"),))

    assert BACKEND.supports(make_need("network.isolation"), plan, make_context()) == "honoured"


def _fact(tenant: str, tier: str, *clusters: str) -> Fact:
    return Fact(tenant, "production", f"t-{tenant}", tier, "team", clusters, (), "tenants/a.yaml", 0)


def test_each_cluster_gets_the_priority_classes_of_its_tiers(make_context):
    """Classes come once a cluster, lowest first; a tier without a priority has none, and low ones push nobody out."""
    facts = [
        _fact("a", "enterprise_plus", "one"),
        _fact("b", "free", "one", "two"),
        _fact("c", "bronze", "two"),
        _fact("d", "free", "one"),
    ]

    fleet = BACKEND.lower_fleet(facts, make_context())

    assert list(fleet) == ["one", "two"]
    assert [artifact.path for artifact in fleet["one"]] == ["kubernetes.yaml"]
    classes = fleet["one"][0].content
    assert [item["metadata"]["name"] for item in classes] == ["t-free", "t-enterprise-plus"]
    assert [item["preemptionPolicy"] for item in classes] == ["Never", "PreemptLowerPriority"]
    assert [item["value"] for item in classes] == [1000, 10000]
    assert not any(item["globalDefault"] for item in classes)


def test_pods_have_the_priority_class_of_their_tier(make_plan, make_context, lower):
    """The pods name the class that the fleet artifacts define; a tier without priority names none."""

    def pod(tier):
        objects = lower(make_plan(tier=tier), make_context())["shared-eu"]
        return next(item for item in objects if item.id == "Deployment/portal").value["spec"]["template"]["spec"]

    assert pod("enterprise_plus")["priorityClassName"] == "t-enterprise-plus"
    assert "priorityClassName" not in pod("bronze")
