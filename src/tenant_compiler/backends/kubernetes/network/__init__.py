"""Who may talk to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.support import HONOURED, WIDER, Answer, called
from tenant_compiler.model.backend import Lack

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.support import Table
    from tenant_compiler.model.plan import Need


def _policies(here: Scene, need: Need) -> Answer:
    """What network policies make of a need, where the cluster enforces them."""
    enforced = here.cluster["network_policy"]
    if enforced == "none":
        words = f"{need.what} needs network policies; {called(here)} enforces none"
        advice = 'run a network plug-in that enforces them, and set `network_policy = "kubernetes"` or `"cilium"`'
        return Answer("cannot", Lack(words, advice))
    return WIDER if need.feature == "egress.host" and enforced != "cilium" else HONOURED


def _zero_trust(here: Scene, need: Need) -> Answer:
    """Identities: of a mesh, or those that Cilium gives every pod."""
    if here.cluster["network_policy"] == "cilium" or _mesh(here) != "none":
        return HONOURED
    advice = 'set `mesh = { kind = "istio" }` or `network_policy = "cilium"` once the cluster runs it'
    return _lacks(here, need, "a mesh or Cilium", "neither", advice)


def _mutual(here: Scene, need: Need) -> Answer:
    """Certificates at both ends: the mesh gives them to pods."""
    if _mesh(here) != "none":
        return HONOURED
    advice = 'set `mesh = { kind = "istio" }` or `"cilium"` once the cluster runs it'
    return _lacks(here, need, "a mesh", "none", advice)


def _end_to_end(here: Scene, need: Need) -> Answer:
    """Encryption between pods, that of the gateway among them: Istio's, or the network plug-in's."""
    if _mesh(here) == "istio" or here.cluster.get("pod_encryption"):
        return HONOURED
    advice = 'set `pod_encryption = true` or `mesh = { kind = "istio" }` once the cluster does it'
    return _lacks(here, need, "Istio or encryption between pods", "neither", advice)


def _mesh(here: Scene) -> str:
    """The mesh that works: Cilium's needs Cilium's policies, which ask for it."""
    mesh = here.cluster.get("mesh")
    if mesh is None or (mesh["kind"] == "cilium" and here.cluster["network_policy"] != "cilium"):
        return "none"
    return mesh["kind"]


def _lacks(here: Scene, need: Need, what: str, has: str, advice: str) -> Answer:
    return Answer("cannot", Lack(f"{need.what} needs {what}; {called(here)} has {has}", advice))


SUPPORT: Final[Table] = {
    **dict.fromkeys(("network.isolation", "egress.cidr", "egress.host"), _policies),
    "network.zero_trust": _zero_trust,
    "network.mutual_tls": _mutual,
    "network.end_to_end": _end_to_end,
}
