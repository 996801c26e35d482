"""Emitted roots in the real Terraform with the real AWS provider: they are valid, and a tenant's text stays text."""

from __future__ import annotations

import copy
import glob
import json
import os
import subprocess
from typing import Any

import pytest

from tenant_compiler.backends.terraform.backend import TerraformBackend
from tenant_compiler.backends.terraform.check import check_root
from tenant_compiler.emit.json import dump
from tenant_compiler.model.artifact import Artifact
from tenant_compiler.model.backend import Context
from tenant_compiler.model.plan import (
    Audit,
    Backup,
    Edge,
    KeyPolicy,
    ObjectStore,
    Owner,
    Plan,
    Site,
    SqlStore,
    Workload,
)

pytestmark = pytest.mark.tool("terraform")

PIN = "~> 5.100"
BINARY = "registry.terraform.io/hashicorp/aws/5.*/*/terraform-provider-aws*"
HOSTILE = '${upper("pwned")} %{ if true }x%{ endif } $${a} $$${b} %%{c} "q" \\ é'
BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/edge/1"
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:s"
MADE = {
    "aws_kms_key": {"arn": "arn:aws:kms:eu-central-1:123456789012:key/k"},
    "aws_s3_bucket": {"arn": "arn:aws:s3:::b"},
    "aws_backup_vault": {"arn": "arn:aws:backup:eu-central-1:123456789012:backup-vault:v"},
    "aws_db_instance": {
        "arn": "arn:aws:rds:eu-central-1:123456789012:db:d",
        "master_user_secret": [{"secret_arn": SECRET}],
    },
    "aws_iam_role": {"arn": "arn:aws:iam::123456789012:role/r"},
    "aws_wafv2_web_acl": {"arn": "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/edge/1"},
}
"""What AWS gives to what it makes, where somebody looks at its form."""
VARIABLES = {
    "db_subnet_group_name": "private",
    "db_security_group_ids": ["sg-1"],
    "edge_load_balancer_arn": BALANCER,
    "edge_load_balancer_arn_eu_west_1": BALANCER,
    "edge_load_balancer_arn_us_gov_east_1": BALANCER,
}


def _plugin_folder() -> str | None:
    """A folder of providers with AWS 5 in it: named by the environment, or in a usual place."""
    named = os.environ.get("TERRAFORM_PLUGIN_DIR", "").split(os.pathsep)
    usual = [os.path.expanduser("~/.terraform.d/plugins"), "/usr/local/share/terraform/plugins"]
    for folder in (*filter(None, named), *usual, *sorted(glob.glob("/opt/*"))):
        if glob.glob(os.path.join(folder, BINARY)):
            return folder
    return None


