"""Run one command and print what it cost: ``python -S launch.py LOG COMMAND …``.

A process of its own, with next to no memory: the kernel counts what a process held before it became the command to the
command's peak, so whoever starts it must be small.
"""

from __future__ import annotations

import os
import sys
import time


def main() -> int:
    """Run the command; print its exit code, wall and CPU seconds and peak memory in the unit of the kernel."""
    log, *command = sys.argv[1:]
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        _become(log, command)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    print(os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)  # noqa: T201 — the result
    return 0


def _become(log: str, command: list[str]) -> None:
    """In the child: run the command instead of this program, its output going to the log."""
    try:
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.execvp(command[0], command)
    finally:
        os._exit(127)


if __name__ == "__main__":
    sys.exit(main())
