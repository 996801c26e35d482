"""The schema check, and what the back-end says of the limits of its platform."""

from __future__ import annotations

import copy

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.backends.kubernetes.schemas import list_map_keys, validator
from tenant_compiler.model.artifact import Artifact, ArtifactObject

BACKEND = KubernetesBackend()
MINORS = [f"1.{minor}" for minor in range(30, 38)]


@pytest.fixture(scope="module")
def rich(make_protected, make_workload, make_sql_store, make_egress):
    """A tenant that makes an object of every kind that each cluster has."""
    return make_protected(
        workloads=(make_workload("portal", uses=("records",)), make_workload("nightly", kind="cron")),
        sql=(make_sql_store(),),
        egress=(make_egress(cidr="203.0.113.0/24"),),
    )


def _check(plan, context, change=None):
    artifacts = [
        artifact._replace(objects=tuple(item._replace(value=copy.deepcopy(item.value)) for item in artifact.objects))
        for artifact in BACKEND.lower(plan, context)
    ]
    if change is not None:
        change({item.id: item.value for artifact in artifacts for item in artifact.objects})
    return list(BACKEND.check(artifacts, plan, context))


@pytest.mark.parametrize("minor", MINORS)
def test_every_object_is_valid_in_every_version(rich, make_context, make_cluster, minor):
    """What is emitted for a version of Kubernetes passes the schemas of that version."""
    context = make_context(cluster={"shared-eu": make_cluster(kubernetes=minor)})

    assert _check(rich, context) == []


def test_a_field_that_the_version_does_not_know_is_found(rich, make_context):
    """A misspelt field is reported with its path, its object and the tenant's node behind it."""

    def misspell(objects):
        objects["Deployment/portal"]["spec"]["template"]["spec"]["containers"][0]["imagePolicy"] = "Always"

    (finding,) = _check(rich, make_context(), misspell)

    assert (finding.code, finding.object, finding.target) == ("TC501", "Deployment/portal", "kubernetes")
    assert finding.pointer == ("spec", "services", "portal")
    assert "spec.template.spec.containers[0]" in finding.message
    assert "imagePolicy" in finding.message


def test_many_errors_of_one_object_are_cut_short(rich, make_context):
    """Five errors are shown, and the rest is counted."""

    def misspell(objects):
        objects["Service/portal"]["spec"]["ports"] = [{"port": str(number)} for number in range(8)]

    findings = _check(rich, make_context(), misspell)

    assert len(findings) == 5
    assert findings[0].notes == ("3 more in this object",)


def test_a_kind_that_the_version_does_not_have_is_found(rich, make_context):
    """An object of an unknown API version is a finding, never passed unchecked."""

    def age(objects):
        objects["HorizontalPodAutoscaler/portal"]["apiVersion"] = "autoscaling/v2beta2"

    (finding,) = _check(rich, make_context(), age)

    assert finding.code == "TC502"
    assert "autoscaling/v2beta2 HorizontalPodAutoscaler" in finding.message


def test_json_files_are_checked_too(rich, make_context):
    """The format of the file changes nothing in what is checked."""
    context = make_context(targets={"kubernetes": {"format": "json", "priorities": {}}})
    artifacts = BACKEND.lower(rich, context)
    broken = ArtifactObject("Service/x", {"apiVersion": "v1", "kind": "Service", "specs": {}}, (("spec",),))

    assert list(BACKEND.check(artifacts, rich, context)) == []
    bad = [Artifact("shared-eu/50-services.json", "json", {}, (broken,))]
    assert [finding.code for finding in BACKEND.check(bad, rich, context)] == ["TC501"]


def test_a_declared_host_is_a_warning_and_a_range_is_none(make_plan, make_context, make_egress):
    """Whoever declares a host is told that more is open, with the line of the destination."""
    plan = make_plan(egress=(make_egress(ports=(443, 587)), make_egress("partner", cidr="203.0.113.0/24")))

    (finding,) = BACKEND.check((), plan, make_context())

    assert (finding.code, finding.severity) == ("TC510", "warning")
    assert finding.pointer == ("spec", "security", "network", "egress", "mailco")
    assert "api.mailco.example" in finding.message
    assert "443 and 587" in finding.message


def test_what_is_wider_is_said_once_for_all_clusters(make_plan, make_site, make_context, make_cluster, make_egress):
    """Two clusters that cannot enforce a host give one finding; one that enforces nothing gives none of its own."""
    sites = (make_site(), make_site("eu-west-1", role="active", cluster="west"))
    plan = make_plan(sites=sites, egress=(make_egress(),))

    def codes(**west):
        context = make_context(cluster={"shared-eu": make_cluster(), "west": make_cluster(**west)})
        return [finding.code for finding in BACKEND.check((), plan, context)]

    assert codes() == codes(network_policy="none") == ["TC510"]


def test_cilium_knows_host_names(make_plan, make_context, make_cluster, make_egress):
    """Where policies know host names, nothing is wider than declared."""
    context = make_context(cluster={"shared-eu": make_cluster(network_policy="cilium")})

    assert list(BACKEND.check((), make_plan(egress=(make_egress(),)), context)) == []


def test_an_object_store_opens_public_addresses_and_that_is_said(
    make_plan, make_workload, make_context, make_object_store
):
    """Using an object store is an info on the service's `uses`; a service that uses none gives nothing."""
    workloads = (make_workload("portal", uses=("scans",)), make_workload("search"))
    plan = make_plan(workloads=workloads, objects=(make_object_store(),))

    (finding,) = BACKEND.check((), plan, make_context())

    assert (finding.code, finding.severity) == ("TC518", "info")
    assert finding.pointer == ("spec", "services", "portal", "uses")


@pytest.mark.parametrize("cluster", ["shared-eu", ""])
def test_a_database_without_addresses_is_out_of_reach(
    *, make_plan, make_workload, make_site, make_context, make_cluster, make_sql_store, cluster
):
    """When the profile names no ranges, the default deny shuts the store out: a warning says what to set."""
    plan = make_plan(
        workloads=(make_workload("portal", uses=("records",)),),
        sql=(make_sql_store(),),
        sites=(make_site(cluster=cluster),),
    )

    (finding,) = BACKEND.check((), plan, make_context(cluster={"shared-eu": make_cluster(data_cidrs=[])}))

    assert (finding.code, finding.severity) == ("TC519", "warning")
    assert "data_cidrs" in finding.help
    assert (cluster or "cluster_profile") in finding.help


def test_schemas_are_compiled_once_and_only_for_kinds_that_exist():
    """A second question gives the same validator; an unknown kind has none."""
    assert validator("1.34", "v1/Service") is validator("1.34", "v1/Service")
    assert validator("1.34", "v1/Nothing") is None
    assert list_map_keys()["v1/Service"]["/spec/ports"] == {"port": None, "protocol": "TCP"}
