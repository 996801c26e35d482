"""The command line. This module decides what a call needs before it imports anything."""

from __future__ import annotations

import gc
import os
import sys

from tenant_compiler import __version__

TYPE_CHECKING = False  # what type checkers take for true; importing typing costs as much as the whole answer
if TYPE_CHECKING:
    from typing import NoReturn


def main(arguments: list[str] | None = None) -> int:
    """Run a command line and give its exit code.

    Args:
        arguments: without the program's name; those of the process when absent.
    """
    given = sys.argv[1:] if arguments is None else arguments
    if given in (["--version"], ["-V"]):
        sys.stdout.write(f"tenant-compile {__version__}\n")
        return 0
    from tenant_compiler.cli.app import run  # noqa: PLC0415 - click costs three times what a version may

    return run(given)


def script() -> NoReturn:
    """Run the command line of this process and end it, without the interpreter's own clearing up.

    A hook runs for every commit, and giving back each object of a process that ends anyway takes a tenth of its time.
    """
    # A build makes many short-lived objects and hardly a cycle: collecting less often saves a twentieth of its time.
    gc.set_threshold(200_000, 20, 100)
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # whoever read it has gone
        pass
    os._exit(code)
