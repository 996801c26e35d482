"""What AI means, and what is wrong with it: in workspaces whose platform offers servers, a client and accelerators."""

from __future__ import annotations

import pytest

DIGEST = "@sha256:" + "0" * 64
PLATFORM = """
gpu = { resource = "nvidia.com/gpu", product = "NVIDIA-L4", units_per_accelerator = 10 }

[ai.servers.nlp_processing]
image = "registry.acme.example/ai/nlp:1"
replicas = 2
accelerators = 1
memory_gb = 4
cpu_cores = 1.5

[ai.servers.auto_ml]
image = "registry.acme.example/ai/auto:1"
protocol = "grpc"
port = 9000

[ai.learning_client]
image = "registry.acme.example/ai/client:1"
accelerators = 2
"""
MODEL = "registry.acme.example/triage:1"


@pytest.fixture
def platform(project):
    """A workspace with everything that AI needs."""
    with open(f"{project.root}/tenant-compile.toml", encoding="utf-8") as file:
        project.write("tenant-compile.toml", file.read() + PLATFORM)
    return project


@pytest.fixture
def planned(platform):
    """Plan an enterprise with these settings of AI, and services beside it."""

    def make(ai, **spec):
        platform.tenant(
            **{"tier": "enterprise", "owner": {"team": "care", "email": "a@acme.example"}, "ai": ai, **spec}
        )
        (environment,) = platform.one().environments
        assert environment.plan is not None
        return environment.plan

    return make


@pytest.fixture
def found(platform):
    """The graver findings about an enterprise with these settings of AI: code, pointer, message and help."""

    def make(ai, **spec):
        platform.tenant(
            **{"tier": "enterprise", "owner": {"team": "care", "email": "a@acme.example"}, "ai": ai, **spec}
        )
        return [
            (item.code, ".".join(map(str, item.pointer[1:])), f"{item.message}; {item.help}")
            for item in platform.one().diagnostics
            if item.severity != "info" and item.code != "TC510"
        ]

    return make


def test_a_tenant_without_ai_has_none_of_it(planned, service):
    """Quotas of its tier alone open nothing."""
    plan = planned({}, services={"portal": service()})
    assert plan.ai is None
    assert [workload.name for workload in plan.workloads] == ["portal"]
    assert not [need for need in plan.needs if need.feature.startswith("ai.")]


def test_an_opened_service_is_a_workload_that_its_callers_reach(planned, service):
    """Made from the workspace's server; only services that say so are its callers, and all know where it is."""
    plan = planned({"nlp_processing_enabled": True}, services={"portal": service(calls=["nlp-processing"])})
    (workload,) = (each for each in plan.workloads if each.part == "ai")
    assert (workload.name, workload.image, workload.callers) == (
        "nlp-processing",
        "registry.acme.example/ai/nlp:1",
        ("portal",),
    )
    assert workload.requests == workload.limits == (1500, 4096, None)
    assert workload.replicas == (2, 2, None)
    assert (workload.startup_seconds, workload.own_egress, workload.hosts) == (300, True, ())
    assert workload.made_from == (("spec", "ai", "nlp_processing_enabled"),)
    assert {setting.name: setting.value for setting in plan.settings}["NLP_PROCESSING_URL"] == (
        "http://nlp-processing:8080"
    )


def test_platform_servers_have_accelerators_only_where_the_tenant_has_acceleration(planned):
    """The same server runs without them."""
    for acceleration, wanted in ((True, 1), (False, 0)):
        plan = planned({"nlp_processing_enabled": True, "gpu_acceleration": acceleration})
        assert [each.accelerators for each in plan.workloads] == [wanted]


def test_what_trains_is_told_its_hours_and_what_serves_its_requests(planned):
    """Limits that nothing counts; `unlimited` is not told; what is kept of prompts is."""
    ai = {"auto_ml_enabled": True, "nlp_processing_enabled": True, "inference_requests_per_day": 500}
    env = {each.name: dict(each.env) for each in planned({**ai, "data_logging": False}).workloads}
    assert env == {
        "nlp-processing": {"INFERENCE_REQUESTS_PER_DAY": "500", "DATA_LOGGING": "false"},
        "auto-ml": {"INFERENCE_REQUESTS_PER_DAY": "500", "DATA_LOGGING": "false", "TRAINING_HOURS_PER_MONTH": "100"},
    }
    brand = {"name": "B", "domains": ["b.example"]}
    free = planned({**ai, "inference_requests_per_day": "unlimited"}, tier="white_label", branding=brand)
    assert {each.name: dict(each.env) for each in free.workloads} == {"nlp-processing": {}, "auto-ml": {}}


