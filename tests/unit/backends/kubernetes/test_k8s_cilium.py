"""Cilium's policies: host names, proofs of callers, and what a hostile name must not open."""

from __future__ import annotations

import json

import pytest

from reachability import World, resolver
from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.lints.walk import judge
from tenant_compiler.model.artifact import Artifact, ArtifactObject
from tenant_compiler.model.plan_trust import MUTUAL, ZERO_TRUST, Trust

NAME = "t-acme-health-production"
ZERO = Trust(zero_trust=True, mutual=False, end_to_end=False, made_from=(ZERO_TRUST,))
PROVED = Trust(zero_trust=False, mutual=True, end_to_end=False, made_from=(MUTUAL,))
MESH = {"kind": "cilium", "namespace": "istio-system"}


@pytest.fixture(scope="module")
def world(make_plan, make_context, make_cluster, lower):
    """Lower a plan into a cluster with Cilium: ``world(cluster={...}, egress=...)``."""

    def make(cluster=None, **overrides):
        context = make_context(cluster={"shared-eu": make_cluster(network_policy="cilium", **(cluster or {}))})
        (made,) = lower(make_plan(**overrides), context).values()
        return World([item.value for item in made])

    return make


def names(world, kind):
    """The names of the objects of a kind."""
    return [item["metadata"]["name"] for item in world.kind(kind)]


def test_a_tenant_without_hosts_has_no_policies_of_ciliums(world, make_egress):
    """Ranges, DNS and calls are what NetworkPolicies can say: nobody gets objects that nothing asks for."""
    made = world(egress=(make_egress(cidr="203.0.113.0/24"),))

    assert names(made, "CiliumNetworkPolicy") == []
    assert "default.dns" in names(made, "NetworkPolicy")


def test_a_declared_host_opens_its_own_addresses_on_its_ports(world, make_egress):
    """No NetworkPolicy is as wide as the internet beside it, and no other name's address is open."""
    made = world(egress=(make_egress(ports=(443, 587)),))
    pod = made.pod(NAME, "portal")

    assert "default.egress" not in names(made, "NetworkPolicy")
    assert made.calls(pod, "api.mailco.example", "198.51.100.7", 443)
    assert made.calls(pod, "api.mailco.example", "2600:1f18::1", 587)
    assert not made.calls(pod, "api.mailco.example", "198.51.100.7", 80)
    assert not made.calls(pod, "evil.example", "198.51.100.7", 443)
    assert not made.lets(pod, "198.51.100.7", 443)


def test_only_needed_names_are_resolved(world, make_egress):
    """A question is a way out, too; the cluster's have answers, with all that resolvers put behind them."""
    made = world(cluster={"dns": {"domain": "k8s.example", "search": ["compute.internal"]}}, egress=(make_egress(),))
    pod = made.pod(NAME, "portal")

    for name in (
        "api.mailco.example",
        f"search.{NAME}.svc.k8s.example",
        f"api.mailco.example.{NAME}.svc.k8s.example",
        "api.mailco.example.svc.k8s.example",
        "api.mailco.example.k8s.example",
        "api.mailco.example.compute.internal",
    ):
        assert made.resolves(pod, name), name
    for name in ("c2VjcmV0.evil.example", "api.mailco.example.evil.example", "mailco.example", "k8s.example.evil"):
        assert not made.resolves(pod, name), name
    assert names(made, "NetworkPolicy") == ["default.deny", "default.tracing", "portal"]


def test_names_of_stores_are_resolved_where_they_are_used(world, make_workload, make_sql_store, make_object_store):
    """By the cloud's patterns, because nobody knows them before they are made; on premises every name is answered."""
    workloads = (make_workload(uses=("records", "scans")),)
    stores = {"sql": (make_sql_store(),), "objects": (make_object_store(),)}
    made = world(workloads=workloads, **stores)
    pod = made.pod(NAME, "portal")

    assert made.resolves(pod, "records.abc123.eu-central-1.rds.amazonaws.com")
    assert made.calls(pod, "bucket.s3.eu-central-1.amazonaws.com", "52.219.1.1", 443)
    assert made.calls(pod, "sts.eu-central-1.amazonaws.com", "52.219.1.1", 443)
    assert not made.resolves(pod, "bucket.s3.us-east-1.amazonaws.com")
    assert not made.lets(made.pod(NAME, "other"), "52.219.1.1", 443, name="bucket.s3.eu-central-1.amazonaws.com")
    elsewhere = world(workloads=workloads, cloud="on_premises", egress=(), **stores)
    assert elsewhere.resolves(pod, "store.acme.example")
    assert elsewhere.lets(pod, "198.51.100.7", 443)


