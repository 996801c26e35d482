"""AI on a cluster: pods with accelerators, who reaches what, quotas, and what a cluster cannot do."""

from __future__ import annotations

import json

import pytest

from tenant_compiler.backends.kubernetes.schemas import validator

DIGEST = "@sha256:" + "0" * 64
MODEL = "registry.acme.example/triage:1" + DIGEST
GPU = 'gpu = { resource = "nvidia.com/gpu", product = "NVIDIA-L4", units_per_accelerator = 10 }\n'
PLATFORM = f"""
[ai.servers.nlp_processing]
image = "registry.acme.example/ai/nlp:1{DIGEST}"
accelerators = 1

[ai.learning_client]
image = "registry.acme.example/ai/client:1{DIGEST}"
"""
MINORS = [f"1.{minor}" for minor in range(30, 38)]
NAME = "app.kubernetes.io/name"


@pytest.fixture
def checked(project, service):
    """Check an enterprise with these settings of AI in a cluster: its objects by id, and its findings."""
    with open(f"{project.root}/tenant-compile.toml", encoding="utf-8") as file:
        config = file.read()

    def make(ai, cluster=GPU, platform=PLATFORM, gateway='{ namespace = "gateway" }', **spec):
        text = config.replace('{ namespace = "gateway" }', gateway)
        project.write("tenant-compile.toml", text + cluster + platform)
        callers = {"portal": service(calls=["nlp-processing"] if ai.get("nlp_processing_enabled") else [])}
        owner = {"team": "care", "email": "care@acme.example"}
        project.tenant(**{"tier": "enterprise", "owner": owner, "ai": ai, "services": callers, **spec})
        (environment,) = project.one().environments
        made = environment.artifacts.get("kubernetes", ())
        objects = {item.id: item.value for artifact in made for item in artifact.objects}
        return objects, environment.diagnostics

    return make


MODELS = {
    "gpu_acceleration": True,
    "custom_models": {"triage": {"image": MODEL, "replicas": 2, "accelerators": 1, "memory_gb": 16}},
}
EVERYTHING = {
    **MODELS,
    "nlp_processing_enabled": True,
    "federated_learning": True,
    "federation": {"aggregator": "https://fl.acme.example"},
}


def _pod(objects, id_="Deployment/triage"):
    spec = objects[id_]["spec"]
    return (spec["jobTemplate"]["spec"] if "jobTemplate" in spec else spec)["template"]["spec"]


def _findings(found, *codes):
    return [(item.code, item.severity, item.message) for item in found if item.code in codes]


