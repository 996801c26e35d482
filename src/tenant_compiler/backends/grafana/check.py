"""Boards against the schema of the dashboard model."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from tenant_compiler.backends.grafana.overview import BOARD
from tenant_compiler.data import data_folder
from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.pointer import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jsonschema_rs import ValidationError, Validator

    from tenant_compiler.model.artifact import Artifact, ArtifactObject


@cache
def _validator() -> Validator:
    from jsonschema_rs import Draft7Validator  # noqa: PLC0415 - only who checks boards pays for it

    with open(os.path.join(data_folder("schemas"), "grafana", "dashboard.schema.json"), encoding="utf-8") as file:
        return Draft7Validator(json.load(file))


def check(artifacts: Sequence[Artifact]) -> Iterator[Diagnostic]:
    """TC550: find what Grafana's dashboard model does not know."""
    validator = _validator()
    for artifact in artifacts:
        if not validator.is_valid(artifact.content):
            for error in validator.iter_errors(artifact.content):
                yield _finding(error, artifact)


def _finding(error: ValidationError, artifact: Artifact) -> Diagnostic:
    path = tuple(error.instance_path)
    item = _object(path, artifact)
    where = f"{show(path)}: " if path else ""
    return Diagnostic(
        "TC550",
        f"{artifact.path} is no dashboard that Grafana knows: {where}{error.message}",
        pointer=item.made_from[0] if item else ("metadata", "name"),
        help="this is a fault of the back-end that wrote the board, or of a plug-in; report it there",
        target="grafana",
        object=item.id if item else BOARD,
    )


def _object(path: Sequence[str | int], artifact: Artifact) -> ArtifactObject | None:
    """Find the panel that a path leads into."""
    panel: Any = None
    if len(path) > 1 and path[0] == "panels":
        panel = artifact.content["panels"][path[1]]
    return next((item for item in artifact.objects if item.value is panel), None)
