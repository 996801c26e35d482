"""What AI means: which workloads serve and train, what they may reach, and what callers are told of them.

The platform's AI services run as workloads of the tenant's own, made from the servers that the workspace names, or they
are a managed service of a cloud. Either way a service of the tenant that wants one says so in its `calls`.
"""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.plan import Amounts, Egress, Replicas, Setting, Workload
from tenant_compiler.model.plan_ai import Ai, AiEndpoint, AiService
from tenant_compiler.plan.edge import paths, without_effect
from tenant_compiler.plan.numbers import bounded, scaled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tenant_compiler.model.plan import Lineage, Plan
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.vocabulary.ai import Ai as Said
    from tenant_compiler.model.vocabulary.ai import CustomModel, LearningClient, ModelServer
    from tenant_compiler.model.vocabulary.edge import Expose
    from tenant_compiler.model.vocabulary.tenant import Selected
    from tenant_compiler.model.vocabulary.workspace import WorkspaceConfig

SERVICES: Final = ("recommendation_engine", "sentiment_analysis", "nlp_processing", "computer_vision", "auto_ml")
CLIENT: Final = "federated-learning"
"""The workload that takes part in federated learning."""
START_SECONDS: Final = 300
"""A model is loaded before its server answers; five minutes where nobody says."""
_AI: Final[Pointer] = ("spec", "ai")
_HOSTS: Final = {
    "aws": "bedrock-runtime.{}.amazonaws.com",
    "azure": "{}.api.cognitive.microsoft.com",
    "gcp": "{}-aiplatform.googleapis.com",
}
_HTTPS: Final = 443


def with_ai(plan: Plan, spec: Selected, config: WorkspaceConfig, pods: Callable[[Selected], int]) -> Plan:
    """Give the plan with what the tenant has of AI; the plan itself where it has nothing.

    Args:
        plan: of everything else.
        spec: the tenant.
        config: the workspace, which names servers and client.
        pods: counts those of the services at full scale.
    """
    ai = _ai(spec, config)
    if ai is None:
        return plan
    callers: dict[str, tuple[str, ...]] = {}
    for workload in sorted(plan.workloads, key=lambda workload: workload.name):
        for called in workload.calls:
            callers[called] = (*callers.get(called, ()), workload.name)
    served = tuple(_workloads(spec, ai, config, callers, plan.name))
    everything = (*plan.workloads, *served)
    total = plan.quotas["network_bandwidth_mbps"]
    if total is not None:
        bandwidth = share(total, pods(spec) + sum(workload.replicas.maximum for workload in served))
        everything = tuple(workload._replace(bandwidth_mbps=bandwidth) for workload in everything)
    return plan._replace(
        workloads=everything,
        egress=(*plan.egress, *_egress(ai, callers)),
        settings=(*plan.settings, *_settings(ai, served)),
        ai=ai,
    )


def share(total: float, pods: int) -> int:
    """Give one pod's share of the bandwidth, in Mbit/s: the tenant's, divided by all its pods at full scale."""
    return max(1, math.floor(total / max(1, pods)))


def _ai(spec: Selected, config: WorkspaceConfig) -> Ai | None:
    """Give what a tenant has of AI; None where it has nothing."""
    said = spec["ai"]
    opened: Mapping[str, Any] = said
    keys = [key for key in SERVICES if opened[f"{key}_enabled"]]
    if not (keys or said["custom_models"] or said["federated_learning"]):
        return None
    platform = config["ai"]
    endpoint = _endpoint(said)
    return Ai(
        services=tuple(
            AiService(key.replace("_", "-"), key, endpoint is not None or key in platform["servers"], (_flag(key),))
            for key in keys
        ),
        endpoint=endpoint,
        models=tuple(said["custom_models"]),
        models_allowed=bounded(said["custom_models_allowed"]),
        requests_per_day=bounded(said["inference_requests_per_day"]),
        training_hours=bounded(said["model_training_quota_hours"]),
        accelerated=said["gpu_acceleration"],
        learning=said["federated_learning"],
        aggregator=said["federation"].get("aggregator", ""),
        client="learning_client" in platform,
        made_from=(
            *map(_flag, keys),
            *((*_AI, "custom_models", name) for name in said["custom_models"]),
            *(((*_AI, "federated_learning"),) if said["federated_learning"] else ()),
        ),
    )


