"""`--output-format FORMAT[=FILE]`: several reports of one run, each whole or not at all."""

from __future__ import annotations

import json
import os
import stat
import threading
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import pytest

from tenant_compiler.cli import outputs
from tenant_compiler.cli.options import FORMATS as NAMES
from tenant_compiler.cli.outputs import append, repository, room
from tenant_compiler.report.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def broken(workspace: Path) -> Path:
    """The workspace with a misspelt tier, and outside of GitHub."""
    file = workspace / "tenants" / "acme.yaml"
    file.write_text(file.read_text().replace("tier: standard", "tier: standrd"))
    return workspace


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


def test_the_options_name_every_format() -> None:
    """And none that there is not; the command line does not import the writers to know them."""
    assert set(NAMES) == set(FORMATS)


def test_files_come_beside_text(tc: Callable[..., Any], broken: Path) -> None:
    """All say the same, and the exit code is the same."""
    plain = tc("check", cwd=broken)
    wanted = [f"--output-format={name}=out.{name}" for name in NAMES]
    ran = tc("check", *wanted, cwd=broken)
    assert ran == plain
    assert (broken / "out.text").read_text() == plain.out
    assert json.loads((broken / "out.json").read_text())["diagnostics"][0]["code"] == "TC301"
    run = json.loads((broken / "out.sarif").read_text())["runs"][0]
    assert [result["ruleId"] for result in run["results"]] == ["TC301"]
    assert run["invocations"][0]["exitCode"] == 1
    assert run["automationDetails"]["id"] == "tenant-compile/check/acme/"
    assert ET.parse(broken / "out.junit").getroot()[0].get("name") == "acme"
    assert (broken / "out.github").read_text().startswith("::error file=tenants/acme.yaml,line=7,")
    assert (broken / "out.markdown").read_text().startswith("### tenant-compile check: 1 error\n")
    assert sorted(path.name for path in broken.iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_format_without_a_file_goes_to_standard_output(tc: Callable[..., Any], broken: Path, name: str) -> None:
    """Nothing else is there; `-` says the same."""
    plain = tc("check", "--output-format", name, cwd=broken)
    assert tc("check", "--output-format", f"{name}=-", cwd=broken) == plain
    tc("check", "--output-format", f"{name}=x", cwd=broken)
    assert (broken / "x").read_text() == plain.out
    assert plain.code == 1
    assert plain.err == ""


def test_reports_are_written_when_nothing_is_found_too(tc: Callable[..., Any], workspace: Path) -> None:
    """What reads them would take a missing file for a failure, or keep yesterday's."""
    wanted = [f"--output-format={name}=out.{name}" for name in NAMES]
    assert tc("check", *wanted, cwd=workspace) == (0, "1 tenant, 1 environment checked: no findings\n", "")
    assert json.loads((workspace / "out.sarif").read_text())["runs"][0]["results"] == []
    root = ET.parse(workspace / "out.junit").getroot()
    assert [(suite.get("name"), suite[0].get("name")) for suite in root] == [("acme", "no findings")]
    assert (workspace / "out.github").read_text() == "1 tenant, 1 environment checked: no findings\n"
    assert tc("check", "-q", "--output-format=github", cwd=workspace).out == ""


def test_a_run_that_cannot_start_reports_it(tc: Callable[..., Any], tmp_path: Path) -> None:
    """A finding like others, in every file."""
    ran = tc("check", "--output-format=sarif=x.sarif", "--output-format=junit", cwd=tmp_path)
    assert ran.code == 2
    assert 'name="TC130 no workspace"' in ran.out
    run = json.loads((tmp_path / "x.sarif").read_text())["runs"][0]
    assert run["invocations"][0]["executionSuccessful"] is False
    (place,) = run["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "tenant-compile.toml"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (["sraif"], "'sraif' is not one of 'text', 'json', 'sarif', 'junit', 'github', 'markdown'"),
        (["json="], "'json=' names no file; write json=FILE, or json for standard output"),
        (["json", "sarif"], "json and sarif cannot both go to standard output; write one as sarif=FILE"),
        (["json=-", "text"], "json and text cannot both go to standard output"),
        (["json=nowhere/x"], "json=nowhere/x: there is no such folder; make it first"),
        (["json=tenants"], "json=tenants: it is a folder; name a file in it"),
        (["json=x", "sarif=./x"], "sarif=./x: json is written to that file already; give each format its own"),
        (["json=x", "sarif=link"], "json is written to that file already"),
    ],
)
def test_files_that_cannot_be_written_are_refused_before_any_work(
    tc: Callable[..., Any], broken: Path, wanted: list[str], said: str
) -> None:
    """Exit code 2, nothing on standard output, and no file."""
    (broken / "link").symlink_to("x")
    ran = tc("check", *(f"--output-format={each}" for each in wanted), cwd=broken)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert not (broken / "x").exists()


