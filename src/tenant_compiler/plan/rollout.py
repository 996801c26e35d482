"""What the fields of `rollout` and the triggers of `scaling` mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.rollout import Match, Queue, Rollout, ScalingSchedule, Triggers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.vocabulary.rollout import Rollout as WrittenRollout
    from tenant_compiler.model.vocabulary.rollout import Scaling
    from tenant_compiler.model.vocabulary.services import Service

STEPS_PERCENT: Final = (5, 25, 50)
"""Of a canary that says none."""

AUTOMATIC: Final = ("pause_minutes", "success_rate_percent", "latency_p99_ms", "automatic_rollback")
"""What only a controller can do."""
_TRIGGERS: Final = ("requests_per_second", "queue", "schedules")

_READ: Final[Mapping[str, frozenset[str]]] = {
    "rolling": frozenset(),
    "blue_green": frozenset(("variant_image", "active", "match", *AUTOMATIC)),
    "canary": frozenset(("variant_image", "step", "steps_percent", *AUTOMATIC)),
    "ab_test": frozenset(("variant_image", "match", *AUTOMATIC)),
}
"""What each strategy reads."""
_BESIDE_VARIANT: Final = ("step",)
"""What says nothing where only one version is declared."""


def rollout(name: str, service: Service) -> Rollout | None:
    """Say how a service's new versions come; None: pod by pod."""
    said = service["rollout"]
    strategy = said["strategy"]
    if strategy == "rolling":
        return None
    steps = tuple(said.get("steps_percent", STEPS_PERCENT))
    rate = said.get("success_rate_percent")
    return Rollout(
        strategy=strategy,
        variant_image=said.get("variant_image", ""),
        variant_active=said.get("active") == "variant_image",
        steps_percent=steps,
        step=said.get("step", 1),
        percent=_percent(steps, said.get("step", 1)),
        pause_minutes=said.get("pause_minutes"),
        # repr of a float is the shortest text that reads back the same, so it is what the author wrote.
        success_rate_percent="" if rate is None else repr(rate),
        latency_p99_ms=said.get("latency_p99_ms"),
        automatic_rollback=said.get("automatic_rollback"),
        match=_match(said),
        made_from=tuple(_leaves(("spec", "services", name, "rollout"), said, _READ[strategy])),
    )


def triggered(scaling: Scaling) -> bool:
    """Whether anything beside CPU use moves the number of replicas."""
    return "fixed" not in scaling and any(scaling.get(field) for field in _TRIGGERS)


def triggers(name: str, service: Service) -> Triggers | None:
    """Say what moves the number of a service's replicas beside CPU use; None: nothing."""
    scaling = service["scaling"]
    if not triggered(scaling):
        return None
    queue = scaling.get("queue")
    at: Pointer = ("spec", "services", name, "scaling")
    return Triggers(
        requests_per_second=scaling.get("requests_per_second"),
        queue=queue
        and Queue(
            queue["kind"], queue["name"], queue["messages_per_replica"], queue.get("address", {}).get("from", "")
        ),
        schedules=tuple(
            ScalingSchedule(each, hours["start"], hours["end"], hours["timezone"], hours["replicas"])
            for each, hours in scaling.get("schedules", {}).items()
        ),
        made_from=tuple((*at, field) for field in _TRIGGERS if field in scaling),
    )


def unread(name: str, service: Service) -> Iterator[Pointer]:
    """List what a service says of rollout and scaling that has no effect beside the rest."""
    said: Mapping[str, Any] = service["rollout"]
    at: Pointer = ("spec", "services", name, "rollout")
    read = _READ[said["strategy"]]
    for field in said:
        lonely = field in _BESIDE_VARIANT and "variant_image" not in said
        if field != "strategy" and (field not in read or lonely):
            yield (*at, field)
    scaling: Mapping[str, Any] = service["scaling"]
    if "fixed" in scaling:
        yield from (("spec", "services", name, "scaling", field) for field in _TRIGGERS if field in scaling)


def _percent(steps: tuple[int, ...], step: int) -> int:
    """Give the share of a step; a step beyond the last is found later, and counts as the last."""
    return steps[min(step, len(steps)) - 1] if step else 0


def _match(said: WrittenRollout) -> Match | None:
    match = said.get("match")
    if match is None:
        return None
    return Match(match.get("header", ""), match.get("cookie", ""), match["value"])


def _leaves(at: Pointer, said: Mapping[str, Any], read: frozenset[str]) -> Iterator[Pointer]:
    yield (*at, "strategy")
    for field, value in said.items():
        if field not in read:
            continue
        if isinstance(value, dict):
            yield from ((*at, field, key) for key in value)
        else:
            yield (*at, field)
