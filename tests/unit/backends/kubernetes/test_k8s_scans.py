"""Jobs that look for weaknesses: when they run, with what, and what they reach."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.check import check
from tenant_compiler.backends.kubernetes.lints.walk import judge
from tenant_compiler.model.plan_operations import Scans, Window
from tenant_compiler.model.plan_trust import ZERO_TRUST, Trust
from tenant_compiler.model.rollout import Rollout

BACKEND = KubernetesBackend()
AT = ("spec", "security")
SCANS = Scans(7, ((*AT, "vulnerability_scanning"),), ((*AT, "penetration_testing"),))
SCANNER, PROBE = (f"registry.platform.example/{name}@sha256:" + "b" * 64 for name in ("scan", "probe"))
AT_WINDOWS = ("spec", "change_control", "maintenance_windows")


@pytest.fixture(scope="module")
def context(make_context, make_cluster):
    """A cluster whose platform has both programs, or what is said."""

    def make(minor="1.34", **more):
        said = {"image": SCANNER, "cidrs": ["203.0.113.0/24"], "penetration_image": PROBE, **more}
        said = {key: value for key, value in said.items() if value is not None}
        return make_context(cluster={"shared-eu": make_cluster(kubernetes=minor, scanning=said)})

    return make


@pytest.fixture(scope="module")
def made(make_plan, context, lower):
    """The objects of a tenant that asks for both, by id."""

    def make(place=None, **overrides):
        plan = make_plan(**{"scans": SCANS, **overrides})
        return {item.id: item.value for item in lower(plan, place or context())["shared-eu"]}

    return make


def job(objects, name):
    """A job's spec, and its pod."""
    spec = objects[f"CronJob/default.{name}"]["spec"]
    return spec, spec["jobTemplate"]["spec"]["template"]


def test_nothing_runs_that_nobody_asks_for(made, make_context):
    """Nor where the platform has no programs."""
    for objects in (made(scans=None), made(make_context()), made(workloads=())):
        assert not [id_ for id_ in objects if id_.startswith("CronJob/")]


def test_every_image_of_the_tenant_is_scanned_once_a_run(made, make_workload):
    """By the platform's program, with the images as its arguments; an argument is no variable of the kubelet's."""
    images = ("registry.acme.example/b:1@sha256:" + "1" * 64, "registry.acme.example/a:$(X)")
    loads = [make_workload(name, image=images[number > 1]) for number, name in enumerate(("x", "y", "z"))]
    _, template = job(made(workloads=tuple(loads)), "scan")
    (container,) = template["spec"]["containers"]
    assert container["image"] == SCANNER
    assert container["args"] == ["registry.acme.example/a:$$(X)", images[0]]


def test_the_image_of_a_second_version_is_scanned_too(made, make_workload):
    """It runs beside the first, or is about to."""
    image = "registry.acme.example/b:2"
    at = ("spec", "services", "x", "rollout", "variant_image")
    rollout = Rollout("blue_green", image, False, (50,), 1, 50, None, "", None, None, None, (at,))
    loads = (make_workload("x", image="registry.acme.example/b:1", rollout=rollout),)
    _, template = job(made(workloads=loads), "scan")
    assert template["spec"]["containers"][0]["args"] == ["registry.acme.example/b:1", "registry.acme.example/b:2"]


@pytest.mark.parametrize(
    ("days", "field"), [(1, "*"), (2, "*/2"), (7, "*/7"), (30, "*/30"), (31, "1"), (90, "1"), (365, "1")]
)
def test_scans_come_at_least_as_often_as_said(made, days, field):
    """The days begin anew each month, so no gap is longer; what is rarer than a month comes each month."""
    spec, _ = job(made(scans=SCANS._replace(interval_days=days)), "scan")
    minute, hour, *rest = spec["schedule"].split()
    assert rest == [field, "*", "*"]
    assert 0 <= int(minute) < 60
    assert 0 <= int(hour) < 6


def test_tenants_scan_at_different_minutes_and_one_always_at_the_same(made):
    """A registry is not asked by the whole fleet at once."""
    times = {job(made(name=f"t-{number}-production"), "scan")[0]["schedule"] for number in range(20)}
    assert len(times) > 15
    assert made() == made()


def test_a_scan_reaches_the_registries_and_nothing_else(made):
    """Its identity has no rights and no token, and no service can have its name."""
    objects = made()
    _, template = job(objects, "scan")
    (rule,) = objects["NetworkPolicy/default.scan"]["spec"]["egress"]
    assert rule == {
        "to": [{"ipBlock": {"cidr": "203.0.113.0/24"}}],
        "ports": [{"protocol": "TCP", "port": 443}],
    }
    assert objects["NetworkPolicy/default.scan"]["spec"]["podSelector"]["matchLabels"].items() <= (
        template["metadata"]["labels"].items()
    )
    assert template["spec"]["serviceAccountName"] == "default.scan"
    assert template["spec"]["automountServiceAccountToken"] is False
    assert objects["ServiceAccount/default.scan"]["automountServiceAccountToken"] is False
    assert not [id_ for id_ in objects if id_.startswith("RoleBinding/") and "scan" in str(objects[id_]["subjects"])]


