"""Plug-ins' sections in the schemas, and the shape of a layer."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from tenant_compiler.model.backend import Extension
from tenant_compiler.read import schema
from tenant_compiler.read.shapes import is_section, layer, nullable, relocated, target

SECTION = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "$id": "https://plug-in.example/section.json",
    "type": "object",
    "additionalProperties": False,
    "required": ["channel"],
    "properties": {
        "channel": {"$ref": "#/definitions/channel"},
        "retries": {"type": "integer", "minimum": 0, "x-unit": "retries", "examples": [3]},
        "rules": {"type": "array", "items": {"type": "object", "required": ["if"], "properties": {"if": {}}}},
    },
    "definitions": {"channel": {"type": "string", "pattern": "^#[a-z]+$", "examples": ["#care"]}},
}
CHAT = Extension("chat", "Where messages go.", SECTION)


def tenant(extensions: Any, **spec: Any) -> dict[str, Any]:
    """A tenant with sections of plug-ins."""
    head = {"apiVersion": "tenant-compiler.dev/v1", "kind": "Tenant", "metadata": {"name": "acme"}}
    return {**head, "spec": {"tier": "free", "extensions": extensions, **spec}}


def codes(value: Any, *extensions: Extension, kind: Any = "tenant") -> list[tuple[str, str]]:
    """Code and message of each finding."""
    return [(item.code, item.message) for item in schema.check(value, kind, "t.yaml", extensions=extensions)]


def test_a_section_is_known_while_its_plug_in_is_loaded() -> None:
    """The section of a loaded plug-in is checked by its schema; without the plug-in it is unknown."""
    value = tenant({"chat": {"channel": "#care", "retries": 2}})
    assert codes(value, CHAT) == []
    assert codes(value) == [("TC201", "unknown key extensions.chat")]


def test_a_section_of_a_tenant_is_a_layer() -> None:
    """What the plug-in requires may come from another layer, and null removes; the items of lists are complete."""
    assert codes(tenant({"chat": {"retries": None}}), CHAT) == []
    assert codes(tenant({"chat": None}), CHAT) == []
    assert codes(tenant({"chat": {"rules": [{}]}}), CHAT) == [("TC204", "extensions.chat.rules[0].if is missing")]


def test_a_section_of_the_resolved_tenant_is_complete() -> None:
    """Once the layers are merged the plug-in's schema holds as it is."""
    value = tenant({"chat": {"retries": 1}})
    found = [item for item in codes(value, CHAT, kind="resolved") if "extensions" in item[1]]
    assert found == [("TC204", "extensions.chat.channel is missing")]


def test_faults_in_a_section_are_explained_like_ours() -> None:
    """A plug-in's unit, pattern and examples make the same words."""
    value = tenant({"chat": {"channel": "care", "retries": 1.0, "colour": 1}})
    assert codes(value, CHAT) == [
        ("TC206", "extensions.chat.channel is `care`, but must be text that matches the pattern `^#[a-z]+$`"),
        ("TC202", "extensions.chat.retries is 1.0, but must be a whole number"),
        ("TC201", "unknown key extensions.chat.colour"),
    ]


def test_a_section_stands_in_environments_too() -> None:
    """An environment overrides a plug-in's section like anything else."""
    value = tenant({}, environments={"staging": {"extensions": {"chat": {"retries": -1}}}})
    assert codes(value, CHAT) == [
        ("TC205", "environments.staging.extensions.chat.retries is -1, but must be at least 0")
    ]


def test_keywords_that_only_plug_ins_use_are_explained_by_the_validator() -> None:
    """What we have no words for keeps the validator's own."""
    fields = {
        "a": {"not": {"const": 1}},
        "b": {"type": "string", "format": "date"},
        "c": {"type": "array", "uniqueItems": True, "items": {"oneOf": [{"type": "number"}, {"type": "integer"}]}},
    }
    odd = Extension("odd", "", {"type": "object", "properties": fields})
    value = tenant({"odd": {"a": 1, "b": "yesterday", "c": [2.5, 2.5, 3]}})
    found = dict(item[::-1] for item in codes(value, odd, kind="resolved") if "extensions" in item[1])
    start = "does not fit the schema of its section: "
    assert found == {
        f"extensions.odd.a {start}1 should not be valid under {{'const': 1}}": "TC206",
        f"extensions.odd.b {start}'yesterday' is not a 'date'": "TC206",
        f"extensions.odd.c {start}[2.5, 2.5, 3] has non-unique elements": "TC206",
        f"extensions.odd.c[2] {start}3 is valid under each of {{'type': 'integer'}}, {{'type': 'number'}}": "TC206",
    }


