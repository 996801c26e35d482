"""The side of a jsonnet evaluation that may hang, burst or crash: it runs in a process that the parent can kill.

The parent (``read.jsonnet``) must not import an engine: Go's runtime does not survive a fork, and no engine can be
stopped from outside its own process. A request is a dict of plain values; the answer is one JSON record a line.
"""

from __future__ import annotations

import functools
import json
import os
from typing import IO, TYPE_CHECKING, Any

from tenant_compiler.read.child import limit, tell
from tenant_compiler.read.jsonnet_files import RefusedError, Roots, digest, read_source
from tenant_compiler.read.jsonnet_lexer import top_level_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

_BATCH = "<batch>/"
_ENGINES = {"gojsonnet": "_gojsonnet", "jsonnet": "_jsonnet"}


class Imports:
    """The import callback of one evaluation, and the record of what it read or refused."""

    __slots__ = ("entries", "files", "limit", "overlay", "refusal", "roots", "seen")

    def __init__(self, roots: Roots, limit: int, overlay: dict[str, str]) -> None:
        self.roots = roots
        self.limit = limit
        self.overlay = overlay
        self.files: set[str] = set()
        self.seen: dict[str, str] = {}
        self.refusal: tuple[Any, ...] | None = None
        self.entries: list[str] = []

    def load(self, real: str) -> bytes:
        """The bytes of a file inside the roots, or of what stands in for it.

        Raises:
            RefusedError: see ``read_source``; the name is the display name.
        """
        self.files.add(real)
        if real in self.overlay:
            return self.overlay[real].encode("utf-8", "surrogatepass")
        try:
            data = read_source(real, self.limit)
        except RefusedError as error:
            raise RefusedError(error.refusal._replace(name=self.roots.display(real))) from error
        self.seen[real] = digest(data)
        return data

    def __call__(self, folder: str, name: str) -> tuple[str, bytes]:
        """Answer the engine: the display name of the imported file, and its bytes."""
        try:
            real = self.entries[int(name)] if folder == _BATCH else self.roots.find(folder, name, self.overlay)
            beside = os.path.realpath(os.path.join(self.roots.locate(folder), name))
            if folder != _BATCH and beside != real:
                self.seen[beside] = ""
            return self.roots.display(real), self.load(real)
        except RefusedError as error:
            self.refusal = tuple(error.refusal)
            raise


def run(request: dict[str, Any], inbox: IO[bytes]) -> None:
    """Evaluate the jobs of a request and tell their records; nothing more is expected of the parent.

    Records: ``{"job": index, "text": JSON, "seen": digests by path}``, ``{"job": index, "error": engine text,
    "refusal": …}``, ``{"job": index, "large": characters}``, each with ``files``; ``{"batch": JSON array}``;
    ``{"no_engine": true}``; ``{"trying": "batch"|"jobs"}`` before each phase; ``{"done": true}`` last.
    """
    del inbox
    limit(request["memory"], request["cpu_seconds"])
    engine = _engine(request["engine"])
    if engine is None:
        tell({"no_engine": True})
    elif not _run_batch(engine, request):
        tell({"trying": "jobs"})
        for index, job in enumerate(request["jobs"]):
            tell({"job": index, **_run_job(engine, request, job)})
    tell({"done": True})


def _engine(choice: str) -> ModuleType | None:
    """The module of the engine that is asked for, or the first that is installed."""
    for name in _ENGINES if choice == "auto" else (choice,):
        try:
            module: ModuleType = __import__(_ENGINES[name])
        except ImportError:
            continue
        return module
    return None


