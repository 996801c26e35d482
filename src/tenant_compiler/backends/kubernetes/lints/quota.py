"""Whether what the services need at full scale, and while a new version starts, fits into the quota."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.edge import challenges
from tenant_compiler.backends.kubernetes.lints.found import about, mapping, within
from tenant_compiler.backends.kubernetes.lints.group import count
from tenant_compiler.backends.kubernetes.lints.pods import COLLECTOR
from tenant_compiler.backends.kubernetes.quantities import read, show_cores, show_gib
from tenant_compiler.model.artifact import Shared
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenant_compiler.backends.kubernetes.lints.found import Found
    from tenant_compiler.backends.kubernetes.lints.group import Group
    from tenant_compiler.backends.kubernetes.lints.pods import Pods
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.diagnostic import Diagnostic


class _Bound(NamedTuple):
    name: str
    """As a ResourceQuota has it."""
    side: str
    quota: str
    """The quota's name in the vocabulary."""
    unit: str
    show: Callable[[int], str]
    step: int
    """What a quota is rounded up to in the advice, in billionths."""


_ROLLING: Final = frozenset({"Deployment", COLLECTOR})
_HALF_A_CORE: Final = 5 * 10**8
_HALF_A_GIB: Final = 2**29 * 10**9
_BOUNDS: Final = (
    _Bound("requests.cpu", "requests", "cpu_cores", "cores", show_cores, _HALF_A_CORE),
    _Bound("limits.cpu", "limits", "cpu_cores", "cores", show_cores, _HALF_A_CORE),
    _Bound("requests.memory", "requests", "memory_gb", "GiB", show_gib, _HALF_A_GIB),
    _Bound("limits.memory", "limits", "memory_gb", "GiB", show_gib, _HALF_A_GIB),
)

_SIDECAR: Final = tuple(f"sidecar.istio.io/proxy{what}" for what in ("CPU", "CPULimit", "Memory", "MemoryLimit"))
"""The annotations of a pod in Istio's mesh, in the order of the bounds."""

_Amounts = tuple[int, int, int, int]
"""Billionths for each of the bounds, in their order."""
_NOTHING: Final[_Amounts] = (0, 0, 0, 0)

_READ: Final[dict[int, tuple[Shared, _Amounts]]] = {}
"""What constant `resources` come to, by identity; kept alive here, so no identity is used twice."""
_KEPT: Final = 4096


class _Need(NamedTuple):
    name: str
    amounts: _Amounts
    """Of all pods at full scale, with those of the new version that start before old ones go."""


def judge(own: Group, found: Found) -> None:
    """TC511: compare each ResourceQuota with the sum over all that makes pods."""
    quotas = own.of("ResourceQuota")
    if not quotas:
        return
    claims = own.of("PersistentVolumeClaim")
    if claims:
        _volumes(claims, quotas, found)
    if not own.pods:
        return
    needs = list(_needs(own))
    wanted = [sum(amounts) for amounts in zip(*(need.amounts for need in needs), strict=True)]
    for item in quotas.values():
        hard = within(item.value, "spec", "hard")
        over: dict[str, tuple[int, int]] = {}
        for index, bound in enumerate(_BOUNDS):
            allowed = read(hard.get(bound.name))
            if allowed is not None and wanted[index] > allowed:
                # Of requests and limits only the one that is further out is worth a finding.
                over[bound.quota] = max(over.get(bound.quota, (0, 0)), (wanted[index] - allowed, index))
        for excess, index in over.values():
            largest, bound = max(needs, key=lambda need: need.amounts[index]).name, _BOUNDS[index]
            needed = f"the services need {bound.show(wanted[index])} {bound.unit} ({bound.side}) at full scale"
            advice = f"lower the maximum or the {bound.side} of {largest}, which needs the most"
            words = (f"{needed} while new versions start,", advice)
            found.note(_too_small(item, bound, wanted[index], excess, words))
        for name in hard:
            # Other resources, such as accelerators, have a domain in their name.
            if name.startswith("requests.") and "/" in name:
                _judge_others(own, found, item, name.removeprefix("requests."), read(hard[name]))


def _volumes(claims: dict[str, ArtifactObject], quotas: dict[str, ArtifactObject], found: Found) -> None:
    """Compare what all claims ask for with the quota of storage, and their number."""
    sizes = {
        name: read(within(item.value, "spec", "resources", "requests").get("storage")) or 0
        for name, item in claims.items()
    }
    wanted, number = sum(sizes.values()), len(claims) * 10**9
    for item in quotas.values():
        hard = within(item.value, "spec", "hard")
        allowed, most = read(hard.get("requests.storage")), read(hard.get("persistentvolumeclaims"))
        if allowed is not None and wanted > allowed:
            bound = _Bound("requests.storage", "requests", "storage_gb", "GiB", show_gib, _HALF_A_GIB * 2)
            largest = max(sizes, key=lambda name: sizes[name])
            needed = f"the volumes need {bound.show(wanted)} {bound.unit},"
            advice = f"make {largest} smaller, which is the largest"
            found.note(_too_small(item, bound, wanted, wanted - allowed, (needed, advice)))
        if most is not None and number > most:
            advice = "declare fewer volumes, or allow more claims"
            found.add(
                "TC511", item, f"there are {len(claims)} claims of volumes, but it allows {show_cores(most)}", advice
            )


