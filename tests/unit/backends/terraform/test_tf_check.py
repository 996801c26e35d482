"""Roots against recorded schemas and their own declarations: sound ones pass, each mistake has its finding."""

from __future__ import annotations

import itertools

import pytest

from tenant_compiler.backends.terraform.check import check_root
from tenant_compiler.backends.terraform.expression import Expression
from tenant_compiler.backends.terraform.schemas import load, major

PINS = ("~> 5.100", "~> 6.69")


@pytest.mark.parametrize("pin", PINS)
def test_what_we_lower_passes(pin, check, make_sql_store, make_site):
    """Roots over the switches that change their shape have no finding under either major version."""
    for custody, audit, sql, limit in itertools.product(
        ("customer_managed", "provider_managed"), (True, False), (True, False), (200, None)
    ):
        findings = check(
            {"aws": pin},
            keys={"custody": custody, "fips": audit},
            audit_logging=audit,
            sites=(make_site("us-east-1", jurisdiction="US"), make_site("us-west-2", role="standby")),
            sql=(make_sql_store(connections=limit),) if sql else (),
        )
        assert findings == []


@pytest.mark.parametrize("pin", PINS)
def test_what_protects_passes(pin, check, protection, make_site):
    """Trails, backups and firewalls at home and elsewhere have no finding under either major version."""
    sites = (make_site(), make_site("eu-north-1", role="active"))
    for custody, region, immutable in itertools.product(
        ("customer_managed", "provider_managed"), ("eu-central-1", "eu-west-1"), (True, False)
    ):
        plan = protection(region, immutable=immutable)
        assert check({"aws": pin}, keys={"custody": custody}, sites=sites, **plan) == []


@pytest.mark.parametrize("pin", PINS)
def test_a_key_in_an_hsm_passes_with_a_warning(pin, check):
    """The root is sound, and the user learns that the declared rotation does not happen by itself."""
    (finding,) = check({"aws": pin, "key_store": "cks-1234567890abcdef0"}, keys={"hsm": True})

    assert (finding.code, finding.severity) == ("TC535", "warning")
    assert finding.pointer == ("spec", "security", "keys", "rotation_days")


@pytest.mark.parametrize(
    ("cores", "connections", "quota"), [(1000, 200, "cpu_cores"), (8, 60000, "database_connections")]
)
def test_quotas_beyond_every_class_are_told(cores, connections, quota, check, make_sql_store):
    """A database that no class can serve gets the largest, and a warning at the quota that asks too much."""
    (finding,) = check(quotas={"cpu_cores": cores}, sql=(make_sql_store(connections=connections),))

    assert (finding.code, finding.severity, finding.pointer) == ("TC536", "warning", ("spec", "quotas", quota))
    assert "db.r7g.16xlarge" in finding.message


def test_unlimited_quotas_are_no_finding(check, make_sql_store):
    """Unlimited means the largest class, and is met by it."""
    assert check(quotas={"cpu_cores": None}, sql=(make_sql_store(connections=None),)) == []


@pytest.mark.parametrize(("version", "tls", "found"), [("15", "1.3", True), ("15", "1.2", False), ("16", "1.3", False)])
def test_a_tls_that_the_database_does_not_have_is_an_error(version, tls, found, check, make_sql_store):
    """RDS for PostgreSQL 15 ends at TLS 1.2: with 1.3 as the minimum, nobody could connect."""
    findings = check(keys={"tls_minimum": tls}, sql=(make_sql_store(version=version),))

    assert [(one.code, one.severity, one.pointer) for one in findings] == (
        [("TC537", "error", ("spec", "data", "sql", "records", "version"))] if found else []
    )


def _change(*path, to):
    def apply(root):
        node = root
        for part in path[:-1]:
            node = node[part]
        node[path[-1]] = to

    return apply


def _remove(*path):
    def apply(root):
        node = root
        for part in path[:-1]:
            node = node[part]
        del node[path[-1]]

    return apply


