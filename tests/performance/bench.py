"""Measure the compiler beside other tools that make the same objects, and print a table: ``make bench``.

    python tests/performance/bench.py [--only compiling|objects|policies] [--without-kapitan] [--rounds N] …

The peers are go-jsonnet (built where Go is installed) and Kapitan (installed on first use); for policies conftest and
OPA (built where Go is installed). Before anything is timed, the objects of every tenth tenant are compared, and the
findings of every rule: all tools must give the same. Figures are minima of interleaved runs.
Every run writes into a folder that did not exist: nothing is deleted before the end, because file systems are slow at
making files where many were deleted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from typing import Any

import fleet
import objects
import peers
import policies
import tools
import yaml
from measure import Command, Sample, interleave, run
from table import BASELINE, Row, at_most, table, three

KAPITAN_BEST = ("--use-go-jsonnet", "--inventory-backend", "reclass-rs", "--yaml-use-rapidyaml")


class Bench:
    """One benchmark: its options, and the folder that everything is written to."""

    def __init__(self, options: argparse.Namespace, folder: str) -> None:
        self.options = options
        self.folder = folder
        self.compiler = os.path.join(os.path.dirname(sys.executable), "tenant-compile")
        self.workspace = self.path("fleet")

    def path(self, *parts: str) -> str:
        """A path below the benchmark's folder."""
        return os.path.join(self.folder, *parts)

    def build(self, workspace: str, name: str) -> Command:
        """A cold build of a workspace: a new output folder, no caches of earlier rounds."""

        def prepare(number: int) -> None:
            fleet.configure(workspace, output=f"build-{number}")
            shutil.rmtree(os.path.join(workspace, ".tenant-compile"), ignore_errors=True)

        return Command(name, lambda _: [self.compiler, "build", "-q", "-C", workspace], self.folder, prepare)


def main(arguments: list[str]) -> int:
    """Run the command line; the exit code says nothing about the targets, the table does."""
    options = _options(arguments)
    lines: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="tenant-compiler-bench-") as folder:
        bench = Bench(options, folder)
        if options.only in {None, "compiling"}:
            lines += rows(_compiling(bench), options)
        if options.only in {None, "objects"}:
            lines += objects.rows(objects.measure(bench.path("objects"), options.rounds))
        if options.only in {None, "policies"}:
            lines += policies.rows(policies.measure(options, bench.compiler, bench.path("policies")), options)
    sys.stdout.write(table(lines))
    return 0


def _compiling(bench: Bench) -> dict[str, Sample]:
    fleet.write(bench.workspace, bench.options.tenants)
    program = _program(bench)
    commands = [*_own(bench), *_jsonnet(bench, program)]
    if not bench.options.without_kapitan:
        commands += _kapitan(bench, program)
    return {**interleave(commands, bench.folder), "large": _large(bench)}


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the compiler beside other tools.")
    parser.add_argument("--rounds", type=int, default=7, help="runs of the short commands (default: 7)")
    parser.add_argument("--tenants", type=int, default=500, help="tenants of the comparison (default: 500)")
    parser.add_argument("--large", type=int, default=10_000, help="tenants of the large fleet (default: 10000)")
    parser.add_argument("--regulated", type=int, default=1000, help="tenants under six frameworks (default: 1000)")
    parser.add_argument("--documents", type=int, default=200, help="inputs for all judges (default: 200)")
    parser.add_argument("--only", choices=["compiling", "objects", "policies"], help="leave out the other parts")
    parser.add_argument("--without-kapitan", action="store_true", help="leave out Kapitan, which takes a minute")
    return parser.parse_args(arguments)


def _own(bench: Bench) -> list[tuple[Command, int]]:
    rounds = bench.options.rounds
    file = os.path.join(bench.workspace, "tenants", f"{fleet.names(1)[0]}.yaml")
    return [
        (bench.build(bench.workspace, "build"), rounds),
        (Command("baseline", lambda _: [sys.executable, "-c", BASELINE], bench.folder), rounds),
        (Command("version", lambda _: [bench.compiler, "--version"], bench.folder), rounds),
        (
            Command("check", lambda _: [bench.compiler, "check", "-q", "-C", bench.workspace, file], bench.folder),
            rounds,
        ),
    ]


def _program(bench: Bench) -> peers.Program:
    """Build the fleet once with our compiler and work out the peers' program from what it emitted."""
    run([bench.compiler, "build", "-q", "-C", bench.workspace], bench.folder, bench.path("first.log"))
    with open(bench.path("first.log"), encoding="utf-8") as log:
        if "warning[" in (said := log.read()):
            raise SystemExit(f"the fleet must be adapted, because what is timed is the clean path:\n{said[:600]}")
    names = fleet.names(bench.options.tenants)
    objects = {name: emitted(os.path.join(bench.workspace, "build", name)) for name in names}
    for name, each in objects.items():
        if len(each) != fleet.OBJECTS:
            raise SystemExit(f"{name} has {len(each)} objects instead of {fleet.OBJECTS}: the fleet must be adapted")
    return peers.generalise(objects, {name: fleet.choice(number)._asdict() for number, name in enumerate(names)})


def emitted(folder: str) -> list[Any]:
    """All Kubernetes objects in the YAML files below a folder; the lists that kustomize reads are none."""
    found = []
    for path, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if name.endswith((".yaml", ".yml")) and name != "kustomization.yaml":
                with open(os.path.join(path, name), "rb") as file:
                    found += [each for each in yaml.load_all(file, yaml.CSafeLoader) if each is not None]
    return found


