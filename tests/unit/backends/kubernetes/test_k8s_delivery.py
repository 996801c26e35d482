"""How a tenant's folder is applied: by Argo CD within the bounds of its own project, or by Flux."""

from __future__ import annotations

import fnmatch
import os
import shutil
import subprocess

import pytest
import yaml as pyyaml

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.check import check
from tenant_compiler.backends.kubernetes.lints.walk import judge
from tenant_compiler.backends.kubernetes.schemas import validator
from tenant_compiler.emit import json, yaml
from tenant_compiler.model.backend import Fact
from tenant_compiler.model.plan import Backup
from tenant_compiler.model.plan_operations import Window

BACKEND = KubernetesBackend()
NAME = "t-acme-health-production"
REPOSITORY = "https://git.acme.example/fleet"
WINDOW = Window(
    "weekend",
    ("sun", "sat"),
    "01:00",
    "05:00",
    "Europe/Berlin",
    (("spec", "change_control", "maintenance_windows", "weekend"),),
)
BACKUP = Backup("0 2 * * *", 1, "", 35, immutable=False, made_from=(("spec", "backup", "schedule"),))
VELERO = {"kind": "velero", "namespace": "velero", "bucket": "acme", "region": "eu-west-1", "settings": {}}


def gitops(kind, **more):
    """A profile's section, complete."""
    return {
        "kind": kind,
        "repository": REPOSITORY,
        "revision": "main",
        "server": "https://kubernetes.default.svc",
        "service_account": "kustomize-controller",
        **more,
    }


@pytest.fixture(scope="module")
def context(make_context, make_cluster):
    """Make a workspace whose cluster is delivered to in a way."""

    def make(kind="argocd", cluster=None, **more):
        profile = make_cluster(gitops=gitops(kind, **more), **(cluster or {}))
        return make_context(cluster={"shared-eu": profile})

    return make


@pytest.fixture(scope="module")
def made(make_plan, context):
    """Everything that is lowered: files by path, objects of the delivery by kind."""

    def make(place=None, **overrides):
        artifacts = BACKEND.lower(make_plan(**overrides), place or context())
        files = {artifact.path: artifact for artifact in artifacts}
        beside = files.get("0-delivery/shared-eu.yaml")
        return files, {item.value["kind"]: item.value for item in (beside.objects if beside else ())}

    return make


def applied(files):
    """The objects in the cluster's own folder."""
    return [item.value for path, each in files.items() if not path.startswith("0-") for item in each.objects]


def test_nothing_is_delivered_where_nothing_watches_a_repository(made, context, make_context):
    """No file beside the folders, and no annotation of a tool."""
    for place in (make_context(), context("none")):
        files, beside = made(place)
        assert not beside
        assert not [path for path in files if path.startswith("0-")]
        assert "argoproj" not in str([each.content for each in files.values()])


def test_a_project_lets_in_exactly_what_the_tenant_has(made, context, make_images):
    """One repository, the tenant's namespace and that of its backups, the folder's kinds, the cluster's by name."""
    files, beside = made(context(cluster={"backup": VELERO}), backup=BACKUP, images=make_images())
    project = beside["AppProject"]["spec"]
    assert project["sourceRepos"] == [REPOSITORY]
    assert [each["namespace"] for each in project["destinations"]] == [NAME, "velero"]
    assert {each["server"] for each in project["destinations"]} == {"https://kubernetes.default.svc"}
    outside = {(each["kind"], each["name"]) for each in project["clusterResourceWhitelist"]}
    whole = {(v["kind"], v["metadata"]["name"]) for v in applied(files) if "namespace" not in v["metadata"]}
    assert outside == whole
    assert ("Namespace", NAME) in outside
    kinds = {(each["group"], each["kind"]) for each in project["namespaceResourceWhitelist"]}
    assert ("apps", "Deployment") in kinds
    assert ("", "ServiceAccount") in kinds
    assert {kind for _, kind in kinds} == {v["kind"] for v in applied(files) if "namespace" in v["metadata"]}
    assert "*" not in str({**project, "syncWindows": None})


