"""Who reaches whom when several tenants share a cluster, in every kind of cluster: proved for generated tenants."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachability import Pod, World, resolver
from tenant_compiler.model.plan_trust import END_TO_END, MUTUAL, ZERO_TRUST, Trust

SERVICES = ("a", "b", "c")
NAMES = ("t-one-production", "t-two-production")
PROFILES = {
    "kubernetes": {"network_policy": "kubernetes"},
    "cilium": {"network_policy": "cilium", "mesh": {"kind": "cilium", "namespace": "istio-system"}},
    "cilium alone": {"network_policy": "cilium", "dns": {"domain": "k8s.example", "search": ["c.example"]}},
    "istio": {"network_policy": "kubernetes", "mesh": {"kind": "istio", "namespace": "istio-system"}},
    "both": {
        "network_policy": "cilium",
        "mesh": {"kind": "istio", "namespace": "mesh"},
        "dns": {"domain": "cluster.local", "search": [], "address": "169.254.20.10/32"},
    },
}
HOSTS = ("api.mailco.example", "bank.example")
RANGES = ("203.0.113.0/24", "2001:db8:7::/48")
PORTS = (443, 8443)
FORBIDDEN = (
    "169.254.169.254",
    "169.254.170.23",
    "100.100.100.200",
    "168.63.129.16",
    "10.0.0.1",
    "10.20.9.9",
    "172.16.0.1",
    "192.168.1.1",
    "127.0.0.1",
    "fd00:ec2::254",
    "fe80::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "2002:a00:1::1",
)
"""Private, metadata, and the stores' range on ports that are no database's."""


def trusts():
    """Whom tenants trust: each of the three flags, in any combination."""
    flags = st.tuples(st.booleans(), st.booleans(), st.booleans())
    where = (ZERO_TRUST, MUTUAL, END_TO_END)
    return flags.map(lambda on: Trust(*on, tuple(at for at, said in zip(where, on, strict=True) if said) or where[:1]))


@st.composite
def tenants(draw):
    """What a tenant runs: calls, exposed services, stores, destinations."""
    calls = draw(st.dictionaries(st.sampled_from(SERVICES), st.sets(st.sampled_from(SERVICES), min_size=1)))
    uses = draw(st.dictionaries(st.sampled_from(SERVICES), st.sets(st.sampled_from(("sql", "files")), min_size=1)))
    egress = draw(st.dictionaries(st.sampled_from((*HOSTS, *RANGES)), st.sets(st.sampled_from(PORTS), min_size=1)))
    return {
        "calls": calls,
        "uses": uses,
        "egress": egress,
        "exposed": draw(st.sets(st.sampled_from(SERVICES))),
        "trust": draw(trusts()),
        "cloud": draw(st.sampled_from(("aws", "azure", "gcp", "on_premises"))),
    }


@pytest.fixture(scope="module")
def apply(request, lower):
    """Lower tenants into one cluster; give the policies' world."""
    names = ("plan", "context", "cluster", "site", "workload", "sql_store", "object_store", "egress")
    make = SimpleNamespace(**{name: request.getfixturevalue(f"make_{name}") for name in names})

    def plan(name, said):
        workloads = tuple(
            make.workload(
                service,
                port=8000 + index,
                calls=tuple(sorted(said["calls"].get(service, ()))),
                callers=tuple(caller for caller in SERVICES if service in said["calls"].get(caller, ())),
                uses=tuple(sorted(said["uses"].get(service, ()))),
                hosts=("x.acme.example",) if service in said["exposed"] else (),
            )
            for index, service in enumerate(SERVICES)
        )
        egress = tuple(
            make.egress(f"e{index}", ports=tuple(sorted(ports)), **{"cidr" if "/" in where else "host": where})
            for index, (where, ports) in enumerate(said["egress"].items())
        )
        return make.plan(
            name=name,
            workloads=workloads,
            egress=egress,
            sql=(make.sql_store("sql"),),
            objects=(make.object_store("files"),),
            trust=said["trust"],
            cloud=said["cloud"],
            sites=(make.site(cloud=said["cloud"]),),
        )

    def made(profile, both, **offered):
        context = make.context(cluster={"shared-eu": make.cluster(**PROFILES[profile], **offered)})
        (objects,) = zip(*(lower(plan(*one), context).values() for one in zip(NAMES, both, strict=True)), strict=True)
        return World([item.value for each in objects for item in each])

    return made