def test_a_grpc_server_is_named_without_a_scheme(planned):
    """Its clients know what to do with host and port."""
    plan = planned({"auto_ml_enabled": True})
    assert ("AUTO_ML_URL", "auto-ml:9000") in [setting[:2] for setting in plan.settings]


def test_a_custom_model_is_a_workload(planned, service):
    """With all that it says, and its defaults; a model without `expose` is reached by services that call it only."""
    ai = {
        "gpu_acceleration": True,
        "custom_models": {
            "triage": {
                "image": MODEL,
                "replicas": 2,
                "accelerators": 1,
                "memory_gb": 16,
                "uses": ["files"],
                "expose": {"hosts": ["triage.acme.example"], "cors_origins": ["https://acme.example"]},
                "probes": {"readiness": "/ready", "liveness": "/live", "startup_seconds": 900},
            },
            "plain": {"image": MODEL},
        },
    }
    plan = planned(ai, data={"object": {"files": {}}}, services={"portal": service(calls=["triage", "plain"])})
    triage, plain = (each for each in plan.workloads if each.part == "ai")
    assert (triage.replicas.maximum, triage.accelerators, triage.limits.memory_mib) == (2, 1, 16384)
    assert (triage.uses, triage.hosts, triage.startup_seconds) == (("files",), ("triage.acme.example",), 900)
    assert (triage.paths, triage.cors_origins) == (("/",), ("https://acme.example",))
    assert (plain.callers, plain.hosts, plain.accelerators) == (("portal",), (), 0)
    assert (plain.limits.millicores, plain.limits.memory_mib, plain.port) == (1000, 2048, 8080)
    assert triage.line("image") == ("spec", "ai", "custom_models", "triage", "image")
    assert triage.line("availability") == ("spec", "ai", "custom_models", "triage")


def test_bandwidth_is_shared_with_models(planned, service):
    """All pods at full scale divide it."""
    alone = planned({}, services={"portal": service(scaling={"fixed": 2})})
    with_models = planned(
        {"custom_models": {"triage": {"image": MODEL, "replicas": 2}}},
        services={"portal": service(scaling={"fixed": 2})},
    )
    assert {each.bandwidth_mbps for each in alone.workloads} == {1000}
    assert {each.bandwidth_mbps for each in with_models.workloads} == {500}


@pytest.mark.parametrize(
    ("provider", "region", "host"),
    [
        ("aws", "eu-west-1", "bedrock-runtime.eu-west-1.amazonaws.com"),
        ("azure", "westeurope", "westeurope.api.cognitive.microsoft.com"),
        ("gcp", "europe-west3", "europe-west3-aiplatform.googleapis.com"),
    ],
)
def test_a_managed_service_answers_instead_of_servers(planned, service, provider, region, host):
    """Exactly its host is a way out, and only for those who call one of the opened services."""
    plan = planned(
        {"nlp_processing_enabled": True, "endpoint": {"provider": provider, "region": region}},
        services={"portal": service(calls=["nlp-processing"]), "other": service()},
    )
    assert [workload.name for workload in plan.workloads] == ["portal", "other"]
    (way,) = plan.egress
    assert (way.host, way.ports, way.only_for) == (host, (443,), ("portal",))
    settings = {setting.name: setting.value for setting in plan.settings}
    assert settings["NLP_PROCESSING_URL"] == f"https://{host}"
    assert (settings["AI_PROVIDER"], settings["AI_REGION"]) == (provider, region)
    assert [(other.region, other.cloud) for other in plan.other_regions] == [(region, provider)]
    assert "ai.permission" in [need.feature for need in plan.needs]


def test_nobody_reaches_a_managed_service_that_nobody_calls(planned, service):
    """A way out is for somebody, or there is none."""
    ai = {"nlp_processing_enabled": True, "endpoint": {"provider": "aws", "region": "eu-west-1"}}
    assert planned(ai, services={"portal": service()}).egress == ()


