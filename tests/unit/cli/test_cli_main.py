"""The entry point: what is decided before anything is imported, and what becomes of errors."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tenant_compiler import __version__
from tenant_compiler.cli import app, main
from tenant_compiler.cli.check import check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAVY = (
    "asyncio",
    "jsonschema",
    "numpy",
    "pydantic",
    "requests",
    "rich",
    "ruamel",
    "typing_extensions",
    # What a finding needs and a clean file does not.
    "difflib",
    "tenant_compiler.read.schema_explain",
    "tenant_compiler.report.locate",
    "tenant_compiler.report.text",
    "unicodedata",
)


def modules_after(arguments: list[str], cwd: Path) -> set[str]:
    """The modules that a command line imports, in a process of its own."""
    code = (
        "import sys; from tenant_compiler.cli import main; code = main(sys.argv[1:])\n"
        "sys.stderr.write('\\n'.join(sys.modules)); sys.exit(code)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=cwd, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return set(done.stderr.split("\n"))


def test_the_version_is_told_without_click(tmp_path: Path) -> None:
    """A prompt or a hook that asks for the version gets it at the price of the interpreter."""
    loaded = modules_after(["--version"], tmp_path)
    assert "click" not in loaded
    assert not [name for name in loaded if name.startswith("tenant_compiler.") and name != "tenant_compiler.cli"]


def test_a_clean_check_imports_nothing_heavy(workspace: Path) -> None:
    """What only findings, models and other verbs need stays out of the way of a hook."""
    loaded = modules_after(["check", "tenants/acme.yaml"], workspace)
    assert "tenant_compiler.run.session" in loaded
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_one_line(tc: Callable[..., Any], option: str) -> None:
    """The same whether click answers or not."""
    assert tc(option) == (0, f"tenant-compile {__version__}\n", "")
    assert tc(option, "check").out == f"tenant-compile {__version__}\n"


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_lists_the_commands_and_the_exit_codes(tc: Callable[..., Any], option: str) -> None:
    """All of them, in the order of use."""
    ran = tc(option)
    assert ran.code == 0
    assert all(f"  {name} " in ran.out for name in app.COMMANDS)
    assert ran.out.index("  init ") < ran.out.index("  build ")
    assert "130  interrupted" in ran.out


def test_every_command_can_be_loaded(tc: Callable[..., Any]) -> None:
    """The table of commands leads to commands."""
    for name in app.COMMANDS:
        ran = tc(name, "-h")
        assert ran.code == 0
        assert f"Usage: tenant-compile {name} " in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], "there is no command `chekc`; did you mean `check`?"),
        (["frobnicate"], "the commands are init, new, build"),
        (["check", "--fail-no", "error"], "no such option '--fail-no'. Did you mean '--fail-on'?"),
        (["check", "--fail-on", "eror"], "'eror' is not one of"),
        (["check", "-l", "segment"], "'segment' is no label; write KEY=VALUE"),
        (["check", "--max-diagnostics", "0"], "0 is not in the range x>=1"),
        (["new", "acme"], "missing option '--tier'"),
        (["explain"], "give a code or a path, or --all"),
    ],
)
def test_wrong_use_is_told_on_standard_error_with_exit_code_two(
    tc: Callable[..., Any], arguments: list[str], said: str
) -> None:
    """With what was probably meant, and never with a traceback."""
    ran = tc(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("error: ")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_no_command_at_all_shows_the_help(tc: Callable[..., Any]) -> None:
    """As wrong use."""
    ran = tc()
    assert ran.code == 2
    assert "Commands:" in ran.err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (RuntimeError("boom"), 70, "This is a bug in tenant-compiler"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_bugs_keep_their_traceback_and_an_interrupt_has_none(
    monkeypatch: pytest.MonkeyPatch, tc: Callable[..., Any], error: BaseException, code: int, said: str
) -> None:
    """Exit codes 70 and 130."""

    def fail(**_: object) -> int:
        raise error

    monkeypatch.setattr(check, "callback", fail)
    ran = tc("check")
    assert ran.code == code
    assert said in ran.err
    assert ("Traceback" in ran.err) == (code == 70)


def test_a_reader_that_goes_away_is_no_error(workspace: Path) -> None:
    """`tenant-compile schema | head -1` says nothing about pipes; the exit code is that of a program a pipe ended."""
    code = "import sys; from tenant_compiler.cli import main; sys.exit(main(['schema']))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=workspace, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


def test_a_terminal_without_the_characters_gets_their_codes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An ASCII terminal shows an escape in place of a traceback."""
    with open(tmp_path / "out", "w", encoding="ascii") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["explain", "--all"]) == 0
    assert (tmp_path / "out").read_text().startswith("CODE")
