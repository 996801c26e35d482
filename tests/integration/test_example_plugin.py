"""The example plug-in as a distribution, and the pages that show it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

import tenant_compiler as tc
from tenant_compiler import hookspecs

if TYPE_CHECKING:
    from pathlib import Path

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
EXAMPLE = os.path.join(ROOT, "plugins", "tenant-compiler-example")
HOW_TO = os.path.join(ROOT, "docs", "how-to", "write-a-back-end.md")


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build the example's wheel and unpack it, which is how pip installs a wheel of Python files."""
    folder = tmp_path_factory.mktemp("example")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=EXAMPLE, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return str(folder / "site")


def run_with(site: str, *arguments: str, cwd: str) -> str:
    """Run a Python module with an installed plug-in, and give what it prints."""
    source = os.path.dirname(os.path.dirname(os.path.abspath(tc.__file__)))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((site, source)), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_the_example_builds_to_a_wheel_that_holds_the_plugin_alone(example: str) -> None:
    """Entry point, type marker and code are in, tests and workspaces are not."""
    assert sorted(os.listdir(example)) == ["tenant_compiler_example", "tenant_compiler_example-0.1.0.dist-info"]
    modules = os.listdir(os.path.join(example, "tenant_compiler_example"))
    assert sorted(modules) == ["__init__.py", "backend.py", "check.py", "py.typed", "section.py"]


def test_the_example_passes_its_own_tests(example: str) -> None:
    """They run against the installed compiler, with nothing of ours but the package."""
    out = run_with(example, "pytest", "-q", "-p", "no:cacheprovider", cwd=EXAMPLE)
    assert re.search(r"^\d+ passed in", out, re.MULTILINE), out


def test_the_example_shows_on_the_command_line(example: str, tmp_path: Path) -> None:
    """It stands in `plugins list`, its finding looks as on the page, and its files are in the output."""
    listed = run_with(example, "tenant_compiler", "plugins", "list", cwd=str(tmp_path))
    assert re.search(r"^example +tenant-compiler-example +0\.1\.0 +backends, checks, extensions$", listed, re.MULTILINE)
    shutil.copytree(os.path.join(EXAMPLE, "tests", "workspace"), tmp_path, dirs_exist_ok=True)
    run_with(example, "tenant_compiler", "build", cwd=str(tmp_path))
    output = tmp_path / "build" / "acme-shop" / "production" / "service-catalogue" / "catalog-info.yaml"
    with open(os.path.join(EXAMPLE, "tests", "expected", "catalog-info.yaml"), "rb") as expected:
        assert output.read_bytes() == expected.read()
    tenant = tmp_path / "tenants" / "acme-shop.yaml"
    text = tenant.read_text(encoding="utf-8").replace("    on_call: https://oncall.example/shop\n", "")
    tenant.write_text(text, encoding="utf-8")
    (shown,) = [block for language, _, block in blocks(HOW_TO) if language == "text"]
    assert shown in run_with(example, "tenant_compiler", "check", cwd=str(tmp_path))


def blocks(page: str) -> list[tuple[str, str, str]]:
    """The fenced blocks of a page: language, the file that stands beside it, text."""
    with open(page, encoding="utf-8") as file:
        found: list[tuple[str, str, str]] = re.findall(
            r"^```(\w+) ?(\S*)\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL
        )
    return found


def test_the_how_to_page_shows_the_example_as_it_is() -> None:
    """Each block is a piece of the file that it names, and together they show every line of the plug-in's code."""
    shown: dict[str, list[str]] = {}
    for _, path, text in blocks(HOW_TO):
        if path:
            with open(os.path.join(EXAMPLE, path), encoding="utf-8") as file:
                assert text in file.read(), f"the page shows another {path} than there is:\n{text}"
            shown.setdefault(path, []).extend(line for line in text.splitlines() if line)
    package = os.path.join("src", "tenant_compiler_example")
    modules = [f"src/tenant_compiler_example/{name}" for name in os.listdir(os.path.join(EXAMPLE, package))]
    for path in ["pyproject.toml", *(module for module in modules if module.endswith(".py"))]:
        with open(os.path.join(EXAMPLE, path), encoding="utf-8") as file:
            assert shown.get(path) == [line for line in file.read().splitlines() if line], path


def test_the_reference_names_every_hook_and_code() -> None:
    """A hook that is added, or a code, is on the page of plug-ins."""
    with open(os.path.join(ROOT, "docs", "reference", "plugins.md"), encoding="utf-8") as file:
        text = file.read()
    hooks = [name for name in vars(hookspecs) if name.startswith("tenant_compiler_")]
    for hook in hooks:
        assert f"| `{hook}` |" in text
    assert all(f"[TC70{number}](codes/TC70{number}.md)" in text for number in range(1, 7))
    for name in (
        "Backend",
        "PlanCheck",
        "RulePack",
        "ArtifactRule",
        "Extension",
        "Context",
        "Fact",
        "Need",
        "Support",
        "Lack",
    ):
        assert f"`{name}" in text
    methods = [name for name, value in vars(tc.Backend).items() if callable(value)]
    assert all(f"`{method}(" in text for method in methods)
