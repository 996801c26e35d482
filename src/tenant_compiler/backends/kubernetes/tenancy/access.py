"""ServiceAccount, Role and RoleBinding: who may do what in the tenant's namespace.

Two sorts of people have roles here: the operators of the cluster, and the groups to which the tenant gives a duty. A
group gets every duty that it is declared for, also two that exclude each other: to find that is a rule's business, and
hiding it here would take it away from the rule.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import TENANT, account, made, metadata
from tenant_compiler.backends.kubernetes.tenancy.identity import cloud_annotations
from tenant_compiler.model.artifact import ArtifactObject, Shared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Lineage, Workload

RBAC: Final = "rbac.authorization.k8s.io"
_OPERATORS: Final = "operators"
_LOOK: Final = ["get", "list", "watch"]
_CHANGE: Final = ["patch", "update"]

# Kinds that a cluster may have besides its own. What names a secret may be seen, the secret may not.
_CUSTOM: Final = (
    ("bitnami.com", ["sealedsecrets"]),
    ("cert-manager.io", ["certificaterequests", "certificates", "issuers"]),
    ("cilium.io", ["ciliumnetworkpolicies"]),
    ("external-secrets.io", ["externalsecrets", "secretstores"]),
    ("gateway.envoyproxy.io", ["backendtrafficpolicies", "clienttrafficpolicies", "securitypolicies"]),
    (
        "gateway.networking.k8s.io",
        ["backendtlspolicies", "gateways", "grpcroutes", "httproutes", "referencegrants", "tcproutes"],
    ),
    ("networking.istio.io", ["sidecars"]),
    ("opentelemetry.io", ["instrumentations", "opentelemetrycollectors"]),
    ("secrets-store.csi.x-k8s.io", ["secretproviderclasses"]),
    ("security.istio.io", ["authorizationpolicies", "peerauthentications"]),
)

# Everything but secrets.
_LOOKING: Final = [
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
        *({"apiGroups": [group], "resources": resources, "verbs": _LOOK} for group, resources in _CUSTOM),
    )
]

# Operators look, scale, and restart a service by deleting its pods. `patch deployments` (what `kubectl rollout restart`
# needs) is left out on purpose: who may change a pod template may mount every secret of the namespace, and the next
# build would undo the change anyway.
OPERATING: Final = [
    *_LOOKING,
    Shared({"apiGroups": [""], "resources": ["pods"], "verbs": ["delete"]}),
    Shared({"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["get", "patch", "update"]}),
]

# What controllers of rollouts and of scaling add, where they are there. Operators go on with a release or break it
# off, which is written into the status of a Rollout; its template they cannot change, for the reason above.
_ARGO: Final = "argoproj.io"
_LOOKING_AT: Final[Mapping[str, Shared]] = {
    "argo": Shared(
        {"apiGroups": [_ARGO], "resources": ["analysisruns", "analysistemplates", "rollouts"], "verbs": _LOOK}
    ),
    "keda": Shared(
        {"apiGroups": ["keda.sh"], "resources": ["scaledobjects", "triggerauthentications"], "verbs": _LOOK}
    ),
    "vertical": Shared({"apiGroups": ["autoscaling.k8s.io"], "resources": ["verticalpodautoscalers"], "verbs": _LOOK}),
}
_OPERATING_ON: Final[Mapping[str, Shared]] = {
    "argo": Shared(
        {"apiGroups": [_ARGO], "resources": ["rollouts/scale", "rollouts/status"], "verbs": ["get", "patch", "update"]}
    )
}
_DEPLOYING_TO: Final[Mapping[str, Shared]] = {
    "argo": Shared(
        {"apiGroups": [_ARGO], "resources": ["analysistemplates", "rollouts", "rollouts/status"], "verbs": _CHANGE}
    ),
    "keda": Shared({"apiGroups": ["keda.sh"], "resources": ["scaledobjects"], "verbs": _CHANGE}),
}

# Deployers change what runs. Which services there are, what they may reach and who may do what is the compiler's, so
# they neither create nor delete, and touch no network policy, account, role or quota. No secrets either, though a pod
# template can mount one: a deployer is trusted that far, which is why nobody else may change one.
DEPLOYING: Final = [
    *_LOOKING,
    *(
        Shared({"apiGroups": [group], "resources": resources, "verbs": _CHANGE})
        for group, resources in (
            ("", ["configmaps", "services"]),
            ("apps", ["deployments"]),
            ("autoscaling", ["horizontalpodautoscalers"]),
            ("batch", ["cronjobs"]),
            ("policy", ["poddisruptionbudgets"]),
        )
    ),
]

# Administrators of the databases only look: the databases stand outside of the cluster, and so do the rights to them. A
# forwarded port would lead to pods, past the gateway's sign-on and the network policies, and to no database.
_DUTIES: Final = (
    ("deployers", DEPLOYING),
    ("approvers", _LOOKING),
    ("database_admins", _LOOKING),
)


def operators(here: Scene) -> list[ArtifactObject]:
    """Make the operators' Role and its binding; nothing where the cluster profile names no groups."""
    rules = _with(here, OPERATING, _OPERATING_ON)
    return bound(here, "operators", rules, here.cluster["operators"], TENANT)


