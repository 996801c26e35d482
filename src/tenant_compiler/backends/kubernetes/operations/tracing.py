"""OpenTelemetryCollector and Instrumentation: a tenant's own collector, between its pods and the platform's.

It says whose the spans are, whatever the pods say, decides which traces are kept, and takes out what may not leave. All
spans of a trace must come to the one that decides, so there is one replica: the services' SDKs hold spans back for the
seconds in which it restarts.

Where the cluster has no operator, pods send straight to the platform, and their SDKs draw the share when a trace
begins.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import (
    NAME,
    RESTRICTED_CONTAINER,
    RESTRICTED_POD,
    TENANT,
    account,
    made,
    metadata,
)
from tenant_compiler.backends.kubernetes.network.ways import SIDECAR, meshed
from tenant_compiler.backends.kubernetes.support import HONOURED, Answer, called
from tenant_compiler.emit.escape import opentelemetry, ottl_pattern
from tenant_compiler.model.artifact import Shared
from tenant_compiler.model.backend import Lack

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.support import Table
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Need
    from tenant_compiler.model.plan_operations import Tracing

COLLECTOR: Final = "otel"
"""The operator names what it makes after it: a Deployment and Services called ``otel-collector…``."""
INJECT: Final = "instrumentation.opentelemetry.io/inject-sdk"
"""The annotation of pods to which the operator gives the variables of the Instrumentation."""
_API: Final = "opentelemetry.io"
_GRPC, _HTTP = 4317, 4318
PODS: Final = Shared(
    {
        "matchLabels": {
            "app.kubernetes.io/component": "opentelemetry-collector",
            "app.kubernetes.io/managed-by": "opentelemetry-operator",
        }
    }
)
"""How the operator labels the collector's pods. Ours are all labelled as managed by the compiler."""
_OWN_NAME: Final = f"{COLLECTOR}-collector"
_ACCOUNT: Final = f"{COLLECTOR}.collector"
_ALL: Final = 100
_RESOURCES: Final = Shared(
    {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"cpu": "500m", "memory": "512Mi"}}
)
_SIGNALS: Final = {"traces": ("resource", "span", "spanevent"), "metrics": ("resource", "datapoint")} | {
    "logs": ("resource", "log")
}
"""What a collector handles, each with the parts of it that have attributes."""
_RECEIVERS: Final = Shared(
    {"otlp": {"protocols": {"grpc": {"endpoint": f"0.0.0.0:{_GRPC}"}, "http": {"endpoint": f"0.0.0.0:{_HTTP}"}}}}
)
_MEMORY: Final = Shared({"check_interval": "1s", "limit_percentage": 80, "spike_limit_percentage": 25})
_TRACES_IN_MEMORY: Final = 10_000
_DECISION: Final = "10s"


def collects(here: Scene) -> bool:
    """Whether the tenant gets a collector of its own: it says something of traces, and the cluster can make one."""
    return here.plan.tracing is not None and _collector_lack(here) is None


def deployments(here: Scene) -> int:
    """So many Deployments the operator makes in the tenant's namespace."""
    return int(collects(here))


def image(here: Scene) -> str:
    """The image of the platform's that runs in the tenant's namespace; empty for none."""
    return here.cluster["tracing"].get("image", "") if collects(here) else ""


def endpoint(here: Scene) -> str:
    """Where the tenant's pods send to; empty: nowhere."""
    platform = here.cluster.get("tracing")
    if platform is None:
        return ""
    return f"http://{_OWN_NAME}:{_GRPC}" if collects(here) else f"http://{platform['otlp']}"


def share(here: Scene) -> str:
    """The share of traces that the SDKs draw, because no collector does: a number up to 1; empty for all."""
    said = here.plan.tracing
    if said is None or said.sampling_percent >= _ALL or "tracing" not in here.cluster or collects(here):
        return ""
    return f"{said.sampling_percent / _ALL:.2f}"


def objects(here: Scene) -> list[ArtifactObject]:
    """Make the collector with its identity, and what tells the pods about it."""
    said = here.plan.tracing
    if said is None or not collects(here):
        return []
    platform = here.cluster["tracing"]
    made_from = (*said.made_from, *TENANT)
    labels = Shared({**here.labels, NAME: _OWN_NAME})
    spec = {**_pods(here.priority_class, platform.get("image", "")), "config": _config(here, said, platform["otlp"])}
    if meshed(here):
        spec["podAnnotations"] = SIDECAR
    collector: dict[str, Any] = {
        "apiVersion": f"{_API}/v1beta1",
        "kind": "OpenTelemetryCollector",
        "metadata": {**metadata(here, COLLECTOR), "labels": labels},
        "spec": spec,
    }
    instrumentation: dict[str, Any] = {
        "apiVersion": f"{_API}/v1alpha1",
        "kind": "Instrumentation",
        "metadata": metadata(here, COLLECTOR),
        "spec": _INSTRUMENTATION,
    }
    return [
        account(metadata(here, _ACCOUNT), made_from),
        made("OpenTelemetryCollector", collector, made_from),
        made("Instrumentation", instrumentation, made_from),
    ]


