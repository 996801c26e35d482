"""Rules that compare objects: references, autoscalers, disruption budgets, routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.lints.found import about, mapping, mappings, within
from tenant_compiler.backends.kubernetes.lints.pods import SCALED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.lints.found import Found
    from tenant_compiler.backends.kubernetes.lints.group import Group
    from tenant_compiler.backends.kubernetes.lints.pods import Pods
    from tenant_compiler.model.artifact import ArtifactObject

_ROLES: Final = frozenset({"Role"})
"""A ClusterRole belongs to the platform."""
_ROUTES: Final = frozenset({"HTTPRoute"})
"""What a policy at the edge may be about, and is emitted beside it; a Gateway belongs to the platform."""


def judge(group: Group, found: Found, *, whole: bool) -> None:
    """Judge the objects of one file against each other.

    Codes: TC507, TC509, TC516.

    Args:
        group: the objects.
        found: takes the findings.
        whole: whether everything that they refer to must be in the file, too.
    """
    if whole:
        _references(group, found)
    for item in group.of("Service").values():
        _ports(item, group, found)
    for item in group.of("HorizontalPodAutoscaler").values():
        _replicas(item, group, found)
    for item in group.of("PodDisruptionBudget").values():
        _budget(item, group, found)


def _references(group: Group, found: Found) -> None:
    for several in group.pods.values():
        for pods in several:
            _pod_references(pods, group, found)
    for item in group.of("RoleBinding").values():
        _refers(item, within(item.value, "roleRef"), _ROLES, group, found)
    for item in group.of("HorizontalPodAutoscaler").values():
        _refers(item, within(item.value, "spec", "scaleTargetRef"), SCALED, group, found)
    for item in group.of("ValidatingAdmissionPolicyBinding").values():
        name = within(item.value, "spec").get("policyName")
        if not group.has("ValidatingAdmissionPolicy", name):
            _missing(item, "ValidatingAdmissionPolicy", name, found)
    for item in group.of("SecurityPolicy").values():
        for target in mappings(within(item.value, "spec").get("targetRefs")):
            _refers(item, target, _ROUTES, group, found)
    for item in group.of("HTTPRoute").values():
        for rule in mappings(within(item.value, "spec").get("rules")):
            for reference in mappings(rule.get("backendRefs")):
                _leads_to(item, reference, group, found)


def _leads_to(item: ArtifactObject, reference: dict[str, Any], group: Group, found: Found) -> None:
    """The Service behind a route, and its port. One in another namespace is not ours to judge."""
    if reference.get("kind", "Service") != "Service" or "namespace" in reference:
        return
    name, port = reference.get("name"), reference.get("port")
    service = group.of("Service").get(name) if isinstance(name, str) else None
    if service is None:
        _missing(item, "Service", name, found)
    elif port not in [each.get("port") for each in mappings(within(service.value, "spec").get("ports"))]:
        found.add(
            "TC507",
            item,
            f"it leads to the port {port} of {service.id}, which has no such port",
            "name a port of the Service by its number",
        )


def _refers(item: ArtifactObject, reference: dict[str, Any], kinds: frozenset[str], group: Group, found: Found) -> None:
    kind, name = reference.get("kind"), reference.get("name")
    if isinstance(kind, str) and kind in kinds and not group.has(kind, name):
        _missing(item, kind, name, found)


def _pod_references(pods: Pods, group: Group, found: Found) -> None:
    account = pods.spec.get("serviceAccountName") or "default"
    if account != "default" and not group.has("ServiceAccount", account):
        _missing(pods.item, "ServiceAccount", account, found)
    for reference in _config_maps(pods):
        if not reference.get("optional") and not group.has("ConfigMap", reference.get("name")):
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


def _ports(item: ArtifactObject, group: Group, found: Found) -> None:
    """The ports that a Service names; pods that somebody else makes are not judged."""
    spec = mapping(item.value.get("spec"))
    made = group.selected(mapping(spec.get("selector")), item.value["metadata"]["name"])
    if made is None:
        return
    names = [port.get("name") for container in made.containers for port in mappings(container.get("ports"))]
    for port in mappings(spec.get("ports")):
        target = port.get("targetPort")
        if isinstance(target, str) and target not in names:
            found.add(
                "TC507",
                item,
                f"it leads to the port `{target}`, but {made.item.id} has no port of that name",
                "name the container's port, or use its number",
            )


def _replicas(item: ArtifactObject, group: Group, found: Found) -> None:
    target = within(item.value, "spec", "scaleTargetRef")
    kind, name = target.get("kind"), target.get("name")
    scaled = group.of(kind).get(name) if isinstance(kind, str) and isinstance(name, str) else None
    if scaled is not None and "replicas" in within(scaled.value, "spec"):
        found.add(
            "TC516",
            scaled,
            f"it sets `replicas`, which {item.id} sets too: every build would undo the autoscaler's work",
            "leave `spec.replicas` out",
        )


def _budget(item: ArtifactObject, group: Group, found: Found) -> None:
    """TC509: a budget that blocks every drain, or that protects nothing."""
    spec = mapping(item.value.get("spec"))
    made = group.selected(within(spec, "selector", "matchLabels"), item.value["metadata"]["name"])
    if made is None:
        return
    least = group.replicas(made)[0]
    gone, left = spec.get("maxUnavailable"), spec.get("minAvailable")
    if gone in (0, "0%") or left == "100%" or (isinstance(left, int) and left >= least):
        found.add(
            "TC509",
            item,
            f"it lets none of the {least} replicas of {made.item.id} go, so that no node of theirs can be drained",
            "allow at least one to be unavailable, or run more replicas",
        )
    elif gone == "100%" or left in (0, "0%") or (isinstance(gone, int) and gone >= least):
        finding = about(
            "TC509",
            item,
            f"it lets all {least} replicas of {made.item.id} go at a time",
            f"set `availability.maximum_unavailable` to at most {max(1, least - 1)}, or run more replicas",
        )
        found.note(finding._replace(severity="warning"))


def _missing(item: ArtifactObject, kind: str, name: Any, found: Found) -> None:
    found.add(
        "TC507",
        item,
        f"it refers to the {kind} `{name}`, which is not there",
        f"emit the {kind} beside it, or correct the name",
    )
