"""Limits of clients, their addresses and their TLS."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.schemas import validator
from tenant_compiler.model.backend import Fact
from tenant_compiler.model.plan_edge import EdgeTls

BACKEND = KubernetesBackend()
SHARED = {"namespace": "gateway", "kind": "envoy-gateway", "name": "public"}
TOGETHER = {**SHARED, "rate_limit_service": True}
OWN = {"namespace": "envoy-gateway-system", "kind": "envoy-gateway", "class": "envoy"}
DNS = {"issuer": "letsencrypt", "kind": "ClusterIssuer", "challenge": "dns01"}
LIMITS = "BackendTrafficPolicy/default.edge"
CLIENTS = "ClientTrafficPolicy/default.edge"
NEWEST = EdgeTls("1.3", 90, (("spec", "security", "tls", "minimum_version"),))


@pytest.fixture
def cluster(make_context, make_cluster):
    """A cluster with this gateway."""
    return lambda gateway: make_context(cluster={"shared-eu": make_cluster(gateway=gateway, certificates=DNS)})


@pytest.fixture
def lowered(make_plan, lower, cluster):
    """The objects of a plan behind such a gateway by id."""

    def objects(gateway, **overrides):
        return {item.id: item for item in lower(make_plan(**overrides), cluster(gateway))["shared-eu"]}

    return objects


@pytest.fixture
def bounded(make_plan):
    """Quotas of a plan with these two bounds."""

    def quotas(requests, connections):
        bounds = {"api_requests_per_minute": requests, "concurrent_connections": connections}
        return {**make_plan().quotas, **bounds}

    return quotas


def test_requests_are_counted_for_all_routes_together(lowered, bounded, make_workload):
    """One number for the tenant, whatever the route and the proxy."""
    rpc = make_workload("rpc", protocol="grpc", hosts=("rpc.acme.example",))
    spec = lowered(TOGETHER, workloads=(make_workload(), rpc), quotas=bounded(600, 100))[LIMITS].value["spec"]

    assert [(target["kind"], target["name"]) for target in spec["targetRefs"]] == [
        ("HTTPRoute", "portal"),
        ("GRPCRoute", "rpc"),
    ]
    rule = {"limit": {"requests": 600, "unit": "Minute"}, "shared": True}
    assert spec["rateLimit"] == {"type": "Global", "global": {"rules": [rule]}}
    assert spec["circuitBreaker"] == {"maxConnections": 100, "maxParallelRequests": 100, "maxPendingRequests": 100}


def test_where_each_proxy_counts_alone_it_is_said(lowered, bounded, make_plan, cluster, make_need):
    """The limit is there, wider than declared."""
    plan = make_plan(quotas=bounded(600, None))
    spec = lowered(SHARED, quotas=plan.quotas)[LIMITS].value["spec"]

    assert spec["rateLimit"] == {"type": "Local", "local": {"rules": [{"limit": {"requests": 600, "unit": "Minute"}}]}}
    assert "circuitBreaker" not in spec
    assert BACKEND.supports(make_need("edge.limits"), plan, cluster(SHARED)) == "wider"
    (said, *_) = (found for found in BACKEND.check((), plan, cluster(SHARED)) if found.code == "TC564")
    assert said.severity == "info"
    assert "600" in said.message
    assert BACKEND.supports(make_need("edge.limits"), plan, cluster(TOGETHER)) == "honoured"


@pytest.mark.parametrize(
    ("requests", "connections", "keys"),
    [(None, None, None), (600, None, {"rateLimit"}), (None, 100, {"circuitBreaker"})],
)
def test_what_is_unlimited_has_no_limit(*, lowered, bounded, requests, connections, keys):
    """And leads back to what is bounded only."""
    item = lowered(TOGETHER, quotas=bounded(requests, connections)).get(LIMITS)

    assert (None if item is None else set(item.value["spec"]) - {"targetRefs"}) == keys
    names = {"rateLimit": "api_requests_per_minute", "circuitBreaker": "concurrent_connections"}
    assert item is None or item.made_from == tuple(("spec", "quotas", names[key]) for key in keys)


def test_unlimited_requests_need_no_counting(make_plan, bounded, cluster, make_need):
    """So nothing is wider than declared."""
    plan = make_plan(quotas=bounded(None, 100))

    assert BACKEND.supports(make_need("edge.limits"), plan, cluster(SHARED)) == "honoured"
    assert [found.code for found in BACKEND.check((), plan, cluster(SHARED))] == ["TC565"]


def test_a_limit_of_none_is_the_smallest_that_there_is(lowered, bounded):
    """A limit of no request at all is no limit that the gateway takes."""
    spec = lowered(TOGETHER, quotas=bounded(0, 0))[LIMITS].value["spec"]

    assert spec["rateLimit"]["global"]["rules"][0]["limit"]["requests"] == 1
    assert spec["circuitBreaker"]["maxConnections"] == 0


def test_clients_of_an_own_gateway_are_told_how_to_connect(lowered, bounded):
    """By the tenant's minimum of TLS, no more connections than its quota, with the address that a trusted proxy saw."""
    item = lowered({**OWN, "trusted_hops": 2}, quotas=bounded(600, 100), edge_tls=NEWEST)[CLIENTS]

    assert item.value["spec"] == {
        "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "edge"}],
        "clientIPDetection": {"xForwardedFor": {"numTrustedHops": 2}},
        "tls": {"minVersion": "1.3"},
        "timeout": {"http": {"idleTimeout": "300s", "streamIdleTimeout": "300s"}},
        "connection": {"connectionLimit": {"value": 100}},
    }
    assert item.made_from == (*NEWEST.made_from, ("spec", "quotas", "concurrent_connections"))
    assert "connection" not in lowered(OWN, quotas=bounded(600, None))[CLIENTS].value["spec"]
    assert "clientIPDetection" not in lowered(OWN)[CLIENTS].value["spec"]


