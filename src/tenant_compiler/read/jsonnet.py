"""Evaluating presets and profiles: hermetic, bounded in time, memory, depth and output, all of a run in one child."""

from __future__ import annotations

import json
import math
import os
import time
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tenant_compiler.model.diagnostic import Diagnostic, Place, TenantCompileError
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.jsonnet_files import Refusal, RefusedError, Roots, read_source
from tenant_compiler.read.jsonnet_process import converse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tenant_compiler.read.child import Method
    from tenant_compiler.read.jsonnet_process import Outcome

Engine: TypeAlias = Literal["auto", "gojsonnet", "jsonnet"]


class Limits(NamedTuple):
    """The bounds of an evaluation; one that is passed is a diagnostic, TC122."""

    seconds: float = 10.0
    """For one file."""
    total_seconds: float = 30.0
    """For all files of a run, also when several are at fault."""
    memory: int = 1 << 30
    """Bytes that the child may hold; on macOS the system does not enforce it, and time is the bound."""
    output: int = 16 << 20
    """Characters of one file's JSON."""
    source: int = 1 << 20
    """Bytes of one file, entry or imported."""
    stack: int = 500
    """Nested calls."""
    depth: int = 64
    """Nested maps and lists of the value."""


LIMITS = Limits()


class Job(NamedTuple):
    """One file to evaluate."""

    file: str
    """A path, absolute or relative to the workspace, or a display name (``<built-in>/tier_presets/free.jsonnet``)."""
    args: Mapping[str, Any] | None = None
    """JSON values by parameter name: a file whose value is a function is called with those that it takes."""
    overlay: Mapping[str, str] | None = None
    """Texts that stand in for files, by real path."""


class Result(NamedTuple):
    """The value of a job, or why there is none."""

    value: Any
    """Parsed JSON; meaningless when there are diagnostics."""
    diagnostics: tuple[Diagnostic, ...] = ()
    files: tuple[str, ...] = ()
    """Real paths, sorted: at least every file that was read for the value (with the C++ engine, for the whole run)."""
    seen: Mapping[str, str] = {}
    """What the value depends on: the digest of each file that was read, and an empty text for each path where an import
    was looked for in vain before it was found in the library. Without overlays."""


