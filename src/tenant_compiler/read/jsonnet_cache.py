"""Evaluated presets, kept between runs: starting an engine costs a hook some 15 to 75 ms of processor time.

The cache lies in the user's own cache folder and never in the workspace, where a pull request could bring a forged one.
An entry holds the hash of every file that its value was made from, so it is never older than they are; one that is
damaged, or that another user owns, counts as absent.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

from tenant_compiler import __version__
from tenant_compiler.read.jsonnet import Result
from tenant_compiler.read.jsonnet_files import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.read.jsonnet import Job, JsonnetEvaluator

_FLAGS: Final = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)


def user_folder() -> str:
    """The folder of the user's cache; empty when there is no home folder to have one in."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "tenant-compiler", "jsonnet") if os.path.isabs(home) else ""


def evaluate(evaluator: JsonnetEvaluator, jobs: Sequence[Job], folder: str) -> list[Result]:
    """Evaluate jobs, or take what was evaluated before from the same files.

    Args:
        evaluator: for what is not there.
        jobs: without overlays.
        folder: of the cache; empty for none.

    Raises:
        TenantCompileError: as `JsonnetEvaluator.evaluate`.
    """
    paths = [_path(evaluator, job, folder) if folder else "" for job in jobs]
    found = [_read(path) if path else None for path in paths]
    missing = [index for index, result in enumerate(found) if result is None]
    made = evaluator.evaluate([jobs[index] for index in missing]) if missing else []
    for index, result in zip(missing, made, strict=True):
        found[index] = result
        if paths[index] and not result.diagnostics:
            _write(paths[index], result)
    return [result for result in found if result is not None]


def _path(evaluator: JsonnetEvaluator, job: Job, folder: str) -> str:
    """Where a job's entry is: by what it evaluates and how, not by what is in its files."""
    key = [__version__, evaluator.engine, *evaluator.roots, *map(repr, evaluator.limits), job.file, job.args]
    return os.path.join(folder, f"{digest(json.dumps(key, sort_keys=True).encode())}.json")


def _read(path: str) -> Result | None:
    """An entry whose files are as they were; None for any other."""
    try:
        descriptor = os.open(path, _FLAGS)
        with open(descriptor, "rb") as file:
            if hasattr(os, "geteuid") and os.fstat(file.fileno()).st_uid != os.geteuid():
                return None
            entry = json.load(file)
        seen: dict[str, str] = entry["seen"]
        if all(_now(name) == before for name, before in seen.items()):
            return Result(entry["value"], (), tuple(name for name, before in seen.items() if before), seen)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return None


def _write(path: str, result: Result) -> None:
    """Keep a value. A cache that cannot be written is no reason to fail."""
    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            json.dump({"value": result.value, "seen": dict(result.seen)}, file)
        os.replace(temporary, path)
    except OSError:
        pass


def _now(name: str) -> str:
    """The digest of a file, empty when there is none."""
    try:
        with open(name, "rb") as file:
            return digest(file.read())
    except FileNotFoundError:
        return ""
