"""The rule pack: silent on what we emit, and a case for everything that it finds."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.lints.pack import PACK
from tenant_compiler.backends.kubernetes.schemas import validator
from tenant_compiler.model.artifact import Artifact, ArtifactObject, Shared
from tenant_compiler.model.plan import Amounts, Replicas

BACKEND = KubernetesBackend()
CODES = [rule.code for rule in PACK.rules]
OTHER_TESTS = {
    "TC511",  # the tests of the quota, below
    "TC576",  # test_k8s_tracing.py
    *("TC568", "TC569", "TC570", "TC571"),  # test_k8s_rollout_lints.py
    *("TC584", "TC585", "TC586", "TC587", "TC588"),  # test_k8s_lints_together.py
    "TC589",  # test_custom_kinds.py
}
"""Rules that have tests of their own."""


def _plain(value):
    """A deep copy in which nothing is shared."""
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    return [_plain(child) for child in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def emitted(make_protected, make_workload, envoy, make_egress, lower):
    """The objects of a tenant with services of all sorts, by id; each call gives fresh copies."""
    workloads = (
        make_workload("portal", calls=("search",)),
        make_workload("search", callers=("portal",), protocol="grpc", replicas=Replicas(2, 2, None)),
        make_workload("nightly", kind="cron"),
    )
    plan = make_protected(workloads=workloads, egress=(make_egress(),))
    objects = lower(plan, envoy)["shared-eu"]

    def fresh():
        return {item.id: item._replace(value=_plain(item.value), text="") for item in objects}

    return fresh


def _findings(objects, path="shared-eu.yaml"):
    artifacts = (Artifact(path, "yaml", [item.value for item in objects], tuple(objects)),)
    return [finding for rule in PACK.rules for finding in rule.check(artifacts, None, None)]


def _codes(objects):
    return [finding.code for finding in _findings(objects)]


def _object(api_version, kind, name="x", /, **fields):
    value = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **fields}
    return ArtifactObject(f"{kind}/{name}", value, (("spec", "extensions", "other"),))


def test_what_we_emit_has_no_finding(emitted):
    """The whole pack is silent on a tenant with services of every sort, fresh or shared."""
    assert _findings(emitted().values()) == []


def test_every_rule_is_registered_once_and_reads_all_targets():
    """Plug-ins emit Kubernetes objects, too, so no rule is held to our own target."""
    assert len(CODES) == len(set(CODES)) >= 19
    assert all(rule.targets == () for rule in PACK.rules)


def _set(id_, *path_and_value):
    *path, value = path_and_value

    def change(objects):
        node = objects[id_].value
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = value

    return change


def _drop(id_):
    return lambda objects: objects.pop(id_)


POD = ("spec", "template", "spec")
CONTAINER = (*POD, "containers", 0)

CASES = {
    "a namespace with a dot": ("TC503", _set("Namespace/t-acme-health-production", "metadata", "name", "a.b")),
    "a service that starts with a digit": ("TC503", _set("Service/portal", "metadata", "name", "1portal")),
    "a service of 64 characters": ("TC503", _set("Service/portal", "metadata", "name", "a" * 64)),
    "a cron job of 53 characters": ("TC503", _set("CronJob/nightly", "metadata", "name", "a" * 53)),
    "a policy in capitals": ("TC503", _set("NetworkPolicy/portal", "metadata", "name", "Portal_1")),
    "a role with a slash": ("TC503", _set("Role/operators", "metadata", "name", "a/b")),
    "a label key with a blank": ("TC504", _set("Service/portal", "metadata", "labels", {"a b": "c"})),
    "a label prefix in capitals": ("TC504", _set("Service/portal", "metadata", "labels", {"A.example/b": "c"})),
    "a label value that ends in a dash": ("TC504", _set("Service/portal", "metadata", "labels", {"a": "b-"})),
    "a label value of 64 characters": ("TC504", _set("Service/portal", "metadata", "labels", {"a": "b" * 64})),
    "a number as label value": ("TC504", _set("Service/portal", "metadata", "labels", {"a": 1})),
    "a bad label on the pods": (
        "TC504",
        _set("CronJob/nightly", "spec", "jobTemplate", *POD[:2], "metadata", "labels", {"a": "-"}),
    ),
    "a memory limit of 12Xi": ("TC505", _set("Deployment/portal", *CONTAINER, "resources", "limits", "memory", "12Xi")),
    "a quota of lots": ("TC505", _set("ResourceQuota/quota", "spec", "hard", "limits.cpu", "lots")),
    "a default of nothing": ("TC505", _set("LimitRange/limits", "spec", "limits", 0, "default", "cpu", "")),
    "a volume of 1 GB": ("TC505", _set("Deployment/portal", *POD, "volumes", 0, "emptyDir", "sizeLimit", "1 GB")),
    "a selector of other pods": ("TC506", _set("Deployment/search", "spec", "selector", "matchLabels", {"app": "x"})),
    "a service account that is missing": ("TC507", _drop("ServiceAccount/portal")),
    "settings that are missing": ("TC507", _drop("ConfigMap/settings")),
    "a role that is missing": ("TC507", _drop("Role/operators")),
    "a duty that is missing": ("TC507", _drop("Role/deployers")),
    "a policy of images that is missing": (
        "TC507",
        _drop("ValidatingAdmissionPolicy/t-acme-health-production.images"),
    ),
    "a route that is missing": ("TC507", _drop("HTTPRoute/portal")),
    "a service that is missing": ("TC507", _drop("Service/portal")),
    "a port that the service has not": (
        "TC507",
        _set("HTTPRoute/portal", "spec", "rules", 0, "backendRefs", 0, "port", 80),
    ),
    "a port name that no container has": ("TC507", _set("Service/portal", "spec", "ports", 0, "targetPort", "web")),
    "an autoscaler of nothing": (
        "TC507",
        _set("HorizontalPodAutoscaler/portal", "spec", "scaleTargetRef", "name", "x"),
    ),
    "a key from a map that is missing": (
        "TC507",
        _set(
            "Deployment/portal",
            *CONTAINER,
            "env",
            [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "x", "key": "k"}}}],
        ),
    ),
    "a volume from a map that is missing": (
        "TC507",
        _set("Deployment/portal", *POD, "volumes", [{"name": "v", "configMap": {"name": "x"}}]),
    ),
    "a default request above the default": (
        "TC508",
        _set("LimitRange/limits", "spec", "limits", 0, "defaultRequest", "cpu", "600m"),
    ),
    "a default above the maximum": ("TC508", _set("LimitRange/limits", "spec", "limits", 0, "max", "memory", "256Mi")),
    "defaults beyond the ratio": (
        "TC508",
        _set("LimitRange/limits", "spec", "limits", 0, "maxLimitRequestRatio", {"cpu": "4"}),
    ),
    "a budget that lets none go": ("TC509", _set("PodDisruptionBudget/search", "spec", "maxUnavailable", 0)),
    "a budget that lets all go": ("TC509", _set("PodDisruptionBudget/search", "spec", "maxUnavailable", 2)),
    "two containers of one name": (
        "TC512",
        _set("Deployment/portal", *POD, "initContainers", [{"name": "a"}, {"name": "a"}]),
    ),
    "two variables of one name": (
        "TC512",
        _set("Deployment/portal", *CONTAINER, "env", [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]),
    ),
    "two ports of one number": (
        "TC512",
        _set(
            "Service/portal", "spec", "ports", [{"name": "a", "port": 1}, {"name": "b", "port": 1, "protocol": "TCP"}]
        ),
    ),
    "a null deep inside": ("TC513", _set("Deployment/portal", *CONTAINER, "livenessProbe", None)),
    "a null in a list": ("TC513", _set("Deployment/portal", *CONTAINER, "command", ["a", None])),
    "a null in the metadata": ("TC513", _set("Service/portal", "metadata", "annotations", {"a": None})),
    "a status": ("TC513", _set("Deployment/portal", "status", {})),
    "every verb": ("TC514", _set("Role/operators", "rules", 0, "verbs", ["*"])),
    "every resource": ("TC514", _set("Role/operators", "rules", 0, "resources", ["*"])),
    "the verb escalate": ("TC514", _set("Role/operators", "rules", 0, "verbs", ["get", "escalate"])),
    "all who are signed in": (
        "TC514",
        _set("RoleBinding/operators", "subjects", 0, "name", "system:authenticated"),
    ),
    "a secret by its form": (
        "TC572",
        _set("Deployment/portal", *CONTAINER, "env", [{"name": "URL", "value": "https://me:secret@db.example/"}]),
    ),
    "a secret in a command": ("TC572", _set("Deployment/portal", *CONTAINER, "command", ["run", "AKIA" + "A" * 16])),
    "a secret in the settings": ("TC572", _set("ConfigMap/settings", "data", {"API_TOKEN": "abc"})),
    "a key in the settings": ("TC572", _set("ConfigMap/settings", "data", {"A": "-----BEGIN PRIVATE KEY-----"})),
    "a secret in an annotation": (
        "TC572",
        _set("Service/portal", "metadata", "annotations", {"a": "xoxb-0123456789ab", "b": "c"}),
    ),
    "secrets to read": ("TC514", _set("Role/operators", "rules", 0, "resources", ["secrets"])),
    "pods to make": (
        "TC514",
        _set("Role/operators", "rules", 0, {"apiGroups": [""], "resources": ["pods"], "verbs": ["create"]}),
    ),
    "a shell in pods": (
        "TC514",
        _set("Role/operators", "rules", 0, {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]}),
    ),
    "tokens of all accounts": (
        "TC514",
        _set(
            "Role/operators",
            "rules",
            0,
            {"apiGroups": [""], "resources": ["serviceaccounts/token"], "verbs": ["create"]},
        ),
    ),
    "nodes past the API server": ("TC514", _set("Role/operators", "rules", 0, "resources", ["nodes/proxy"])),
    "roles to change": (
        "TC514",
        _set("Role/operators", "rules", 0, {"apiGroups": [""], "resources": ["roles"], "verbs": ["update"]}),
    ),
    "the role of Kubernetes' own for everything": (
        "TC514",
        _set("RoleBinding/operators", "roleRef", {"apiGroup": "x", "kind": "ClusterRole", "name": "cluster-admin"}),
    ),
    "a minimum above the maximum": ("TC515", _set("HorizontalPodAutoscaler/portal", "spec", "minReplicas", 7)),
    "replicas beside the autoscaler": ("TC516", _set("Deployment/portal", "spec", "replicas", 3)),
    "an empty namespace selector": (
        "TC517",
        _set("NetworkPolicy/portal", "spec", "ingress", 0, "from", [{"namespaceSelector": {}}]),
    ),
    "a namespace selector of empty labels": (
        "TC517",
        _set(
            "NetworkPolicy/portal",
            "spec",
            "egress",
            0,
            "to",
            [{"namespaceSelector": {"matchLabels": {}}, "podSelector": {}}],
        ),
    ),
}


SEEN_BY_SCHEMAS = {"a number as label value"}
"""Faults that the schema of the kind refuses as well."""


@pytest.mark.parametrize("case", CASES)
def test_a_planted_fault_is_found_at_its_object(emitted, case):
    """Each fault gives its own code, names its object, and says what to do."""
    code, change = CASES[case]
    objects = emitted()
    change(objects)

    findings = [finding for finding in _findings(objects.values()) if finding.code == code]

    assert findings, case
    assert all(finding.object in objects and finding.pointer and finding.help for finding in findings)


@pytest.mark.parametrize("case", CASES)
def test_a_schema_lets_the_fault_through(emitted, case):
    """Which is why there is a lint; the few that a strict schema finds as well come from others, without our check."""
    objects = emitted()
    CASES[case][1](objects)

    # Kinds that are never emitted, such as Secrets, have no schema here.
    known = [
        (schema, item.value)
        for item in objects.values()
        if (schema := validator("1.34", f"{item.value['apiVersion']}/{item.value['kind']}"))
    ]
    accepted = all(schema.is_valid(value) for schema, value in known)

    assert accepted == (case not in SEEN_BY_SCHEMAS)


def test_every_code_of_the_pack_has_a_case():
    """A rule that nothing can trigger would be a rule that nobody tests."""
    assert {code for code, _ in CASES.values()} | OTHER_TESTS == set(CODES)


def test_a_budget_that_lets_all_go_is_only_a_warning(emitted):
    """It protects nothing, but blocks nothing either."""
    objects = emitted()
    _set("PodDisruptionBudget/search", "spec", "maxUnavailable", 2)(objects)

    (finding,) = _findings(objects.values())

    assert (finding.code, finding.severity) == ("TC509", "warning")
    assert "at most 1" in finding.help


@pytest.mark.parametrize("minimum", ["100%", 2, 3])
def test_a_minimum_that_needs_all_replicas_blocks_drains(emitted, minimum):
    """`minAvailable` equal to the replicas never lets a node go."""
    objects = emitted()
    objects["PodDisruptionBudget/search"].value["spec"] = {
        "minAvailable": minimum,
        "selector": {"matchLabels": {"app.kubernetes.io/name": "search"}},
    }

    assert _codes(objects.values()) == ["TC509"]


def _fleet(make_plan, make_context, *workloads, **quotas):
    plan = make_plan(workloads=workloads, quotas=quotas)
    artifacts = BACKEND.lower(plan, make_context())
    return [finding for rule in PACK.rules for finding in rule.check(artifacts, plan, make_context())]


def test_a_quota_that_just_fits_is_silent_and_one_less_is_not(make_plan, make_workload, make_context):
    """Six replicas of one core and two of a new version need eight cores: the message says by how much it misses."""
    portal = make_workload(limits=Amounts(1000, 1024, None), replicas=Replicas(3, 6, 70))

    assert _fleet(make_plan, make_context, portal, cpu_cores=8, memory_gb=8) == []
    (finding,) = _fleet(make_plan, make_context, portal, cpu_cores=7.5, memory_gb=8)

    assert (finding.code, finding.severity) == ("TC511", "error")
    assert finding.pointer == ("spec", "quotas", "cpu_cores")
    assert "need 8 cores (limits)" in finding.message
    assert "0.5 more than quotas.cpu_cores of 7.5" in finding.message
    assert "raise quotas.cpu_cores to 8" in finding.help
    assert "portal" in finding.help


def test_cpu_and_memory_are_judged_each(make_plan, make_workload, make_context):
    """Both that are too small are reported once each; cron jobs count, and the greediest service is named."""
    portal = make_workload(
        "portal", replicas=Replicas(1, 1, None), limits=Amounts(500, 512, None), requests=Amounts(500, 512, None)
    )
    nightly = make_workload(
        "nightly", kind="cron", limits=Amounts(4000, 8192, None), requests=Amounts(4000, 8192, None)
    )

    findings = _fleet(make_plan, make_context, portal, nightly, cpu_cores=4, memory_gb=8)

    assert [finding.pointer[-1] for finding in findings] == ["cpu_cores", "memory_gb"]
    assert all("nightly" in finding.help for finding in findings)


def test_unlimited_quotas_fit_everything(make_plan, make_workload, make_context):
    """Without a line in the ResourceQuota there is nothing to exceed."""
    portal = make_workload(replicas=Replicas(500, 1000, 70))

    assert _fleet(make_plan, make_context, portal, cpu_cores=None, memory_gb=None) == []


@given(replicas=st.integers(1, 200), millicores=st.integers(1, 4000), quota=st.integers(1, 2000))
@settings(max_examples=60, deadline=None)
def test_the_quota_holds_full_scale_with_a_quarter_on_top(
    *, make_plan, make_workload, make_context, replicas, millicores, quota
):
    """A finding comes if and only if replicas, with a quarter of them rounded up, need more cores than the quota."""
    amounts = Amounts(millicores, 1, None)
    portal = make_workload(requests=amounts, limits=amounts, replicas=Replicas(replicas, replicas, None))

    found = _fleet(make_plan, make_context, portal, cpu_cores=quota)
    codes = [finding.code for finding in found if finding.code == "TC511"]

    assert bool(codes) == ((replicas + -(-replicas // 4)) * millicores > quota * 1000)


@pytest.mark.parametrize(
    ("kind", "fields", "pods"),
    [
        ("Deployment", {"replicas": 4}, 5),
        ("Deployment", {"replicas": 4, "strategy": {"type": "Recreate"}}, 4),
        ("Deployment", {"replicas": 4, "strategy": {"rollingUpdate": {"maxSurge": 3}}}, 7),
        ("Deployment", {"replicas": 4, "strategy": {"rollingUpdate": {"maxSurge": "30%"}}}, 6),
        ("Deployment", {}, 2),
        ("StatefulSet", {"replicas": 4}, 4),
        ("Job", {"parallelism": 3}, 3),
        ("Job", {}, 1),
    ],
)
def test_the_quota_counts_pods_as_each_kind_starts_them(kind, fields, pods):
    """Surge is added where a rollout surges, jobs run in parallel, and a missing request is the limit."""
    container = {"name": "main", "resources": {"limits": {"cpu": "1"}}}
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [container]}}
    runs = _object("apps/v1", kind, spec={**fields, "selector": {"matchLabels": {"a": "b"}}, "template": template})

    def codes(cores):
        quota = _object("v1", "ResourceQuota", spec={"hard": {"requests.cpu": str(cores)}})
        return _codes([quota, runs])

    assert codes(pods) == []
    assert codes(pods - 1) == ["TC511"]


def test_an_autoscaler_counts_by_its_target_and_not_by_its_name(emitted):
    """An autoscaler of another name sets the replicas all the same."""
    objects = emitted()
    scaler = objects["HorizontalPodAutoscaler/portal"].value
    scaler["metadata"]["name"] = "other"
    scaler["spec"]["maxReplicas"] = 1000

    assert _codes(objects.values()) == ["TC511", "TC511"]


def test_a_memory_that_is_full_forgets_and_goes_on(emitted):
    """Thousands of constant parts later the lints still find nothing wrong with sound objects, and what is wrong."""
    for number in range(5000):
        resources = Shared({"limits": Shared({"cpu": f"{number}m"})})
        spec = {"containers": [{"name": "main", "resources": resources}]}
        assert _codes([_object("v1", "Pod", spec=spec), _object("v1", "ResourceQuota", spec={"hard": {}})]) == []
    objects = emitted()

    assert _codes(objects.values()) == []


def test_objects_of_others_are_judged_by_the_same_rules():
    """A StatefulSet, an init container and a bare Pod of a plug-in are looked into; other documents are passed over."""
    labels = {"app": "cache"}
    container = {"name": "main", "resources": {"limits": {"memory": "12Xi"}}}
    stateful = _object(
        "apps/v1",
        "StatefulSet",
        spec={
            "selector": {"matchLabels": {"app": "other"}},
            "template": {"metadata": {"labels": labels}, "spec": {"initContainers": [container], "containers": []}},
        },
    )
    pod = _object("v1", "Pod", "Bad_Name", spec={"containers": [container]})
    board = ArtifactObject("board", {"title": None, "panels": []}, (("spec",),))

    codes = _codes([stateful, pod, board])

    assert sorted(codes) == ["TC503", "TC505", "TC505", "TC506"]


def test_a_file_that_adds_to_others_may_refer_to_what_they_make(emitted):
    """Without a Namespace of its own a file's references lead elsewhere; with one they must be met."""
    objects = emitted()
    deployment = objects["Deployment/portal"]

    assert _codes([deployment]) == []
    assert _codes([objects["Namespace/t-acme-health-production"], deployment]) == ["TC507", "TC507"]


