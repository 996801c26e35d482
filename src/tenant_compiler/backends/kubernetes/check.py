"""Holds manifests to the cluster's version, and says where the platform does more or less than was declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.backends.kubernetes.ai.findings import findings as of_ai
from tenant_compiler.backends.kubernetes.data import secrets
from tenant_compiler.backends.kubernetes.edge import findings as edge
from tenant_compiler.backends.kubernetes.layout import HASH
from tenant_compiler.backends.kubernetes.lower import scenes
from tenant_compiler.backends.kubernetes.network.policies import uses_objects, uses_sql
from tenant_compiler.backends.kubernetes.schemas import validator
from tenant_compiler.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.artifact import Artifact, ArtifactObject
    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Egress, Plan

_TARGET = "kubernetes"
_SHOWN = 5
"""Errors of one object before the rest is only counted."""


def check(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Check the manifests of one tenant.

    Codes: TC501 and TC502 (schema), TC510 and TC518 (wider than declared), TC519 (stores out of reach), TC573
    (secrets that people bring), those of the edge and of AI (TC580, TC581).
    """
    by_folder: dict[str, list[ArtifactObject]] = {}
    for artifact in artifacts:
        by_folder.setdefault(artifact.path.rpartition("/")[0], []).extend(artifact.objects)
    said: set[str] = set()
    for stem, here in scenes(plan, context):
        yield from _schema(by_folder.get(stem, ()), here, context.kinds.get(here.site.cluster, {}))
        for finding in (*_reach(here), *edge.findings(here), *of_ai(here), *secrets.by_hand(here)):
            # What holds in every cluster of the tenant is said once.
            if finding.message not in said:
                said.add(finding.message)
                yield finding


def check_others(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Check objects that others made against the schemas of each of the tenant's clusters (TC589).

    Ours carry our checksum and are judged by `check`. A kind that nobody has a definition of is passed over.
    """
    # Our layout says how large an object is, which is asked first because it is quicker.
    others = [item for artifact in artifacts for item in artifact.objects if not item.size and _is_anothers(item.value)]
    if not others:
        return
    said: set[str] = set()
    for _, here in scenes(plan, context):
        for finding in _schema(others, here, context.kinds.get(here.site.cluster, {})):
            if finding.code == "TC501" and finding.message not in said:
                said.add(finding.message)
                advice = "this is a fault of the plug-in, or the cluster has another version: `crds` names definitions"
                yield finding._replace(code="TC589", help=advice, target="")


def _is_anothers(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("apiVersion"), str):
        return False  # something of another target
    meta = value.get("metadata")
    annotations = meta.get("annotations") if isinstance(meta, dict) else None
    return not isinstance(annotations, dict) or HASH not in annotations


def _schema(objects: Sequence[ArtifactObject], here: Scene, own: Mapping[str, Any]) -> Iterator[Diagnostic]:
    minor = here.cluster["kubernetes"]
    for item in objects:
        value = item.value
        kind = f"{value.get('apiVersion')}/{value.get('kind')}"
        schema = own.get(kind) or validator(minor, kind)
        if schema is None:
            yield _unknown(item, minor)
        elif not schema.is_valid(value):
            yield from _errors(item, list(schema.iter_errors(value)), minor)


def _unknown(item: ArtifactObject, minor: str) -> Diagnostic:
    kind = f"{item.value.get('apiVersion')} {item.value.get('kind')}"
    return Diagnostic(
        "TC502",
        f"{item.id} is a {kind}, which Kubernetes {minor} is not known to have",
        pointer=item.made_from[0],
        help="this is a fault of the back-end: report it; a newer version in `[cluster.NAME] kubernetes` may have it",
        target=_TARGET,
        object=item.id,
    )


def _errors(item: ArtifactObject, errors: list[Any], minor: str) -> Iterator[Diagnostic]:
    for error in errors[:_SHOWN]:
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
        rest = len(errors) - _SHOWN
        yield Diagnostic(
            "TC501",
            f"{item.id} is not valid in Kubernetes {minor}: {path[1:] or 'the object'}: {error.message}",
            pointer=item.made_from[0],
            help="this is a fault of the back-end or of the declared version: compare `[cluster.NAME] kubernetes`"
            " with the cluster, then report it",
            notes=(f"{rest} more in this object",) if rest > 0 else (),
            target=_TARGET,
            object=item.id,
        )


def _reach(here: Scene) -> Iterator[Diagnostic]:
    """Compare what network policies can say with what was declared."""
    if here.cluster["network_policy"] == "none":
        return  # `supports` says that nothing is enforced: details of what is not would only distract
    for destination in here.plan.egress:
        if destination.host:
            yield _wider(here, destination)
    for workload in here.plan.workloads:
        if not workload.uses:
            continue
        at = workload.line("uses")
        if uses_objects(here, workload):
            yield _object_store(workload.name, at)
        if uses_sql(here, workload) and not here.cluster["data_cidrs"]:
            yield _out_of_reach(here, workload.name, at)


def _wider(here: Scene, destination: Egress) -> Diagnostic:
    shown = " and ".join(map(str, destination.ports))
    who = " and ".join(f"`{name}`" for name in destination.only_for) or "every service"
    note = "a NetworkPolicy knows addresses only"
    if here.cluster["network_policy"] == "cilium":
        note += "; Cilium's own policies, which know host names, are not built yet"
    return Diagnostic(
        "TC510",
        f"{who} may reach all public addresses on port {shown}, which is wider than the declared {destination.host}",
        severity="warning",
        pointer=destination.made_from[0],
        help="declare `cidr` instead of `host` when the addresses of the destination are known",
        notes=(note,),
        target=_TARGET,
        object=f"NetworkPolicy/{destination.only_for[0] if destination.only_for else 'default.egress'}",
    )


def _object_store(service: str, pointer: tuple[str | int, ...]) -> Diagnostic:
    return Diagnostic(
        "TC518",
        f"{service} may reach all public addresses on port 443, because it uses an object store",
        severity="info",
        pointer=pointer,
        help="keep in mind that the network does not hold it to the store's own end point; the store's access rules do",
        target=_TARGET,
        object=f"NetworkPolicy/{service}",
    )


def _out_of_reach(here: Scene, service: str, pointer: tuple[str | int, ...]) -> Diagnostic:
    cluster = here.site.cluster
    where = (
        f"the cluster profile {cluster}" if cluster else f"the region {here.site.region} has no cluster profile, which"
    )
    return Diagnostic(
        "TC519",
        f"{service} cannot reach its SQL store: {where} names no addresses of stores",
        severity="warning",
        pointer=pointer,
        help=f'set `data_cidrs = ["10.20.0.0/16"]`, with the range of the databases, in `[cluster.{cluster}]`'
        if cluster
        else "name a `cluster_profile` for the region, one with `data_cidrs`",
        target=_TARGET,
        object=f"NetworkPolicy/{service}",
    )
