"""A tenant's own collector: what it says of spans, keeps, takes out, and who may talk to it."""

from __future__ import annotations

import re

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.check import check
from tenant_compiler.backends.kubernetes.lints.walk import judge
from tenant_compiler.backends.kubernetes.schemas import validator
from tenant_compiler.model.plan_operations import Tracing

BACKEND = KubernetesBackend()
AT = ("spec", "monitoring", "tracing")
IMAGE = "registry.platform.example/otelcol@sha256:" + "a" * 64
OTLP = "otel-gateway.observability:4317"


def tracing(**overrides):
    """Traces as a tenant may ask for them."""
    fields = {
        "sampling_percent": 10,
        "keep_errors": True,
        "retention_days": 7,
        "redact": ("authorization", "ssn"),
        "made_from": ((*AT, "sampling_percent"), (*AT, "keep_errors"), ("spec", "monitoring", "logging", "redact")),
        "kept_from": ((*AT, "retention_days"),),
    }
    return Tracing(**{**fields, **overrides})


@pytest.fixture(scope="module")
def context(make_context, make_cluster):
    """Make a cluster with the operator, or with what is said instead."""

    def make(minor="1.34", **platform):
        said = {"otlp": OTLP, "operator": True, "image": IMAGE, "retention_days": 7, **platform}
        return make_context(cluster={"shared-eu": make_cluster(kubernetes=minor, tracing=said)})

    return make


@pytest.fixture(scope="module")
def made(make_plan, context, lower):
    """The objects of a tenant that asks for traces, by id."""

    def make(place=None, **overrides):
        plan = make_plan(**{"tracing": tracing(), **overrides})
        return {item.id: item.value for item in lower(plan, place or context())["shared-eu"]}

    return make


def config(objects):
    """The collector's configuration."""
    return objects["OpenTelemetryCollector/otel"]["spec"]["config"]


def answers(plan, context, make_need):
    """What the cluster makes of each need."""
    features = ("tracing", "tracing.errors", "tracing.redaction", "tracing.retention")
    return [BACKEND.supports(make_need(feature), plan, context) for feature in features]


def test_a_tenant_that_says_nothing_of_traces_gets_no_collector(made):
    """Its pods send straight to the platform, and all that they have is an address."""
    objects = made(tracing=None)
    assert not [id_ for id_ in objects if id_.startswith(("OpenTelemetry", "Instrumentation"))]
    (container,) = objects["Deployment/portal"]["spec"]["template"]["spec"]["containers"]
    assert {"name": "OTEL_EXPORTER_OTLP_ENDPOINT", "value": f"http://{OTLP}"} in container["env"]
    assert not [each for each in container["env"] if each["name"].startswith("OTEL_TRACES")]


def test_the_collector_says_whose_spans_they_are_whatever_the_pods_say(made):
    """The attribute is overwritten in all signals, before anything else looks at them but the guard of memory."""
    said = config(made())
    (tenant, environment) = said["processors"]["resource"]["attributes"]
    assert tenant == {"key": "tenant.id", "value": "acme-health", "action": "upsert"}
    assert environment["action"] == "upsert"
    for pipeline in said["service"]["pipelines"].values():
        assert pipeline["processors"][:2] == ["memory_limiter", "resource"]
        assert pipeline["processors"][-1] == "batch"
        assert pipeline["exporters"] == ["otlp"]
    assert said["exporters"]["otlp"]["endpoint"] == OTLP


def test_every_name_in_a_pipeline_is_configured(made):
    """A collector refuses a pipeline with a processor, receiver or exporter that it does not know."""
    said = config(made())
    for pipeline in said["service"]["pipelines"].values():
        for part in ("receivers", "processors", "exporters"):
            assert set(pipeline[part]) <= set(said[part])
    assert set(said["service"]["extensions"]) == set(said["extensions"])


def test_errors_are_kept_beyond_the_share_and_only_traces_are_drawn(made):
    """A trace is kept when one of the policies says so; metrics and logs are not sampled."""
    said = config(made())
    kinds = [policy["type"] for policy in said["processors"]["tail_sampling"]["policies"]]
    assert kinds == ["status_code", "probabilistic"]
    sampled = [name for name, each in said["service"]["pipelines"].items() if "tail_sampling" in each["processors"]]
    assert sampled == ["traces"]
    alone = config(made(tracing=tracing(keep_errors=False)))["processors"]["tail_sampling"]["policies"]
    assert [(policy["type"], policy["probabilistic"]) for policy in alone] == [
        ("probabilistic", {"sampling_percentage": 10})
    ]


