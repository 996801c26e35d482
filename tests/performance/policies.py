"""The part of the benchmark about policies: one tenant cold, a fleet under six frameworks, and other judges."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, NamedTuple

import fleet
import judges
import regulated
from measure import Command, Sample, interleave, run
from table import BASELINE, Row, at_most, three

if TYPE_CHECKING:
    import argparse

_COMPLY = re.compile(r"\bcomply ([0-9.]+) s")
_TIMES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "judge_times.py")
ROUNDS = 3
"""Runs of what takes long."""
_FLAWED = 10
"""One document in so many comes from a tenant with something wrong: else there would be no findings to compare."""


class Measured(NamedTuple):
    """What came out."""

    samples: dict[str, Sample]
    comply: float
    """Seconds of the pass that judges, over the whole fleet."""
    loops: dict[str, float]
    """Seconds of the loop over documents alone, by judge."""
    findings: int
    """In the documents that all judges agreed on."""


def measure(options: argparse.Namespace, compiler: str, folder: str) -> Measured:
    """Write the fleets, compare the judges, and measure everything in interleaved rounds."""
    workspaces = {name: os.path.join(folder, name) for name in ("three", "zero", "six", "none")}
    regulated.write(workspaces["three"], 1, regulated.THREE)
    regulated.write(workspaces["zero"], 1, ())
    regulated.write(workspaces["six"], options.regulated)
    regulated.write(workspaces["none"], options.regulated, ())
    inputs = _judges(options, folder)
    findings = inputs.compare()

    def check(name: str, *, one: bool = False) -> Command:
        file = os.path.join(workspaces[name], "tenants", f"{fleet.names(1)[0]}.yaml")
        arguments = [compiler, "check", "-q", "-C", workspaces[name], "--judged-on", regulated.DAY, *[file] * one]
        return Command(name, lambda _: arguments, folder)

    def times(number: int) -> str:
        return os.path.join(folder, f"times-{number}.txt")

    commands = [
        (Command("baseline", lambda _: [sys.executable, "-c", BASELINE], folder), options.rounds),
        (check("three", one=True), options.rounds),
        (check("zero", one=True), options.rounds),
        (check("six"), ROUNDS),
        (check("none"), ROUNDS),
        (Command("times", lambda number: [sys.executable, _TIMES, workspaces["six"], times(number)], folder), ROUNDS),
        *((command, ROUNDS) for command in inputs.commands().values()),
    ]
    samples = interleave(commands, folder)
    loops = {name: inputs.loop(name) for name in ("judge", "opa server") if name in samples}
    return Measured(samples, min(comply(times(number)) for number in range(ROUNDS)), loops, findings)


def _judges(options: argparse.Namespace, folder: str) -> judges.Judges:
    """Make the documents: most of sound tenants, some of tenants with something wrong."""
    out = judges.Judges(os.path.join(folder, "judges"))
    flawed = max(1, options.documents // _FLAWED)
    for name, count in (("sound", options.documents - flawed), ("flawed", flawed)):
        workspace = os.path.join(folder, name)
        regulated.write(workspace, count, prefix=name, flawed=name == "flawed")
        run([sys.executable, judges.INPUTS, workspace, out.folder], folder, os.path.join(folder, "first.log"))
    return out


def comply(path: str) -> float:
    """The seconds of the pass that judges, of those that a file has of all passes."""
    with open(path, encoding="utf-8") as file:
        found = _COMPLY.search(file.read())
    if found is None:
        raise SystemExit(f"{path} does not say how long tenants were judged")
    return float(found[1])


def rows(measured: Measured, options: argparse.Namespace) -> list[Row]:
    """The table's lines about policies."""
    samples, count = measured.samples, options.regulated
    three_, six, none = samples["three"], samples["six"], samples["none"]
    what = f"{count} tenants under {len(regulated.FRAMEWORKS)} frameworks"
    apart = 1000 * (six.cpu - none.cpu) / count
    judged = 1000 * measured.comply / count
    return [
        at_most(f"check of one file under {len(regulated.THREE)} frameworks: CPU", three_.cpu * 1000, 130, "ms"),
        Row("check of one file under them: multiple of that python", f"{three_.cpu / samples['baseline'].cpu:.2f}"),
        Row("the same, as the difference to no frameworks: CPU", f"{1000 * (three_.cpu - samples['zero'].cpu):.0f} ms"),
        Row(f"{what}: judging a tenant", f"{judged:.1f} ms", "<= 3 ms", judged <= 3),
        Row("the same, as the difference to no frameworks: CPU", f"{apart:.1f} ms"),
        Row(f"{what}: peak memory", f"{six.memory:.0f} MiB"),
        *_beside(measured, options),
    ]


def _beside(measured: Measured, options: argparse.Namespace) -> list[Row]:
    """The other judges' figures over the same documents, and the ratios to them."""
    samples = measured.samples
    ours = samples["judge"]
    found = [Row(f"{options.documents} documents, our engine: wall, CPU, memory", three(ours))]
    names = [name for name in ("conftest", "opa exec", "opa server") if name in samples]
    for name in names:
        ratio = samples[name].wall / ours.wall
        found.append(Row(f"{name}: wall, CPU, memory", three(samples[name])))
        found.append(Row(f"{name}: wall by ours", f"{ratio:.1f} x", "> 1 x", ratio > 1))
    if "opa server" in measured.loops:
        ratio = measured.loops["opa server"] / measured.loops["judge"]
        found.append(Row("opa server: loop alone by ours", f"{ratio:.1f} x", "> 1 x", ratio > 1))
    if names:
        found.append(Row("findings in these documents, the same by all", f"{measured.findings}"))
    else:
        found.append(Row("conftest, opa", "not measured: Go is not installed"))
    return found