def test_the_application_is_in_the_tenants_own_project_and_keeps_it_as_the_repository_says(made):
    """It applies on the server's side, never makes the namespace itself, and is no owner whose deletion deletes all."""
    _, beside = made()
    application = beside["Application"]
    assert application["spec"]["project"] == beside["AppProject"]["metadata"]["name"] == f"{NAME}.shared-eu"
    assert application["spec"]["source"] == {
        "repoURL": REPOSITORY,
        "targetRevision": "main",
        "path": "build/acme-health/production/kubernetes/shared-eu",
    }
    assert application["spec"]["destination"]["namespace"] == NAME
    policy = application["spec"]["syncPolicy"]
    assert policy["automated"] == {"prune": True, "selfHeal": True}
    assert {"ServerSideApply=true", "CreateNamespace=false"} <= set(policy["syncOptions"])
    assert "finalizers" not in application["metadata"]
    assert application["metadata"]["namespace"] == "argocd"


def test_what_autoscalers_move_is_left_to_them(made, make_workload, make_plan):
    """The replicas of what they scale; of nothing else."""
    fixed = make_workload("fixed", replicas=make_plan().workloads[0].replicas._replace(maximum=3))
    _, beside = made(workloads=(make_workload(), fixed))
    assert beside["Application"]["spec"]["ignoreDifferences"] == [
        {"group": "apps", "kind": "Deployment", "name": "portal", "jsonPointers": ["/spec/replicas"]}
    ]
    assert "ignoreDifferences" not in made(workloads=(fixed,))[1]["Application"]["spec"]


def test_the_waves_are_the_order_of_the_files_and_a_typo_deletes_no_customer(made):
    """Each file has its wave; namespaces are neither pruned nor deleted with the Application."""
    files, _ = made()
    waves = {}
    for path, artifact in files.items():
        for item in artifact.objects if not path.startswith("0-") else ():
            said = item.value["metadata"]["annotations"]
            waves.setdefault(path, set()).add(int(said["argocd.argoproj.io/sync-wave"]))
            kept = said.get("argocd.argoproj.io/sync-options")
            assert (kept == "Prune=false,Delete=false") == (item.value["kind"] == "Namespace")
    assert all(len(each) == 1 for each in waves.values())
    in_order = [wave for path in sorted(waves) for wave in waves[path]]
    assert in_order == sorted(set(in_order))


def test_a_volume_comes_in_the_wave_of_the_pods_that_it_waits_for():
    """A claim that is bound by its first pod never becomes healthy before it."""
    from tenant_compiler.backends.kubernetes.operations.delivery import extras

    said = extras("PersistentVolumeClaim", "30-data", "argocd")
    assert said["argocd.argoproj.io/sync-wave"] == "50"
    assert said["argocd.argoproj.io/sync-options"] == "Prune=false,Delete=false"
    assert extras("PersistentVolumeClaim", "30-data", "flux") == {"kustomize.toolkit.fluxcd.io/prune": "disabled"}


def test_the_checksum_does_not_depend_on_what_delivers(made, context):
    """The same object is the same, whoever applies it."""

    def sums(place):
        return {
            v["metadata"]["name"] + v["kind"]: v["metadata"]["annotations"]["tenant-compiler.dev/hash"]
            for v in applied(made(place)[0])
        }

    assert sums(context("argocd")) == sums(context("flux")) == sums(context("none"))


def test_deployers_start_a_synchronisation_and_approvers_let_a_rollout_go_on(made, make_duties):
    """Groups stand in lists of their own, never inside a policy's text."""
    _, beside = made(duties=make_duties(deployers=("p, *, *, *, *, allow",)))
    deployer, approver = beside["AppProject"]["spec"]["roles"]
    assert deployer["groups"] == ["p, *, *, *, *, allow"]
    assert [policy.split(", ")[3] for policy in deployer["policies"]] == ["get", "sync"]
    assert [policy.split(", ")[3] for policy in approver["policies"]] == ["get", "action/argoproj.io/Rollout/resume"]
    for policy in (*deployer["policies"], *approver["policies"]):
        assert policy.count(",") == 5
        assert policy.split(", ")[4] == f"{NAME}.shared-eu/*"
    _, beside = made(duties=make_duties(deployers=()))
    assert [role["name"] for role in beside["AppProject"]["spec"]["roles"]] == ["approver"]


