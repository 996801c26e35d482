"""How a new version comes: two Deployments and routes by hand, or a Rollout of Argo with its measures."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.lints.pack import PACK
from tenant_compiler.backends.kubernetes.schemas import validator
from tenant_compiler.backends.kubernetes.services.backends import header
from tenant_compiler.backends.promql import examine
from tenant_compiler.model.plan import Replicas
from tenant_compiler.model.rollout import Match, Rollout

BACKEND = KubernetesBackend()
NEW = "registry.acme.example/portal@sha256:" + "1" * 64
AT = ("spec", "services", "portal", "rollout")
GATEWAY = {"namespace": "gateway", "kind": "envoy-gateway", "name": "public"}
HEADER = Match("x-cohort", "", "b")
MINORS = [f"1.{minor}" for minor in range(30, 38)]
TRACK = "tenant-compiler.dev/track"


def rollout(strategy="canary", **overrides):
    """A rollout of a strategy."""
    fields = {
        "strategy": strategy,
        "variant_image": "",
        "variant_active": False,
        "steps_percent": (5, 25, 50),
        "step": 1,
        "percent": 5,
        "pause_minutes": None,
        "success_rate_percent": "",
        "latency_p99_ms": None,
        "automatic_rollback": None,
        "match": HEADER if strategy == "ab_test" else None,
        "made_from": ((*AT, "strategy"),),
    }
    return Rollout(**{**fields, **overrides})


BY_HAND = {
    "blue-green": rollout("blue_green", variant_image=NEW, match=HEADER),
    "blue-green, switched": rollout("blue_green", variant_image=NEW, variant_active=True),
    "blue-green, one version": rollout("blue_green"),
    "canary": rollout("canary", variant_image=NEW, percent=25),
    "canary, one version": rollout("canary"),
    "A/B": rollout("ab_test", variant_image=NEW),
    "A/B by cookie": rollout("ab_test", variant_image=NEW, match=Match("", "cohort", "b")),
}
BY_ARGO = {
    "blue-green": rollout("blue_green"),
    "blue-green with everything": rollout(
        "blue_green",
        pause_minutes=30,
        success_rate_percent="99.5",
        latency_p99_ms=400,
        automatic_rollback=True,
        match=HEADER,
    ),
    "canary": rollout("canary"),
    "canary with everything": rollout(
        "canary", pause_minutes=10, success_rate_percent="99.95", latency_p99_ms=400, automatic_rollback=False
    ),
    "A/B": rollout("ab_test"),
    "A/B by cookie, measured": rollout("ab_test", match=Match("", "cohort", "b"), success_rate_percent="90.0"),
}


@pytest.fixture(scope="module")
def clusters(make_context, make_cluster):
    """A cluster without a controller of rollouts, and one with Argo Rollouts and all else that scales."""
    monitoring = {"namespace": "monitoring", "address": "http://prometheus.monitoring:9090"}
    argo = {"rollouts": "argo", "monitoring": monitoring, "vertical_autoscaler": True}

    def make(name, **overrides):
        profile = make_cluster(**{"gateway": GATEWAY, **(argo if name == "argo" else {}), **overrides})
        return make_context(cluster={"shared-eu": profile})

    return make


@pytest.fixture(scope="module")
def lowered(make_plan, make_workload, lower, clusters):
    """Lower a tenant whose only service is rolled out so; give its objects by id."""

    def objects(how, cluster="native", profile=(), **workload):
        plan = make_plan(workloads=(make_workload(rollout=how, **workload),))
        return {item.id: item.value for item in lower(plan, clusters(cluster, **dict(profile)))["shared-eu"]}

    return objects


def of(kind, objects):
    """Names of the objects of a kind."""
    return sorted(id_.partition("/")[2] for id_ in objects if id_.partition("/")[0] == kind)


def rules(objects, name="portal"):
    """The rules of a route, each as what its requests must have and where they go."""
    return [
        (
            [header["value"] for match in rule.get("matches", ()) for header in match["headers"]],
            {backend["name"]: backend.get("weight") for backend in rule["backendRefs"]},
        )
        for rule in objects[f"HTTPRoute/{name}"]["spec"]["rules"]
    ]


def chosen(objects, service):
    """The names of what makes the pods that a Service leads to."""
    selector = objects[f"Service/{service}"]["spec"]["selector"].items()
    made = [objects[f"Deployment/{name}"] for name in of("Deployment", objects)]
    return [
        each["metadata"]["name"] for each in made if selector <= each["spec"]["template"]["metadata"]["labels"].items()
    ]


CASES = [("native", name) for name in BY_HAND] + [("argo", name) for name in BY_ARGO]


@pytest.mark.parametrize("minor", MINORS)
@pytest.mark.parametrize(("cluster", "name"), CASES)
def test_everything_is_valid_and_without_findings(*, make_plan, make_workload, clusters, minor, cluster, name):
    """In every version of Kubernetes, and to our own lints, which look for overlaps and for what is not there."""
    how = (BY_ARGO if cluster == "argo" else BY_HAND)[name]
    plan = make_plan(workloads=(make_workload(rollout=how),))
    context = clusters(cluster, kubernetes=minor)
    artifacts = BACKEND.lower(plan, context)

    for artifact in artifacts:
        for item in artifact.objects:
            schema = validator(minor, f"{item.value['apiVersion']}/{item.value['kind']}")
            assert [error.message for error in schema.iter_errors(json.loads(json.dumps(item.value)))] == []
    assert [finding for rule in PACK.rules for finding in rule.check(artifacts, plan, context)] == []


@pytest.mark.parametrize("name", BY_HAND)
def test_all_pods_of_a_service_are_covered_by_what_holds_for_it(lowered, name):
    """The network policy, the disruption budget and the account mean every version; selectors keep the pods apart."""
    objects = lowered(BY_HAND[name])
    deployments = [objects[f"Deployment/{each}"] for each in of("Deployment", objects)]
    labels = [each["spec"]["template"]["metadata"]["labels"] for each in deployments]

    for one, other in ((a, b) for a in deployments for b in deployments if a is not b):
        wanted = one["spec"]["selector"]["matchLabels"].items()
        assert not wanted <= other["spec"]["template"]["metadata"]["labels"].items()
    for selector in (
        objects["NetworkPolicy/portal"]["spec"]["podSelector"]["matchLabels"],
        objects["PodDisruptionBudget/portal"]["spec"]["selector"]["matchLabels"],
    ):
        assert all(selector.items() <= each.items() for each in labels)
    accounts = {each["spec"]["template"]["spec"]["serviceAccountName"] for each in deployments}
    assert accounts == {"portal"}


def test_a_service_that_comes_pod_by_pod_is_as_it_was(lowered):
    """One Deployment of its name, which selects by the name alone: a selector cannot be changed later."""
    objects = lowered(None)

    assert of("Deployment", objects) == of("Service", objects) == ["portal"]
    assert objects["Deployment/portal"]["spec"]["selector"] == {"matchLabels": {"app.kubernetes.io/name": "portal"}}
    assert objects["Deployment/portal"]["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": "25%", "maxUnavailable": 0}
    assert of("Deployment", lowered(None, "argo")) == ["portal"]


def test_the_selector_of_a_deployment_never_changes_during_a_release(lowered):
    """Adding the second version, going on and taking it away leave the first one's Deployment as it is."""
    steps = (rollout(), rollout(variant_image=NEW, percent=0), rollout(variant_image=NEW, percent=50), rollout())
    seen = [lowered(each)["Deployment/portal-stable"]["spec"]["selector"] for each in steps]

    assert all(each == seen[0] for each in seen)
    assert seen[0]["matchLabels"][TRACK] == "stable"


