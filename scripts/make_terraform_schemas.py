"""Make schemas/terraform from recorded provider schemas: the resource types that we emit, and what a validator needs.

    python scripts/make_terraform_schemas.py SOURCE_FOLDER [--output schemas/terraform]

SOURCE_FOLDER holds ``aws-<version>.json`` files in the shape of ``terraform providers schema -json`` for one provider,
with ``source``, ``version`` and ``origin`` beside ``provider``, ``resource_schemas`` and ``data_source_schemas``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

PROVIDERS = {"aws-6.json": "aws-6.69.1.json", "aws-5.json": "aws-5.100.0.json"}
"""Our file for a provider's major version, and the recorded schema that it is made from."""

RESOURCES = (
    "aws_backup_plan",
    "aws_backup_selection",
    "aws_backup_vault",
    "aws_backup_vault_lock_configuration",
    "aws_cloudtrail",
    "aws_cloudwatch_log_group",
    "aws_db_instance",
    "aws_db_parameter_group",
    "aws_db_subnet_group",
    "aws_eks_pod_identity_association",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_kms_alias",
    "aws_kms_key",
    "aws_s3_bucket",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_object_lock_configuration",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_secretsmanager_secret",
    "aws_secretsmanager_secret_version",
    "aws_security_group",
    "aws_vpc_security_group_ingress_rule",
    "aws_wafv2_web_acl",
    "aws_wafv2_web_acl_association",
)
DATA_SOURCES = ("aws_caller_identity", "aws_iam_policy_document")

STATEMENTS = frozenset({"managed_rule_group_statement", "rate_based_statement"})
"""The statements of firewalls that we emit. All of them, nested in each other as they may be, are 1.4 MB of schema."""

_ATTRIBUTE = ("type", "required", "optional", "computed", "deprecated")
_NESTED = ("nesting_mode", "min_items", "max_items", "x_open")
"""``x_open`` marks a block whose recording is not whole: unknown words in it prove nothing."""

SOURCES = """\
# Terraform provider schemas

Made by `scripts/make_terraform_schemas.py`; do not edit. Each file is
`{format_version, source, version, origin, provider, resource_schemas, data_source_schemas}` in Terraform's own shape,
cut down to the resource types that we emit and to the words that a validator needs: `type`, `required`, `optional`,
`computed`, `deprecated`, `nesting_mode`, `min_items`, `max_items`. A flag that is false is left out. `"dynamic"` is a
type that is not known. Of the statements of web access lists, only those that we emit are kept; `x_open` marks a block
whose inside is not recorded.

| file | provider | where from | licence |
|---|---|---|---|
| `aws-6.json` | hashicorp/aws 6.69.1 | classes of PyPI `cdktn-provider-aws` 25.8.1 | MPL-2.0 |
| `aws-5.json` | hashicorp/aws 5.100.0 | `terraform providers schema -json` of the provider itself | MPL-2.0 |

`aws-6.json` is derived from generated classes (source repository cdktn-io/cdktn-provider-aws), and does not know:
`max_items` above 1, the inner type of computed-only objects (`dynamic`), `deprecated`, and which words of the
provider's own configuration are required. An attribute that is written like a block stands as a block; in JSON both are
written alike.
"""


def make(recorded: dict[str, Any]) -> dict[str, Any]:
    """Cut a recorded provider schema down to our slice.

    Raises:
        SystemExit: a type of the slice is missing in it.
    """
    result = {key: recorded[key] for key in ("format_version", "source", "version", "origin")}
    result["provider"] = {"block": block(recorded["provider"]["block"])}
    result["resource_schemas"] = _slice(recorded["resource_schemas"], RESOURCES)
    result["data_source_schemas"] = _slice(recorded["data_source_schemas"], DATA_SOURCES)
    return result


def block(recorded: dict[str, Any]) -> dict[str, Any]:
    """The part of a block that a validator needs, in the order of the names."""
    result: dict[str, Any] = {}
    attributes = recorded.get("attributes", {})
    if attributes:
        result["attributes"] = {name: _pick(attributes[name], _ATTRIBUTE) for name in sorted(attributes)}
    nested = recorded.get("block_types", {})
    if nested:
        result["block_types"] = {
            name: {**_pick(nested[name], _NESTED), "block": _inside(nested[name])}
            for name in sorted(nested)
            if not name.endswith("_statement") or name in STATEMENTS
        }
    return result


def _inside(nested: dict[str, Any]) -> dict[str, Any]:
    """The inside of a nested block; nothing of one whose recording is not whole: it proves nothing."""
    return {} if nested.get("x_open") else block(nested["block"])


def text(schema: dict[str, Any]) -> str:
    """A line for each top-level type, so that a change of a provider shows as a change of a line."""
    lines = [f"{json.dumps(key)}:{_compact(schema[key])}" for key in schema if not key.endswith("_schemas")]
    for key in ("resource_schemas", "data_source_schemas"):
        types = [f"{json.dumps(name)}:{_compact(value)}" for name, value in schema[key].items()]
        lines.append(f"{json.dumps(key)}:{{\n" + ",\n".join(types) + "\n}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(arguments: list[str]) -> int:
    """Run the command line; print what was made."""
    parser = argparse.ArgumentParser(description="Make the slim Terraform provider schemas.")
    parser.add_argument("source", metavar="SOURCE_FOLDER")
    parser.add_argument("--output", default="schemas/terraform")
    options = parser.parse_args(arguments)
    os.makedirs(options.output, exist_ok=True)
    for name, recorded in PROVIDERS.items():
        with open(os.path.join(options.source, recorded), encoding="utf-8") as file:
            made = text(make(json.load(file)))
        _write(os.path.join(options.output, name), made)
        print(f"{name}: {len(made) // 1024} KiB")
    _write(os.path.join(options.output, "SOURCES.md"), SOURCES)
    return 0


def _slice(recorded: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    missing = [name for name in names if name not in recorded]
    if missing:
        raise SystemExit(f"the recorded schema lacks {', '.join(missing)}")
    return {name: {"block": block(recorded[name]["block"])} for name in names}


def _pick(recorded: dict[str, Any], words: tuple[str, ...]) -> dict[str, Any]:
    return {word: recorded[word] for word in words if recorded.get(word)}


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _write(path: str, content: str) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(content)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