@pytest.mark.parametrize(
    ("start", "end", "schedule", "duration"),
    [
        ("01:00", "05:00", "0 1 * * 0,6", "240m"),
        ("22:30", "02:00", "30 22 * * 0,6", "210m"),
        ("08:15", "08:15", "15 8 * * 0,6", "1440m"),
        ("00:00", "23:59", "0 0 * * 0,6", "1439m"),
    ],
)
def test_changes_are_held_back_outside_of_their_times(made, start, end, schedule, duration):
    """A window that ends earlier than it starts ends on the next day; hand-made synchronisations wait, too."""
    _, beside = made(windows=(WINDOW._replace(start=start, end=end),))
    (window,) = beside["AppProject"]["spec"]["syncWindows"]
    assert (window["schedule"], window["duration"], window["timeZone"]) == (schedule, duration, "Europe/Berlin")
    assert (window["kind"], window["manualSync"], window["applications"]) == ("allow", False, ["*"])


def test_times_for_changes_need_argo_cd(make_plan, context, make_need, make_context):
    """Flux and people have none."""
    plan, need = make_plan(windows=(WINDOW,)), make_need("change.windows", what="the times for changes")
    assert BACKEND.supports(need, plan, context()) == "honoured"
    for place in (context("flux"), context("none"), make_context()):
        assert BACKEND.supports(need, plan, place) == "cannot"
    words = "the times for changes need Argo CD, which holds changes back; the cluster `shared-eu` has none"
    assert BACKEND.lack(need, plan, context("flux")).words == words


def test_flux_applies_the_folder_after_what_the_cluster_needs(made, context):
    """With an account, pruning, and waiting; namespaces stay."""
    files, beside = made(context("flux", path="fleet/build", namespace="flux"))
    (kustomization,) = beside.values()
    spec = kustomization["spec"]
    assert kustomization["metadata"]["namespace"] == "flux"
    assert spec["path"] == "./fleet/build/acme-health/production/kubernetes/shared-eu"
    assert (spec["prune"], spec["wait"], spec["serviceAccountName"]) == (True, True, "kustomize-controller")
    assert spec["sourceRef"]["name"] == spec["dependsOn"][0]["name"] == "acme-saas.shared-eu.fleet"
    assert "targetNamespace" not in spec
    kept = [v["kind"] for v in applied(files) if "kustomize.toolkit.fluxcd.io/prune" in v["metadata"]["annotations"]]
    assert kept == ["Namespace"]


def _facts(*tenants):
    return [
        Fact(name, "production", f"t-{name}-production", tier, "team", ("shared-eu",), (), "tenants/a.yaml", 0)
        for name, tier in tenants
    ]


def fleet(context, *tenants):
    """The fleet's files of the cluster."""
    made = BACKEND.lower_fleet(_facts(*tenants), context)["shared-eu"]
    return {artifact.path: artifact for artifact in made}


def test_a_root_application_collects_the_files_of_all_tenants(make_plan, context):
    """Its pattern matches what a tenant's delivery is called, and nothing else of the output."""
    files = fleet(context(), ("a", "free"))
    project, cluster, tenants = (item.value for item in files["delivery.yaml"].objects)
    assert [item["spec"]["project"] for item in (cluster, tenants)] == [project["metadata"]["name"]] * 2
    pattern = tenants["spec"]["source"]["directory"]["include"]
    paths = [f"acme/production/kubernetes/{each.path}" for each in BACKEND.lower(make_plan(), context())]
    assert fnmatch.filter(paths, pattern) == ["acme/production/kubernetes/0-delivery/shared-eu.yaml"]
    assert tenants["spec"]["source"]["path"] == "build"
    assert cluster["spec"]["source"]["path"] == "build/_fleet/shared-eu/kubernetes"
    assert fnmatch.filter(files, cluster["spec"]["source"]["directory"]["include"]) == ["kubernetes.yaml"]
    assert {each["kind"] for each in project["spec"]["namespaceResourceWhitelist"]} == {"AppProject", "Application"}
    assert project["spec"]["clusterResourceWhitelist"] == [
        {"group": "scheduling.k8s.io", "kind": "PriorityClass", "name": "t-free"}
    ]


def test_no_tenant_can_be_called_as_what_delivers_the_fleet(made, context):
    """Names of tenants have one dot, those of the fleet two."""
    names = [item.value["metadata"]["name"] for item in fleet(context(), ("a", "free"))["delivery.yaml"].objects]
    assert all(name.count(".") >= 2 for name in names)
    assert all(value["metadata"]["name"].count(".") == 1 for value in made()[1].values())