def test_the_client_of_federated_learning_reaches_its_aggregator_only(planned):
    """A job of its own, with a way out of its own; rounds are spread over the day at a minute of the tenant's."""
    ai = {
        "federated_learning": True,
        "gpu_acceleration": True,
        "federation": {"aggregator": "https://fl.acme.example:8443/rounds", "rounds_per_day": 5, "uses": ["records"]},
    }
    plan = planned(ai, data={"sql": {"records": {}}})
    (client,) = plan.workloads
    assert (client.name, client.kind, client.own_egress) == ("federated-learning", "cron", True)
    assert client.schedule.split()[1:] == ["0,4,9,14,19", "*", "*", "*"]
    assert 0 <= int(client.schedule.split()[0]) < 60
    assert (client.uses, client.accelerators) == (("records",), 2)
    assert client.env == {"AGGREGATOR_URL": "https://fl.acme.example:8443/rounds", "TRAINING_HOURS_PER_MONTH": "100"}
    assert client.line("uses", 0) == ("spec", "ai", "federation", "uses", 0)
    assert client.line("accelerators") == ("spec", "ai", "federation")
    (way,) = plan.egress
    assert (way.host, way.ports, way.only_for) == ("fl.acme.example", (8443,), ("federated-learning",))


@pytest.mark.parametrize(
    ("rounds", "hours"), [(1, "0"), (2, "0,12"), (7, "0,3,6,10,13,17,20"), (24, ",".join(map(str, range(24))))]
)
def test_rounds_are_spread_over_the_day(planned, rounds, hours):
    """As evenly as whole hours allow."""
    federation = {"aggregator": "https://fl.acme.example", "rounds_per_day": rounds}
    (client,) = planned({"federated_learning": True, "federation": federation}).workloads
    assert client.schedule.split()[1] == hours


# What is wrong.


def test_sound_ai_has_no_finding(found, service):
    """Everything at once."""
    ai = {
        "nlp_processing_enabled": True,
        "auto_ml_enabled": True,
        "gpu_acceleration": True,
        "federated_learning": True,
        "federation": {"aggregator": "https://fl.acme.example"},
        "custom_models": {"triage": {"image": MODEL, "accelerators": 1, "decision": "automatic", "human_review": True}},
    }
    assert found(ai, services={"portal": service(calls=["nlp-processing", "auto-ml", "triage"])}) == []


@pytest.mark.parametrize(
    ("ai", "name", "pointer"),
    [
        ({"custom_models": {"portal": {"image": MODEL}}}, "portal", "ai.custom_models.portal"),
        ({"nlp_processing_enabled": True}, "nlp-processing", "services.nlp-processing"),
        (
            {"federated_learning": True, "federation": {"aggregator": "https://fl.acme.example"}},
            "federated-learning",
            "services.federated-learning",
        ),
    ],
)
def test_names_stand_once_in_the_namespace(found, service, ai, name, pointer):
    """TC351, at the one that can get another name."""
    ((code, where, text),) = found(ai, services={name: service()})
    assert (code, where) == ("TC351", pointer)
    assert f"`{name}` is the name of" in text


def test_a_model_cannot_be_called_as_an_ai_service(found):
    """TC351, at the model; a model of that name is sound while the tenant does not open the service."""
    models = {"custom_models": {"nlp-processing": {"image": MODEL}}}
    ((code, where, _),) = found({"nlp_processing_enabled": True, **models})
    assert (code, where) == ("TC351", "ai.custom_models.nlp-processing")
    assert found(models) == []


def test_more_models_than_allowed(found):
    """TC352 names both lines, and by how much."""
    models = {f"m{number}": {"image": MODEL} for number in range(3)}
    ((code, where, text),) = found({"custom_models_allowed": 1, "custom_models": models})
    assert (code, where) == ("TC352", "ai.custom_models")
    assert "ai.custom_models has 3, but ai.custom_models_allowed is 1" in text
    assert "remove 2" in text


def test_three_hundred_models_are_too_many_and_say_so_once(found):
    """One finding for each bound, whatever the number."""
    models = {f"m{number}": {"image": MODEL} for number in range(300)}
    codes = [code for code, _, _ in found({"custom_models": models})]
    assert codes == ["TC352", "TC352", "TC352"]


def test_every_replica_is_an_instance(found):
    """TC352, with the smallest quota that fits."""
    ai = {"custom_models": {"triage": {"image": MODEL, "replicas": 3}}}
    ((code, where, text),) = found(ai, quotas={"ml_model_instances": 2})
    assert (code, where) == ("TC352", "quotas.ml_model_instances")
    assert "AI needs 3 model instances at full scale, which is 1 more" in text
    assert "raise quotas.ml_model_instances to 3" in text