def test_the_platforms_gateway_is_no_tenants_to_change(lowered):
    """A policy of a tenant for it would hold for all tenants."""
    assert CLIENTS not in lowered({**SHARED, "trusted_hops": 1}, edge_tls=NEWEST)


@pytest.mark.parametrize(
    ("gateway", "answer"),
    [
        (SHARED, "cannot"),
        ({**SHARED, "tls_minimum": "1.3"}, "honoured"),
        (OWN, "honoured"),
    ],
)
def test_tls_is_as_new_as_the_tenant_asks(*, make_plan, cluster, make_need, gateway, answer):
    """An own Gateway is told; the platform's must say that it refuses older versions."""
    plan = make_plan(edge_tls=NEWEST)

    assert BACKEND.supports(make_need("edge.tls"), plan, cluster(gateway)) == answer


@pytest.mark.parametrize(
    ("gateway", "keys"),
    [
        ({**SHARED, "trusted_hops": 1, "tls_minimum": "1.3"}, {"clientIPDetection", "tls"}),
        ({**SHARED, "tls_minimum": "1.3"}, {"tls"}),
        ({**SHARED, "trusted_hops": 1}, {"clientIPDetection"}),
        ({**SHARED, "trusted_hops": 0, "tls_minimum": "1.2"}, None),
        ({**OWN, "trusted_hops": 1}, None),
        ({**SHARED, "kind": "gateway-api", "trusted_hops": 1}, None),
        (None, None),
    ],
)
def test_the_fleet_holds_the_platforms_gateway_to_its_profile(*, cluster, gateway, keys):
    """Once a cluster, in the gateway's namespace, where a tenant is exposed; nothing that the profile does not say."""
    context = cluster(gateway)
    hosts = (("portal.acme.example", ("spec", "services", "portal", "expose", "hosts")),)
    exposed = Fact("acme", "production", "t-acme", "free", "team", ("shared-eu",), hosts, "tenants/a.yaml", 0)
    made = BACKEND.lower_fleet([exposed, exposed._replace(tenant="other")], context)["shared-eu"]
    found = [item.value for file in made for item in file.objects if item.value["kind"] == "ClientTrafficPolicy"]

    assert [set(value["spec"]) - {"targetRefs"} for value in found] == ([] if keys is None else [keys])
    for value in found:
        assert (value["metadata"]["name"], value["metadata"]["namespace"]) == ("acme-saas.clients", "gateway")
        assert value["spec"]["targetRefs"][0]["name"] == "public"
        assert validator("1.34", "gateway.envoyproxy.io/v1alpha1/ClientTrafficPolicy").is_valid(value)
    hidden = BACKEND.lower_fleet([exposed._replace(hosts=())], context)["shared-eu"]
    assert "ClientTrafficPolicy" not in {item.value["kind"] for file in hidden for item in file.objects}
