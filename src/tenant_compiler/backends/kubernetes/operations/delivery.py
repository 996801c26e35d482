"""How a tenant's folder is applied by Argo CD or Flux: what stands in their namespace, so beside that folder.

An AppProject of the tenant's own is the border: one repository, one cluster, the tenant's namespace, and exactly the
kinds that are in the folder, those of the cluster by their names. Nothing of it is text that a tenant wrote: groups
stand in lists, and names are the compiler's own. Names have the cluster behind a dot, because one Argo CD may serve
several clusters.

Neither of the two may delete a namespace or a volume because a file is gone: a typo must not delete a customer.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import TENANT, made
from tenant_compiler.backends.kubernetes.support import HONOURED, Answer, called
from tenant_compiler.model.artifact import Shared
from tenant_compiler.model.backend import Lack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.backends.kubernetes.support import Table
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Duties, Need
    from tenant_compiler.model.plan_operations import Window
    from tenant_compiler.model.vocabulary.delivery import GitOps

FOLDER: Final = "0-delivery"
"""Beside the clusters' folders: no cluster's name starts with a digit."""
SYNC: Final = "argocd.argoproj.io"
FLUX: Final = "kustomize.toolkit.fluxcd.io"
_NAMESPACES: Final = {"argocd": "argocd", "flux": "flux-system", "none": ""}
_KEPT: Final = frozenset({"Namespace", "PersistentVolumeClaim"})
"""What is never deleted because its file is gone."""
_WITH_SERVICES: Final = {"PersistentVolumeClaim": "50"}
"""A volume waits for its first pod: in a wave of its own, before the pods, it would wait for ever."""
_OPTIONS: Final = (
    "ServerSideApply=true",
    "CreateNamespace=false",
    "RespectIgnoreDifferences=true",
    "PruneLast=true",
)


def tool(here: Scene) -> GitOps | None:
    """What applies the output to the cluster; None for nothing."""
    said = here.cluster.get("gitops")
    return None if said is None or said["kind"] == "none" else said


def namespace(said: GitOps) -> str:
    """Where it looks for its objects."""
    return said.get("namespace") or _NAMESPACES[said["kind"]]


def folder(said: GitOps, output: str) -> str:
    """The output in the repository."""
    return said.get("path") or output.strip("/").removeprefix("./")


@lru_cache(maxsize=512)
def extras(kind: str, group: str, tool_: str) -> Shared:
    """What an object says to what applies it.

    Args:
        kind: of the object.
        group: the file that it is in, whose number is the order in which it applies.
        tool_: ``argocd``, ``flux`` or ``none``.
    """
    if tool_ == "argocd":
        wave = _WITH_SERVICES.get(kind) or group.partition("-")[0]
        kept = {f"{SYNC}/sync-options": "Prune=false,Delete=false"} if kind in _KEPT else {}
        return Shared({f"{SYNC}/sync-wave": wave, **kept})
    if tool_ == "flux" and kind in _KEPT:
        return Shared({f"{FLUX}/prune": "disabled"})
    return Shared()


def objects(here: Scene, stem: str, applied: Sequence[ArtifactObject], output: str) -> list[ArtifactObject]:
    """Make what lets a tenant's folder be applied.

    Args:
        here: the tenant in its cluster.
        stem: the folder's name.
        applied: the objects in it.
        output: the workspace's output folder.
    """
    said = tool(here)
    if said is None:
        return []
    plan = here.plan
    path = f"{folder(said, output)}/{plan.tenant}/{plan.environment}/kubernetes/{stem}"
    meta: dict[str, Any] = {"name": f"{plan.name}.{stem}", "namespace": namespace(said), "labels": here.labels}
    made_from = (*TENANT, *here.site.made_from)
    if said["kind"] == "flux":
        kustomization = {
            "apiVersion": f"{FLUX}/v1",
            "kind": "Kustomization",
            "metadata": meta,
            "spec": {
                **_flux(said["service_account"], f"{plan.fleet}.{stem}.fleet"),
                "path": f"./{path}",
            },
        }
        return [made("Kustomization", kustomization, made_from)]
    changes = (*(plan.duties.made_from if plan.duties else ()), *(each.made_from[0] for each in plan.windows))
    project: dict[str, Any] = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": meta,
        "spec": _project(here, said, meta["name"], applied),
    }
    source = {"repoURL": said["repository"], "targetRevision": said["revision"], "path": path}
    spec: dict[str, Any] = {
        "project": meta["name"],
        "source": source,
        "destination": {"server": said["server"], "namespace": plan.name},
        "syncPolicy": SYNCED,
    }
    moving = list(_moved_by_others(applied))
    if moving:
        spec["ignoreDifferences"] = moving
    application = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": meta, "spec": spec}
    return [
        made("AppProject", project, (*made_from, *changes)),
        made("Application", application, made_from),
    ]


SYNCED: Final = Shared(
    {
        "automated": {"prune": True, "selfHeal": True},
        "retry": {"limit": 5, "backoff": {"duration": "30s", "factor": 2, "maxDuration": "10m"}},
        "syncOptions": list(_OPTIONS),
    }
)
"""Whatever differs from the repository is set right; fields that an autoscaler moves are left to it."""


@lru_cache(maxsize=64)
def _flux(account: str, fleet: str) -> Shared:
    """No `targetNamespace`: it would move what belongs into the namespaces of the platform."""
    return Shared(
        {
            "interval": "10m",
            "retryInterval": "2m",
            "timeout": "10m",
            "prune": True,
            "wait": True,
            "serviceAccountName": account,
            "sourceRef": {"kind": "GitRepository", "name": fleet},
            "dependsOn": [{"name": fleet}],
        }
    )


def _project(here: Scene, said: GitOps, name: str, applied: Sequence[ArtifactObject]) -> dict[str, Any]:
    plan = here.plan
    spaces = {plan.name, *(item.value["metadata"].get("namespace", plan.name) for item in applied)}
    spec: dict[str, Any] = {
        "description": f"{plan.tenant} in {plan.environment}",
        "sourceRepos": [said["repository"]],
        "destinations": [{"server": said["server"], "namespace": space} for space in sorted(spaces)],
        "clusterResourceWhitelist": list(of_cluster(applied)),
        "namespaceResourceWhitelist": [{"group": group, "kind": kind} for group, kind in sorted(kinds(applied))],
    }
    if plan.duties is not None:
        spec["roles"] = list(_roles(plan.duties, name))
    if plan.windows:
        spec["syncWindows"] = [_window(each) for each in plan.windows]
    return spec


def _group(item: ArtifactObject) -> str:
    group, slash, _ = item.value["apiVersion"].partition("/")
    return group if slash else ""


def of_cluster(applied: Sequence[ArtifactObject]) -> Iterator[dict[str, str]]:
    """The objects that no namespace holds, each by its name."""
    for item in applied:
        if "namespace" not in item.value["metadata"]:
            yield {"group": _group(item), "kind": item.value["kind"], "name": item.value["metadata"]["name"]}


def kinds(applied: Sequence[ArtifactObject]) -> set[tuple[str, str]]:
    """The groups and kinds of those that a namespace holds."""
    return {(_group(item), item.value["kind"]) for item in applied if "namespace" in item.value["metadata"]}


def _roles(duties: Duties, project: str) -> Iterator[dict[str, Any]]:
    """Deployers may start a synchronisation, approvers may look and let a rollout go on."""
    may = (
        ("deployer", duties.deployers, ("get", "sync")),
        ("approver", duties.approvers, ("get", "action/argoproj.io/Rollout/resume")),
    )
    for role, groups, actions in may:
        if groups:
            policies = [f"p, proj:{project}:{role}, applications, {action}, {project}/*, allow" for action in actions]
            yield {"name": role, "groups": list(groups), "policies": policies}


def _window(window: Window) -> dict[str, Any]:
    """Outside of all windows nothing is applied, by hand neither."""
    hour, minute = window.clock
    days = ",".join(map(str, window.weekdays))
    return {
        "kind": "allow",
        "description": window.name,
        "schedule": f"{minute} {hour} * * {days}",
        "duration": f"{window.minutes}m",
        "timeZone": window.timezone,
        "applications": ["*"],
        "manualSync": False,
    }


def _moved_by_others(applied: Sequence[ArtifactObject]) -> Iterator[dict[str, Any]]:
    """The replicas that an autoscaler sets, and the weights that a rollout moves."""
    weights = False
    for item in applied:
        kind, spec = item.value["kind"], item.value.get("spec", {})
        if kind in {"HorizontalPodAutoscaler", "ScaledObject"}:
            target = spec["scaleTargetRef"]
            group = target.get("apiVersion", "apps/v1").partition("/")[0]
            yield {
                "group": group,
                "kind": target.get("kind", "Deployment"),
                "name": target["name"],
                "jsonPointers": ["/spec/replicas"],
            }
        weights = weights or (kind == "Rollout" and "trafficRouting" in spec.get("strategy", {}).get("canary", {}))
    if weights:
        for kind in ("GRPCRoute", "HTTPRoute"):
            paths = [".spec.rules[]?.backendRefs[]?.weight"]
            yield {"group": "gateway.networking.k8s.io", "kind": kind, "jqPathExpressions": paths}


def _windows(here: Scene, need: Need) -> Answer:
    said = tool(here)
    if said is not None and said["kind"] == "argocd":
        return HONOURED
    words = f"{need.what} need Argo CD, which holds changes back; {called(here)} has none"
    return Answer("cannot", Lack(words, 'set `gitops = { kind = "argocd", … }` in the cluster\'s profile'))


SUPPORT: Final[Table] = {"change.windows": _windows}
