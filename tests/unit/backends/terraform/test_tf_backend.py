"""The back-end as a whole: what it honours, when it makes a root, and what stands around the stores."""

from __future__ import annotations

import copy
import json

import pytest

from tenant_compiler.backends.terraform.backend import TerraformBackend
from tenant_compiler.emit.json import dump
from tenant_compiler.model.plan import Owner

BACKEND = TerraformBackend()
FEATURES = ("store.sql", "store.object", "keys.customer_managed", "audit")


@pytest.mark.parametrize("feature", FEATURES)
def test_aws_honours_stores_keys_and_audit(feature, supports):
    """What the root carries is honoured."""
    assert supports(feature) == "honoured"


@pytest.mark.parametrize("cloud", ["azure", "gcp", "on_premises"])
def test_other_clouds_come_later(cloud, supports, make_tf_plan, make_tf_context):
    """A cloud without a slice of ours says so for everything that Terraform will make, and gets no root."""
    answers = {supports(feature, cloud=cloud) for feature in (*FEATURES, "keys.hsm", "keys.fips", "multi_region")}

    assert answers == {"later"}
    assert BACKEND.lower(make_tf_plan(cloud=cloud), make_tf_context()) == ()


@pytest.mark.parametrize("feature", ["workloads", "network.isolation", "egress.host", "edge.hosts", "slo"])
def test_the_rest_is_elsewhere(feature, supports):
    """What runs in a cluster is no business of Terraform, in no cloud."""
    assert supports(feature) == supports(feature, cloud="gcp") == "elsewhere"


def test_copies_in_a_second_region_come_later(supports):
    """AWS stores are made in the primary region only."""
    assert supports("multi_region") == "later"


def test_an_hsm_needs_a_key_store(supports):
    """Without a custom key store there is no HSM of the operator's own."""
    assert supports("keys.hsm", keys={"hsm": True}) == "cannot"
    assert supports("keys.hsm", {"key_store": "cks-1234567890abcdef0"}, keys={"hsm": True}) == "honoured"


@pytest.mark.parametrize(
    ("region", "support"),
    [
        ("us-east-1", "honoured"),
        ("us-gov-west-1", "honoured"),
        ("ca-central-1", "honoured"),
        ("eu-central-1", "cannot"),
        ("ap-south-1", "cannot"),
    ],
)
def test_fips_end_points_are_used_where_they_are(region, support, supports, lower, make_site):
    """The provider talks to FIPS end points in North America; elsewhere S3 and RDS have none, and the answer is no."""
    asked = {"keys": {"fips": True}, "sites": (make_site(region),)}

    assert supports("keys.fips", **asked) == support
    assert ("use_fips_endpoint" in lower(**asked)["provider"]["aws"]) is (support == "honoured")


def test_fips_is_off_unless_asked_for(lower):
    """A tenant that does not ask for FIPS gets the usual end points."""
    assert "use_fips_endpoint" not in lower()["provider"]["aws"]


def test_no_stores_and_shared_keys_make_no_root(make_tf_plan, make_tf_context):
    """An object that nothing asked for does not exist."""
    plan = make_tf_plan(keys={"custody": "provider_managed"}, sql=(), objects=())

    assert BACKEND.lower(plan, make_tf_context()) == ()
    assert list(BACKEND.check((), plan, make_tf_context())) == []


def test_a_key_alone_makes_a_root(lower):
    """A tenant with a key of its own and no stores gets the key, and a policy that lets nothing use it."""
    content = lower(sql=(), objects=())

    assert set(content["resource"]) == {"aws_kms_key", "aws_kms_alias"}
    assert "variable" not in content
    assert "kms:Decrypt" not in content["resource"]["aws_kms_key"]["tenant"]["policy"]


def test_the_provider_is_pinned_as_the_workspace_says(lower):
    """The root takes the workspace's pin and a Terraform that locks state in S3."""
    settings = lower(settings={"aws": "~> 5.100"})["terraform"]

    assert settings["required_providers"] == {"aws": {"source": "hashicorp/aws", "version": "~> 5.100"}}
    assert settings["required_version"].startswith(">= 1.10")