def test_a_pod_with_accelerators_says_all_that_they_need(checked):
    """Requests equal limits, the product's nodes, their taint, and memory that processes share."""
    pod = _pod(checked(MODELS)[0])
    (container,) = pod["containers"]
    assert container["resources"]["limits"] == {"cpu": "1", "memory": "16Gi", "nvidia.com/gpu": "1"}
    assert container["resources"]["requests"] == container["resources"]["limits"]
    assert pod["nodeSelector"] == {"nvidia.com/gpu.product": "NVIDIA-L4"}
    assert pod["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    assert {"name": "shared-memory", "emptyDir": {"medium": "Memory", "sizeLimit": "4Gi"}} in pod["volumes"]
    assert {"name": "shared-memory", "mountPath": "/dev/shm"} in container["volumeMounts"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_any_node_with_the_resource_does_where_the_profile_names_no_product(checked):
    """Other resources than NVIDIA's, too; and no pod without accelerators gets anything of it."""
    cluster = 'gpu = { resource = "amd.com/gpu", units_per_accelerator = 5 }\n'
    objects, _ = checked({**MODELS, "custom_models": {**MODELS["custom_models"], "plain": {"image": MODEL}}}, cluster)
    pod, plain = _pod(objects), _pod(objects, "Deployment/plain")
    assert "nodeSelector" not in pod
    assert pod["tolerations"][0]["key"] == "amd.com/gpu"
    assert pod["containers"][0]["resources"]["limits"]["amd.com/gpu"] == "1"
    assert not {"nodeSelector", "tolerations"} & set(plain)
    assert [volume["name"] for volume in plain["volumes"]] == ["tmp"]


def test_accelerators_of_a_tenant_with_nodes_of_its_own_are_on_those(checked):
    """Both hold: the tenant's nodes with their taint, and those with the product."""
    placement = {"cloud": "aws", "isolation": "node_pool", "regions": {"eu-central-1": {}}}
    objects, _ = checked(MODELS, 'node_pools = ["acme"]\n' + GPU, placement=placement)
    pod, plain = _pod(objects), _pod(objects, "Deployment/portal")
    assert pod["nodeSelector"] == {**plain["nodeSelector"], "nvidia.com/gpu.product": "NVIDIA-L4"}
    assert pod["tolerations"][:-1] == plain["tolerations"]
    assert pod["tolerations"][-1]["key"] == "nvidia.com/gpu"


def test_a_small_model_has_at_least_what_a_container_has_anyway(checked):
    """Never less shared memory than the 64 MiB of any container."""
    ai = {"gpu_acceleration": True, "custom_models": {"t": {"image": MODEL, "accelerators": 1, "memory_gb": 0.125}}}
    volumes = _pod(checked(ai)[0], "Deployment/t")["volumes"]
    assert volumes[-1]["emptyDir"]["sizeLimit"] == "64Mi"


def test_new_versions_take_the_accelerators_of_old_ones(checked):
    """In place; and who is alone is away for so long (TC581)."""
    objects, found = checked({**EVERYTHING, "custom_models": {**MODELS["custom_models"], "plain": {"image": MODEL}}})
    rolling = {name: objects[f"Deployment/{name}"]["spec"]["strategy"]["rollingUpdate"] for name in ("triage", "plain")}
    assert rolling == {
        "triage": {"maxSurge": 0, "maxUnavailable": 1},
        "plain": {"maxSurge": "25%", "maxUnavailable": 0},
    }
    assert [message.split("`")[1] for _, _, message in _findings(found, "TC581")] == ["nlp-processing"]


def test_models_have_all_that_services_have(checked):
    """A Service, an identity without a token, a budget for drains, a policy of their own."""
    objects, _ = checked({**MODELS, "nlp_processing_enabled": True})
    for kind in ("Service", "ServiceAccount", "Deployment", "PodDisruptionBudget"):
        assert f"{kind}/triage" in objects
    assert objects["ServiceAccount/triage"]["automountServiceAccountToken"] is False
    assert _pod(objects)["securityContext"]["runAsNonRoot"] is True
    ingress = objects["NetworkPolicy/nlp-processing"]["spec"]["ingress"]
    assert ingress[0]["from"] == [{"podSelector": {"matchLabels": {NAME: "portal"}}}]
    assert "HTTPRoute/triage" not in objects


def test_only_an_exposed_model_has_routes(checked):
    """At the same edge as services, and its pods take requests of the gateway."""
    said = {"image": MODEL, "expose": {"hosts": ["triage.acme.example"]}}
    ai = {"custom_models": {"triage": said, "other": {"image": MODEL}}}
    objects, _ = checked(ai, gateway='{ namespace = "gateway", kind = "envoy-gateway", name = "public" }')
    assert [id_ for id_ in objects if id_.startswith("HTTPRoute/")] == ["HTTPRoute/triage"]
    assert objects["HTTPRoute/triage"]["spec"]["hostnames"] == ["triage.acme.example"]
    callers = objects["NetworkPolicy/triage"]["spec"]["ingress"][0]["from"]
    assert callers == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "gateway"}}}]
    assert "NetworkPolicy/other" not in objects


def test_model_servers_reach_nothing_outside(checked):
    """The tenant's destinations are for its services; the policy leaves out whatever belongs to AI."""
    egress = {"mailco": {"cidr": "203.0.113.0/24", "reason": "mail"}}
    objects, _ = checked(EVERYTHING, security={"network": {"egress": egress}})
    assert objects["NetworkPolicy/default.egress"]["spec"]["podSelector"] == {
        "matchExpressions": [
            {"key": NAME, "operator": "NotIn", "values": ["nlp-processing", "triage", "federated-learning"]}
        ]
    }
    alone, _ = checked({}, security={"network": {"egress": egress}})
    assert alone["NetworkPolicy/default.egress"]["spec"]["podSelector"] == {}


def test_the_learning_client_reaches_its_aggregators_port_only(checked):
    """A job on a schedule; as wide as a NetworkPolicy must be, which is said of the client alone (TC510)."""
    ai = {**EVERYTHING, "federation": {"aggregator": "https://fl.acme.example:8443", "rounds_per_day": 2}}
    objects, found = checked(ai)
    job = objects["CronJob/federated-learning"]["spec"]
    assert job["schedule"].split()[1:] == ["0,12", "*", "*", "*"]
    assert job["concurrencyPolicy"] == "Forbid"
    policy = objects["NetworkPolicy/federated-learning"]["spec"]
    assert policy["policyTypes"] == ["Egress"]
    assert [rule["ports"] for rule in policy["egress"]] == [[{"protocol": "TCP", "port": 8443}]]
    blocks = [block["ipBlock"] for block in policy["egress"][0]["to"]]
    assert {"169.254.0.0/16", "10.0.0.0/8"} <= set(blocks[0]["except"])
    (wider,) = _findings(found, "TC510")
    assert wider[2].startswith("`federated-learning` may reach all public addresses on port 8443")
    assert "NetworkPolicy/default.egress" not in objects


