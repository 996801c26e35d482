"""SecretStore: the secret service from which the operator of external secrets fetches, in the tenant's own name.

The store stands in the tenant's namespace and uses an account of that namespace, whose rights end at the tenant's own
secrets. A ClusterSecretStore would fetch those of anybody for anybody.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import account, made, metadata
from tenant_compiler.backends.kubernetes.tenancy.identity import cloud_annotations
from tenant_compiler.model.names import secret_path
from tenant_compiler.model.plan_data import READER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Lineage

STORE: Final = "tenant"
"""The name of the tenant's SecretStore."""
_ADVICE: Final = "add it to the cluster's profile"


def provider(here: Scene) -> str:
    """Name the secret service: the one that the profile names, else that of the cloud, else a Vault."""
    said = here.cluster.get("secrets", {}).get("provider")
    return said or ("vault" if here.site.cloud == "on_premises" else here.site.cloud)


def key(here: Scene, name: str) -> str:
    """Name one of the tenant's secrets in the service, so that rights to them end at the tenant's own.

    Google Cloud has no slashes in names, but underscores, which no name of ours has. Azure has only dashes, so the end
    is a checksum of all words, and rights are given for each secret.
    """
    service = provider(here)
    if service == "gcp":
        return f"{here.plan.fleet}_{here.plan.name}_{name.replace('.', '_')}"
    if service == "azure":
        whole = secret_path(here.plan, name)
        return f"{here.plan.name}-{name.replace('.', '-')}-{zlib.crc32(whole.encode()):08x}"
    return secret_path(here.plan, name)


def store(here: Scene, made_from: Lineage) -> Iterator[ArtifactObject]:
    """Make the account in whose name secrets are fetched, and the store that uses it."""
    meta = metadata(here, READER)
    said = cloud_annotations(here, READER)
    if said:
        meta["annotations"] = said
    yield account(meta, made_from)
    value = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "SecretStore",
        "metadata": metadata(here, STORE),
        "spec": {"provider": _provider(here)},
    }
    yield made("SecretStore", value, made_from)


def fault(here: Scene) -> tuple[str, str] | None:
    """Say what the profile lacks, in words that follow the name of a secret, and what to do."""
    service, cluster = provider(here), here.cluster
    lacking = {
        "aws": [field for field in ("account_id", "oidc_issuer") if field not in cluster],
        "gcp": [] if "account_id" in cluster else ["account_id"],
        "azure": _azure_lacks(here),
        "vault": [] if "address" in cluster.get("secrets", {}) else ["secrets.address"],
    }[service]
    if not lacking:
        return None
    missing = " and ".join(f"`{field}`" for field in lacking)
    return f"needs an account that may fetch it; {{cluster}} does not say {missing}", _ADVICE


def _azure_lacks(here: Scene) -> list[str]:
    missing = [] if "address" in here.cluster.get("secrets", {}) else ["secrets.address"]
    name = f"{here.plan.name}/{READER}"
    return missing if name in here.cluster.get("client_ids", {}) else [*missing, f"client_ids.{name}"]


def _provider(here: Scene) -> dict[str, Any]:
    service, said = provider(here), here.cluster.get("secrets", {})
    reader = {"name": READER}
    if service == "aws":
        # Where Terraform makes them: in the primary region, whichever cluster fetches them.
        place = {"service": "SecretsManager", "region": here.plan.primary.region}
        return {"aws": {**place, "auth": {"jwt": {"serviceAccountRef": reader}}}}
    if service == "gcp":
        auth = {"workloadIdentity": {"serviceAccountRef": reader}}
        return {"gcpsm": {"projectID": here.cluster.get("account_id", ""), "auth": auth}}
    if service == "azure":
        vault = {"authType": "WorkloadIdentity", "vaultUrl": said.get("address", ""), "serviceAccountRef": reader}
        return {"azurekv": vault}
    login = {"mountPath": said.get("login", "kubernetes"), "role": here.plan.name, "serviceAccountRef": reader}
    return {
        "vault": {
            "server": said.get("address", ""),
            "path": said.get("engine", "secret"),
            "version": "v2",
            "auth": {"kubernetes": login},
        }
    }
