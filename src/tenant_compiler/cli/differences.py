"""``build --diff``: what a build would change, file by file and object by object, without writing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.emit.difference import file_differences, object_differences
from tenant_compiler.emit.escape import terminal
from tenant_compiler.emit.manifest import FLEET
from tenant_compiler.model.diagnostic import TenantCompileError
from tenant_compiler.model.pointer import show
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.report.style import BOLD, CYAN, DIM, GREEN, RED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tenant_compiler.cli.frame import Frame
    from tenant_compiler.emit.difference import Change, Kind
    from tenant_compiler.model.artifact import EmittedFile
    from tenant_compiler.model.backend import Backend
    from tenant_compiler.report.style import Style
    from tenant_compiler.run.build import Build

_COLORS: Final = {"+": GREEN, "-": RED, "~": CYAN, "@": CYAN}
_VALUE: Final = 60
"""Characters of a value in a list of changes."""


class FileChange(NamedTuple):
    """A file that a build would write or remove."""

    kind: Kind
    file: str
    """Relative to the workspace, where it lies in it."""
    objects: Sequence[Change]
    """Empty also when the file holds no objects that its target can tell apart."""
    lines: str
    """A unified diff."""


def all_changes(frame: Frame, build: Build) -> Iterator[FileChange]:
    """Run a build's passes and compare their files with the output; findings go to the frame.

    A tenant that fails would keep its files, so it changes nothing. What belongs to the fleet is compared in a run over
    the whole fleet without a failure, as a build would write it.
    """
    from tenant_compiler.run.passes import BUILD  # noqa: PLC0415 - beside the session that is loaded by then

    known = {FLEET}
    failed = False
    for result in build.session.stream(build.selectors, BUILD):
        frame.take(result)
        if not result.ok:
            failed = True
            continue
        known.add(result.tenant)
        yield from _changes(frame, build, result.tenant, result.files, build.scope())
    if build.selectors.narrow or build.options.targets or failed or not build.session.files.complete:
        return
    yield from _changes(frame, build, FLEET, list(build.fleet_files()), None)
    for found in build.tree.check_fleet(known):
        name = found.tenant
        if found.code == "TC607" and name:
            yield from _changes(frame, build, name, (), None)
        else:
            frame.add([found])


def _changes(
    frame: Frame, build: Build, owner: str, files: Sequence[EmittedFile], scope: Callable[[str], bool] | None
) -> Iterator[FileChange]:
    wanted = {file.path: file.data for file in files}
    try:
        there = [path for path in build.tree.paths(owner) if scope is None or scope(path)]
        for path in sorted({*wanted, *there}):
            old, new = build.tree.read(owner, path), wanted.get(path)
            if old != new:
                yield _change(frame, build, f"{owner}/{path}", old, new)
    except TenantCompileError as error:
        frame.add(error.diagnostics)


def _change(frame: Frame, build: Build, path: str, old: bytes | None, new: bytes | None) -> FileChange:
    backends = {backend.name: backend for backend in build.session.tools.backends}
    backend = backends.get(path.split("/")[2])
    objects = object_differences(_objects(backend, path, old), _objects(backend, path, new))
    kind: Kind = "+" if old is None else "-" if new is None else "~"
    file = f"{build.tree.shown}/{path}"
    return FileChange(kind, file, objects, file_differences(old, new, frame.shown_path(file)))


def _objects(backend: Backend | None, path: str, data: bytes | None) -> dict[str, Any]:
    """A file's objects; none when it is missing, or somebody wrote something else into it."""
    if backend is None or not data:
        return {}
    try:
        content: Any
        if path.endswith(".json"):
            content = json.loads(data)
        elif path.endswith((".yaml", ".yml")):
            from tenant_compiler.read.yaml import read_documents  # noqa: PLC0415 - for YAML only

            content = [document.value for document in read_documents(data, path).documents]
        else:
            content = data.decode()
        return backend.index(content)
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}


def change_text(change: FileChange, file: str, style: Style) -> str:
    """Write a change for people: the file, its objects with what changes inside, and the lines.

    Args:
        change: a file.
        file: its path relative to the current folder.
        style: colours.
    """
    out = [style.paint(f"{change.kind} {terminal(file)}", BOLD)]
    for item in change.objects:
        out.append(f"    {style.paint(f'{item.kind} {terminal(item.id)}', _COLORS[item.kind])}")
        for leaf in item.leaves:
            values = _value(leaf.new) if leaf.kind == "+" else _value(leaf.old)
            if leaf.kind == "~":
                values += f" -> {_value(leaf.new)}"
            out.append(f"        {leaf.kind} {terminal(show(leaf.pointer))}: {values}")
    for line in change.lines.split("\n")[:-1]:
        color = DIM if line.startswith(("---", "+++")) else _COLORS.get(line[:1], "")
        shown = terminal(line)
        out.append(style.paint(shown, color) if color else shown)
    return "\n".join(out) + "\n"


def change_record(change: FileChange) -> dict[str, Any]:
    """Write a change for programs; values are left to the files."""
    return {
        "kind": change.kind,
        "file": change.file,
        "objects": [
            {
                "kind": item.kind,
                "id": item.id,
                "changes": [{"kind": leaf.kind, "pointer": show(leaf.pointer)} for leaf in item.leaves],
            }
            for item in change.objects
        ],
    }


def _value(value: Any) -> str:
    text = terminal(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _VALUE else text[: _VALUE - 1] + "…"