def _jsonnet(bench: Bench, program: peers.Program) -> list[tuple[Command, int]]:
    tool = tools.jsonnet()
    if tool is None:
        return []
    peers.write_jsonnet(program, bench.path("jsonnet"))

    def make(number: int) -> list[str]:
        return [tool, "-S", "-m", bench.path(f"jsonnet-{number}"), "main.jsonnet"]

    command = Command("jsonnet", make, bench.path("jsonnet"), lambda number: os.mkdir(bench.path(f"jsonnet-{number}")))
    os.mkdir(bench.path("jsonnet-first"))
    run([tool, "-S", "-m", bench.path("jsonnet-first"), "main.jsonnet"], bench.path("jsonnet"), bench.path("first.log"))
    _compare(bench, "jsonnet", lambda name: _documents(bench.path("jsonnet-first", f"{name}.yaml")))
    return [(command, bench.options.rounds)]


def _kapitan(bench: Bench, program: peers.Program) -> list[tuple[Command, int]]:
    tool = tools.kapitan()
    project = bench.path("kapitan")
    peers.write_kapitan(program, project)

    def default(number: int | str) -> list[str]:
        return [tool, "compile", "--output-path", bench.path(f"kapitan-{number}")]

    def best(number: int | str) -> list[str]:
        output = bench.path(f"kapitan-best-{number}")
        return [tool, "--mp-method", "fork", "compile", *KAPITAN_BEST, "--output-path", output]

    for name, make in (("kapitan", default), ("kapitan-best", best)):
        run(make("first"), project, bench.path("first.log"))
        compiled = bench.path(f"{name}-first", "compiled")
        _compare(bench, name, lambda tenant, compiled=compiled: emitted(os.path.join(compiled, tenant)))
    return [(Command("kapitan", default, project), 2), (Command("kapitan-best", best, project), 3)]


def _compare(bench: Bench, peer: str, read: Any) -> None:
    """Stop unless the peer's objects of every tenth tenant equal ours."""
    for name in fleet.names(bench.options.tenants)[::10]:
        ours, theirs = emitted(os.path.join(bench.workspace, "build", name)), read(name)
        if not peers.same(ours, theirs):
            texts = (json.dumps(each, indent=1, sort_keys=True) for each in (ours, theirs))
            raise SystemExit(f"{peer} gives other objects for {name}:\n" + "\n".join(texts))


def _documents(path: str) -> list[Any]:
    with open(path, "rb") as file:
        return [each for each in yaml.load_all(file, yaml.CSafeLoader) if each is not None]


def _large(bench: Bench) -> Sample:
    """Build the large fleet once, for its peak memory."""
    workspace = bench.path("large")
    fleet.write(workspace, bench.options.large)
    return interleave([(bench.build(workspace, "large"), 1)], bench.folder)["large"]


def rows(results: dict[str, Sample], options: argparse.Namespace) -> list[Row]:
    """The table's lines from the measured commands."""
    build, large, baseline = results["build"], results["large"], results["baseline"]
    what = f"{options.tenants} tenants x {fleet.OBJECTS} objects, cold"
    return [
        Row(f"{what}: wall", f"{build.wall:.2f} s", "<= 0.4 s", build.wall <= 0.4),
        Row(f"{what}: CPU", f"{build.cpu:.2f} s"),
        Row(f"{what}: peak memory", f"{build.memory:.0f} MiB", "<= 60 MiB", build.memory <= 60),
        *_beside(build, results),
        Row(f"{options.large} tenants: wall", f"{large.wall:.2f} s"),
        Row(f"{options.large} tenants: peak memory", f"{large.memory:.0f} MiB", "<= 100 MiB", large.memory <= 100),
        at_most("memory above that of the small fleet", large.memory - build.memory, 20, "MiB"),
        Row(f"python -c '{BASELINE}': CPU", f"{baseline.cpu * 1000:.0f} ms"),
        at_most("--version: CPU", results["version"].cpu * 1000, 30, "ms"),
        at_most("check of one file: CPU", results["check"].cpu * 1000, 110, "ms"),
        Row("check of one file: multiple of that python", f"{results['check'].cpu / baseline.cpu:.2f}"),
    ]


def _beside(build: Sample, results: dict[str, Sample]) -> list[Row]:
    """The peers' own figures and the ratios to them."""
    found = []
    if "jsonnet" in results:
        peer = results["jsonnet"]
        ratio = build.cpu / peer.cpu
        found.append(Row("jsonnet -S -m: wall, CPU, memory", three(peer)))
        found.append(Row("our CPU by that of jsonnet -S -m", f"{ratio:.2f}", "<= 0.70", ratio <= 0.7))
    else:
        found.append(Row("jsonnet -S -m", "not measured: Go is not installed"))
    for name, what, target in (("kapitan", "Kapitan", 20), ("kapitan-best", "Kapitan, best flags", 6)):
        if name in results:
            peer = results[name]
            ratio = peer.wall / build.wall
            found.append(Row(f"{what}: wall, CPU, memory", three(peer)))
            found.append(Row(f"{what}: wall by ours", f"{ratio:.0f} x", f">= {target} x", ratio >= target))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
