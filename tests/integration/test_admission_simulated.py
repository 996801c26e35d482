"""The simulated API server refuses what a real one refuses: a case for every control, limit and quota."""

from __future__ import annotations

import pytest
from admission import amount, refused
from borders import crossings

SPACE = "t-acme-production"
SECURE = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
RESOURCES = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}}


def thing(api_version, kind, name="x", /, **fields):
    """An object in the namespace."""
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": SPACE}, **fields}


def space(level="restricted"):
    """The namespace with its level."""
    meta = {"name": SPACE, "labels": {"pod-security.kubernetes.io/enforce": level}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": meta}


def deployment(container=None, *, pod=None, kind="Deployment", **spec):
    """What runs pods."""
    whole = {"name": "main", "image": "x", "securityContext": SECURE, "resources": RESOURCES, **(container or {})}
    template = {"metadata": {}, "spec": {"containers": [whole], **(pod or {})}}
    return thing("apps/v1", kind, "portal", spec={"template": template, **spec})


def says(*objects, level="restricted"):
    """What is refused."""
    return refused([space(level), *objects], SPACE)


POD_SECURITY = {
    "HostProcess": ({"pod": {"securityContext": {"windowsOptions": {"hostProcess": True}}}}, "baseline"),
    "Host Namespaces": ({"pod": {"hostPID": True}}, "baseline"),
    "Privileged Containers": ({"container": {"securityContext": {**SECURE, "privileged": True}}}, "baseline"),
    "Capabilities": ({"container": {"securityContext": {**SECURE, "capabilities": {
        "drop": ["ALL"], "add": ["NET_ADMIN"]}}}}, "baseline"),
    "HostPath Volumes": ({"pod": {"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}}, "baseline"),
    "Host Ports": ({"container": {"ports": [{"containerPort": 1, "hostPort": 1}]}}, "baseline"),
    "Host Probes / Lifecycle Hooks": ({"container": {"livenessProbe": {
        "httpGet": {"port": 1, "host": "10.0.0.1"}}}}, "baseline"),
    "AppArmor": ({"pod": {"securityContext": {"appArmorProfile": {"type": "Unconfined"}}}}, "baseline"),
    "SELinux": ({"pod": {"securityContext": {"seLinuxOptions": {"type": "spc_t"}}}}, "baseline"),
    "/proc Mount Type": ({"container": {"securityContext": {**SECURE, "procMount": "Unmasked"}}}, "baseline"),
    "Seccomp": ({"container": {"securityContext": {**SECURE, "seccompProfile": {"type": "Unconfined"}}}}, "baseline"),
    "Sysctls": ({"pod": {"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}}, "baseline"),
    "Volume Types": ({"pod": {"volumes": [{"name": "v", "nfs": {"server": "s", "path": "/"}}]}}, "restricted"),
    "Privilege Escalation": ({"container": {"securityContext": {
        **SECURE, "allowPrivilegeEscalation": True}}}, "restricted"),
    "Running as Non-root": ({"container": {"securityContext": {**SECURE, "runAsNonRoot": False}}}, "restricted"),
    "Running as Non-root user": ({"container": {"securityContext": {**SECURE, "runAsUser": 0}}}, "restricted"),
    "Seccomp (restricted)": ({"container": {"securityContext": {
        key: value for key, value in SECURE.items() if key != "seccompProfile"}}}, "restricted"),
    "Capabilities (restricted)": ({"container": {"securityContext": {**SECURE, "capabilities": {}}}}, "restricted"),
}  # fmt: skip


@pytest.mark.parametrize("control", POD_SECURITY)
def test_each_control_of_the_pod_security_standards_is_asked(control):
    """A violation is refused on its level, and by no level below."""
    fields, level = POD_SECURITY[control]
    bad = deployment(fields.get("container"), pod=fields.get("pod"))

    assert f"Deployment/portal: {control}" in says(bad, level=level)
    below = "baseline" if level == "restricted" else "privileged"
    assert f"Deployment/portal: {control}" not in says(bad, level=below)
    assert says(deployment()) == []


def test_every_container_is_asked():
    """Those that run first, too."""
    first = {"initContainers": [{"name": "first", "image": "x", "resources": RESOURCES}]}

    assert "Deployment/portal: Privilege Escalation" in says(deployment(pod=first))


LIMIT = {"type": "Container", "default": {"cpu": "2"}, "defaultRequest": {"cpu": "1"}, "max": {"cpu": "2"}}


@pytest.mark.parametrize(
    ("limit", "resources", "fault"),
    [
        (LIMIT, {"limits": {"cpu": "3"}}, "main: the limit of cpu is not within 2"),
        (LIMIT, {}, ""),
        ({"type": "Container", "max": {"cpu": "2"}}, {}, ""),
        ({"type": "Container", "min": {"memory": "1Gi"}}, {"requests": {"memory": "1Mi"}}, "below 1Gi"),
        (
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}},
            {**RESOURCES, "limits": {"cpu": "1001m"}},
            "apart",
        ),
        ({"type": "Pod", "max": {"cpu": "500m"}}, RESOURCES, "the pod: the limit of cpu is not within 500m"),
    ],
)
def test_limit_ranges_give_defaults_and_bounds(limit, resources, fault):
    """As the page of LimitRanges says: what a container leaves out, it gets; what is out of bounds is refused."""
    found = says(deployment({"resources": resources}), thing("v1", "LimitRange", spec={"limits": [limit]}))

    assert [each for each in found if fault in each] == found
    assert bool(found) == bool(fault)


def scaled(**spec):
    """An autoscaler of the portal."""
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "portal"}
    return thing("autoscaling/v2", "HorizontalPodAutoscaler", spec={"scaleTargetRef": target, **spec})


COUNTS = {
    "one pod and a new one": ([deployment()], 2),
    "four and a quarter on top": ([deployment(replicas=4)], 5),
    "recreated": ([deployment(replicas=4, strategy={"type": "Recreate"})], 4),
    "two more": ([deployment(replicas=4, strategy={"rollingUpdate": {"maxSurge": 2}})], 6),
    "an autoscaler's most": ([deployment(), scaled(maxReplicas=8)], 10),
    "a scaled object's most": ([deployment(), thing("keda.sh/v1alpha1", "ScaledObject", spec={
        "scaleTargetRef": {"name": "portal"}, "maxReplicaCount": 8})], 10),
    "blue and green": ([deployment(kind="Rollout", replicas=3, strategy={"blueGreen": {}})], 6),
    "a canary with routes": ([deployment(kind="Rollout", replicas=3, strategy={
        "canary": {"trafficRouting": {}}})], 6),
    "a canary by replicas": ([deployment(kind="Rollout", replicas=4, strategy={"canary": {}})], 5),
    "a rollout of a deployment": ([deployment(replicas=4), thing("argoproj.io/v1alpha1", "Rollout", spec={
        "replicas": 2, "workloadRef": {"kind": "Deployment", "name": "portal"}, "strategy": {"blueGreen": {}}})], 4),
}  # fmt: skip


@pytest.mark.parametrize("case", COUNTS)
def test_quotas_count_all_pods_at_full_scale(case):
    """With those of a new version: one less than that is refused for pods, requests and limits alike."""
    objects, pods = COUNTS[case]

    def with_quota(number):
        hard = {"pods": str(number), "requests.cpu": f"{number * 500}m", "limits.memory": f"{number}Gi"}
        return says(*objects, thing("v1", "ResourceQuota", spec={"hard": hard}))

    assert with_quota(pods) == []
    assert [each.partition(":")[0] for each in with_quota(pods - 1)] == ["pods", "requests.cpu", "limits.memory"]


def test_a_quota_makes_what_it_counts_mandatory():
    """A container that says nothing of a bounded resource is refused, unless a LimitRange speaks for it."""
    hard = thing("v1", "ResourceQuota", spec={"hard": {"limits.cpu": "10"}})
    limits = thing("v1", "LimitRange", spec={"limits": [LIMIT]})

    assert says(deployment({"resources": {}}), hard) == ["Deployment/portal says nothing of limits.cpu"]
    assert says(deployment({"resources": {}}), hard, limits) == []


def test_quotas_count_objects_storage_and_accelerators():
    """By their resource's name, with its group where it has one."""
    claim = thing("v1", "PersistentVolumeClaim", spec={"resources": {"requests": {"storage": "5Gi"}}})
    gpu = deployment({"resources": {"limits": {"cpu": "1", "memory": "1Gi", "nvidia.com/gpu": 1}}}, replicas=4)
    hard = {"requests.storage": "4Gi", "requests.nvidia.com/gpu": "4", "count/deployments.apps": "0", "services": "0"}
    service = thing("v1", "Service", spec={})

    found = says(claim, gpu, service, thing("v1", "ResourceQuota", spec={"hard": hard}))

    assert [each.partition(":")[0] for each in found] == list(hard)


def test_claims_are_held_to_their_limits():
    """A LimitRange for claims bounds each of them."""
    claim = thing("v1", "PersistentVolumeClaim", spec={"resources": {"requests": {"storage": "5Gi"}}})
    limit = {"type": "PersistentVolumeClaim", "max": {"storage": "4Gi"}}

    assert says(claim, thing("v1", "LimitRange", spec={"limits": [limit]})) != []


def test_amounts():
    """Binary and decimal units, and fractions."""
    assert [amount(text) for text in ("1", "500m", "1Ki", "2M", 3, "1.5")] == [1, 0.5, 1024, 2_000_000, 3, 1.5]


ROLE = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}
BINDING = {"roleRef": {"kind": "Role", "name": "x"}, "subjects": [{"kind": "Group", "name": "grp"}]}
CROSSING = {
    "a cluster role": {"kind": "ClusterRole", "metadata": {"name": f"{SPACE}.x"}},
    "a role that makes pods": thing("v1", "Role", rules=[{**ROLE, "resources": ["pods"], "verbs": ["create"]}]),
    "a role for everything": thing("v1", "Role", rules=[{**ROLE, "resources": ["*"]}]),
    "a role that reads secrets": thing("v1", "Role", rules=[{**ROLE, "resources": ["secrets"]}]),
    "a role that makes tokens of anybody": thing("v1", "Role", rules=[{
        **ROLE, "resources": ["serviceaccounts/token"], "verbs": ["create"]}]),
    "a role that escalates": thing("v1", "Role", rules=[{**ROLE, "verbs": ["bind"]}]),
    "a binding of a cluster role": thing("v1", "RoleBinding", **{**BINDING, "roleRef": {
        "kind": "ClusterRole", "name": "edit"}}),
    "a binding of everybody": thing("v1", "RoleBinding", **{**BINDING, "subjects": [
        {"kind": "Group", "name": "system:authenticated"}]}),
    "a binding of another's account": thing("v1", "RoleBinding", **{**BINDING, "subjects": [
        {"kind": "ServiceAccount", "name": "x", "namespace": "t-other"}]}),
    "an admission policy for all": {"kind": "ValidatingAdmissionPolicyBinding", "metadata": {
        "name": f"{SPACE}.x"}, "spec": {}},
    "another's namespace": {"kind": "ConfigMap", "metadata": {"name": "x", "namespace": "t-other"}},
    "a class of everybody's name": {"kind": "StorageClass", "metadata": {"name": "fast"}},
    "a project for all": {**thing("v1", "AppProject"), "spec": {"destinations": [{"namespace": "*"}]}},
    "an application of all": {**thing("v1", "Application"), "spec": {"destination": {}, "project": "default"}},
    "a grant to all": {**thing("v1", "ReferenceGrant"), "spec": {"from": [{"kind": "HTTPRoute"}]}},
}  # fmt: skip


@pytest.mark.parametrize("case", CROSSING)
def test_what_leads_out_of_the_namespace_is_seen(case):
    """Each in its own way; the sound ones beside it are not."""
    sound = [thing("v1", "Role", rules=[ROLE]), thing("v1", "RoleBinding", **BINDING)]

    assert crossings(sound, SPACE) == []
    assert crossings([*sound, CROSSING[case]], SPACE) != []
