"""AI: what clusters make of accelerators, model servers, federated learning and of limits that nothing counts.

Model servers are workloads like all others: the same functions make their Deployment, Service, identity and policy.
Only what accelerators need of a pod is made here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.support import HONOURED, WIDER, Answer, called
from tenant_compiler.model.backend import Lack

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.support import Table
    from tenant_compiler.model.plan import Need


def _serving(here: Scene, need: Need) -> Answer:
    """An AI service needs a server of the workspace's, or a managed end point."""
    ai = here.plan.ai
    if ai is None or all(service.served for service in ai.services if need.pointer in service.made_from):
        return HONOURED
    key = need.pointer[-1].removesuffix("_enabled") if isinstance(need.pointer[-1], str) else ""
    words = f"{need.what} needs a model server; the workspace names none"
    advice = f'name one: `[ai.servers.{key}]` with `image = "…"`; or let a cloud answer: `ai.endpoint`'
    return Answer("cannot", Lack(words, advice, "error"))


def _learning(here: Scene, need: Need) -> Answer:
    """Federated learning needs a client, and policies that keep it to its aggregator."""
    if here.plan.ai is not None and not here.plan.ai.client:
        words = f"{need.what} needs a client; the workspace names none"
        return Answer("cannot", Lack(words, 'name one: `[ai.learning_client]` with `image = "…"`', "error"))
    if here.cluster["network_policy"] == "none":
        words = f"{need.what} needs network policies that keep its client to the aggregator"
        advice = 'run a network plug-in that enforces them, and set `network_policy = "kubernetes"` or `"cilium"`'
        return Answer("cannot", Lack(f"{words}; {called(here)} enforces none", advice, "error"))
    return HONOURED


def _accelerators(here: Scene, need: Need) -> Answer:
    """A pod that asks for accelerators never starts in a cluster without any."""
    if "gpu" in here.cluster:
        return HONOURED
    words = f"{need.what} need accelerators; {called(here)} has none"
    advice = 'describe them: `gpu = { resource = "nvidia.com/gpu", units_per_accelerator = 10 }`; or ask for none'
    return Answer("cannot", Lack(words, advice, "error"))


def _limits(here: Scene, need: Need) -> Answer:
    """Tell servers their limits: nothing in a cluster counts requests between services or hours of training (TC580)."""
    del here, need
    return WIDER


SUPPORT: Final[Table] = {
    "ai.serving": _serving,
    "ai.accelerators": _accelerators,
    "ai.learning": _learning,
    "ai.limits": _limits,
}
