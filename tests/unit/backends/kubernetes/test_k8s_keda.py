"""What moves replicas: KEDA by requests, queues and hours, Kubernetes' own autoscaler by CPU use, never both."""

from __future__ import annotations

import json

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.lints.pack import PACK
from tenant_compiler.backends.kubernetes.schemas import validator
from tenant_compiler.backends.promql import examine
from tenant_compiler.model.plan import Replicas
from tenant_compiler.model.rollout import Match, Queue, Rollout, ScalingSchedule, Triggers

BACKEND = KubernetesBackend()
AT = ("spec", "services", "portal", "scaling")
NEW = "registry.acme.example/portal@sha256:" + "1" * 64
RABBIT = Queue("rabbitmq", "jobs", 20, "secret/queue/address")
SQS = Queue("sqs", "https://sqs.eu-central-1.amazonaws.com/111122223333/jobs", 5, "")
OFFICE = ScalingSchedule("office", "0 6 * * 1-5", "0 20 * * 1-5", "Europe/Berlin", 5)


def triggers(requests=None, queue=None, schedules=()):
    """Triggers with the lineage that they have."""
    return Triggers(requests, queue, schedules, ((*AT, "queue"),))


TRIGGERS = {
    "requests": triggers(100),
    "a queue": triggers(queue=RABBIT),
    "a queue of Amazon's": triggers(queue=SQS),
    "hours": triggers(schedules=(OFFICE,)),
    "everything": triggers(100, RABBIT, (OFFICE,)),
}


@pytest.fixture(scope="module")
def keda(make_context, make_cluster):
    """A cluster with KEDA; what is given replaces parts of its profile."""
    monitoring = {"namespace": "monitoring", "address": "http://prometheus.monitoring:9090"}

    def make(**overrides):
        profile = {"autoscaler": "keda", "monitoring": monitoring, **overrides}
        return make_context(cluster={"shared-eu": make_cluster(**profile)})

    return make


@pytest.fixture(scope="module")
def lowered(make_plan, make_workload, lower, keda):
    """Lower a tenant whose only service is moved so; give its objects by id."""

    def objects(said, profile=(), plan=(), **workload):
        made = make_plan(workloads=(make_workload(triggers=said, **workload),), **dict(plan))
        return {item.id: item.value for item in next(iter(lower(made, keda(**dict(profile))).values()))}

    return objects


def moved(objects, name="portal"):
    """The triggers of a ScaledObject by name."""
    return {each["name"]: each for each in objects[f"ScaledObject/{name}"]["spec"]["triggers"]}


@pytest.mark.parametrize("minor", [f"1.{minor}" for minor in range(30, 38)])
@pytest.mark.parametrize("name", TRIGGERS)
def test_every_trigger_is_valid_and_without_findings(*, make_plan, make_workload, keda, minor, name):
    """In every version of Kubernetes, from none and from some, with and without an aim for CPU use."""
    for replicas in (Replicas(0, 6, None), Replicas(2, 6, 60)):
        plan = make_plan(workloads=(make_workload(triggers=TRIGGERS[name], replicas=replicas),))
        context = keda(kubernetes=minor)
        artifacts = BACKEND.lower(plan, context)
        for artifact in artifacts:
            for item in artifact.objects:
                schema = validator(minor, f"{item.value['apiVersion']}/{item.value['kind']}")
                assert [error.message for error in schema.iter_errors(json.loads(json.dumps(item.value)))] == []
        assert [finding for rule in PACK.rules for finding in rule.check(artifacts, plan, context)] == []


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_service_has_one_autoscaler(lowered, name):
    """KEDA's where it has a trigger, Kubernetes' own where it has none or the cluster has no KEDA."""
    with_keda, without = lowered(TRIGGERS[name]), lowered(TRIGGERS[name], {"autoscaler": "hpa"})

    assert "ScaledObject/portal" in with_keda
    assert "HorizontalPodAutoscaler/portal" not in with_keda
    assert "replicas" not in with_keda["Deployment/portal"]["spec"]
    for objects in (without, lowered(None)):
        assert "HorizontalPodAutoscaler/portal" in objects
        assert not {id_ for id_ in objects if id_.startswith(("ScaledObject/", "TriggerAuthentication/"))}


