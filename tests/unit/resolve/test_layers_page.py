"""The examples of docs/explanation/layers.md do what the page says, in the real resolver."""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple

import pytest
import yaml

from tenant_compiler.model.diagnostic import TenantCompileError
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import CHECK
from tenant_compiler.run.session import Session

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
PAGE = os.path.join(ROOT, "docs", "explanation", "layers.md")
CONFIG = '[workspace]\nname = "example"\n\n[defaults]\nplacement = { cloud = "aws" }\n'
HEADS = {
    "tenants": "apiVersion: tenant-compiler.dev/v1\nkind: Tenant\nmetadata: {name: %s}\n",
    "profiles": "apiVersion: tenant-compiler.dev/v1\nkind: Profile\n",
}

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"(?:#|//) (\S+\.\w+)\n")
_RESULT = re.compile(r"# result(?: in (\w+))?\n")


class Example(NamedTuple):
    """A workspace in a section of the page, and what must come out."""

    files: dict[str, str]
    results: list[tuple[str, Any]]
    errors: list[str]


def examples() -> dict[str, Example]:
    """The examples by the titles of their sections."""
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    found = {}
    for section in text.split("\n## ")[1:]:
        example = Example({}, [], [])
        for language, block in _FENCE.findall(section):
            result, file_name = _RESULT.match(block), _FILE.match(block)
            if result:
                example.results.append((result[1] or "production", yaml.safe_load(block)))
            elif file_name:
                name, body = file_name[1], block[file_name.end() :]
                assert name not in example.files, f"{name} stands twice in one section"
                example.files[name] = _head(name) + body
            else:
                assert language == "text", block
                example.errors.extend(re.findall(r"^error\[(.+)$", block, re.MULTILINE))
        title = section.splitlines()[0]
        if example.files:
            found[title] = example
    return found


def _head(name: str) -> str:
    folder, _, rest = name.partition("/")
    if not name.endswith(".yaml") or folder not in HEADS:
        return ""
    head = HEADS[folder]
    return head % rest.removesuffix(".yaml") if "%s" in head else head


EXAMPLES = examples()


def run(example, root):
    """Write an example's workspace and resolve its tenants: (environments' specs of `acme`, errors)."""
    for name, text in {"tenant-compile.toml": CONFIG, **example.files}.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    specs, errors = {}, []
    try:
        for result in Session(open_workspace(root)).stream(Selectors(), CHECK):
            errors += [f"{each.code}]: {each.message}" for each in result.diagnostics if each.severity == "error"]
            if result.tenant == "acme":
                specs = {each.environment: each.resolved.spec for each in result.environments if each.resolved}
    except TenantCompileError as error:
        errors += [f"{each.code}]: {each.message}" for each in error.diagnostics]
    return specs, errors


def differences(expected, actual, path=""):
    """Where the shown part of a result differs from the resolved tenant; `null` means: not there."""
    if expected is None:
        return [] if actual is None else [f"{path} is there"]
    if isinstance(expected, dict) and isinstance(actual, dict):
        return [
            found
            for key, value in expected.items()
            for found in differences(value, actual.get(key), f"{path}.{key}" if path else key)
        ]
    return [] if expected == actual else [f"{path}: {actual!r}, but the page says {expected!r}"]


def test_the_page_has_its_examples():
    """Every section with an example has something to show."""
    assert len(EXAMPLES) >= 8
    assert [title for title, example in EXAMPLES.items() if not (example.results or example.errors)] == []


@pytest.mark.parametrize("title", EXAMPLES)
def test_each_example_gives_what_the_page_shows(title, tmp_path):
    """Results have the values that are shown, and the errors are those that are shown, all of them."""
    example = EXAMPLES[title]
    specs, errors = run(example, str(tmp_path))
    assert sorted(errors) == sorted(example.errors)
    for environment, expected in example.results:
        assert differences(expected, specs[environment]) == []


def test_a_wrong_result_would_be_noticed(tmp_path):
    """The comparison is no formality."""
    specs, _ = run(EXAMPLES["The order"], str(tmp_path))
    assert differences({"quotas": {"cpu_cores": 3, "nonsense": 1}}, specs["production"]) == [
        "quotas.cpu_cores: 2, but the page says 3",
        "quotas.nonsense: None, but the page says 1",
    ]
    assert differences({"quotas": None}, specs["production"]) == ["quotas is there"]


def test_the_table_of_levels_is_the_real_one():
    """What the page says of each encryption level is what the layer sets."""
    from tenant_compiler.resolve.encryption import LEVELS

    with open(PAGE, encoding="utf-8") as file:
        rows = re.findall(r"^\| (basic|enhanced|maximum|classified) \| (.+) \|$", file.read(), re.MULTILINE)
    assert len(rows) == len(LEVELS)
    for level, cells in rows:
        tls, custody, days, flags = cells.split(" | ")
        security = LEVELS[level]["security"]
        assert security["tls"]["minimum_version"] == tls
        assert security["keys"] == {
            "custody": custody,
            "rotation_days": int(days),
            "hsm": flags == "true",
            "fips": flags == "true",
        }
