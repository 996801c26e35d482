"""A child process for evaluation: started by fork or anew, listened to up to a deadline, killed when it is over."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

Method: TypeAlias = Literal["auto", "fork", "spawn"]
Stop: TypeAlias = Literal["", "time", "memory", "crash"]

BUG = 1
"""The exit status, also Python's own, of a child that met a bug of ours; its standard error has the traceback."""

_KEPT = 16_384
"""Bytes of a dying child's standard error that are worth keeping."""

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from tenant_compiler.read.jsonnet_child import main; main()"
)


class Outcome(NamedTuple):
    """What a child said, and why it stopped."""

    records: list[dict[str, Any]]
    stop: Stop
    """Empty when it came to its end."""
    detail: str
    """For a crash: how the process ended."""


class _Child(NamedTuple):
    pid: int
    out: int
    err: int


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
    child = _fork(request) if method == "fork" or (method == "auto" and _fork_is_safe()) else _spawn(request)
    records: list[dict[str, Any]] = []
    errors = bytearray()
    alive = True
    try:
        alive = not _listen(child, records, errors, until, patience)
    finally:
        if alive:
            os.kill(child.pid, signal.SIGKILL)
        os.close(child.out)
        os.close(child.err)
        status = os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
    if alive:
        return Outcome(records, "time", "")
    return _judge(records, errors.decode("utf-8", "replace"), status)


def _judge(records: list[dict[str, Any]], errors: str, status: int) -> Outcome:
    """Tell a good end from a lack of memory, a crash of the engine and a bug of ours."""
    if records and records[-1].get("done"):
        return Outcome(records, "", "")
    if status == BUG:
        raise RuntimeError(f"the jsonnet child failed:\n{errors}")
    if "memory" in errors or "stack exceeds" in errors:
        return Outcome(records, "memory", "")
    if status == -signal.SIGXCPU:
        return Outcome(records, "time", "")
    how = f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
    return Outcome(records, "crash", how)


def _listen(
    child: _Child,
    records: list[dict[str, Any]],
    errors: bytearray,
    until: float,
    patience: Callable[[dict[str, Any] | None], float],
) -> bool:
    """Read both pipes to their ends; False when the time was over before."""
    poll = select.poll()
    poll.register(child.out, select.POLLIN)
    poll.register(child.err, select.POLLIN)
    unread = bytearray()
    ended = 0
    deadline = time.monotonic() + patience(None)
    while ended < len(child) - 1:
        left = min(deadline, until) - time.monotonic()
        if left <= 0:
            return False
        for descriptor, _ in poll.poll(int(left * 1000) + 1):
            data = os.read(descriptor, 1 << 16)
            if not data:
                poll.unregister(descriptor)
                ended += 1
            elif descriptor == child.err:
                errors += data[: _KEPT - len(errors)]
            else:
                unread += data
                if b"\n" in data:
                    *lines, unread = unread.split(b"\n")
                    records.extend(json.loads(line) for line in lines)
                    deadline = time.monotonic() + patience(records[-1])
    return True


def _fork_is_safe() -> bool:
    """Whether a forked child can run an engine: no Go runtime and no other thread in this process."""
    threading = sys.modules.get("threading")
    alone = threading is None or threading.active_count() == 1
    return hasattr(os, "fork") and "_gojsonnet" not in sys.modules and alone


def _fork(request: dict[str, Any]) -> _Child:
    """Start the child as a copy of this process: about 2 ms."""
    out, out_child = os.pipe()
    err, err_child = os.pipe()
    pid = os.fork()
    if pid == 0:
        # Nothing may leave this block: the parent's stack, buffers and exit handlers are not ours.
        status = BUG
        try:
            _become_child(out_child, err_child)
            from tenant_compiler.read.jsonnet_child import run  # noqa: PLC0415 - only a child needs it

            run(request, 1)
            status = 0
        finally:
            if status:
                import traceback  # noqa: PLC0415 - only for a bug

                os.write(2, traceback.format_exc().encode("utf-8", "replace"))
            os._exit(status)
    os.close(out_child)
    os.close(err_child)
    return _Child(pid, out, err)


def _become_child(out: int, err: int) -> None:
    """Take the pipes as standard streams, and signals as a plain program does."""
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (out, 1), (err, 2)):
        os.dup2(source, target)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers a Ctrl-C by killing us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if "faulthandler" in sys.modules:
        # It would print our stack for an engine's abort, past the pipe, on the parent's own standard error.
        sys.modules["faulthandler"].disable()


def _spawn(request: dict[str, Any]) -> _Child:
    """Start the child as a new interpreter: about 50 ms, safe beside threads and a loaded Go runtime."""
    in_child, to_child = os.pipe()
    out, out_child = os.pipe()
    err, err_child = os.pipe()
    # Isolated (-I), so that no module is taken from the current folder, which may be a hostile workspace.
    path = json.dumps([entry for entry in sys.path if os.path.isabs(entry)])
    actions = [(os.POSIX_SPAWN_DUP2, end, target) for target, end in enumerate((in_child, out_child, err_child))]
    pid = os.posix_spawn(sys.executable, [sys.executable, "-I", "-c", _START, path], os.environ, file_actions=actions)
    for end in (in_child, out_child, err_child):
        os.close(end)
    try:
        with open(to_child, "wb") as pipe:
            pipe.write(json.dumps(request).encode("ascii"))
    except BrokenPipeError:
        pass  # it died at once: its standard error and its status say why
    return _Child(pid, out, err)