def test_blue_green_by_hand_switches_the_service(lowered):
    """Both versions run whole; requests go to the active one, and those with the header to the one to come."""
    before, after = lowered(BY_HAND["blue-green"]), lowered(BY_HAND["blue-green, switched"])

    assert of("Deployment", before) == ["portal-stable", "portal-variant"]
    assert chosen(before, "portal") == ["portal-stable"]
    assert chosen(before, "portal-variant") == ["portal-variant"]
    assert chosen(after, "portal") == ["portal-variant"]
    assert rules(before) == [(["b"], {"portal-variant": None}), ([], {"portal": None})]
    assert rules(after) == [([], {"portal": None})]
    images = [before[f"Deployment/portal-{track}"]["spec"]["template"]["spec"]["containers"][0]["image"]
              for track in ("stable", "variant")]  # fmt: skip
    assert images[1] == NEW != images[0]
    bounds = [before[f"HorizontalPodAutoscaler/portal-{track}"]["spec"] for track in ("stable", "variant")]
    assert [(each["minReplicas"], each["maxReplicas"]) for each in bounds] == [(3, 6), (3, 6)]


def test_one_declared_version_has_all_requests_whatever_deployment_it_is_in(lowered):
    """Also those of the Deployment that the service had before it got its strategy: nobody is cut off that day."""
    objects = lowered(BY_HAND["canary, one version"])

    assert of("Deployment", objects) == ["portal-stable"]
    assert of("Service", objects) == ["portal"]
    assert objects["Service/portal"]["spec"]["selector"] == {"app.kubernetes.io/name": "portal"}


