"""Rules for a single object of one kind."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.lints import shape
from tenant_compiler.backends.kubernetes.lints.found import mapping, mappings, remember, within, words
from tenant_compiler.backends.kubernetes.lints.pods import WITH_SELECTOR
from tenant_compiler.backends.kubernetes.quantities import read
from tenant_compiler.model.artifact import Shared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenant_compiler.backends.kubernetes.lints.found import Found, Memory
    from tenant_compiler.backends.kubernetes.lints.pods import Pods
    from tenant_compiler.model.artifact import ArtifactObject

_CLEAN: Memory = {}
"""Constant parts of objects in which the rules here found nothing. Each part is judged by one rule only."""

_ORDER: Final = ("min", "defaultRequest", "default", "max")
_ESCALATION: Final = frozenset({"escalate", "bind", "impersonate"})
_READS: Final = frozenset({"get", "list", "watch"})
_MAKES: Final = frozenset({"create", "patch", "update"})
_WAYS: Final = {
    "secrets": (_READS | _MAKES, "reads or changes every Secret of the namespace"),
    # A pod can mount any Secret and take any account of its namespace.
    "pods": (frozenset({"create"}), "reads every Secret of the namespace, by a pod that mounts it"),
    "jobs": (frozenset({"create"}), "reads every Secret of the namespace, by a pod that mounts it"),
    "pods/exec": (frozenset({"create", "get"}), "is what is in the pods"),
    "pods/attach": (frozenset({"create", "get"}), "is what is in the pods"),
    "pods/ephemeralcontainers": (_MAKES, "is what is in the pods"),
    "serviceaccounts/token": (frozenset({"create"}), "is any account of the namespace"),
    "roles": (_MAKES, "gives itself rights"),
    "rolebindings": (_MAKES, "gives itself rights"),
    "clusterroles": (_MAKES, "gives itself rights"),
    "clusterrolebindings": (_MAKES, "gives itself rights"),
    "nodes/proxy": (frozenset({"create", "get"}), "reaches every pod of a node past the API server"),
    "certificatesigningrequests": (_MAKES, "may become anybody"),
    "certificatesigningrequests/approval": (_MAKES, "may become anybody"),
}
"""Rights by which their holder comes to others, by resource: the verbs, and what the holder is then."""
_POWERFUL: Final = frozenset({"admin", "cluster-admin", "edit"})
"""Roles of Kubernetes' own that hold secrets, or everything."""


def judge(item: ArtifactObject, kind: str, found: Found) -> None:
    """Judge an object by the rules of its kind.

    Codes: TC505, TC508, TC514, TC515, TC517.
    """
    rule = _RULES.get(kind)
    if rule is not None:
        rule(item, item.value, found)


def judge_pods(pods: Pods, found: Found) -> None:
    """Judge the pods that an object makes.

    Codes: TC504, TC505, TC506.
    """
    item = pods.item
    if pods.kind != "Pod":
        shape.labels(item, pods.labels, found)
    # A Rollout may take its pods from a Deployment.
    if pods.kind in WITH_SELECTOR and "workloadRef" not in pods.object_spec:
        chosen = within(pods.object_spec, "selector", "matchLabels")
        if not chosen.items() <= pods.labels.items():
            found.add(
                "TC506",
                item,
                "its selector does not match the labels of its own pods",
                "give the pod template every label that `spec.selector.matchLabels` names, with the same value",
            )
    for container in pods.containers:
        resources = container.get("resources")
        if resources and id(resources) not in _CLEAN:
            faulty = [_quantities(item, mapping(amounts), found) for amounts in mapping(resources).values()]
            _keep(resources, faulty=any(faulty))
    for volume in mappings(pods.spec.get("volumes")):
        if id(volume) not in _CLEAN:
            size = within(volume, "emptyDir").get("sizeLimit")
            _keep(volume, faulty=size is not None and _quantities(item, {"sizeLimit": size}, found))


def _quota(item: ArtifactObject, value: dict[str, Any], found: Found) -> None:
    spec = mapping(value.get("spec"))
    if id(spec) not in _CLEAN:
        _keep(spec, faulty=_quantities(item, within(spec, "hard"), found))


