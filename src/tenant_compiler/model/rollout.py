"""How a new version of a service comes, and what moves the number of its replicas: records of the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.model.pointer import Pointer

    Lineage: TypeAlias = "tuple[Pointer, ...]"

Strategy: TypeAlias = Literal["blue_green", "canary", "ab_test"]
"""Rolling is what there is without a `Rollout`."""


def stable_name(service: str) -> str:
    """Name what runs the version that is there, where another may come beside it."""
    return f"{service}-stable"


def variant_name(service: str) -> str:
    """Name what runs the version to come, and the Service that leads to it."""
    return f"{service}-variant"


class Match(NamedTuple):
    """Requests with a header, or with a cookie; the other name is empty."""

    header: str
    cookie: str
    value: str


class Rollout(NamedTuple):
    """How a new version of a service takes the place of the old one, when not pod by pod.

    With a ``variant_image`` two versions are declared and people go on by hand. Without one a new version is a new
    ``image``, and what there is of a controller brings it.
    """

    strategy: Strategy
    variant_image: str
    """Empty: only one version is declared."""
    variant_active: bool
    """Blue-green by hand: the version to come takes the requests."""
    steps_percent: tuple[int, ...]
    step: int
    """Which of them holds now; 0: the version to come gets no requests."""
    percent: int
    """Canary by hand: the share of the requests that the version to come gets now."""
    pause_minutes: int | None
    success_rate_percent: str
    """A decimal number in text; empty: nothing said."""
    latency_p99_ms: int | None
    automatic_rollback: bool | None
    match: Match | None
    made_from: Lineage
    """What is said of the rollout, leaf by leaf."""

    @property
    def measured(self) -> bool:
        """Whether a version is measured before more requests get it."""
        return bool(self.success_rate_percent) or self.latency_p99_ms is not None

    @property
    def shared(self) -> bool:
        """Whether both versions get clients' requests at the same time, each by a Service of its own."""
        return bool(self.variant_image) and self.strategy != "blue_green"


class Queue(NamedTuple):
    """A queue whose length scaling follows."""

    kind: Literal["rabbitmq", "sqs"]
    name: str
    messages_per_replica: int
    address: str
    """``secret/NAME/KEY``; empty: none is said."""


class ScalingSchedule(NamedTuple):
    """Hours for which more replicas run; both ends are five cron fields."""

    name: str
    start: str
    end: str
    timezone: str
    replicas: int


class Triggers(NamedTuple):
    """What moves the number of replicas beside CPU use."""

    requests_per_second: int | None
    queue: Queue | None
    schedules: tuple[ScalingSchedule, ...]
    made_from: Lineage
