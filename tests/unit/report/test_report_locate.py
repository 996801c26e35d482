"""From places to lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenant_compiler.data import data_folder
from tenant_compiler.model.diagnostic import Place, Span
from tenant_compiler.read.jsonnet import JsonnetEvaluator
from tenant_compiler.report.locate import Located, Locator

if TYPE_CHECKING:
    from pathlib import Path

YAML = "a:\n  b: 1\n---\nc: {d: two}\n"


@pytest.fixture
def locator(tmp_path: Path) -> Locator:
    """A locator of a folder with a file of each kind."""
    (tmp_path / "x.yaml").write_text(YAML)
    (tmp_path / "x.toml").write_text('[a.b]\nc = ["one", "two"]\n')
    (tmp_path / "x.jsonnet").write_text("function(tier) {\n  a: 7,\n  b: 3 + 4,\n  c: tier,\n}\n")
    return Locator(str(tmp_path), JsonnetEvaluator.of(str(tmp_path), data_folder("tier_presets")))


def test_a_yaml_node_has_its_span(locator: Locator) -> None:
    """A value, and its key on demand, in the document that is meant."""
    assert locator.locate(Place("x.yaml", ("a", "b"))) == Located("x.yaml", Span(2, 6, 7), ("a", "b"))
    assert locator.locate(Place("x.yaml", ("c", "d"), document=1, key=True)).span == Span(4, 5, 6)


def test_a_missing_yaml_node_has_the_span_of_its_nearest_parent(locator: Locator) -> None:
    """The pointer says that it is the parent's."""
    assert locator.locate(Place("x.yaml", ("a", "nope", "x"))) == Located("x.yaml", Span(1, 1, 2), ("a",))


def test_a_built_in_rule_has_its_lines(locator: Locator) -> None:
    """Whoever is denied by a built-in rule can read it."""
    assert locator.line("<built-in>/policies/rego/rules/tls_minimum.rego", 1) == "# METADATA"
    assert not locator.line("<built-in>/policies/../LICENSE", 1)


def test_a_missing_document_has_no_line(locator: Locator) -> None:
    """No line is better than a wrong one."""
    assert locator.locate(Place("x.yaml", ("a",), document=7)) == Located("x.yaml", None, ())


def test_a_toml_value_has_its_span_and_a_missing_one_its_tables(locator: Locator) -> None:
    """Values of lists too; a missing key stands in its table's header."""
    assert locator.locate(Place("x.toml", ("a", "b", "c", 1))).span == Span(2, 13, 18)
    assert locator.locate(Place("x.toml", ("a", "b", "z"))) == Located("x.toml", Span(1, 4, 5), ("a", "b"))
    assert locator.locate(Place("x.toml", ("z",))) == Located("x.toml", None, ())


def test_a_jsonnet_literal_has_its_span_and_a_computed_value_only_its_file(locator: Locator) -> None:
    """What is computed, or comes in as an argument, has no line of its own."""
    arguments = (("tier", "free"),)
    assert locator.locate(Place("x.jsonnet", ("a",), arguments=arguments)).span == Span(2, 6, 7)
    assert locator.locate(Place("x.jsonnet", ("b",), arguments=arguments)).span is None
    assert locator.locate(Place("x.jsonnet", ("c",), arguments=arguments)).span is None
    assert locator.locate(Place("x.jsonnet", ("nope",), arguments=arguments)).span is None
    assert locator.locate(Place("x.jsonnet")).span is None


def test_a_built_in_preset_has_lines_also_in_what_it_imports(locator: Locator) -> None:
    """The level that `standard` inherits from `free` is shown in `free`."""
    place = Place("<built-in>/tier_presets/standard.jsonnet", ("defaults", "security", "encryption_level"))
    found = locator.locate(place)
    assert found.file == "<built-in>/tier_presets/free.jsonnet"
    assert found.span is not None
    assert "basic" in (locator.line(found.file, found.span.line) or "")


def test_without_an_evaluator_jsonnet_has_no_lines(tmp_path: Path) -> None:
    """A report about a workspace that could not be opened still works."""
    (tmp_path / "x.jsonnet").write_text("{a: 1}")
    assert Locator(str(tmp_path)).locate(Place("x.jsonnet", ("a",))).span is None


def test_a_known_span_is_kept(locator: Locator) -> None:
    """What the reader said is not worked out again."""
    assert locator.locate(Place("gone.yaml", span=Span(3, 4, 5))).span == Span(3, 4, 5)


def test_files_that_cannot_be_read_have_no_lines(locator: Locator, tmp_path: Path) -> None:
    """Missing files, links, and files outside the workspace are never shown."""
    (tmp_path / "link.yaml").symlink_to(tmp_path / "x.yaml")
    for file in ("gone.yaml", "link.yaml", "../outside.yaml", "/etc/hostname", "<built-in>/../x.yaml", "x.txt"):
        assert locator.locate(Place(file, ("a",))).span is None
    assert locator.line("gone.yaml", 1) in (None, "")


def test_lines_are_counted_from_one(locator: Locator) -> None:
    """As spans count them; there is no line zero."""
    assert locator.line("x.yaml", 2) == "  b: 1"
    assert locator.line("x.yaml", 0) is None
    assert locator.line("x.yaml", 99) is None


def test_an_overlay_stands_in_for_a_file(tmp_path: Path) -> None:
    """What an editor has not saved yet is what its lines come from."""
    locator = Locator(str(tmp_path), overlay={"x.yaml": b"\n\na: 1\n"})
    assert locator.locate(Place("x.yaml", ("a",))).span == Span(3, 4, 5)