def _limit_range(item: ArtifactObject, value: dict[str, Any], found: Found) -> None:
    spec = mapping(value.get("spec"))
    if id(spec) in _CLEAN:
        return
    faulty = False
    for limit in mappings(spec.get("limits")):
        for bound in (*_ORDER, "maxLimitRequestRatio"):
            faulty |= _quantities(item, mapping(limit.get(bound)), found)
        faulty |= _order(item, limit, found)
    _keep(spec, faulty=faulty)


def _order(item: ArtifactObject, limit: dict[str, Any], found: Found) -> bool:
    """TC508: min <= defaultRequest <= default <= max, and the ratio of the two defaults."""
    faulty = False
    for resource in sorted({name for bound in _ORDER for name in mapping(limit.get(bound))}):
        said = [(bound, text) for bound in _ORDER if (text := mapping(limit.get(bound)).get(resource)) is not None]
        for (lower, small), (upper, large) in pairwise(said):
            if (low := read(small)) is not None and (high := read(large)) is not None and low > high:
                faulty = True
                found.add(
                    "TC508",
                    item,
                    f"{lower} {resource} {small} is above {upper} {large}",
                    "keep min <= defaultRequest <= default <= max: Kubernetes refuses anything else",
                )
        faulty |= _ratio(item, limit, resource, found)
    return faulty


def _ratio(item: ArtifactObject, limit: dict[str, Any], resource: str, found: Found) -> bool:
    most = read(within(limit, "maxLimitRequestRatio").get(resource))
    upper, lower = read(within(limit, "default").get(resource)), read(within(limit, "defaultRequest").get(resource))
    if most is None or not upper or not lower or upper * 10**9 <= most * lower:
        return False
    found.add(
        "TC508",
        item,
        f"the defaults of {resource} are further apart than maxLimitRequestRatio allows",
        "raise the default request, or leave the ratio out",
    )
    return True


def _role(item: ArtifactObject, value: dict[str, Any], found: Found) -> None:
    for rule in mappings(value.get("rules")):
        if id(rule) in _CLEAN:
            continue
        faults = [f"`*` in {key}" for key in ("apiGroups", "resources", "verbs") if "*" in words(rule.get(key))]
        faults += [f"the verb `{verb}`" for verb in words(rule.get("verbs")) if verb in _ESCALATION]
        faults += _ways(rule)
        for fault in faults:
            found.add("TC514", item, f"it grants {fault}", "name the resources and the verbs that are needed")
        _keep(rule, faulty=bool(faults))


def _ways(rule: dict[str, Any]) -> list[str]:
    """Rights by which their holder comes to others; to a token of named accounts only, the accounts decide."""
    verbs = set(words(rule.get("verbs")))
    return [
        f"{' and '.join(sorted(_WAYS[resource][0] & verbs))} of {resource}: its holder {_WAYS[resource][1]}"
        for resource in words(rule.get("resources"))
        if resource in _WAYS
        and not verbs.isdisjoint(_WAYS[resource][0])
        and not (resource == "serviceaccounts/token" and words(rule.get("resourceNames")))
    ]


def _binding(item: ArtifactObject, value: dict[str, Any], found: Found) -> None:
    role = within(value, "roleRef").get("name")
    if isinstance(role, str) and (role in _POWERFUL or role.startswith("system:")):
        found.add("TC514", item, f"it binds the role {role} of Kubernetes' own", "bind a Role of the tenant's")
    for subject in mappings(value.get("subjects")):
        name = subject.get("name")
        if isinstance(name, str) and name.startswith("system:") and subject.get("kind") in {"Group", "User"}:
            found.add(
                "TC514",
                item,
                f"it binds {name}, which stands for the cluster's own users",
                "bind a group of the operator's own",
            )


def _cluster_binding(item: ArtifactObject, value: dict[str, Any], found: Found) -> None:
    _binding(item, value, found)
    found.add("TC514", item, "it gives rights in every namespace, those of other tenants too", "use a RoleBinding")