def _run_job(engine: ModuleType, request: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """Evaluate one job by itself; a function is called with those of the arguments that it takes."""
    imports = Imports(Roots(*request["roots"]), request["source_bytes"], job["overlay"])
    try:
        real = imports.roots.entry(job["file"])
        source = imports.load(real).decode("utf-8")
    except RefusedError as error:
        return {"error": "", "refusal": error.refusal, "files": sorted(imports.files)}
    except UnicodeDecodeError as error:
        refusal = ("encoding", imports.roots.display(real), "", f"byte {error.start + 1}")
        return {"error": "", "refusal": refusal, "files": sorted(imports.files)}
    program = functools.partial(
        engine.evaluate_snippet,
        imports.roots.display(real),
        source,
        import_callback=imports,
        max_stack=request["stack"],
    )
    try:
        text = _call(program, job["args"] or {})
    except RuntimeError as error:
        return {"error": str(error), "refusal": imports.refusal, "files": sorted(imports.files)}
    if len(text) > request["output"]:
        return {"large": len(text), "files": sorted(imports.files)}
    return {"text": text, "files": sorted(imports.files), "seen": imports.seen}


def _call(program: Callable[..., str], args: dict[str, Any]) -> str:
    """Evaluate a program; the engine itself says which of the arguments its function does not take.

    Raises:
        RuntimeError: the engine's error.
    """
    given = {key: json.dumps(value) for key, value in args.items()}
    while True:
        try:
            return program(tla_codes=given)
        except (RuntimeError, UnicodeDecodeError) as error:
            text = _error_text(error)
            unknown = _unknown_parameter(text)
            if unknown not in given:
                raise RuntimeError(text) from error
            del given[unknown]


def _error_text(error: RuntimeError | UnicodeDecodeError) -> str:
    """The engine's text; gojsonnet reads beyond the end of a callback's message and then fails to decode its own."""
    return error.object.decode("utf-8", "replace") if isinstance(error, UnicodeDecodeError) else str(error)


def _unknown_parameter(error: str) -> str:
    """The parameter that the file's own function lacks; empty when the error is about anything else."""
    lines = error.strip().split("\n")
    text = "RUNTIME ERROR: function has no parameter "
    # A call further inside has a place in its trace; only the call of the file's value has none.
    if lines[0].startswith(text) and [line.split()[0] for line in lines[1:]] == ["Top-level"]:
        return lines[0][len(text) :].strip()
    return ""


def _run_batch(engine: ModuleType, request: dict[str, Any]) -> bool:
    """Evaluate all jobs as one program; False when they must run one by one, for an exact error or because they may.

    Only for the C++ engine, which reads its standard library anew, some 25 ms, for every file of every program: in one
    program the tiers share the files that they import.
    """
    jobs = request["jobs"]
    if engine.__name__ != "_jsonnet" or not request["batch"] or any(job["overlay"] for job in jobs):
        return False
    tell({"trying": "batch"})
    imports = Imports(Roots(*request["roots"]), request["source_bytes"], {})
    try:
        program = _batch_program(imports, jobs)
        text = engine.evaluate_snippet(_BATCH + "jobs", program, import_callback=imports, max_stack=request["stack"])
    except (RuntimeError, UnicodeDecodeError):
        # Whatever it was, the evaluation one by one says it in that file's own terms.
        return False
    if len(text) > request["output"]:
        return False
    tell({"batch": text, "files": sorted(imports.files), "seen": imports.seen})
    return True


def _batch_program(imports: Imports, jobs: Sequence[dict[str, Any]]) -> str:
    """One jsonnet array with the value of every job."""
    parts: list[str] = []
    for index, job in enumerate(jobs):
        real = imports.roots.entry(job["file"])
        imports.entries.append(real)
        args: dict[str, Any] = job["args"] or {}
        names = top_level_parameters(imports.load(real).decode("utf-8"))
        value = f"import '{index}'"
        if names is not None and args.keys() >= set(names):
            given = ", ".join(f"{name}={json.dumps(args[name])}" for name in names)
            # The names bind and their number is right, so they are the function's parameters: the guess is proved.
            value = f"local f = {value}; if std.length(f) == {len(names)} then f({given}) else f"
        parts.append(f"({value})")
    return f"[{', '.join(parts)}]"