def test_callers_reach_the_managed_service_and_nobody_else_does(checked):
    """In the callers' own policies; nothing runs in the cluster, and settings say where to go."""
    ai = {"nlp_processing_enabled": True, "endpoint": {"provider": "aws", "region": "eu-central-1"}}
    objects, found = checked(ai)
    assert "Deployment/nlp-processing" not in objects
    assert "NetworkPolicy/default.egress" not in objects
    (rule,) = objects["NetworkPolicy/portal"]["spec"]["egress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 443}]
    assert objects["ConfigMap/settings"]["data"]["AI_REGION"] == "eu-central-1"
    assert _findings(found, "TC510")[0][2].startswith("`portal` may reach")


def test_quotas_count_models_once(checked):
    """Deployments: the services and the model instances. Accelerators: what the units come to."""
    objects, _ = checked(EVERYTHING, quotas={"ml_model_instances": 4, "ai_processing_units": 39})
    hard = objects["ResourceQuota/quota"]["spec"]["hard"]
    assert hard["count/deployments.apps"] == "5"
    assert hard["requests.nvidia.com/gpu"] == "3"


def test_the_lint_of_accelerators_says_by_how_much(make_plan, make_workload, make_context, lower):
    """A plan whose units are too few, as another tool might make it: the sum, the excess, and who needs the most."""
    from tenant_compiler.backends.kubernetes.lints.pack import PACK
    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.plan import Replicas

    plan = make_plan(
        workloads=(
            make_workload("small", accelerators=1, part="ai", replicas=Replicas(1, 1, None)),
            make_workload("large", accelerators=4, part="ai", replicas=Replicas(2, 2, None)),
            make_workload("portal"),
        ),
        quotas={**make_plan().quotas, "ai_processing_units": 70},
    )
    objects = lower(plan, make_context())["shared-eu"]
    artifact = Artifact("kubernetes/shared-eu/all.yaml", "yaml", [item.value for item in objects], tuple(objects))
    (finding,) = (found for rule in PACK.rules if rule.code == "TC511" for found in rule.check((artifact,), None, None))
    assert "need 9 nvidia.com/gpu at full scale" in finding.message
    assert "2 more than quotas.ai_processing_units come to (7)" in finding.message
    assert "of large, which needs the most" in finding.help
    assert finding.pointer == ("spec", "quotas", "ai_processing_units")


def test_limits_that_nothing_counts_are_said(checked):
    """TC580, for requests and for training; not for what is unlimited or not there."""
    assert len(_findings(checked(EVERYTHING)[1], "TC580")) == 2
    assert len(_findings(checked(MODELS)[1], "TC580")) == 1
    assert _findings(checked({})[1], "TC580") == []
    brand = {"name": "B", "domains": ["b.example"]}
    assert _findings(checked(EVERYTHING, tier="white_label", branding=brand)[1], "TC580") == []
    endpoint = {"provider": "aws", "region": "eu-central-1"}
    _, found = checked({"nlp_processing_enabled": True, "endpoint": endpoint})
    (told,) = (item for item in found if item.code == "TC580")
    assert "its provider counts" in told.help


@pytest.mark.parametrize(
    ("ai", "cluster", "platform", "words"),
    [
        (MODELS, "", PLATFORM, "the pods of `triage` (1 each) need accelerators; the cluster `shared-eu` has none"),
        (
            {"nlp_processing_enabled": True},
            GPU,
            "",
            "the AI service `nlp-processing` needs a model server; the workspace names none",
        ),
        (EVERYTHING, GPU, PLATFORM.split("[ai.learning_client]", maxsplit=1)[0], "federated learning needs a client"),
        (
            EVERYTHING,
            'network_policy = "none"\n' + GPU,
            PLATFORM,
            "needs network policies that keep its client to the aggregator; the cluster `shared-eu` enforces none",
        ),
    ],
)
def test_what_cannot_run_is_an_error_that_names_both_sides(checked, ai, cluster, platform, words):
    """TC522: nothing is emitted by half."""
    objects, found = checked(ai, cluster, platform)
    assert any(severity == "error" and words in message for _, severity, message in _findings(found, "TC522"))
    assert objects == {}


@pytest.mark.parametrize("minor", MINORS)
def test_everything_is_valid_on_every_minor(checked, minor):
    """And the lints have nothing to say about it."""
    ai = {**EVERYTHING, "custom_models": {"triage": {**MODELS["custom_models"]["triage"], "protocol": "grpc"}}}
    objects, found = checked(ai, f'kubernetes = "{minor}"\n' + GPU)
    assert len(objects) > 20
    for value in objects.values():
        schema = validator(minor, f"{value['apiVersion']}/{value['kind']}")
        assert schema is not None
        assert [error.message for error in schema.iter_errors(json.loads(json.dumps(value)))] == []
    assert [item.code for item in found if item.severity == "error"] == []


def test_a_tenant_without_ai_gets_nothing_new(checked):
    """Byte for byte what it had, whatever the workspace offers."""
    with_platform, _ = checked({})
    without, _ = checked({}, platform="")
    assert with_platform == without
    assert not any("AI_" in name for name in with_platform["ConfigMap/settings"]["data"])
