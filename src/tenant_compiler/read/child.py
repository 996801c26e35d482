"""A child process for work that may hang, burst or crash: listened to up to a deadline, and killed after it.

What runs in it is a function ``entry(request, inbox)``: a request of plain values, and what the parent sends later, a
line each. It answers with `tell`, and comes to its end by returning.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from typing import IO, TYPE_CHECKING, Any, Final, Literal, TypeAlias

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Method: TypeAlias = Literal["auto", "fork", "spawn"]
Stop: TypeAlias = Literal["", "time", "memory", "crash"]
Entry: TypeAlias = "Callable[[dict[str, Any], IO[bytes]], None]"

BUG = 1
"""The exit status, also Python's own, of a child that met a bug of ours; its standard error has the traceback."""

_KEPT: Final = 16_384
"""Bytes of a dying child's standard error that are worth keeping."""
_GO: Final = ("_gojsonnet", "opa_bindings")
"""Modules that bring Go's runtime, whose threads are not in a forked child."""
_START: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from tenant_compiler.read.child import main; main(sys.argv[2])"
)


class End(NamedTuple):
    """How a child ended."""

    stop: Stop
    """Empty: it said that it was done, or returned."""
    detail: str
    """For a crash: how the process ended."""


class Child:
    """A running child.

    Args:
        entry: what runs in it, as ``module:function``.
        request: plain values.
        method: how to start it; ``auto`` forks where a fork is safe.
    """

    def __init__(self, entry: str, request: dict[str, Any], method: Method = "auto") -> None:
        fork = method == "fork" or (method == "auto" and fork_is_safe())
        self.pid, self._in, self._out, self._err = _fork(entry, request) if fork else _spawn(entry, request)
        self._lines: list[bytes] = []
        self._unread = bytearray()
        self._errors = bytearray()
        self._open = {self._out, self._err}

    def send(self, line: bytes, until: float) -> None:
        """Send a line without its end; a child that has gone is found out by `receive`.

        Raises:
            TimeoutError: it does not take it before ``time.monotonic()`` is ``until``.
        """
        data = memoryview(line + b"\n")
        os.set_blocking(self._in, False)
        while data:
            try:
                data = data[os.write(self._in, data) :]
            except BlockingIOError:
                left = until - time.monotonic()
                if left <= 0:
                    raise TimeoutError from None
                _wait([self._in], select.POLLOUT, left)
            except BrokenPipeError:
                return

    def receive(self, until: float) -> dict[str, Any] | None:
        """Wait for the next record; None when the child has ended.

        Raises:
            TimeoutError: there is none when ``time.monotonic()`` is ``until``.
        """
        while not self._lines and self._open:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._read(left)
        if not self._lines:
            return None
        record: dict[str, Any] = json.loads(self._lines.pop(0))
        return record

    def end(self, *, kill: bool) -> End:
        """Reap the child, and say how it ended.

        Args:
            kill: end it, whatever it does; that is then no crash.

        Raises:
            RuntimeError: it met a bug of ours; the text is its traceback.
        """
        if kill:
            os.kill(self.pid, signal.SIGKILL)
        for descriptor in (self._in, self._out, self._err):
            os.close(descriptor)
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if kill or status == 0:
            return End("", "")
        errors = self._errors.decode("utf-8", "replace")
        if status == BUG and not errors.rstrip().rpartition("\n")[2].startswith("MemoryError"):
            raise RuntimeError(f"the child failed:\n{errors}")
        if status == BUG or "memory" in errors or "stack exceeds" in errors:
            return End("memory", "")
        if status == -signal.SIGXCPU:
            return End("time", "")
        how = f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
        return End("crash", how)

    def _read(self, seconds: float) -> None:
        """Take what both pipes have, waiting at most some seconds for anything."""
        for descriptor in _wait(self._open, select.POLLIN, seconds):
            data = os.read(descriptor, 1 << 16)
            if not data:
                self._open.discard(descriptor)
            elif descriptor == self._err:
                self._errors += data[: _KEPT - len(self._errors)]
            else:
                *lines, rest = data.split(b"\n")
                if lines:
                    self._lines += [bytes(self._unread) + lines[0], *lines[1:]]
                    self._unread.clear()
                self._unread += rest


