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
    if here.cluster["network_policy"] == "none":
        words = f"{need.what} needs network policies; {called(here)} enforces none"
        advice = 'run a network plug-in that enforces them, and set `network_policy = "kubernetes"` or `"cilium"`'
        return Answer("cannot", Lack(words, advice))
    return WIDER if need.feature == "egress.host" else HONOURED


SUPPORT: Final[Table] = dict.fromkeys(("network.isolation", "egress.cidr", "egress.host"), _policies)
