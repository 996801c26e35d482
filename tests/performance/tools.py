"""Programs of Go and Kapitan: the peers of benchmarks and the oracle of tests, built once into ``.cache/bench``."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.path.join(ROOT, ".cache", "bench")
JSONNET = "v0.22.0"
OPA = "v1.22.2"
CONFTEST = "v0.71.1"
KUBECONFORM = "v0.7.0"


def jsonnet() -> str | None:
    """The path of go-jsonnet, built by Go on first use; None where Go is not installed."""
    return _built("jsonnet", f"github.com/google/go-jsonnet/cmd/jsonnet@{JSONNET}")


def opa() -> str | None:
    """The path of OPA, likewise; its first build takes a minute."""
    return _built("opa", f"github.com/open-policy-agent/opa@{OPA}")


def conftest() -> str | None:
    """The path of conftest, likewise; its first build takes two minutes."""
    return _built("conftest", f"github.com/open-policy-agent/conftest@{CONFTEST}")


def kubeconform() -> str | None:
    """The path of kubeconform, likewise: another judge of Kubernetes objects."""
    return _built("kubeconform", f"github.com/yannh/kubeconform/cmd/kubeconform@{KUBECONFORM}")


def _built(name: str, package: str) -> str | None:
    """A program of Go: found where it was built before, else built; two that build at a time do each other no harm."""
    folder = os.path.join(CACHE, f"{name}-{package.rpartition('@')[2]}")
    program = os.path.join(folder, name)
    if os.path.exists(program):
        return program
    if shutil.which("go") is None:
        return None
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        command = ["go", "install", "-trimpath", "-ldflags=-s -w", package]
        subprocess.run(command, check=True, env={**os.environ, "GOBIN": place, "CGO_ENABLED": "0"})
        os.replace(os.path.join(place, name), program)
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
