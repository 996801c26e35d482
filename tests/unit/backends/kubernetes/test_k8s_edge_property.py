"""Whatever tenants expose behind whatever gateway: what is emitted is valid, and no route is open that has a guard."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.lints.pack import PACK
from tenant_compiler.model.plan_edge import AllowList, EdgeTls, GeoFence

BACKEND = KubernetesBackend()
AT = (("spec", "security"),)
ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute")

services = st.fixed_dictionaries(
    {
        "protocol": st.sampled_from(["http", "grpc", "tcp"]),
        "port": st.integers(1024, 1027),
        "hosts": st.integers(0, 40),
        "cors": st.booleans(),
        "narrow": st.booleans(),
        "tls": st.booleans(),
    }
)
gateways = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["none", "gateway-api", "envoy-gateway"]),
        "namespace": st.just("gateway"),
        "trusted_hops": st.integers(0, 3),
        "geoip": st.booleans(),
        "rate_limit_service": st.booleans(),
        "tcp_routes": st.booleans(),
    },
    optional={"name": st.just("public"), "class": st.just("envoy")},
)
certificates = st.fixed_dictionaries(
    {
        "issuer": st.just("letsencrypt"),
        "kind": st.sampled_from(["ClusterIssuer", "Issuer"]),
        "challenge": st.sampled_from(["none", "http01", "dns01"]),
    },
    optional={"acme": st.just({"server": "https://acme.example/directory", "dns01": {"cloudDNS": {"project": "p"}}})},
)
cidrs = st.lists(st.ip_addresses().map(lambda address: f"{address}/{address.max_prefixlen}"), min_size=1, max_size=5)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_no_way_in_is_invalid_or_open(*, make_plan, make_workload, make_identity, make_context, make_cluster, data):
    """Schemas and lints accept all of it; where something guards the tenant, one policy guards each route, and all of
    them ask for it; listeners and routes fit together.
    """
    said = data.draw(st.lists(services, min_size=1, max_size=6))
    workloads = tuple(
        make_workload(
            f"s{number}",
            protocol=each["protocol"],
            port=each["port"],
            hosts=tuple(f"h{host}.s{number}.acme.example" for host in range(each["hosts"])),
            cors_origins=("https://acme.example",) if each["cors"] and each["protocol"] != "tcp" else (),
            paths={"http": ("/a", "/b"), "grpc": ("/acme.v1.A", "/acme.v1.B/C")}.get(each["protocol"], ("/",))
            if each["narrow"]
            else ("/",),
            tls=each["tls"] and each["protocol"] != "tcp",
        )
        for number, each in enumerate(said)
    )
    ranges = data.draw(st.none() | cidrs)
    plan = make_plan(
        workloads=workloads,
        identity=data.draw(st.sampled_from([None, make_identity(), make_identity(groups_claim="g", groups=("a",))])),
        allow_list=ranges and AllowList(tuple(ranges), AT),
        geo_fence=data.draw(st.sampled_from([None, GeoFence(True, ("DE",), AT), GeoFence(False, ("DE",), AT)])),
        edge_tls=EdgeTls(data.draw(st.sampled_from(["1.2", "1.3"])), data.draw(st.integers(1, 398)), AT),
    )
    offered = {"gateway": data.draw(gateways), "kubernetes": data.draw(st.sampled_from(["1.30", "1.37"]))}
    for key, strategy in (("certificates", certificates), ("pod_certificates", st.just({"issuer": "p", "root": "r"}))):
        value = data.draw(st.none() | strategy)
        if value is not None:
            offered[key] = value
    context = make_context(cluster={"shared-eu": make_cluster(**offered)})

    artifacts = BACKEND.lower(plan, context)
    assert {found.code for found in BACKEND.check(artifacts, plan, context)} <= {"TC524", "TC564", "TC565", "TC566"}
    assert [found for rule in PACK.rules if rule.code != "TC511" for found in rule.check(artifacts, None, None)] == []
    guarded(plan, [item.value for artifact in artifacts for item in artifact.objects])


def guarded(plan, objects):
    """Compare routes, policies and listeners."""
    routes = {(each["kind"], each["metadata"]["name"]): each["spec"] for each in objects if each["kind"] in ROUTES}
    policies = [each["spec"] for each in objects if each["kind"] == "SecurityPolicy"]
    targets = [(target["kind"], target["name"]) for policy in policies for target in policy["targetRefs"]]
    assert len(targets) == len(set(targets))
    assert set(targets) <= set(routes)
    if plan.identity or plan.allow_list or plan.geo_fence:
        assert set(targets) == set(routes)
    for policy in policies:
        rules = policy.get("authorization", {}).get("rules", ())
        open_to = [rule["principal"] for rule in rules if rule["action"] == "Allow"]
        if plan.allow_list:
            assert all(principal["clientCIDRs"] for principal in open_to)
            assert policy["authorization"]["defaultAction"] == "Deny"
        if plan.identity:
            assert policy["oidc"]
            assert all(principal["jwt"] for principal in open_to)
        if plan.geo_fence:
            assert any("clientIPGeoLocations" in rule["principal"] for rule in rules)
    gateways_ = {each["metadata"]["name"]: each["spec"]["listeners"] for each in objects if each["kind"] == "Gateway"}
    hosts = {listener["hostname"] for own in gateways_.values() for listener in own if "hostname" in listener}
    for (kind, _), spec in routes.items():
        if gateways_ and kind != "TCPRoute":
            assert set(spec["hostnames"]) <= hosts
        assert all("namespace" in parent or parent["name"] in gateways_ for parent in spec["parentRefs"])