@pytest.mark.parametrize("profile", PROFILES)
@settings(max_examples=25, deadline=None)
@given(both=st.tuples(tenants(), tenants()))
def test_a_tenant_reaches_what_it_says_and_no_other_tenant(apply, profile, both):
    """Calls, gateway and monitoring work, everything between the two tenants is shut: on every port that is open."""
    world = apply(profile, both)
    for name, other, said in zip(NAMES, reversed(NAMES), both, strict=True):
        for source in SERVICES:
            pod = world.pod(name, source)
            for index, target in enumerate(SERVICES):
                port = 8000 + index
                assert world.lets(pod, world.pod(name, target), port) == (target in said["calls"].get(source, ()))
                for each in (port, 443, 53, 5432, 15012, 15020):
                    assert not world.lets(pod, world.pod(other, target), each)
        for index, target in enumerate(SERVICES):
            pod, port = world.pod(name, target), 8000 + index
            assert world.lets(world.platform("gateway"), pod, port) == (target in said["exposed"])
            assert world.lets(world.platform("monitoring"), pod, port)
            assert not world.lets(world.platform("elsewhere"), pod, port)
            assert not world.lets("198.51.100.9", pod, port)
            assert not world.lets("10.0.0.7", pod, port)
        # Whatever else runs there, such as a pod for debugging.
        stray = world.pod(name, "stray")
        for pod in (world.pod(name, "a"), world.pod(other, "a"), world.platform("gateway"), "198.51.100.9"):
            assert not world.lets(pod, stray, 8000)
        assert not world.lets(stray, world.pod(name, "a"), 8000)


@pytest.mark.parametrize("profile", PROFILES)
@settings(max_examples=25, deadline=None)
@given(both=st.tuples(tenants(), tenants()), resolved=st.sampled_from(FORBIDDEN))
def test_a_tenant_reaches_outside_what_it_declares(apply, profile, both, resolved):
    """Declared hosts and ranges on their ports, stores where they are used; never what is private, by whatever name."""
    world = apply(profile, both)
    by_name = PROFILES[profile]["network_policy"] == "cilium"
    for name, said in zip(NAMES, both, strict=True):
        egress = said["egress"]
        wide = set() if by_name else {port for host in HOSTS for port in egress.get(host, ())}
        for source in SERVICES:
            pod, uses = world.pod(name, source), said["uses"].get(source, ())
            for port in (*PORTS, 80, 53):
                assert not world.lets(pod, resolved, port)
                for host in HOSTS:
                    declared = port in egress.get(host, ())
                    anyway = port in wide or ("files" in uses and port == 443 and not narrow(profile, said))
                    assert world.calls(pod, host, "198.51.100.7", port) == (declared or anyway)
                    # Whoever owns the name may say that it is inside.
                    assert not world.lets(pod, resolved, port, name=host)
                for at in ("203.0.113.9", "2001:db8:7::1"):
                    (cidr,) = (each for each in RANGES if at[:7] == each[:7])
                    assert world.lets(pod, at, port) == (port in egress.get(cidr, ()) or anyway)
            assert world.lets(pod, "10.20.3.4", 5432) == ("sql" in uses)
            assert not world.lets(pod, "10.21.3.4", 5432)
            assert world.calls(pod, STORE[said["cloud"]], "52.219.1.1", 443) == ("files" in uses or 443 in wide)


STORE = {
    "aws": "bucket.s3.eu-central-1.amazonaws.com",
    "azure": "acme.blob.core.windows.net",
    "gcp": "storage.googleapis.com",
    "on_premises": "store.acme.example",
}


def narrow(profile, said):
    """Whether ways to object stores are opened by name: where policies know names, and the store's are known."""
    return PROFILES[profile]["network_policy"] == "cilium" and said["cloud"] != "on_premises"


@pytest.mark.parametrize("profile", PROFILES)
@settings(max_examples=15, deadline=None)
@given(both=st.tuples(tenants(), tenants()))
def test_names_are_resolved_and_the_platform_is_reached(apply, profile, both):
    """The resolver, the collector of spans, and the mesh's control plane for who is in the mesh."""
    world = apply(profile, both)
    mesh = PROFILES[profile].get("mesh", {"kind": "none", "namespace": "istio-system"})
    for name, said in zip(NAMES, both, strict=True):
        pod = world.pod(name, "a")
        domain = PROFILES[profile].get("dns", {}).get("domain", "cluster.local")
        assert world.lets(pod, resolver(), 53, "UDP")
        assert world.lets(pod, resolver(), 53, "TCP")
        assert world.resolves(pod, f"b.{name}.svc.{domain}")
        assert world.resolves(pod, f"api.mailco.example.{name}.svc.{domain}")
        assert world.lets(pod, world.platform("observability"), 4317)
        assert not world.lets(pod, world.platform("kube-system"), 443)
        inside = mesh["kind"] == "istio" and said["trust"].asked
        assert world.lets(pod, world.platform(mesh["namespace"]), 15012) == inside
        assert world.lets(world.platform("monitoring"), pod, 15020) == inside