def _too_small(item: ArtifactObject, bound: _Bound, wanted: int, excess: int, words: tuple[str, str]) -> Diagnostic:
    """Say by how much a quota misses, and the smallest one that fits; in the words for what is needed, and for less."""
    needed, less = words
    fits = bound.show(-(-wanted // bound.step) * bound.step)
    finding = about(
        "TC511",
        item,
        f"{needed} which is {bound.show(excess)} more than quotas.{bound.quota} of {bound.show(wanted - excess)}",
        f"raise quotas.{bound.quota} to {fits}, or {less}",
    )
    return finding._replace(pointer=("spec", "quotas", bound.quota))


def _judge_others(own: Group, found: Found, item: ArtifactObject, resource: str, allowed: int | None) -> None:
    """Compare what is wanted of a resource of which Kubernetes counts whole pieces only."""
    needs = {
        pods.name: _pods(own, pods) * piece
        for several in own.pods.values()
        for pods in several
        if (piece := _of_resource(own.template_of(pods), resource))
    }
    wanted = sum(needs.values())
    if allowed is None or wanted <= allowed:
        return
    excess, largest = show_cores(wanted - allowed), max(needs, key=lambda name: needs[name])
    finding = about(
        "TC511",
        item,
        f"the services need {show_cores(wanted)} {resource} at full scale while new versions start,"
        f" which is {excess} more than quotas.ai_processing_units come to ({show_cores(allowed)})",
        f"raise quotas.ai_processing_units by the units of {excess}, or lower the replicas or the accelerators of"
        f" {largest}, which needs the most",
    )
    found.note(finding._replace(pointer=("spec", "quotas", "ai_processing_units")))


def _of_resource(pods: Pods, resource: str) -> int:
    """Read what the containers of a pod ask for; of such resources the limit is the request, said or not."""
    total = 0
    for container in pods.containers:
        resources = mapping(container.get("resources"))
        said = {**mapping(resources.get("limits")), **mapping(resources.get("requests"))}
        total += read(said[resource]) or 0 if resource in said else 0
    return total


def _needs(own: Group) -> Iterator[_Need]:
    for several in own.pods.values():
        for pods in several:
            number = _pods(own, pods)
            one = _of_pod(own.template_of(pods))
            yield _Need(pods.name, (number * one[0], number * one[1], number * one[2], number * one[3]))
    answering = own.challenged()
    if answering:
        cpu, cpu_limit, memory, memory_limit = _of_container(challenges.RESOURCES)
        amounts = (answering * cpu, answering * cpu_limit, answering * memory, answering * memory_limit)
        yield _Need("the pods that prove hosts", amounts)


def _pods(own: Group, pods: Pods) -> int:
    spec = pods.object_spec
    if pods.kind == "CronJob":
        return count(within(spec, "jobTemplate", "spec").get("parallelism"))
    if pods.kind == "Job":
        return count(spec.get("parallelism"))
    most = own.replicas(pods)[1]
    if pods.kind == "Rollout":
        return most + _beside(mapping(spec.get("strategy")), most)
    strategy = mapping(spec.get("deploymentUpdateStrategy" if pods.kind == COLLECTOR else "strategy"))
    if pods.kind not in _ROLLING or strategy.get("type") == "Recreate":
        return most
    return most + _surge(mapping(strategy.get("rollingUpdate")).get("maxSurge", "25%"), most)


def _beside(strategy: dict[str, Any], replicas: int) -> int:
    """Pods of a new version beside those of the old one, as Argo Rollouts starts them.

    With blue-green the new version is as large as the old one before it takes over, however small its preview is. So is
    a canary whose requests are shared out by routes: the old version stays whole for the way back.
    """
    canary = mapping(strategy.get("canary"))
    if "blueGreen" in strategy or "trafficRouting" in canary:
        return replicas
    return _surge(canary.get("maxSurge", "25%"), replicas)


def _surge(said: Any, replicas: int) -> int:
    """Pods beyond the replicas; Kubernetes rounds a share up."""
    if isinstance(said, str) and said.endswith("%") and said[:-1].isdecimal():
        return -(-int(said[:-1]) * replicas // 100)
    return count(said)


def _of_pod(pods: Pods) -> _Amounts:
    total = _NOTHING
    for container in pods.containers:
        resources = mapping(container.get("resources"))
        known = _READ.get(id(resources))
        amounts = _of_container(resources) if known is None else known[1]
        total = (total[0] + amounts[0], total[1] + amounts[1], total[2] + amounts[2], total[3] + amounts[3])
    if _SIDECAR[0] in pods.annotations:
        # The mesh adds a container with these amounts when the pod is made, and the quota counts it.
        cpu, cpu_limit, memory, memory_limit = (read(pods.annotations.get(name)) or 0 for name in _SIDECAR)
        total = (total[0] + cpu, total[1] + cpu_limit, total[2] + memory, total[3] + memory_limit)
    return total


def _of_container(resources: dict[str, Any]) -> _Amounts:
    """Read what a container counts for: limits stand in for requests that are missing."""
    limits = mapping(resources.get("limits"))
    requests = {**limits, **mapping(resources.get("requests"))}
    cpu, memory = read(requests.get("cpu")) or 0, read(requests.get("memory")) or 0
    amounts = (cpu, read(limits.get("cpu")) or 0, memory, read(limits.get("memory")) or 0)
    if type(resources) is Shared:
        if len(_READ) >= _KEPT:
            _READ.clear()
        _READ[id(resources)] = (resources, amounts)
    return amounts
