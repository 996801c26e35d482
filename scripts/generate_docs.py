"""Make the pages that repeat what the code says: docs/reference/{tenant,objects,workspace}.md and codes/README.md.

    python scripts/generate_docs.py [--check]

The fields come from the committed schemas (``scripts/generate_schemas.py`` makes those from the vocabulary), the codes
from their pages. With ``--check`` nothing is written, and a page that differs makes exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import objects_page

from tenant_compiler.data import data_folder
from tenant_compiler.read.schema_words import choices, form, wanted
from tenant_compiler.read.shapes import Schema, target

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REFERENCE = os.path.join("docs", "reference")
NOTE = "<!-- made by scripts/generate_docs.py: change the vocabulary or the pages of the codes, then run it -->"

GROUPS = {
    "TC1": "Reading: files, YAML, jsonnet, the configuration's file",
    "TC2": "The shape of documents",
    "TC3": "Resolving, and what fields refer to",
    "TC5": "Targets and their artifacts",
    "TC6": "The output folder",
    "TC7": "Plug-ins",
    "TC8": "Verdicts, waivers and the baseline",
}

TENANT = """\
# The fields of a tenant

A tenant is one YAML document. Few fields are needed in it: the tier, the workspace's `[defaults]` and profiles give the
rest ([how layers work](../explanation/layers.md)). *Needed* below means that some layer must say it. Every section may
also stand in a profile, in an environment's values, and below `spec.environments.NAME`. A field that is not listed is
an error ([TC201](codes/TC201.md)).

[What each field becomes](objects.md) is a page of its own.

Sizes are in the unit that the field's name says; GB stands for GiB. `unlimited` is above every number.
"""

WORKSPACE = """\
# The fields of `tenant-compile.toml`

The file stands at the root of the workspace; `[tool.tenant-compile]` in `pyproject.toml` does as well. It is found from
the current folder (or `-C FOLDER`) upwards, not past the root of the repository. Every path in it is relative to it and
lies inside its folder. A field that is not listed is an error ([TC201](codes/TC201.md)).
"""

_NUMBERS = ("integer", "number")
_OPEN = {"exclusiveMinimum": "above", "exclusiveMaximum": "below"}
SETTINGS_LINK = "the sections of [a tenant](tenant.md) from `display_name` on"


class Section(NamedTuple):
    """A table of fields: a place in the document and the schema of what stands there."""

    path: str
    schema: Schema
    about: str


def load(name: str) -> Schema:
    """Load a committed schema."""
    with open(os.path.join(data_folder("schemas"), f"{name}.schema.json"), encoding="utf-8") as file:
        loaded: Schema = json.load(file)
    return loaded


def sections(path: str, schema: Schema, root: Schema, about: str = "") -> Iterator[Section]:
    """Walk the sections of a document in its order, each after the one that holds it."""
    found = target(schema, root)
    yield Section(path, found, about or describe(schema, root))
    for name, field in found["properties"].items():
        if field.get("x-layer"):
            continue
        below, way = field, f"{path}.{name}" if path else name
        held = target(field, root).get("additionalProperties")
        if isinstance(held, dict):
            below, way = held, f"{way}.NAME"
        if "properties" in target(below, root):
            yield from sections(way, below, root, describe(field, root))


def describe(field: Schema, root: Schema) -> str:
    """What a field or its section says of itself."""
    text: str = field.get("description") or target(field, root).get("description", "")
    return text


def kind(way: str, field: Schema, root: Schema) -> str:
    """What may be written: the type with its bounds."""
    found = target(field, root)
    held = found.get("additionalProperties")
    if field.get("x-layer"):
        return SETTINGS_LINK
    if isinstance(held, dict):
        inner = f"[section](#{anchor(f'{way}.NAME')})" if "properties" in target(held, root) else "text"
        return f"map of names, each with {'a ' if inner != 'text' else ''}{inner}"
    if "properties" in found:
        return f"[section](#{anchor(way)})"
    if found.get("type") == "array":
        return f"list of {plural(found['items'], root)}"
    if found.get("type") == "object":
        return "map of names, each with a section"
    return with_bounds(wanted(found, root), found)


def plural(items: Schema, root: Schema) -> str:
    """What a list holds."""
    found = target(items, root)
    return "the values below" if len(choices(found, root)) > 1 else with_bounds("text", found, of="whole numbers")


def with_bounds(text: str, found: Schema, of: str = "") -> str:
    """Add the bounds of numbers and the length of text: "a whole number from 1 to 6"."""
    number: Schema = next((schema for schema in (found, *found.get("anyOf", ())) if schema.get("type") in _NUMBERS), {})
    low, high = number.get("minimum"), number.get("maximum")
    if of and number:
        text = of
    bounds = []
    if low is not None and high is not None:
        bounds.append(f"from {low} to {high}")
    elif low is not None:
        bounds.append(f"of at least {low}")
    bounds += [f"{words} {number[key]}" for key, words in _OPEN.items() if key in number]
    if low is None and high is not None:
        bounds.append(f"of at most {high}")
    if "maxLength" in found:
        bounds.append(f"of at most {found['maxLength']} characters")
    # The bounds belong to the number, not to what may stand in its place.
    first, separator, rest = text.partition(" or `unlimited`")
    return " ".join([first, " and ".join(bounds)]).strip() + separator + rest


def anchor(way: str) -> str:
    """The fragment of a section's heading."""
    return "".join(character for character in way.lower() if character.isalnum() or character in "_-")