DB = ("resource", "aws_db_instance", "records")
SSE = ("resource", "aws_s3_bucket_server_side_encryption_configuration", "scans")
VERSIONING = ("resource", "aws_s3_bucket_versioning", "scans", "versioning_configuration")
MISTAKES = {
    "unknown argument": (_change(*DB, "multi_as", to=True), "aws_db_instance.records: multi_as is not known there"),
    "read-only": (_change(*DB, "address", to="x"), "address can only be read"),
    "missing argument": (_remove(*DB, "instance_class"), "instance_class is missing"),
    "null for a required argument": (_change(*DB, "instance_class", to=None), "instance_class is missing"),
    "missing block": (_remove(*VERSIONING), "versioning_configuration is missing"),
    "no block": (_change(*VERSIONING, to=[]), "stands 0 times"),
    "too many blocks": (
        _change(*VERSIONING, to=[{"status": "Enabled"}] * 2),
        "stands 2 times, but at most 1 is allowed",
    ),
    "missing argument in a block": (_change(*VERSIONING, to=[{}]), "versioning_configuration[0].status is missing"),
    "unknown argument in a block": (_change(*SSE, "rule", 0, "bucket_keys", to=True), "rule[0].bucket_keys is not"),
    "text for a block": (_change(*VERSIONING, to="x"), "is text, but must be a block"),
    "text for a number": (_change(*DB, "allocated_storage", to="lots"), "is text, but must be a number"),
    "a flag for a number": (_change(*DB, "allocated_storage", to=True), "is true or false, but must be a number"),
    "text for a flag": (_change(*DB, "multi_az", to="yes"), "is text, but must be true or false"),
    "a number for a flag": (_change(*DB, "multi_az", to=1), "is a number, but must be true or false"),
    "a list for text": (_change(*DB, "engine", to=["postgres"]), "is a list, but must be text"),
    "text for a list": (_change(*DB, "vpc_security_group_ids", to="sg-1"), "is text, but must be a list"),
    "a list for a map": (_change(*DB, "tags", to=["a"]), "is a list, but must be a map"),
    "an object in a map of text": (_change(*DB, "tags", to={"a": {}}), "tags.a is an object, but must be text"),
    "an item of a list": (_change(*DB, "vpc_security_group_ids", to=[{}]), "vpc_security_group_ids[0] is an object"),
    "unknown lifecycle": (_change(*DB, "lifecycle", "prevent", to=True), "lifecycle.prevent is not known there"),
    "dynamic": (_change(*DB, "dynamic", to={}), "dynamic is not known there"),
    "unknown type": (
        _change("resource", "aws_s3_bucked", to={"x": {}}),
        "aws_s3_bucked.x is of a type that the recorded schema",
    ),
    "unknown provider argument": (_change("provider", "aws", "regoin", to="x"), "provider.aws: regoin is not known"),
    "output without value": (_remove("output", "key_arn", "value"), "output.key_arn: value is missing"),
    "unknown variable argument": (
        _change("variable", "db_subnet_group_name", "descr", to="x"),
        "variable.db_subnet_group_name: descr is not known there",
    ),
    "no pin": (_remove("terraform", "required_providers"), "terraform: required_providers is missing"),
}


@pytest.mark.parametrize("pin", PINS)
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_shape_has_one_finding(name, pin, root, as_artifact):
    """Each way to break a root gives exactly one TC530 that names the object and the place in it."""
    change, message = MISTAKES[name]
    change(root)
    (finding,) = check_root(as_artifact(root), pin)

    assert finding.code == "TC530"
    assert message in finding.message
    assert finding.target == "terraform"
    assert finding.object
    assert finding.pointer == ("spec", "data")
    assert finding.help


@pytest.mark.parametrize(("wrong", "right"), [("multi_as", "multi_az"), ("lifecycles", "lifecycle")])
def test_a_misspelt_argument_is_answered_with_the_nearest(wrong, right, root, as_artifact):
    """A near match is the help."""
    root["resource"]["aws_db_instance"]["records"][wrong] = True
    (finding,) = check_root(as_artifact(root), PINS[1])

    assert finding.help == f"did you mean `{right}`?"


@pytest.mark.parametrize(
    "value", ["100", 100, 100.5, "1.5", Expression("${var.db_subnet_group_name}"), "x-${var.db_subnet_group_name}"]
)
def test_values_that_terraform_converts_pass(value, root, as_artifact):
    """A number in text is a number, and what a template gives is not known before it runs."""
    root["resource"]["aws_db_instance"]["records"]["allocated_storage"] = value

    assert list(check_root(as_artifact(root), PINS[1])) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("engine",), 5),
        (("engine",), True),
        (("multi_az",), "true"),
        (("multi_az",), None),
        (("//",), "a comment"),
        (("lifecycle",), [{"prevent_destroy": True}]),
        (("count",), 1),
        (("depends_on",), ["aws_kms_key.tenant"]),
    ],
)
def test_other_spellings_that_terraform_takes_pass(path, value, root, as_artifact):
    """Conversions, comments, nulls, meta-arguments and blocks in lists are all sound."""
    root["resource"]["aws_db_instance"]["records"][path[0]] = value

    assert list(check_root(as_artifact(root), PINS[1])) == []


