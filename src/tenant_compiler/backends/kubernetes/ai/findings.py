"""What a cluster does not do of what a tenant says of AI, although it runs all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene

_AI = ("spec", "ai")


def findings(here: Scene) -> Iterator[Diagnostic]:
    """Say which limits servers are told and nothing else counts (TC580), and who is away in a rollout (TC581)."""
    ai = here.plan.ai
    if ai is None:
        return
    for workload in here.plan.workloads:
        if workload.accelerators and workload.kind != "cron" and workload.replicas.maximum == 1:
            yield Diagnostic(
                "TC581",
                f"`{workload.name}` is away while a new version starts: it takes the accelerators of the old one",
                "info",
                pointer=workload.line("replicas"),
                help="run two replicas: one goes on serving while the other is replaced",
                target="kubernetes",
                object=f"Deployment/{workload.name}",
            )
    if ai.requests_per_day is not None and (ai.services or ai.models):
        managed = ai.endpoint is not None and not ai.models
        yield _told(
            f"nothing in the cluster counts the {ai.requests_per_day} requests of a day to AI services",
            "set the limit at the managed service, too: its provider counts"
            if managed
            else "let model servers refuse more: they read the limit from INFERENCE_REQUESTS_PER_DAY",
            "inference_requests_per_day",
        )
    if ai.training_hours is not None and ai.trains:
        yield _told(
            f"nothing in the cluster counts the {ai.training_hours} hours of training in a month",
            "let what trains stop in time: it reads the limit from TRAINING_HOURS_PER_MONTH",
            "model_training_quota_hours",
        )


def _told(message: str, advice: str, field: str) -> Diagnostic:
    return Diagnostic("TC580", message, "info", pointer=(*_AI, field), help=advice, target="kubernetes")