def _workloads(
    spec: Selected, ai: Ai, config: WorkspaceConfig, callers: Mapping[str, tuple[str, ...]], name: str
) -> Iterator[Workload]:
    """Make the workloads: servers of opened services, custom models, the client of federated learning."""
    platform, said = config["ai"], spec["ai"]
    for service in ai.services:
        if ai.endpoint is None and service.key in platform["servers"]:
            kept = platform["servers"][service.key]
            accelerators = kept["accelerators"] if ai.accelerated else 0
            env = {**_told(ai, said), **_training(ai, service)}
            yield _server(service.name, kept, env, callers, service.made_from)._replace(accelerators=accelerators)
    for model, own in said["custom_models"].items():
        made_from: Lineage = ((*_AI, "custom_models", model),)
        server = _server(model, own, _told(ai, said), callers, made_from)
        exposed = _exposed(server, own["expose"]) if "expose" in own else server
        yield exposed._replace(uses=tuple(own["uses"]), accelerators=own["accelerators"])
    client = platform.get("learning_client")
    if ai.learning and ai.aggregator and client is not None:
        yield _client(client, ai, said, name)


def _egress(ai: Ai, callers: Mapping[str, tuple[str, ...]]) -> Iterator[Egress]:
    """Give the ways out: callers to the managed end point, the client to its aggregator, nobody else to either.

    The names have a dot, which no destination that a tenant declares has.
    """
    endpoint = ai.endpoint
    if endpoint is not None:
        who = sorted({caller for service in ai.services for caller in callers.get(service.name, ())})
        if who:
            yield Egress("ai.endpoint", endpoint.host, "", (_HTTPS,), "AI services", endpoint.made_from, tuple(who))
    if ai.learning and ai.aggregator and ai.client:
        host, port = _place(ai.aggregator)
        made_from: Lineage = ((*_AI, "federation", "aggregator"),)
        yield Egress("ai.aggregator", host, "", (port,), "federated learning", made_from, (CLIENT,))


def _settings(ai: Ai, served: tuple[Workload, ...]) -> Iterator[Setting]:
    """Tell all workloads where the opened services are: by the same names, whoever answers."""
    found = {workload.name: workload for workload in served}
    for service in ai.services:
        workload = found.get(service.name)
        name = f"{service.key.upper()}_URL"
        if ai.endpoint is not None:
            yield Setting(name, f"https://{ai.endpoint.host}", (*service.made_from, *ai.endpoint.made_from))
        elif workload is not None:
            scheme = "http://" if workload.protocol == "http" else ""
            yield Setting(name, f"{scheme}{service.name}:{workload.port}", service.made_from)
    if ai.endpoint is not None:
        yield Setting("AI_PROVIDER", ai.endpoint.provider, ((*_AI, "endpoint", "provider"),))
        yield Setting("AI_REGION", ai.endpoint.region, ((*_AI, "endpoint", "region"),))


def _endpoint(said: Said) -> AiEndpoint | None:
    endpoint = said.get("endpoint")
    if endpoint is None:
        return None
    made_from: Lineage = ((*_AI, "endpoint", "provider"), (*_AI, "endpoint", "region"))
    provider, region = endpoint["provider"], endpoint["region"]
    return AiEndpoint(provider, region, _HOSTS[provider].format(region), made_from)


