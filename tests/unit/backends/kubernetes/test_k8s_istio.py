"""Istio: certificates at both ends, callers by name, and pods that the mesh can work with."""

from __future__ import annotations

import pytest

from reachability import World
from tenant_compiler.backends.kubernetes.lints.walk import judge
from tenant_compiler.backends.kubernetes.quantities import read
from tenant_compiler.model.artifact import Artifact
from tenant_compiler.model.plan_trust import END_TO_END, MUTUAL, ZERO_TRUST, Trust

NAME = "t-acme-health-production"
MESH = {"kind": "istio", "namespace": "istio-system"}
ALL = Trust(zero_trust=True, mutual=True, end_to_end=True, made_from=(ZERO_TRUST, MUTUAL, END_TO_END))
PROVED = Trust(zero_trust=False, mutual=True, end_to_end=False, made_from=(MUTUAL,))
ENCRYPTED = Trust(zero_trust=False, mutual=False, end_to_end=True, made_from=(END_TO_END,))
KINDS = {"PeerAuthentication", "AuthorizationPolicy", "Sidecar"}


@pytest.fixture(scope="module")
def meshed(make_plan, make_context, make_cluster, make_workload, lower):
    """Lower a plan with three services into a cluster with Istio; give its objects."""

    def make(mesh=MESH, **overrides):
        workloads = (
            make_workload(callers=("search",)),
            make_workload("search", port=9000, protocol="tcp", calls=("portal",), hosts=()),
            make_workload("nightly", kind="cron", calls=("portal",)),
        )
        context = make_context(cluster={"shared-eu": make_cluster(mesh=mesh)})
        (made,) = lower(make_plan(**{"workloads": workloads, **overrides}), context).values()
        return [item.value for item in made]

    return make


def of(objects, kind):
    """The specs of the objects of a kind by name."""
    return {item["metadata"]["name"]: item["spec"] for item in objects if item["kind"] == kind}


def test_who_asks_for_nothing_is_not_in_the_mesh(meshed):
    """No label, no annotation, no object: a mesh costs each pod a container."""
    objects = meshed()

    assert KINDS.isdisjoint(item["kind"] for item in objects)
    assert "istio-injection" not in objects[0]["metadata"]["labels"]
    assert "sidecar.istio.io" not in str(objects)


@pytest.mark.parametrize("trust", [ALL, PROVED, ENCRYPTED])
def test_any_of_the_three_flags_brings_certificates(meshed, trust):
    """Strict over the whole namespace; rules about callers with zero trust only."""
    objects = meshed(trust=trust)

    assert of(objects, "PeerAuthentication") == {"default.mutual": {"mtls": {"mode": "STRICT"}}}
    assert objects[0]["metadata"]["labels"]["istio-injection"] == "enabled"
    assert bool(of(objects, "AuthorizationPolicy")) == trust.zero_trust
    assert bool(of(objects, "Sidecar")) == trust.zero_trust


def test_a_revision_injects_in_place_of_the_default(meshed):
    """Both labels together would contradict each other."""
    labels = meshed(mesh={**MESH, "revision": "prod-stable"}, trust=ALL)[0]["metadata"]["labels"]

    assert labels["istio.io/rev"] == "prod-stable"
    assert "istio-injection" not in labels


def test_a_service_takes_requests_from_its_callers_by_their_accounts(meshed):
    """Nothing is allowed first; then callers, the gateway and the monitoring, each on the service's port."""
    found = of(meshed(trust=ALL), "AuthorizationPolicy")

    assert found["default.deny"] == {}
    assert found["portal"]["rules"] == [
        {
            "from": [{"source": {"principals": [f"cluster.local/ns/{NAME}/sa/search"]}}],
            "to": [{"operation": {"ports": ["8080"]}}],
        },
        {"from": [{"source": {"namespaces": ["gateway"]}}], "to": [{"operation": {"ports": ["8080"]}}]},
        {"from": [{"source": {"namespaces": ["monitoring"]}}], "to": [{"operation": {"ports": ["8080"]}}]},
    ]
    assert sorted(found) == ["default.deny", "portal", "search"]


def test_sidecars_know_of_the_tenant_the_mesh_and_the_collector(meshed):
    """And let out what the network policies let out: they are no border themselves."""
    (spec,) = of(meshed(trust=ALL), "Sidecar").values()

    assert spec["egress"] == [{"hosts": ["./*", "istio-system/*", "observability/*"]}]
    assert spec["outboundTrafficPolicy"] == {"mode": "ALLOW_ANY"}


