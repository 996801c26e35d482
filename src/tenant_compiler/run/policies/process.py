"""An engine in a child process for trying rules: killed when a case takes too long or too much, and begun again."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.engines.protocol import Coverage
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.child import Child

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenant_compiler.judge.engines.choose import EngineName
    from tenant_compiler.read.child import End, Method

_ENTRY: Final = "tenant_compiler.run.policies.child:serve"


class Bounds(NamedTuple):
    """What one question may take."""

    seconds: float = 10.0
    loading: float = 30.0
    """Seconds for reading all modules."""
    memory: int = 1 << 30
    """Bytes."""


BOUNDS: Final = Bounds()


class Refused(NamedTuple):
    """Why a file is not loaded."""

    message: str
    line: int
    """0 when it is not known; counted from 1."""
    column: int


class Answer(NamedTuple):
    """What the engine gave."""

    values: Sequence[Mapping[str, Any]]
    """For each path ``{"value": …}``, ``{}`` for an undefined one, or ``{"error": text}``."""
    prints: Sequence[str]
    """What modules printed, each as ``file:line: text``."""


class Trial:
    """An engine with modules, in a child that is started with the first question.

    Args:
        engine: as `choose` takes it.
        modules: sources by file; those that the engine refuses are left out.
        beside: sources that these may import.
        data: see `PolicyEngine.load`.
        coverage: whether to count lines.
        bounds: of one question.
        method: how the child is started.
    """

    def __init__(  # noqa: PLR0913 - told apart by name
        self,
        engine: EngineName,
        modules: Mapping[str, str],
        beside: Mapping[str, str],
        data: Mapping[str, Any],
        *,
        coverage: bool = False,
        bounds: Bounds = BOUNDS,
        method: Method = "auto",
    ) -> None:
        self.refused: dict[str, Refused] = {}
        """By file. Complete after `start`."""
        self.lost = False
        """Whether lines are missing from the coverage, because a case had to be stopped."""
        self._bounds = bounds
        self._method = method
        self._coverage = coverage
        self._child: Child | None = None
        self._broken = ""
        """Why the modules could not be read; nothing is asked any more then."""
        self._stopped: dict[str, str] = {}
        """Rules that had to be stopped, with the reason."""
        self._modules = tuple(modules)
        self._request = {
            "engine": engine,
            "modules": dict(modules),
            "beside": dict(beside),
            "data": data,
            "coverage": coverage,
            "memory": bounds.memory,
        }

    def start(self) -> None:
        """Start the child and load everything.

        Raises:
            RuntimeError: it met a bug of ours, or could not load even what stands beside the modules.
        """
        self._child = Child(_ENTRY, self._request, self._method)
        record = self._receive(self._bounds.loading)
        while not isinstance(record, str) and "refused" in record:
            self.refused[record["refused"]] = Refused(*record["error"])
            record = self._receive(self._bounds.loading)
        if isinstance(record, str):
            self._broken = f"when all files are read, {record}"
            for file in self._modules:
                self.refused.setdefault(file, Refused(self._broken, 0, 0))

    def ask(self, paths: Sequence[str], given: str) -> Answer:
        """Evaluate rules.

        Args:
            paths: such as ``tenant_compiler.rules.tls_minimum.deny``.
            given: the JSON text of the input, on one line.

        Raises:
            RuntimeError: the child met a bug of ours.
        """
        for path in paths:
            if path in self._stopped:
                return Answer([{"error": f"it was stopped before, because {self._stopped[path]}"} for _ in paths], ())
        record = self._question(json.dumps(paths), given)
        if isinstance(record, str):
            self.lost = self.lost or self._coverage
            self._stopped |= dict.fromkeys(paths, record)
            return Answer([{"error": record} for _ in paths], ())
        return Answer(record["values"], record["prints"])

    def coverage(self) -> dict[str, Coverage]:
        """The lines that all questions together went through, by file."""
        record = self._question("[]", "null")
        if isinstance(record, str):
            return {}
        lines: Mapping[str, tuple[list[int], list[int]]] = record["coverage"]
        return {file: Coverage(frozenset(went), frozenset(missed)) for file, (went, missed) in lines.items()}

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            child.end(kill=True)

    def _question(self, first: str, second: str) -> dict[str, Any] | str:
        if self._child is None and not self._broken:
            self.start()
        if self._child is None:
            return self._broken
        until = time.monotonic() + self._bounds.seconds
        try:
            for line in (first, second):
                self._child.send(line.encode(), until)
        except TimeoutError:
            return self._end(self._bounds.seconds, kill=True)
        return self._receive(self._bounds.seconds)

    def _receive(self, seconds: float) -> dict[str, Any] | str:
        """The next record; or, when there is none, why, and the child is gone."""
        assert self._child is not None
        try:
            record = self._child.receive(time.monotonic() + seconds)
        except TimeoutError:
            return self._end(seconds, kill=True)
        except BaseException:
            self.close()
            raise
        return self._end(seconds, kill=False) if record is None else record

    def _end(self, seconds: float, *, kill: bool) -> str:
        """End the child, and say why it did not answer."""
        child, self._child = self._child, None
        assert child is not None
        if kill:
            child.end(kill=True)
            return f"it took longer than {seconds:g} s"
        return _words(child.end(kill=False), self._bounds)


def _words(end: End, bounds: Bounds) -> str:
    if end.stop == "memory":
        return f"it needs more than {bounds.memory >> 20} MiB of memory"
    if end.stop == "time":
        return "it took too much processor time"
    return f"the policy engine crashed ({end.detail or 'it ended by itself'})"
