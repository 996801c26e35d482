"""What a cluster makes of a need. Each part of the back-end answers for its own features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.backend import Lack, Support
    from tenant_compiler.model.plan import Need, Workload


class Answer(NamedTuple):
    """Of one cluster to one need."""

    support: Support
    lack: Lack | None = None
    """With ``cannot``: what the cluster's profile does not have."""


HONOURED: Final = Answer("honoured")
WIDER: Final = Answer("wider")
LATER: Final = Answer("later")
ELSEWHERE: Final = Answer("elsewhere")

Question: TypeAlias = "Callable[[Scene, Need], Answer]"
Table: TypeAlias = "Mapping[str, Question]"
"""Who answers for a feature, by its name in ``plan/needs.py``."""


def always(here: Scene, need: Need) -> Answer:
    """Answer for what every cluster can do."""
    del here, need
    return HONOURED


def later(here: Scene, need: Need) -> Answer:
    """Answer for what is not built yet."""
    del here, need
    return LATER


def called(here: Scene) -> str:
    """Name a cluster in a sentence."""
    return f"the cluster `{here.site.cluster}`" if here.site.cluster else f"the region {here.site.region}"


def workload_of(here: Scene, need: Need) -> Workload | None:
    """Find the service that a need is about."""
    return next((each for each in here.plan.workloads if need.pointer[:3] == each.made_from[0]), None)