@pytest.mark.parametrize(("accelerators", "cores", "units"), [(1, 1, 20), (0, 2.5, 6)])
def test_units_are_those_of_accelerators_or_cores(found, accelerators, cores, units):
    """Two replicas: the profile says ten units for an accelerator; without any a unit is a core, rounded up."""
    model = {"image": MODEL, "replicas": 2, "accelerators": accelerators, "cpu_cores": cores}
    ai = {"gpu_acceleration": accelerators > 0, "custom_models": {"triage": model}}
    assert found(ai, quotas={"ai_processing_units": units}) == []
    ((code, where, text),) = found(ai, quotas={"ai_processing_units": units - 1})
    assert (code, where) == ("TC352", "quotas.ai_processing_units")
    assert f"AI needs {units} units" in text


def test_accelerators_need_acceleration(found):
    """TC353 names both lines."""
    ((code, where, text),) = found({"custom_models": {"triage": {"image": MODEL, "accelerators": 1}}})
    assert (code, where) == ("TC353", "ai.custom_models.triage.accelerators")
    assert "ai.gpu_acceleration is false" in text


def test_federated_learning_needs_an_aggregator(found):
    """TC353; a client without a place to send to is not made."""
    ((code, where, _),) = found({"federated_learning": True})
    assert (code, where) == ("TC353", "ai.federated_learning")


@pytest.mark.parametrize(
    ("ai", "where"),
    [
        ({"nlp_processing_enabled": True, "inference_requests_per_day": 0}, "ai.nlp_processing_enabled"),
        (
            {"custom_models": {"triage": {"image": MODEL}}, "inference_requests_per_day": 0},
            "ai.custom_models.triage",
        ),
        ({"auto_ml_enabled": True, "model_training_quota_hours": 0}, "ai.auto_ml_enabled"),
        (
            {
                "federated_learning": True,
                "federation": {"aggregator": "https://fl.acme.example"},
                "model_training_quota_hours": 0,
            },
            "ai.federated_learning",
        ),
    ],
)
def test_what_may_do_nothing_is_found(found, ai, where):
    """TC353: no request, no hour."""
    ((code, pointer, _),) = found(ai)
    assert (code, pointer) == ("TC353", where)


@pytest.mark.parametrize(
    ("ai", "where"),
    [
        ({"federation": {"aggregator": "https://fl.acme.example"}}, "ai.federation.aggregator"),
        ({"gpu_acceleration": True, "custom_models": {"triage": {"image": MODEL}}}, "ai.gpu_acceleration"),
        ({"custom_models": {"triage": {"image": MODEL, "human_review": True}}}, "ai.custom_models.triage.human_review"),
        (
            {"custom_models": {"triage": {"image": MODEL}}, "endpoint": {"provider": "aws", "region": "eu-west-1"}},
            "ai.endpoint",
        ),
    ],
)
def test_settings_without_effect_are_found(found, ai, where):
    """TC326, a warning at the setting."""
    ((code, pointer, _),) = found(ai)
    assert (code, pointer) == ("TC326", where)


@pytest.mark.parametrize(
    "aggregator",
    [
        "https://fl.shop.svc.cluster.local",
        "https://metadata.google.internal",
        "https://169.254.169.254",
        "https://10.0.0.8:8443/rounds",
        "https://0x7f.0.0.0x1",
        "https://127.1",
    ],
)
def test_an_aggregator_is_a_public_host(found, aggregator):
    """TC211 for names of the platform and for addresses, however they are written."""
    ((code, pointer, _),) = found({"federated_learning": True, "federation": {"aggregator": aggregator}})
    assert (code, pointer) == ("TC211", "ai.federation.aggregator")


@pytest.mark.parametrize(
    "aggregator",
    [
        "http://fl.acme.example",
        "https://localhost",
        "https://*.acme.example",
        "https://user@fl.acme.example",
        "https://fl.acme.example:0",
        "https://fl.acme.example:70000",
        "https://[::1]",
        "https://fl.acme.example/a b",
    ],
)
def test_an_aggregator_is_an_https_address_of_a_host(platform, aggregator):
    """Anything else is no aggregator for the schema."""
    platform.tenant(tier="enterprise", ai={"federated_learning": True, "federation": {"aggregator": aggregator}})
    assert platform.codes() == ["TC206"]


