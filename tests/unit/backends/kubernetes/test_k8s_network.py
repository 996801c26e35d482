"""Network policies, judged by what they let through."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachability import Pod, World
from tenant_compiler.backends.kubernetes.backend import KubernetesBackend

BACKEND = KubernetesBackend()
SERVICES = ("a", "b", "c", "d")


class Network(World):
    """The policies of one tenant."""

    def pod(self, service):
        """A pod of the tenant's."""
        return super().pod(self.namespaces[0], service)

    @property
    def policies(self):
        """The NetworkPolicies' specs."""
        return [item["spec"] for item in self.kind("NetworkPolicy")]


@pytest.fixture(scope="module")
def network(make_plan, make_context, lower):
    """Lower a plan with overrides, and read its policies."""

    def make(context=None, **overrides):
        (made,) = lower(make_plan(**overrides), context or make_context()).values()
        return Network([item.value for item in made])

    return make


OTHER = Pod("t-other-production", {"app.kubernetes.io/name": "portal"})


@settings(max_examples=40, deadline=None)
@given(calls=st.dictionaries(st.sampled_from(SERVICES), st.sets(st.sampled_from(SERVICES))))
def test_services_reach_exactly_what_they_call(network, make_workload, calls):
    """For every graph of calls, traffic between two services passes if and only if one calls the other."""
    workloads = tuple(
        make_workload(
            name,
            port=8000 + index,
            calls=tuple(sorted(calls.get(name, ()))),
            callers=tuple(caller for caller in SERVICES if name in calls.get(caller, ())),
            hosts=(),
        )
        for index, name in enumerate(SERVICES)
    )
    read = network(workloads=workloads)

    for source in SERVICES:
        for index, target in enumerate(SERVICES):
            expected = target in calls.get(source, ())
            assert read.lets(read.pod(source), read.pod(target), 8000 + index) == expected
            assert not read.lets(read.pod(source), read.pod(target), 9999)


def test_names_are_resolved_by_every_pod_and_by_the_clusters_resolver_only(network):
    """Port 53 of kube-dns is open over UDP and TCP, to any pod of the namespace; other pods' port 53 is not."""
    read = network()
    resolver = Pod("kube-system", {"k8s-app": "kube-dns"})

    for protocol in ("UDP", "TCP"):
        assert read.lets(read.pod("portal"), resolver, 53, protocol)
        assert read.lets(read.pod("anything"), resolver, 53, protocol)
    assert not read.lets(read.pod("portal"), Pod("kube-system", {}), 53, "UDP")
    assert not read.lets(read.pod("portal"), Pod("t-other", {"k8s-app": "kube-dns"}), 53, "UDP")


def test_only_exposed_services_are_open_to_the_gateway(network, make_workload):
    """The gateway's namespace reaches a service with hosts on its port; monitoring reaches every port."""
    read = network(workloads=(make_workload("portal"), make_workload("search", port=9000, hosts=())))
    gateway, monitoring = (Pod(name, {}) for name in ("gateway", "monitoring"))

    assert read.lets(gateway, read.pod("portal"), 8080)
    assert not read.lets(gateway, read.pod("portal"), 9000)
    assert not read.lets(gateway, read.pod("search"), 9000)
    assert read.lets(monitoring, read.pod("portal"), 8080)
    assert read.lets(monitoring, read.pod("search"), 9000)


def test_other_tenants_are_shut_out_both_ways(network):
    """A pod of another namespace, even with the same labels, neither reaches nor is reached."""
    read = network()

    assert not read.lets(OTHER, read.pod("portal"), 8080)
    assert not read.lets(read.pod("portal"), OTHER, 8080)


def test_databases_are_reached_by_those_who_use_them(network, make_workload, make_sql_store):
    """Port 5432 of the profile's ranges is open to a service that uses an SQL store, and to no other."""
    workloads = (make_workload("portal", uses=("records",)), make_workload("search"))
    read = network(workloads=workloads, sql=(make_sql_store(),))

    assert read.lets(read.pod("portal"), "10.20.3.4", 5432)
    assert not read.lets(read.pod("portal"), "10.21.3.4", 5432)
    assert not read.lets(read.pod("portal"), "10.20.3.4", 443)
    assert not read.lets(read.pod("search"), "10.20.3.4", 5432)


def test_object_stores_are_reached_at_public_addresses_over_https(network, make_workload, make_object_store):
    """A service that uses one may reach port 443 outside; private addresses stay shut."""
    workloads = (make_workload("portal", uses=("scans",)), make_workload("search"))
    read = network(workloads=workloads, objects=(make_object_store(),))

    assert read.lets(read.pod("portal"), "52.219.1.1", 443)
    assert not read.lets(read.pod("portal"), "52.219.1.1", 80)
    assert not read.lets(read.pod("portal"), "10.0.0.1", 443)
    assert not read.lets(read.pod("search"), "52.219.1.1", 443)


