"""Findings and verdicts as Markdown: a summary, tables, and each finding folded; never longer than a comment may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from report_samples import finding

from tenant_compiler.report.markdown import COMMENT, fenced, step_summary
from tenant_compiler.report.verdicts import VerdictRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_report_has_a_summary_a_table_and_the_findings_folded(write: Callable[..., str], tmp_path: Path) -> None:
    """The finding in full stands as it does in the terminal."""
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants" / "acme.yaml").write_text("a:\nb:\nc: {quota: 1}\n")
    text = write("markdown", finding(), command="check", summary=["1 tenant checked: 1 error"])
    assert text == (
        "### tenant-compile check: 1 error\n"
        "\n```text\n1 tenant checked: 1 error\n```\n"
        "\n| severity | code | what | findings | tenants |\n| --- | --- | --- | --- | --- |\n"
        "| error | <code>TC511</code> | the services do not fit into the quota | 1 | 1 |\n"
        "\n<details><summary>error <code>TC511</code> <code>too little</code></summary>\n"
        "\n```text\n"
        "error[TC511]: too little\n"
        " --> tenants/acme.yaml:3:5\n"
        "  |\n"
        "3 | c: {quota: 1}\n"
        "  |     ^^^^\n"
        "  |\n"
        "  = help: write more\n"
        "```\n\n</details>\n"
    )
    assert write("markdown") == "### tenant-compile check: no findings\n"


def test_verdicts_are_a_table_with_failures_first(write: Callable[..., str]) -> None:
    """Only statuses that occur have a column."""
    rows = [
        VerdictRow("a", "production", "hipaa", "1", "t", "pass"),
        VerdictRow("b", "production", "hipaa", "1", "t", "pass"),
        VerdictRow("b", "production", "hipaa", "2", "t", "not_evaluated"),
    ]
    assert write("markdown", verdicts=rows).splitlines()[2:] == [
        "| tenant | environment | framework | not evaluated | pass |",
        "| --- | --- | --- | --- | --- |",
        "| <code>b</code> | <code>production</code> | <code>hipaa</code> | 1 | 1 |",
        "| <code>a</code> | <code>production</code> | <code>hipaa</code> | 0 | 1 |",
    ]


def test_a_report_is_never_longer_than_a_comment(write: Callable[..., str], report: Callable[..., Any]) -> None:
    """Findings and rows that do not fit are counted; a step's summary has more room."""
    found = [finding(message=f"{n} " + "é" * 3_000) for n in range(60)]
    rows = [VerdictRow(f"tenant-{n}", "production", "hipaa", "1", "t", "fail") for n in range(1_000)]
    text = write("markdown", *found, verdicts=rows)
    assert COMMENT // 2 < len(text.encode()) <= COMMENT
    assert "of 60 findings more: the report as JSON or SARIF has them all\n" in text
    assert "of 1,000 rows more\n" in text
    assert text.count("<details>") == text.count("</details>")
    longer = step_summary(report(*found, verdicts=rows), 1024 * 1024)
    assert longer.count("<details>") == 60
    assert len(longer.encode()) <= 1024 * 1024
    assert len(step_summary(report(*found, verdicts=rows), 4096).encode()) <= 4096


def test_infos_are_counted_and_not_listed_unless_asked_for(write: Callable[..., str]) -> None:
    """What is not built yet concerns every tenant."""
    text = write("markdown", finding(severity="info"), brief=True)
    assert "| info | <code>TC511</code>" in text
    assert "<details>" not in text
    assert "more" not in text
    assert "… and 1 of 2 findings more" in write("markdown", finding(), finding(message="b"), limit=1)


def test_a_fence_is_longer_than_any_inside() -> None:
    """So nothing in it can close it."""
    for text in ("a", "```", "x\n````\n~~~", "`" * 70):
        (token,) = MarkdownIt().parse(fenced(text))
        assert token.type == "fence"
        assert token.content == f"{text}\n"