def test_what_only_the_matcher_refuses_is_still_a_finding() -> None:
    """Two validators may read a plug-in's schema differently; a refused document never passes without a finding."""
    odd = Extension("odd", "", {"type": "object", "properties": {"a": {"type": "string", "format": "uri-template"}}})
    (found,) = codes(tenant({"odd": {"a": "{"}}), odd)
    assert found[0] == "TC206"
    assert found[1].endswith(" of its schema")


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "objekt"},
        {"$ref": "https://elsewhere.example/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#/definitions/nowhere"},
        {"pattern": "("},
    ],
)
def test_a_schema_that_is_none_is_the_plug_ins_fault(broken: dict[str, Any]) -> None:
    """A broken schema, or one that leads to another document, is refused with the extension's name."""
    with pytest.raises(ValueError, match="the schema of the extension `bad`"):
        schema.document_schema("tenant", [Extension("bad", "", broken)])


def test_the_schema_for_editors_holds_the_sections() -> None:
    """`document_schema` gives a schema of its own: editors check plug-ins' sections by it."""
    made = schema.document_schema("tenant", [CHAT])
    validator = jsonschema_rs.Draft7Validator(made)
    assert validator.is_valid(tenant({"chat": {"channel": "#care"}}))
    assert not validator.is_valid(tenant({"chat": {"channel": "care"}}))
    assert not validator.is_valid(tenant({"other": {}}))
    assert made["definitions"]["Spec"]["properties"]["extensions"]["properties"]["chat"]["anyOf"][0]["description"] == (
        "Where messages go."
    )


def test_a_layer_drops_what_only_a_whole_section_can_fulfil() -> None:
    """Conditions over several keys are left to the resolved tenant."""
    section: dict[str, Any] = {
        "type": "object",
        "required": ["a"],
        "minProperties": 1,
        "if": {"required": ["a"]},
        "then": {"required": ["b"]},
        "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        "properties": {"a": {"anyOf": [{"type": "number"}, {"const": "none"}]}, "b": {"type": "object"}},
    }
    assert layer(section, section) == {
        "type": "object",
        "properties": {
            "a": {
                "anyOf": [
                    {"type": "number"},
                    {"const": "none"},
                    {"type": "null", "description": "Removes what a lower layer sets."},
                ]
            },
            "b": {"type": "object"},
        },
    }


@pytest.mark.parametrize(
    "field",
    [
        {"type": "string"},
        {"type": ["string", "integer"]},
        {"enum": ["a"]},
        {"const": "a"},
        {"oneOf": [{"const": "a", "description": "A."}]},
        {"anyOf": [{"type": "string"}]},
        {"type": "string", "enum": ["a"]},
        {"type": "object"},
        {"allOf": [{"type": "string"}]},
    ],
)
def test_nullable_adds_null_and_nothing_else(field: dict[str, Any]) -> None:
    """Null becomes valid, whatever says what is; the rest stays as it was."""
    before, after = jsonschema_rs.Draft7Validator(field), jsonschema_rs.Draft7Validator(nullable(field))
    assert after.is_valid(None)
    for value in ("a", "b", 1, {}, [], True):
        assert after.is_valid(value) == before.is_valid(value)


def test_references_are_followed_as_far_as_they_go() -> None:
    """References in circles or to nowhere end the search; a moved schema's references lead to its new place."""
    root = {
        "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}, "o": {"type": "object"}}
    }
    assert "$ref" in target({"$ref": "#/definitions/a"}, root)
    assert target({"$ref": "#/nowhere"}, root) == {"$ref": "#/nowhere"}
    assert is_section({"allOf": [{"$ref": "#/definitions/o"}]}, root)
    moved = relocated({"items": [{"$ref": "#/definitions/x"}, {"$ref": "#"}], "examples": [{"$ref": "#"}]}, "#/at")
    assert moved == {"items": [{"$ref": "#/at/definitions/x"}, {"$ref": "#/at"}], "examples": [{"$ref": "#"}]}