def test_spans_go_to_the_collector_only(network):
    """The namespace and port of the profile's OTLP address are open to every pod."""
    read = network()

    assert read.lets(read.pod("portal"), Pod("observability", {"x": "y"}), 4317)
    assert not read.lets(read.pod("portal"), Pod("observability", {}), 80)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
        "fe80::1",
        "::1",
        "fc00::1",
        "10.1.2.3",
        "172.31.0.1",
        "192.168.1.1",
        "127.0.0.1",
        "100.64.0.1",
        "0.0.0.0",
    ],
)
def test_a_declared_host_opens_no_private_or_metadata_address(network, make_egress, address):
    """What is declared by name is open at public addresses; never where the platform or its clouds answer."""
    read = network(egress=(make_egress(ports=(80, 443)),))

    assert not read.lets(read.pod("portal"), address, 80)
    assert read.lets(read.pod("portal"), "198.51.100.7", 443)
    assert read.lets(read.pod("portal"), "2600:1f18::1", 443)
    assert not read.lets(read.pod("portal"), "198.51.100.7", 25)


def test_a_declared_range_opens_that_range_and_no_more(network, make_egress):
    """IPv4 and IPv6 ranges are open on their ports."""
    egress = (make_egress("four", cidr="203.0.113.0/24"), make_egress("six", cidr="2001:db8:1::/48", ports=(8443,)))
    read = network(egress=egress)

    assert read.lets(read.pod("portal"), "203.0.113.9", 443)
    assert not read.lets(read.pod("portal"), "203.0.114.9", 443)
    assert read.lets(read.pod("portal"), "2001:db8:1::9", 8443)
    assert not read.lets(read.pod("portal"), "2001:db8:1::9", 443)


@settings(max_examples=60, deadline=None)
@given(prefix=st.integers(0, 32), address=st.ip_addresses(v=4))
def test_even_a_range_that_holds_private_addresses_does_not_open_them(network, make_egress, prefix, address):
    """The exceptions lie inside the range, as the API wants them, whatever an earlier pass let through."""
    cidr = str(ipaddress.ip_network((address, prefix), strict=False))
    objects = network(egress=(make_egress(cidr=cidr),))
    block = next(
        rule["to"][0]["ipBlock"]
        for spec in objects.policies
        for rule in spec.get("egress", [])
        if rule["to"][0].get("ipBlock", {}).get("cidr") == cidr
    )

    for hole in block.get("except", []):
        assert ipaddress.ip_network(hole).subnet_of(ipaddress.ip_network(cidr))
        assert hole != cidr
    if prefix == 0:
        assert not objects.lets(objects.pod("portal"), "169.254.169.254", 443)


def test_the_policy_says_what_was_declared_and_why(make_plan, make_context, make_egress, lower):
    """Names, hosts and reasons stand on the policy, which cannot express them itself."""
    policy = next(
        item
        for item in lower(make_plan(egress=(make_egress(ports=(443, 587)),)), make_context())["shared-eu"]
        if item.id == "NetworkPolicy/default.egress"
    )

    said = policy.value["metadata"]["annotations"]["tenant-compiler.dev/egress"]
    assert said == "mailco: api.mailco.example, ports 443, 587: e-mail delivery"
    at = ("spec", "security", "network", "egress", "mailco")
    assert policy.made_from == (at, (*at, "host"), (*at, "ports"), (*at, "reason"))


def test_a_service_without_anything_of_its_own_has_no_policy(make_plan, make_context, make_workload, lower):
    """A worker that calls nothing lives by the defaults; no name of a service can meet one of ours."""
    objects = lower(make_plan(workloads=(make_workload("mail", kind="worker"),)), make_context())["shared-eu"]
    names = [item.value["metadata"]["name"] for item in objects if item.value["kind"] == "NetworkPolicy"]

    assert names == ["default.deny", "default.dns", "default.tracing"]
    assert all("." in name for name in names)


def test_a_cluster_without_gateway_and_monitoring_opens_nothing_from_outside(network, make_context, make_cluster):
    """What the profile does not name gets no way in."""
    bare = make_cluster(gateway=None, monitoring=None, tracing=None)
    read = network(make_context(cluster={"shared-eu": bare}))

    for namespace in ("gateway", "monitoring", "observability"):
        assert not read.lets(Pod(namespace, {}), read.pod("portal"), 8080)