def test_a_scaled_object_has_the_bounds_and_the_pace_of_the_other_one(lowered):
    """Minimum, maximum and the slow way down are the same, and it goes to none only when nothing is left to do."""
    spec = lowered(TRIGGERS["a queue"], replicas=Replicas(0, 7, None))["ScaledObject/portal"]["spec"]
    other = lowered(None, replicas=Replicas(1, 7, 70))["HorizontalPodAutoscaler/portal"]["spec"]

    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (0, 7)
    assert spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"] == other["behavior"]
    assert spec["cooldownPeriod"] == 300
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "portal"}


def test_cpu_use_counts_beside_triggers_only_when_it_is_said(lowered):
    """The aim of a service that says none is for services without triggers."""
    assert list(moved(lowered(TRIGGERS["requests"], replicas=Replicas(1, 6, None)))) == ["requests"]
    found = moved(lowered(TRIGGERS["requests"], replicas=Replicas(1, 6, 60)))
    assert found["cpu"] == {"type": "cpu", "name": "cpu", "metricType": "Utilization", "metadata": {"value": "60"}}


def test_requests_are_those_of_the_tenants_own_service(lowered):
    """The query parses, reads the tenant's series only, and aims at requests of one replica."""
    found = moved(lowered(TRIGGERS["requests"]))["requests"]

    assert found["metadata"]["serverAddress"] == "http://prometheus.monitoring:9090"
    assert (found["metricType"], found["metadata"]["threshold"]) == ("AverageValue", "100")
    assert examine(found["metadata"]["query"], "t-acme-health-production", "acme-health") == ("", ())


def test_a_secret_is_only_referred_to(lowered):
    """RabbitMQ's address comes from the secret that the tenant names; nothing of it is in the objects."""
    objects = lowered(TRIGGERS["a queue"])

    assert objects["TriggerAuthentication/portal"]["spec"] == {
        "secretTargetRef": [{"parameter": "host", "name": "queue", "key": "address"}]
    }
    found = moved(objects)["queue"]
    assert found["authenticationRef"] == {"name": "portal"}
    assert found["metadata"] == {"queueName": "jobs", "mode": "QueueLength", "value": "20"}


def test_a_queue_of_amazons_is_asked_as_the_service(lowered):
    """KEDA itself may be able to see the queues of all tenants, so it does not ask as itself."""
    objects = lowered(TRIGGERS["a queue of Amazon's"])

    identity = objects["TriggerAuthentication/portal"]["spec"]["podIdentity"]
    assert identity == {"provider": "aws", "identityOwner": "workload"}
    found = moved(objects)["queue"]["metadata"]
    assert found == {"queueURL": SQS.name, "queueLength": "5", "awsRegion": "eu-central-1"}


def test_hours_are_in_their_own_time_zone(lowered):
    """Each has its two ends and its number."""
    found = moved(lowered(TRIGGERS["hours"]))["hours-office"]

    assert found["metadata"] == {
        "timezone": "Europe/Berlin",
        "start": "0 6 * * 1-5",
        "end": "0 20 * * 1-5",
        "desiredReplicas": "5",
    }


def test_who_cannot_be_asked_takes_no_replicas_away(lowered):
    """A Prometheus or queue that does not answer leaves at least what runs; hours and CPU use cannot fail so."""
    found = lowered(TRIGGERS["everything"], replicas=Replicas(0, 6, None))["ScaledObject/portal"]["spec"]

    assert found["fallback"] == {"failureThreshold": 3, "replicas": 1, "behavior": "currentReplicasIfHigher"}
    assert "fallback" not in lowered(TRIGGERS["hours"])["ScaledObject/portal"]["spec"]


def test_a_standby_site_scales_nothing(lowered, make_site):
    """It stays at its minimum, and nobody asks the queue."""
    sites = (make_site(role="standby"),)
    objects = lowered(TRIGGERS["a queue"], plan={"sites": sites}, replicas=Replicas(2, 6, None))

    assert not {id_ for id_ in objects if id_.startswith("ScaledObject/")}
    assert objects["Deployment/portal"]["spec"]["replicas"] == 2