def _autoscaler(item: ArtifactObject, value: dict[str, Any], found: Found) -> None:
    spec = mapping(value.get("spec"))
    lower, upper = spec.get("minReplicas", 1), spec.get("maxReplicas")
    if isinstance(lower, int) and isinstance(upper, int) and lower > upper:
        found.add(
            "TC515",
            item,
            f"its minimum of {lower} replicas is above its maximum of {upper}",
            "set `scaling.minimum` to at most `scaling.maximum`",
        )


def _network_policy(item: ArtifactObject, value: dict[str, Any], found: Found) -> None:
    spec = mapping(value.get("spec"))
    if id(spec) in _CLEAN:
        return
    faulty = False
    for direction, ends in (("ingress", "from"), ("egress", "to")):
        for rule in mappings(spec.get(direction)):
            if id(rule) not in _CLEAN:
                open_rule = any(_any_namespace(peer) for peer in mappings(rule.get(ends)))
                _keep(rule, faulty=open_rule)
                faulty |= open_rule
    if faulty:
        found.add(
            "TC517",
            item,
            "an empty namespaceSelector opens it to every namespace, those of other tenants too",
            "select the namespace by its name: `kubernetes.io/metadata.name: gateway`",
        )
    _keep(spec, faulty=faulty)


def _cilium_policy(item: ArtifactObject, value: dict[str, Any], found: Found) -> None:
    """TC517: entities and expressions choose more than pods by their labels do."""
    spec = mapping(value.get("spec"))
    for direction, end in (("ingress", "from"), ("egress", "to")):
        for rule in mappings(spec.get(direction)):
            if id(rule) in _CLEAN:
                continue
            wide = sorted(_WIDE.intersection(words(rule.get(f"{end}Entities"))))
            chosen = mappings(rule.get(f"{end}Endpoints"))
            faults = [f"the entity `{entity}`" for entity in wide]
            faults += ["an expression about namespaces" for peer in chosen if peer.get("matchExpressions")]
            for fault in faults:
                help_ = f"select pods by labels, and their namespace by `{_CILIUM_NAMESPACE}`"
                found.add("TC517", item, f"{fault} opens it to other tenants too", help_)
            _keep(rule, faulty=bool(faults))


def _authorization(item: ArtifactObject, value: dict[str, Any], found: Found) -> None:
    """TC517: a rule of the mesh that names no caller."""
    spec = mapping(value.get("spec"))
    if spec.get("action", "ALLOW") != "ALLOW":
        return
    for rule in mappings(spec.get("rules")):
        sources = [mapping(each.get("source")) for each in mappings(rule.get("from"))]
        callers = [[*words(source.get("principals")), *words(source.get("namespaces"))] for source in sources]
        if not callers or not all(callers) or any("*" in name for names in callers for name in names):
            found.add(
                "TC517",
                item,
                "a rule names no caller, which opens it to every namespace, those of other tenants too",
                "name `principals` or `namespaces` in `from`, without a star",
            )


_WIDE: Final = frozenset({"all", "cluster", "world"})
_CILIUM_NAMESPACE: Final = "k8s:io.kubernetes.pod.namespace"


def _any_namespace(peer: dict[str, Any]) -> bool:
    selector = peer.get("namespaceSelector")
    return isinstance(selector, dict) and not any(selector.values())


def _quantities(item: ArtifactObject, amounts: Mapping[str, Any], found: Found) -> bool:
    """TC505: text that is no quantity."""
    faulty = False
    for resource, text in amounts.items():
        if read(text) is None:
            faulty = True
            found.add(
                "TC505",
                item,
                f"{resource} is {text!r}, which is no quantity",
                "write a number with one of m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei or nothing behind it",
            )
    return faulty


def _keep(part: dict[str, Any], *, faulty: bool) -> None:
    if not faulty and type(part) is Shared:
        remember(_CLEAN, part)


_RULES: Final[dict[str, Callable[[ArtifactObject, dict[str, Any], Found], None]]] = {
    "ResourceQuota": _quota,
    "LimitRange": _limit_range,
    "Role": _role,
    "ClusterRole": _role,
    "RoleBinding": _binding,
    "ClusterRoleBinding": _cluster_binding,
    "HorizontalPodAutoscaler": _autoscaler,
    "NetworkPolicy": _network_policy,
    "CiliumNetworkPolicy": _cilium_policy,
    "AuthorizationPolicy": _authorization,
}
