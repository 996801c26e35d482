"""What no schema says: rules over the roots of Terraform, whoever made them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform import root
from tenant_compiler.backends.terraform.expression import Expression, has_template, strings
from tenant_compiler.model.backend import ArtifactRule, RulePack
from tenant_compiler.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan
    from tenant_compiler.model.pointer import Pointer

_TARGET: Final = "terraform"
_DATABASES: Final = frozenset({"aws_db_instance", "aws_rds_cluster"})
_HOLDS_DATA: Final = _DATABASES | {
    "aws_backup_vault",
    "aws_dynamodb_table",
    "aws_ebs_volume",
    "aws_efs_file_system",
    "aws_kms_key",
    "aws_s3_bucket",
}
_CLOSED: Final = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_ENCRYPTION: Final = "aws_s3_bucket_server_side_encryption_configuration"
_ACCESS: Final = "aws_s3_bucket_public_access_block"


def unescaped(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Find text that Terraform would evaluate, although nobody marked it as an expression (TC532)."""
    del plan, context
    for artifact in _roots(artifacts):
        lineage = root.lineage(artifact)
        for address, body in root.addresses(artifact.content):
            if address[0] == "terraform":
                continue
            for text in strings(body):
                if not isinstance(text, Expression) and has_template(text):
                    message = f"Terraform would evaluate the text {text[:60]!r}"
                    advice = "escape it with `literal`, or make it an `Expression` if it is one"
                    yield _finding("TC532", message, advice, root.object_id(address), lineage)


def unprotected(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Find resources that hold data and that Terraform, or a person, could delete by mistake (TC533)."""
    del plan, context
    for artifact in _roots(artifacts):
        lineage = root.lineage(artifact)
        for kind, name, body in root.resources(artifact.content):
            if kind not in _HOLDS_DATA:
                continue
            address = f"{kind}.{name}"
            if not any(block.get("prevent_destroy") is True for block in _blocks(body.get("lifecycle"))):
                message = f"{address} holds data, but Terraform may destroy it"
                yield _finding("TC533", message, "set lifecycle.prevent_destroy to true", address, lineage)
            if kind in _DATABASES and body.get("deletion_protection") is not True:
                message = f"{address} holds data, but anybody may delete it"
                yield _finding("TC533", message, "set deletion_protection to true", address, lineage)


def exposed(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Find stores that are not encrypted or that the world can reach (TC534)."""
    del plan, context
    roots = _roots(artifacts)
    beside = [found for artifact in roots for found in root.resources(artifact.content)]
    for artifact in roots:
        lineage = root.lineage(artifact)
        for kind, name, body in root.resources(artifact.content):
            address = f"{kind}.{name}"
            for wrong, advice in _exposures(kind, name, body, beside):
                yield _finding("TC534", f"{address} {wrong}", advice, address, lineage)


def _exposures(
    kind: str, name: str, body: Mapping[str, Any], beside: Sequence[tuple[str, str, dict[str, Any]]]
) -> Iterator[tuple[str, str]]:
    if kind in _DATABASES:
        if body.get("storage_encrypted") is not True:
            yield "keeps its data unencrypted", "set storage_encrypted to true"
        if body.get("publicly_accessible") is True:
            yield "has a public address", "set publicly_accessible to false"
    elif kind == "aws_s3_bucket":
        mine = [(other, said) for other, _, said in beside if _belongs(said.get("bucket"), name, body.get("bucket"))]
        if all(other != _ENCRYPTION for other, _ in mine):
            yield "says nothing of encryption", f"add {_ENCRYPTION} for it"
        if not any(other == _ACCESS and all(said.get(flag) is True for flag in _CLOSED) for other, said in mine):
            yield "may become public", f"add {_ACCESS} for it with all four flags true"


def _belongs(bucket: Any, name: str, literal: Any) -> bool:
    """Tell whether a resource's `bucket` means the bucket of that name in the root, or of that name in AWS."""
    return isinstance(bucket, str) and (f"aws_s3_bucket.{name}." in bucket or bucket == literal)


def _roots(artifacts: Sequence[Artifact]) -> list[Artifact]:
    return [artifact for artifact in artifacts if artifact.format == "json"]


def _blocks(value: Any) -> list[Mapping[str, Any]]:
    blocks = value if isinstance(value, list) else [value]
    return [block for block in blocks if isinstance(block, dict)]


def _finding(code: str, message: str, advice: str, name: str, lineage: Mapping[str, Pointer]) -> Diagnostic:
    return Diagnostic(code, message, help=advice, pointer=lineage.get(name, ()), target=_TARGET, object=name)


PACK: Final = RulePack(
    "terraform",
    "Templates, protection against deletion, encryption and access in Terraform roots",
    (
        ArtifactRule("TC532", "unescaped template in Terraform text", "error", (_TARGET,), unescaped),
        ArtifactRule("TC533", "data without protection against deletion", "error", (_TARGET,), unprotected),
        ArtifactRule("TC534", "unencrypted or public store", "error", (_TARGET,), exposed),
    ),
)
