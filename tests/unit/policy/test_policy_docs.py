"""Pages about rules and frameworks: complete, escaped, and the committed ones are up to date."""

from __future__ import annotations

import os
import re

import pytest

from tenant_compiler.judge.docs.markdown import NOTE, anchors, cell, table
from tenant_compiler.judge.docs.pages import pages, read_page, stale
from tenant_compiler.plan.needs import FEATURES

REFERENCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "..", "docs", "reference"))


@pytest.fixture(scope="module")
def made(built_in):
    """The pages of the built-in rules."""
    return pages(built_in, REFERENCE, FEATURES)


def test_the_committed_pages_are_those_that_are_made(made):
    """Whoever changes a rule, a fixture or a framework runs `tenant-compile policy docs`."""
    different = [path for path, text in made.items() if read_page(REFERENCE, path) != text]
    assert different == []
    assert stale(REFERENCE, made) == []


def test_every_rule_and_framework_has_a_page(built_in, made):
    """And is in the index."""
    for rule in built_in.rules.values():
        assert f"rules/{rule.id}.md" in made
        assert f"[{rule.id}]({rule.id}.md)" in made["rules/README.md"]
    for name in built_in.frameworks:
        assert f"({name}.md)" in made["frameworks/README.md"]


@pytest.mark.parametrize("name", ["fedramp", "gdpr", "hipaa", "iso27001", "pci_dss", "sox"])
def test_no_control_is_missing_on_a_framework_s_page(built_in, made, name):
    """Each is one row, with its text, its evidence and its rules."""
    rows = [line for line in made[f"frameworks/{name}.md"].split("\n") if line.startswith('| <a id="')]
    controls = [*built_in.frameworks[name].controls.values()]
    assert len(rows) == len(controls)
    for row, control in zip(rows, controls, strict=True):
        assert f"</a>{cell(control.id)} |" in row
        assert cell(control.title) in row
        assert cell(control.text) in row
        assert cell(control.note) in row
        assert f"| {control.evidence} |" in row
        for use in control.rules:
            assert f"[`{use.rule}`](../rules/{built_in.rules[use.rule].id}.md)" in row
        for parameter in control.parameters:
            assert f"`{parameter}`" in row
        for level in control.by_level:
            assert f"{level}: " in row


def test_a_framework_s_page_counts_its_controls(built_in, made):
    """By evidence, and by level."""
    page = made["frameworks/fedramp.md"]
    assert "| all | 410 |" in page
    assert "| moderate | 323 |" in page
    assert "| li_saas | 156 |" in page


def test_links_between_pages_lead_to_rows(built_in, made):
    """A control that is named on a rule's page has its place on the framework's."""
    for path, text in made.items():
        for target, place in re.findall(r"\]\(\.\./frameworks/(\w+)\.md#([^)]+)\)", text):
            assert f'<a id="{place}">' in made[f"frameworks/{target}.md"], path


def test_a_rule_s_page_has_what_it_says_of_itself(built_in, made):
    """With a case that passes and one that does not."""
    page = made["rules/TC404.md"]
    assert page.startswith(NOTE + "# TC404: TLS of stores is recent enough\n")
    assert "| `tls_minimum` | The oldest version of TLS | `12` | tenths of a version | the higher |" in page
    assert "- [TC462](../rules/TC462.md): " in page
    assert "[164.312(e)(1)](../frameworks/hipaa.md#164-312-e-1)" in page
    assert "- denied: `security.tls.minimum_version`: … is 1.2, but at least 1.3 is needed …" in page
    assert page.index("## Does not pass") < page.index("## Passes")
    for rule in built_in.rules.values():
        page = made[f"rules/{rule.id}.md"]
        assert rule.description in page
        assert "## What proves it" in page


def test_what_proves_a_rule_is_said_for_each_kind(made):
    """Carried, not carried yet, attested, and the proof itself."""
    assert "must offer" in made["rules/TC422.md"]
    assert "Nothing that is emitted carries it yet" in made["rules/TC410.md"]
    assert "No configuration proves it" in made["rules/TC452.md"]
    assert "counts as proved for [TC404](../rules/TC404.md)" in made["rules/TC462.md"]


def test_pages_of_a_workspace_name_built_in_rules_without_a_link(book, built_in):
    """Their pages are elsewhere."""
    own = built_in.frameworks["sox"]._replace(name="own", file="policies/frameworks/own.yaml")
    made = pages(book()._replace(frameworks={"own": own}), "/w/docs/policies", FEATURES)
    assert sorted(made) == ["frameworks/README.md", "frameworks/own.md", "rules/ACME1.md", "rules/README.md"]
    assert "`tls_minimum` (TC404)" in made["frameworks/own.md"]
    assert "../rules/TC404.md" not in made["frameworks/own.md"]
    assert "No control of a framework rests on it" in made["rules/ACME1.md"]
    alone = pages(book(), "/w/docs/policies", FEATURES)
    assert sorted(alone) == ["rules/ACME1.md", "rules/README.md"]
    assert "../frameworks/" not in alone["rules/README.md"]


def test_text_cannot_break_out_of_a_table():
    """Nor begin a tag, nor a row of its own."""
    assert cell("a | b\n<script>") == "a \\| b &lt;script>"
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n|---|---|\n| 1 | 2 |\n"
    assert table(("a",), []) == ""


def test_places_of_controls_are_unique(built_in):
    """Two identifiers that differ in marks only get different names."""
    framework = built_in.frameworks["sox"]
    control = next(iter(framework.controls.values()))
    twins = framework._replace(controls={name: control._replace(id=name) for name in ("A-1(2)", "A.1.2", "A_1_2")})
    assert anchors(twins) == {"A-1(2)": "a-1-2", "A.1.2": "a-1-2-2", "A_1_2": "a-1-2-3"}


def test_a_page_of_a_rule_that_is_gone_is_found(tmp_path):
    """What people wrote is not."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "OLD1.md").write_text(NOTE + "# OLD1\n")
    (tmp_path / "rules" / "notes.md").write_text("# Ours\n")
    (tmp_path / "rules" / "bytes.md").write_bytes(b"\xff")
    assert stale(str(tmp_path), {}) == ["rules/OLD1.md"]
