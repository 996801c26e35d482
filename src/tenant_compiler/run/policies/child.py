"""The side of trying rules that may hang or burst: an engine that answers questions. The parent is `process`."""

from __future__ import annotations

import json
import os
from typing import IO, TYPE_CHECKING, Any, Final

from tenant_compiler.judge.engines.choose import choose
from tenant_compiler.judge.engines.protocol import UNDEFINED, PolicyError
from tenant_compiler.judge.heads import whole_heads
from tenant_compiler.read.child import limit, tell

if TYPE_CHECKING:
    from tenant_compiler.judge.engines.protocol import PolicyEngine

_WHOLE_CPU: Final = 24 * 3600
_ONE_FOR_ALL: Final = (
    "[found | rule := input.rule; given := input.given; found := data.{above}[rule].{result} with input as given]"
)
"""OPA compiles all modules for a query and remembers it, 0.3 s and 20 MB each: so rules are named in the input."""


def serve(request: dict[str, Any], inbox: IO[bytes]) -> None:
    """Load modules, then answer until the parent closes the pipe.

    A question has two lines of JSON: paths of rules, and the input; it is answered by ``{"values": [...], "prints":
    [...]}``, where each value is ``{"value": …}``, ``{}`` for an undefined one, or ``{"error": text}``. A question
    without paths asks for ``{"coverage": {file: [lines, lines]}}``: those that were gone through, and those that were
    not. Before the first one come ``{"refused": file, "error": [message, line, column]}`` for each file that cannot be
    loaded, and ``{"ready": true}``.
    """
    limit(request["memory"], _WHOLE_CPU)
    os.environ.clear()
    engine = choose(request["engine"])
    _load(engine, request)
    if request["coverage"]:
        engine.record(coverage=True)
    tell({"ready": True})
    while line := inbox.readline():
        paths = json.loads(line)
        given = inbox.readline().decode()
        if paths:
            tell({"values": _values(engine, paths, given), "prints": engine.prints()})
        else:
            lines = {file: [sorted(each.covered), sorted(each.missed)] for file, each in engine.coverage().items()}
            tell({"coverage": lines})


def _load(engine: PolicyEngine, request: dict[str, Any]) -> None:
    """Load what can be loaded: a file that the engine refuses is left out, and all of them when it names none."""
    left = {file: whole_heads(source) for file, source in request["modules"].items()}
    while True:
        try:
            engine.load({**request["beside"], **left}, request["data"])
        except PolicyError as error:
            if not left:
                raise
            for file in [error.file] if error.file in left else list(left):
                tell({"refused": file, "error": [error.message, error.line, error.column]})
                del left[file]
        else:
            return


def _values(engine: PolicyEngine, paths: list[str], given: str) -> list[dict[str, Any]]:
    if engine.name == "opa-embedded":
        return [_asked(engine, path, given) for path in paths]
    try:
        return [_value(value) for value in engine.evaluate_rules(paths, given)]
    except PolicyError as error:
        return [{"error": str(error)} for _ in paths]


def _asked(engine: PolicyEngine, path: str, given: str) -> dict[str, Any]:
    """Ask OPA for one rule."""
    above, rule, result = path.rsplit(".", 2)
    try:
        found = engine.evaluate(
            _ONE_FOR_ALL.format(above=above, result=result), f'{{"rule": {json.dumps(rule)}, "given": {given}}}'
        )
    except PolicyError as error:
        return {"error": str(error)}
    return {"value": found[0]} if found else {}


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, PolicyError):
        return {"error": str(value)}
    return {} if value is UNDEFINED else {"value": value}
