"""Rules for what moves the number of pods: one for each object, and nothing beside it that does the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.lints.found import mappings, within
from tenant_compiler.backends.kubernetes.lints.group import scaled_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.lints.found import Found
    from tenant_compiler.backends.kubernetes.lints.group import Group
    from tenant_compiler.model.artifact import ArtifactObject

KINDS: Final = ("HorizontalPodAutoscaler", "ScaledObject")
_SIZES: Final = frozenset({"cpu", "memory"})


def judge(group: Group, found: Found) -> None:
    """Judge everything that scales.

    Codes: TC516, TC568, TC570.
    """
    owners: dict[tuple[Any, Any], ArtifactObject] = {}
    for kind in KINDS:
        for item in group.of(kind).values():
            target = scaled_by(within(item.value, "spec"))
            if not all(isinstance(part, str) for part in target):
                continue
            _replicas(item, target, group, found)
            if target in owners:
                found.add(
                    "TC568",
                    item,
                    f"it moves the replicas of {target[0]}/{target[1]}, and so does {owners[target].id}",
                    "keep one of the two: KEDA makes a HorizontalPodAutoscaler of its own for what it scales",
                )
            owners.setdefault(target, item)
    for item in group.of("VerticalPodAutoscaler").values():
        _sizes(item, owners, found)


def target(item: ArtifactObject) -> dict[str, Any]:
    """Give what an autoscaler refers to."""
    kind, name = scaled_by(within(item.value, "spec"))
    return {"kind": kind, "name": name}


def _replicas(item: ArtifactObject, target: tuple[str, str], group: Group, found: Found) -> None:
    kind, name = target
    scaled = group.of(kind).get(name)
    if scaled is not None and "replicas" in within(scaled.value, "spec"):
        found.add(
            "TC516",
            scaled,
            f"it sets `replicas`, which {item.id} sets too: every build would undo the autoscaler's work",
            "leave `spec.replicas` out",
        )


def _sizes(item: ArtifactObject, owners: dict[tuple[Any, Any], ArtifactObject], found: Found) -> None:
    """TC570: a recommendation that is carried out changes what use is measured against."""
    spec = within(item.value, "spec")
    reference = within(spec, "targetRef")
    owner = owners.get((reference.get("kind"), reference.get("name")))
    if owner is None or within(spec, "updatePolicy").get("updateMode") == "Off":
        return
    if _SIZES.intersection(_measured(owner)):
        found.add(
            "TC570",
            item,
            f"it changes the requests of pods that {owner.id} scales by their use of them",
            'set `updatePolicy.updateMode` to "Off"',
        )


def _measured(item: ArtifactObject) -> Iterator[str]:
    """Name the resources by whose use an autoscaler scales."""
    spec = within(item.value, "spec")
    for metric in mappings(spec.get("metrics")):
        for part in ("resource", "containerResource"):
            yield str(within(metric, part).get("name"))
    for trigger in mappings(spec.get("triggers")):
        yield str(trigger.get("type"))
