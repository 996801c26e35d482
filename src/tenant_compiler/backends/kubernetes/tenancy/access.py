"""ServiceAccount, Role and RoleBinding: who may do what in the tenant's namespace.

Two sorts of people have roles here: the operators of the cluster, and the groups to which the tenant gives a duty. A
group gets every duty that it is declared for, also two that exclude each other: to find that is a rule's business, and
hiding it here would take it away from the rule.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.common import TENANT, made, metadata
from tenant_compiler.model.artifact import ArtifactObject, Shared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Lineage, Workload

_RBAC: Final = "rbac.authorization.k8s.io"
_OPERATORS: Final = "operators"
_LOOK: Final = ["get", "list", "watch"]
_CHANGE: Final = ["patch", "update"]

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
    )
]

# Operators look, scale, and restart a service by deleting its pods. `patch deployments` (what `kubectl rollout restart`
# needs) is left out on purpose: who may change a pod template may mount every secret of the namespace, and the next
# build would undo the change anyway.
_OPERATING: Final = [
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
_DEPLOYING: Final = [
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
    ("deployers", _DEPLOYING),
    ("approvers", _LOOKING),
    ("database_admins", _LOOKING),
)


def operators(here: Scene) -> list[ArtifactObject]:
    """Make the operators' Role and its binding; nothing where the cluster profile names no groups."""
    rules = _with(here, _OPERATING, _OPERATING_ON)
    return _bound(here, "operators", rules, here.cluster["operators"], TENANT)


def duties(here: Scene) -> list[ArtifactObject]:
    """Make a Role and its binding for each duty that the tenant gives to groups."""
    said = here.plan.duties
    if said is None:
        return []
    made_objects: list[ArtifactObject] = []
    for duty, rules in _DUTIES:
        made_from: Lineage = (("spec", "change_control", "roles", duty),)
        allowed = _with(here, rules, _DEPLOYING_TO if rules is _DEPLOYING else {})
        made_objects += _bound(here, duty.replace("_", "-"), allowed, getattr(said, duty), made_from)
    return made_objects


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


def _bound(
    here: Scene, name: str, rules: list[Shared], groups: Sequence[str], made_from: Lineage
) -> list[ArtifactObject]:
    """Make a Role and bind groups to it; nothing without groups."""
    if not groups:
        return []
    named = metadata(here, name)
    role: dict[str, Any] = {"apiVersion": f"{_RBAC}/v1", "kind": "Role", "metadata": named, "rules": rules}
    binding: dict[str, Any] = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": named,
        "roleRef": _role(name),
        "subjects": [_group(group) for group in groups],
    }
    return [made("Role", role, made_from), made("RoleBinding", binding, made_from)]


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


@lru_cache(maxsize=16)
def _role(name: str) -> Shared:
    return Shared({"apiGroup": _RBAC, "kind": "Role", "name": name})
