"""The group of all commands, and what becomes of errors that leave one."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from tenant_compiler import __version__
from tenant_compiler.cli.lazy import LazyGroup
from tenant_compiler.cli.options import EXIT_CODES
from tenant_compiler.cli.wrong_use import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM: Final = "tenant-compile"
ISSUES: Final = "the project's issue tracker"
"""Where a bug is reported."""

COMMANDS: Final = {
    "init": ("tenant_compiler.cli.init:init", "Make a workspace that builds."),
    "new": ("tenant_compiler.cli.new:new", "Add a tenant."),
    "build": ("tenant_compiler.cli.build:build", "Compile tenants into their artifacts."),
    "check": ("tenant_compiler.cli.check:check", "Find what is wrong, and write nothing."),
    "baseline": ("tenant_compiler.cli.baseline:baseline", "Let findings of today wait, and refuse new ones."),
    "list": ("tenant_compiler.cli.listing:list_", "List the tenants."),
    "show": ("tenant_compiler.cli.show:show", "Show a tenant with all layers merged."),
    "explain": ("tenant_compiler.cli.explain:explain", "Explain a code, or where a value comes from."),
    "schema": ("tenant_compiler.cli.schema:schema", "Print a JSON Schema for editors."),
    "config": ("tenant_compiler.cli.config:config", "Look at the workspace's configuration."),
    "plugins": ("tenant_compiler.cli.plugins:plugins", "Look at the plug-ins."),
    "policy": ("tenant_compiler.cli.policy:policy", "Work on rules and frameworks."),
}
"""Where each command is, and its line in the help: a call imports one of them."""

_WRONG_USE: Final = 2
_INTERRUPTED: Final = 130
_BUG: Final = 70
_PIPE: Final = 141
"""What a shell says of a program that a broken pipe ends."""
_COMPLETE: Final = "_TENANT_COMPILE_COMPLETE"
"""Set by the scripts of shell completion."""


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.version_option(__version__, "-V", "--version", prog_name=PROGRAM, message="%(prog)s %(version)s")
def cli() -> None:
    """Compile a fleet of tenants into Kubernetes, Terraform, Prometheus and Grafana, and say what is wrong with it."""


def run(arguments: Sequence[str]) -> int:
    """Run a command and turn what leaves it into an exit code; see `EXIT_CODES`."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character must not make a traceback out of a finding.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        if _COMPLETE in os.environ:
            cli.main(list(arguments), PROGRAM, _COMPLETE)
        # Not click's own main: it ends the process by itself when a pipe breaks.
        with cli.make_context(PROGRAM, list(arguments)) as context:
            code: Any = cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        return _usage(error)
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("interrupted\n")
        return _INTERRUPTED
    except BrokenPipeError:
        return _broken_pipe()
    except Exception:  # noqa: BLE001 - the last border: a bug is told as one
        return _bug()
    return code if isinstance(code, int) else 0


def _usage(error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        sys.stderr.write(error.format_message() + "\n")
        return _WRONG_USE
    message = error.format_message().rstrip(".")
    if not isinstance(error, WrongUseError):  # click's own sentences begin with a capital
        message = message[:1].lower() + message[1:]
    sys.stderr.write(f"error: {message}\n")
    if isinstance(error, click.UsageError) and error.ctx is not None:
        sys.stderr.write(f"Try `{error.ctx.command_path} -h`.\n")
    return _WRONG_USE


def _broken_pipe() -> int:
    """Whoever read our output has gone. The interpreter would complain once more when it flushes at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return _PIPE


def _bug() -> int:
    import traceback  # noqa: PLC0415 - for bugs only

    traceback.print_exc()
    sys.stderr.write(
        f"\nThis is a bug in tenant-compiler {__version__}, not in your files."
        f" Please report it in {ISSUES}, with the lines above.\n"
    )
    return _BUG
