"""Lints of what makes pods and what scales them: one autoscaler for an object, one object for a pod, room for both."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.kubernetes.lints.pack import PACK
from tenant_compiler.model.artifact import Artifact, ArtifactObject

APIS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "Rollout": "argoproj.io/v1alpha1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "ScaledObject": "keda.sh/v1alpha1",
    "AnalysisTemplate": "argoproj.io/v1alpha1",
    "VerticalPodAutoscaler": "autoscaling.k8s.io/v1",
    "PodDisruptionBudget": "policy/v1",
    "ResourceQuota": "v1",
    "Namespace": "v1",
}


def thing(kind, name="portal", /, **spec):
    """An object of a kind."""
    value = {"apiVersion": APIS[kind], "kind": kind, "metadata": {"name": name}, "spec": spec}
    return ArtifactObject(f"{kind}/{name}", value, (("spec", "services", "portal"),))


def runs(kind, name="portal", labels=None, **spec):
    """An object that makes pods of one core, with the labels that it selects."""
    labels = labels or {"app.kubernetes.io/name": name}
    container = {"name": "main", "resources": {"limits": {"cpu": "1"}}}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return thing(kind, name, **{"selector": {"matchLabels": labels}, "template": template, **spec})


def found(*objects, plan=None):
    """What the pack finds, as codes with the objects."""
    artifacts = (Artifact("main.yaml", "yaml", [item.value for item in objects], tuple(objects)),)
    return [(each.code, each.object) for rule in PACK.rules for each in rule.check(artifacts, plan, None)]


def scales(kind, name="portal", target="Deployment", **spec):
    """An autoscaler."""
    return thing(kind, name, scaleTargetRef={"kind": target, "name": "portal"}, **spec)


@pytest.mark.parametrize("second", ["HorizontalPodAutoscaler", "ScaledObject"])
def test_one_object_has_one_autoscaler(second):
    """A second one is found, whatever its kind; one for an object of another kind is none."""
    first = scales("HorizontalPodAutoscaler", "a")

    assert found(runs("Deployment"), first, scales(second, "b")) == [("TC568", f"{second}/b")]
    assert found(runs("Deployment"), first, scales(second, "b", "StatefulSet")) == []


def test_keda_means_a_deployment_when_it_says_nothing():
    """A ScaledObject without a kind scales the Deployment of that name."""
    short = thing("ScaledObject", scaleTargetRef={"name": "portal"})

    assert found(scales("HorizontalPodAutoscaler"), short) == [("TC568", "ScaledObject/portal")]


@pytest.mark.parametrize("kind", ["HorizontalPodAutoscaler", "ScaledObject"])
@pytest.mark.parametrize("target", ["Deployment", "Rollout"])
def test_replicas_beside_an_autoscaler_are_found_in_every_kind(kind, target):
    """A Rollout has them in the same place as a Deployment, and KEDA sets them as the other one does."""
    assert found(runs(target, replicas=2), scales(kind, target=target)) == [("TC516", f"{target}/portal")]


def test_pods_belong_to_one_object():
    """Two that select the same pods are both found; a label that tells them apart is enough."""
    same = {"app.kubernetes.io/name": "portal"}
    one, two = ({**same, "track": track} for track in ("stable", "variant"))

    both = found(runs("Deployment", "portal", same), runs("Rollout", "other", same))
    assert both == [("TC569", "Deployment/portal"), ("TC569", "Rollout/other")]
    assert found(runs("Deployment", "a", one), runs("Deployment", "b", two)) == []
    assert found(runs("Deployment", "a", same), runs("Deployment", "b", two)) == [("TC569", "Deployment/a")]


def test_a_selector_without_a_name_is_compared_with_all():
    """Somebody else's label that many pods have is found, too."""
    wide = runs("StatefulSet", "cache", {"app.kubernetes.io/name": "cache", "team": "a"})
    wide.value["spec"]["selector"] = {"matchLabels": {"team": "a"}}
    other = runs("Deployment", "web", {"app.kubernetes.io/name": "web", "team": "a"})

    assert found(wide, other) == [("TC569", "StatefulSet/cache")]


def test_a_rollout_may_take_its_pods_from_a_deployment():
    """Both have the same pods on purpose, and the Deployment runs none of them."""
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "portal"}
    rollout = thing(
        "Rollout",
        selector={"matchLabels": {"app.kubernetes.io/name": "portal"}},
        workloadRef=reference,
        replicas=2,
        strategy={"blueGreen": {}},
    )
    quota = thing("ResourceQuota", "quota", hard={"requests.cpu": "4"})

    assert found(rollout, runs("Deployment", replicas=0), quota) == []
    less = thing("ResourceQuota", "quota", hard={"requests.cpu": "3"})
    assert [code for code, _ in found(rollout, runs("Deployment", replicas=0), less)] == ["TC511"]


@pytest.mark.parametrize("mode", ["Recreate", "Initial", "InPlaceOrRecreate", "Off"])
@pytest.mark.parametrize("measured", ["cpu", "requests"])
def test_only_a_recommendation_stands_beside_an_autoscaler_of_the_same_metric(mode, measured):
    """What changes the requests of pods changes what their use is measured against."""
    vertical = thing(
        "VerticalPodAutoscaler", targetRef={"kind": "Deployment", "name": "portal"}, updatePolicy={"updateMode": mode}
    )
    triggers = [{"type": "cpu" if measured == "cpu" else "prometheus", "metadata": {}}]
    keda = scales("ScaledObject", triggers=triggers)
    metric = {"type": "Resource", "resource": {"name": "cpu" if measured == "cpu" else "nothing"}}
    own = scales("HorizontalPodAutoscaler", metrics=[metric])

    wrong = [("TC570", "VerticalPodAutoscaler/portal")] if mode != "Off" and measured == "cpu" else []
    assert found(vertical, keda) == found(vertical, own) == wrong
    assert found(vertical) == []


