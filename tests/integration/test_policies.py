"""The built-in rules as a whole: every case holds, nearly every line is reached, and there is nothing to mend.

The page that leads from a new rule to a framework of one's own is followed to its end.
"""

from __future__ import annotations

import json
import os
import re

import pytest

from tenant_compiler.cli import main

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
PAGE = os.path.join(ROOT, "docs", "how-to", "write-a-rule.md")


@pytest.fixture
def tc(monkeypatch, capsys):
    """Runs the command line: `tc(folder, "policy", "lint")` gives the exit code and standard output."""

    def run(folder, *arguments):
        with monkeypatch.context() as here:
            here.chdir(folder)
            code = main(list(arguments))
        ran = capsys.readouterr()
        return code, ran.out + ran.err

    return run


def test_all_cases_of_the_built_in_rules_hold(tc, tmp_path):
    """Together they go through 95 of 100 lines."""
    code, out = tc(tmp_path, "policy", "test", "--coverage", "--threshold", "95", "--max-diagnostics", "500")
    assert code == 0, out


def test_cases_can_be_tried_by_the_other_engine(tc, tmp_path):
    """With the lines that it counts."""
    pytest.importorskip("opa_bindings")
    rules = ("tls_minimum", "stores_tls")
    code, out = tc(tmp_path, "policy", "test", *rules, "--engine", "opa-embedded", "--coverage")
    assert code == 0, out
    assert "coverage " in out


def test_the_built_in_rules_have_nothing_to_mend(tc, tmp_path):
    """Not even a warning."""
    code, out = tc(tmp_path, "policy", "lint", "--fail-on", "info")
    assert code == 0, out


def test_the_built_in_pages_are_up_to_date(tc, tmp_path):
    """`tenant-compile policy docs` writes them again."""
    code, out = tc(tmp_path, "policy", "docs", "--check")
    assert code == 0, out


def test_the_page_about_rules_holds(tc, tmp_path):
    """Its rule, cases and frameworks, followed from an empty folder to a judged fleet."""
    with open(PAGE, encoding="utf-8") as file:
        blocks = re.findall(r"^```(\w+)\n(.*?)^```", file.read(), re.DOTALL | re.MULTILINE)
    fleet = tmp_path / "acme"
    assert tc(tmp_path, "init", str(fleet))[0] == 0
    code, out = tc(fleet, "policy", "new", "ACME1", "night_backups", "--title", "Backups run at night")
    assert code == 0
    assert _shown(blocks, "policy new") == out
    (rule,) = (text for language, text in blocks if language == "rego")
    (fleet / "policies" / "night_backups.rego").write_text(rule)
    files = {match[1]: text for _, text in blocks if (match := re.match(r"# (policies/\S+)\n", text))}
    assert len(files) == 3
    (fleet / "policies/fixtures/night_backups.yaml").write_text(files.pop("policies/fixtures/night_backups.yaml"))
    code, out = tc(fleet, "policy", "test", "--coverage", "--threshold", "95")
    code_of_lint, lint = tc(fleet, "policy", "lint")
    assert (code, code_of_lint) == (0, 0)
    wanted = re.sub(r"\n\$ .*", "", _shown(blocks, "policy test"))
    assert _without_times(wanted) == _without_times(out) + lint
    (fleet / "policies" / "frameworks").mkdir()
    for file, text in files.items():
        (fleet / file).write_text(text)
    assert tc(fleet, "policy", "lint") == (0, "1 rule in 1 file, 2 frameworks, 5 cases · no findings\n")
    config = fleet / "tenant-compile.toml"
    (toml,) = (text for language, text in blocks if language == "toml")
    config.write_text(f"{config.read_text()}\n{toml}")
    code, out = tc(fleet, "check", "--output-format", "json", "--judged-on", "2026-11-24")
    verdicts = {each["control"]: each["status"] for each in json.loads(out)["verdicts"] if each["framework"] == "acme"}
    assert code == 1
    assert verdicts == {"OPS-1": "not_applicable", "SEC-1": "fail", "SUP-1": "fail", "PEO-1": "manual"}
    assert tc(fleet, "explain", "acme:OPS-1", "-t", "example")[0] == 0
    assert tc(fleet, "policy", "docs")[0] == 0
    assert tc(fleet, "policy", "docs", "--check")[0] == 0


def _shown(blocks, command):
    """What the page says that a command prints."""
    (text,) = (text for language, text in blocks if language == "console" and f"$ tenant-compile {command}" in text)
    return text.partition("\n")[2]


def _without_times(text):
    return re.sub(r"in [0-9.]+ s", "in … s", text)
