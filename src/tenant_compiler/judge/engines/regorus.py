"""The engine of the package gordon-to-regorus: unmodified wheels of microsoft/regorus, a Rego engine in Rust."""

from __future__ import annotations

import json
import os
import re
from _thread import get_ident
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.engines.protocol import UNDEFINED, Coverage, PolicyError, check_data, packages_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tenant_compiler.judge.engines.protocol import Refusal

DISTRIBUTION: Final = "gordon_to_regorus"
_PLACE: Final = re.compile(r"^--> (.*):(\d+):(\d+)$", re.MULTILINE)
_TEXT: Final = re.compile(r"^error: (.*)$", re.MULTILINE)
_UNDEFINED: Final = '"<undefined>"'
"""The library's JSON of a rule without a value."""
_SETTINGS: Final = {
    # Where the environment asks Rust programs for backtraces, the parser would record one for every turn that it tries
    # in vain, and take three times as long.
    "RUST_LIB_BACKTRACE": "0",
    # KiB. A gibibyte at once, as it reserves else, would be no use but count as used where a child's memory is bounded.
    "MIMALLOC_ARENA_RESERVE": "32768",
}
_PREPARE: Final = "true"
"""Any query makes the engine analyse all modules."""


class Regorus:
    """One regorus engine; see `PolicyEngine`.

    Raises:
        ImportError: it is not installed, or something else under its name.
    """

    name = "regorus"

    def __init__(self) -> None:
        with _settings():
            import regorus  # noqa: PLC0415 - 2 ms, and only who judges needs it

            _first_error(regorus.Engine)
        self.version = _version(regorus.__file__)
        self.packages: frozenset[str] = frozenset()
        self._new: Callable[[], Any] = regorus.Engine
        self._modules: dict[str, str] = {}
        self._data: Mapping[str, Any] = {}
        self._coverage = False
        self._thread = get_ident()
        self._pid = os.getpid()
        self._pristine: Any = None
        """Has everything loaded and analysed, and evaluates nothing."""
        self._engine: Any = None
        """Its copy that evaluates. After an error another one is made: who knows in which state the first one is."""

    def load(self, modules: Mapping[str, str], data: Mapping[str, Any]) -> None:
        """See `PolicyEngine.load`."""
        self._check_thread()
        packages = packages_of(modules.values())
        check_data(packages, data)
        self._pristine = self._made(modules, data)
        self._engine = None
        self._modules, self._data, self.packages = dict(modules), data, packages

    def parse(self, file: str, source: str) -> None:
        """See `PolicyEngine.parse`."""
        _attempt("module", self._new().add_policy, file, source)

    def evaluate(self, query: str, input_json: str) -> Any:
        """See `PolicyEngine.evaluate`."""
        self._call("input", "set_input_json", input_json)
        result = _parsed(self._call("evaluate", "eval_query_as_json", query)).get("result")
        return result[0]["expressions"][0]["value"] if result else UNDEFINED

    def evaluate_rules(self, paths: Sequence[str], input_json: str) -> Iterator[Any]:
        """See `PolicyEngine.evaluate_rules`."""
        self._call("input", "set_input_json", input_json)
        for path in paths:
            try:
                text = self._call("evaluate", "eval_rule_as_json", f"data.{path}")
                value = UNDEFINED if text == _UNDEFINED else _parsed(text)
            except PolicyError as error:
                value = error
                self._call("input", "set_input_json", input_json)
            yield value

    def record(self, *, coverage: bool = False) -> None:
        """See `PolicyEngine.record`."""
        self._coverage = coverage
        self._engine = None
        self._ready()

    def coverage(self) -> dict[str, Coverage]:
        """See `PolicyEngine.coverage`."""
        report = json.loads(self._ready().get_coverage_report_as_json())
        return {
            file["path"]: Coverage(frozenset(file["covered"]), frozenset(file["not_covered"]))
            for file in report["files"]
        }

    def prints(self) -> list[str]:
        """See `PolicyEngine.prints`."""
        return list(self._ready().take_prints())

    def _ready(self) -> Any:
        """The engine that evaluates. In a child that was forked since, and after a crash, all is loaded again."""
        self._check_thread()
        if self._pristine is None or os.getpid() != self._pid:
            self._pid = os.getpid()
            self._pristine = self._made(self._modules, self._data)
            self._engine = None
        if self._engine is None:
            self._engine = self._pristine.clone()
            self._engine.set_enable_coverage(self._coverage)
        return self._engine

    def _made(self, modules: Mapping[str, str], data: Mapping[str, Any]) -> Any:
        engine = self._new()
        engine.set_gather_prints(True)  # else they would go to standard error
        for file, source in modules.items():
            _attempt("module", engine.add_policy, file, source)
        if data:
            _attempt("data", engine.add_data_json, json.dumps(data))
        _attempt("module", engine.eval_query_as_json, _PREPARE)
        return engine

    def _check_thread(self) -> None:
        if get_ident() != self._thread:
            raise RuntimeError("a regorus engine works only in the thread that made it: make one for each thread")

    def _call(self, code: Refusal, method: str, argument: str) -> Any:
        """Call the engine; after an error the next call goes to another copy, and after a crash to a new one."""
        try:
            return _attempt(code, getattr(self._ready(), method), argument)
        except PolicyError as error:
            self._engine = None
            if error.code == "crash":
                self._pristine = None
            raise


