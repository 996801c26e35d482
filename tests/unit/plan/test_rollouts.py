"""What rollouts and triggers of scaling mean in a plan, and what is wrong with those that cannot be."""

from __future__ import annotations

import pytest

from tenant_compiler.model.rollout import Match, Queue, ScalingSchedule
from tenant_compiler.plan.rollout import STEPS_PERCENT

HOSTS = {"hosts": ["a.acme.example"]}
NEW = "registry.acme.example/app:2@sha256:" + "1" * 64
RABBIT = {"kind": "rabbitmq", "name": "jobs", "address": {"from": "secret/queue/address"}}
OFFICE = {"start": "0 6 * * *", "end": "0 20 * * *", "replicas": 3}
PROFILE = """
gateway = { namespace = "gateway", kind = "envoy-gateway", name = "public" }
monitoring = { namespace = "monitoring", address = "http://prometheus.monitoring:9090" }
"""


@pytest.fixture
def planned(plan, service):
    """Plan a tenant with one exposed service."""

    def make(**overrides):
        return plan(services={"web": service(**{"expose": HOSTS, **overrides})}).workloads[0]

    return make


@pytest.fixture
def found(project, service):
    """What is found in a tenant with one exposed service, as code, pointer below the service, severity."""
    with open(f"{project.root}/tenant-compile.toml", encoding="utf-8") as file:
        text = file.read().replace('gateway = { namespace = "gateway" }', "")

    def make(profile="", **overrides):
        project.write("tenant-compile.toml", text + PROFILE + profile)
        said = {name: value for name, value in {"expose": HOSTS, **overrides}.items() if value is not None}
        project.tenant(services={"web": service(**said)})
        findings = [each for each in project.one().diagnostics if each.severity != "info"]
        return [(each.code, each.place.pointer[3:], each.severity) for each in findings]

    return make


ARGO = 'rollouts = "argo"\n'
KEDA = 'autoscaler = "keda"\n'


def test_pod_by_pod_is_no_rollout(planned):
    """It is what there is when nothing is said."""
    assert planned().rollout is None
    assert planned(rollout={"strategy": "rolling"}).rollout is None


def test_a_rollout_has_what_its_strategy_reads(planned):
    """Steps have a default, the rate is decimal text, and the lineage names each leaf that is said and read."""
    said = {"strategy": "canary", "success_rate_percent": 99.95, "pause_minutes": 10}
    rollout = planned(rollout=said).rollout

    assert (rollout.steps_percent, rollout.percent, rollout.step) == (STEPS_PERCENT, 5, 1)
    assert (rollout.success_rate_percent, rollout.pause_minutes, rollout.measured) == ("99.95", 10, True)
    at = ("spec", "services", "web", "rollout")
    assert rollout.made_from == tuple((*at, field) for field in said)


@pytest.mark.parametrize(("step", "percent"), [(0, 0), (1, 10), (2, 60)])
def test_a_step_is_a_share(planned, step, percent):
    """The first is 1; at 0 the version to come gets nothing."""
    said = {"strategy": "canary", "variant_image": NEW, "steps_percent": [10, 60], "step": step}
    assert planned(rollout=said).rollout.percent == percent


def test_a_match_is_a_header_or_a_cookie(planned):
    """The name of the other one is empty."""
    said = {"strategy": "ab_test", "match": {"cookie": "cohort", "value": "b"}}
    assert planned(rollout=said).rollout.match == Match("", "cohort", "b")


def test_triggers_stand_in_for_the_default_aim(planned):
    """CPU use is not aimed at beside a queue unless somebody says so."""
    by_queue = planned(scaling={"minimum": 0, "maximum": 5, "queue": RABBIT, "schedules": {"office": OFFICE}})
    both = planned(scaling={"minimum": 1, "maximum": 5, "requests_per_second": 100, "cpu_percent": 60})
    plain = planned(scaling={"minimum": 1, "maximum": 5})

    assert by_queue.triggers.queue == Queue("rabbitmq", "jobs", 20, "secret/queue/address")
    assert by_queue.triggers.schedules == (ScalingSchedule("office", "0 6 * * *", "0 20 * * *", "Etc/UTC", 3),)
    assert by_queue.replicas == (0, 5, None)
    assert (both.replicas.cpu_percent, both.triggers.requests_per_second) == (60, 100)
    assert (plain.triggers, plain.replicas.cpu_percent) == (None, 70)
    assert planned(scaling={"minimum": 0}).replicas == (0, 1, 70)


