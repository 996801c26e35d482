"""What a tenant's objects may touch: its own namespace, and what carries its own name. Written without the lints."""

from __future__ import annotations

from typing import Any

CLUSTER_WIDE = {
    "CiliumCIDRGroup",
    "Namespace",
    "PriorityClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
}
"""Kinds without a namespace."""
_NEVER = {
    "CiliumClusterwideNetworkPolicy",
    "ClusterIssuer",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterSecretStore",
    "ClusterTriggerAuthentication",
    "ClusterAnalysisTemplate",
    "CustomResourceDefinition",
}
_VERBS = {"*", "escalate", "bind", "impersonate"}
_POWERS = {
    "roles",
    "rolebindings",
    "clusterroles",
    "clusterrolebindings",
    "secrets",
    "serviceaccounts/token",
    "pods/exec",
}


def crossings(objects: list[dict[str, Any]], name: str) -> list[str]:
    """What leads out of the namespace of the tenant that has a name; empty for nothing."""
    found = []
    for item in objects:
        kind, meta = item["kind"], item["metadata"]
        label = f"{kind}/{meta['name']}"
        own = meta["name"] == name or meta["name"].startswith((f"{name}.", f"{name}-"))
        space = meta.get("namespace")
        if kind in _NEVER:
            found.append(f"{label}: never of a tenant")
        if (space is None) != (kind in CLUSTER_WIDE):
            found.append(f"{label}: in the namespace {space}")
        elif space != name and not own:
            found.append(f"{label}: in {space or 'no namespace'}, without the tenant's name")
        found += [f"{label}: {fault}" for fault in _FAULTS.get(kind, _nothing)(item, name)]
    return found


def _nothing(item: dict[str, Any], name: str) -> list[str]:
    del item, name
    return []


def _role(item: dict[str, Any], name: str) -> list[str]:
    del name
    found = []
    for rule in item.get("rules") or ():
        writes = set(rule["verbs"]) - {"get", "list", "watch"}
        found += [f"`*` in {key}" for key in ("apiGroups", "resources", "verbs") if "*" in rule[key]]
        found += [f"the verb {verb}" for verb in _VERBS & set(rule["verbs"])]
        # A token of one account by its name is a door that somebody built; a token of any would be a master key.
        named = {"serviceaccounts/token"} if rule.get("resourceNames") else set()
        found += [f"power over {what}" for what in (_POWERS - named) & set(rule["resources"])]
        if "pods" in rule["resources"] and writes - {"delete"}:
            found.append("it makes pods, which may mount every secret")
        if "nonResourceURLs" in rule:
            found.append("it reaches beside the namespace")
    return found


def _binding(item: dict[str, Any], name: str) -> list[str]:
    found = [] if item["roleRef"]["kind"] == "Role" else [f"it binds the {item['roleRef']['kind']}"]
    for subject in item.get("subjects", ()):
        if subject["name"].startswith("system:"):
            found.append(f"it binds {subject['name']}")
        if subject["kind"] == "ServiceAccount" and subject.get("namespace") != name:
            found.append(f"it binds an account in {subject.get('namespace')}")
    return found


def _admission(item: dict[str, Any], name: str) -> list[str]:
    labels = item["spec"].get("matchResources", {}).get("namespaceSelector", {}).get("matchLabels", {})
    held = {"kubernetes.io/metadata.name": name}
    return [] if held.items() <= labels.items() else ["it holds for other namespaces"]


def _taken(namespace: str | None) -> bool:
    """Whether a namespace is another tenant's or the cluster's own, or all of them are meant; not the backups' one."""
    return namespace is None or "*" in namespace or namespace.startswith(("t-", "kube-")) or namespace == "default"


def _project(item: dict[str, Any], name: str) -> list[str]:
    spec = item["spec"]
    found = [
        f"it may write into {each.get('namespace')}"
        for each in spec.get("destinations", ())
        if each.get("namespace") != name and _taken(each.get("namespace"))
    ]
    if any("*" in (each["group"], each["kind"]) for each in spec.get("clusterResourceWhitelist", ())):
        found.append("it may write everything of the cluster")
    if "*" in spec.get("sourceRepos", ()):
        found.append("it may come from everywhere")
    return found


def _application(item: dict[str, Any], name: str) -> list[str]:
    spec = item["spec"]
    found = [] if spec["destination"].get("namespace", name) == name else ["it writes into another namespace"]
    return [*found, *(["it is in the project of everybody"] if spec["project"] == "default" else [])]


def _grant(item: dict[str, Any], name: str) -> list[str]:
    del name
    return [f"it lets in {each}" for each in item["spec"]["from"] if not each.get("namespace")]


_FAULTS = {
    "Role": _role,
    "RoleBinding": _binding,
    "ValidatingAdmissionPolicyBinding": _admission,
    "AppProject": _project,
    "Application": _application,
    "ReferenceGrant": _grant,
}
