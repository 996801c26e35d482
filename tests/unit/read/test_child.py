"""A child process: it takes messages, answers with records, and whatever it does, the parent goes on."""

from __future__ import annotations

import json
import os
import signal
import sys
import time

import pytest

from tenant_compiler.read import child
from tenant_compiler.read.child import Child

SOON = 0.2
LATE = 30.0


def answer(request, inbox):
    """Say what was asked and sent."""
    child.tell({"request": request})
    for line in inbox:
        child.tell({"line": json.loads(line), "length": len(line)})


def sleep(request, inbox):
    """Neither read nor answer."""
    del request, inbox
    signal.pause()


def talk(request, inbox):
    """Say a lot in small and large pieces, then end as asked."""
    del inbox
    for size in (10, 200_000, 3):
        child.tell({"text": "x" * size})
    os.write(2, b"y" * 10_000)
    if request["end"] == "bug":
        raise ValueError("a bug")
    os.kill(os.getpid(), request["end"])


@pytest.fixture(autouse=True)
def _by_name(monkeypatch):
    monkeypatch.setitem(sys.modules, "test_child", sys.modules[__name__])


def until(seconds=LATE):
    """A deadline."""
    return time.monotonic() + seconds


def start(entry, request=None, method="fork"):
    """Start a child with a function of this module."""
    return Child(f"test_child:{entry}", request or {}, method)


def test_messages_and_records_go_to_and_fro():
    """One line each, however long."""
    one = start("answer", {"a": "é"})
    assert one.receive(until()) == {"request": {"a": "é"}}
    for text in ("short", "x" * 1_000_000, "é"):
        data = json.dumps(text).encode()
        one.send(data, until())
        assert one.receive(until()) == {"line": text, "length": len(data) + 1}
    assert one.end(kill=True) == ("", "")


def test_a_new_interpreter_does_the_same(monkeypatch):
    """Its functions are found through the parent's path, and the request comes through the pipe."""
    monkeypatch.setattr(sys, "path", [os.path.dirname(__file__), *sys.path])
    one = start("answer", {"a": "x" * 200_000}, "spawn")
    assert one.receive(until()) == {"request": {"a": "x" * 200_000}}
    one.send(b"3", until())
    assert one.receive(until()) == {"line": 3, "length": 2}
    assert one.end(kill=True) == ("", "")


def test_a_child_that_says_nothing_costs_its_time_only():
    """Listening and sending both end at their deadline."""
    one = start("sleep")
    with pytest.raises(TimeoutError):
        one.receive(until(SOON))
    with pytest.raises(TimeoutError):
        one.send(b"x" * 1_000_000, until(SOON))
    assert one.end(kill=True).stop == ""


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (signal.SIGSEGV, ("crash", "signal SIGSEGV")),
        (signal.SIGXCPU, ("time", "")),
    ],
)
def test_how_a_child_ended_is_known(end, expected):
    """After all that it said."""
    one = start("talk", {"end": end})
    assert [len(one.receive(until())["text"]) for _ in range(3)] == [10, 200_000, 3]
    assert one.receive(until()) is None
    one.send(b"1", until())
    assert one.end(kill=False) == expected


def test_a_bug_in_a_child_keeps_its_traceback():
    """It is raised in the parent."""
    one = start("talk", {"end": "bug"})
    while one.receive(until()):
        assert one.pid
    with pytest.raises(RuntimeError, match="the child failed"):
        one.end(kill=False)


def test_memory_is_bounded(monkeypatch):
    """More than the bound beside what the parent holds ends the child."""

    def eat(request, inbox):
        del request, inbox
        child.limit(64 << 20, 60)
        kept = [bytearray(1 << 20) for _ in range(1000)]
        child.tell({"kept": len(kept)})

    monkeypatch.setattr(sys.modules[__name__], "eat", eat, raising=False)
    one = start("eat")
    assert one.receive(until()) is None
    assert one.end(kill=False) == ("memory", "")


def test_a_forked_child_never_returns_into_the_parents_code(monkeypatch):
    """Even where its own traceback cannot be told."""

    def leave(request, inbox):
        del request, inbox
        os.close(2)
        raise KeyError("gone")

    monkeypatch.setattr(sys.modules[__name__], "leave", leave, raising=False)
    here = os.getpid()
    one = start("leave")
    assert one.receive(until()) is None
    with pytest.raises(RuntimeError):
        one.end(kill=False)
    assert os.getpid() == here


def test_no_descriptor_is_left_open():
    """Neither after a good end nor after a bad one."""
    before = set(os.listdir("/dev/fd"))
    for entry, kill in (("answer", True), ("sleep", True)):
        start(entry).end(kill=kill)
    assert set(os.listdir("/dev/fd")) == before