def _wait(descriptors: Iterable[int], event: int, seconds: float) -> list[int]:
    """The descriptors for which something happens within some seconds."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, event)
    return [descriptor for descriptor, _ in poll.poll(int(seconds * 1000) + 1)]


def tell(record: dict[str, Any]) -> None:
    """Write one record as one line, however often the pipe is full. Only a child calls this."""
    data = memoryview(json.dumps(record).encode("ascii") + b"\n")
    while data:
        data = data[os.write(1, data) :]


def limit(memory: int, cpu_seconds: int) -> None:
    """Bound memory and, should the parent die without killing us, processor time; leave no core file.

    The data limit and not the address space: Go reserves much more than it uses, and only use is bounded by the first.
    """
    import resource  # noqa: PLC0415 - only a child needs it

    used = 0
    if os.path.exists("/proc/self/statm"):
        with open("/proc/self/statm", "rb") as statm:
            # What a big parent held at the fork is no fault of the work.
            used = int(statm.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    for kind, most in (
        (resource.RLIMIT_DATA, memory + used),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def main(entry: str) -> None:
    """Serve the parent that could not fork: the request is the first line of the standard input."""
    inbox = open(0, "rb", closefd=False)  # noqa: SIM115 - until the process ends
    _function(entry)(json.loads(inbox.readline()), inbox)


def fork_is_safe() -> bool:
    """Whether a forked child can do anything: no Go runtime and no other thread in this process."""
    threading = sys.modules.get("threading")
    alone = threading is None or threading.active_count() == 1
    return hasattr(os, "fork") and sys.modules.keys().isdisjoint(_GO) and alone


def _function(entry: str) -> Entry:
    module, _, name = entry.partition(":")
    __import__(module)
    function: Entry = getattr(sys.modules[module], name)
    return function


def _fork(entry: str, request: dict[str, Any]) -> tuple[int, int, int, int]:
    """Start the child as a copy of this process: about 2 ms."""
    in_child, to_child = os.pipe()
    out, out_child = os.pipe()
    err, err_child = os.pipe()
    pid = os.fork()
    if pid == 0:
        # Nothing may leave this block: the parent's stack, buffers and exit handlers are not ours.
        status = BUG
        try:
            for end in (to_child, out, err):
                os.close(end)
            _become_child(in_child, out_child, err_child)
            _function(entry)(request, open(0, "rb", closefd=False))  # noqa: SIM115 - until the process ends
            status = 0
        finally:
            try:
                if status:
                    import traceback  # noqa: PLC0415 - only for a bug

                    os.write(2, traceback.format_exc().encode("utf-8", "replace"))
            finally:
                os._exit(status)
    for end in (in_child, out_child, err_child):
        os.close(end)
    return pid, to_child, out, err


def _become_child(into: int, out: int, err: int) -> None:
    """Take the pipes as standard streams, and signals as a plain program does."""
    for target, source in enumerate((into, out, err)):
        os.dup2(source, target)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers a Ctrl-C by killing us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if "faulthandler" in sys.modules:
        # It would print our stack for an engine's abort, past the pipe, on the parent's own standard error.
        sys.modules["faulthandler"].disable()


def _spawn(entry: str, request: dict[str, Any]) -> tuple[int, int, int, int]:
    """Start the child as a new interpreter: about 50 ms, safe beside threads and a loaded Go runtime."""
    in_child, to_child = os.pipe()
    out, out_child = os.pipe()
    err, err_child = os.pipe()
    # Isolated (-I), so that no module is taken from the current folder, which may be a hostile workspace.
    path = json.dumps([folder for folder in sys.path if os.path.isabs(folder)])
    arguments = [sys.executable, "-I", "-c", _START, path, entry]
    actions = [(os.POSIX_SPAWN_DUP2, end, target) for target, end in enumerate((in_child, out_child, err_child))]
    pid = os.posix_spawn(sys.executable, arguments, os.environ, file_actions=actions)
    for end in (in_child, out_child, err_child):
        os.close(end)
    data = memoryview(json.dumps(request).encode("ascii") + b"\n")
    try:
        while data:
            data = data[os.write(to_child, data) :]
    except BrokenPipeError:
        pass  # it died at once: its standard error and its status say why
    return pid, to_child, out, err
