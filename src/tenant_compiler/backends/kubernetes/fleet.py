"""What a cluster needs once for all its tenants: PriorityClasses of tiers, and how clients of its Gateway connect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import TENANT, fleet_labels, made, priority_class
from tenant_compiler.backends.kubernetes.edge.traffic import platform_clients

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.backend import Context, Fact

_PREEMPTS_FROM: Final = 2000
"""Pods below this priority wait instead of pushing others out."""


def fleet_objects(facts: Sequence[Fact], context: Context) -> dict[str, list[ArtifactObject]]:
    """Make what belongs to a cluster and to no single tenant, by cluster profile."""
    found = priority_classes(facts, context)
    fleet = context.config["workspace"]["name"]
    for name in sorted({cluster for fact in facts if fact.hosts for cluster in fact.clusters}):
        profile = context.clusters.get(name)
        policy = None if profile is None else platform_clients(profile, fleet, (("spec", "services"), *TENANT))
        if policy is not None:
            found.setdefault(name, []).append(policy)
    return dict(sorted(found.items()))


def priority_classes(facts: Sequence[Fact], context: Context) -> dict[str, list[ArtifactObject]]:
    """Make the PriorityClasses of the tiers in use, by cluster profile, lowest first."""
    layout = context.config["workspace"]
    values = context.config["targets"]["kubernetes"]["priorities"]
    tiers: dict[str, set[str]] = {}
    for fact in facts:
        if fact.tier in values:
            for cluster in fact.clusters:
                tiers.setdefault(cluster, set()).add(fact.tier)
    return {
        cluster: [
            _priority_class(layout["name_prefix"], layout["name"], tier, values[tier])
            for tier in sorted(found, key=lambda tier: (values[tier], tier))
        ]
        for cluster, found in sorted(tiers.items())
    }


def _priority_class(prefix: str, fleet: str, tier: str, value: int) -> ArtifactObject:
    name = priority_class(prefix, tier)
    made_of: dict[str, Any] = {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {
            "name": name,
            "labels": fleet_labels(name, fleet),
        },
        "value": value,
        "globalDefault": False,
        "preemptionPolicy": "Never" if value < _PREEMPTS_FROM else "PreemptLowerPriority",
        "description": f"Tenants of the tier {tier}.",
    }
    return made("PriorityClass", made_of, (("spec", "tier"), *TENANT))