def test_a_folder_without_the_right_to_write_is_refused(
    tc: Callable[..., Any], broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As far as the system tells beforehand."""
    monkeypatch.setattr(outputs.os, "access", lambda *_: False)
    ran = tc("check", "--output-format=json=x", cwd=broken)
    assert (ran.code, ran.out) == (2, "")
    assert "json=x: it may not be written" in ran.err


def test_a_file_that_fails_at_the_end_leaves_the_old_one(
    tc: Callable[..., Any], broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The findings are printed all the same; the exit code says that something is missing."""
    (broken / "x").write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as here:
        here.setattr(outputs.os, "replace", full)
        ran = tc("check", "--output-format=json=x", cwd=broken)
    assert ran.code == 2
    assert "error[TC301]" in ran.out
    assert ran.err == "error: x cannot be written: No space left on device\n"
    assert (broken / "x").read_text() == "old"
    assert sorted(path.name for path in broken.iterdir()) == ["tenant-compile.toml", "tenants", "x"]


def test_a_file_keeps_its_place_and_has_the_rights_of_a_new_one(tc: Callable[..., Any], broken: Path) -> None:
    """A link leads to it as before; the umask decides who may read it."""
    (broken / "reports").mkdir()
    (broken / "x").symlink_to("reports/real.json")
    before = os.umask(0o027)
    try:
        tc("check", "--output-format=json=x", cwd=broken)
    finally:
        os.umask(before)
    assert (broken / "x").is_symlink()
    made = broken / "reports" / "real.json"
    assert json.loads(made.read_text())["summary"]["error"] == 1
    assert stat.S_IMODE(made.stat().st_mode) == 0o640


def test_devices_and_pipes_are_written_into(tc: Callable[..., Any], broken: Path) -> None:
    """And never replaced by a file."""
    assert tc("check", "--output-format=json=/dev/null", cwd=broken).code == 1
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    os.mkfifo(broken / "pipe")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((broken / "pipe").read_text()))
    reader.start()
    tc("check", "--output-format=json=pipe", cwd=broken)
    reader.join(10)
    assert json.loads(read[0])["summary"]["error"] == 1


def test_paths_are_relative_to_the_repository(tc: Callable[..., Any], broken: Path) -> None:
    """Code hosts look from there, wherever the command is called; JSON has the workspace's own."""
    (broken.parent / ".git").mkdir()
    for arguments, cwd in (([], broken), (["-C", "fleet"], broken.parent), ([], broken / "tenants")):
        ran = tc("check", *arguments, "--output-format=github", "--output-format=sarif=/dev/null", cwd=cwd)
        assert ran.out.startswith("::error file=fleet/tenants/acme.yaml,")
    assert repository(str(broken)) == str(broken.parent)
    assert repository("/") == "/"


def test_a_step_on_github_gets_a_summary(tc: Callable[..., Any], broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind what others wrote into it; findings beyond ten are said to be there."""
    file = broken / "tenants" / "acme.yaml"
    file.write_text(file.read_text().replace("spec:", "spec:\n" + "".join(f"  k{n}: 1\n" for n in range(12))))
    summary = broken.parent / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    ran = tc("check", "--output-format=github", cwd=broken)
    assert ran.out.count("::error ") == 10
    assert "more: see the step summary\n" in ran.out
    assert summary.read_text().startswith("before\n\n### tenant-compile check: 12 errors\n")
    assert summary.read_text().count("<details>") == 12
    tc("check", cwd=broken)
    assert summary.read_text().count("###") == 1


def test_a_summary_that_is_full_is_left_alone(
    tc: Callable[..., Any], broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub would refuse it as a whole; a path that is no file is no summary either."""
    summary = broken.parent / "summary.md"
    summary.write_bytes(b"x" * (1024 * 1024 - 100))
    for path in (summary, broken, broken / "no" / "folder"):
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
        assert tc("check", "--output-format=github", cwd=broken).code == 1
    assert summary.stat().st_size == 1024 * 1024 - 100


def test_appending_keeps_to_its_limit(tmp_path: Path) -> None:
    """It does all or nothing."""
    path = str(tmp_path / "x")
    assert room(path, 5) == 5
    assert append(path, "abc", 5)
    assert not append(path, "def", 5)
    assert append(path, "de", 5)
    assert (tmp_path / "x").read_text() == "abcde"
    assert room(path, 3) == 0
    assert not append(str(tmp_path / "no" / "x"), "a", 5)


def test_a_difference_has_its_changes_in_a_file_too(tc: Callable[..., Any], workspace: Path) -> None:
    """Text on standard output, and the same for programs in one run."""
    ran = tc("build", "--diff", "--output-format=json=changes.json", cwd=workspace)
    assert ran.out.startswith("+ build/")
    assert json.loads((workspace / "changes.json").read_text())["changes"]


def test_a_report_beside_artifacts_goes_to_standard_error(tc: Callable[..., Any], broken: Path) -> None:
    """Only when there is something to say."""
    ran = tc("build", "--stdout", "--target", "kubernetes", "--output-format=github", cwd=broken)
    assert ran.out == ""
    assert ran.err.startswith("::error ")
    file = broken / "tenants" / "acme.yaml"
    file.write_text(file.read_text().replace("standrd", "standard"))
    ran = tc("build", "--stdout", "--target", "kubernetes", "--output-format=github", cwd=broken)
    assert ran.err == ""


def test_other_commands_print_text_and_json_only(tc: Callable[..., Any], workspace: Path) -> None:
    """They print something else than findings."""
    ran = tc("list", "--output-format", "sarif", cwd=workspace)
    assert ran.code == 2
    assert "'sarif' is not one of 'text', 'json'" in ran.err
