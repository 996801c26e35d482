"""Every broken workspace of the examples gives its code at its line, and nothing else."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
from datetime import date

import pytest

from tenant_compiler.cli import main
from tenant_compiler.data import data_folder
from tenant_compiler.model.diagnostic import TenantCompileError
from tenant_compiler.read.jsonnet import JsonnetEvaluator
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.report.locate import Locator
from tenant_compiler.run.bench import Judging
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import CHECK
from tenant_compiler.run.session import Session

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BROKEN = os.path.join(ROOT, "examples", "broken")
NAMES = sorted(name for name in os.listdir(BROKEN) if os.path.isdir(os.path.join(BROKEN, name)))

TENANT = """apiVersion: tenant-compiler.dev/v1
kind: Tenant
metadata: {name: acme}
spec:
  tier: standard
  profiles: [region/eu]
  owner: {team: care}
"""
CONFIG = '[workspace]\nname = "broken"\n\n[defaults]\nplacement = { cloud = "aws" }\n'

DAY = date(2026, 11, 1)
"""The day on which all of them are judged."""

# Files that are too large to keep, by code: what to write behind the tenant, and where the finding stands.
LARGE = {
    "TC107": (b"#" * 80 + b"\n", 700_000, "TC107 tenants/acme.yaml"),
    "TC108": (b"more:\n" + b" - x\n" * 110_000, 1, "TC108 tenants/acme.yaml:9:2"),
    "TC112": (b"  quotas: {cpu_cores: " + b"1" * 5000 + b"}\n", 1, "TC112 tenants/acme.yaml:8:23"),
}

UNREADABLE = {"config-unknown-key", "kubernetes-of-no-version", "parameter-of-no-rule", "baseline-malformed"}
"""What ends a run, beside documents that cannot be read and plug-ins that are not there."""

# Codes that no workspace alone can show, with the reason.
ELSEWHERE = {
    **dict.fromkeys(["TC107", "TC108", "TC112"], "the file is made by a test of this module"),
    "TC125": "no jsonnet engine is installed",
    **dict.fromkeys(["TC810", "TC811"], "no policy engine is installed"),
    "TC819": "more than a thousand files",
    **dict.fromkeys(["TC842", "TC843"], "`tenant-compile baseline` refuses to do something"),
    "TC325": "`-t` names a tenant that is not there",
    **{
        f"TC{number}": "a fault of a back-end, which its own tests show"
        for number in (
            *range(501, 509),
            *range(512, 518),
            *range(530, 535),
            *range(540, 547),
            *range(550, 558),
            *range(568, 573),
            *range(584, 590),
        )
    },
}


@functools.cache
def findings(root):
    """What a check finds, gravest kind only: infos do not count beside errors and warnings."""
    try:
        session = Session(open_workspace(root), judging=Judging(judged_on=DAY))
        found = [finding for result in session.stream(Selectors(), CHECK) for finding in result.diagnostics]
        found += session.finish(narrow=False)
        session.tools.bench.close()
    except TenantCompileError as error:
        found = list(error.diagnostics)
    grave = [finding for finding in found if finding.severity != "info"]
    return grave or found


def lines(root):
    """The findings as `expected.txt` writes them: code and place, each second place on a line of its own."""
    locator = Locator(root, JsonnetEvaluator.of(root, data_folder("tier_presets")))

    def where(place):
        if place is None:
            return ""
        found = locator.locate(place)
        return f" {found.file}:{found.span.line}:{found.span.column}" if found.span else f" {found.file}"

    shown = []
    for finding in findings(root):
        shown.append(finding.code + where(finding.place))
        shown += ["  and" + where(label.place) for label in finding.related]
    return list(dict.fromkeys(shown))


def expected(name):
    """What a broken workspace says of itself."""
    with open(os.path.join(BROKEN, name, "expected.txt"), encoding="utf-8") as file:
        return file.read().splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_each_workspace_gives_its_codes_at_their_lines(name):
    """The findings are exactly those of expected.txt, and each says what to do instead."""
    root = os.path.join(BROKEN, name)
    assert lines(root) == expected(name)
    assert [finding.message for finding in findings(root) if not finding.help and finding.code != "TC120"] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_command_says_the_same(name, capsys):
    """`tenant-compile check` gives the codes and lines of expected.txt, and exit code 1, or 2 for the unreadable."""
    wanted = expected(name)
    folder = os.path.join(BROKEN, name)
    asked = ["--judged-on", DAY.isoformat(), "--output-format", "json", "--fail-on", "info"]
    code = main(["check", "-C", folder, *asked])
    output, errors = capsys.readouterr()
    assert "Traceback" not in errors
    told = json.loads(output)["diagnostics"]
    shown = {each["code"] + _printed(each) for each in told}
    assert {line for line in wanted if line.startswith("TC")} <= shown
    unreadable = {line[:3] for line in wanted} & {"TC1", "TC7"} or name in UNREADABLE
    assert code == (2 if unreadable else 1)


def _printed(told):
    if not told["file"]:
        return ""
    return f" {told['file']}:{told['line']}:{told['column']}" if told["line"] else f" {told['file']}"


@pytest.mark.parametrize("code", LARGE)
def test_files_that_are_too_large_to_keep(tmp_path, code):
    """A file of more than 50 MB, one of too many values, and a number of 5,000 digits are findings, quickly."""
    text, times, wanted = LARGE[code]
    (tmp_path / "tenant-compile.toml").write_text(CONFIG)
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants" / "acme.yaml").write_bytes(TENANT.encode() + text * times)
    assert lines(str(tmp_path)) == [wanted]


def test_one_broken_tenant_does_not_stop_the_others(tmp_path):
    """A sound tenant beside a broken one is compiled without a finding."""
    shutil.copytree(os.path.join(BROKEN, "syntax-error"), tmp_path / "w")
    (tmp_path / "w" / "tenants" / "sound.yaml").write_text(TENANT.replace("acme", "sound"))
    results = list(Session(open_workspace(str(tmp_path / "w"))).stream(Selectors(), CHECK))
    assert {result.file: result.ok for result in results} == {"tenants/acme.yaml": False, "tenants/sound.yaml": True}


def test_the_base_of_the_broken_workspaces_is_sound(tmp_path):
    """The tenant that most of them are made from has no finding, so each shows its own mistake only."""
    (tmp_path / "tenant-compile.toml").write_text(CONFIG)
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants" / "acme.yaml").write_text(TENANT)
    assert lines(str(tmp_path)) == []


def test_every_code_that_a_workspace_can_show_has_one():
    """The codes of reading, schema, resolving, targets and judging are all here, or it is said why not."""
    used = set()
    for folder, _, names in os.walk(os.path.join(ROOT, "src", "tenant_compiler")):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    used |= set(re.findall(r'"(TC(?:[1235]\d\d|8[0-5]\d))"', file.read()))
    shown = {line[:5] for name in NAMES for line in expected(name) if line.startswith("TC")}
    assert used - shown - set(ELSEWHERE) == set()
    assert shown & set(ELSEWHERE) == set()
    assert set(ELSEWHERE) <= used