def test_a_central_argo_cd_reaches_the_cluster_by_its_address(context):
    """Projects and Applications stay with it; what the cluster needs goes there."""
    files = fleet(context(server="https://eu.acme.example:6443"), ("a", "bronze"))
    assert list(files) == ["delivery.yaml"]
    project, cluster, tenants = (item.value["spec"] for item in files["delivery.yaml"].objects)
    assert cluster["destination"]["server"] == "https://eu.acme.example:6443"
    assert tenants["destination"]["server"] == "https://kubernetes.default.svc"
    assert {each["server"] for each in project["destinations"]} == {
        "https://eu.acme.example:6443",
        "https://kubernetes.default.svc",
    }


@pytest.mark.tool("kubectl")
@pytest.mark.parametrize("format_", ["yaml", "json"])
def test_flux_finds_every_tenant_by_a_list_that_kustomize_builds(make_plan, context, tmp_path, format_):
    """What lies in the repository is what the lists name, in both formats."""
    place = context("flux")
    place.config["targets"]["kubernetes"] = {**place.config["targets"]["kubernetes"], "format": format_}
    plans = [make_plan(tenant=name, name=f"t-{name}-production") for name in ("a", "b")]
    files = {
        f"{plan.tenant}/production/kubernetes/{each.path}": each
        for plan in plans
        for each in BACKEND.lower(plan, place)
    }
    both = fleet(place, ("a", "free"), ("b", "free"))
    files |= {f"_fleet/shared-eu/kubernetes/{path}": each for path, each in both.items()}
    for path, artifact in files.items():
        os.makedirs(os.path.dirname(tmp_path / path), exist_ok=True)
        text = yaml.dump_all(artifact.content) if artifact.format == "yaml" else json.dump(artifact.content)
        (tmp_path / path).write_bytes(text if isinstance(text, bytes) else text.encode())

    def build(folder):
        command = [shutil.which("kubectl"), "kustomize", "--load-restrictor", "LoadRestrictionsNone", tmp_path / folder]
        return list(pyyaml.safe_load_all(subprocess.run(command, check=True, capture_output=True, text=True).stdout))

    tenants = build("_fleet/shared-eu/kubernetes/tenants")
    assert [each["metadata"]["name"] for each in tenants] == ["t-a-production.shared-eu", "t-b-production.shared-eu"]
    for each in tenants:
        assert build(each["spec"]["path"].removeprefix("./build/"))
    shared = build("_fleet/shared-eu/kubernetes")
    assert [each["kind"] for each in shared] == ["PriorityClass", "Kustomization", "Kustomization", "GitRepository"]
    paths = {each["metadata"]["name"]: each["spec"]["path"] for each in shared if each["kind"] == "Kustomization"}
    assert paths == {
        "acme-saas.shared-eu.fleet": "./build/_fleet/shared-eu/kubernetes",
        "acme-saas.shared-eu.fleet.tenants": "./build/_fleet/shared-eu/kubernetes/tenants",
    }


@pytest.mark.parametrize("kind", ["argocd", "flux"])
@pytest.mark.parametrize("minor", range(30, 38))
def test_the_objects_are_valid_in_every_version(make_plan, context, make_duties, kind, minor):
    """The schemas accept them, those of the fleet too, and the lints find nothing."""
    place = context(kind, cluster={"kubernetes": f"1.{minor}"})
    plan = make_plan(duties=make_duties(), windows=(WINDOW,))
    artifacts = BACKEND.lower(plan, place)
    assert list(check(artifacts, plan, place)) == []
    assert judge(artifacts, plan) == {}
    for artifact in fleet(place, ("a", "free")).values():
        for item in artifact.objects:
            schema = validator(f"1.{minor}", f"{item.value['apiVersion']}/{item.value['kind']}")
            assert schema.is_valid(item.value), item.id


def test_a_fault_beside_the_folder_is_found(make_plan, context):
    """The files of the delivery are checked, too."""
    plan, place = make_plan(), context()
    artifacts = BACKEND.lower(plan, place)
    (beside,) = (each for each in artifacts if each.path == "0-delivery/shared-eu.yaml")
    beside.objects[1].value["spec"]["projct"] = "default"
    assert [finding.code for finding in check(artifacts, plan, place)] == ["TC501"]
