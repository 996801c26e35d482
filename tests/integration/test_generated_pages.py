"""The generated pages of the reference, one of them from tenants that are compiled for it."""

from __future__ import annotations

import importlib.util
import os
import re
from typing import Any

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture(scope="module")
def script() -> Any:
    """The script, loaded from its file as a module."""
    spec = importlib.util.spec_from_file_location("generate_docs", os.path.join(ROOT, "scripts", "generate_docs.py"))
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(os.path.join(ROOT, "scripts"))
        spec.loader.exec_module(module)
        yield module


def test_the_pages_are_up_to_date(script, capsys):
    """What is committed is what the script makes now: run `python scripts/generate_docs.py` after a change."""
    assert script.main(["--check"]) == 0, capsys.readouterr().out


def test_every_field_of_the_schema_is_on_its_page(script):
    """No field is left out, however deep."""
    for page, name in ((script.tenant(), "resolved"), (script.workspace(), "workspace")):
        root = script.load(name)
        left_out = set()
        if name == "workspace":
            left_out = set(root["definitions"]) - {"Layout", "Environment", "Plugins", "Targets", "Cluster"}
        fields = {
            field
            for title, definition in root["definitions"].items()
            if title not in left_out
            for field in definition.get("properties", {})
        }
        assert [field for field in fields if f"| `{field}` |" not in page] == []


def test_links_inside_a_page_lead_to_its_sections(script):
    """Every section that a table names has a heading."""
    for page in (script.tenant(), script.workspace()):
        anchors = {script.anchor(heading) for heading in re.findall(r"^## (.+)$", page, re.MULTILINE)}
        assert set(re.findall(r"\(#([^)]+)\)", page)) <= anchors


def test_bounds_are_said_in_words(script):
    """Numbers have their bounds, and `unlimited` stands beside the number that they are for."""
    page = script.tenant()
    assert re.search(r"\| a number from 0 to \d+ or `unlimited` \|", page)
    assert "a whole number from 7 to 90" in page
    assert "a number above 0 and below 100" in page
    assert "text of at most 40 characters" in page


def test_every_field_of_a_tenant_becomes_something_or_says_who_reads_it():
    """From the lineage, from what changes with it, or from the rules that look at it; no field has an empty row."""
    with open(os.path.join(ROOT, "docs", "reference", "objects.md"), encoding="utf-8") as file:
        rows = [line.split(" | ") for line in file.read().splitlines()]
    fields = [row for row in rows if row[0].startswith("| `") and len(row) == 3]
    assert len(fields) > 200
    assert [row[0] for row in fields if not row[1].strip() and not row[2].strip(" |")] == []
    becomes = {row[0].strip("| `"): row[1] for row in fields}
    assert "NetworkPolicy" in becomes["services.NAME.calls"]
    assert "ResourceQuota" in becomes["quotas.cpu_cores"]
    assert "Terraform: aws_db_instance" in becomes["data.sql.NAME.storage_gb"]
