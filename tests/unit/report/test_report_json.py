"""Findings as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Diagnostic, Label, Place, Span
from tenant_compiler.report.findings import Collector
from tenant_compiler.report.formats import FORMATS, Report
from tenant_compiler.report.locate import Locator
from tenant_compiler.report.style import Style

if TYPE_CHECKING:
    from pathlib import Path


def test_a_finding_has_all_its_fields(tmp_path: Path) -> None:
    """Places are lines and columns from 1, paths are the workspace's, absent places are null."""
    found = Diagnostic(
        "TC304",
        "m",
        "warning",
        ("spec", "quotas", "cpu_cores"),
        Place("a.yaml", span=Span(3, 5, 7)),
        "h",
        ("n",),
        "l",
        (Label(Place("own.jsonnet", ("limits",)), "the limit"),),
        "acme",
        "production",
        "kubernetes",
        "Namespace/x",
    )
    locator = Locator(str(tmp_path))
    collector = Collector()
    collector.add([found, found._replace(environment="staging"), Diagnostic("TC130", "none", tenant="")])
    report = Report(collector.findings(locator), locator, Style(), lambda file: f"shown/{file}")
    made = json.loads(FORMATS["json"](report._replace(numbers={"tenants": 1}, extra={"changes": []})))
    assert made["format_version"] == 1
    assert made["summary"] == {"error": 1, "warning": 1, "info": 0, "shown": 2, "tenants": 1}
    assert made["changes"] == []
    nowhere, somewhere = made["diagnostics"]
    assert (nowhere["file"], nowhere["line"]) == (None, None)
    assert somewhere == {
        "code": "TC304",
        "severity": "warning",
        "message": "m",
        "file": "a.yaml",
        "line": 3,
        "column": 5,
        "end_column": 7,
        "pointer": "quotas.cpu_cores",
        "label": "l",
        "help": "h",
        "notes": ["n"],
        "tenant": "acme",
        "environment": "production",
        "also_in": [{"tenant": "acme", "environment": "staging"}],
        "target": "kubernetes",
        "object": "Namespace/x",
        "related": [{"file": "own.jsonnet", "line": None, "column": None, "end_column": None, "message": "the limit"}],
    }


def test_a_limit_shortens_the_list_and_not_the_counts(tmp_path: Path) -> None:
    """All findings are there unless a limit is asked for, and are counted in any case."""
    locator = Locator(str(tmp_path))
    collector = Collector()
    collector.add(Diagnostic("TC203", f"m{n}") for n in range(70))
    report = Report(collector.findings(locator), locator, Style(), str)
    assert len(json.loads(FORMATS["json"](report))["diagnostics"]) == 70
    short = json.loads(FORMATS["json"](report._replace(limit=3)))
    assert len(short["diagnostics"]) == 3
    assert short["summary"]["error"] == 70
    assert short["summary"]["shown"] == 3


def test_text_that_is_no_unicode_stays_readable_by_programs(tmp_path: Path) -> None:
    """Half of a surrogate pair in a message does not break the output."""
    locator = Locator(str(tmp_path))
    collector = Collector()
    collector.add([Diagnostic("TC203", "\ud800 ü")])
    text = FORMATS["json"](Report(collector.findings(locator), locator, Style(), str))
    assert text.isascii()
    assert json.loads(text)["diagnostics"][0]["message"] == "\ud800 ü"