def table(section: Section, root: Schema) -> Iterator[str]:
    """The fields of one section."""
    required = section.schema.get("required", ())
    yield "| field | what to write | without it | |\n|---|---|---|---|\n"
    details: list[str] = []
    for name, field in section.schema["properties"].items():
        way = f"{section.path}.{name}" if section.path else name
        if "default" in field:
            missing = f"`{json.dumps(field['default'], ensure_ascii=False)}`"
        else:
            missing = "needed" if name in required else "absent"
        cells = (f"`{name}`", kind(way, field, root), missing, describe(field, root))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
        details += detail(name, field, root)
    if details:
        yield "\n" + "".join(details)


def detail(name: str, field: Schema, root: Schema) -> Iterator[str]:
    """The values of an enumeration, the form of text, and what layers do with a list."""
    found = target(field, root)
    items = found.get("items", {})
    listed = choices(items, root) if items else choices(found, root)
    if len(listed) > 1 and any(choice.meaning for choice in listed):
        yield f"- `{name}`:\n" + "".join(f"  - `{choice.value}`: {choice.meaning}\n" for choice in listed)
    if "pattern" in found:
        yield f"- `{name}`: {form(found['pattern'])}\n"
    if "pattern" in items:
        yield f"- `{name}`, each: {form(items['pattern'])}\n"
    names = found.get("propertyNames", {}).get("pattern")
    if names:
        yield f"- `{name}`, the names: {form(names)}\n"
    if found.get("x-union"):
        yield f"- `{name}`: the lists of all layers add up\n"


def fields(title: str, start: dict[str, Schema], root: Schema) -> str:
    """A page of fields."""
    parts = [NOTE, "\n\n", title]
    for path, schema in start.items():
        for section in sections(path, schema, root):
            parts += [f"\n## {section.path or 'Top level'}\n\n", f"{section.about}\n\n", *table(section, root)]
    return "".join(parts)


def tenant() -> str:
    """The page of a tenant: the complete shape, with `environments`, which only the tenant's own document has."""
    complete, written = load("resolved"), load("tenant")
    settings = target(complete["properties"]["spec"], complete)
    environments = written["definitions"]["Spec"]["properties"]["environments"]
    own = {"description": environments["description"], "type": "object"}
    chosen = {key: settings["properties"][key] for key in ("tier", "profiles")}
    rest = {key: value for key, value in settings["properties"].items() if key not in chosen}
    spec = {**settings, "description": "What the tenant is.", "properties": {**chosen, "environments": own, **rest}}
    return fields(TENANT, {"metadata": complete["properties"]["metadata"], "spec": spec}, complete)


def workspace() -> str:
    """The page of the configuration."""
    root = load("workspace")
    return fields(WORKSPACE, {"": root}, root)


def titles() -> dict[str, str]:
    """The titles of the codes' pages by code."""
    found = {}
    folder = os.path.join(ROOT, REFERENCE, "codes")
    for name in sorted(os.listdir(folder)):
        if name.startswith("TC"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                code, _, title = file.readline().removeprefix("# ").strip().partition(": ")
            found[code] = title
    return found


def codes() -> str:
    """The index of the codes."""
    parts = [
        NOTE,
        "\n\n# Codes\n\nEvery finding has a code that never changes its meaning. `tenant-compile explain TC203` prints",
        " a page in the terminal.\n",
    ]
    group = ""
    for code, title in titles().items():
        if code[:3] != group:
            group = code[:3]
            parts.append(f"\n## {GROUPS[group]}\n\n| code | |\n|---|---|\n")
        parts.append(f"| [{code}]({code}.md) | {title} |\n")
    return "".join(parts)


def pages() -> dict[str, str]:
    """The text of each page by its path."""
    return {
        os.path.join(REFERENCE, "tenant.md"): tenant(),
        os.path.join(REFERENCE, "objects.md"): f"{NOTE}\n\n{objects_page.page()}",
        os.path.join(REFERENCE, "workspace.md"): workspace(),
        os.path.join(REFERENCE, "codes", "README.md"): codes(),
    }


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page differs")
    check = parser.parse_args(arguments).check
    different = []
    for page, text in pages().items():
        path = os.path.join(ROOT, page)
        if _read(path) == text:
            continue
        different.append(page)
        if not check:
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
    print("\n".join(f"{'differs' if check else 'written'}: {page}" for page in different) or "nothing to do")
    return 1 if check and different else 0


def _read(path: str) -> Any:
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