def _rollout(strategy, variant=NEW):
    at = ("spec", "services", "portal", "rollout", "strategy")
    match = Match("x-cohort", "", "b") if strategy == "ab_test" else None
    return Rollout(strategy, variant, False, (50,), 1, 50, None, "", None, None, match, (at,))


def test_each_version_follows_its_own_requests_but_in_blue_green(lowered):
    """The idle version of blue-green is as large as the other one, so that it can take over at once."""

    def query(strategy, name):
        return moved(lowered(TRIGGERS["requests"], rollout=_rollout(strategy)), name)["requests"]["metadata"]["query"]

    assert 'service="portal"' in query("canary", "portal-stable")
    assert 'service="portal-variant"' in query("canary", "portal-variant")
    assert 'service="portal"' in query("ab_test", "portal-stable")
    both = {query("blue_green", "portal-stable"), query("blue_green", "portal-variant")}
    assert len(both) == 1
    assert 'service=~"portal|portal-variant"' in both.pop()


def test_a_rollout_follows_the_requests_of_both_services_and_counts_each_pod_once(lowered):
    """Before and after a release both Services lead to the same pods."""
    profile = {"rollouts": "argo", "gateway": {"namespace": "gateway", "kind": "envoy-gateway", "name": "public"}}
    objects = lowered(TRIGGERS["requests"], profile, rollout=_rollout("canary", ""))

    assert objects["ScaledObject/portal"]["spec"]["scaleTargetRef"]["kind"] == "Rollout"
    query = moved(objects)["requests"]["metadata"]["query"]
    assert query.startswith("sum(max by (pod) (sum by (pod, service) (rate(")
    assert examine(query, "t-acme-health-production", "acme-health") == ("", ())


@pytest.fixture(scope="module")
def ask(make_plan, make_workload, make_need, keda):
    """Ask what becomes of the only service's triggers."""

    def answer(said, profile=(), **workload):
        plan = make_plan(workloads=(make_workload(triggers=said, **workload),))
        need = make_need("scaling.triggers", what="scaling it", pointer=(*AT, "queue"))
        context = keda(**dict(profile))
        return BACKEND.supports(need, plan, context), BACKEND.lack(need, plan, context)

    return answer


def test_triggers_need_keda(ask):
    """Without it a service that goes down to none could not run as declared; any other is scaled by CPU use."""
    for least, severity in ((0, "error"), (1, "warning")):
        support, lack = ask(TRIGGERS["a queue"], {"autoscaler": "hpa"}, replicas=Replicas(least, 5, None))
        assert (support, lack.severity) == ("cannot", severity)
        assert "needs KEDA; the cluster `shared-eu`" in lack.words
    assert ask(TRIGGERS["everything"]) == ("honoured", None)


def test_requests_need_somebody_who_counts_them(ask, lowered):
    """Without Prometheus' address the need is not met, and what else is said still moves the replicas."""
    without = {"monitoring": {"namespace": "monitoring"}}
    support, lack = ask(TRIGGERS["requests"], without)

    assert support == "cannot"
    assert "needs Prometheus' address" in lack.words
    assert list(moved(lowered(TRIGGERS["everything"], without, replicas=Replicas(1, 6, None)))) == [
        "queue",
        "hours-office",
    ]
    assert "HorizontalPodAutoscaler/portal" in lowered(TRIGGERS["requests"], without)
    assert ask(TRIGGERS["a queue"], {"monitoring": None})[0] == "honoured"


def test_a_recommender_stands_beside_every_version_where_there_is_one(lowered):
    """It only recommends, for each of two versions, and a cluster without one gets none."""
    profile = {"vertical_autoscaler": True}
    objects = lowered(None, profile, rollout=_rollout("canary"))

    found = {id_: value for id_, value in objects.items() if id_.startswith("VerticalPodAutoscaler/")}
    assert sorted(found) == ["VerticalPodAutoscaler/portal-stable", "VerticalPodAutoscaler/portal-variant"]
    assert all(each["spec"]["updatePolicy"] == {"updateMode": "Off"} for each in found.values())
    assert not {id_ for id_ in lowered(None) if id_.startswith("VerticalPodAutoscaler/")}
