"""Whether what the services need at full scale, and while a new version starts, fits into the quota."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tenant_compiler.backends.kubernetes.lints.found import mapping, within
from tenant_compiler.backends.kubernetes.lints.pods import containers, template
from tenant_compiler.backends.kubernetes.quantities import read, show_cores, show_gib

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenant_compiler.backends.kubernetes.lints.found import Found
    from tenant_compiler.backends.kubernetes.lints.group import Group
    from tenant_compiler.model.artifact import ArtifactObject


class _Resource(NamedTuple):
    name: str
    quota: str
    """The quota's name in the vocabulary."""
    unit: str
    show: Callable[[int], str]
    step: int
    """What a quota is rounded up to in the advice, in billionths."""


_RESOURCES: Final = (
    _Resource("cpu", "cpu_cores", "cores", show_cores, 5 * 10**8),
    _Resource("memory", "memory_gb", "GiB", show_gib, 2**29 * 10**9),
)


class _Need(NamedTuple):
    item: ArtifactObject
    pods: int
    """At full scale, with those of the new version that start before old ones go."""
    pod: dict[str, Any]


def judge(own: Group, found: Found) -> None:
    """TC511: compare each ResourceQuota with the sum over all that makes pods."""
    quotas = own.of("ResourceQuota")
    if not quotas:
        return
    needs = list(_needs(own))
    for item in quotas.values():
        hard = within(item.value, "spec", "hard")
        for resource in _RESOURCES:
            _compare(item, hard, resource, needs, found)


def _compare(
    item: ArtifactObject, hard: dict[str, Any], resource: _Resource, needs: list[_Need], found: Found
) -> None:
    """Find the tighter of the bounds on requests and limits, and report that one only."""
    worst: tuple[int, int, int, str] | None = None
    for side in ("requests", "limits"):
        bound = read(hard.get(f"{side}.{resource.name}"))
        if bound is None:
            continue
        wanted = sum(need.pods * _of_pod(need.pod, side, resource.name) for need in needs)
        if wanted > bound and (worst is None or wanted - bound > worst[0]):
            worst = (wanted - bound, wanted, bound, side)
    if worst is None:
        return
    _, wanted, bound, side = worst
    step = resource.step
    fits = resource.show(-(-wanted // step) * step)
    largest = max(needs, key=lambda need: need.pods * _of_pod(need.pod, side, resource.name))
    found.add(
        "TC511",
        item,
        f"the services need {resource.show(wanted)} {resource.unit} ({side}) at full scale while new versions start,"
        f" which is {resource.show(wanted - bound)} more than quotas.{resource.quota} of {resource.show(bound)}",
        advice=f"raise quotas.{resource.quota} to {fits}, or lower the maximum or the {side} of"
        f" {largest.item.value['metadata']['name']}, which needs the most",
        pointer=("spec", "quotas", resource.quota),
    )


def _needs(own: Group) -> Iterator[_Need]:
    for kind, items in own.by_kind.items():
        for item in items.values():
            pod = template(kind, item.value)
            if pod is None:
                break
            yield _Need(item, _pods(own, kind, item), pod)


def _pods(own: Group, kind: str, item: ArtifactObject) -> int:
    if kind == "CronJob":
        job = within(item.value, "spec", "jobTemplate", "spec")
        return _number(job.get("parallelism", 1))
    if kind == "Job":
        return _number(within(item.value, "spec").get("parallelism", 1))
    most = own.replicas(item)[1]
    if kind != "Deployment":
        return most
    strategy = within(item.value, "spec", "strategy")
    if strategy.get("type") == "Recreate":
        return most
    return most + _surge(within(strategy, "rollingUpdate").get("maxSurge", "25%"), most)


def _surge(said: Any, replicas: int) -> int:
    """Pods beyond the replicas; Kubernetes rounds a share up."""
    if isinstance(said, str) and said.endswith("%") and said[:-1].isdecimal():
        return -(-int(said[:-1]) * replicas // 100)
    return _number(said)


def _of_pod(pod: dict[str, Any], side: str, resource: str) -> int:
    """What a pod counts for: limits stand in for requests that are missing."""
    total = 0
    for container in containers(pod):
        resources = mapping(container.get("resources"))
        amount = read(within(resources, side).get(resource))
        if amount is None and side == "requests":
            amount = read(within(resources, "limits").get(resource))
        total += amount or 0
    return total


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 1
