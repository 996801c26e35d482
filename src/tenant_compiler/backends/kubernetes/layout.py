"""From objects to files: a folder for each cluster, a file for each group of kinds, and what kustomize builds from it.

The files' numbers are the order in which they apply: what later objects need comes in an earlier file.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import OWN
from tenant_compiler.backends.kubernetes.operations import delivery
from tenant_compiler.emit import yaml
from tenant_compiler.model.artifact import Artifact, ArtifactObject, Written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

HASH: Final = OWN + "hash"
"""The annotation with the checksum of the object as it is emitted, without this annotation."""
KUSTOMIZATION: Final = "kustomization.yaml"

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "10-tenancy": (
        "Namespace",
        "ResourceQuota",
        "LimitRange",
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    ),
    "20-network": (
        "NetworkPolicy",
        "CiliumNetworkPolicy",
        "PeerAuthentication",
        "AuthorizationPolicy",
        "Sidecar",
    ),
    "30-data": (
        "SecretStore",
        "ExternalSecret",
        "SealedSecret",
        "SecretProviderClass",
        "StorageClass",
        "PersistentVolumeClaim",
    ),
    "40-operations": (
        "OpenTelemetryCollector",
        "Instrumentation",
        "BackupStorageLocation",
        "Schedule",
    ),
    "50-services": (
        "ConfigMap",
        "TriggerAuthentication",
        "AnalysisTemplate",
        "Service",
        "Deployment",
        "Rollout",
        "CronJob",
        "HorizontalPodAutoscaler",
        "ScaledObject",
        "VerticalPodAutoscaler",
        "PodDisruptionBudget",
    ),
    "60-edge": (
        "Issuer",
        "Certificate",
        "ReferenceGrant",
        "BackendTLSPolicy",
        # What guards a way stands before it is open.
        "SecurityPolicy",
        "BackendTrafficPolicy",
        "ClientTrafficPolicy",
        "Gateway",
        "HTTPRoute",
        "GRPCRoute",
        "TCPRoute",
    ),
}
"""The file of each kind, and the order of kinds in a file."""

_NOTHING: Final[dict[str, str]] = {}
_HEAD: Final = frozenset({"apiVersion", "kind", "metadata"})
_PLACES: Final = {kind: (group, rank) for group, kinds in GROUPS.items() for rank, kind in enumerate(kinds)}


def stamped(item: ArtifactObject, more: dict[str, str] = _NOTHING) -> ArtifactObject:
    """Give an object the checksum of what it is: who compares it with the cluster sees what changed by other hands.

    It is made from the object, not from its source, so that a comment in YAML changes nothing.

    Args:
        item: the object.
        more: annotations for what applies it, which are no part of the checksum.
    """
    value = item.value
    meta = dict(value["metadata"])
    own = meta.pop("annotations", _NOTHING)
    head = {"apiVersion": value["apiVersion"], "kind": value["kind"]}
    rest = {key: part for key, part in value.items() if key not in _HEAD}
    # The text is written here and kept, for the checksum and for what is emitted.
    lines: list[str] = []
    yaml.write({**head, "metadata": {**meta, "annotations": own} if own else meta}, 0, lines)
    behind = len(lines)
    yaml.write(rest, 0, lines)
    text = "\n".join(lines)
    # A checksum is enough to notice a change, and hashlib would cost every start 4 ms.
    added = {**more, HASH: f"{zlib.crc32(text.encode(errors='surrogatepass')):08x}"}
    marks = [] if own else ["  annotations:"]
    yaml.write(added, 2, marks)
    lines[behind:behind] = marks
    whole = Written({**head, "metadata": {**meta, "annotations": {**own, **added}}, **rest})
    whole.texts = {0: "\n".join(lines)}
    return ArtifactObject(item.id, whole, item.made_from, text)


def files(folder: str, objects: Iterable[ArtifactObject], format_: str, tool: str = "none") -> Iterator[Artifact]:
    """Sort objects into files, in the order in which they apply, with the list that kustomize reads.

    Args:
        folder: of the cluster.
        objects: of kinds that `GROUPS` has; those of one kind keep their order.
        format_: ``yaml``: a stream of documents; ``json``: a List.
        tool: what applies them: ``argocd``, ``flux`` or ``none``.
    """
    groups: dict[str, list[tuple[int, ArtifactObject]]] = {}
    for item in objects:
        kind = item.value["kind"]
        group, rank = _PLACES[kind]
        more = _NOTHING if tool == "none" else delivery.extras(kind, group, tool)
        groups.setdefault(group, []).append((rank, stamped(item, more)))
    names = []
    for group in GROUPS:
        if group in groups:
            ordered = [item for _, item in sorted(groups[group], key=_rank)]
            artifact = file(f"{folder}/{group}", ordered, format_)
            names.append(artifact.path.rpartition("/")[2])
            yield artifact
    yield kustomization(f"{folder}/", names)


def file(stem: str, objects: Sequence[ArtifactObject], format_: str) -> Artifact:
    """Make one file."""
    values = [item.value for item in objects]
    if format_ == "json":
        content = {"apiVersion": "v1", "kind": "List", "items": values}
        return Artifact(f"{stem}.json", "json", content, tuple(objects))
    return Artifact(f"{stem}.yaml", "yaml", values, tuple(objects))


def _rank(entry: tuple[int, ArtifactObject]) -> int:
    return entry[0]


def kustomization(folder: str, names: list[str]) -> Artifact:
    """Make the list of files that kustomize reads, in order; ``folder`` ends in a slash, or is empty."""
    content: list[dict[str, Any]] = [
        {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": names}
    ]
    return Artifact(f"{folder}{KUSTOMIZATION}", "yaml", content, ())