def test_jobs_run_restricted(made):
    """As the namespace's level asks for."""
    for name in ("scan", "penetration"):
        _, template = job(made(), name)
        pod = template["spec"]
        assert pod["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
        (container,) = pod["containers"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert set(container["resources"]) == {"requests", "limits"}


def test_tests_reach_the_exposed_services_from_inside_and_nothing_else(made, make_workload):
    """Both ends let them through, on the port of each; services that nobody exposes are not tested."""
    hidden = make_workload("hidden", hosts=(), port=9000)
    objects = made(workloads=(make_workload(), hidden))
    _, template = job(objects, "penetration")
    (container,) = template["spec"]["containers"]
    assert (container["image"], container["args"]) == (PROBE, ["portal.t-acme-health-production:8080"])
    (out,) = objects["NetworkPolicy/default.penetration"]["spec"]["egress"]
    assert out["to"] == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "portal"}}}]
    tests = [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "default.penetration"}}}]
    assert tests in [rule["from"] for rule in objects["NetworkPolicy/portal"]["spec"]["ingress"]]
    assert tests not in [rule["from"] for rule in objects["NetworkPolicy/hidden"]["spec"]["ingress"]]


def test_in_a_mesh_tests_have_an_identity_that_services_know_and_scans_have_no_sidecar(
    made, make_context, make_cluster
):
    """A sidecar whose amounts nobody says would not count, and one that does not end keeps a job from ending."""
    said = {"image": SCANNER, "cidrs": ["203.0.113.0/24"], "penetration_image": PROBE}
    mesh = {"kind": "istio", "namespace": "istio-system"}
    trust = Trust(zero_trust=True, end_to_end=False, mutual=False, made_from=(ZERO_TRUST,))
    objects = made(make_context(cluster={"shared-eu": make_cluster(scanning=said, mesh=mesh)}), trust=trust)

    scan, tests = (job(objects, name)[1]["metadata"] for name in ("scan", "penetration"))
    assert scan["labels"]["sidecar.istio.io/inject"] == "false"
    assert "annotations" not in scan
    assert tests["annotations"]["sidecar.istio.io/nativeSidecar"] == "true"
    sources = [rule["from"][0]["source"] for rule in objects["AuthorizationPolicy/portal"]["spec"]["rules"]]
    assert {"principals": ["cluster.local/ns/t-acme-health-production/sa/default.penetration"]} in sources


def test_tests_of_services_run_in_the_time_for_changes_and_end_with_it(made):
    """In the first of these times; without any they wait for somebody to start them."""
    window = Window("night", ("sat", "mon"), "22:00", "02:30", "Europe/Berlin", ((*AT_WINDOWS, "night"),))
    spec, _ = job(made(windows=(window,)), "penetration")
    assert (spec["schedule"], spec["timeZone"], spec["suspend"]) == ("0 22 * * 1", "Europe/Berlin", False)
    assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] == int(4.5 * 3600)
    assert job(made(), "penetration")[0]["suspend"] is True


def test_jobs_run_in_the_primary_region(made, make_site):
    """Elsewhere the same images wait for the region to take over."""
    objects = made(sites=(make_site("eu-west-1", role="standby"),))
    assert job(objects, "scan")[0]["suspend"] is True


def test_jobs_need_programs_of_the_platform(make_plan, context, make_need, make_context):
    """Each its own."""
    plan = make_plan(scans=SCANS)
    images, services = make_need("scanning.images", what="scanning the images"), make_need("scanning.services")
    without = context(penetration_image=None)
    assert [BACKEND.supports(need, plan, context()) for need in (images, services)] == ["honoured", "honoured"]
    assert [BACKEND.supports(need, plan, without) for need in (images, services)] == ["honoured", "cannot"]
    assert BACKEND.supports(images, plan, make_context()) == "cannot"
    words = "scanning the images needs a program of the platform's; the cluster `shared-eu` names none"
    assert BACKEND.lack(images, plan, make_context()).words == words


def test_the_tenants_rules_for_images_let_the_programs_in(made, context, make_images):
    """Those that run there, whole and with their digests."""

    def running(objects):
        policy = objects["ValidatingAdmissionPolicy/t-acme-health-production.images"]["spec"]
        return next(each["expression"] for each in policy["variables"] if each["name"] == "running")

    assert running(made(images=make_images())).startswith(f'["{SCANNER}", "{PROBE}"] + (')
    assert running(made(context(penetration_image=None), images=make_images())).startswith(f'["{SCANNER}"] + (')


@pytest.mark.parametrize("minor", range(30, 38))
def test_the_objects_are_valid_in_every_version(make_plan, context, minor):
    """The schemas accept them, and the lints find nothing."""
    plan, place = make_plan(scans=SCANS), context(f"1.{minor}")
    artifacts = BACKEND.lower(plan, place)
    assert list(check(artifacts, plan, place)) == []
    assert judge(artifacts, plan) == {}