def test_without_known_names_of_a_store_every_name_is_answered(world, make_workload, make_sql_store, make_egress):
    """A pod that cannot find its database would be of no use; what it may reach stays as narrow."""
    uses = make_workload(uses=("records",))
    made = world(workloads=(uses,), sql=(make_sql_store(),), cloud="on_premises", egress=(make_egress(),))
    pod = made.pod(NAME, "portal")

    assert made.resolves(pod, "db.acme.example")
    assert not made.lets(pod, "198.51.100.7", 443, name="db.acme.example")
    unknown = world(workloads=(make_workload(uses=("cache-of-others",)),), egress=(make_egress(),))
    assert unknown.resolves(pod, "anything.example")


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "10.20.3.4", "10.1.1.1", "172.16.5.5", "fd00:ec2::254", "::1", "64:ff9b::a00:1"]
)
def test_a_name_that_leads_inside_opens_nothing(world, make_egress, make_workload, make_sql_store, address):
    """Its owner may say any address: a denial of private ones beats the rule that opens the name."""
    workloads = (make_workload(uses=("records",)),)
    made = world(workloads=workloads, sql=(make_sql_store(),), egress=(make_egress(ports=(80, 443)),))
    pod = made.pod(NAME, "portal")

    for port in (80, 443):
        assert not made.lets(pod, address, port, name="api.mailco.example")
    assert made.lets(pod, "10.20.3.4", 5432)


def test_ranges_of_the_platform_stay_open(world, make_egress, make_workload, make_sql_store):
    """Databases inside a denied range, a whole private range as the stores', and the resolver on every node."""
    workloads, sql = (make_workload(uses=("records",)),), (make_sql_store(),)
    dns = {"domain": "cluster.local", "search": [], "address": "169.254.20.10/32"}
    cluster = {"data_cidrs": ["10.0.0.0/8", "fd00:1::/64"], "dns": dns}
    made = world(cluster=cluster, workloads=workloads, sql=sql, egress=(make_egress(),))
    pod = made.pod(NAME, "portal")

    assert made.lets(pod, "10.20.3.4", 5432)
    assert made.lets(pod, "fd00:1::5", 5432)
    assert not made.lets(pod, "10.20.3.4", 443, name="api.mailco.example")
    assert not made.lets(pod, "fd00:2::5", 443, name="api.mailco.example")
    assert made.lets(pod, "169.254.20.10", 53, "UDP")
    assert made.lets(pod, made.platform("kube-system", {"k8s-app": "node-local-dns"}), 53, "UDP")
    assert not made.lets(pod, "169.254.169.254", 53, "UDP")


def test_the_resolver_on_every_node_is_reached_without_cilium_too(make_plan, make_context, make_cluster, lower):
    """It has an address of the node and none of kube-dns' labels."""
    dns = {"domain": "cluster.local", "search": [], "address": "169.254.20.10/32"}
    context = make_context(cluster={"shared-eu": make_cluster(dns=dns)})
    (made,) = lower(make_plan(), context).values()
    read = World([item.value for item in made])

    assert read.lets(read.pod(NAME, "portal"), "169.254.20.10", 53, "UDP")
    assert not read.lets(read.pod(NAME, "portal"), "169.254.20.11", 53, "UDP")
    assert read.lets(read.pod(NAME, "portal"), resolver(), 53, "TCP")


@pytest.mark.parametrize("trust", [ZERO, PROVED])
def test_callers_prove_who_they_are(world, make_workload, trust):
    """Services, the gateway and the monitoring; no NetworkPolicy lets them in beside that."""
    workloads = (make_workload(callers=("search",)), make_workload("search", port=9000, calls=("portal",), hosts=()))
    made = world(cluster={"mesh": MESH}, workloads=workloads, trust=trust)
    portal, search = made.pod(NAME, "portal"), made.pod(NAME, "search")

    for caller in (search, made.platform("gateway"), made.platform("monitoring")):
        assert made.lets(caller, portal, 8080)
        assert made.authenticated(caller, portal, 8080)
    assert not made.lets(portal, search, 9000)
    assert "portal" not in names(made, "NetworkPolicy")


def test_without_proofs_zero_trust_is_identities_alone(world):
    """Cilium knows who a pod is by its labels; only its mutual authentication proves it. Certificates alone need it."""
    made = world(trust=ZERO)
    gateway, portal = made.platform("gateway"), made.pod(NAME, "portal")

    assert "portal" in names(made, "CiliumNetworkPolicy")
    assert made.lets(gateway, portal, 8080)
    assert not made.authenticated(gateway, portal, 8080)
    assert "portal" in names(world(trust=PROVED), "NetworkPolicy")


def test_thousands_of_hosts_are_split_over_objects(world, make_egress):
    """Each object is far below what the API server takes, and together they are complete."""
    egress = tuple(
        make_egress(f"d{index}", host=f"h{index}.{'a' * 60}.{'b' * 60}.{'c' * 60}.example", reason="r" * 200)
        for index in range(1500)
    )
    made = world(egress=egress)

    found = made.kind("CiliumNetworkPolicy")
    assert {item["metadata"]["name"] for item in found} >= {"default.dns", "default.dns.2", "default.egress.15"}
    assert max(len(json.dumps(item)) for item in found) < 1_000_000
    assert all(len(json.dumps(item["metadata"])) < 256 * 1024 for item in found)
    pod = made.pod(NAME, "portal")
    for index in (0, 999, 1000, 1499):
        assert made.calls(pod, egress[index].host, "198.51.100.7", 443)


