"""The committed Terraform provider schemas: cut by the script, complete, and in a shape that a walker can trust."""

from __future__ import annotations

import importlib.util
import json
import os
from typing import Any

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
FOLDER = os.path.join(ROOT, "schemas", "terraform")
FILES = ("aws-5.json", "aws-6.json")
PRIMITIVES = {"string", "number", "bool", "dynamic"}


@pytest.fixture(scope="module")
def script() -> Any:
    """The script, loaded from its file as a module."""
    spec = importlib.util.spec_from_file_location(
        "make_terraform_schemas", os.path.join(ROOT, "scripts", "make_terraform_schemas.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _read(name: str) -> str:
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def _blocks(block: dict[str, Any]):
    yield block
    for nested in block.get("block_types", {}).values():
        yield from _blocks(nested["block"])


def _all_blocks(schema: dict[str, Any]):
    roots = [schema["provider"], *schema["resource_schemas"].values(), *schema["data_source_schemas"].values()]
    for root in roots:
        yield from _blocks(root["block"])


def _is_type(value: Any) -> bool:
    if isinstance(value, str):
        return value in PRIMITIVES
    word, inner = value
    if word == "object":
        return all(_is_type(item) for item in inner.values())
    return word in {"list", "set", "map"} and _is_type(inner)


@pytest.mark.parametrize("name", FILES)
def test_a_committed_file_is_what_the_script_writes(script, name):
    """Cutting a committed file again changes no byte: nothing was edited by hand, nothing needless is in it."""
    assert script.text(script.make(json.loads(_read(name)))) == _read(name)


def test_sources_are_those_of_the_script(script):
    """The page about sources and licences is the script's, and names every file."""
    assert _read("SOURCES.md") == script.SOURCES
    assert set(script.PROVIDERS) == set(FILES)
    assert all(f"`{name}`" in script.SOURCES for name in FILES)


@pytest.mark.parametrize("name", FILES)
def test_every_block_has_terraforms_shape(name):
    """Every attribute has a type of Terraform's and a way to be set or read; every nested block has a known mode."""
    for block in _all_blocks(json.loads(_read(name))):
        for attribute in block.get("attributes", {}).values():
            assert _is_type(attribute["type"])
            assert {"required", "optional", "computed"} & attribute.keys()
        for nested in block.get("block_types", {}).values():
            assert nested["nesting_mode"] in {"single", "list", "set", "map", "group"}


def test_the_two_majors_differ_where_the_provider_does():
    """Version 6 gave every resource its own `region`; version 5 has it as read-only on a bucket."""
    old, new = (json.loads(_read(name))["resource_schemas"]["aws_s3_bucket"]["block"] for name in FILES)

    assert "optional" not in old["attributes"]["region"]
    assert new["attributes"]["region"]["optional"]


def test_a_missing_type_stops_the_script(script):
    """A recorded schema without one of our types is refused by name."""
    recorded = json.loads(_read("aws-6.json"))
    del recorded["resource_schemas"]["aws_kms_key"]

    with pytest.raises(SystemExit, match="lacks aws_kms_key"):
        script.make(recorded)


def test_the_command_line_cuts_a_folder_of_recorded_schemas(script, tmp_path, capsys):
    """From recorded files with more in them than we need come the committed bytes."""
    for name, recorded in script.PROVIDERS.items():
        schema = json.loads(_read(name))
        schema["resource_schemas"]["aws_unused"] = {"block": {}}
        schema["resource_schemas"]["aws_kms_key"]["block"]["attributes"]["arn"]["description"] = "not needed"
        (tmp_path / recorded).write_text(json.dumps(schema))

    assert script.main([str(tmp_path), "--output", str(tmp_path / "made")]) == 0

    assert {name: (tmp_path / "made" / name).read_text() for name in FILES} == {name: _read(name) for name in FILES}
    assert "aws-6.json: " in capsys.readouterr().out