def test_all_spans_of_a_trace_come_to_one_replica(made):
    """Nothing balances by trace, so there is one, and no autoscaler."""
    spec = made()["OpenTelemetryCollector/otel"]["spec"]
    assert spec["replicas"] == 1
    assert "autoscaler" not in spec


def test_without_a_share_nothing_waits_for_the_end_of_a_trace(made):
    """All traces are kept, so none is held in memory."""
    assert "tail_sampling" not in config(made(tracing=tracing(sampling_percent=100)))["processors"]
    assert "transform" not in config(made(tracing=tracing(redact=())))["processors"]


def unescape(text):
    """What the collector makes of a value, and then OTTL of the string in it."""
    return re.sub(r"\\\\x\{([0-9a-f]+)\}", lambda m: re.escape(chr(int(m[1], 16))), text.replace("$$", "$"))


@pytest.mark.parametrize(
    ("key", "goes"),
    [
        ("ssn", True),
        ("SSN", True),
        ("user.ssn", True),
        ("http.request.header.authorization", True),
        ("ssn.count", False),
        ("lessn", False),
        ("assn", False),
        ("a-b.c", True),
        ("aXbXc", False),
    ],
)
def test_declared_keys_are_taken_out_wherever_they_stand(made, key, goes):
    """Also at the end of a longer key and in any case; a key that only contains one stays."""
    said = config(made(tracing=tracing(redact=("authorization", "ssn", "a-b.c"))))["processors"]["transform"]
    patterns = set()
    for signal in ("trace", "metric", "log"):
        contexts = said[f"{signal}_statements"]
        assert len(contexts) == {"trace": 3}.get(signal, 2)
        for each in contexts:
            patterns |= {re.fullmatch(r'delete_matching_keys\(attributes, "(.*)"\)', s)[1] for s in each["statements"]}
    assert len(patterns) == 3
    assert any(re.search(unescape(pattern), key) for pattern in patterns) == goes
    assert said["error_mode"] == "propagate"


def test_the_collector_runs_restricted_without_a_token_and_with_the_tenants_priority(made):
    """Its pod passes the namespace's level; the operator neither widens its network nor changes its image."""
    objects = made()
    spec = objects["OpenTelemetryCollector/otel"]["spec"]
    assert spec["podSecurityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert spec["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert spec["securityContext"]["allowPrivilegeEscalation"] is False
    assert spec["networkPolicy"] == {"enabled": False}
    assert (spec["image"], spec["upgradeStrategy"], spec["priorityClassName"]) == (IMAGE, "none", "t-enterprise")
    assert objects[f"ServiceAccount/{spec['serviceAccount']}"]["automountServiceAccountToken"] is False
    assert set(spec["resources"]) == {"requests", "limits"}


def test_pods_reach_the_collector_and_only_it_reaches_the_platform(made):
    """The way to the platform's namespace is the collector's alone."""
    objects = made()
    pods = objects["NetworkPolicy/default.tracing"]["spec"]
    own = objects["NetworkPolicy/default.collector"]["spec"]
    assert [peer for rule in pods["egress"] for peer in rule["to"]] == [{"podSelector": own["podSelector"]}]
    assert own["podSelector"]["matchLabels"]["app.kubernetes.io/managed-by"] == "opentelemetry-operator"
    assert own["ingress"][0]["from"] == [{"podSelector": {}}]
    (out,) = own["egress"]
    assert out["to"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}}}]
    assert out["ports"] == [{"protocol": "TCP", "port": 4317}]
    reaching = [id_ for id_, value in objects.items() if "observability" in str(value.get("spec", {}).get("egress"))]
    assert reaching == ["NetworkPolicy/default.collector"]


