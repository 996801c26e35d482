"""SecretProviderClass: secrets as files in pods, without a copy in the cluster's own store.

A variable cannot come from a file, so the service gets the file's name: ``PASSWORD_FILE`` for ``PASSWORD``.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import made
from tenant_compiler.backends.kubernetes.common import service_metadata as metadata_of
from tenant_compiler.backends.kubernetes.data import remote
from tenant_compiler.model.artifact import Shared

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Workload
    from tenant_compiler.model.plan_data import SecretUse

_FOLDER: Final = "/run/secrets/service"
_VOLUME: Final = "secrets"
MOUNT: Final = Shared({"name": _VOLUME, "mountPath": _FOLDER, "readOnly": True})


@lru_cache(maxsize=256)
def disk(service: str) -> Shared:
    """Name the pod's volume."""
    attributes = {"secretProviderClass": service}
    csi = {"driver": "secrets-store.csi.k8s.io", "readOnly": True, "volumeAttributes": attributes}
    return Shared({"name": _VOLUME, "csi": csi})


@lru_cache(maxsize=1024)
def variable(name: str) -> Shared:
    """Tell the service where its file is."""
    return Shared({"name": f"{name}_FILE", "value": f"{_FOLDER}/{name}"})


def provider_class(here: Scene, workload: Workload) -> ArtifactObject:
    """Make what says which files a service's pods get."""
    service = remote.provider(here)
    value = {
        "apiVersion": "secrets-store.csi.x-k8s.io/v1",
        "kind": "SecretProviderClass",
        "metadata": metadata_of(here, workload),
        "spec": {
            "provider": service,
            "parameters": _aws(here, workload) if service == "aws" else _vault(here, workload),
        },
    }
    pointers = tuple(pointer for use in workload.secrets for pointer in use.made_from)
    return made("SecretProviderClass", value, pointers)


def fault(here: Scene, *, reader: str) -> tuple[str, str] | None:
    """Say what is wrong with a secret, in words that follow its name, and what to do."""
    if reader:
        words = f"must be a Secret, which {reader} reads; {{cluster}} has secrets as files in pods only"
        return words, "bring secrets with External Secrets, or Sealed Secrets, in that cluster"
    service, cluster = remote.provider(here), here.cluster
    if service == "vault":
        if "address" in cluster.get("secrets", {}):
            return None
        return "needs a Vault; {cluster} does not say its `secrets.address`", "add it to the cluster's profile"
    if service != "aws":
        words = f"would be a file from the secret service of {service}, which is not built; {{cluster}} has no other"
        return words, "bring secrets with External Secrets in that cluster"
    if cluster.get("cloud_identity") in {"irsa", "pod-identity"}:
        return None
    words = "is fetched in the name of the service, which is nobody in AWS; {cluster} has no `cloud_identity`"
    return words, "describe it in the cluster's profile"


def _aws(here: Scene, workload: Workload) -> dict[str, str]:
    """One object for each secret, whose keys become files."""
    found: dict[str, list[dict[str, str]]] = {}
    for use in workload.secrets:
        # Quoted, because a key may have a dash or a dot, which mean something in JMESPath.
        choice = {"path": json.dumps(use.key), "objectAlias": use.variable}
        found.setdefault(_at(here, use), []).append(choice)
    objects = [
        {"objectName": name, "objectType": "secretsmanager", "jmesPath": choices} for name, choices in found.items()
    ]
    parameters = {"region": here.plan.primary.region, "objects": _text(objects)}
    if here.cluster.get("cloud_identity") == "pod-identity":
        parameters["usePodIdentity"] = "true"
    return parameters


def _vault(here: Scene, workload: Workload) -> dict[str, str]:
    said = here.cluster.get("secrets", {})
    engine = said.get("engine", "secret")
    objects = [
        {"objectName": use.variable, "secretPath": f"{engine}/data/{_at(here, use)}", "secretKey": use.key}
        for use in workload.secrets
    ]
    return {
        "vaultAddress": said.get("address", ""),
        "vaultKubernetesMountPath": said.get("login", "kubernetes"),
        "roleName": here.plan.name,
        "objects": _text(objects),
    }


def _at(here: Scene, use: SecretUse) -> str:
    return remote.key(here, use.name if use.kind == "secret" else f"store.{use.name}")


def _text(value: Any) -> str:
    """Write YAML inside of YAML, as JSON, which is YAML without its traps."""
    return json.dumps(value, separators=(",", ":"))
