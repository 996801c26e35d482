"""Deployments, cron jobs, and what stands around them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.model.plan import Amounts, Replicas, Setting

BACKEND = KubernetesBackend()


@pytest.fixture(scope="module")
def lowered(make_plan, make_workload, make_context, lower):
    """Lower a tenant with one service, and give its objects by id."""

    def objects(name="portal", *, plan=(), **overrides):
        made = make_plan(workloads=(make_workload(name, **overrides),), **dict(plan))
        return {item.id: item.value for item in lower(made, make_context())["shared-eu"]}

    return objects


def _pod(objects, id_="Deployment/portal"):
    spec = objects[id_]["spec"]
    return (spec["jobTemplate"]["spec"] if "jobTemplate" in spec else spec)["template"]["spec"]


def test_pods_are_restricted(lowered):
    """No root, no privilege, no capability, a read-only root file system, no token, no variables of other services."""
    pod = _pod(lowered())
    container = pod["containers"][0]

    assert pod["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    assert pod["automountServiceAccountToken"] is False
    assert lowered()["ServiceAccount/portal"]["automountServiceAccountToken"] is False
    assert pod["serviceAccountName"] == "portal"
    assert pod["enableServiceLinks"] is False


def test_scratch_space_is_bounded(lowered):
    """The only writable place is /tmp, as large as the limit on ephemeral storage when there is one."""
    said = _pod(lowered(limits=Amounts(1000, 1024, 2048)))
    unsaid = _pod(lowered())

    assert said["volumes"] == [{"name": "tmp", "emptyDir": {"sizeLimit": "2Gi"}}]
    assert said["containers"][0]["resources"]["limits"]["ephemeral-storage"] == "2Gi"
    assert unsaid["volumes"] == [{"name": "tmp", "emptyDir": {"sizeLimit": "128Mi"}}]
    assert unsaid["containers"][0]["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]


def test_selectors_hold_nothing_that_may_change(lowered):
    """Pods are chosen by the service's name alone; the tier and the tenant's labels may change later."""
    spec = lowered()["Deployment/portal"]["spec"]

    assert spec["selector"] == {"matchLabels": {"app.kubernetes.io/name": "portal"}}
    assert spec["template"]["metadata"]["labels"]["tenant-compiler.dev/tier"] == "enterprise"


def test_probes_ask_as_the_protocol_does(lowered):
    """HTTP asks for the path, gRPC for the service, and the port alone is tried when nothing is said."""
    http = _pod(lowered())["containers"][0]
    grpc = _pod(lowered(protocol="grpc", readiness="/acme.Search", liveness="/"))["containers"][0]
    silent = _pod(lowered(protocol="tcp", readiness="", liveness="", startup_seconds=None))["containers"][0]

    assert http["readinessProbe"]["httpGet"] == {"path": "/ready", "port": 8080}
    assert http["livenessProbe"]["httpGet"] == {"path": "/live", "port": 8080}
    assert grpc["readinessProbe"]["grpc"] == {"port": 8080, "service": "acme.Search"}
    assert grpc["livenessProbe"]["grpc"] == {"port": 8080}
    assert silent["readinessProbe"]["tcpSocket"] == {"port": 8080}
    assert "startupProbe" not in silent


@given(seconds=st.integers(1, 3600))
@settings(max_examples=40, deadline=None)
def test_a_replica_has_the_time_to_start_that_it_asks_for(lowered, seconds):
    """The startup probe waits at least so long and at most one period longer, and a rollout waits with it."""
    spec = lowered(startup_seconds=seconds)["Deployment/portal"]["spec"]
    probe = spec["template"]["spec"]["containers"][0]["startupProbe"]

    assert (
        seconds <= probe["periodSeconds"] * probe["failureThreshold"] < seconds + probe["periodSeconds"] or seconds < 5
    )
    assert probe["failureThreshold"] == math.ceil(seconds / probe["periodSeconds"])
    assert spec["progressDeadlineSeconds"] > seconds + spec["minReadySeconds"]


def test_a_service_that_is_told_to_stop_goes_on_until_it_is_out_of_rotation(lowered):
    """Web pods sleep before they stop, within their grace; a worker, which nobody calls, has no port and no probe."""
    web, worker = _pod(lowered()), _pod(lowered(kind="worker"))

    assert web["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] < web["terminationGracePeriodSeconds"]
    assert not {"lifecycle", "ports", "readinessProbe", "livenessProbe"} & set(worker["containers"][0])


def test_tenant_text_reaches_the_program_as_it_was_written(lowered):
    """Kubernetes expands $(NAME) in values and commands, so it is escaped there."""
    container = _pod(lowered(env={"A": "$(B) and $$", "C": "$5"}, command=("run", "$(A)")))["containers"][0]

    assert container["env"][:2] == [{"name": "A", "value": "$$(B) and $$$$"}, {"name": "C", "value": "$5"}]
    assert container["command"] == ["run", "$$(A)"]


def test_pods_are_told_where_spans_go(lowered):
    """The collector of the cluster profile has the name that SDKs read; a service that names its own keeps it."""
    told = {"name": "OTEL_EXPORTER_OTLP_ENDPOINT", "value": "http://otel-gateway.observability:4317"}
    own = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://own:4317"}

    assert _pod(lowered())["containers"][0]["env"][-1] == told
    assert _pod(lowered(env=own))["containers"][0]["env"] == [{"name": told["name"], "value": "http://own:4317"}]


def test_replicas_scale_between_their_bounds(lowered):
    """An autoscaler stands beside a Deployment without `replicas`; a fixed number needs none."""
    ranged, fixed = lowered(replicas=Replicas(2, 9, 60)), lowered(replicas=Replicas(3, 3, None))

    scaling = ranged["HorizontalPodAutoscaler/portal"]["spec"]
    assert (scaling["minReplicas"], scaling["maxReplicas"]) == (2, 9)
    assert scaling["metrics"][0]["resource"]["target"]["averageUtilization"] == 60
    assert "replicas" not in ranged["Deployment/portal"]["spec"]
    assert "HorizontalPodAutoscaler/portal" not in fixed
    assert fixed["Deployment/portal"]["spec"]["replicas"] == 3


def test_a_standby_region_stays_at_its_minimum_and_runs_no_job(
    *, make_plan, make_workload, make_site, make_context, make_cluster, lower
):
    """Everything is there, ready to take over; nothing scales and no job runs twice."""
    plan = make_plan(
        workloads=(make_workload("portal"), make_workload("nightly", kind="cron")),
        sites=(make_site(), make_site("eu-west-1", role="standby", cluster="west")),
    )
    context = make_context(cluster={"shared-eu": make_cluster(), "west": make_cluster()})

    primary, standby = ({item.id: item.value for item in made} for made in lower(plan, context).values())

    assert primary["CronJob/nightly"]["spec"]["suspend"] is False
    assert standby["CronJob/nightly"]["spec"]["suspend"] is True
    assert standby["Deployment/portal"]["spec"]["replicas"] == 3
    assert "HorizontalPodAutoscaler/portal" in primary
    assert "HorizontalPodAutoscaler/portal" not in standby
    assert "PodDisruptionBudget/portal" in standby


@pytest.mark.parametrize(
    ("zones", "minimum", "expected"), [(3, 3, "DoNotSchedule"), (3, 2, "ScheduleAnyway"), (1, 5, None)]
)
def test_zones_are_a_hard_rule_only_where_each_gets_a_replica(
    *, make_plan, make_workload, make_site, make_context, lower, zones, minimum, expected
):
    """A small service must not stay pending for want of a zone; nodes are a soft rule always."""
    plan = make_plan(workloads=(make_workload(replicas=Replicas(minimum, 10, 70)),), sites=(make_site(zones=zones),))
    objects = {item.id: item.value for item in lower(plan, make_context())["shared-eu"]}
    rules = {rule["topologyKey"]: rule for rule in _pod(objects)["topologySpreadConstraints"]}

    assert rules.get("topology.kubernetes.io/zone", {}).get("whenUnsatisfiable") == expected
    assert rules["kubernetes.io/hostname"]["whenUnsatisfiable"] == "ScheduleAnyway"


def test_a_disruption_budget_needs_two_replicas(lowered):
    """A budget over a single replica would block every drain."""
    two, one = lowered(replicas=Replicas(2, 2, None)), lowered(replicas=Replicas(1, 1, None))

    assert two["PodDisruptionBudget/portal"]["spec"]["maxUnavailable"] == 1
    assert "PodDisruptionBudget/portal" not in one


def test_a_cron_service_runs_one_job_at_a_time_in_utc(lowered):
    """Jobs never overlap, end at last, and leave no Service, autoscaler or budget behind."""
    objects = lowered("nightly", kind="cron")
    spec = objects["CronJob/nightly"]["spec"]

    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == ("15 2 * * *", "Etc/UTC", "Forbid")
    assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] > 0
    assert _pod(objects, "CronJob/nightly")["restartPolicy"] == "Never"
    assert [id_ for id_ in objects if id_.endswith("/nightly")] == ["ServiceAccount/nightly", "CronJob/nightly"]


def test_the_service_leads_to_the_named_port(lowered):
    """Callers use the port that the program listens on; the protocol is said to the mesh and the gateway."""
    http, grpc = lowered(port=9000)["Service/portal"]["spec"], lowered(protocol="grpc")["Service/portal"]["spec"]

    assert http["ports"] == [
        {"name": "http", "protocol": "TCP", "appProtocol": "http", "port": 9000, "targetPort": "http"}
    ]
    assert grpc["ports"][0]["appProtocol"] == "kubernetes.io/h2c"
    assert http["type"] == "ClusterIP"


def test_settings_are_read_by_all_pods_and_a_change_starts_new_ones(lowered):
    """The pods carry a checksum of the settings; a tenant without settings has no ConfigMap."""

    def lower(*settings):
        return lowered(plan={"settings": tuple(Setting(*said, (("metadata", "name"),)) for said in settings)})

    one, other, none = lower(("TIER", "free")), lower(("TIER", "premium")), lower()

    assert one["ConfigMap/settings"]["data"] == {"TIER": "free"}
    assert _pod(one)["containers"][0]["envFrom"] == [{"configMapRef": {"name": "settings"}}]
    checksums = [
        objects["Deployment/portal"]["spec"]["template"]["metadata"]["annotations"]["tenant-compiler.dev/settings"]
        for objects in (one, other, lower(("TIER", "free")))
    ]
    assert checksums[0] == checksums[2] != checksums[1]
    assert "ConfigMap/settings" not in none
    assert "envFrom" not in _pod(none)["containers"][0]


def test_bandwidth_is_a_pods_share(lowered):
    """Both directions carry the share in megabits; unlimited bandwidth and no settings leave no annotation."""
    said = lowered(bandwidth_mbps=333)["Deployment/portal"]["spec"]["template"]["metadata"]["annotations"]
    unsaid = lowered(plan={"settings": ()}, bandwidth_mbps=None)["Deployment/portal"]["spec"]["template"]["metadata"]

    assert said["kubernetes.io/ingress-bandwidth"] == said["kubernetes.io/egress-bandwidth"] == "333M"
    assert "annotations" not in unsaid
