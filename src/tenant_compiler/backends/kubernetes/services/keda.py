"""ScaledObject and TriggerAuthentication of KEDA: replicas that follow requests, queues and hours, down to none.

KEDA makes an autoscaler of its own for what it scales, so a service has a ScaledObject or a HorizontalPodAutoscaler and
never both. A service for which CPU use is enough has the latter, also where there is KEDA.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import made
from tenant_compiler.backends.kubernetes.services.scaling import BEHAVIOR, target
from tenant_compiler.backends.kubernetes.services.tracks import services_of
from tenant_compiler.backends.kubernetes.support import ELSEWHERE, HONOURED, Answer, called, workload_of
from tenant_compiler.backends.promql import request_rate, service_of
from tenant_compiler.model.backend import Lack
from tenant_compiler.model.metrics import request_metric
from tenant_compiler.model.rollout import variant_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.services.tracks import Track
    from tenant_compiler.model.artifact import ArtifactObject, Shared
    from tenant_compiler.model.diagnostic import Severity
    from tenant_compiler.model.metrics import RequestMetric
    from tenant_compiler.model.plan import Need, Workload
    from tenant_compiler.model.rollout import Queue

_API: Final = "keda.sh/v1alpha1"
_FAILURES: Final = 3
"""So often KEDA asks in vain before it falls back."""
_WINDOW: Final = "2m"
_QUIET_SECONDS: Final = 300
"""Without anything to do for so long, a service goes down to none."""


def support(here: Scene, need: Need) -> Answer:
    """Say whether something in the cluster scales by more than CPU use."""
    workload = workload_of(here, need)
    if workload is None:
        return ELSEWHERE
    if here.cluster["autoscaler"] != "keda":
        words = f"{need.what} needs KEDA; {called(here)} has Kubernetes' own autoscaler only"
        # By CPU use it would never come down to none.
        severity: Severity = "warning" if workload.replicas.minimum else "error"
        return Answer("cannot", Lack(words, 'set `autoscaler = "keda"` in its profile once KEDA is there', severity))
    if _by_requests(workload) and not _address(here):
        words = f"{need.what} needs Prometheus' address; the profile of {called(here)} has none"
        return Answer("cannot", Lack(words, 'say it: `monitoring = { address = "http://prometheus.monitoring:9090" }`'))
    return HONOURED


def followed(here: Scene, workload: Workload) -> bool:
    """Whether KEDA scales a service."""
    triggers = workload.triggers
    if triggers is None or here.cluster["autoscaler"] != "keda":
        return False
    return bool(triggers.queue or triggers.schedules) or (_by_requests(workload) and bool(_address(here)))


def scaled_object(here: Scene, track: Track) -> Iterator[ArtifactObject]:
    """Make what scales one version of a service, and what lets KEDA ask the queue."""
    workload = track.workload
    triggers, replicas = workload.triggers, workload.replicas
    if triggers is None:
        return
    spec: dict[str, Any] = {
        "scaleTargetRef": target(track.kind, track.name),
        "minReplicaCount": replicas.minimum,
        "maxReplicaCount": replicas.maximum,
        "cooldownPeriod": _QUIET_SECONDS,
    }
    listed = list(_triggers(here, track))
    if any(each["type"] not in {"cpu", "cron"} for each in listed):
        # Not fewer than now: who cannot be asked may be so because there is too much to do.
        spec["fallback"] = {
            "failureThreshold": _FAILURES,
            "replicas": max(1, replicas.minimum),
            "behavior": "currentReplicasIfHigher",
        }
    spec["advanced"] = {"horizontalPodAutoscalerConfig": {"behavior": BEHAVIOR}}
    spec["triggers"] = listed
    value = {"apiVersion": _API, "kind": "ScaledObject", "metadata": track.meta, "spec": spec}
    yield made("ScaledObject", value, ((*workload.made_from[0], "scaling"), *triggers.made_from))


def authentication(meta: Shared, workload: Workload) -> Iterator[ArtifactObject]:
    """Make what lets KEDA ask a service's queue: by a secret of the namespace, or as the service itself."""
    queue = workload.triggers.queue if workload.triggers else None
    if queue is None:
        return
    value = {
        "apiVersion": _API,
        "kind": "TriggerAuthentication",
        "metadata": meta,
        "spec": _identity(queue),
    }
    yield made("TriggerAuthentication", value, ((*workload.made_from[0], "scaling", "queue"),))


def _identity(queue: Queue) -> dict[str, Any]:
    if queue.kind == "sqs":
        # As KEDA itself one could ask for the queues of all tenants.
        return {"podIdentity": {"provider": "aws", "identityOwner": "workload"}}
    _, secret, key = queue.address.split("/")
    return {"secretTargetRef": [{"parameter": "host", "name": secret, "key": key}]}


def _triggers(here: Scene, track: Track) -> Iterator[dict[str, Any]]:
    workload = track.workload
    triggers = workload.triggers
    if workload.replicas.cpu_percent is not None:
        percent = str(workload.replicas.cpu_percent)
        yield {"type": "cpu", "name": "cpu", "metricType": "Utilization", "metadata": {"value": percent}}
    if triggers is None:
        return
    metric = request_metric(workload)
    if triggers.requests_per_second is not None and metric is not None and _address(here):
        yield {
            "type": "prometheus",
            "name": "requests",
            "metricType": "AverageValue",
            "metadata": {
                "serverAddress": _address(here),
                "query": _requests(here, track, metric),
                "threshold": str(triggers.requests_per_second),
            },
        }
    if triggers.queue is not None:
        yield {
            **_queue(here, triggers.queue),
            "name": "queue",
            "metricType": "AverageValue",
            "authenticationRef": {"name": workload.name},
        }
    for schedule in triggers.schedules:
        yield {
            "type": "cron",
            "name": f"hours-{schedule.name}",
            "metadata": {
                "timezone": schedule.timezone,
                "start": schedule.start,
                "end": schedule.end,
                "desiredReplicas": str(schedule.replicas),
            },
        }


def _requests(here: Scene, track: Track, metric: RequestMetric) -> str:
    """Write the requests of the pods that scaling moves.

    Where both Services of a service lead to the same pods, as they do before and after a release, each pod counts once.
    """
    workload = track.workload
    variant, rollout = variant_name(workload.name), workload.rollout
    if rollout is None or services_of(here, workload) == (workload.name,):
        return request_rate(metric, service_of(here.plan.name, workload.name), _WINDOW)
    if track.kind == "Deployment" and rollout.strategy != "blue_green":
        name = variant if track.name == variant else workload.name
        return request_rate(metric, service_of(here.plan.name, name), _WINDOW)
    rate = f"rate({metric.name}{{{service_of(here.plan.name, workload.name, variant)}}}[{_WINDOW}])"
    return f"sum(max by (pod) (sum by (pod, service) ({rate})))"


def _queue(here: Scene, queue: Queue) -> dict[str, Any]:
    messages = str(queue.messages_per_replica)
    if queue.kind == "sqs":
        asked = {"queueURL": queue.name, "queueLength": messages, "awsRegion": here.site.region}
        return {"type": "aws-sqs-queue", "metadata": asked}
    return {"type": "rabbitmq", "metadata": {"queueName": queue.name, "mode": "QueueLength", "value": messages}}


def _by_requests(workload: Workload) -> bool:
    return workload.triggers is not None and workload.triggers.requests_per_second is not None


def _address(here: Scene) -> str:
    monitoring = here.cluster.get("monitoring")
    return monitoring.get("address", "") if monitoring else ""
