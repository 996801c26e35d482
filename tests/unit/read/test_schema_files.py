"""The committed schemas: made from the vocabulary, whole, and beside the list of what is planned."""

from __future__ import annotations

import json
import os
import runpy
from typing import Any

import jsonschema_rs
import pytest

from tenant_compiler.data import data_folder
from tenant_compiler.read import reserved, schema
from tenant_compiler.read.schema_words import FORMS, listed
from tenant_compiler.read.shapes import target

NAMES: tuple[Any, ...] = ("tenant", "profile", "resolved", "workspace", "waiver", "framework")
ROOT = os.path.join(os.path.dirname(__file__), "..", "..", "..")


def load(name: str) -> dict[str, Any]:
    """A committed schema."""
    with open(os.path.join(data_folder("schemas"), f"{name}.schema.json"), encoding="utf-8") as file:
        loaded: dict[str, Any] = json.load(file)
    return loaded


def nodes(value: Any) -> Any:
    """Every value in a document."""
    yield value
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(below)


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """What the script would write."""
    script = runpy.run_path(os.path.join(ROOT, "scripts", "generate_schemas.py"))
    documents: dict[str, str] = script["documents"]()
    return documents


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_schemas_are_those_of_the_vocabulary(name: str, made: dict[str, str]) -> None:
    """Who changes the vocabulary runs scripts/generate_schemas.py."""
    with open(os.path.join(data_folder("schemas"), f"{name}.schema.json"), encoding="utf-8", newline="") as file:
        assert file.read() == made[f"{name}.schema.json"]


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one(name: str) -> None:
    """Each is valid draft-07 with an address, and every definition is used."""
    loaded = load(name)
    jsonschema_rs.meta.validate(loaded)
    assert loaded["$id"] == f"https://tenant-compiler.dev/schemas/{name}.schema.json"
    text = json.dumps(loaded)
    assert [key for key in loaded["definitions"] if f'"#/definitions/{key}"' not in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_section_is_closed(name: str) -> None:
    """A section refuses keys that it does not know; pydantic's titles are gone."""
    loaded = load(name)
    for node in nodes(loaded):
        if isinstance(node, dict) and isinstance(node.get("properties"), dict) and node.get("type") == "object":
            assert node["additionalProperties"] is False
        assert not isinstance(node, dict) or node is loaded or not isinstance(node.get("title"), str)


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_documented(name: str) -> None:
    """Every field has a description; what is written in Markdown says so to editors that read it."""
    loaded = load(name)
    for node in nodes(loaded):
        if not isinstance(node, dict) or not isinstance(node.get("properties"), dict):
            continue
        for key, field in node["properties"].items():
            holder = field if "description" in field else target(field, loaded)
            assert holder["description"], key
            assert "`" not in holder["description"] or holder["markdownDescription"] == holder["description"]


def test_every_pattern_has_words() -> None:
    """No finding shows a regular expression of ours; no words are left without their pattern."""
    used = {node["pattern"] for name in NAMES for node in nodes(load(name)) if _has_pattern(node)}
    assert {pattern for pattern in used if not listed(pattern)} == set(FORMS)


def _has_pattern(node: Any) -> bool:
    return isinstance(node, dict) and isinstance(node.get("pattern"), str)


def test_a_resolved_tenant_needs_all_that_has_a_default() -> None:
    """In the resolved schema nothing is nullable, and each field with a default is required."""
    for node in nodes(load("resolved")):
        if not isinstance(node, dict):
            continue
        assert node.get("type") != "null"
        assert not isinstance(node.get("type"), list)
        fields = node.get("properties", {})
        if node.get("type") == "object" and isinstance(fields, dict):
            assert {key for key, field in fields.items() if "default" in field} <= set(node.get("required", ()))


def test_a_layer_requires_nothing() -> None:
    """Of a tenant only the head and the name are required; of a workspace only its name."""
    for name, required in (
        ("tenant", [["apiVersion", "kind", "metadata", "spec"], ["name"]]),
        ("profile", [["apiVersion", "kind", "spec"]]),
    ):
        found = [node["required"] for node in nodes(load(name)) if isinstance(node, dict) and "required" in node]
        assert sorted(found) == required
    assert load("workspace")["required"] == ["workspace"]


def test_a_list_of_records_would_stay_complete() -> None:
    """The schemas have no record in a list (names are keys of maps), which the merge could not reach into."""
    for name in NAMES:
        loaded = load(name)
        for node in nodes(loaded):
            if isinstance(node, dict) and isinstance(node.get("items"), dict):
                assert target(node["items"], loaded).get("type") != "object"


@pytest.mark.parametrize("paths", [reserved.SETTINGS, reserved.WORKSPACE])
def test_planned_keys_are_listed_in_order(paths: tuple[str, ...]) -> None:
    """The lists are sorted and name each key once."""
    assert list(paths) == sorted(set(paths))


@pytest.mark.parametrize(
    ("name", "start", "paths"),
    [
        ("resolved", "spec", reserved.SETTINGS),
        ("workspace", "", reserved.WORKSPACE),
    ],
)
def test_no_planned_key_exists(name: str, start: str, paths: tuple[str, ...]) -> None:
    """A key that the vocabulary has is not "not supported yet"; the section that a planned key stands in exists."""
    root = load(name)
    top = root["properties"][start] if start else root
    for path in paths:
        *sections, key = path.split(".")
        found = target(top, root)
        for part in sections:
            found = target(found["additionalProperties"] if part == "*" else found["properties"][part], root)
        assert key not in found["properties"], path


def test_reading_a_schema_twice_gives_two(made: dict[str, str]) -> None:
    """Whoever asks for a schema may change it: nobody else holds it."""
    one = schema.document_schema("tenant")
    one["definitions"].clear()
    assert schema.document_schema("tenant")["definitions"]