def test_state_stays_in_the_jurisdiction(lower, make_site):
    """The state goes to the store of the primary region's jurisdiction, and stays local when there is none."""
    assert lower()["terraform"]["backend"] == {
        "s3": {
            "bucket": "acme-state-eu",
            "region": "eu-central-1",
            "key": "tenants/acme-health/production.tfstate",
            "encrypt": True,
            "use_lockfile": True,
        }
    }
    assert "backend" not in lower(sites=(make_site("us-east-1", jurisdiction="US"),))["terraform"]


def test_everything_is_tagged_with_who_and_what_for(lower):
    """The provider tags every resource; what the owner does not say has no tag."""
    tags = lower(owner=Owner("care-platform", "", "", ""))["provider"]["aws"]["default_tags"][0]["tags"]

    assert tags == {
        "tenant": "acme-health",
        "environment": "production",
        "fleet": "acme-saas",
        "tier": "enterprise",
        "team": "care-platform",
        "managed-by": "tenant-compiler",
    }
    assert lower()["provider"]["aws"]["default_tags"][0]["tags"]["cost-center"] == "CC-1042"


def test_databases_ask_for_their_network(lower):
    """The network is the account's: it comes in through variables, and only where a database needs it."""
    assert set(lower()["variable"]) == {"db_subnet_group_name", "db_security_group_ids"}
    assert "variable" not in lower(sql=())


def test_outputs_name_the_stores_and_no_secret(lower):
    """Who deploys the tenant learns where the stores are; the password stays in Secrets Manager."""
    outputs = lower()["output"]

    assert set(outputs) == {"key_arn", "scans_bucket", "records_endpoint", "records_secret_arn"}
    assert outputs["records_secret_arn"]["value"] == "${aws_db_instance.records.master_user_secret[0].secret_arn}"


def test_every_object_points_at_the_tenant(make_tf_plan, make_tf_context):
    """Each block is an object with the nodes of the tenant it was made from; a store's start at the store."""
    (artifact,) = BACKEND.lower(make_tf_plan(), make_tf_context())
    lineage = {made.id: made.made_from for made in artifact.objects}

    assert all(lineage.values())
    assert lineage["aws_s3_bucket.scans"][0] == ("spec", "data", "object", "scans")
    assert lineage["aws_db_instance.records"][0] == ("spec", "data", "sql", "records")
    assert ("spec", "quotas", "cpu_cores") in lineage["aws_db_instance.records"]
    assert ("spec", "security", "audit_logging") in lineage["aws_db_parameter_group.records"]
    assert lineage["aws_kms_key.tenant"] == (("spec", "security", "keys"), ("spec", "security", "tls"))


def test_the_index_of_the_written_file_names_the_objects(make_tf_plan, make_tf_context):
    """A root read back from disk has the same objects under the same ids, and nothing more."""
    (artifact,) = BACKEND.lower(make_tf_plan(), make_tf_context())

    assert BACKEND.index(json.loads(dump(artifact.content))) == {made.id: made.value for made in artifact.objects}


@pytest.mark.parametrize("content", [None, [], "text", {"resource": []}, {"resource": {"aws_s3_bucket": 1}}])
def test_the_index_of_something_else_is_empty(content):
    """A file that somebody damaged has no objects, and no crash."""
    assert BACKEND.index(content) == {}


def test_the_same_plan_gives_the_same_bytes_and_is_left_alone(make_tf_plan, make_tf_context):
    """Lowering is pure."""
    plan, context = make_tf_plan(), make_tf_context()
    before = copy.deepcopy((plan, context))
    texts = {dump(BACKEND.lower(plan, context)[0].content) for _ in range(2)}

    assert len(texts) == 1
    assert (plan, context) == before


def test_hostile_text_is_dead_wherever_it_stands(lower, make_sql_store, make_object_store):
    """Templates in every field of a plan come out escaped, but for the settings that Terraform reads raw."""
    evil = '${upper("pwned")}%{ if true }'
    content = lower(
        display_name=evil,
        tenant=evil,
        environment=evil,
        fleet=evil,
        tier=evil,
        owner=Owner(evil, evil, evil, evil),
        sql=(make_sql_store(data_classes=(evil,)),),
        objects=(make_object_store(data_classes=(evil,)),),
    )
    del content["terraform"]
    text = json.dumps(content)

    assert "pwned" in text
    assert text.count("pwned") == text.count('$${upper(\\"pwned')
    assert text.count("%{ if") == text.count("%%{ if")
