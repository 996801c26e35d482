"""How Argo CD or Flux find all tenants of a cluster: the one thing that somebody applies by hand.

Argo CD: a project of the fleet's own, an Application for what the cluster needs once, and one that collects the
``0-delivery`` files of all tenants. Flux: the repository, a Kustomization for what the cluster needs once, and one for
the tenants, which lists their ``0-delivery`` files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.backends.kubernetes.common import TENANT, fleet_labels, made
from tenant_compiler.backends.kubernetes.layout import file, kustomization, stamped
from tenant_compiler.backends.kubernetes.operations import delivery

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.model.artifact import Artifact, ArtifactObject
    from tenant_compiler.model.backend import Context, Fact
    from tenant_compiler.model.vocabulary.delivery import GitOps

_OWN_CLUSTER = "https://kubernetes.default.svc"
TENANTS = "tenants"
"""The folder of Flux' list."""


def files(
    cluster: str, facts: Sequence[Fact], context: Context, shared: Sequence[ArtifactObject]
) -> Iterator[Artifact]:
    """Make the files of one cluster; none where nothing applies the output.

    Args:
        cluster: the profile's name.
        facts: of all tenants and environments.
        context: the workspace.
        shared: what the cluster needs once, in ``kubernetes.yaml``.
    """
    said = context.clusters[cluster].get("gitops") if cluster in context.clusters else None
    if said is None or said["kind"] == "none":
        return
    layout, format_ = context.config["workspace"], context.config["targets"]["kubernetes"]["format"]
    name = f"{layout['name']}.{cluster}.fleet"
    labels = fleet_labels(layout["name"], layout["name"])
    meta: dict[str, Any] = {"name": name, "namespace": delivery.namespace(said), "labels": labels}
    root = delivery.folder(said, layout["output"])
    here = f"{root}/_fleet/{cluster}/kubernetes"
    if said["kind"] == "argocd":
        objects = _argocd(said, meta, root, f"{cluster}.{format_}", shared)
        yield file("delivery", [stamped(_fleet(item)) for item in objects], format_)
        return
    yield file("delivery", [stamped(_fleet(item)) for item in _flux(said, meta, here)], format_)
    yield kustomization("", [f"{stem}.{format_}" for stem in ("delivery", *(["kubernetes"] if shared else []))])
    up = "../../../.."
    found = [
        f"{up}/{fact.tenant}/{fact.environment}/kubernetes/{delivery.FOLDER}/{cluster}.{format_}"
        for fact in facts
        if cluster in fact.clusters
    ]
    yield kustomization(f"{TENANTS}/", sorted(found))


def _argocd(
    said: GitOps, meta: dict[str, Any], root: str, name: str, shared: Sequence[ArtifactObject]
) -> Iterator[dict[str, Any]]:
    """The project may make projects, so nothing but these two Applications may use it."""
    api, project, cluster = "argoproj.io/v1alpha1", meta["name"], name.rpartition(".")[0]
    spaces = {meta["namespace"], *(item.value["metadata"].get("namespace", meta["namespace"]) for item in shared)}
    places = {(_OWN_CLUSTER, meta["namespace"]), *((said["server"], space) for space in spaces)}
    kinds = {("argoproj.io", "AppProject"), ("argoproj.io", "Application"), *delivery.kinds(shared)}
    yield {
        "apiVersion": api,
        "kind": "AppProject",
        "metadata": meta,
        "spec": {
            "description": "What applies the tenants, and what the cluster needs once.",
            "sourceRepos": [said["repository"]],
            "destinations": [{"server": server, "namespace": space} for server, space in sorted(places)],
            "clusterResourceWhitelist": list(delivery.of_cluster(shared)),
            "namespaceResourceWhitelist": [{"group": group, "kind": kind} for group, kind in sorted(kinds)],
        },
    }
    source = {"repoURL": said["repository"], "targetRevision": said["revision"]}
    # `*` in these patterns goes over slashes.
    here = f"{root}/_fleet/{cluster}/kubernetes"
    parts = (
        ("cluster", said["server"], {"path": here, "directory": {"include": "kubernetes.*"}}),
        (
            "tenants",
            _OWN_CLUSTER,
            {
                "path": root,
                "directory": {"recurse": True, "include": f"*/kubernetes/{delivery.FOLDER}/{name}"},
            },
        ),
    )
    for part, server, place in parts:
        yield {
            "apiVersion": api,
            "kind": "Application",
            "metadata": {**meta, "name": f"{project}.{part}"},
            "spec": {
                "project": project,
                "source": {**source, **place},
                "destination": {"server": server, "namespace": meta["namespace"]},
                "syncPolicy": delivery.SYNCED,
            },
        }


def _flux(said: GitOps, meta: dict[str, Any], here: str) -> Iterator[dict[str, Any]]:
    """The tenants' Kustomizations depend on the first one, so it must not wait for them: they are in the second."""
    name = meta["name"]
    yield {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": meta,
        "spec": {"interval": "1m", "url": said["repository"], "ref": {"branch": said["revision"]}},
    }
    for full, path in ((name, here), (f"{name}.{TENANTS}", f"{here}/{TENANTS}")):
        yield {
            "apiVersion": f"{delivery.FLUX}/v1",
            "kind": "Kustomization",
            "metadata": {**meta, "name": full},
            "spec": {
                "interval": "10m",
                "retryInterval": "2m",
                "path": f"./{path}",
                "prune": True,
                "serviceAccountName": said["service_account"],
                "sourceRef": {"kind": "GitRepository", "name": name},
            },
        }


def _fleet(value: dict[str, Any]) -> ArtifactObject:
    return made(value["kind"], value, TENANT)