def _server(
    name: str,
    said: ModelServer | CustomModel,
    env: Mapping[str, str],
    callers: Mapping[str, tuple[str, ...]],
    made_from: Lineage,
) -> Workload:
    amounts = _amounts(said["cpu_cores"], said["memory_gb"])
    probes = said["probes"]
    return Workload(
        name=name,
        kind="web",
        image=said["image"],
        command=(),
        protocol=said["protocol"],
        port=said["port"],
        schedule="",
        calls=(),
        callers=callers.get(name, ()),
        uses=(),
        requests=amounts,
        limits=amounts,
        replicas=Replicas(said["replicas"], said["replicas"], None),
        readiness=probes.get("readiness", ""),
        liveness=probes.get("liveness", ""),
        startup_seconds=probes.get("startup_seconds", START_SECONDS),
        hosts=(),
        env=env,
        maximum_unavailable=1,
        bandwidth_mbps=None,
        unused=(),
        made_from=made_from,
        part="ai",
        own_egress=True,
    )


def _exposed(server: Workload, expose: Expose) -> Workload:
    return server._replace(
        hosts=tuple(expose["hosts"]),
        paths=paths(expose),
        tls=server.protocol != "tcp" and expose["tls"],
        cors_origins=tuple(dict.fromkeys(expose["cors_origins"])),
        unused=tuple(without_effect(expose, server.line("expose"))) if server.protocol == "tcp" else (),
    )


def _client(said: LearningClient, ai: Ai, section: Said, name: str) -> Workload:
    amounts = _amounts(said["cpu_cores"], said["memory_gb"])
    env = {"AGGREGATOR_URL": ai.aggregator, **_hours(ai), **_logging(section)}
    return Workload(
        name=CLIENT,
        kind="cron",
        image=said["image"],
        command=(),
        protocol="http",
        port=None,
        schedule=_rounds(section["federation"]["rounds_per_day"], name),
        calls=(),
        callers=(),
        uses=tuple(section["federation"]["uses"]),
        requests=amounts,
        limits=amounts,
        replicas=Replicas(1, 1, None),
        readiness="",
        liveness="",
        startup_seconds=None,
        hosts=(),
        env=env,
        maximum_unavailable=1,
        bandwidth_mbps=None,
        unused=(),
        made_from=((*_AI, "federation"), (*_AI, "federated_learning")),
        part="ai",
        accelerators=said["accelerators"] if ai.accelerated else 0,
        own_egress=True,
    )


def _rounds(number: int, name: str) -> str:
    """Spread rounds over the hours of a day, at a minute of the tenant's own: not all tenants at once."""
    hours = ",".join(str(24 * index // number) for index in range(number))
    return f"{zlib.crc32(name.encode()) % 60} {hours} * * *"


def _told(ai: Ai, said: Said) -> dict[str, str]:
    """Give what a server has to keep to: nothing between it and its callers counts requests."""
    limit = {} if ai.requests_per_day is None else {"INFERENCE_REQUESTS_PER_DAY": str(ai.requests_per_day)}
    return {**limit, **_logging(said)}


def _training(ai: Ai, service: AiService) -> dict[str, str]:
    return _hours(ai) if service.key == "auto_ml" else {}


def _hours(ai: Ai) -> dict[str, str]:
    return {} if ai.training_hours is None else {"TRAINING_HOURS_PER_MONTH": str(ai.training_hours)}


def _logging(said: Said) -> dict[str, str]:
    return {"DATA_LOGGING": str(said["data_logging"]).lower()} if "data_logging" in said else {}


def _amounts(cores: float, memory_gb: float) -> Amounts:
    return Amounts(scaled(cores, 1000), scaled(memory_gb, 1024), None)


def _place(url: str) -> tuple[str, int]:
    """Host and port of an https URL whose form the schema has checked."""
    host, _, port = url.removeprefix("https://").partition("/")[0].partition(":")
    return host, int(port or _HTTPS)


def _flag(key: str) -> Pointer:
    return (*_AI, f"{key}_enabled")