def test_the_share_of_bandwidth_counts_both_versions(plan, service):
    """Two versions with ten pods each share it as twenty pods do."""

    def share(**rollout):
        services = {"web": service(scaling={"fixed": 10}, rollout={"strategy": "blue_green", **rollout})}
        return plan(services=services, quotas={"network_bandwidth_mbps": 100}).workloads[0].bandwidth_mbps

    assert (share(), share(variant_image=NEW)) == (10, 5)


@pytest.mark.parametrize(
    ("rollout", "field"),
    [
        ({"strategy": "rolling", "variant_image": NEW}, "variant_image"),
        ({"strategy": "rolling", "pause_minutes": 5}, "pause_minutes"),
        ({"strategy": "blue_green", "steps_percent": [5]}, "steps_percent"),
        ({"strategy": "blue_green", "variant_image": NEW, "step": 1}, "step"),
        ({"strategy": "canary", "match": {"header": "a", "value": "b"}}, "match"),
        ({"strategy": "canary", "variant_image": NEW, "active": "image"}, "active"),
        ({"strategy": "canary", "step": 2}, "step"),
    ],
)
def test_what_a_strategy_does_not_read_is_said(found, rollout, field):
    """TC316, as a warning at the line."""
    assert found(rollout=rollout) == [("TC316", ("rollout", field), "warning")]


def test_triggers_beside_a_fixed_number_have_no_effect(found):
    """TC316, too."""
    assert found(scaling={"fixed": 2, "requests_per_second": 5}) == [
        ("TC316", ("scaling", "requests_per_second"), "warning")
    ]


@pytest.mark.parametrize(
    ("rollout", "pointer"),
    [
        ({"strategy": "ab_test"}, ()),
        ({"strategy": "ab_test", "match": {"value": "b"}}, ("match",)),
        (
            {"strategy": "ab_test", "match": {"header": "a", "cookie": "b", "value": "b"}, "variant_image": NEW},
            ("match",),
        ),
        ({"strategy": "canary", "variant_image": NEW, "steps_percent": [50, 25]}, ("steps_percent",)),
        ({"strategy": "canary", "variant_image": NEW, "steps_percent": [25, 25]}, ("steps_percent",)),
        ({"strategy": "canary", "variant_image": NEW, "steps_percent": [25], "step": 2}, ("step",)),
        ({"strategy": "blue_green", "active": "variant_image"}, ("active",)),
    ],
)
def test_parts_that_contradict_each_other_are_an_error(found, rollout, pointer):
    """TC340, where the wrong part stands."""
    findings = found(rollout=rollout, profile=ARGO if "variant_image" not in rollout else "")
    assert findings == [("TC340", ("rollout", *pointer), "error")]


@pytest.mark.parametrize("field", ["pause_minutes", "success_rate_percent", "latency_p99_ms", "automatic_rollback"])
def test_two_declared_versions_are_nobodys_to_go_on_with(found, field):
    """TC340 for each part that is for a controller, whatever the cluster has."""
    said = {"strategy": "ab_test", "variant_image": NEW, "match": {"header": "a", "value": "b"}, field: 1}
    if field == "automatic_rollback":
        said[field] = True
    assert ("TC340", ("rollout", field), "error") in found(rollout=said, profile=ARGO)


@pytest.mark.parametrize(
    ("kind", "rollout", "field"),
    [
        ({"kind": "cron", "schedule": "0 2 * * *", "expose": None}, {"strategy": "canary"}, "strategy"),
        ({"kind": "worker", "expose": None}, {"strategy": "blue_green"}, "strategy"),
        ({"expose": None}, {"strategy": "ab_test", "match": {"header": "a", "value": "b"}}, "strategy"),
        (
            {"kind": "worker", "expose": None},
            {"strategy": "canary", "success_rate_percent": 99.0},
            "success_rate_percent",
        ),
        ({"protocol": "tcp", "expose": None}, {"strategy": "canary", "latency_p99_ms": 5}, "latency_p99_ms"),
    ],
)
def test_a_strategy_fits_the_service(found, kind, rollout, field):
    """TC341: pods that stay, a port, clients from outside, requests that are counted."""
    assert ("TC341", ("rollout", field), "error") in found(**kind, rollout=rollout, profile=ARGO)


