"""The commands in the README and in the tutorial print what is shown there."""

from __future__ import annotations

import os
import re
import shlex
import shutil

import pytest

from tenant_compiler.cli import main

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
CONFIG = """[workspace]
name = "example"
[defaults]
placement = { cloud = "aws" }
[environments.production]
[environments.staging]
"""
TENANT = """apiVersion: tenant-compiler.dev/v1
kind: Tenant
metadata: {name: acme}
spec:
  tier: %s
  profiles: %s
  owner: {team: care, email: care@acme.example, on_call: https://oncall.example/care}
  environments: {production: {}, staging: {}}
"""
_BLOCK = re.compile(r"^```(console|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# (\S+\.yaml)\n")


def blocks(page):
    """The console and YAML blocks of a page, in order."""
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        return _BLOCK.findall(file.read())


def calls(block):
    """The commands of a console block, each with the output that is shown."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield shlex.split(command), output


def pattern(shown):
    """What is shown, as a regular expression: `...` alone in a line is any lines, inside a line any text."""
    text = ""
    for line in shown.splitlines():
        if line == "...":
            text += r"(?:.*\n)*"
        else:
            text += ".*".join(re.escape(part.rstrip()) for part in re.split(r"\.\.\.", line)) + r"\s*\n"
    return text


def run(command, capsys):
    """Run a command of a page; give what it prints."""
    if command[0] == "cd":
        os.chdir(command[1])
        return ""
    assert command[0] == "tenant-compile", command
    main(command[1:])
    output, errors = capsys.readouterr()
    assert "Traceback" not in errors
    return output + errors


def follow(page, capsys):
    """Do what a page says, from top to bottom; give the number of commands."""
    count = 0
    for language, block in blocks(page):
        named = _FILE.match(block)
        if language == "yaml" and named:
            with open(named[1], "w", encoding="utf-8") as file:
                file.write(block)
        if language == "console":
            for command, shown in calls(block):
                printed = run(command, capsys)
                assert re.fullmatch(pattern(shown), printed), f"{shlex.join(command)} prints:\n{printed}"
                count += 1
    return count


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder as the current one, without colours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def test_the_tour_of_the_readme(folder, capsys):
    """The minute in the README prints what it shows, in a copy of the examples."""
    without = shutil.ignore_patterns("build", ".tenant-compile")
    shutil.copytree(os.path.join(ROOT, "examples"), folder / "examples", ignore=without, symlinks=True)
    assert follow("README.md", capsys) >= 4
    files = {
        os.path.relpath(os.path.join(base, name), folder)
        for base, _, names in os.walk(folder / "examples" / "fleet" / "build")
        for name in names
    }
    shown = (
        "kubernetes/shared-eu/10-tenancy.yaml",
        "kubernetes/standby-eu/kustomization.yaml",
        "terraform/main.tf.json",
    )
    shown += ("prometheus/slo.rules.yaml", "prometheus/slo.tests.yaml", "grafana/overview.json")
    shown += ("terraform/main.tf.json",)
    tree = "examples/fleet/build/st-clara-hospitals/production"
    assert [name for name in shown if os.path.join(tree, name) not in files] == []


def test_the_tutorial(folder, capsys):
    """Whoever follows the tutorial sees what it shows."""
    assert follow("docs/tutorial/first-fleet.md", capsys) >= 7


@pytest.mark.parametrize(
    ("page", "tier", "profiles"),
    [
        ("docs/how-to/write-a-tier.md", "enterprise_card", "[region/eu]"),
        ("docs/how-to/write-a-profile.md", "standard", "[region/eu, business-unit/care, footprint]"),
    ],
)
def test_the_presets_on_the_how_to_pages_work(folder, capsys, page, tier, profiles):
    """A tenant that uses what a page shows, in both environments, has no finding."""
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        shown = re.findall(r"^```\w+\n(?://|#) (\S+)\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    assert shown
    tenant = TENANT % (tier, profiles)
    for name, text in [*shown, ("tenant-compile.toml", CONFIG), ("tenants/acme.yaml", tenant)]:
        os.makedirs(os.path.dirname(os.path.join(".", name)), exist_ok=True)
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
    code = main(["check", "--fail-on", "info"])
    assert (code, capsys.readouterr()[0].count("no findings")) == (0, 1)


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\n...\nb\n", "a\nb\n", True),
        ("a\n...\nb\n", "a\nx\ny\nb\n", True),
        ("built in ... s\n", "built in 0.3 s\n", True),
        ("a\n", "a\nb\n", False),
        ("a.c\n", "abc\n", False),
    ],
)
def test_dots_stand_for_what_varies(shown, printed, same):
    """Only `...` is free; everything else must be there, and nothing more."""
    assert bool(re.fullmatch(pattern(shown), printed)) is same