def test_clusters_are_judged_apart(emitted):
    """What is missing in one cluster's folder is not found in another's."""
    whole, lacking = emitted(), emitted()
    del lacking["ConfigMap/settings"]
    artifacts = tuple(
        Artifact(path, "yaml", [], tuple(objects.values()))
        for path, objects in (("a/10.yaml", whole), ("b/10.yaml", lacking))
    )

    codes = [finding.code for rule in PACK.rules for finding in rule.check(artifacts, None, None)]

    assert codes == ["TC507"] * 3


def test_findings_are_never_older_than_the_question(emitted):
    """One walk serves all rules, but a rule that is asked twice looks again, and so does one for other artifacts."""
    objects = emitted()
    artifacts = (Artifact("a.yaml", "yaml", [], tuple(objects.values())),)
    rule = next(rule for rule in PACK.rules if rule.code == "TC513")

    assert list(rule.check(artifacts, None, None)) == []
    objects["Service/portal"].value["status"] = {}
    assert len(list(rule.check(artifacts, None, None))) == 1
    assert list(rule.check((), None, None)) == []


def test_a_fault_in_a_shared_part_is_found_every_time():
    """Constant parts that were found clean are remembered; those with a fault are not."""
    spec = Shared({"hard": Shared({"limits.cpu": "12Xi", "note": None})})
    quota = _object("v1", "ResourceQuota", spec=spec)

    assert _codes([quota]) == _codes([quota])
    assert set(_codes([quota])) == {"TC505", "TC513"}


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_shape_of_an_object_breaks_a_rule(emitted, data):
    """Whatever stands anywhere in an object of anybody's, the lints give findings and never raise."""
    objects = emitted()
    item = objects[data.draw(st.sampled_from(sorted(objects)))]
    node = item.value
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], (dict, list)) or not node[key] or data.draw(st.booleans()):
            node[key] = data.draw(JUNK)
            break
        node = node[key]

    for finding in _findings(objects.values()):
        assert finding.code in CODES
        assert finding.message


