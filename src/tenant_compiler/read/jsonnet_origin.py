"""The line of a jsonnet literal that makes a value, proved by changing the literal and evaluating again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tenant_compiler.model.diagnostic import Place
from tenant_compiler.model.pointer import follow
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.jsonnet_lexer import Token, expression_end, span_of, string_value, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.read.jsonnet import Job, JsonnetEvaluator

_MOST = 64
"""Candidates that are tried; a leaf with more equal literals under its key than that counts as computed."""


class _Candidate(NamedTuple):
    file: str
    """Real path."""
    start: int
    end: int
    changed: Any
    """The value that the leaf must get when the literal is replaced by it."""


def locate_leaf(evaluator: JsonnetEvaluator, job: Job, pointer: Pointer, value: Any) -> Place | None:
    """Find the literal that makes the leaf at ``pointer`` of a job's value.

    The candidates are the literals equal to ``value`` in what is assigned to a field with the pointer's last name, in
    the job's file and all that it imports. One is right when the leaf, and whatever else, becomes what we write in its
    stead; then the span is that of the literal. Everything else counts as computed.

    Returns:
        The literal's place; the job's file without a span for a computed value; None when the job has no such leaf
        (it fails, or the value differs).
    """
    base = evaluator.evaluate([job])[0]
    if base.diagnostics or not _same(follow(base.value, pointer), value):
        return None
    key = next((part for part in reversed(pointer) if isinstance(part, str)), "")
    sources = {real: evaluator.source(real, job.overlay) for real in base.files}
    candidates = [found for real, text in sources.items() for found in _candidates(real, text, key, value)]
    proved = _prove(evaluator, job, pointer, sources, candidates) if len(candidates) <= _MOST else []
    if len(proved) != 1:
        # Two literals of which each alone decides (a greatest or a union): neither line is the whole truth.
        return Place(evaluator.display(job.file))
    only = proved[0]
    return Place(evaluator.display(only.file), span=span_of(sources[only.file], only.start, only.end))


def _prove(
    evaluator: JsonnetEvaluator, job: Job, pointer: Pointer, sources: dict[str, str], candidates: list[_Candidate]
) -> list[_Candidate]:
    """The candidates whose change changes the leaf accordingly; all are evaluated in one run."""
    trials: list[Job] = []
    for found in candidates:
        text = sources[found.file]
        mutant = text[: found.start] + json.dumps(found.changed) + text[found.end :]
        trials.append(job._replace(overlay={**(job.overlay or {}), found.file: mutant}))
    results = evaluator.evaluate(trials)
    return [
        found
        for found, result in zip(candidates, results, strict=True)
        if not result.diagnostics and _same(follow(result.value, pointer), found.changed)
    ]


def _candidates(real: str, text: str, key: str, value: Any) -> Iterator[_Candidate]:
    """The literals equal to ``value`` in the expressions after ``key:``."""
    everything = list(tokens(text))
    seen: set[int] = set()
    for index in range(len(everything) - 1):
        if everything[index + 1].kind != "colon" or not _names(everything[index], key):
            continue
        for at in range(index + 2, expression_end(everything, index + 2)):
            start = _literal_start(everything, at, value)
            if start is not None and start not in seen:
                seen.add(start)
                yield _Candidate(real, start, everything[at].end, _change(value))


def _names(token: Token, key: str) -> bool:
    """Whether a token before a colon is the field name ``key``."""
    if token.kind == "name":
        return token.text == key
    return token.kind in ("string", "block") and string_value(token) == key


def _literal_start(everything: list[Token], at: int, value: Any) -> int | None:
    """Where the literal that ends with token ``at`` starts, when it equals ``value``; a minus belongs to its number."""
    token = everything[at]
    if isinstance(value, bool):
        return token.start if token.kind == "name" and token.text == json.dumps(value) else None
    if isinstance(value, str):
        return token.start if token.kind in ("string", "block") and string_value(token) == value else None
    if not isinstance(value, int | float) or token.kind != "number":
        return None
    number = float(token.text.replace("_", ""))
    if number == value:
        return token.start
    before = everything[at - 1]
    return before.start if -number == value and before.text == "-" else None


def _change(value: Any) -> Any:
    """Another value of the same type, far enough from the first that rounding cannot hide the difference."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return f"{value}-changed"
    return value * 2 + (1 if value >= 0 else -1)


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1, but 1.0 is."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