def test_ten_thousand_ranges_are_split_or_refused(make_plan, make_context, make_cluster, make_egress, lower):
    """Split over NetworkPolicies; where Cilium holds fewer for a pod, that is said (TC560)."""
    egress = tuple(
        make_egress(f"d{index}", cidr=f"198.{index // 256}.{index % 256}.0/28", ports=(443, 8443))
        for index in range(10_000)
    )
    plan = make_plan(egress=egress)
    (made,) = lower(plan, make_context()).values()
    policies = [item.value for item in made if item.value["kind"] == "NetworkPolicy"]

    assert (
        sum(len(item["spec"].get("egress", ())) for item in policies if "egress" in item["metadata"]["name"]) == 10_000
    )
    assert max(len(json.dumps(item)) for item in policies) < 256 * 1024
    assert len({item["metadata"]["name"] for item in policies}) == len(policies)
    context = make_context(cluster={"shared-eu": make_cluster(network_policy="cilium")})
    (found,) = KubernetesBackend().check((), plan, context)
    assert (found.code, found.severity) == ("TC560", "error")
    assert "20000 pairs" in found.message
    fewer = make_plan(egress=tuple(item._replace(ports=(443,)) for item in egress))
    assert list(KubernetesBackend().check((), fewer, context)) == []


@pytest.mark.parametrize("minor", [f"1.{number}" for number in range(30, 38)])
@pytest.mark.parametrize("kind", ["cilium", "istio"])
def test_what_is_made_is_valid_in_every_version(request, minor, kind):
    """The schemas of Cilium's and Istio's kinds accept all of it, and so do the lints."""
    from tenant_compiler.backends.kubernetes.lints.walk import judge

    make_plan, make_context, make_cluster, make_egress, make_workload = (
        request.getfixturevalue(f"make_{name}") for name in ("plan", "context", "cluster", "egress", "workload")
    )
    cluster = make_cluster(network_policy="cilium", kubernetes=minor, mesh={**MESH, "kind": kind})
    workloads = (make_workload(callers=("search",)), make_workload("search", port=9000, calls=("portal",), hosts=()))
    plan = make_plan(egress=(make_egress(), make_egress("two", cidr="203.0.113.0/24")), workloads=workloads, trust=ZERO)
    context = make_context(cluster={"shared-eu": cluster})
    artifacts = KubernetesBackend().lower(plan, context)

    kinds = {item.value["kind"] for artifact in artifacts for item in artifact.objects}
    assert kinds >= {"CiliumNetworkPolicy"} | ({"PeerAuthentication", "Sidecar"} if kind == "istio" else set())
    assert list(KubernetesBackend().check(artifacts, plan, context)) == []
    assert {code: found for code, found in judge(artifacts, plan).items() if found} == {}


@pytest.mark.parametrize(
    ("kind", "spec", "words"),
    [
        ("CiliumNetworkPolicy", {"ingress": [{"fromEntities": ["cluster"]}]}, "`cluster`"),
        ("CiliumNetworkPolicy", {"egress": [{"toEntities": ["kube-apiserver", "world"]}]}, "`world`"),
        (
            "CiliumNetworkPolicy",
            {"ingress": [{"fromEndpoints": [{"matchExpressions": [{"key": "x", "operator": "Exists"}]}]}]},
            "an expression",
        ),
        ("AuthorizationPolicy", {"rules": [{}]}, "names no caller"),
        ("AuthorizationPolicy", {"rules": [{"from": [{"source": {"principals": ["*"]}}]}]}, "names no caller"),
        ("AuthorizationPolicy", {"rules": [{"from": [{"source": {}}]}]}, "names no caller"),
    ],
)
def test_policies_that_open_to_everybody_are_found(make_plan, kind, spec, words):
    """TC517, in the words of each kind, whoever made them."""
    value = {"apiVersion": "x/v1", "kind": kind, "metadata": {"name": "own", "namespace": NAME}, "spec": spec}
    item = ArtifactObject(f"{kind}/own", value, (("spec",),))
    (found,) = judge([Artifact("shared-eu/own.yaml", "yaml", [value], (item,))], make_plan())["TC517"]

    assert words in found.message


def test_a_rule_of_the_mesh_that_refuses_is_no_way_in(make_plan):
    """Nobody is let in by a denial."""
    spec = {"action": "DENY", "rules": [{}]}
    value = {"apiVersion": "x/v1", "kind": "AuthorizationPolicy", "metadata": {"name": "own"}, "spec": spec}
    item = ArtifactObject("AuthorizationPolicy/own", value, (("spec",),))

    assert judge([Artifact("shared-eu/own.yaml", "yaml", [value], (item,))], make_plan()).get("TC517", []) == []
