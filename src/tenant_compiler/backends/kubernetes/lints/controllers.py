"""Rules for what makes pods: each pod belongs to one object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.backends.kubernetes.lints.found import within
from tenant_compiler.backends.kubernetes.lints.pods import WITH_SELECTOR

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.lints.found import Found
    from tenant_compiler.backends.kubernetes.lints.group import Group
    from tenant_compiler.backends.kubernetes.lints.pods import Pods

_NAME = "app.kubernetes.io/name"
"""What tells the pods of most services apart: only those that share it are compared."""


def judge(group: Group, found: Found) -> None:
    """TC569: an object's selector chooses the pods of another one.

    A Rollout that takes its pods from a Deployment has them in its place: that one runs none.
    """
    alike: dict[Any, list[Pods]] = {}
    every: list[tuple[Pods, dict[str, Any]]] = []
    wide = False
    for several in group.pods.values():
        for pods in several:
            if pods.kind in WITH_SELECTOR:
                selector = within(pods.object_spec, "selector", "matchLabels")
                every.append((pods, selector))
                alike.setdefault(str(pods.labels.get(_NAME)), []).append(pods)
                wide |= _NAME not in selector
    if len(alike) == len(every) and not wide:
        return  # all have names of their own and choose by them
    for pods, selector in every:
        others = alike.get(str(selector[_NAME]), ()) if _NAME in selector else [other for other, _ in every]
        for other in others:
            if other is not pods and selector and selector.items() <= other.labels.items() and not _refers(pods, other):
                found.add(
                    "TC569",
                    pods.item,
                    f"its selector takes the pods of {other.item.id}, too",
                    "give each a label of its own in the pod template and in `spec.selector.matchLabels`",
                )


def _refers(pods: Pods, other: Pods) -> bool:
    return any(
        one.kind == "Rollout" and within(one.object_spec, "workloadRef").get("name") == two.name
        for one, two in ((pods, other), (other, pods))
    )
