"""Findings that a comment in the tenant's file says do not count: they stop nothing, and policies are not moved."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import CHECK

TENANT = """\
apiVersion: tenant-compiler.dev/v1
kind: Tenant
metadata: {{name: {name}}}
spec:
  tier: standard{comment}
  owner: {{team: care}}
  domains: [acme.example]
  placement: {{cloud: aws, regions: {{eu-central-1: {{}}}}}}
  services:
    portal:
      image: registry.acme.example/portal:1@sha256:{digest}
      resources: {{requests: {{cpu_cores: 1, memory_gb: 1}}}}
      scaling: {{fixed: {replicas}}}
"""
IGNORED = "   # tenant-compile: ignore[TC511] the portal never runs at full scale"


def write(project, comment: str = "", replicas: int = 3, more: str = "") -> None:
    """Write a tenant whose services do not fit into the quota of its tier; one replica would."""
    text = TENANT.format(name="acme", comment=comment, digest="0" * 64, replicas=replicas)
    project.write("tenants/acme.yaml", text + more)


def test_an_error_that_is_ignored_stops_nothing(project) -> None:
    """The tenant is written as if there were none."""
    write(project)
    assert not project.one().ok
    write(project, IGNORED)
    result = project.one()
    assert result.ok
    assert result.files
    assert project.codes() == []


def test_an_ignored_error_on_the_command_line_stays_of_use(project) -> None:
    """What `--ignore` leaves out was there all the same."""
    write(project, IGNORED)
    assert project.codes(keep=lambda finding: finding.code != "TC511") == []


def test_a_comment_without_effect_is_told_only_when_everything_was_judged(project) -> None:
    """Not for one environment or target, not behind an error, not for a part of the passes."""
    useless = IGNORED.replace("TC511", "TC513")
    write(project, useless, 1)
    assert project.codes() == ["TC821"]
    assert project.codes(targets=["kubernetes"]) == ["TC821"]  # the only one that is enabled
    chosen = project.results(CHECK, Selectors(environments=("production",)))
    assert [found.code for result in chosen for found in result.diagnostics if found.severity != "info"] == []
    short = project.results(CHECK[:3])
    assert [found.code for result in short for found in result.diagnostics if found.severity != "info"] == []
    write(project, useless)
    assert project.codes() == ["TC511"]


def test_what_is_wrong_with_a_comment_keeps_no_tenant_from_being_written(project) -> None:
    """Although it is an error."""
    write(project, "   # tenant-compile: ignore[TC404] why", 1)
    result = project.one()
    assert [(found.code, found.tenant) for found in result.diagnostics if found.severity == "error"] == [
        ("TC820", "acme")
    ]
    assert result.ok


@pytest.mark.parametrize("comment", ["", "   # tenant-compile: ignore[TC301] why"])
def test_what_keeps_a_tenant_from_compiling_is_told_in_any_case(project, comment: str) -> None:
    """The finding stays, and the comment is another one."""
    write(project, comment)
    path = project.root + "/tenants/acme.yaml"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    project.write("tenants/acme.yaml", text.replace("standard", "standrd"))
    assert project.codes() == ["TC301", *(["TC820"] if comment else [])]


def test_a_host_in_two_environments_can_be_ignored(project) -> None:
    """A check of the fleet asks the comments, too; it needs the whole fleet to call one useless."""
    service = """\
      expose: {hosts: [a.acme.example]}%s
  environments: {production: {}, staging: {}}
"""
    write(project, replicas=1, more=service % "")
    assert project.codes() == ["TC324"]
    write(project, replicas=1, more=service % "   # tenant-compile: ignore[TC324] staging is off by day")
    assert project.codes() == []


def test_only_a_file_with_such_a_comment_is_looked_at(project) -> None:
    """Neither the module nor a second reading of the file costs anybody else."""
    code = (
        "import sys; from tenant_compiler.cli import main; main(['check', '-C', sys.argv[1]])\n"
        "print('tenant_compiler.read.inline_ignores' in sys.modules)"
    )
    for comment, loaded in (("", "False"), ("   # no ignore", "False"), (IGNORED, "True")):
        write(project, comment, 1)
        done = subprocess.run([sys.executable, "-c", code, project.root], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == loaded
