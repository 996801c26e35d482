"""Who services are in AWS, and the tenant's secrets there."""

from __future__ import annotations

import json

import pytest

from tenant_compiler.model.plan_data import READER, CloudHome, CloudIdentity, Vault

USES = (("spec", "services", "portal", "uses"),)
FROM = (("spec", "services", "portal", "secrets", "PASSWORD", "from"),)
TOKEN = CloudHome("eu-central-1", "irsa", "", "111122223333", "oidc.example/id/ABC")
POD = CloudHome("eu-central-1", "pod-identity", "shared-eu-1", "111122223333", "")
STANDBY = CloudHome("eu-west-1", "pod-identity", "shared-eu-1", "111122223333", "")
PORTAL = "t-acme-health-production"


def identity(*homes, name="portal", objects=("scans",), secrets=False):
    """Make an identity."""
    return CloudIdentity(name, objects, secrets, homes or (TOKEN,), USES)


def document(content, kind, attribute, name="service_portal"):
    """A policy document's statements."""
    return json.loads(content["resource"][kind][name][attribute])["Statement"]


def test_a_service_has_a_role_that_only_its_account_may_take(lower):
    """By the token of its own namespace and name, for AWS and nobody else."""
    content = lower(identities=(identity(),))
    (statement,) = document(content, "aws_iam_role", "assume_role_policy")

    assert statement["Principal"] == {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.example/id/ABC"}
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"]["StringEquals"] == {
        "oidc.example/id/ABC:aud": "sts.amazonaws.com",
        "oidc.example/id/ABC:sub": f"system:serviceaccount:{PORTAL}:portal",
    }
    role = content["resource"]["aws_iam_role"]["service_portal"]["name"]
    assert role.startswith(f"{PORTAL}-portal-")
    assert len(role) <= 64
    assert "aws_eks_pod_identity_association" not in content["resource"]


def test_a_role_has_the_rights_to_its_own_buckets_and_key(lower, make_object_store):
    """No other store's, no other key's, and no action on everything."""
    stores = (make_object_store(), make_object_store("other"))
    content = lower(identities=(identity(),), objects=stores)
    statements = {each["Sid"]: each for each in document(content, "aws_iam_role_policy", "policy")}

    assert statements["ListObjects"]["Resource"] == ["${aws_s3_bucket.scans.arn}"]
    assert statements["UseObjects"]["Resource"] == ["${aws_s3_bucket.scans.arn}/*"]
    assert statements["UseKey"]["Resource"] == ["${aws_kms_key.tenant.arn}"]
    assert statements["UseKey"]["Condition"] == {"StringEquals": {"kms:ViaService": ["s3.eu-central-1.amazonaws.com"]}}
    text = json.dumps(statements)
    assert "other" not in text
    assert '"*"' not in text
    assert "s3:*" not in text


def test_the_providers_key_needs_no_right(lower):
    """Whoever may read the bucket may read what is in it."""
    content = lower(identities=(identity(),), keys={"custody": "provider_managed"})
    assert {each["Sid"] for each in document(content, "aws_iam_role_policy", "policy")} == {"ListObjects", "UseObjects"}


def test_pods_of_associated_clusters_have_the_role(lower, make_site):
    """One association for each cluster, in its region; only the tenant's namespace and account of these may take it."""
    sites = (make_site(), make_site("eu-west-1", role="standby"))
    content = lower(identities=(identity(POD, STANDBY),), sites=sites)
    (statement,) = document(content, "aws_iam_role", "assume_role_policy")
    found = content["resource"]["aws_eks_pod_identity_association"]

    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    conditions = statement["Condition"]["StringEquals"]
    assert conditions["aws:RequestTag/eks-cluster-arn"] == [
        "arn:aws:eks:eu-central-1:111122223333:cluster/shared-eu-1",
        "arn:aws:eks:eu-west-1:111122223333:cluster/shared-eu-1",
    ]
    assert conditions["aws:RequestTag/kubernetes-namespace"] == PORTAL
    assert conditions["aws:RequestTag/kubernetes-service-account"] == "portal"
    assert {each["namespace"] for each in found.values()} == {PORTAL}
    assert [each.get("provider") for each in found.values()] == [None, "aws.eu_west_1"]
    assert [each["region"] for each in content["provider"]["aws"]] == ["eu-central-1", "eu-west-1"]


def test_what_fetches_secrets_reads_those_of_the_tenant(lower):
    """Below its own path; with the key only to decrypt, and only through the service of secrets."""
    content = lower(identities=(identity(name=READER, objects=(), secrets=True),))
    statements = {each["Sid"]: each for each in document(content, "aws_iam_role_policy", "policy", "secrets_reader_")}

    at = f"arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme-saas/{PORTAL}/*"
    assert statements["ReadSecrets"]["Resource"] == [at]
    assert statements["UseKey"]["Action"] == ["kms:Decrypt", "kms:DescribeKey"]
    services = statements["UseKey"]["Condition"]["StringEquals"]["kms:ViaService"]
    assert services == ["secretsmanager.eu-central-1.amazonaws.com"]


def test_secrets_of_people_are_made_empty_with_the_tenants_key(lower):
    """No state holds a value; the name is the one under which clusters look."""
    content = lower(vault=Vault(("records-login",), (), FROM), sql=(), objects=())
    secret = content["resource"]["aws_secretsmanager_secret"]["secret_records_login"]

    assert secret["name"] == f"acme-saas/{PORTAL}/records-login"
    assert secret["kms_key_id"] == "${aws_kms_key.tenant.arn}"
    assert "aws_secretsmanager_secret_version" not in content["resource"]
    key = json.loads(content["resource"]["aws_kms_key"]["tenant"]["policy"])["Statement"]
    through = next(each for each in key if each["Sid"] == "UseThroughStores")["Condition"]["StringEquals"]
    assert through["kms:ViaService"] == ["secretsmanager.eu-central-1.amazonaws.com"]


def test_what_is_known_of_stores_is_written_without_a_password(lower):
    """Host, port, database and address of a database; name and region of a bucket."""
    content = lower(vault=Vault((), ("records", "scans", "missing"), FROM))
    versions = content["resource"]["aws_secretsmanager_secret_version"]

    assert set(versions) == {"store_records", "store_scans"}
    assert json.loads(versions["store_records"]["secret_string"]) == {
        "host": "${aws_db_instance.records.address}",
        "port": "${aws_db_instance.records.port}",
        "database": "app",
        "url": "postgresql://${aws_db_instance.records.address}:${aws_db_instance.records.port}/app?sslmode=require",
    }
    assert json.loads(versions["store_scans"]["secret_string"]) == {
        "bucket": "${aws_s3_bucket.scans.bucket}",
        "region": "eu-central-1",
    }
    assert content["resource"]["aws_secretsmanager_secret"]["store_scans"]["name"].endswith("/store.scans")


@pytest.mark.parametrize("version", ["~> 6.69", "~> 5.100"])
def test_identities_and_secrets_fit_the_recorded_schemas(check, version):
    """Of both major versions of the provider, with every reference resolved."""
    identities = (identity(TOKEN, POD), identity(name=READER, objects=(), secrets=True))
    vault = Vault(("records-login",), ("records", "scans"), FROM)
    assert check(settings={"aws": version}, identities=identities, vault=vault) == []
