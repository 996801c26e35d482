"""Holds manifests to the cluster's version, and says where the platform does more or less than was declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.backends.kubernetes.ai.findings import findings as of_ai
from tenant_compiler.backends.kubernetes.data import secrets
from tenant_compiler.backends.kubernetes.edge import findings as edge
from tenant_compiler.backends.kubernetes.layout import HASH
from tenant_compiler.backends.kubernetes.lower import scenes
from tenant_compiler.backends.kubernetes.network.findings import findings as network
from tenant_compiler.backends.kubernetes.operations import delivery
from tenant_compiler.backends.kubernetes.schemas import validator
from tenant_compiler.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.artifact import Artifact, ArtifactObject
    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan

_TARGET = "kubernetes"
_SHOWN = 5
"""Errors of one object before the rest is only counted."""


def check(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Check the manifests of one tenant.

    Codes: TC501 and TC502 (schema), TC510 and TC518 (wider than declared), TC519 (stores out of reach), TC560 (more
    destinations than a pod can have), TC573 (secrets that people bring), those of the edge and of AI (TC580, TC581).
    """
    by_folder: dict[str, list[ArtifactObject]] = {}
    for artifact in artifacts:
        folder, _, name = artifact.path.rpartition("/")
        # What stands beside a cluster's folder has its name.
        cluster = name.rpartition(".")[0] if folder == delivery.FOLDER else folder
        by_folder.setdefault(cluster, []).extend(artifact.objects)
    said: set[str] = set()
    for stem, here in scenes(plan, context):
        yield from _schema(by_folder.get(stem, ()), here, context.kinds.get(here.site.cluster, {}))
        for finding in (*network(here), *edge.findings(here), *of_ai(here), *secrets.by_hand(here)):
            # What holds in every cluster of the tenant is said once.
            if finding.message not in said:
                said.add(finding.message)
                yield finding


def check_others(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Check objects that others made against the schemas of each of the tenant's clusters (TC589).

    Ours carry our checksum and are judged by `check`. A kind that nobody has a definition of is passed over.
    """
    # Our layout writes the text ahead, which is asked first because it is quicker.
    others = [item for artifact in artifacts for item in artifact.objects if not item.text and _is_anothers(item.value)]
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
