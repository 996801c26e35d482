"""Where pods are in objects of the kinds that make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.lints.found import mapping, mappings, within
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.model.artifact import ArtifactObject

_TEMPLATES: Final = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "Rollout": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}
COLLECTOR: Final = "OpenTelemetryCollector"
WITH_SELECTOR: Final = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout"})
SCALED: Final = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "Rollout"})


class Pods(NamedTuple):
    """An object that makes pods, taken apart once for all rules."""

    item: ArtifactObject
    kind: str
    name: str
    object_spec: dict[str, Any]
    labels: dict[str, Any]
    """Of the pods."""
    spec: dict[str, Any]
    """Of the pods."""
    containers: list[dict[str, Any]]
    """Those that run first, before the others start, at the end."""
    annotations: dict[str, Any]
    """Of the pods."""


def pods_of(item: ArtifactObject, kind: str, name: str) -> Pods | None:
    """Take an object apart; None for kinds that make no pods."""
    if kind == COLLECTOR:
        return _collector(item, name)
    path = _TEMPLATES.get(kind)
    if path is None:
        return None
    if kind == "Rollout" and not item.value["apiVersion"].startswith("argoproj.io/"):
        return None  # a kind of somebody else's
    template = within(item.value, *path)
    spec = mapping(template.get("spec"))
    containers = mappings(spec.get("containers"))
    if "initContainers" in spec:
        containers = containers + mappings(spec["initContainers"])
    meta = mapping(template.get("metadata"))
    labels, annotations = mapping(meta.get("labels")), mapping(meta.get("annotations"))
    return Pods(item, kind, name, mapping(item.value.get("spec")), labels, spec, containers, annotations)


def _collector(item: ArtifactObject, name: str) -> Pods:
    """The operator makes a Deployment of it, with one container."""
    spec = mapping(item.value.get("spec"))
    annotations = mapping(spec.get("podAnnotations"))
    pod = {"serviceAccountName": spec.get("serviceAccount")}
    return Pods(item, COLLECTOR, name, spec, {}, pod, [{"resources": mapping(spec.get("resources"))}], annotations)
