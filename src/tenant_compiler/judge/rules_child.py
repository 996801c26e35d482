"""The side of a workspace's rules that may hang, burst or crash: it runs in a process that the parent can kill.

Neither engine can be stopped from outside, and regorus holds the interpreter's lock. The parent is `rules_process`.
"""

from __future__ import annotations

import json
import os
from typing import IO, TYPE_CHECKING, Any, Final

from tenant_compiler.judge.engines.choose import choose
from tenant_compiler.judge.engines.protocol import PolicyError
from tenant_compiler.judge.evaluate import RESULTS
from tenant_compiler.judge.heads import whole_heads
from tenant_compiler.read.child import limit, tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tenant_compiler.judge.engines.protocol import PolicyEngine

_ROUNDS: Final = 25
"""Files with errors that only show when all are put together, one a round; more of them are told as one."""
_WHOLE_CPU: Final = 24 * 3600


def serve(request: dict[str, Any], inbox: IO[bytes]) -> None:
    """Load modules, then evaluate rules for one tenant after the other until the parent closes the pipe.

    A message has two lines: names of rules with their packages, and the input; both are JSON.

    Records: ``{"loading": file}`` before each file, and with an empty name before all of them; ``{"refused": file,
    "error": [message, line, column]}``; ``{"ready": true}``; ``{"rule": name}`` before each rule, and after it
    ``{"result": name, "value": …}`` or ``{"result": name, "error": text}``; ``{"done": true}`` after a tenant.
    """
    import resource  # noqa: PLC0415 - only a child needs both
    import traceback  # noqa: F401, PLC0415 - later no file can be opened, and a bug wants to be told

    limit(request["memory"], _WHOLE_CPU)
    os.environ.clear()
    engine = choose(request["engine"])
    _load(engine, request["modules"], request["beside"], request["data"])
    # Nothing is read from here on but the pipe: no file, and no network either.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    tell({"ready": True})
    while line := inbox.readline():
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        # Should the parent die without killing us, a loop ends by itself.
        resource.setrlimit(resource.RLIMIT_CPU, (spent + 2 * request["seconds"] + 1, hard))
        _evaluate(engine, json.loads(line), inbox.readline().decode(), request["output"])
        tell({"done": True})


def _load(engine: PolicyEngine, modules: Mapping[str, str], beside: Mapping[str, str], data: Mapping[str, Any]) -> None:
    """Load what can be loaded, and tell what cannot."""
    left = dict(modules)
    for file, source in modules.items():
        tell({"loading": file})
        try:
            engine.parse(file, source)
        except PolicyError as error:
            _refuse(left, [file], error)
    left = {file: whole_heads(source) for file, source in left.items()}
    tell({"loading": ""})
    for _ in range(_ROUNDS):
        try:
            engine.load({**beside, **left}, data)
        except PolicyError as error:
            _refuse(left, [error.file] if error.file in left else list(left), error)
        else:
            return
    _refuse(left, list(left), PolicyError("module", "too many other files have errors"))
    engine.load(beside, data)


def _refuse(left: dict[str, str], files: Iterable[str], error: PolicyError) -> None:
    for file in files:
        here = error.file == file
        tell({"refused": file, "error": [error.message, error.line if here else 0, error.column if here else 0]})
        del left[file]


def _evaluate(engine: PolicyEngine, rules: list[list[str]], input_json: str, output: int) -> None:
    """Evaluate rules one by one, and tell each before and after."""
    paths = [f"{package}.{result}" for _, package in rules for result in RESULTS]
    found = engine.evaluate_rules(paths, input_json)
    for name, _ in rules:
        tell({"rule": name})
        value = {result: next(found) for result in RESULTS}
        wrong = next((f"{each}" for each in value.values() if isinstance(each, PolicyError)), "")
        wrong = wrong or next(
            (f"`{result}` is no set" for result in RESULTS if not isinstance(value[result], list)), ""
        )
        size = 0 if wrong else len(json.dumps(value))
        if size > output:
            wrong = f"its results are {size} characters of JSON, but must be at most {output}"
        tell({"result": name, "error": wrong} if wrong else {"result": name, "value": value})
