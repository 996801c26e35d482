"""What every engine offers, and how it refuses: the judge knows no engine by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Refusal: TypeAlias = Literal["module", "data", "input", "evaluate", "crash"]
"""``module``: it cannot be parsed or compiled. ``crash``: the engine failed, and is made anew for the next call."""

_PACKAGE: Final = re.compile(r"^[ \t]*package[ \t]+([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)", re.MULTILINE | re.ASCII)


class Undefined:
    """The type of `UNDEFINED`."""

    def __repr__(self) -> str:
        return "UNDEFINED"


UNDEFINED: Final = Undefined()
"""What a query gives that has no value, which is not the value null."""


class PolicyError(Exception):
    """An engine refuses a module, data or an input, or a rule of a module raised an error.

    Attributes:
        code: what was refused.
        message: in the engine's words, on one line, without place and source.
        file: the module's name as it was loaded; empty where the engine does not say.
        line: counted from 1; 0 where the engine does not say.
        column: counted from 1; 0 where the engine does not say.
    """

    def __init__(self, code: Refusal, message: str, file: str = "", line: int = 0, column: int = 0) -> None:
        self.code = code
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        place = f"{file}:{line}:{column}: " if column else f"{file}:{line}: " if line else f"{file}: " if file else ""
        super().__init__(f"{place}{message}")


class Coverage(NamedTuple):
    """The lines of one module, counted from 1. Lines that hold nothing to evaluate are in neither."""

    covered: frozenset[int]
    missed: frozenset[int]


class PolicyEngine(Protocol):
    """Evaluates Rego. An engine belongs to the thread that made it."""

    name: str
    version: str
    packages: frozenset[str]
    """Of the modules that are loaded: ``tenant_compiler.rules.tls_minimum``."""

    def load(self, modules: Mapping[str, str], data: Mapping[str, Any]) -> None:
        """Take modules and data in place of what was loaded before.

        Args:
            modules: sources by file name, as errors shall name it.
            data: what rules find below ``data``. It may not hold what a package holds: an engine would take either.

        Raises:
            PolicyError: ``module`` or ``data``; nothing is loaded then.
        """

    def parse(self, file: str, source: str) -> None:
        """Look whether a module can be parsed, whatever it needs of others. Nothing is loaded or forgotten.

        Raises:
            PolicyError: ``module`` or ``crash``.
        """

    def evaluate(self, query: str, input_json: str) -> Any:
        """Evaluate a query of one expression, such as ``data.tenant_compiler.rules``.

        Args:
            query: lines of at most 1,000 characters. Engines remember queries: make few different ones.
            input_json: the JSON text of ``input``.

        Returns:
            Its value as JSON-like data, sets as lists in the engine's order; `UNDEFINED` when it has none.

        Raises:
            PolicyError: ``input``, ``evaluate`` or ``crash``.
            RuntimeError: called in another thread than the engine was made in.
        """

    def evaluate_rules(self, paths: Sequence[str], input_json: str) -> Iterator[Any]:
        """Evaluate rules, each by itself and when it is asked for: one that errs does not take the others along.

        Args:
            paths: of rules, such as ``tenant_compiler.rules.tls_minimum.deny``.
            input_json: the JSON text of ``input``.

        Yields:
            For each path its value, `UNDEFINED`, or the `PolicyError` that it raised: also for a rule that is nowhere.

        Raises:
            PolicyError: ``input``, or ``crash`` before the first one.
            RuntimeError: as `evaluate`.
        """

    def record(self, *, coverage: bool = False) -> None:
        """Begin anew to record which lines are evaluated, or stop; evaluation takes longer meanwhile."""

    def coverage(self) -> Mapping[str, Coverage]:
        """Give what evaluations since `record` went through, by file."""

    def prints(self) -> list[str]:
        """Give what modules printed since the last call, each as ``file:line: text``."""


def packages_of(sources: Iterable[str]) -> frozenset[str]:
    """The packages of modules that an engine has accepted, dotted."""
    return frozenset(found[1] for found in map(_PACKAGE.search, sources) if found)


def check_data(packages: Iterable[str], data: Mapping[str, Any]) -> None:
    """Refuse data that stands where a package is: what is asked for there must come from rules.

    Raises:
        PolicyError: ``data``.
    """
    for package in packages:
        value: Any = data
        for part in package.split("."):
            if not isinstance(value, dict) or part not in value:
                break
            value = value[part]
            if not isinstance(value, dict):
                raise PolicyError("data", f"data at `{package}` would hide the package")
        else:
            raise PolicyError("data", f"data at `{package}` would hide the package")
