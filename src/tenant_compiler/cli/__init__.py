"""The command line. This module decides what a call needs before it imports anything."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tenant_compiler import __version__

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
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # whoever read it has gone
        pass
    os._exit(code)
