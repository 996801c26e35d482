"""Run commands and measure them: CPU time and peak memory as the kernel counts them, rounds interleaved."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_LAUNCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "launch.py")
_MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024  # ru_maxrss counts bytes there, KiB here


class Command(NamedTuple):
    """What to run, where, and how the folder for it is made ready. ``prepare`` is not measured."""

    name: str
    make: Callable[[int], Sequence[str]]
    """The arguments of round n: each round has an output folder of its own."""
    folder: str
    prepare: Callable[[int], None] | None = None


class Sample(NamedTuple):
    """One run: seconds, and MiB of the largest process of the tree."""

    wall: float
    cpu: float
    memory: float


class CommandError(Exception):
    """A measured command ended with another code than 0; carries what it wrote."""


def run(arguments: Sequence[str], folder: str, log: str) -> Sample:
    """Run a command to its end, its output going to the file ``log``.

    CPU is that of the process and of all children that it waited for.

    Raises:
        CommandError: the command failed.
    """
    # Byte code must be there, as it is for users, whatever the developer's own settings say.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    launch = [sys.executable, "-S", _LAUNCH, log, *arguments]
    result = subprocess.run(launch, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    code, wall, cpu, memory = result.stdout.split()
    if code != "0":
        with open(log, encoding="utf-8", errors="replace") as file:
            tail = file.read()[-2000:]
        raise CommandError(f"{' '.join(arguments)} ended with {code}\n{tail}")
    return Sample(float(wall), float(cpu), int(memory) * _MEMORY_UNIT / 2**20)


def interleave(commands: Sequence[tuple[Command, int]], logs: str) -> dict[str, Sample]:
    """Run every command so many rounds, in turn; the minimum of each figure by the command's name.

    The minimum is what the work costs; the rest is what else the machine did.
    """
    samples: dict[str, list[Sample]] = {command.name: [] for command, _ in commands}
    for number in range(max(rounds for _, rounds in commands)):
        for command, rounds in commands:
            if number < rounds:
                if command.prepare is not None:
                    command.prepare(number)
                samples[command.name].append(
                    run(command.make(number), command.folder, os.path.join(logs, f"{command.name}.log"))
                )
    return {name: Sample(*(min(column) for column in zip(*each, strict=True))) for name, each in samples.items()}