def test_a_match_that_no_client_can_meet_is_a_warning(found):
    """TC341: blue-green works without, so it is not wrong enough to stop."""
    said = {"strategy": "blue_green", "variant_image": NEW, "match": {"header": "a", "value": "b"}}
    assert found(expose=None, rollout=said) == [("TC341", ("rollout", "match"), "warning")]


@pytest.mark.parametrize("other", ["web-stable", "web-variant"])
def test_names_of_the_two_versions_are_no_services(project, service, other):
    """TC339, at the service that has the name."""
    project.tenant(services={"web": service(rollout={"strategy": "blue_green"}), other: service()})
    findings = [each for each in project.one().diagnostics if each.severity == "error"]
    assert [(each.code, each.place.pointer[-1]) for each in findings] == [("TC339", other)]


def test_a_name_leaves_room_for_what_its_second_version_is_called(project, service):
    """TC339: 55 letters and `-variant` are as long as a Service's name may be."""
    for length, codes in ((55, []), (56, ["TC339"])):
        project.tenant(services={"w" * length: service(rollout={"strategy": "blue_green"})})
        assert [each.code for each in project.one().diagnostics if each.severity == "error"] == codes


@pytest.mark.parametrize(
    ("scaling", "pointer"),
    [
        ({"minimum": 0, "maximum": 3}, ("minimum",)),
        ({"minimum": 0, "maximum": 3, "requests_per_second": 5}, ("minimum",)),
        ({"minimum": 3, "maximum": 3, "requests_per_second": 5}, ("requests_per_second",)),
        ({"minimum": 1, "maximum": 3, "queue": {"kind": "rabbitmq", "name": "jobs"}}, ("queue",)),
        ({"minimum": 1, "maximum": 3, "queue": {"kind": "sqs", "name": "jobs"}}, ("queue", "name")),
        (
            {"minimum": 1, "maximum": 3, "queue": {**RABBIT, "kind": "sqs", "name": "https://sqs.eu.example/1/jobs"}},
            ("queue", "address"),
        ),
        ({"minimum": 1, "maximum": 3, "schedules": {"x": {**OFFICE, "end": "0 6 * * *"}}}, ("schedules", "x", "end")),
        ({"minimum": 1, "maximum": 2, "schedules": {"x": OFFICE}}, ("schedules", "x", "replicas")),
        ({"minimum": 3, "maximum": 5, "schedules": {"x": OFFICE}}, ("schedules", "x", "replicas")),
    ],
)
def test_what_cannot_move_replicas_is_an_error(found, scaling, pointer):
    """TC342, where the wrong part stands."""
    assert found(scaling=scaling, profile=KEDA) == [("TC342", ("scaling", *pointer), "error")]


def test_requests_that_nobody_counts_move_nothing(found):
    """TC342: neither a worker's nor those of plain TCP; a cron job has no replicas."""
    said = {"minimum": 1, "maximum": 3, "requests_per_second": 5}
    error = ("TC342", ("scaling", "requests_per_second"), "error")
    assert error in found(kind="worker", expose=None, scaling=said, profile=KEDA)
    assert error in found(protocol="tcp", expose=None, scaling=said, profile=KEDA)
    cron = found(kind="cron", schedule="0 2 * * *", expose=None, scaling={"maximum": 3, "queue": RABBIT}, profile=KEDA)
    assert ("TC342", ("scaling", "queue"), "error") in cron


def test_the_image_to_come_is_judged_as_the_image_is(project, service):
    """TC313 and TC314, at the line of the second image."""
    images = {"registries": ["registry.acme.example"], "digests_required": True}
    said = {"strategy": "blue_green", "variant_image": "elsewhere.example/app:2"}
    project.tenant(services={"web": service(rollout=said)}, security={"images": images})
    findings = [(each.code, each.place.pointer[-1]) for each in project.one().diagnostics if each.severity == "error"]
    assert findings == [("TC313", "variant_image"), ("TC314", "variant_image")]


def test_a_tenant_and_a_cluster_that_contradict_each_other_are_an_error(found):
    """TC522 at the measure that nobody makes; with a controller there is nothing to say."""
    said = {"strategy": "canary", "success_rate_percent": 99.5}
    assert found(rollout=said) == [("TC522", ("rollout", "success_rate_percent"), "error")]
    assert found(rollout=said, profile=ARGO) == []
    quiet = {"strategy": "canary", "automatic_rollback": False}
    assert found(rollout=quiet) == []
