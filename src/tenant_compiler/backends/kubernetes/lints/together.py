"""Rules that compare objects: references, autoscalers, disruption budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.backends.kubernetes.lints.found import mapping, mappings, within
from tenant_compiler.backends.kubernetes.lints.pods import SCALED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.lints.found import Found
    from tenant_compiler.backends.kubernetes.lints.group import Group
    from tenant_compiler.backends.kubernetes.lints.pods import Pods
    from tenant_compiler.model.artifact import ArtifactObject


def judge(own: Group, known: Group, found: Found) -> None:
    """Judge the objects of one file against each other.

    Codes: TC507, TC509, TC516.

    Args:
        own: the objects of the file.
        known: where references may lead: those, and more for a file that adds to another.
        found: takes the findings.
    """
    for several in own.pods.values():
        for pods in several:
            _pod_references(pods, known, found)
    for item in own.of("Service").values():
        _ports(item, known, found)
    for item in own.of("RoleBinding").values():
        role = within(item.value, "roleRef")
        if role.get("kind") == "Role" and not known.has("Role", role.get("name")):
            _missing(item, "Role", role.get("name"), found)
    for item in own.of("HorizontalPodAutoscaler").values():
        _target(item, known, found)
    for item in own.of("PodDisruptionBudget").values():
        _budget(item, known, found)


def _pod_references(pods: Pods, known: Group, found: Found) -> None:
    account = pods.spec.get("serviceAccountName") or "default"
    if account != "default" and not known.has("ServiceAccount", account):
        _missing(pods.item, "ServiceAccount", account, found)
    for reference in _config_maps(pods):
        if not reference.get("optional") and not known.has("ConfigMap", reference.get("name")):
            _missing(pods.item, "ConfigMap", reference.get("name"), found)


def _config_maps(pods: Pods) -> Iterator[dict[str, Any]]:
    """Give all references of a pod to ConfigMaps."""
    for container in pods.containers:
        for source in mappings(container.get("envFrom")):
            if "configMapRef" in source:
                yield mapping(source["configMapRef"])
        for variable in mappings(container.get("env")):
            if "valueFrom" in variable and "configMapKeyRef" in mapping(variable["valueFrom"]):
                yield mapping(variable["valueFrom"]["configMapKeyRef"])
    for volume in mappings(pods.spec.get("volumes")):
        if "configMap" in volume:
            yield mapping(volume["configMap"])


def _ports(item: ArtifactObject, known: Group, found: Found) -> None:
    """The ports that a Service names; pods that somebody else makes are not judged."""
    spec = mapping(item.value.get("spec"))
    made = known.selected(mapping(spec.get("selector")), item.value["metadata"]["name"])
    if made is None:
        return
    names = {port.get("name") for container in made.containers for port in mappings(container.get("ports"))}
    for port in mappings(spec.get("ports")):
        target = port.get("targetPort")
        if isinstance(target, str) and target not in names:
            found.add(
                "TC507",
                item,
                f"it leads to the port `{target}`, but {made.item.id} has no port of that name",
                advice="name the container's port, or use its number",
            )


def _target(item: ArtifactObject, known: Group, found: Found) -> None:
    target = within(item.value, "spec", "scaleTargetRef")
    kind, name = target.get("kind"), target.get("name")
    if kind not in SCALED:
        return
    scaled = known.of(kind).get(name) if isinstance(name, str) else None
    if scaled is None:
        _missing(item, kind, name, found)
    elif "replicas" in within(scaled.value, "spec"):
        found.add(
            "TC516",
            scaled,
            f"it sets `replicas`, which {item.id} sets too: every build would undo the autoscaler's work",
            advice="leave `spec.replicas` out",
        )


def _budget(item: ArtifactObject, known: Group, found: Found) -> None:
    """TC509: a budget that blocks every drain, or that protects nothing."""
    spec = mapping(item.value.get("spec"))
    made = known.selected(within(spec, "selector", "matchLabels"), item.value["metadata"]["name"])
    if made is None:
        return
    least = known.replicas(made)[0]
    gone, left = spec.get("maxUnavailable"), spec.get("minAvailable")
    if gone in (0, "0%") or left == "100%" or (isinstance(left, int) and left >= least):
        found.add(
            "TC509",
            item,
            f"it lets none of the {least} replicas of {made.item.id} go, so that no node of theirs can be drained",
            advice="allow at least one to be unavailable, or run more replicas",
        )
    elif gone == "100%" or left in (0, "0%") or (isinstance(gone, int) and gone >= least):
        found.add(
            "TC509",
            item,
            f"it lets all {least} replicas of {made.item.id} go at a time",
            advice=f"set `availability.maximum_unavailable` to at most {max(1, least - 1)}, or run more replicas",
            severity="warning",
        )


def _missing(item: ArtifactObject, kind: str, name: Any, found: Found) -> None:
    found.add(
        "TC507",
        item,
        f"it refers to the {kind} `{name}`, which is not there",
        advice=f"emit the {kind} beside it, or correct the name",
    )