@given(percent=st.integers(0, 99), lowest=st.integers(1, 200), more=st.integers(0, 200))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_canary_by_hand_has_its_share(lowered, percent, lowest, more):
    """Weights add up to a hundred, and the version to come has at least as many pods as its share needs, and one."""
    how = rollout(variant_image=NEW, percent=percent)
    objects = lowered(how, replicas=Replicas(lowest, lowest + more, 70))

    assert rules(objects) == [([], {"portal": 100 - percent, "portal-variant": percent})]
    spec = objects["Deployment/portal-variant"]["spec"]
    scaler = objects.get("HorizontalPodAutoscaler/portal-variant", {"spec": {}})["spec"]
    least = spec.get("replicas", scaler.get("minReplicas"))
    assert least == max(1, -(-lowest * percent // 100))
    assert "replicas" not in spec or not scaler


def test_an_ab_test_by_hand_is_so_with_and_without_a_controller(lowered):
    """Two declared versions run as long as people want; no controller would end that by itself."""
    for cluster in ("native", "argo"):
        objects = lowered(BY_HAND["A/B"], cluster)
        assert rules(objects) == [(["b"], {"portal-variant": None}), ([], {"portal": None})]
        assert of("Rollout", objects) == []
        assert chosen(objects, "portal") == ["portal-stable"]


@given(
    cookie=st.text("abz-_.!*+^$|", min_size=1, max_size=6),
    value=st.text("abz-_.!*+^$|()[]{}?\\", min_size=1, max_size=6),
    others=st.lists(st.tuples(st.text("abz", min_size=1, max_size=3), st.text("abz", max_size=3)), max_size=3),
)
@settings(max_examples=150, deadline=None)
def test_a_cookie_is_found_among_others_and_only_itself(cookie, value, others):
    """The pattern matches a whole header with exactly that cookie, wherever it stands, and none that is like it."""
    pattern = re.compile(header(Match("", cookie, value)).value)
    pairs = [f"{name}={text}" for name, text in others if (name, text) != (cookie, value)]

    for place in range(len(pairs) + 1):
        assert pattern.fullmatch("; ".join([*pairs[:place], f"{cookie}={value}", *pairs[place:]]))
    assert not pattern.fullmatch("; ".join(pairs))
    assert not pattern.fullmatch(f"x{cookie}={value}")
    assert not pattern.fullmatch(f"{cookie}={value}x")


@pytest.mark.parametrize("name", BY_ARGO)
def test_argo_has_one_controller_for_one_service(lowered, name):
    """A Rollout with the pods in it, no Deployment, two Services, and the autoscaler and the recommender aim at it."""
    objects = lowered(BY_ARGO[name], "argo")

    assert of("Deployment", objects) == []
    assert of("Rollout", objects) == ["portal"]
    assert of("Service", objects) == ["portal", "portal-variant"]
    target = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "portal"}
    assert objects["HorizontalPodAutoscaler/portal"]["spec"]["scaleTargetRef"] == target
    assert objects["VerticalPodAutoscaler/portal"]["spec"]["targetRef"] == target
    assert objects["VerticalPodAutoscaler/portal"]["spec"]["updatePolicy"] == {"updateMode": "Off"}
    spec = objects["Rollout/portal"]["spec"]
    assert "replicas" not in spec
    assert "workloadRef" not in spec
    assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()


def test_every_line_of_a_rollout_leads_to_what_it_makes(make_plan, make_workload, lower, clusters):
    """The routes carry steps and matches, the Service the active version, the Deployments images and shares."""
    fields = ("strategy", "variant_image", "active", "step", "steps_percent")
    lines = (*((*AT, field) for field in fields), (*AT, "match", "header"))
    plan = make_plan(workloads=(make_workload(rollout=rollout(variant_image=NEW, made_from=lines)),))
    made = {item.id: set(item.made_from) & set(lines) for item in lower(plan, clusters("native"))["shared-eu"]}

    assert made["HTTPRoute/portal"] == set(lines) - {(*AT, "active")}
    assert made["Service/portal"] == {(*AT, "strategy"), (*AT, "variant_image"), (*AT, "active")}
    assert made["Deployment/portal-variant"] == set(lines) - {(*AT, "active"), (*AT, "match", "header")}
    assert made["PodDisruptionBudget/portal"] == set()


def test_pods_of_each_version_are_spread_by_themselves(lowered):
    """Each controller has a label of its own for a version; by any other the pods of both would count together."""

    def keys(objects, id_):
        spec = objects[id_]["spec"]["template"]["spec"]
        return {key for rule in spec["topologySpreadConstraints"] for key in rule["matchLabelKeys"]}

    assert keys(lowered(BY_ARGO["canary"], "argo"), "Rollout/portal") == {"rollouts-pod-template-hash"}
    assert keys(lowered(BY_HAND["A/B"], "argo"), "Deployment/portal-variant") == {"pod-template-hash"}


def test_blue_green_by_argo_waits_for_somebody_and_can_go_back(lowered):
    """It measures before the switch and after it, and the old version stays as long as that takes."""
    plain = lowered(BY_ARGO["blue-green"], "argo")["Rollout/portal"]["spec"]["strategy"]["blueGreen"]
    objects = lowered(BY_ARGO["blue-green with everything"], "argo")
    measured = objects["Rollout/portal"]["spec"]["strategy"]["blueGreen"]

    assert plain == {
        "activeService": "portal",
        "previewService": "portal-variant",
        "autoPromotionEnabled": False,
        "scaleDownDelaySeconds": 600,
    }
    assert measured["prePromotionAnalysis"]["args"] == [{"name": "service", "value": "portal-variant"}]
    assert measured["postPromotionAnalysis"]["args"] == [{"name": "service", "value": "portal"}]
    assert measured["scaleDownDelaySeconds"] == 1800
    assert objects["Rollout/portal"]["spec"]["progressDeadlineAbort"] is True
    assert rules(objects) == [(["b"], {"portal-variant": None}), ([], {"portal": None})]
    short = lowered(rollout("blue_green", pause_minutes=1, latency_p99_ms=1), "argo")
    assert short["Rollout/portal"]["spec"]["strategy"]["blueGreen"]["scaleDownDelaySeconds"] == 900


def test_a_canary_by_argo_goes_by_routes_and_measures(lowered):
    """Weight, wait, measure for each step; without a wait or a measure, until somebody promotes."""
    objects = lowered(BY_ARGO["canary with everything"], "argo")
    canary = objects["Rollout/portal"]["spec"]["strategy"]["canary"]
    waiting = lowered(BY_ARGO["canary"], "argo")["Rollout/portal"]["spec"]["strategy"]["canary"]["steps"]
    measuring = lowered(rollout(success_rate_percent="99.0"), "argo")["Rollout/portal"]["spec"]["strategy"]["canary"]

    assert [next(iter(step)) for step in canary["steps"]] == ["setWeight", "pause", "analysis"] * 3
    assert canary["steps"][1] == {"pause": {"duration": "10m"}}
    assert waiting == [step for percent in (5, 25, 50) for step in ({"setWeight": percent}, {"pause": {}})]
    assert [next(iter(step)) for step in measuring["steps"]] == ["setWeight", "analysis"] * 3
    assert (canary["stableService"], canary["canaryService"]) == ("portal", "portal-variant")
    plugin = canary["trafficRouting"]["plugins"]["argoproj-labs/gatewayAPI"]
    assert plugin == {"namespace": "t-acme-health-production", "httpRoutes": [{"name": "portal"}]}
    assert rules(objects) == [([], {"portal": 100, "portal-variant": 0})]


def test_a_canary_without_routes_shares_requests_by_pods(lowered):
    """Callers inside the namespace reach both versions by the one Service; a worker has no Service at all."""
    objects = lowered(BY_ARGO["canary"], "argo", hosts=())
    canary = objects["Rollout/portal"]["spec"]["strategy"]["canary"]
    worker = lowered(BY_ARGO["canary"], "argo", kind="worker")["Rollout/portal"]["spec"]["strategy"]["canary"]

    assert "trafficRouting" not in canary
    assert "stableService" not in canary
    assert canary["canaryService"] == "portal-variant"
    assert (canary["maxSurge"], canary["maxUnavailable"]) == ("25%", 0)
    assert "canaryService" not in worker


def test_an_ab_test_by_argo_lasts_until_somebody_promotes(lowered):
    """The pods are there before the rule that leads to them, and the rule is one that the controller may manage."""
    objects = lowered(BY_ARGO["A/B"], "argo")
    canary = objects["Rollout/portal"]["spec"]["strategy"]["canary"]
    cookie = lowered(BY_ARGO["A/B by cookie, measured"], "argo")["Rollout/portal"]["spec"]["strategy"]["canary"]

    assert [next(iter(step)) for step in canary["steps"]] == ["setCanaryScale", "setHeaderRoute", "pause"]
    match = canary["steps"][1]["setHeaderRoute"]["match"]
    assert match == [{"headerName": "x-cohort", "headerValue": {"exact": "b"}}]
    assert canary["trafficRouting"]["managedRoutes"] == [{"name": canary["steps"][1]["setHeaderRoute"]["name"]}]
    assert canary["trafficRouting"]["plugins"]["argoproj-labs/gatewayAPI"]["httpRoutes"][0]["useHeaderRoutes"] is True
    assert "regex" in cookie["steps"][1]["setHeaderRoute"]["match"][0]["headerValue"]
    assert "analysis" in cookie["steps"][-1]


def measures(objects):
    """The measures of a service by name."""
    return {metric["name"]: metric for metric in objects["AnalysisTemplate/portal"]["spec"]["metrics"]}


def test_measures_read_the_tenants_series_only_and_parse(lowered):
    """Every selector has the namespace, with the argument as it is and with a service's name in its place."""
    for how in ("canary with everything", "blue-green with everything"):
        for metric in measures(lowered(BY_ARGO[how], "argo")).values():
            query = metric["provider"]["prometheus"]["query"]
            for text in (query, query.replace("{{args.service}}", "portal-variant")):
                assert examine(text, "t-acme-health-production", "acme-health") == ("", ())
            assert query.count("{{") == query.count("{{args.service}}") > 0
            assert metric["provider"]["prometheus"]["address"] == "http://prometheus.monitoring:9090"


def test_measures_are_exact_decimals(lowered):
    """99.95 percent is a share of 0.0005 failed requests, and 400 ms are 0.4 s, without the artefacts of fractions."""
    found = measures(lowered(BY_ARGO["canary with everything"], "argo"))

    assert found["error-rate"]["successCondition"].endswith("result[0] <= 0.0005")
    assert found["latency-p99"]["successCondition"].endswith("result[0] <= 0.4")


def test_a_missed_measure_takes_a_version_back_unless_somebody_wants_to_look(lowered):
    """Without an automatic rollback what is not good is undecided, and the rollout waits."""
    asks = measures(lowered(BY_ARGO["canary with everything"], "argo"))["error-rate"]
    takes = measures(lowered(rollout(success_rate_percent="99.5"), "argo"))["error-rate"]

    assert asks["failureCondition"] == "false"
    assert takes["failureCondition"].endswith("result[0] > 0.005")


def test_no_requests_stop_a_canary_and_let_a_preview_pass(lowered):
    """A share of real requests without any answer is odd; nobody has to look at a preview, and somebody promotes it."""
    canary = measures(lowered(BY_ARGO["canary with everything"], "argo"))["error-rate"]
    preview = measures(lowered(BY_ARGO["blue-green with everything"], "argo"))["error-rate"]

    assert canary["successCondition"].startswith("len(result) > 0 && !isNaN(result[0])")
    assert preview["successCondition"].startswith("len(result) == 0 || isNaN(result[0])")
    assert "initialDelay" not in canary
    assert preview["initialDelay"] == "5m"


def test_measures_of_grpc_are_those_of_its_counters(lowered):
    """A gRPC service is asked about by the names that its servers' libraries give."""
    objects = lowered(BY_ARGO["canary with everything"], "argo", protocol="grpc")

    assert "grpc_server_handled_total" in measures(objects)["error-rate"]["provider"]["prometheus"]["query"]
    assert "grpc_server_handling_seconds_bucket" in measures(objects)["latency-p99"]["provider"]["prometheus"]["query"]


def test_there_are_no_measures_that_nobody_asked_for(lowered):
    """Nor without an address to ask, which is an error of its own."""
    assert of("AnalysisTemplate", lowered(BY_ARGO["canary"], "argo")) == []
    without = {"monitoring": {"namespace": "monitoring"}}
    assert of("AnalysisTemplate", lowered(BY_ARGO["canary with everything"], "argo", without)) == []


@pytest.mark.parametrize(
    ("how", "cluster", "extra"),
    [(None, "native", 1), (rollout(), "native", 2), (BY_HAND["A/B"], "argo", 2), (rollout(), "argo", 0)],
)
def test_the_quota_on_deployments_counts_what_a_service_has(lowered, how, cluster, extra):
    """A Rollout is none, and a service with two versions has room for both."""
    assert lowered(how, cluster)["ResourceQuota/quota"]["spec"]["hard"]["count/deployments.apps"] == str(20 + extra)


@pytest.fixture(scope="module")
def ask(make_plan, make_workload, make_need, clusters):
    """Ask what becomes of a need of the only service."""

    def answer(feature, how, cluster="native", profile=(), **workload):
        plan = make_plan(workloads=(make_workload(rollout=how, **workload),))
        need = make_need(feature, what="it", pointer=(*AT, "strategy"))
        context = clusters(cluster, **dict(profile))
        return BACKEND.supports(need, plan, context), BACKEND.lack(need, plan, context)

    return answer


def test_what_a_cluster_cannot_roll_out_is_an_error_that_names_both(ask):
    """Routes for shares and cohorts, a controller for measures, and its address of Prometheus."""
    no_gateway = {"gateway": {"namespace": "gateway", "kind": "none"}}
    no_address = {"monitoring": {"namespace": "monitoring"}}
    for answer, words in (
        (ask("rollout.canary", rollout(), profile=no_gateway), "has neither for it"),
        (ask("rollout.canary", rollout(), hosts=()), "or Argo Rollouts"),
        (ask("rollout.ab_test", rollout("ab_test"), "argo", no_gateway), "has none for it"),
        (ask("rollout.canary", BY_HAND["canary"], "argo"), "which keeps the old one"),
        (ask("rollout.analysis", BY_ARGO["canary with everything"]), "needs a rollouts controller"),
        (ask("rollout.analysis", BY_ARGO["canary with everything"], "argo", no_address), "needs Prometheus' address"),
    ):
        support, lack = answer
        assert support == "cannot"
        assert lack.severity == "error"
        assert words in lack.words
        assert "`shared-eu`" in lack.words
        assert lack.advice


def test_what_a_cluster_can_roll_out_is_honoured(ask):
    """Blue-green everywhere; a canary by routes, or by pods where there is a controller."""
    assert ask("rollout.blue_green", rollout("blue_green"))[0] == "honoured"
    assert ask("rollout.canary", rollout())[0] == "honoured"
    assert ask("rollout.canary", rollout(), "argo", hosts=())[0] == "honoured"
    assert ask("rollout.ab_test", BY_HAND["A/B"], "argo")[0] == "honoured"
    assert ask("rollout.analysis", BY_ARGO["canary with everything"], "argo")[0] == "honoured"
    assert ask("rollout.analysis", rollout(pause_minutes=1), "argo", {"monitoring": None})[0] == "honoured"
    assert ask("rollout.canary", None)[0] == "elsewhere"


def test_people_may_go_on_with_a_release_and_nobody_gets_more(make_protected, make_workload, lower, clusters):
    """Operators change a Rollout's status and scale, deployers its template too; nobody else changes anything of it."""
    plan = make_protected(workloads=(make_workload(rollout=rollout()),))
    objects = {item.id: item.value for item in lower(plan, clusters("argo", autoscaler="keda"))["shared-eu"]}
    native = {item.id: item.value for item in lower(plan, clusters("native"))["shared-eu"]}

    def changed(role):
        return {
            resource
            for rule in objects[f"Role/{role}"]["rules"]
            if set(rule["verbs"]) & {"patch", "update", "create", "delete"} and rule["apiGroups"] != [""]
            for resource in rule["resources"]
            if "argoproj.io" in rule["apiGroups"] or "keda.sh" in rule["apiGroups"]
        }

    assert changed("operators") == {"rollouts/scale", "rollouts/status"}
    assert changed("deployers") == {"analysistemplates", "rollouts", "rollouts/status", "scaledobjects"}
    assert changed("approvers") == changed("database-admins") == set()
    looks = [rule for rule in objects["Role/approvers"]["rules"] if rule["verbs"] == ["get", "list", "watch"]]
    seen = {resource for rule in looks for resource in rule["resources"]}
    assert {"rollouts", "analysisruns", "scaledobjects", "verticalpodautoscalers"} <= seen
    assert not any("argoproj.io" in rule["apiGroups"] for rule in native["Role/deployers"]["rules"])


CONTROLLED = st.fixed_dictionaries(
    {
        "pause_minutes": st.none() | st.integers(1, 10080),
        "success_rate_percent": st.sampled_from(["", "0.1", "99.0", "99.999", "100"]),
        "latency_p99_ms": st.none() | st.integers(1, 600000),
        "automatic_rollback": st.none() | st.booleans(),
    }
)
MATCHES = st.builds(
    lambda cookie, name, value: Match("", name, value) if cookie else Match(name, "", value),
    st.booleans(),
    st.text("aZ0!#$%&'*+.^_`|~-", min_size=1, max_size=12),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20),
)