def test_kinds_that_we_never_emit_are_found():
    """A Secret with its data, and rights in every namespace: the bundle has no schema of either."""
    assert "TC572" in _codes([_object("v1", "Secret", data={"password": "aHVudGVyMg=="})])
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "x"}
    assert "TC514" in _codes([_object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", roleRef=role, subjects=[])])


def test_a_secret_of_other_makers_is_found_by_its_name():
    """The names of a tenant's own variables are judged with its plan (TC320)."""
    container = {"name": "a", "image": "a:1", "env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}
    pod = _object("v1", "Pod", spec={"containers": [container]})
    assert "TC572" in _codes([pod])
    pod.value["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "tenant-compiler"}
    assert "TC572" not in _codes([pod])


@pytest.mark.parametrize(
    ("hard", "words"),
    [
        ({"requests.storage": "25Gi"}, "the volumes need 30 GiB, which is 5 more than quotas.storage_gb of 25"),
        ({"persistentvolumeclaims": "1"}, "there are 2 claims of volumes, but it allows 1"),
        ({"requests.storage": "30Gi", "persistentvolumeclaims": "2"}, ""),
    ],
)
def test_volumes_fit_into_the_quota(hard, words):
    """TC511 says by how much they do not, and which is the largest."""
    claims = [
        _object("v1", "PersistentVolumeClaim", name, spec={"resources": {"requests": {"storage": size}}})
        for name, size in (("a", "20Gi"), ("b", "10Gi"))
    ]
    found = [
        each
        for each in _findings([_object("v1", "ResourceQuota", spec={"hard": hard}), *claims])
        if each.code == "TC511"
    ]
    assert [each.message.partition(": ")[2] for each in found] == ([words] if words else [])
