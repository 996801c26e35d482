"""A conversation with the child that evaluates jsonnet: its records, up to a deadline, and why it stopped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.child import Child

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenant_compiler.read.child import Method, Stop

_ENTRY = "tenant_compiler.read.jsonnet_child:run"


class Outcome(NamedTuple):
    """What a child said, and why it stopped."""

    records: list[dict[str, Any]]
    stop: Stop
    """Empty when it came to its end."""
    detail: str
    """For a crash: how the process ended."""


def converse(
    request: dict[str, Any], method: Method, until: float, patience: Callable[[dict[str, Any] | None], float]
) -> Outcome:
    """Run a request in a child and gather its records.

    Args:
        request: plain values, see ``jsonnet_child.run``.
        method: how to start the child; ``auto`` forks where a fork is safe.
        until: the ``time.monotonic()`` after which the child is killed in any case.
        patience: the seconds to wait for the next record, after the given one (None: at the start).

    Raises:
        RuntimeError: the child met a bug of ours; the text is its traceback.
    """
    child = Child(_ENTRY, request, method)
    records: list[dict[str, Any]] = []
    ended = False
    try:
        ended = _listen(child, records, until, patience)
    finally:
        end = child.end(kill=not ended)
    if not ended:
        return Outcome(records, "time", "")
    return Outcome(records, "", "") if records and records[-1].get("done") else Outcome(records, end.stop, end.detail)


def _listen(
    child: Child, records: list[dict[str, Any]], until: float, patience: Callable[[dict[str, Any] | None], float]
) -> bool:
    """Gather records until the child ends; False when the time was over before."""
    try:
        record = child.receive(min(time.monotonic() + patience(None), until))
        while record is not None:
            records.append(record)
            record = child.receive(min(time.monotonic() + patience(record), until))
    except TimeoutError:
        return False
    return True
