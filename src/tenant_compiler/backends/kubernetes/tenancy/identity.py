"""Who a service is in the cloud: what its ServiceAccount and its pods say of it.

EKS Pod Identity and Google's Workload Identity Federation need nothing here: the first is an association in AWS, the
second gives rights to the account itself, ``principal://…/subject/ns/NAMESPACE/sa/SERVICE``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.support import HONOURED, Answer, called
from tenant_compiler.model.artifact import Shared
from tenant_compiler.model.backend import Lack
from tenant_compiler.model.names import partition, role_name
from tenant_compiler.model.plan_data import READER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Need

_CLIENT: Final = "azure.workload.identity/client-id"
_LABEL: Final = "azure.workload.identity/use"
_CLOUDS: Final[Mapping[str, str]] = {
    "pod-identity": "aws",
    "irsa": "aws",
    "workload-identity": "gcp",
    "azure-workload-identity": "azure",
}


def cloud_annotations(here: Scene, account: str) -> Shared:
    """Give what a service account says of who it is in the cloud; empty for nothing."""
    if any(identity.name == account for identity in here.plan.identities):
        # The operator of external secrets shows the account's own token, whatever pods use.
        number = here.cluster.get("account_id", "")
        if (account == READER or here.cluster.get("cloud_identity") == "irsa") and number:
            return _role(f"arn:{partition(here.site.region)}:iam::{number}:role/{role_name(here.plan, account)}")
    client = here.cluster.get("client_ids", {}).get(f"{here.plan.name}/{account}")
    return _NOTHING if client is None or here.site.cloud != "azure" else _azure(client)


def pod_labels(here: Scene, account: str, labels: Shared) -> Shared:
    """Give a pod's labels: those of its service and, in Azure, the one by which its token is put into it."""
    if here.site.cloud != "azure" or f"{here.plan.name}/{account}" not in here.cluster.get("client_ids", {}):
        return labels
    return Shared({**labels, _LABEL: "true"})


def support(here: Scene, need: Need) -> Answer:
    """Say whether a service is somebody in the cloud."""
    kind, cluster = here.cluster.get("cloud_identity", ""), here.cluster
    wants = {
        "pod-identity": ("account_id", "name"),
        "irsa": ("account_id", "oidc_issuer"),
        "workload-identity": (),
        "azure-workload-identity": (),
    }
    lacking = [field for field in wants.get(kind, ()) if field not in cluster]
    if kind == "azure-workload-identity":
        named = (workload.name for workload in here.plan.workloads if workload.line("uses") == need.pointer)
        client = f"{here.plan.name}/{next(named, '')}"
        lacking = [] if client in cluster.get("client_ids", {}) else [f"client_ids.{client}"]
    if _CLOUDS.get(kind) == here.site.cloud and not lacking:
        return HONOURED
    missing = " and ".join(f"`{field}`" for field in lacking or ["cloud_identity"])
    words = f"{need.what} needs an identity in the cloud; {called(here)} does not say {missing}"
    return Answer("cannot", Lack(words, "describe in the cluster's profile who a service is in the cloud"))


_NOTHING: Final = Shared()


@lru_cache(maxsize=1024)
def _role(arn: str) -> Shared:
    return Shared({"eks.amazonaws.com/role-arn": arn})


@lru_cache(maxsize=1024)
def _azure(client: str) -> Shared:
    return Shared({_CLIENT: client})
