"""The engine of the package opa-golib-python-bindings: OPA itself, compiled into a library."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.engines.protocol import UNDEFINED, Coverage, PolicyError, check_data, packages_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tenant_compiler.judge.engines.protocol import Refusal

_VALUE: Final = "tenant_compiler_value"
"""OPA gives the variables of a query, so the query's value goes into one."""
_HEAD: Final = re.compile(r"^(?:bundle activation failed: )?(?:\d+ errors? occurred:\s*)?")
_LINE: Final = re.compile(
    r"(?:(?P<file>.*?):)?(?P<line>\d+)(?::(?P<column>\d+))?: (?:[a-z]+_[a-z_]+: )?(?P<message>.*)"
)


class OpaEmbedded:
    """One OPA engine; see `PolicyEngine`.

    Raises:
        ImportError: it is not installed, or its library does not load here.
    """

    name = "opa-embedded"

    def __init__(self) -> None:
        try:
            from opa_bindings import OpaEngine, OpaError  # noqa: PLC0415 - 15 ms, and few use it

            self._new: Callable[[], Any] = OpaEngine
            self._engine = OpaEngine()
        except OSError as error:
            raise ImportError(f"the library of opa_bindings does not load: {error}") from error
        self._error: type[Exception] = OpaError
        self.version = _version()
        self.packages: frozenset[str] = frozenset()
        self._files: frozenset[str] = frozenset()
        self._coverage = False
        self._covered: dict[str, Coverage] = {}
        self._printed: list[str] = []
        self._pid = os.getpid()

    def load(self, modules: Mapping[str, str], data: Mapping[str, Any]) -> None:
        """See `PolicyEngine.load`."""
        packages = packages_of(modules.values())
        check_data(packages, data)
        self._check_process()
        engine = self._new()
        engine.print_handler = self._print
        for file, source in modules.items():
            self._call("module", engine.add_policy, file, source)
        if data:
            self._call("data", engine.add_data, data)
        self._call("module", engine.eval_query, "true")
        self._engine.close()
        self._engine, self._files, self.packages = engine, frozenset(modules), packages

    def parse(self, file: str, source: str) -> None:
        """See `PolicyEngine.parse`."""
        self._check_process()
        engine = self._new()
        try:
            self._call("module", engine.add_policy, file, source)
        finally:
            engine.close()

    def evaluate(self, query: str, input_json: str) -> Any:
        """See `PolicyEngine.evaluate`."""
        self._check_process()
        return self._evaluate(query, _input(input_json))

    def evaluate_rules(self, paths: Sequence[str], input_json: str) -> Iterator[Any]:
        """See `PolicyEngine.evaluate_rules`."""
        value = _input(input_json)
        self._check_process()
        for path in paths:
            try:
                yield self._evaluate(f"data.{path}", value)
            except PolicyError as error:
                yield error

    def record(self, *, coverage: bool = False) -> None:
        """See `PolicyEngine.record`."""
        self._coverage = coverage
        self._covered = {}

    def coverage(self) -> dict[str, Coverage]:
        """See `PolicyEngine.coverage`."""
        return dict(self._covered)

    def prints(self) -> list[str]:
        """See `PolicyEngine.prints`."""
        printed, self._printed = self._printed, []
        return printed

    def _evaluate(self, query: str, value: Any) -> Any:
        coverage = self._coverage
        found = self._call("evaluate", self._engine.eval_query, f"{_VALUE} = {query}", value, coverage=coverage)
        if coverage:
            self._cover(self._engine.last_coverage["files"])
        return found[0][_VALUE] if found else UNDEFINED

    def _print(self, message: str, place: str) -> None:
        self._printed.append(f"{place}: {message}")

    def _cover(self, files: Mapping[str, Any]) -> None:
        """Add the report of one evaluation."""
        for file, report in files.items():
            before = self._covered.get(file, Coverage(frozenset(), frozenset()))
            covered = before.covered | _rows(report.get("covered"))
            missed = before.missed | _rows(report.get("not_covered"))
            self._covered[file] = Coverage(covered, missed - covered)

    def _check_process(self) -> None:
        """Go's threads are not in a forked child: the first collection of garbage would wait for them for ever."""
        if os.getpid() != self._pid:
            raise PolicyError("crash", "OPA does not work in a process that was forked after it was loaded")

    def _call(self, code: Refusal, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except self._error as error:
            found = explained(code, str(getattr(error, "message", error)))
            known = code == "module" or found.file in self._files
            # A place in the query is nobody's.
            raise found if known else PolicyError(code, found.message) from None


def _input(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PolicyError("input", f"the input is no JSON: {error}") from error


def explained(code: Refusal, text: str) -> PolicyError:
    """Take apart an error's text; of several errors the first is told."""
    text = _HEAD.sub("", text.strip(), count=1)
    first = text.partition("\n")[0].strip()
    found = _LINE.fullmatch(first)
    if found is None or not found["file"]:
        return PolicyError(code, found["message"] if found else first)
    return PolicyError(code, found["message"], found["file"], int(found["line"]), _column(text, found["column"]))


def _column(text: str, said: str | None) -> int:
    """The column: as it is said, or where the caret stands below the source's line; 0 for neither."""
    if said:
        return int(said)
    lines = text.split("\n")
    if len(lines) > 2 and lines[2].strip() == "^":  # noqa: PLR2004 - the error, the source, the caret
        return len(lines[2]) - len("\t")
    return 0


def _rows(ranges: Any) -> frozenset[int]:
    return frozenset(row for each in ranges or () for row in range(each["start"]["row"], each["end"]["row"] + 1))


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow, and few use this engine

    try:
        return version("opa-golib-python-bindings")
    except PackageNotFoundError:
        return "unknown"