def _attempt(code: Refusal, function: Callable[..., Any], *arguments: str) -> Any:
    """Call the library and turn its errors into ours; whatever else comes (an interrupt) passes.

    Raises:
        PolicyError: ``code``, or ``crash``.
    """
    try:
        return function(*arguments)
    except RuntimeError as error:
        raise explained(code, str(error)) from None
    except BaseException as error:
        # A Rust panic is no Exception, and its class cannot be imported.
        if type(error).__name__ == "PanicException":
            raise PolicyError("crash", f"the engine failed: {_first_line(str(error))}") from None
        raise


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise PolicyError("evaluate", "the value is nested too deep") from None


def explained(code: Refusal, text: str) -> PolicyError:
    """Take apart an error's text: places, the source with a caret, the message, perhaps Rust's stack."""
    text = text.partition("\nStack backtrace")[0].strip()
    place = _PLACE.search(text)
    said = _TEXT.search(text)
    message = _first_line(said[1] if said else text).rstrip(" :")
    if message == "expecting":
        message = "the end comes too early"
    if place is None or place[1] == "<query.rego>":
        return PolicyError(code, message)
    return PolicyError(code, message, place[1], int(place[2]), int(place[3]))


@contextmanager
def _settings() -> Iterator[None]:
    """Have the environment say, while the library is loaded, how it shall work: it looks only once."""
    before = {name: os.environ.get(name) for name in _SETTINGS}
    os.environ.update(_SETTINGS)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _first_error(new: Callable[[], Any]) -> None:
    """Make the library raise its first error, at which it looks whether errors shall record the stack."""
    try:
        new().add_policy("", "")
    except RuntimeError:
        return


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _version(file: str) -> str:
    """The version of the package, read from the name of its metadata: importlib.metadata would take ten times as long.

    Raises:
        ImportError: the package comes from another distribution, or from two that overwrite each other's files.
    """
    beside = os.path.dirname(os.path.dirname(file))
    found = {}
    for entry in os.listdir(beside):
        if entry.endswith(".dist-info") and "regorus" in entry:
            distribution, _, version = entry.removesuffix(".dist-info").partition("-")
            found[distribution] = version
    if list(found) == [DISTRIBUTION]:
        return found[DISTRIBUTION]
    names = " and ".join(name.replace("_", "-") for name in sorted(found)) or "no package that pip knows"
    raise ImportError(f"the module regorus is installed by {names}; install gordon-to-regorus alone")