@pytest.mark.parametrize(
    ("provider", "region", "code"),
    [("aws", "us-east-1", "TC319"), ("azure", "eastus", "TC319"), ("azure", "eu-west-1", "TC318")],
)
def test_a_managed_service_stands_inside_the_residency(found, provider, region, code):
    """In regions of its provider, whatever cloud the tenant has."""
    placement = {"cloud": "aws", "regions": {"eu-central-1": {}}, "residency": {"jurisdictions": ["EU"]}}
    ai = {"nlp_processing_enabled": True, "endpoint": {"provider": provider, "region": region}}
    codes = [(each, pointer) for each, pointer, _ in found(ai, placement=placement)]
    assert (code, "ai.endpoint.region") in codes


@pytest.mark.parametrize(
    "model",
    [
        {"replicas": 0},
        {"replicas": -1},
        {"accelerators": -1},
        {"memory_gb": 0},
        {"cpu_cores": -1},
        {"port": 80},
        {"decision": "nobody"},
        {"image": "no image"},
    ],
)
def test_impossible_amounts_are_refused(platform, model):
    """By the schema, at the model."""
    platform.tenant(tier="enterprise", ai={"custom_models": {"triage": {"image": MODEL, **model}}})
    (finding,) = platform.one().diagnostics
    assert finding.severity == "error"
    assert finding.code < "TC300"


def test_images_of_models_and_servers_are_held_to_the_same_rules(found):
    """TC313 and TC314, at the model's image, and at the flag that opens a server."""
    security = {"images": {"registries": ["registry.other.example"], "digests_required": True}}
    ai = {"nlp_processing_enabled": True, "custom_models": {"triage": {"image": MODEL}}}
    assert [(code, pointer) for code, pointer, _ in found(ai, security=security)] == [
        ("TC313", "ai.nlp_processing_enabled"),
        ("TC314", "ai.nlp_processing_enabled"),
        ("TC313", "ai.custom_models.triage.image"),
        ("TC314", "ai.custom_models.triage.image"),
    ]


def test_the_host_of_a_model_lies_below_the_tenants_domains(found):
    """TC312, at the host."""
    model = {"image": MODEL, "expose": {"hosts": ["triage.evil.example"]}}
    assert ("TC312", "ai.custom_models.triage.expose.hosts.0") in [
        (code, pointer) for code, pointer, _ in found({"custom_models": {"triage": model}})
    ]


def test_stores_of_models_exist(found):
    """TC311, at the model's and at the client's."""
    ai = {
        "custom_models": {"triage": {"image": MODEL, "uses": ["weights"]}},
        "federated_learning": True,
        "federation": {"aggregator": "https://fl.acme.example", "uses": ["records"]},
    }
    assert [(code, pointer) for code, pointer, _ in found(ai)] == [
        ("TC311", "ai.custom_models.triage.uses.0"),
        ("TC311", "ai.federation.uses.0"),
    ]


def test_a_connection_has_no_path(found):
    """TC316: what an exposed model of plain TCP says of paths and pages has no effect."""
    expose = {"hosts": ["triage.acme.example"], "paths": ["/a"], "cors_origins": ["https://acme.example"]}
    model = {"image": MODEL, "protocol": "tcp", "expose": expose}
    pointers = {pointer for code, pointer, _ in found({"custom_models": {"triage": model}}) if code == "TC316"}
    assert pointers == {"ai.custom_models.triage.expose.paths", "ai.custom_models.triage.expose.cors_origins"}


def test_services_cannot_call_what_is_not_opened(found, service):
    """TC310, as of any service that is not there."""
    ((code, pointer, _),) = found({}, services={"portal": service(calls=["nlp-processing"])})
    assert (code, pointer) == ("TC310", "services.portal.calls.0")


def test_the_smallest_tier_has_no_ai(found):
    """TC305: nothing can be switched on; a larger tier leaves it open."""
    codes = [code for code, _, _ in found({"nlp_processing_enabled": True}, tier="free", owner={"team": "care"})]
    assert codes[0] == "TC305"


def test_two_tenants_cannot_expose_one_host_by_models(platform):
    """TC324, at the models that expose it."""
    model = {"image": MODEL, "expose": {"hosts": ["triage.acme.example"]}}
    for name in ("one", "other"):
        platform.tenant(name, tier="premium", ai={"custom_models": {"triage": model}})
    (finding,) = (item for result in platform.results() for item in result.diagnostics if item.code == "TC324")
    assert finding.place.pointer[1:] == ("ai", "custom_models", "triage", "expose", "hosts")
