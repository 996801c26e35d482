"""The schemas of Kubernetes objects by version, each compiled when an object of its kind is first seen."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tenant_compiler.data import data_folder

if TYPE_CHECKING:
    import jsonschema_rs


@lru_cache(maxsize=256)
def validator(minor: str, kind: str) -> jsonschema_rs.Draft202012Validator | None:
    """Compile the schema of a kind.

    Args:
        minor: the cluster's version, such as ``1.34``.
        kind: API version and kind, such as ``apps/v1/Deployment``.

    Returns:
        None when the bundle has no such kind in that version.

    Raises:
        KeyError: the bundle does not know the version.
    """
    name = _load("index.json")[minor].get(kind)
    if name is None:
        return None
    import jsonschema_rs  # noqa: PLC0415 - 27 ms of start-up that `--version` and a clean cache do not pay

    return jsonschema_rs.Draft202012Validator(_load(name), retriever=_refuse)


@lru_cache(maxsize=1)
def list_map_keys() -> dict[str, dict[str, dict[str, str | None]]]:
    """Give the lists in which Kubernetes tells entries apart by keys, by kind and path.

    Returns:
        ``{"apps/v1/Deployment": {"/spec/template/spec/containers": {"name": None}}}``: ``*`` in a path is every entry;
        the value is what a missing key stands for, None when it must be there.
    """
    found: dict[str, dict[str, dict[str, str | None]]] = _load("list-map-keys.json")
    return found


@lru_cache(maxsize=4)
def _load(name: str) -> Any:
    with open(os.path.join(data_folder("schemas"), "kubernetes", name), encoding="utf-8") as file:
        return json.load(file)


def _refuse(uri: str) -> Any:
    raise ValueError(f"a schema of the bundle refers to {uri}")
