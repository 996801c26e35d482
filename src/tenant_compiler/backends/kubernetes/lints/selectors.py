"""Selectors of pods: they must choose some that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.edge import challenges
from tenant_compiler.backends.kubernetes.lints.found import mapping, mappings, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.backends.kubernetes.lints.found import Found
    from tenant_compiler.backends.kubernetes.lints.group import Group
    from tenant_compiler.model.artifact import ArtifactObject

_NAME: Final = "app.kubernetes.io/name"
_SELECTORS: Final[Mapping[str, tuple[str, ...]]] = {
    "Service": ("spec", "selector"),
    "NetworkPolicy": ("spec", "podSelector", "matchLabels"),
    "PodDisruptionBudget": ("spec", "selector", "matchLabels"),
    "CiliumNetworkPolicy": ("spec", "endpointSelector", "matchLabels"),
    "PeerAuthentication": ("spec", "selector", "matchLabels"),
    "AuthorizationPolicy": ("spec", "selector", "matchLabels"),
    "Sidecar": ("spec", "workloadSelector", "labels"),
}
"""Where an object of a kind says which pods it is about; nothing there means all."""
_SOURCES: Final = ("k8s:", "any:")
"""Prefixes with which Cilium says where a label is from; others are not of Kubernetes."""


def judge(group: Group, found: Found) -> None:
    """Judge whom the objects that apply together are about, and whom network policies let through.

    Codes: TC585.
    """
    others = list(_made_by_operators(group))
    for name, item, labels in _selectors(group):
        fault = _fault(labels, name, others, group) if labels else ""
        if fault:
            advice = "select by the labels of the pod template, or leave the object out"
            found.add("TC585", item, f"no pods have the labels {fault} that it selects", advice)


def _selectors(group: Group) -> Iterator[tuple[str, ArtifactObject, dict[str, Any]]]:
    for kind, path in _SELECTORS.items():
        for name, item in group.of(kind).items():
            yield name, item, within(item.value, *path)
    for name, item in group.of("NetworkPolicy").items():
        spec = mapping(item.value.get("spec"))
        for direction, ends in (("ingress", "from"), ("egress", "to")):
            for rule in mappings(spec.get(direction)):
                for peer in mappings(rule.get(ends)):
                    if "podSelector" in peer and "namespaceSelector" not in peer:
                        yield name, item, within(peer, "podSelector", "matchLabels")


def _fault(labels: dict[str, Any], name: str, others: list[dict[str, Any]], group: Group) -> str:
    """The labels that no pods have, as people write them; empty when some have them, or nobody knows."""
    if not all(isinstance(key, str) for key in labels):
        return ""
    if any(":" in key for key in labels):
        if not all(key.startswith(_SOURCES) for key in labels if ":" in key):
            return ""
        labels = {key.rpartition(":")[2]: text for key, text in labels.items()}
    hint = labels.get(_NAME)
    if group.selected(labels, hint if isinstance(hint, str) else name) is not None:
        return ""
    if any(labels.items() <= other.items() for other in others):
        return ""
    return ", ".join(f"{key}={text}" for key, text in labels.items())


def _made_by_operators(group: Group) -> Iterator[dict[str, Any]]:
    """The labels of pods that an operator makes from its own kinds."""
    if group.of("Certificate"):
        yield challenges.PODS["matchLabels"]
    for name, item in group.of("OpenTelemetryCollector").items():
        meta = mapping(item.value.get("metadata"))
        yield {
            **mapping(meta.get("labels")),
            "app.kubernetes.io/managed-by": "opentelemetry-operator",
            "app.kubernetes.io/part-of": "opentelemetry",
            "app.kubernetes.io/component": "opentelemetry-collector",
            "app.kubernetes.io/instance": f"{meta.get('namespace')}.{name}",
            _NAME: f"{name}-collector",
        }
