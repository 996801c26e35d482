"""The plug-in as its users meet it: installed, in a workspace, through the compiler's Python API."""  # noqa: INP001 - tests are no package

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from tenant_compiler_example import tenant_compiler_backends

import tenant_compiler as tc

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HERE = os.path.dirname(__file__)
FILE = "acme-shop/production/service-catalogue/catalog-info.yaml"
SECTION = """\
  extensions:
    catalogue:
      lifecycle: production
      system: shop
      links:
        Handbook: https://handbook.example/shop
"""


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., tc.BuildReport]:
    """Build the workspace beside this file, with a piece of its tenant replaced."""
    shutil.copytree(os.path.join(HERE, "workspace"), tmp_path, dirs_exist_ok=True)
    tenant = tmp_path / "tenants" / "acme-shop.yaml"

    def run(old: str = "", new: str = "") -> tc.BuildReport:
        text = tenant.read_text(encoding="utf-8")
        assert old in text
        tenant.write_text(text.replace(old, new), encoding="utf-8")
        fleet = tc.open_workspace(tmp_path)
        report = fleet.build()
        return report._replace(diagnostics=tuple(fleet.locate(report.diagnostics)))

    return run


def codes(report: tc.BuildReport) -> list[str]:
    """The codes of the errors."""
    return [finding.code for finding in report.diagnostics if finding.severity == "error"]


def test_the_file_holds_an_entity_for_each_service_and_store(build: Callable[..., tc.BuildReport]) -> None:
    """Owner, tier, hosts, dependencies, runbook and links of a tenant become entities that Backstage reads."""
    (result,) = build().results
    (file,) = result.files
    with open(os.path.join(HERE, "expected", "catalog-info.yaml"), "rb") as expected:
        assert file.data == expected.read()


def test_every_entity_names_the_lines_that_it_was_made_from(build: Callable[..., tc.BuildReport]) -> None:
    """A service's entity comes from the service, its owner and the section of the plug-in."""
    objects = {item.id: item for item in build().artifacts[FILE].objects}
    assert list(objects) == ["Component/portal", "Component/search", "Resource/sql.records"]
    assert objects["Component/portal"].made_from == (
        ("spec", "services", "portal"),
        ("spec", "owner"),
        ("spec", "extensions", "catalogue"),
    )


def test_a_tenant_without_the_section_is_experimental(build: Callable[..., tc.BuildReport]) -> None:
    """The section may be left out; then nobody has promised anything."""
    report = build(SECTION)
    assert codes(report) == []
    assert [entity["spec"].get("lifecycle") for entity in report.artifacts[FILE].content] == [
        "experimental",
        "experimental",
        None,
    ]


def test_production_without_somebody_on_call_is_an_error(build: Callable[..., tc.BuildReport]) -> None:
    """EX101 points at the line that says production."""
    report = build("    on_call: https://oncall.example/shop\n")
    assert codes(report) == ["EX101"]
    (finding,) = [finding for finding in report.diagnostics if finding.code == "EX101"]
    assert finding.place is not None
    assert finding.place.span is not None
    assert (finding.place.file, finding.place.span.line) == ("tenants/acme-shop.yaml", 28)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("lifecycle: production", "lifecycle: prod"),
        ("system: shop", "system: the shop"),
        ("Handbook: https://handbook.example/shop", "Handbook: javascript:alert(1)"),
        ("system: shop", "sistem: shop"),
    ],
)
def test_the_section_is_checked_by_its_schema(build: Callable[..., tc.BuildReport], old: str, new: str) -> None:
    """A wrong value or key in the section is a finding of the compiler, with a line."""
    report = build(old, new)
    (finding,) = report.diagnostics
    assert finding.code.startswith("TC2")
    assert finding.pointer[:3] == ("spec", "extensions", "catalogue")
    assert finding.place is not None
    assert finding.place.span is not None


def test_a_name_that_backstage_refuses_is_found_before_it_is_written(build: Callable[..., tc.BuildReport]) -> None:
    """A store's name may have 63 characters, and so may an entity's, which has the kind in front (EX102)."""
    report = build("records", "r" * 63)
    assert codes(report) == ["EX102"]
    (finding,) = [finding for finding in report.diagnostics if finding.code == "EX102"]
    assert finding.object == f"Resource/sql.{'r' * 63}"
    assert finding.pointer == ("spec", "data", "sql", "r" * 63)
    assert finding.target == "service-catalogue"


def test_workers_and_internal_services_are_told_apart(build: Callable[..., tc.BuildReport]) -> None:
    """A service that browsers reach is a website; one that is not called keeps its kind."""
    report = build("image: registry.example/search:1", "image: registry.example/search:1\n      kind: worker")
    assert codes(report) == ["TC310"]  # the portal calls it
    report = build("      calls: [search]\n")
    entities = report.artifacts[FILE].content
    assert [entity["spec"]["type"] for entity in entities] == ["website", "worker", "database"]


def test_a_tenant_without_services_has_no_file(build: Callable[..., tc.BuildReport]) -> None:
    """Nothing asked for the file, so it does not exist."""
    services = """\
  services:
    portal:
      image: registry.example/portal:1
      calls: [search]
      expose: { hosts: [portal.shop.example] }
    search:
      image: registry.example/search:1
      uses: [records]
"""
    report = build(services)
    assert codes(report) == []
    assert report.artifacts == {}


def test_a_file_is_taken_apart_into_the_objects_that_it_was_made_of(build: Callable[..., tc.BuildReport]) -> None:
    """`index` finds every object again by its id."""
    artifact = build().artifacts[FILE]
    (backend,) = tenant_compiler_backends()
    assert backend.index(artifact.content) == {item.id: item.value for item in artifact.objects}
