"""Who reaches whom in the clusters of the example fleet: every pod of every tenant, in the policies as they are."""

from __future__ import annotations

import os
from datetime import date
from itertools import product

import pytest

from reachability import NAME, Pod, World, resolver
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run.bench import Judging
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import BUILD
from tenant_compiler.run.session import Session

FLEET = os.path.join(os.path.dirname(__file__), "..", "..", "examples", "fleet")
INSIDE = (
    "169.254.169.254",
    "169.254.169.252",
    "100.100.100.200",
    "168.63.129.16",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "fc00::1",
)
PUBLIC = ("93.184.215.14", "2606:2800:21f:cb07::1")
PORTS = (22, 25, 80, 443, 587, 988, 5432, 8080, 8443)
METADATA = {("169.254.169.254", 80), ("169.254.169.252", 988)}
"""Where GKE tells services who they are. On another cloud's nodes these are the nodes' own credentials."""
SQL = 5432


@pytest.fixture(scope="module")
def clusters():
    """The world of each cluster, with the plans of its tenants by their namespaces."""
    session = Session(open_workspace(os.path.realpath(FLEET)), cache="", judging=Judging(judged_on=date(2026, 11, 24)))
    objects, plans, profiles = {}, {}, session.tools.context.clusters
    for result in session.stream(Selectors(), BUILD):
        for each in result.environments:
            for artifact in each.artifacts["kubernetes"]:
                cluster = artifact.path.partition("/")[0]
                if cluster not in profiles:
                    continue  # what delivers the folders of clusters
                objects.setdefault(cluster, []).extend(item.value for item in artifact.objects)
                plans[each.plan.name] = each.plan
    return [(name, World(found), plans, profiles[name]) for name, found in sorted(objects.items())]


def known(pod, plans):
    """The workload behind a pod, if it is one of the tenant's services."""
    services = {workload.name: workload for workload in plans[pod.namespace].workloads}
    return services.get(pod.labels[NAME])


def test_no_tenant_reaches_another_one(clusters):
    """Every pair of pods of two namespaces, on every port that anybody listens on."""
    pairs = 0
    for _, world, _, _ in clusters:
        pods = world.pods()
        ports = {port for _, port in pods if port} | {SQL, 15012, 15020}
        for (source, _), (target, _) in product(pods, pods):
            if source.namespace != target.namespace:
                pairs += 1
                assert not any(world.lets(source, target, port) for port in ports), (source, target)
    assert pairs > 100


def test_services_reach_what_they_call(clusters):
    """Inside a namespace, traffic passes where one service calls another, and nowhere else."""
    called = 0
    for _, world, plans, _ in clusters:
        pods = [(pod, port) for pod, port in world.pods() if known(pod, plans)]
        for (source, _), (target, port) in product(pods, pods):
            if source.namespace == target.namespace and port:
                expected = target.labels[NAME] in known(source, plans).calls
                called += expected
                assert world.lets(source, target, port) == expected, (source, target)
    assert called > 3


def test_the_platform_reaches_and_is_reached(clusters):
    """Names are resolved, the gateway reaches what is exposed, the monitoring everything with a port."""
    for _, world, plans, cluster in clusters:
        for pod, port in world.pods():
            assert world.lets(pod, resolver(), 53, "UDP")
            assert world.resolves(pod, f"x.{pod.namespace}.svc.cluster.local")
            workload = known(pod, plans)
            if workload is None or port is None:
                continue
            gateway = world.platform(cluster["gateway"]["namespace"])
            assert world.lets(gateway, pod, port) == bool(workload.hosts)
            assert world.lets(world.platform(cluster["monitoring"]["namespace"]), pod, port)
            assert not world.lets(world.platform("elsewhere"), pod, port)
            assert not world.lets(PUBLIC[0], pod, port)


def applies(destination, workload):
    """Whether a destination is open for a service: some are for one alone, and some services have only their own."""
    return workload.name in destination.only_for if destination.only_for else not workload.own_egress


def shows(plan, workload, cluster):
    """Whether a service must show Google's cloud who it is: to an object store, or to its AI services."""
    if (cluster["cloud"], cluster.get("cloud_identity")) != ("gcp", "workload-identity"):
        return False
    asks = any(item.name == "ai.endpoint" and workload.name in item.only_for for item in plan.egress)
    return asks or any(store.name in workload.uses for store in plan.objects)


def test_who_shows_who_it_is_and_nobody_else_reaches_the_metadata_server(clusters):
    """The planner alone, which asks an AI service of Google's: neither its neighbours, nor anybody on another cloud."""
    found = set()
    for name, world, _, _ in clusters:
        for pod, _ in world.pods():
            for address, port in METADATA:
                if world.lets(pod, address, port):
                    found.add((name, pod.namespace, pod.labels[NAME]))
    assert found == {("gcp-eu", f"t-routewell-{each}", "planner") for each in ("production", "staging")}


def test_authorities_reach_what_answers_for_hosts(clusters):
    """By the gateway, where certificates are asked for by HTTP; nobody else, and nothing goes out."""
    answered = 0
    for _, world, plans, cluster in clusters:
        said = cluster.get("certificates", {})
        by_request = (said.get("kind"), said.get("challenge")) == ("ClusterIssuer", "http01")
        gateway = world.platform(cluster["gateway"]["namespace"])
        for namespace in world.namespaces:
            solver = Pod(namespace, {"acme.cert-manager.io/http01-solver": "true"})
            exposed = any(workload.hosts for workload in plans[namespace].workloads)
            answered += by_request and exposed
            assert world.lets(gateway, solver, 8089) == (by_request and exposed)
            if by_request and exposed:
                assert not any(world.lets(pod, solver, 8089) for pod, _ in world.pods())
                assert not any(world.lets(solver, pod, port) for pod, port in world.pods() if port)
                assert not any(world.lets(solver, address, port) for address in (*INSIDE, *PUBLIC) for port in PORTS)
    assert answered == 3


def test_outside_is_what_was_declared(clusters):
    """Private and metadata addresses are shut; stores, declared hosts and ranges are open on their ports, no more."""
    for _, world, plans, cluster in clusters:
        for pod, _ in world.pods():
            workload = known(pod, plans)
            if workload is None:
                continue
            plan = plans[pod.namespace]
            uses_sql = any(store.name in workload.uses for store in plan.sql)
            uses_objects = any(store.name in workload.uses for store in plan.objects)
            by_name = cluster["network_policy"] == "cilium"
            declared = [item for item in plan.egress if applies(item, workload)]
            hosts = {port for item in declared if item.host for port in item.ports}
            wide = set() if by_name else hosts
            if uses_objects and not (by_name and plan.cloud != "on_premises"):
                wide = wide | {443}
            for port in PORTS:
                told = METADATA if shows(plan, workload, cluster) else set()
                for address in INSIDE:
                    assert world.lets(pod, address, port) == ((address, port) in told), pod
                    assert world.lets(pod, address, port, name="evil.example") == ((address, port) in told), pod
                assert {world.lets(pod, address, port) for address in PUBLIC} == {port in wide}, (pod, port)
            for cidr in cluster["data_cidrs"]:
                first = cidr.partition("/")[0].rsplit(".", 1)[0] + ".9"
                assert world.lets(pod, first, SQL) == uses_sql
                assert not world.lets(pod, first, 443)
            for item in declared:
                for port in item.ports:
                    if item.cidr:
                        assert world.lets(pod, item.cidr.partition("/")[0], port)
                    else:
                        assert world.calls(pod, item.host, PUBLIC[0], port)
                        assert not world.calls(pod, item.host, INSIDE[0], port)