@pytest.mark.parametrize(
    ("strategy", "pods"),
    [
        ({"blueGreen": {}}, 8),
        ({"blueGreen": {"previewReplicaCount": 1}}, 8),
        ({"canary": {"trafficRouting": {"plugins": {}}}}, 8),
        ({"canary": {}}, 5),
        ({"canary": {"maxSurge": 2}}, 6),
        ({}, 5),
    ],
)
@pytest.mark.parametrize("scaler", [None, "HorizontalPodAutoscaler", "ScaledObject"])
def test_the_quota_holds_both_versions(strategy, pods, scaler):
    """Blue-green and a canary by routes run the old version whole beside the new one; without routes a surge does."""
    bounds = {"HorizontalPodAutoscaler": {"maxReplicas": 4}, "ScaledObject": {"maxReplicaCount": 4}}
    rest = [scales(scaler, target="Rollout", **bounds[scaler])] if scaler else []
    runner = runs("Rollout", strategy=strategy, **({} if scaler else {"replicas": 4}))

    def codes(cores):
        return [code for code, _ in found(runner, *rest, thing("ResourceQuota", "q", hard={"limits.cpu": str(cores)}))]

    assert codes(pods) == []
    assert codes(pods - 1) == ["TC511"]


def test_a_scaled_object_may_go_down_to_none_and_up_to_a_hundred():
    """Those are KEDA's bounds when none are said."""
    keda = scales("ScaledObject")
    quota = thing("ResourceQuota", "q", hard={"limits.cpu": "125"})
    budget = thing(
        "PodDisruptionBudget", selector={"matchLabels": {"app.kubernetes.io/name": "portal"}}, minAvailable=1
    )

    assert found(runs("Deployment"), keda, quota) == []
    assert [code for code, _ in found(runs("Deployment"), keda, budget)] == ["TC509"]


def test_a_budget_counts_the_pods_of_all_versions():
    """One of two pods may go when each version has one."""
    one, two = ({"app.kubernetes.io/name": "portal", "track": track} for track in ("stable", "variant"))
    budget = thing(
        "PodDisruptionBudget", selector={"matchLabels": {"app.kubernetes.io/name": "portal"}}, maxUnavailable=1
    )

    assert found(runs("Deployment", "a", one), runs("Deployment", "b", two), budget) == []
    assert found(runs("Deployment", "a", one), budget) == [("TC509", "PodDisruptionBudget/portal")]


def test_a_rollout_of_somebody_else_is_not_looked_into():
    """Another API may have a kind of that name."""
    other = runs("Rollout")
    other.value["apiVersion"] = "rollouts.example/v1"
    other.value["spec"]["selector"] = {"matchLabels": {"a": "b"}}

    assert found(other) == []


def test_what_a_rollout_names_is_there():
    """Services, measures, and the Deployment that it takes its pods from; a cluster's measures are the platform's."""
    home = thing("Namespace", "t")
    templates = [{"templateName": "gone"}, {"templateName": "platform", "clusterScope": True}]
    canary = {
        "canaryService": "b",
        "stableService": "a",
        "steps": [{"setWeight": 1}, {"analysis": {"templates": templates}}],
    }
    blue = {"activeService": "a", "previewService": "b", "prePromotionAnalysis": {"templates": templates}}

    for strategy in ({"canary": canary}, {"blueGreen": blue}):
        assert found(home, runs("Rollout", strategy=strategy)) == [("TC507", "Rollout/portal")] * 3
    taken = runs("Rollout", workloadRef={"kind": "Deployment", "name": "gone"}, strategy={"canary": {}})
    assert found(home, taken) == [("TC507", "Rollout/portal")]


def test_what_keda_asks_with_is_there():
    """A TriggerAuthentication beside it; one of the cluster is the platform's."""

    def asks(**reference):
        triggers = [{"type": "rabbitmq", "authenticationRef": {"name": "gone", **reference}}]
        return found(thing("Namespace", "t"), runs("Deployment"), scales("ScaledObject", triggers=triggers))

    assert asks() == [("TC507", "ScaledObject/portal")]
    assert asks(kind="ClusterTriggerAuthentication") == []


OWN = 'namespace="t-acme-health-production"'


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        (f"sum(up{{{OWN}}})", 0),
        ("sum(up)", 1),
        ('up{namespace="t-other-production"} / up{tenant="acme-health"}', 1),
        ("up / up", 2),
        ("sum(up", 1),
        (f'up{{{OWN},service="{{{{args.service}}}}"}}', 0),
        ('up{namespace="{{ args.home }}"}', 0),
        ('up{namespace="{{args.service}}"}', 1),
        (7, 0),
    ],
)
def test_controllers_ask_for_the_tenants_series_only(make_plan, query, faults):
    """Argo and KEDA alike; an argument counts as what the template says it is, and any other as nothing."""
    arguments = [{"name": "service"}, {"name": "home", "value": "t-acme-health-production"}]
    metric = {"name": "a", "provider": {"prometheus": {"query": query}}}
    analysis = thing("AnalysisTemplate", args=arguments, metrics=[metric, {"name": "b", "provider": {"web": {}}}])
    triggers = [{"type": "prometheus", "metadata": {"query": query}}, {"type": "cron", "metadata": {}}]
    plan = make_plan()

    assert found(analysis, plan=plan) == [("TC571", "AnalysisTemplate/portal")] * faults
    if not isinstance(query, str) or "args" not in query:
        assert (
            found(scales("ScaledObject", triggers=triggers), plan=plan) == [("TC571", "ScaledObject/portal")] * faults
        )
    assert found(analysis) == []
