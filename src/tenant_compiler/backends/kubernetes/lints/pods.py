"""Where pods are in objects of the kinds that make them."""

from __future__ import annotations

from typing import Any, Final

from tenant_compiler.backends.kubernetes.lints.found import mappings, within

_TEMPLATES: Final = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}
WITH_SELECTOR: Final = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
SCALED: Final = frozenset({"Deployment", "StatefulSet", "ReplicaSet"})


def template(kind: str, value: dict[str, Any]) -> dict[str, Any] | None:
    """Give an object's pod template (for a Pod the object itself); None for kinds that make no pods."""
    path = _TEMPLATES.get(kind)
    return None if path is None else within(value, *path)


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the containers of a pod template, those that run first at the end."""
    spec = within(pod, "spec")
    found = mappings(spec.get("containers"))
    return found + mappings(spec["initContainers"]) if "initContainers" in spec else found
