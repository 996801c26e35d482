"""Ask an engine for every document, from the start to the end: ``python judge_loops.py ENGINE BUNDLE DOCUMENTS OUT``.

ENGINE is ``ours``, the engine of tenant-compiler, or the path of OPA, which is run as a server and asked over one
connection. OUT gets ``{document: answer}`` and, as the key ``""``, the seconds of the loop without all that is loaded
before it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def ours(bundle: str) -> Iterator[Callable[[str], Any]]:
    """The engine that `auto` takes, with the bundle loaded."""
    from tenant_compiler.judge.engines.choose import choose

    modules = {}
    for where, _, files in os.walk(bundle):
        for name in sorted(files):
            if name.endswith(".rego"):
                modules[os.path.join(where, name)] = _read(os.path.join(where, name))
    engine = choose()
    engine.load(modules, json.loads(_read(os.path.join(bundle, "data.json"))))
    yield lambda text: engine.evaluate("data.bench.result", text)


@contextmanager
def server(opa: str, bundle: str) -> Iterator[Callable[[str], Any]]:
    """A server of OPA on a free port, and one connection to it that stays open."""
    from http.client import HTTPConnection

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [opa, "run", "--server", "--log-level", "error", "--addr", f"127.0.0.1:{port}", "--bundle", bundle]
    with subprocess.Popen(command) as process:
        connection = HTTPConnection("127.0.0.1", port)
        _wait(connection, process)

        def ask(text: str) -> Any:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/v1/data/bench/result", f'{{"input": {text}}}'.encode(), headers)
            return json.loads(connection.getresponse().read())["result"]

        try:
            yield ask
        finally:
            connection.close()
            process.send_signal(signal.SIGTERM)


def _wait(connection: Any, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server has loaded the bundle."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection.request("GET", "/health?bundles")
            if connection.getresponse().read() and connection.sock is not None:
                return
        except OSError:
            connection.close()
        time.sleep(0.02)
    raise SystemExit("the server of OPA does not answer")


def main(engine: str, bundle: str, documents: str, out: str) -> None:
    """Ask for all documents."""
    answers: dict[str, Any] = {}
    with ours(bundle) if engine == "ours" else server(engine, bundle) as ask:
        begin = time.perf_counter()
        for name in sorted(os.listdir(documents)):
            answers[name.removesuffix(".json")] = ask(_read(os.path.join(documents, name)))
        answers[""] = time.perf_counter() - begin
    with open(out, "w", encoding="utf-8") as file:
        json.dump(answers, file)


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