class JsonnetEvaluator(NamedTuple):
    """Evaluates files that lie in a workspace or in the built-in library, and nothing else."""

    roots: Roots
    engine: Engine = "auto"
    """``auto`` is gojsonnet when it is installed, else jsonnet."""
    method: Method = "auto"
    """How the child starts; ``auto`` forks, except beside threads or a loaded Go runtime."""
    limits: Limits = LIMITS

    @classmethod
    def of(
        cls,
        workspace: str,
        presets: str,
        *,
        engine: Engine = "auto",
        method: Method = "auto",
        limits: Limits = LIMITS,
    ) -> JsonnetEvaluator:
        """Make an evaluator for a workspace folder and the built-in ``tier_presets`` folder."""
        return cls(Roots(os.path.realpath(workspace), os.path.realpath(presets)), engine, method, limits)

    def evaluate(self, jobs: Sequence[Job]) -> list[Result]:
        """Evaluate all jobs, as a rule in one child; one that hangs or crashes it does not cost the others.

        Returns:
            One result a job, in order.

        Raises:
            TenantCompileError: no engine is installed (TC125).
            RuntimeError: a bug in the child; the text is its traceback.
        """
        results: dict[int, Result] = {}
        waiting = list(range(len(jobs)))
        until = time.monotonic() + self.limits.total_seconds
        batch = True
        while waiting:
            outcome = converse(self._request([jobs[i] for i in waiting], batch=batch), self.method, until, self._wait)
            self._take(outcome, waiting, jobs, results)
            waiting = [index for index in waiting if index not in results]
            if time.monotonic() >= until:
                results.update({index: Result(None, (self._unfinished(jobs[index]),)) for index in waiting})
                break
            one_by_one = not batch or {"trying": "jobs"} in outcome.records
            if waiting and outcome.stop and one_by_one:
                guilty = waiting.pop(0)
                results[guilty] = Result(None, (self._stopped(outcome, jobs[guilty]),))
            batch = False
        return [results[index] for index in range(len(jobs))]

    def display(self, file: str) -> str:
        """The name of a job's file in messages; a file outside the roots keeps its own."""
        real = os.path.realpath(self.roots.locate(file))
        return self.roots.display(real) if self.roots.contains(real) else file

    def source(self, name: str, overlay: Mapping[str, str] | None = None) -> str:
        """The text of a file by its display name or path, lines ending as in the file; empty when it cannot be read."""
        real = os.path.realpath(self.roots.locate(name))
        if overlay and real in overlay:
            return overlay[real]
        if not self.roots.contains(real):
            return ""
        try:
            return read_source(real, self.limits.source).decode("utf-8", "replace")
        except RefusedError:
            return ""

    def _request(self, jobs: Iterable[Job], *, batch: bool) -> dict[str, Any]:
        """The plain values that a child works from."""
        limits = self.limits
        return {
            "roots": list(self.roots),
            "engine": self.engine,
            "batch": batch,
            "memory": limits.memory,
            # A guard against a child that outlives us; Go's collector runs beside, so leave it a second core.
            "cpu_seconds": 2 * math.ceil(limits.total_seconds) + 1,
            "output": limits.output,
            "source_bytes": limits.source,
            "stack": limits.stack,
            "jobs": [{"file": j.file, "args": j.args, "overlay": dict(j.overlay or {})} for j in jobs],
        }

    def _wait(self, record: dict[str, Any] | None) -> float:
        """Seconds until the next record; a batch gets a part only, since its jobs may have to run again one by one."""
        return self.limits.seconds / (2 if record == {"trying": "batch"} else 1)

    def _take(self, outcome: Outcome, waiting: Sequence[int], jobs: Sequence[Job], results: dict[int, Result]) -> None:
        """Turn a child's records into results."""
        for record in outcome.records:
            files = tuple(record.get("files", ()))
            if "no_engine" in record:
                raise TenantCompileError([_no_engine(self.engine)])
            if "batch" in record:
                values = _parse(record["batch"], self.limits.depth + 1)
                # One value that is too deep: evaluated one by one, the others keep theirs.
                if values is not None:
                    pairs = zip(waiting, values[0], strict=True)
                    results.update({index: Result(value, (), files, record["seen"]) for index, value in pairs})
            elif "job" in record:
                index = waiting[record["job"]]
                results[index] = self._result(record, jobs[index], files)

    def _result(self, record: dict[str, Any], job: Job, files: tuple[str, ...]) -> Result:
        """The result of one job's record."""
        if "text" in record:
            value = _parse(record["text"], self.limits.depth)
            if value is not None:
                return Result(value[0], (), files, record["seen"])
            what = f"the value is nested deeper than {self.limits.depth} levels"
            return Result(None, (self._bound(job, what, "return a flatter value"),), files)
        if "large" in record:
            what = f"the value is {record['large']} characters of JSON, but must be at most {self.limits.output}"
            return Result(None, (self._bound(job, what, "return only the settings of the tier or profile"),), files)
        return Result(None, (self._explain(record, job, files),), files)

    def _explain(self, record: dict[str, Any], job: Job, files: tuple[str, ...]) -> Diagnostic:
        """The diagnostic of an engine's error."""
        from tenant_compiler.read.jsonnet_errors import Failure, explain  # noqa: PLC0415 - only for an error

        refusal = Refusal(*record["refusal"]) if record["refusal"] else None
        return explain(
            Failure(record["error"], refusal, files),
            entry=self.display(job.file),
            roots=self.roots,
            source=lambda name: self.source(name, job.overlay),
            stack=self.limits.stack,
        )

    def _stopped(self, outcome: Outcome, job: Job) -> Diagnostic:
        """The diagnostic of the job in which the child came to its end."""
        if outcome.stop == "time":
            what = f"evaluation took longer than {self.limits.seconds:g} s"
            return self._bound(job, what, "look for a loop without an end, or for a very large array or range")
        if outcome.stop == "memory":
            what = f"evaluation needs more than {self.limits.memory >> 20} MiB of memory"
            return self._bound(job, what, "look for a very large array, range or string")
        what = f"the jsonnet engine crashed ({outcome.detail})"
        return self._bound(job, what, "simplify the file; a crash of the engine is worth a report to its project")

    def _unfinished(self, job: Job) -> Diagnostic:
        """The diagnostic of a job for which no time was left."""
        what = f"not evaluated: the files of this run took longer than {self.limits.total_seconds:g} s"
        return self._bound(job, what, "mend the files that take too long first")

    def _bound(self, job: Job, message: str, hint: str) -> Diagnostic:
        return Diagnostic("TC122", message, place=Place(self.display(job.file)), help=hint)


def _parse(text: str, depth: int) -> tuple[Any] | None:
    """The value of a JSON text, in a tuple; None when it is nested deeper than ``depth``."""
    try:
        value = json.loads(text)
    except RecursionError:
        return None
    return (value,) if _fits(value, depth) else None


def _fits(value: Any, depth: int) -> bool:
    """Whether maps and lists are nested at most ``depth`` deep."""
    if isinstance(value, dict):
        return depth > 0 and all(_fits(child, depth - 1) for child in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_fits(child, depth - 1) for child in value)
    return True


def _no_engine(engine: Engine) -> Diagnostic:
    """The diagnostic of an installation without the engine."""
    wanted = "no jsonnet engine" if engine == "auto" else f"the jsonnet engine {engine}"
    package = "jsonnet" if engine == "auto" else engine
    message = f"{wanted} is installed" if engine == "auto" else f"{wanted} is not installed"
    return Diagnostic("TC125", message, help=f"install one: `pip install {package}`")
