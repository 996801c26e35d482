"""ServiceAccount, Role and RoleBinding: who may do what in the tenant's namespace."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import TENANT, made, metadata
from tenant_compiler.model.artifact import ArtifactObject, Shared

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Workload

_RBAC: Final = "rbac.authorization.k8s.io"
_OPERATORS: Final = "operators"
_LOOK: Final = ["get", "list", "watch"]

# Operators look at everything but secrets, scale, and restart a service by deleting its pods. `patch deployments` (what
# `kubectl rollout restart` needs) is left out on purpose: who may change a pod template may mount every secret of the
# namespace, and the next build would undo the change anyway.
_RULES: Final = [
    Shared(rule)
    for rule in (
        {
            "apiGroups": [""],
            "resources": [
                "configmaps",
                "events",
                "limitranges",
                "persistentvolumeclaims",
                "pods",
                "pods/log",
                "resourcequotas",
                "serviceaccounts",
                "services",
            ],
            "verbs": _LOOK,
        },
        {"apiGroups": ["apps"], "resources": ["deployments", "replicasets"], "verbs": _LOOK},
        {"apiGroups": ["autoscaling"], "resources": ["horizontalpodautoscalers"], "verbs": _LOOK},
        {"apiGroups": ["batch"], "resources": ["cronjobs", "jobs"], "verbs": _LOOK},
        {"apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": _LOOK},
        {"apiGroups": ["networking.k8s.io"], "resources": ["networkpolicies"], "verbs": _LOOK},
        {"apiGroups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": _LOOK},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["delete"]},
        {"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["get", "patch", "update"]},
    )
]
_ROLE: Final = Shared({"apiGroup": _RBAC, "kind": "Role", "name": _OPERATORS})


def operators(here: Scene) -> list[ArtifactObject]:
    """Make the operators' Role and its binding; nothing where the cluster profile names no groups."""
    groups = here.cluster["operators"]
    if not groups:
        return []
    named = metadata(here, _OPERATORS)
    role: dict[str, Any] = {"apiVersion": f"{_RBAC}/v1", "kind": "Role", "metadata": named, "rules": _RULES}
    binding: dict[str, Any] = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": named,
        "roleRef": _ROLE,
        "subjects": [_group(group) for group in groups],
    }
    return [made("Role", role, TENANT), made("RoleBinding", binding, TENANT)]


def service_account(meta: Shared, workload: Workload) -> ArtifactObject:
    """Make the identity of a service. Pods get no token: nothing in them talks to the API server."""
    value: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": meta,
        "automountServiceAccountToken": False,
    }
    return made("ServiceAccount", value, workload.made_from)


@lru_cache(maxsize=256)
def _group(name: str) -> Shared:
    return Shared({"apiGroup": _RBAC, "kind": "Group", "name": name})
