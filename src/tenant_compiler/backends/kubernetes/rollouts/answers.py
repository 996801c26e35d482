"""Whether a cluster can bring new versions as a service wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.backends.kubernetes.edge.gateway import obstacle
from tenant_compiler.backends.kubernetes.support import ELSEWHERE, HONOURED, Answer, called, workload_of
from tenant_compiler.model.backend import Lack

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Need, Workload


def split(here: Scene, need: Need) -> Answer:
    """Answer for a strategy: who keeps the two versions apart, and who sends which requests to which."""
    workload = workload_of(here, need)
    rollout = workload.rollout if workload else None
    if workload is None or rollout is None:
        return ELSEWHERE
    argo = here.cluster["rollouts"] == "argo"
    if argo and rollout.variant_image and rollout.strategy != "ab_test":
        words = (
            f"{need.what} need a new version as its `image`; {called(here)} has Argo Rollouts, which keeps the old one"
        )
        advice = "write the new version as `image`, and remove `variant_image`"
        return Answer("cannot", Lack(words, advice, "error"))
    if rollout.strategy == "blue_green" or routed(here, workload) or (argo and rollout.strategy == "canary"):
        return HONOURED
    where = "a gateway that takes routes, and the service exposed there"
    if rollout.strategy == "ab_test":
        words = f"{need.what} need {where}; {called(here)} has none for it"
    else:
        words = f"{need.what} need {where}, or Argo Rollouts; {called(here)} has neither for it"
    return Answer("cannot", Lack(words, "expose it, describe the gateway, or write `strategy: rolling`", "error"))


def automatic(here: Scene, need: Need) -> Answer:
    """Answer for what only a controller does: measuring, waiting, taking back."""
    workload = workload_of(here, need)
    if here.cluster["rollouts"] != "argo":
        words = f"{need.what} needs a rollouts controller; {called(here)} has none"
        advice = (
            'set `rollouts = "argo"` in its profile once Argo Rollouts is there, or go on by hand with `variant_image`'
        )
        return Answer("cannot", Lack(words, advice, "error"))
    if (
        workload
        and workload.rollout
        and workload.rollout.measured
        and "address" not in here.cluster.get("monitoring", {})
    ):
        words = f"{need.what} needs Prometheus' address; the profile of {called(here)} has none"
        advice = 'say it: `monitoring = { address = "http://prometheus.monitoring:9090" }`'
        return Answer("cannot", Lack(words, advice, "error"))
    return HONOURED


def routed(here: Scene, workload: Workload) -> bool:
    """Whether routes of ours lead to a service, so that they can tell its requests apart."""
    return bool(workload.hosts) and workload.port is not None and obstacle(here, workload) is None
