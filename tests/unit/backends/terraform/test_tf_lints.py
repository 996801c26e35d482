"""Rules over roots of anybody: ours are clean, and each danger is found."""

from __future__ import annotations

import copy

import pytest

from tenant_compiler.backends.terraform.backend import TerraformBackend
from tenant_compiler.backends.terraform.expression import Expression
from tenant_compiler.backends.terraform.lints import PACK
from tenant_compiler.model.artifact import Artifact

RULES = {rule.code: rule for rule in PACK.rules}


@pytest.fixture
def findings(make_tf_plan, make_tf_context, as_artifact):
    """Run a rule over the content of roots."""

    def run(code, *contents):
        artifacts = [as_artifact(content) for content in contents]
        return list(RULES[code].check(artifacts, make_tf_plan(), make_tf_context()))

    return run


@pytest.mark.parametrize("custody", ["customer_managed", "provider_managed"])
@pytest.mark.parametrize("code", RULES)
def test_our_own_roots_are_clean(code, custody, make_tf_plan, make_tf_context):
    """No rule finds anything in what the back-end lowers."""
    plan, context = make_tf_plan(keys={"custody": custody}, display_name="${x} %{y}"), make_tf_context()

    assert list(RULES[code].check(TerraformBackend().lower(plan, context), plan, context)) == []


@pytest.mark.parametrize("text", ["${upper(1)}", "a %{ if true }b%{ endif }", "$${a} ${b}"])
def test_a_template_that_nobody_marked_is_found(text, root, findings):
    """Text that Terraform would evaluate is an error unless it is an Expression, as value and as key."""
    bucket = root["resource"]["aws_s3_bucket"]["scans"]
    bucket["tags"] = {"note": text}
    (as_value,) = findings("TC532", root)
    bucket["tags"] = {text: "note"}
    (as_key,) = findings("TC532", root)
    bucket["tags"] = {"note": Expression(text)}

    assert as_value.code == as_key.code == "TC532"
    assert as_value.object == as_key.object == "aws_s3_bucket.scans"
    assert as_value.pointer == ("spec", "data")
    assert findings("TC532", root) == []


def test_settings_of_terraform_itself_are_never_evaluated(root, findings):
    """The block `terraform` is read raw, so nothing in it can be a template."""
    root["terraform"]["backend"] = {"s3": {"bucket": "${x}"}}

    assert findings("TC532", root) == []


@pytest.mark.parametrize("lifecycle", [None, {}, {"prevent_destroy": False}, [{"prevent_destroy": False}]])
@pytest.mark.parametrize(
    "address", [("aws_kms_key", "tenant"), ("aws_s3_bucket", "scans"), ("aws_db_instance", "records")]
)
def test_data_that_terraform_may_destroy_is_found(address, lifecycle, root, findings):
    """Keys, buckets and databases must be protected."""
    kind, name = address
    root["resource"][kind][name]["lifecycle"] = lifecycle
    (finding,) = findings("TC533", root)

    assert finding.object == f"{kind}.{name}"
    assert finding.help == "set lifecycle.prevent_destroy to true"


def test_a_database_that_anybody_may_delete_is_found(root, findings):
    """Terraform's protection does not hold in the console; RDS' own does."""
    del root["resource"]["aws_db_instance"]["records"]["deletion_protection"]
    (finding,) = findings("TC533", root)

    assert finding.help == "set deletion_protection to true"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("storage_encrypted", False, "unencrypted"), ("publicly_accessible", True, "public address")],
)
def test_an_open_database_is_found(field, value, words, root, findings):
    """A database is encrypted and has no public address."""
    root["resource"]["aws_db_instance"]["records"][field] = value
    (finding,) = findings("TC534", root)

    assert words in finding.message


SSE = "aws_s3_bucket_server_side_encryption_configuration"
ACCESS = "aws_s3_bucket_public_access_block"


@pytest.mark.parametrize(("kind", "words"), [(SSE, "encryption"), (ACCESS, "become public")])
def test_a_bucket_without_its_protection_is_found(kind, words, root, findings):
    """Encryption and the public access block are resources of their own: each bucket must have both."""
    del root["resource"][kind]
    (finding,) = findings("TC534", root)

    assert finding.object == "aws_s3_bucket.scans"
    assert words in finding.message


def test_a_half_closed_bucket_is_found(root, findings):
    """All four flags, or it may become public."""
    root["resource"][ACCESS]["scans"]["block_public_policy"] = False

    assert [finding.code for finding in findings("TC534", root)] == ["TC534"]


def test_the_protection_of_another_bucket_does_not_count(root, findings):
    """Each bucket needs its own, also when the other's name starts alike."""
    root["resource"]["aws_s3_bucket"]["scan"] = dict(root["resource"]["aws_s3_bucket"]["scans"], bucket="other")

    assert {finding.object for finding in findings("TC534", root)} == {"aws_s3_bucket.scan"}


def test_protection_by_the_buckets_own_name_counts(root, findings):
    """A bucket may be meant by a reference or by its name in AWS."""
    root["resource"][ACCESS]["scans"]["bucket"] = root["resource"]["aws_s3_bucket"]["scans"]["bucket"]

    assert findings("TC534", root) == []


def test_a_root_in_several_files_is_judged_as_one(root, findings):
    """Terraform reads all files of a folder together, and so do the rules."""
    beside = {"resource": {SSE: root["resource"].pop(SSE)}}

    assert findings("TC534", root, beside) == []


def test_files_that_are_no_json_are_left_alone(make_tf_plan, make_tf_context):
    """HCL or a README of a plug-in is not judged, and breaks nothing."""
    text = Artifact("notes.md", "text", "resource ${x}", ())

    for rule in PACK.rules:
        assert list(rule.check([text], make_tf_plan(), make_tf_context())) == []


@pytest.mark.parametrize("name", ["tenant", "backup_copy"])
def test_a_vault_that_terraform_may_destroy_is_found(name, lower, make_backup, findings):
    """Backups are data."""
    content = copy.deepcopy(lower(backup=make_backup()))
    del content["resource"]["aws_backup_vault"][name]["lifecycle"]
    (finding,) = findings("TC533", content)

    assert finding.object == f"aws_backup_vault.{name}"


def test_what_protects_has_no_finding(lower, protection, findings):
    """The trail's bucket is private and encrypted, everything that holds data is kept, and no text is a template."""
    content = lower(**protection())

    assert [findings(code, content) for code in ("TC532", "TC533", "TC534")] == [[], [], []]
