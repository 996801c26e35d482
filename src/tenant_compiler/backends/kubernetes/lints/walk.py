"""One walk over the objects of a tenant that feeds all rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.backends.kubernetes.lints import hosts, kinds, literals, queries, quota, shape, size, together
from tenant_compiler.backends.kubernetes.lints.files import in_order
from tenant_compiler.backends.kubernetes.lints.found import Found, mapping
from tenant_compiler.backends.kubernetes.lints.group import Group
from tenant_compiler.backends.kubernetes.lints.pods import pods_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.model.artifact import Artifact, ArtifactObject
    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.plan import Plan


def judge(artifacts: Sequence[Artifact], plan: Plan | None) -> dict[str, list[Diagnostic]]:
    """Judge every object that looks like one of Kubernetes (it says its API version and kind), whoever made it.

    Objects are compared inside a folder. One without a Namespace adds to what others make, so what it refers to may be
    there.

    Args:
        artifacts: of one target.
        plan: whose they are; None where nobody knows, which leaves out what needs the tenant's own words.

    Returns:
        The findings by code; a code without findings is absent.
    """
    found = Found()
    folders: dict[str, Group] = {}
    for folder, artifact in in_order(artifacts, found):
        for item in artifact.objects:
            value: Any = item.value  # a root of Terraform has lists, too
            if isinstance(value, dict) and type(value.get("kind")) is str and type(value.get("apiVersion")) is str:
                group = folders.get(folder)
                if group is None:
                    group = folders[folder] = Group({}, {}, {}, {})
                _one(item, group, found)
    for group in folders.values():
        together.judge(group, found, whole="Namespace" in group.by_kind)
        quota.judge(group, found)
    if plan is not None:
        hosts.judge(folders.values(), plan.domains, plan.name, found)
        queries.judge(folders.values(), plan, found)
    return found.by_code


def _one(item: ArtifactObject, group: Group, found: Found) -> None:
    value = item.value
    kind, meta = value["kind"], mapping(value.get("metadata"))
    shape.judge(item, meta, found)
    size.judge(item, kind, meta, found)
    kinds.judge(item, kind, found)
    literals.judge(item, kind, meta, found)
    name = meta.get("name")
    if not isinstance(name, str):
        return
    group.take(item, kind, name, meta)
    pods = pods_of(item, kind, name)
    if pods is not None:
        kinds.judge_pods(pods, found)
        literals.judge_pods(pods, found)
        group.pods.setdefault(name, []).append(pods)