@settings(max_examples=25, deadline=None)
@given(both=st.tuples(tenants(), tenants()))
def test_callers_prove_who_they_are(apply, both):
    """With Cilium, every way into a service demands a proof; in Istio's mesh, who is not in it gets no answer."""
    cilium, istio = apply("cilium", both), apply("istio", both)
    for name, said in zip(NAMES, both, strict=True):
        trust = said["trust"]
        for index, target in enumerate(SERVICES):
            port = 8000 + index
            proved = trust.zero_trust or trust.mutual
            for caller in ("gateway", "monitoring"):
                pod = cilium.platform(caller)
                if cilium.lets(pod, cilium.pod(name, target), port):
                    assert cilium.authenticated(pod, cilium.pod(name, target), port) == proved
            plain = istio.platform("monitoring")._replace(meshed=False)
            assert istio.lets(plain, istio.pod(name, target), port) == (not trust.asked)


SOLVER = {"acme.cert-manager.io/http01-solver": "true", "acme.cert-manager.io/http-domain": "1"}
BY_REQUEST = {"issuer": "letsencrypt", "kind": "ClusterIssuer", "challenge": "http01"}
GATEWAY = {"namespace": "gateway", "kind": "envoy-gateway", "name": "public"}


@pytest.mark.parametrize("profile", PROFILES)
@settings(max_examples=15, deadline=None)
@given(both=st.tuples(tenants(), tenants()), meshed=st.booleans())
def test_pods_that_answer_authorities_are_reached_by_the_gateway_alone(apply, profile, both, meshed):
    """On their one port, where a tenant has hosts; they reach nobody, not even the resolver, and nobody else them."""
    offered = {"gateway": GATEWAY, "certificates": BY_REQUEST}
    world, without = apply(profile, both, **offered), apply(profile, both)
    gateway = world.platform("gateway")._replace(meshed=meshed)
    for name, other, said in zip(NAMES, reversed(NAMES), both, strict=True):
        solver = Pod(name, SOLVER)
        assert world.lets(gateway, solver, 8089) == bool(said["exposed"])
        assert not without.lets(gateway, solver, 8089)
        inside = [world.pod(space, service) for space in NAMES for service in SERVICES]
        callers = (
            *inside,
            world.platform("monitoring"),
            world.platform("elsewhere"),
            "198.51.100.9",
            Pod(name, SOLVER),
        )
        assert not any(world.lets(each, solver, 8089) for each in callers)
        assert not any(world.lets(gateway, solver, port) for port in (80, 443, 8000, 8080, 15020))
        assert not any(world.lets(gateway, pod, 8089) for pod in inside)
        if said["exposed"]:
            targets = (*inside, Pod(other, SOLVER), resolver(), world.platform("observability"), *FORBIDDEN)
            for port in (53, 443, 4317, 5432, 8000, 8089, 15012):
                assert not any(world.lets(solver, each, port) for each in (*targets, "198.51.100.7", "203.0.113.9"))
            assert not world.lets(solver, resolver(), 53, "UDP")
        if said["trust"].mutual and said["exposed"] and profile == "cilium":
            assert world.authenticated(gateway, solver, 8089)


ASKED = {
    ("gcp", "workload-identity"): {("169.254.169.252", 988), ("169.254.169.254", 80)},
    ("aws", "pod-identity"): {("169.254.170.23", 80)},
}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", ["workload-identity", "pod-identity", "irsa"])
@settings(max_examples=10, deadline=None)
@given(both=st.tuples(tenants(), tenants()), ports=st.sets(st.sampled_from((80, 443, 988, 8080)), min_size=1))
def test_who_must_show_who_it_is_asks_its_node_and_nobody_else_does(apply, profile, kind, both, ports):
    """Each address on its port, in its cloud, for services with a store; declared names that lead there change nothing.

    With a name, the ports of the address are asked that somebody opened: those of the declared hosts.
    """
    both = tuple({**said, "egress": {HOSTS[0]: ports}} for said in both)
    world = apply(profile, both, cloud_identity=kind)
    for name, said in zip(NAMES, both, strict=True):
        asked = ASKED.get((said["cloud"], kind), set())
        for source in (*SERVICES, "stray"):
            pod, asks = world.pod(name, source), "files" in said["uses"].get(source, ())
            for address in ("169.254.169.252", "169.254.169.254", "169.254.170.23"):
                for port in (80, 443, 987, 988, 8080):
                    expected = asks and (address, port) in asked
                    assert world.lets(pod, address, port) == expected
                    assert world.lets(pod, address, port, name=HOSTS[0]) == expected
