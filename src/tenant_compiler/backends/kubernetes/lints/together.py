"""Rules that compare objects: references, order, selectors, autoscalers, disruption budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.backends.kubernetes.lints import autoscalers, controllers, references, selectors
from tenant_compiler.backends.kubernetes.lints.found import about, mapping, mappings, within
from tenant_compiler.backends.kubernetes.lints.pods import COLLECTOR

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.lints.found import Found
    from tenant_compiler.backends.kubernetes.lints.group import Group
    from tenant_compiler.model.artifact import ArtifactObject


def judge(group: Group, found: Found, *, whole: bool) -> None:
    """Judge the objects of one folder against each other.

    Codes: TC507, TC509, TC585, TC587, and those of `autoscalers` and `controllers`.

    Args:
        group: the objects.
        found: takes the findings.
        whole: whether everything that they refer to must be in the folder, too.
    """
    if whole:
        references.judge(group, found)
        selectors.judge(group, found)
    for item in group.of("Service").values():
        _ports(item, group, found)
    for item in group.of(COLLECTOR).values():
        _taken(item, group, found)
    autoscalers.judge(group, found)
    controllers.judge(group, found)
    for item in group.of("PodDisruptionBudget").values():
        _budget(item, group, found)


def _taken(item: ArtifactObject, group: Group, found: Found) -> None:
    """TC576: an object that is called as one that an operator makes of another object."""
    made = f"{item.value['metadata']['name']}-collector"
    for kind in ("Service", "Deployment", "ServiceAccount"):
        for name in (made, f"{made}-headless", f"{made}-monitoring"):
            other = group.of(kind).get(name)
            if other is not None:
                advice = "give the service another name: the operator and the delivery would overwrite each other"
                found.add("TC576", other, f"the operator makes a {kind} of the same name from {item.id}", advice)
                return


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


def _budget(item: ArtifactObject, group: Group, found: Found) -> None:
    """TC509: a budget that blocks every drain, or that protects nothing."""
    spec = mapping(item.value.get("spec"))
    chosen = within(spec, "selector", "matchLabels")
    made = group.selected(chosen, item.value["metadata"]["name"])
    if made is None:
        return
    least = sum(group.replicas(each)[0] for each in group.all_selected(chosen))
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
