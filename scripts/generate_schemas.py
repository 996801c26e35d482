"""Make schemas/{tenant,profile,resolved,workspace,waiver,framework,fixture}.schema.json from the vocabulary.

    python scripts/generate_schemas.py [--check]

The vocabulary's declarations are read by pydantic; what comes out is draft-07, the version that editors know. With
``--check`` nothing is written, and a file that differs makes exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from pydantic import ConfigDict, TypeAdapter

from tenant_compiler.data import data_folder
from tenant_compiler.model.vocabulary.fixture import Fixture
from tenant_compiler.model.vocabulary.framework import Framework
from tenant_compiler.model.vocabulary.tenant import Profile, ResolvedTenant, Tenant
from tenant_compiler.model.vocabulary.waiver import Waiver
from tenant_compiler.model.vocabulary.workspace import WorkspaceConfig
from tenant_compiler.read.shapes import Schema, layer, map_schemas

HOME = "https://tenant-compiler.dev/schemas/"
TITLES = {
    "tenant": "A tenant of tenant-compiler",
    "profile": "A profile of tenant-compiler",
    "resolved": "A tenant in one environment, with all layers merged",
    "workspace": "tenant-compile.toml",
    "waiver": "A waiver of tenant-compiler",
    "framework": "A framework of tenant-compiler",
    "fixture": "Fixtures of a rule of tenant-compiler",
}
_MARKUP = ("`", "[", "*")


def recorded(declaration: Any) -> Schema:
    """What pydantic says of a TypedDict, as draft-07: the root in ``definitions`` too, under its class' name."""
    # TypedDicts inherit the configuration of what holds them: a list closes them all.
    adapter = TypeAdapter(list[declaration], config=ConfigDict(extra="forbid"))
    schema = _draft7(adapter.json_schema())
    return {"definitions": schema["definitions"], "root": declaration.__name__}


def _draft7(schema: Schema) -> Schema:
    schema = dict(schema)
    schema.pop("title", None)
    if "$defs" in schema:
        schema["definitions"] = schema.pop("$defs")
    if "description" in schema:
        schema["description"] = " ".join(schema["description"].split()).replace("``", "`")
        if any(mark in schema["description"] for mark in _MARKUP):
            schema["markdownDescription"] = schema["description"]
    if "$ref" in schema:
        reference = {"$ref": schema.pop("$ref").replace("#/$defs/", "#/definitions/")}
        if not schema:
            return reference
        schema["allOf"] = [reference]  # draft-07 ignores what stands beside a $ref
    return map_schemas(schema, _draft7)


def reachable(definitions: dict[str, Schema], start: str) -> set[str]:
    """The names of the definitions that one leads to, itself included."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            text = json.dumps(definitions[name])
            waiting += [other for other in definitions if f'"#/definitions/{other}"' in text]
    return found


def relaxed(definition: Schema) -> Schema:
    """What has a default need not be written."""
    required = [key for key in definition.get("required", ()) if "default" not in definition["properties"][key]]
    result = {key: value for key, value in definition.items() if key != "required"}
    return {**result, "required": required} if required else result


def in_layers(definitions: dict[str, Schema], layered: set[str]) -> dict[str, Schema]:
    """Make some definitions the shape of a layer, and relax the others."""
    root = {"definitions": definitions}
    return {
        name: layer(definition, root) if name in layered else relaxed(definition)
        for name, definition in definitions.items()
    }


def resolved() -> Schema:
    """Everything is there, and nothing is null."""
    return recorded(ResolvedTenant)


def tenant() -> Schema:
    """The last layers of all; `environments` says which there are, so no entry of it can be null."""
    made = recorded(Tenant)
    complete = made["definitions"]
    definitions = in_layers(complete, reachable(complete, "Spec") - {"Tenant", "Metadata"})
    definitions["Spec"]["properties"]["environments"] = complete["Spec"]["properties"]["environments"]
    for name in ("Spec", "Selected"):  # these two choose layers, they are in none
        for key in ("tier", "profiles"):
            definitions[name]["properties"][key] = complete[name]["properties"][key]
    return {**made, "definitions": definitions}


def profile() -> Schema:
    """A layer with a head."""
    made = recorded(Profile)
    layered = reachable(made["definitions"], "Settings")
    return {**made, "definitions": in_layers(made["definitions"], layered)}


def workspace() -> Schema:
    """A document of its own, with one layer in it: `defaults`."""
    made = recorded(WorkspaceConfig)
    layered = reachable(made["definitions"], "Settings")
    definitions = in_layers(made["definitions"], layered)
    # A layer is not filled up with defaults: they would hide what the tier says.
    definitions["WorkspaceConfig"]["properties"]["defaults"]["x-layer"] = True
    return {**made, "definitions": definitions}


def waiver() -> Schema:
    """Complete as it stands."""
    return recorded(Waiver)


def framework() -> Schema:
    """Complete as it stands; one that extends another says less."""
    return recorded(Framework)


def fixture() -> Schema:
    """Complete as it stands."""
    return recorded(Fixture)


def documents() -> dict[str, str]:
    """The text of each file by its name."""
    made = {
        "tenant": tenant(),
        "profile": profile(),
        "resolved": resolved(),
        "workspace": workspace(),
        "waiver": waiver(),
        "framework": framework(),
        "fixture": fixture(),
    }
    return {f"{name}.schema.json": _text(name, schema) for name, schema in made.items()}


def _text(name: str, schema: Schema) -> str:
    definitions = dict(schema["definitions"])
    root = definitions.pop(schema["root"])
    document = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"{HOME}{name}.schema.json",
        "title": TITLES[name],
        **root,
        "definitions": dict(sorted(definitions.items())),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file differs")
    check = parser.parse_args().check
    different = []
    for name, text in documents().items():
        path = os.path.join(data_folder("schemas"), name)
        old = ""
        if os.path.exists(path):
            with open(path, encoding="utf-8", newline="") as file:
                old = file.read()
        if old == text:
            continue
        different.append(name)
        if not check:
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
    print("\n".join(f"{'differs' if check else 'written'}: {name}" for name in different) or "nothing to do")
    return 1 if check and different else 0


if __name__ == "__main__":
    sys.exit(main())