def _config(here: Scene, said: Tracing, otlp: str) -> dict[str, Any]:
    """The collector's configuration: a map. Text of the tenant is escaped, because ``${…}`` in it is expanded."""
    plan = here.plan
    processors: dict[str, Any] = {"memory_limiter": _MEMORY}
    owner = {"tenant.id": plan.tenant, "deployment.environment.name": plan.environment}
    processors["resource"] = {
        "attributes": [{"key": key, "value": opentelemetry(text), "action": "upsert"} for key, text in owner.items()]
    }
    if said.redact:
        processors["transform"] = _redaction(said.redact)
    if said.sampling_percent < _ALL:
        processors["tail_sampling"] = _sampling(said.sampling_percent, errors=said.keep_errors)
    processors["batch"] = {}
    return {
        "receivers": _RECEIVERS,
        "processors": processors,
        "exporters": {"otlp": {"endpoint": otlp, "tls": {"insecure": True}}},
        "extensions": {"health_check": {"endpoint": "0.0.0.0:13133"}},
        "service": {
            "extensions": ["health_check"],
            "pipelines": {
                signal: {
                    "receivers": ["otlp"],
                    "processors": [name for name in processors if name != "tail_sampling" or signal == "traces"],
                    "exporters": ["otlp"],
                }
                for signal in _SIGNALS
            },
        },
    }


@lru_cache(maxsize=256)
def _redaction(keys: tuple[str, ...]) -> Shared:
    """Delete attributes by their keys. What cannot be read is dropped: ``propagate`` lets nothing through unread."""
    patterns = (f"(?i)(^|[._-]){ottl_pattern(key)}$" for key in keys)
    statements = [f'delete_matching_keys(attributes, "{opentelemetry(pattern)}")' for pattern in patterns]
    return Shared(
        {
            "error_mode": "propagate",
            **{
                f"{signal.removesuffix('s')}_statements": [
                    {"context": context, "statements": statements} for context in contexts
                ]
                for signal, contexts in _SIGNALS.items()
            },
        }
    )


@lru_cache(maxsize=256)
def _sampling(percent: int, *, errors: bool) -> Shared:
    """Keep a trace when any of these says so."""
    policies: list[dict[str, Any]] = [
        {"name": "share", "type": "probabilistic", "probabilistic": {"sampling_percentage": percent}}
    ]
    if errors:
        policies.insert(0, {"name": "errors", "type": "status_code", "status_code": {"status_codes": ["ERROR"]}})
    return Shared({"decision_wait": _DECISION, "num_traces": _TRACES_IN_MEMORY, "policies": policies})


@lru_cache(maxsize=64)
def _pods(priority_class: str, image: str) -> Shared:
    """What the operator makes the collector's pod from. It must neither change the image nor open the network."""
    spec: dict[str, Any] = {
        "mode": "deployment",
        "replicas": 1,
        "upgradeStrategy": "none",
        "networkPolicy": {"enabled": False},
        "serviceAccount": _ACCOUNT,
        "resources": _RESOURCES,
        "podSecurityContext": RESTRICTED_POD,
        "securityContext": RESTRICTED_CONTAINER,
        "deploymentUpdateStrategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
        },
    }
    if image:
        spec["image"] = image
    if priority_class:
        spec["priorityClassName"] = priority_class
    return Shared(spec)


_INSTRUMENTATION: Final = Shared(
    {
        "exporter": {"endpoint": f"http://{_OWN_NAME}:{_GRPC}"},
        "propagators": ["tracecontext", "baggage"],
        # The collector decides at the end of a trace, so all of it must come.
        "sampler": {"type": "parentbased_always_on"},
        "env": [{"name": "OTEL_EXPORTER_OTLP_PROTOCOL", "value": "grpc"}],
    }
)

PORTS: Final = (_GRPC, _HTTP)


def _collector_lack(here: Scene) -> tuple[str, str] | None:
    """What the cluster has not for a collector of the tenant's own, and what to do."""
    platform, images = here.cluster.get("tracing"), here.plan.images
    if platform is None:
        return "names no address for spans", "set `tracing` in the cluster's profile"
    if not platform["operator"]:
        advice = "install the OpenTelemetry Operator, and set `tracing = { operator = true, … }`"
        return "has no operator that makes one", advice
    if "image" not in platform and (images.registries or images.digests_required):
        advice = "set `tracing.image` in the cluster's profile, pinned by its digest"
        return "names no image that the tenant's rules for images let in", advice
    return None


def _traces(here: Scene, need: Need) -> Answer:
    if "tracing" in here.cluster:
        return HONOURED
    words = f"{need.what} need a place to send spans to; {called(here)} names none"
    return Answer("cannot", Lack(words, "set `tracing` in the cluster's profile"))


def _collector(here: Scene, need: Need) -> Answer:
    """What only a collector can do, which sees whole traces."""
    lack = _collector_lack(here)
    if lack is None:
        return HONOURED
    return Answer(
        "cannot", Lack(f"{need.what} needs a collector of the tenant's own; {called(here)} {lack[0]}", lack[1])
    )


def _retention(here: Scene, need: Need) -> Answer:
    """The platform keeps all traces for the same time; here it is only compared."""
    said = here.plan.tracing
    days = here.cluster["tracing"].get("retention_days") if "tracing" in here.cluster else None
    if said is not None and days == said.retention_days:
        return HONOURED
    kept = "does not say how long it keeps any" if days is None else f"keeps all of them for {days}"
    advice = "set `tracing.retention_days` in the cluster's profile, or say what it says"
    return Answer("cannot", Lack(f"{need.what} need a platform that keeps them so long; {called(here)} {kept}", advice))


SUPPORT: Final[Table] = {
    "tracing": _traces,
    "tracing.errors": _collector,
    "tracing.redaction": _collector,
    "tracing.retention": _retention,
}
