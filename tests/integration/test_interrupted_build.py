"""A real process that is interrupted or killed in the middle of a build leaves a tree that the next run heals."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time

import pytest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
TENANTS = 600


def _fleet():
    """The generator of the benchmark's fleet."""
    path = os.path.join(ROOT, "tests", "performance", "fleet.py")
    spec = importlib.util.spec_from_file_location("benchmark_fleet", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A fleet that takes long enough to be stopped half-way."""
    folder = str(tmp_path_factory.mktemp("interrupted") / "fleet")
    _fleet().write(folder, TENANTS)
    return folder


def _start(workspace, output):
    command = [sys.executable, "-m", "tenant_compiler", "build", "-q", "-C", workspace, "-o", output]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs tests in the background lets its children ignore the interrupt.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - no threads here
    )


def _finish(workspace, output, *more):
    command = [sys.executable, "-m", "tenant_compiler", "build", "-q", "-C", workspace, "-o", output, *more]
    return subprocess.run(command, capture_output=True, text=True, check=False).returncode


def _wait_for_first_trees(output, process):
    """Wait until some tenants stand in the output and others do not."""
    for _ in range(2000):
        if os.path.isdir(output) and len(os.listdir(output)) > TENANTS // 10:
            return
        assert process.poll() is None
        time.sleep(0.005)
    raise AssertionError("the build wrote nothing")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_the_next_run_heals_a_build_that_was_stopped(workspace, tmp_path, number, code):
    """An interrupt is exit code 130 and no traceback; whatever stopped it, a second build ends in the whole tree."""
    output = str(tmp_path / "build")
    process = _start(workspace, output)
    _wait_for_first_trees(output, process)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == code
    assert "Traceback" not in errors
    assert _finish(workspace, output, "--check") == 1
    assert _finish(workspace, output) == 0
    assert _finish(workspace, output, "--check") == 0
    assert len([name for name in os.listdir(output) if name.startswith("tenant-")]) == TENANTS