def duties(here: Scene) -> list[ArtifactObject]:
    """Make a Role and its binding for each duty that the tenant gives to groups."""
    said = here.plan.duties
    if said is None:
        return []
    made_objects: list[ArtifactObject] = []
    for duty, rules in _DUTIES:
        made_from: Lineage = (("spec", "change_control", "roles", duty),)
        allowed = _with(here, rules, _DEPLOYING_TO if rules is DEPLOYING else {})
        made_objects += bound(here, duty.replace("_", "-"), allowed, getattr(said, duty), made_from)
    return made_objects


def emergency_rights(here: Scene) -> list[Shared]:
    """Give all that deployers and operators may.

    Neither secrets nor a shell in a pod, which reads the secrets of its service: an emergency is mended by what is
    rolled out, and seen by what pods log.
    """
    rules = [*DEPLOYING, *(rule for rule in OPERATING if rule not in DEPLOYING)]
    rules = _with(here, _with(here, rules, _OPERATING_ON), _DEPLOYING_TO)
    return list({id(rule): rule for rule in rules}.values())


def _with(here: Scene, rules: list[Shared], changing: Mapping[str, Shared]) -> list[Shared]:
    """Add what the controllers of the cluster have kinds for."""
    cluster = here.cluster
    there = [
        part
        for part, has in (
            ("argo", cluster["rollouts"] == "argo"),
            ("keda", cluster["autoscaler"] == "keda"),
            ("vertical", cluster["vertical_autoscaler"]),
        )
        if has
    ]
    if not there:
        return rules
    more = [*(_LOOKING_AT[part] for part in there), *(changing[part] for part in there if part in changing)]
    return [*rules, *more]


def bound(
    here: Scene, name: str, rules: list[Shared], groups: Sequence[str], made_from: Lineage
) -> list[ArtifactObject]:
    """Make a Role and bind groups to it; nothing without groups."""
    if not groups:
        return []
    named = metadata(here, name)
    role: dict[str, Any] = {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": named, "rules": rules}
    binding: dict[str, Any] = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": named,
        "roleRef": role_reference(name),
        "subjects": [_group(group) for group in groups],
    }
    return [made("Role", role, made_from), made("RoleBinding", binding, made_from)]


def service_account(here: Scene, meta: Shared, workload: Workload) -> ArtifactObject:
    """Make the identity of a service. Who it is in the cloud it shows by tokens that the platform puts into pods."""
    said = cloud_annotations(here, workload.name)
    return account({**meta, "annotations": said} if said else meta, workload.made_from)


@lru_cache(maxsize=256)
def _group(name: str) -> Shared:
    return Shared({"apiGroup": RBAC, "kind": "Group", "name": name})


@lru_cache(maxsize=16)
def role_reference(name: str) -> Shared:
    """Refer to a Role of the tenant's namespace."""
    return Shared({"apiGroup": RBAC, "kind": "Role", "name": name})