def test_pods_send_to_their_own_collector_and_draw_nothing_themselves(made):
    """The collector must see whole traces; the operator gives pods the rest of the variables."""
    template = made()["Deployment/portal"]["spec"]["template"]
    env = {each["name"]: each["value"] for each in template["spec"]["containers"][0]["env"]}
    assert env["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://otel-collector:4317"
    assert "OTEL_TRACES_SAMPLER" not in env
    assert template["metadata"]["annotations"]["instrumentation.opentelemetry.io/inject-sdk"] == "otel"
    assert made()["Instrumentation/otel"]["spec"]["sampler"] == {"type": "parentbased_always_on"}


def test_without_an_operator_the_sdks_draw_the_share(made, context, make_workload):
    """The share is carried; a service that names a sampler of its own keeps it."""
    own = make_workload("own", env={"OTEL_TRACES_SAMPLER": "always_off"})
    objects = made(context(operator=False), workloads=(make_workload(), own))
    (container,) = objects["Deployment/portal"]["spec"]["template"]["spec"]["containers"]
    env = {each["name"]: each["value"] for each in container["env"]}
    assert (env["OTEL_TRACES_SAMPLER"], env["OTEL_TRACES_SAMPLER_ARG"]) == ("parentbased_traceidratio", "0.10")
    assert "OpenTelemetryCollector/otel" not in objects
    (other,) = objects["Deployment/own"]["spec"]["template"]["spec"]["containers"]
    assert "OTEL_TRACES_SAMPLER_ARG" not in {each["name"] for each in other["env"]}


def test_needs_are_met_by_what_the_platform_has(make_plan, context, make_need, make_images):
    """A share needs an address, errors and redaction a collector, and times one that keeps traces as long."""
    plan = make_plan(tracing=tracing())
    nothing = context()
    del nothing.clusters["shared-eu"]["tracing"]
    without_image = context()
    del without_image.clusters["shared-eu"]["tracing"]["image"]
    assert answers(plan, context(), make_need) == ["honoured"] * 4
    assert answers(plan, context(operator=False), make_need) == ["honoured", "cannot", "cannot", "honoured"]
    assert answers(plan, context(retention_days=30), make_need) == ["honoured"] * 3 + ["cannot"]
    assert answers(plan, nothing, make_need) == ["cannot"] * 4
    assert answers(plan, without_image, make_need) == ["honoured"] * 4
    guarded = plan._replace(images=make_images())
    assert answers(guarded, without_image, make_need) == ["honoured", "cannot", "cannot", "honoured"]


def test_what_is_lacking_names_the_need_and_the_cluster(make_plan, context, make_need):
    """One sentence with both, and what to do."""
    need = make_need("tracing.redaction", what="taking out ssn")
    lack = BACKEND.lack(need, make_plan(tracing=tracing()), context(operator=False))
    assert lack.words == (
        "taking out ssn needs a collector of the tenant's own; the cluster `shared-eu` has no operator that makes one"
    )
    assert "operator = true" in lack.advice
    late = BACKEND.lack(make_need("tracing.retention"), make_plan(tracing=tracing()), context(retention_days=30))
    assert "keeps all of them for 30" in late.words


def test_the_tenants_rules_for_images_let_the_platforms_collector_in(made, make_images):
    """By its whole name with the digest, and no other image of that registry."""
    policy = made(images=make_images())["ValidatingAdmissionPolicy/t-acme-health-production.images"]["spec"]
    (running,) = (each["expression"] for each in policy["variables"] if each["name"] == "running")
    assert running.startswith(f'["{IMAGE}"] + (request.operation')
    plain = made(images=make_images(), tracing=None)
    (before,) = (
        each["expression"]
        for each in plain["ValidatingAdmissionPolicy/t-acme-health-production.images"]["spec"]["variables"]
        if each["name"] == "running"
    )
    assert before.startswith("request.operation")


def test_the_quota_counts_what_the_operator_makes(made, make_plan, context):
    """One Deployment more, and in the sum of what the services need."""
    before = made(tracing=None)["ResourceQuota/quota"]["spec"]["hard"]["count/deployments.apps"]
    assert int(made()["ResourceQuota/quota"]["spec"]["hard"]["count/deployments.apps"]) == int(before) + 1
    quotas = {"cpu_cores": 8, "memory_gb": 8.5}
    # The portal needs 8 replicas of 1 core and 1 GiB while a new version starts; the collector 1 core and 1 GiB.
    small = BACKEND.lower(make_plan(quotas=quotas), context())
    assert "TC511" not in judge(small, None)
    found = judge(BACKEND.lower(make_plan(quotas=quotas, tracing=tracing()), context()), None)["TC511"]
    assert [finding.pointer[-1] for finding in found] == ["cpu_cores", "memory_gb"]
    assert "need 9 cores" in found[0].message


@pytest.mark.parametrize("minor", range(30, 38))
def test_the_objects_are_valid_in_every_version(make_plan, context, minor):
    """The schemas accept them, and the lints find nothing."""
    plan, place = make_plan(tracing=tracing()), context(f"1.{minor}")
    artifacts = BACKEND.lower(plan, place)
    assert list(check(artifacts, plan, place)) == []
    assert judge(artifacts, plan) == {}
    assert validator(f"1.{minor}", "opentelemetry.io/v1beta1/OpenTelemetryCollector") is not None


def test_a_service_cannot_take_the_collectors_name(make_plan, context, make_workload):
    """The operator would make a Deployment and Services of that name."""
    plan = make_plan(tracing=tracing(), workloads=(make_workload("otel-collector", hosts=()),))
    found = judge(BACKEND.lower(plan, context()), plan)
    assert [finding.object for finding in found["TC576"]] == ["Service/otel-collector"]
    assert "TC576" not in judge(BACKEND.lower(plan._replace(tracing=None), context()), plan)
