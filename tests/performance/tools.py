"""The benchmark's peers, installed once into ``.cache/bench`` of the repository, each under a name with its version."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.path.join(ROOT, ".cache", "bench")
JSONNET = "v0.22.0"


def jsonnet() -> str | None:
    """The path of go-jsonnet, built by Go on first use; None where Go is not installed."""
    folder = os.path.join(CACHE, f"jsonnet-{JSONNET}")
    program = os.path.join(folder, "jsonnet")
    if os.path.exists(program):
        return program
    if shutil.which("go") is None:
        return None
    package = f"github.com/google/go-jsonnet/cmd/jsonnet@{JSONNET}"
    command = ["go", "install", "-trimpath", "-ldflags=-s -w", package]
    subprocess.run(command, check=True, env={**os.environ, "GOBIN": folder, "CGO_ENABLED": "0"})
    return program


def kapitan() -> str:
    """The path of Kapitan in an environment of its own, made from its lock file on first use."""
    lock = os.path.join(ROOT, "requirements", "kapitan.txt")
    with open(lock, "rb") as file:
        digest = hashlib.blake2b(file.read(), digest_size=4).hexdigest()
    folder = os.path.join(CACHE, f"kapitan-{digest}")
    ready = os.path.join(folder, ".ready")
    if not os.path.exists(ready):
        subprocess.run(["sh", os.path.join(ROOT, "scripts", "venv.sh"), folder, lock], check=True)
        with open(ready, "w", encoding="utf-8"):
            pass
    return os.path.join(folder, "bin", "kapitan")