@given(
    strategy=st.sampled_from(["blue_green", "canary", "ab_test"]),
    by_hand=st.booleans(),
    cluster=st.sampled_from(["native", "argo"]),
    controlled=CONTROLLED,
    match=MATCHES,
    steps=st.lists(st.integers(1, 99), min_size=1, max_size=5, unique=True).map(lambda found: tuple(sorted(found))),
    bounds=st.tuples(st.integers(1, 12), st.integers(0, 12)),
    protocol=st.sampled_from(["http", "grpc"]),
    active=st.booleans(),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_can_be_said_is_valid_and_without_findings(
    *,
    make_plan,
    make_workload,
    clusters,
    strategy,
    by_hand,
    cluster,
    controlled,
    match,
    steps,
    bounds,
    protocol,
    active,
):
    """Any strategy, by hand or not, with any match, steps and bounds that the checks of plans let through."""
    how = rollout(
        strategy,
        variant_image=NEW if by_hand else "",
        variant_active=active and by_hand and strategy == "blue_green",
        steps_percent=steps,
        percent=steps[0],
        match=match if strategy != "canary" else None,
        **({} if by_hand or cluster == "native" else controlled),
    )
    replicas = Replicas(bounds[0], sum(bounds), 70 if bounds[1] else None)
    quotas = {"cpu_cores": None, "memory_gb": None}
    plan = make_plan(workloads=(make_workload(rollout=how, replicas=replicas, protocol=protocol),), quotas=quotas)
    context = clusters(cluster)
    artifacts = BACKEND.lower(plan, context)

    for artifact in artifacts:
        for item in artifact.objects:
            schema = validator("1.34", f"{item.value['apiVersion']}/{item.value['kind']}")
            assert [error.message for error in schema.iter_errors(json.loads(json.dumps(item.value)))] == []
    found = [each for rule in PACK.rules for each in rule.check(artifacts, plan, context)]
    assert [each for each in found if each.code != "TC509" or each.severity == "error"] == []
