"""Entities against the rules of Backstage's catalogue, in the subset that the back-end writes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema_rs import Draft7Validator

from tenant_compiler import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler import Artifact

_NAME = {"type": "string", "maxLength": 63, "pattern": "^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$"}
_NAMESPACE = {"type": "string", "maxLength": 63, "pattern": "^[a-z0-9]+(-+[a-z0-9]+)*$"}
_TEXT = {"type": "string", "minLength": 1}
_LABEL = {"type": "string", "maxLength": 63, "pattern": "^([A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?)?$"}
_REFERENCE = {"type": "string", "pattern": "^[a-z]+:[A-Za-z0-9-]+/[-_.A-Za-z0-9]+$"}


def _closed(required: Sequence[str], properties: dict[str, Any]) -> dict[str, Any]:
    """Make the schema of an object that has no other keys."""
    return {"type": "object", "additionalProperties": False, "required": [*required], "properties": properties}


# Own words for https://backstage.io/docs/features/software-catalog/descriptor-format, the kinds that we write.
SCHEMA = _closed(
    ["apiVersion", "kind", "metadata", "spec"],
    {
        "apiVersion": {"const": "backstage.io/v1alpha1"},
        "kind": {"enum": ["Component", "Resource"]},
        "metadata": _closed(
            ["name", "namespace"],
            {
                "name": _NAME,
                "namespace": _NAMESPACE,
                "title": _TEXT,
                "labels": {"type": "object", "additionalProperties": _LABEL},
                "links": {
                    "type": "array",
                    "items": _closed(["url"], {"url": {"type": "string", "pattern": "^https?://"}, "title": _TEXT}),
                },
            },
        ),
        "spec": _closed(
            ["type", "owner"],
            {
                "type": _TEXT,
                "lifecycle": _TEXT,
                "owner": _REFERENCE,
                "system": _REFERENCE,
                "dependsOn": {"type": "array", "items": _REFERENCE},
            },
        ),
    },
)


@cache
def _validator() -> Draft7Validator:
    return Draft7Validator(SCHEMA)


def check(artifacts: Sequence[Artifact]) -> Iterator[Diagnostic]:
    """Find what Backstage would refuse to read (EX102)."""
    validator = _validator()
    for artifact in artifacts:
        for item in artifact.objects:
            for error in validator.iter_errors(item.value):
                where = ".".join(map(str, error.instance_path))
                yield Diagnostic(
                    "EX102",
                    f"Backstage refuses the entity {item.id}: {where}: {error.message}",
                    object=item.id,
                    help="shorten the name of the service or store; anything else is a bug of tenant-compiler-example",
                )
