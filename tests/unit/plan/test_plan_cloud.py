"""Who services are in AWS, which secrets are there, and the checks of secrets, volumes and clusters."""

from __future__ import annotations

import pytest

from tenant_compiler.model.plan_data import READER, CloudHome
from tenant_compiler.plan.planner import make_plan

ISSUER = 'oidc_issuer = "https://oidc.example/one/"\naccount_id = "111122223333"\nname = "one"\n'
FETCHED = 'secrets = { kind = "external-secrets" }\n'
STORES = {"sql": {"db": {}}, "object": {"files": {}}}
HOST = {"HOST": {"from": "store/db/host"}, "PASSWORD": {"from": "secret/login/password"}}


@pytest.fixture
def planned(project, service):
    """Plan a tenant with a service, in a cluster whose profile says more."""

    def make(cluster="", services=None, config="", **spec):
        with open(f"{project.root}/tenant-compile.toml", encoding="utf-8") as file:
            text = file.read()
        project.write("tenant-compile.toml", text + cluster + config)
        project.tenant(
            services=services or {"portal": service(uses=["db", "files"], secrets=HOST)}, data=STORES, **spec
        )
        session = project.session()
        (document,), _ = session.files.read("tenants/acme.yaml")
        resolved, _ = session.tools.resolver.resolve(document, "production")
        return make_plan(resolved, session.workspace.config)

    return make


@pytest.fixture
def found(project, service):
    """What the checks find in a tenant with this service: code and pointer below the service."""

    def make(cluster="", **said):
        with open(f"{project.root}/tenant-compile.toml", encoding="utf-8") as file:
            text = file.read()
        project.write("tenant-compile.toml", text + cluster)
        project.tenant(services={"portal": service(**said)}, data=STORES)
        findings = [finding for finding in project.one().diagnostics if finding.code in {"TC343", "TC344", "TC345"}]
        return [(finding.code, finding.place.pointer[-2:], finding.message) for finding in findings]

    return make


def test_a_service_that_uses_objects_is_somebody(planned):
    """In each cluster that says who services are; its lineage is what it uses."""
    (identity,) = planned('cloud_identity = "irsa"\n' + ISSUER).identities
    assert (identity.name, identity.objects, identity.secrets) == ("portal", ("files",), False)
    assert identity.homes == (CloudHome("eu-central-1", "irsa", "", "111122223333", "oidc.example/one"),)
    assert identity.made_from == (("spec", "services", "portal", "uses"),)


def test_pod_identity_knows_the_cluster_by_name(planned):
    """And needs no issuer."""
    (identity,) = planned('cloud_identity = "pod-identity"\n' + ISSUER).identities
    assert identity.homes == (CloudHome("eu-central-1", "pod-identity", "one", "111122223333", ""),)


@pytest.mark.parametrize("cluster", ["", 'cloud_identity = "irsa"\n', ISSUER])
def test_a_profile_that_says_too_little_makes_nobody(planned, cluster):
    """What is lacking is a finding of the back-end."""
    plan = planned(cluster)
    assert plan.identities == ()
    assert plan.vault is None


def test_the_reader_of_secrets_is_somebody_of_its_own(planned):
    """Services have no right to fetch secrets when somebody else does it for them."""
    plan = planned('cloud_identity = "pod-identity"\n' + ISSUER + FETCHED)
    portal, reader = plan.identities
    assert (portal.secrets, reader.secrets) == (False, True)
    assert reader.name == READER
    assert [home.kind for home in reader.homes] == ["irsa"]
    assert plan.vault.secrets == ("login",)
    assert plan.vault.stores == ("db",)


def test_services_fetch_their_own_files(planned):
    """With the CSI driver it is they who read, and nobody else."""
    plan = planned('cloud_identity = "irsa"\nsecrets = { kind = "csi" }\n' + ISSUER)
    (portal,) = plan.identities
    assert portal.secrets
    assert portal.objects == ("files",)


def test_other_secret_services_leave_aws_alone(planned):
    """A Vault knows nothing of it."""
    plan = planned('secrets = { kind = "external-secrets", provider = "vault" }\n' + ISSUER)
    assert plan.vault is None
    assert plan.identities == ()


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ({"secrets": {"A": {"from": "store/dd/host"}}, "uses": ["db"]}, "TC343", "there is no store `dd`"),
        ({"secrets": {"A": {"from": "store/db/password"}}, "uses": ["db"]}, "TC343", "nobody knows a field `password`"),
        ({"secrets": {"A": {"from": "store/files/host"}}, "uses": ["files"]}, "TC343", "nobody knows a field `host`"),
        ({"secrets": {"A": {"from": "store/db/host"}}}, "TC343", "which it does not use"),
        ({"secrets": {"A": {"from": "secret/a/b"}}, "env": {"A": "1"}}, "TC345", "in `env` and in `secrets`"),
        ({"storage": {"a": {"mount": "/tmp/x", "size_gb": 1}}}, "TC345", "would hide /tmp/x"),
        ({"storage": {"a": {"mount": "/var", "size_gb": 1}}}, "TC345", "would hide /var"),
        (
            {"storage": {"a": {"mount": "/data", "size_gb": 1}, "b": {"mount": "/data/b", "size_gb": 1}}},
            "TC345",
            "overlap",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(found, said, code, words):
    """Each at its own line."""
    ((seen, _, message),) = found(**said)
    assert seen == code
    assert words in message


def test_names_that_only_start_alike_do_not_overlap(found):
    """Folders are compared, not text."""
    storage = {"a": {"mount": "/data", "size_gb": 1}, "b": {"mount": "/data-2", "size_gb": 1}}
    assert found(storage=storage) == []


def test_ones_own_cluster_is_fine(found):
    """It is dedicated to the tenant that runs there."""
    assert found('dedicated_to = "acme"\n') == []


def test_a_cluster_of_another_tenants_own_is_refused(found):
    """TC344, at the region."""
    ((code, pointer, message),) = found('dedicated_to = "other"\n')
    assert (code, pointer) == ("TC344", ("regions", "eu-central-1"))
    assert "dedicated to the tenant `other`" in message