def _terraform(folder: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    environment |= {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    return subprocess.run(
        ["terraform", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def _init(folder: Any) -> None:
    plugins = _plugin_folder()
    if plugins is None:
        reason = "the AWS provider 5 is in no plug-in folder; set TERRAFORM_PLUGIN_DIR"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}; CI must have it")
        pytest.skip(reason)
    run = _terraform(folder, "init", "-backend=false", "-input=false", "-no-color", f"-plugin-dir={plugins}")
    assert run.returncode == 0, run.stderr


def _keys(**overrides: Any) -> KeyPolicy:
    fields = {"custody": "customer_managed", "rotation_days": 365, "hsm": False, "fips": False, "tls_minimum": "1.3"}
    return KeyPolicy(**{**fields, **overrides}, made_from=(("spec", "security", "keys"),))


def _site(region: str, role: str = "primary", jurisdiction: str = "EU") -> Site:
    return Site(region, "aws", role, 3, jurisdiction, "", (("spec", "placement", "regions", region),))


def _sql(name: str = "records", **overrides: Any) -> SqlStore:
    fields = {"version": "16", "storage_gb": 100, "maximum_storage_gb": 1000, "connections": 100}
    fields |= {"high_availability": True, "data_classes": ("health", "personal"), "engine": "postgres"}
    fields |= {"retention_days": None}
    return SqlStore(name, **{**fields, **overrides}, made_from=(("spec", "data", "sql", name),))


def _bucket(name: str = "scans", **overrides: Any) -> ObjectStore:
    fields = {"versioning": True, "lifecycle_days": 30, "lock_days": None, "data_classes": ("health",)}
    return ObjectStore(name, **{**fields, **overrides}, made_from=(("spec", "data", "object", name),))


def _audit(**overrides: Any) -> Audit:
    fields = {"events": ("configuration", "data_access"), "online_days": 90, "retention_days": 365, "immutable": True}
    fields |= {"separate_account": False, "region": "eu-central-1"}
    leaves = tuple(("spec", "security", "audit", name) for name in fields)
    return Audit(**{**fields, **overrides}, made_from=leaves)


def _backup(**overrides: Any) -> Backup:
    fields = {"schedule": "0 */4 * * *", "copies": 2, "region": "eu-west-1", "retention_days": 35, "immutable": True}
    return Backup(**{**fields, **overrides}, made_from=tuple(("spec", "backup", name) for name in fields))


def _edge(*, firewall: bool = True, denial_of_service: bool = True) -> dict[str, Any]:
    made_from = (("spec", "security", "network", "ddos_protection"),)
    service = Workload(**{**dict.fromkeys(Workload._fields), "name": "portal", "hosts": ("a.example",)})
    return {"edge": Edge(firewall, denial_of_service, made_from), "workloads": (service,)}


def _plan(make: dict[str, Any]) -> Plan:
    unset = dict.fromkeys(Plan._fields, ())
    fields = {
        "tenant": "acme",
        "environment": "production",
        "fleet": "acme-saas",
        "name": "t-acme-production",
        "tier": "enterprise",
        "display_name": "ACME",
        "owner": Owner("care", "", "CC-1", ""),
        "cloud": "aws",
        "sites": (_site("eu-central-1"),),
        "quotas": {"cpu_cores": 8, "api_requests_per_minute": 5000},
        "sql": (_sql(),),
        "objects": (_bucket(),),
        "keys": _keys(),
        "audit_logging": True,
        "audit": None,
        "backup": None,
        "edge": Edge(firewall=False, denial_of_service=False, made_from=(("spec", "security", "network"),)),
        "vault": None,
    }
    return Plan(**{**unset, **fields, **make})


def _content(settings: dict[str, Any] | None = None, **make: Any) -> dict[str, Any]:
    state = {"EU": {"kind": "s3", "bucket": "acme-state-eu", "region": "eu-central-1"}}
    config: Any = {"targets": {"terraform": {"aws": PIN, "state": state, **(settings or {})}}}
    (artifact,) = TerraformBackend().lower(_plan(make), Context(config, {}))
    return artifact.content


def _sound() -> dict[str, dict[str, Any]]:
    two = (_site("us-gov-west-1", jurisdiction="US"), _site("us-gov-east-1", "standby", "US"))
    return {
        "usual": _content(),
        "hostile": _content(display_name=HOSTILE, owner=Owner(HOSTILE, "", HOSTILE, "")),
        "provider_keys": _content(keys=_keys(custody="provider_managed", tls_minimum="1.2"), audit_logging=False),
        "hsm": _content({"key_store": "cks-1234567890abcdef0"}, keys=_keys(hsm=True)),
        "government": _content(sites=two, keys=_keys(fips=True, rotation_days=90)),
        "key_only": _content(sql=(), objects=()),
        **_protected(),
        "unlimited": _content(
            quotas={"cpu_cores": None},
            sql=(_sql("a-b", connections=None, maximum_storage_gb=None, version="17"), _sql("c", data_classes=())),
            objects=(_bucket("d-e", versioning=False, lifecycle_days=None, data_classes=()), _bucket("f")),
        ),
    }


def _protected() -> dict[str, dict[str, Any]]:
    """Roots with a trail, backups and a firewall: together, in two regions, and each with the least around it."""
    shared = {"keys": _keys(custody="provider_managed", tls_minimum="1.2"), "audit_logging": False}
    active = (_site("us-gov-west-1", jurisdiction="US"), _site("us-gov-east-1", "active", "US"))
    return {
        "protected": _content(audit=_audit(), backup=_backup(), **_edge(), objects=(_bucket(lock_days=7),)),
        "protected_elsewhere": _content(
            audit=_audit(region="eu-west-1"),
            backup=_backup(schedule="0 2 1 * MON"),
            sites=(_site("eu-central-1"), _site("eu-west-1", "active")),
            **_edge(),
        ),
        "protected_government": _content(
            sites=active,
            keys=_keys(fips=True),
            audit=_audit(region="us-gov-east-1", retention_days=36500, online_days=36500),
            backup=_backup(region="us-gov-east-1"),
            **_edge(),
        ),
        "protected_hsm": _content(
            {"key_store": "cks-1234567890abcdef0"}, keys=_keys(hsm=True), audit=_audit(), backup=_backup(region="")
        ),
        "trail_alone": _content(**shared, sql=(), objects=(), audit=_audit(events=(), immutable=False)),
        "backups_alone": _content(**shared, backup=_backup(region="", copies=1, immutable=False), sql=()),
        "edge_alone": _content(
            **shared, **_edge(firewall=False), quotas={"api_requests_per_minute": 0}, objects=(), sql=()
        ),
    }


def _broken() -> dict[str, dict[str, Any]]:
    changes: dict[str, tuple[tuple[str, ...], Any]] = {
        "unknown_argument": (("aws_db_instance", "records", "multi_as"), True),
        "read_only": (("aws_db_instance", "records", "address"), "x"),
        "wrong_type": (("aws_db_instance", "records", "allocated_storage"), "lots"),
        "missing": (("aws_db_instance", "records", "instance_class"), None),
        "no_block": (("aws_s3_bucket_versioning", "scans", "versioning_configuration"), []),
        "two_blocks": (("aws_s3_bucket_versioning", "scans", "versioning_configuration"), [{"status": "Enabled"}] * 2),
        "dangling": (("aws_db_instance", "records", "kms_key_id"), "${aws_kms_key.other.arn}"),
        "no_attribute": (("aws_db_instance", "records", "kms_key_id"), "${aws_kms_key.tenant.arm}"),
        "no_variable": (("aws_db_instance", "records", "db_subnet_group_name"), "${var.other}"),
    }
    broken = {}
    for name, (path, value) in changes.items():
        content = copy.deepcopy(_content())
        node = content["resource"]
        for part in path[:-1]:
            node = node[part]
        node[path[-1]] = value
        broken[name] = content
    return broken


def test_terraform_and_our_check_agree_on_every_root(tmp_path):
    """Sound roots are valid without a warning, and each broken one is refused by Terraform and by our check alike.

    The roots are modules of one root, because each start of the provider costs seconds. A module's state settings are
    ignored, which Terraform says in a warning.
    """
    sound, broken = _sound(), _broken()
    modules = {}
    for name, content in (sound | broken).items():
        os.mkdir(tmp_path / name)
        (tmp_path / name / "main.tf.json").write_text(dump(content), encoding="utf-8")
        given = {key: value for key, value in VARIABLES.items() if key in content.get("variable", {})}
        modules[name] = {"source": f"./{name}", **given}
    (tmp_path / "main.tf.json").write_text(dump({"module": modules}), encoding="utf-8")
    _init(tmp_path)
    said = json.loads(_terraform(tmp_path, "validate", "-json").stdout)["diagnostics"]

    refused = {one["range"]["filename"].split("/")[0] for one in said if one["severity"] == "error"}
    ours = {name for name, content in (sound | broken).items() if list(check_root(_artifact(content), PIN))}
    assert refused == ours == set(broken), said
    assert {one["summary"] for one in said if one["severity"] == "warning"} <= {"Backend configuration ignored"}


def test_a_tenants_text_is_never_evaluated(tmp_path):
    """A plan over a mocked AWS gives every hostile text back as it was written, and policies that are JSON."""
    hostile = {"display_name": HOSTILE, "owner": Owner(HOSTILE, "", HOSTILE, "")}
    protected = {"audit": _audit(), "backup": _backup(region=""), **_edge()}
    content = _content(**hostile, **protected, tier=HOSTILE, sql=(_sql(data_classes=(HOSTILE,)),))
    mock = {
        "override_during": "plan",
        "mock_resource": {kind: {"defaults": given} for kind, given in MADE.items()},
        "mock_data": {"aws_caller_identity": {"defaults": {"account_id": "123456789012"}}},
    }
    (tmp_path / "main.tf.json").write_text(dump(content), encoding="utf-8")
    given = {key: value for key, value in VARIABLES.items() if key in content["variable"]}
    test = {"mock_provider": {"aws": mock}, "variables": given, "run": {"plan": {"command": "plan"}}}
    (tmp_path / "main.tftest.json").write_text(dump(test), encoding="utf-8")
    _init(tmp_path)
    events = [json.loads(line) for line in _terraform(tmp_path, "test", "-json", "-verbose").stdout.splitlines()]

    (plan,) = [event["test_plan"] for event in events if event["type"] == "test_plan"]
    planned = {change["address"]: change["change"]["after"] for change in plan["resource_changes"]}
    key, bucket = planned["aws_kms_key.tenant"], planned["aws_s3_bucket_policy.scans"]
    assert key["description"] == f"Data of {HOSTILE} (acme, production)"
    assert planned["aws_db_instance.records"]["tags"]["data-classes"] == HOSTILE
    principal = json.loads(key["policy"])["Statement"][0]["Principal"]
    assert principal == {"AWS": "arn:aws:iam::123456789012:root"}
    assert json.loads(bucket["policy"])["Statement"][1]["Resource"] == ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]
    assert planned["aws_kms_key.audit"]["description"] == f"Audit trail of {HOSTILE} (acme, production)"
    trail = json.loads(planned["aws_s3_bucket_policy._audit"]["policy"])["Statement"][3]
    assert trail["Resource"] == "arn:aws:s3:::b/AWSLogs/123456789012/*"
    assert trail["Condition"]["StringEquals"]["aws:SourceArn"].startswith(
        "arn:aws:cloudtrail:eu-central-1:123456789012:"
    )
    selectors = planned["aws_cloudtrail.audit"]["advanced_event_selector"]
    assert ["arn:aws:s3:::b/"] in [field["starts_with"] for one in selectors for field in one["field_selector"]]


def _artifact(content: dict[str, Any]) -> Artifact:
    return Artifact("main.tf.json", "json", content, ())