def test_the_majors_differ_where_the_provider_does(root, as_artifact):
    """Version 6 takes a region on every resource, version 5 does not: the pin decides."""
    root["resource"]["aws_db_instance"]["records"]["region"] = "eu-central-1"

    assert list(check_root(as_artifact(root), "~> 6.69")) == []
    assert [finding.code for finding in check_root(as_artifact(root), "~> 5.100")] == ["TC530"]


DANGLING = {
    "${aws_kms_key.other.arn}": "refers to aws_kms_key.other, which the root does not have",
    "${var.missing}": "refers to var.missing",
    "${local.missing}": "refers to local.missing",
    "${data.aws_caller_identity.other.account_id}": "refers to data.aws_caller_identity.other",
    "${aws_kms_key.tenant.arm}": "refers to `arm` of aws_kms_key.tenant",
    "${data.aws_caller_identity.current.account}": "refers to `account` of data.aws_caller_identity.current",
    'a ${lower(aws_kms_key.tenant.arn)} ${format("%s", aws_s3_bucket.other[0].id)}': "refers to aws_s3_bucket.other",
}


@pytest.mark.parametrize("text", DANGLING)
def test_a_reference_to_nothing_is_found(text, root, as_artifact):
    """Resources, data sources, variables, locals and attributes that are not there."""
    root["resource"]["aws_db_instance"]["records"]["engine"] = text
    (finding,) = check_root(as_artifact(root), PINS[1])

    assert finding.code == "TC531"
    assert finding.object == "aws_db_instance.records"
    assert DANGLING[text] in finding.message
    assert finding.help


@pytest.mark.parametrize(
    "text",
    [
        "$${aws_kms_key.other.arn}",
        "aws_kms_key.other.arn",
        '${lower("aws_kms_key.other.arn")}',
        "${aws_kms_key.tenant.arn}",
        "${aws_db_instance.records.master_user_secret[0].secret_arn}",
        "${local.known.deep}",
        "${var.db_subnet_group_name}",
        "${each.value} ${path.module} ${self.id}",
    ],
)
def test_sound_references_and_dead_text_pass(text, root, as_artifact):
    """Escaped text, text in quotes and Terraform's own names are no references to resources."""
    root["locals"] = {"known": {"deep": 1}}
    root["resource"]["aws_s3_bucket"]["scans"]["bucket"] = text

    assert list(check_root(as_artifact(root), PINS[1])) == []


def test_depends_on_is_a_reference_without_a_template(root, as_artifact):
    """The bare names of `depends_on` must exist as well."""
    root["resource"]["aws_s3_bucket"]["scans"]["depends_on"] = ["aws_kms_key.other"]
    (finding,) = check_root(as_artifact(root), PINS[1])

    assert (finding.code, finding.object) == ("TC531", "aws_s3_bucket.scans")


def test_a_provider_that_nobody_configures_is_found(root, as_artifact):
    """A resource of an alias needs a provider of that alias; one without an alias is the default."""
    root["resource"]["aws_kms_alias"]["tenant"]["provider"] = "aws.eu_west_1"
    (finding,) = check_root(as_artifact(root), PINS[0])
    assert (finding.code, finding.object) == ("TC531", "aws_kms_alias.tenant")
    assert finding.help == "configure it, or leave `provider` out for the default one"

    root["provider"]["aws"] = [root["provider"]["aws"], {"alias": "eu_west_1", "region": "eu-west-1"}]
    assert list(check_root(as_artifact(root), PINS[0])) == []


def test_each_of_several_providers_is_checked(root, as_artifact):
    """The finding says which one."""
    root["provider"]["aws"] = [root["provider"]["aws"], {"alias": "eu_west_1", "regoin": "eu-west-1"}]
    (finding,) = check_root(as_artifact(root), PINS[0])

    assert (finding.code, finding.object) == ("TC530", "provider.aws")
    assert "[1].regoin" in finding.message
    assert finding.help == "did you mean `region`?"


@pytest.mark.parametrize(("pin", "version"), [("~> 5.100", 5), ("~> 6.69.1", 6)])
def test_a_pin_chooses_the_recorded_major(pin, version):
    """The recorded schema is of the pin's major version, and is read once."""
    assert major(pin) == version
    assert load("aws", version)["version"].startswith(f"{version}.")
    assert load("aws", version) is load("aws", version)


@pytest.mark.parametrize("pin", ["6.69", ">= 6", ""])
def test_another_form_of_pin_is_a_bug_of_the_caller(pin):
    """The workspace's schema lets only one form through."""
    with pytest.raises(ValueError, match="not a pin"):
        major(pin)
