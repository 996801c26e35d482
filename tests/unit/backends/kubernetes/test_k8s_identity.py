"""Who services are in the cloud, as far as Kubernetes says it."""

from __future__ import annotations

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.model.plan_data import CloudHome, CloudIdentity

BACKEND = KubernetesBackend()
HOME = CloudHome("eu-central-1", "irsa", "", "111122223333", "oidc.example/one")
PORTAL = CloudIdentity("portal", ("scans",), False, (HOME,), (("spec", "services", "portal", "uses"),))
OURS = "t-acme-health-production/portal"
USES = ("spec", "services", "portal", "uses")
CLIENT = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def world(make_plan, make_context, make_cluster, make_site):
    """Make the plan of the portal in a cloud, and a cluster with these fields."""

    def make(cloud, **cluster):
        plan = make_plan(identities=(PORTAL,) if cloud == "aws" else (), cloud=cloud, sites=(make_site(cloud=cloud),))
        return plan, make_context(cluster={"shared-eu": make_cluster(cloud=cloud, **cluster)})

    return make


@pytest.mark.parametrize(
    ("cloud", "cluster", "annotation"),
    [
        ("aws", {"cloud_identity": "irsa", "account_id": "111122223333"}, "eks.amazonaws.com/role-arn"),
        ("aws", {"cloud_identity": "pod-identity", "account_id": "111122223333"}, None),
        ("gcp", {"cloud_identity": "workload-identity"}, None),
        (
            "azure",
            {"cloud_identity": "azure-workload-identity", "client_ids": {OURS: CLIENT}},
            "azure.workload.identity/client-id",
        ),
    ],
)
def test_an_account_says_who_it_is_where_the_cloud_asks_it(world, lower, cloud, cluster, annotation):
    """By a role, or a client; elsewhere the cloud knows it by namespace and name. No pod gets a token by itself."""
    found = {item.id: item.value for item in lower(*world(cloud, **cluster))["shared-eu"]}
    account = found["ServiceAccount/portal"]
    said = {key for key in account["metadata"]["annotations"] if not key.startswith("tenant-compiler.dev/")}
    labels = found["Deployment/portal"]["spec"]["template"]["metadata"]["labels"]

    assert said == ({annotation} if annotation else set())
    assert account["automountServiceAccountToken"] is False
    assert labels.get("azure.workload.identity/use") == ("true" if cloud == "azure" else None)
    assert "azure.workload.identity/use" not in account["metadata"]["labels"]


@pytest.mark.parametrize(
    ("cloud", "cluster", "words"),
    [
        ("aws", {}, "`cloud_identity`"),
        ("aws", {"cloud_identity": "irsa"}, "`account_id` and `oidc_issuer`"),
        ("aws", {"cloud_identity": "pod-identity", "account_id": "111122223333"}, "`name`"),
        (
            "gcp",
            {"cloud_identity": "irsa", "account_id": "acme", "oidc_issuer": "https://x.example"},
            "`cloud_identity`",
        ),
        ("azure", {"cloud_identity": "azure-workload-identity"}, "`client_ids.t-acme-health-production/portal`"),
    ],
)
def test_a_service_that_is_nobody_is_said(world, make_need, cloud, cluster, words):
    """A warning that names the service, the cluster, and what the profile does not say."""
    plan, context = world(cloud, **cluster)
    need = make_need("identity.cloud", what="the service `portal`", pointer=USES)

    assert BACKEND.supports(need, plan, context) == "cannot"
    lack = BACKEND.lack(need, plan, context)
    assert lack.severity == "warning"
    assert words in lack.words
    assert "the cluster `shared-eu`" in lack.words


@pytest.mark.parametrize(
    ("cloud", "cluster"),
    [
        ("aws", {"cloud_identity": "irsa", "account_id": "1" * 12, "oidc_issuer": "https://x.example"}),
        ("aws", {"cloud_identity": "pod-identity", "account_id": "1" * 12, "name": "one"}),
        ("gcp", {"cloud_identity": "workload-identity"}),
        ("azure", {"cloud_identity": "azure-workload-identity", "client_ids": {OURS: CLIENT}}),
    ],
)
def test_a_profile_that_says_enough_makes_it_somebody(world, make_need, cloud, cluster):
    """In every cloud."""
    plan, context = world(cloud, **cluster)
    assert BACKEND.supports(make_need("identity.cloud", pointer=USES), plan, context) == "honoured"