def test_the_mesh_is_reached_and_its_metrics_are_scraped(meshed):
    """The control plane on its port, and the sidecar's metrics by the monitoring alone."""
    world = World(meshed(trust=ALL))
    pod = world.pod(NAME, "portal")

    assert world.lets(pod, world.platform("istio-system"), 15012)
    assert not world.lets(pod, world.platform("istio-system"), 8080)
    assert world.lets(world.platform("monitoring"), pod, 15020)
    assert not world.lets(world.platform("gateway"), pod, 15020)


def test_pods_say_what_their_sidecars_take_and_that_they_end(meshed):
    """As init containers that go on, so that the pods of a CronJob end; with amounts that the quota can count."""
    for item in meshed(trust=ALL):
        if item["kind"] not in {"Deployment", "CronJob"}:
            continue
        spec = item["spec"]["jobTemplate"]["spec"] if item["kind"] == "CronJob" else item["spec"]
        said = spec["template"]["metadata"]["annotations"]
        assert said["sidecar.istio.io/nativeSidecar"] == "true"
        for amount in ("CPU", "Memory"):
            asked, most = (read(said[f"sidecar.istio.io/proxy{amount}{end}"]) for end in ("", "Limit"))
            assert 0 < asked <= most


def test_sidecars_count_for_the_quota(meshed, make_plan):
    """TC511: services that fit without the mesh may not fit in it."""
    quotas = {"cpu_cores": 17, "memory_gb": 32}
    wanted = {}
    for trust in (ALL, None):
        objects = meshed(quotas=quotas, **({"trust": trust} if trust else {}))
        artifact = Artifact("shared-eu/all.yaml", "yaml", objects, ())
        made = [_object(item) for item in objects]
        found = judge([artifact._replace(objects=tuple(made))], make_plan()).get("TC511", [])
        wanted[trust is None] = [finding.message for finding in found]

    assert wanted[True] == []
    assert len(wanted[False]) == 1
    assert "at full scale" in wanted[False][0]


def _object(item):
    from tenant_compiler.model.artifact import ArtifactObject

    return ArtifactObject(f"{item['kind']}/{item['metadata']['name']}", item, (("spec",),))


def test_what_is_half_of_it_is_not_made(make_plan, make_context, make_cluster, make_need):
    """Without a mesh nothing is emitted, and each need names the cluster and what it lacks."""
    from tenant_compiler.backends.kubernetes.backend import KubernetesBackend

    backend, plan = KubernetesBackend(), make_plan(trust=ALL)
    context = make_context(cluster={"shared-eu": make_cluster()})
    kinds = {item.value["kind"] for artifact in backend.lower(plan, context) for item in artifact.objects}
    lacks = {
        name: backend.lack(make_need(f"network.{name}", what=name), plan, context).words
        for name in ("zero_trust", "mutual_tls", "end_to_end")
    }

    assert kinds.isdisjoint({*KINDS, "CiliumNetworkPolicy"})
    assert lacks == {
        "zero_trust": "zero_trust needs a mesh or Cilium; the cluster `shared-eu` has neither",
        "mutual_tls": "mutual_tls needs a mesh; the cluster `shared-eu` has none",
        "end_to_end": "end_to_end needs Istio or encryption between pods; the cluster `shared-eu` has neither",
    }


@pytest.mark.parametrize(
    ("cluster", "can"),
    [
        ({"network_policy": "cilium"}, {"zero_trust"}),
        ({"network_policy": "cilium", "mesh": {**MESH, "kind": "cilium"}}, {"zero_trust", "mutual_tls"}),
        ({"network_policy": "kubernetes", "mesh": {**MESH, "kind": "cilium"}}, set()),
        ({"network_policy": "kubernetes", "mesh": {**MESH, "kind": "none"}}, set()),
        ({"network_policy": "kubernetes", "pod_encryption": True}, {"end_to_end"}),
        ({"network_policy": "none", "mesh": MESH}, {"zero_trust", "mutual_tls", "end_to_end"}),
    ],
)
def test_each_need_says_which_profile_can_meet_it(request, cluster, can):
    """Cilium's mutual authentication counts only where Cilium's policies ask for it."""
    from tenant_compiler.backends.kubernetes.backend import KubernetesBackend

    make_plan, make_context, make_cluster, make_need = (
        request.getfixturevalue(f"make_{name}") for name in ("plan", "context", "cluster", "need")
    )
    context = make_context(cluster={"shared-eu": make_cluster(**cluster)})
    answers = {
        name: KubernetesBackend().supports(make_need(f"network.{name}"), make_plan(trust=ALL), context)
        for name in ("zero_trust", "mutual_tls", "end_to_end")
    }

    assert {name for name, answer in answers.items() if answer == "honoured"} == can
    assert set(answers.values()) <= {"honoured", "cannot"}
