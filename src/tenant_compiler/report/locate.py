"""Where a finding stands: the line and column of a `Place`, worked out from the files when a report asks.

Never a wrong line: what cannot be proved has a file and no span.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tenant_compiler.data import data_folder
from tenant_compiler.model.diagnostic import Place, Span, TenantCompileError
from tenant_compiler.model.pointer import follow
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read import files
from tenant_compiler.read.workspace import inside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.read.jsonnet import Job, JsonnetEvaluator
    from tenant_compiler.read.toml_positions import TomlPositions
    from tenant_compiler.read.yaml_positions import Positions

BUILT_IN = "<built-in>/"
_PRESETS = f"{BUILT_IN}tier_presets/"
_POLICIES = f"{BUILT_IN}policies/"
_YAML = (".yaml", ".yml")
_JSONNET = (".jsonnet", ".libsonnet")


class Located(NamedTuple):
    """A place with its line."""

    file: str
    """Relative to the workspace, or below ``<built-in>/``. A jsonnet value may come from a file that is imported."""
    span: Span | None
    """None: the file as a whole, a computed value, or a file that cannot be read."""
    pointer: Pointer
    """The node that the span shows: the one that was asked for, or its nearest parent that exists."""


class Locator:
    """Finds lines; reads each file once.

    Args:
        root: the workspace's folder, absolute.
        evaluator: for the literals of jsonnet files; without one they have no lines.
        overlay: bytes that stand in for files, by path relative to the workspace.
    """

    def __init__(
        self, root: str, evaluator: JsonnetEvaluator | None = None, overlay: Mapping[str, bytes] | None = None
    ) -> None:
        self.root = root
        self._evaluator = evaluator
        self._overlay = overlay or {}
        self._data: dict[str, bytes | None] = {}
        self._lines: dict[str, list[str]] = {}
        self._yaml: dict[str, Positions] = {}
        self._toml: dict[str, TomlPositions] = {}
        self._values: dict[tuple[str, tuple[tuple[str, str], ...]], Any] = {}
        self._found: dict[Place, Located] = {}

    def locate(self, place: Place) -> Located:
        """Find the line of a place. Files that cannot be read, or have no such node, give no span."""
        found = self._found.get(place)
        if found is None:
            found = self._found[place] = self._locate(place)
        return found

    def line(self, file: str, number: int) -> str | None:
        """Give a line of a file without its end, counted from 1 as spans count; None when there is none."""
        lines = self._lines.get(file)
        if lines is None:
            data = self._read(file) or b""
            if file.endswith(_YAML):
                from tenant_compiler.read.yaml_text import lines_of  # noqa: PLC0415 - with a finding only

                lines = lines_of(data)
            else:
                lines = [line.rstrip("\r") for line in data.decode("utf-8", "replace").split("\n")]
            self._lines[file] = lines
        return lines[number - 1] if 0 < number <= len(lines) else None

    def _locate(self, place: Place) -> Located:
        if place.span is not None:
            return Located(place.file, place.span, place.pointer)
        if place.file.endswith(_YAML):
            return self._in_yaml(place)
        if place.file.endswith(".toml"):
            return self._in_toml(place)
        if place.file.endswith(_JSONNET) and place.pointer:
            return self._in_jsonnet(place)
        return Located(place.file, None, place.pointer)

    def _in_yaml(self, place: Place) -> Located:
        from tenant_compiler.read.yaml_positions import Positions  # noqa: PLC0415 - with a finding only

        positions = self._yaml.get(place.file)
        if positions is None:
            positions = self._yaml[place.file] = Positions.of(self._read(place.file) or b"")
        if positions.find((), document=place.document) is None:
            return Located(place.file, None, ())
        nearest = positions.nearest(place.pointer, document=place.document, key=place.key)
        return Located(place.file, nearest.span, nearest.pointer)

    def _in_toml(self, place: Place) -> Located:
        from tenant_compiler.read.toml_positions import TomlPositions  # noqa: PLC0415 - with a finding only

        positions = self._toml.get(place.file)
        if positions is None:
            text = (self._read(place.file) or b"").decode("utf-8", "replace")
            positions = self._toml[place.file] = TomlPositions.of(text)
        for length in range(len(place.pointer), 0, -1):
            pointer = place.pointer[:length]
            span = positions.find(pointer, key=place.key or length < len(place.pointer))
            if span is not None:
                return Located(place.file, span, pointer)
        return Located(place.file, None, ())

    def _in_jsonnet(self, place: Place) -> Located:
        from tenant_compiler.read.jsonnet import Job  # noqa: PLC0415 - with a finding only
        from tenant_compiler.read.jsonnet_origin import locate_leaf  # noqa: PLC0415

        nowhere = Located(place.file, None, place.pointer)
        if self._evaluator is None:
            return nowhere
        job = Job(place.file, dict(place.arguments))
        try:
            value = follow(self._value(job, place), place.pointer)
            found = (
                None
                if not isinstance(value, str | int | float)
                else locate_leaf(self._evaluator, job, place.pointer, value)
            )
        except TenantCompileError:
            return nowhere  # no engine: the run says so itself
        return nowhere if found is None else Located(found.file, found.span, place.pointer)

    def _value(self, job: Job, place: Place) -> Any:
        """What a jsonnet file gives for its arguments; None when it fails."""
        key = (place.file, place.arguments)
        if key not in self._values:
            assert self._evaluator is not None
            result = self._evaluator.evaluate([job])[0]
            self._values[key] = None if result.diagnostics else result.value
        return self._values[key]

    def _read(self, file: str) -> bytes | None:
        if file not in self._data:
            self._data[file] = self._overlay.get(file) if file in self._overlay else self._from_disk(file)
        return self._data[file]

    def _from_disk(self, file: str) -> bytes | None:
        if file.startswith(_POLICIES):
            root, below = data_folder("policies"), file.removeprefix(_POLICIES)
        elif file.startswith(BUILT_IN):
            root, below = data_folder("tier_presets"), file.removeprefix(_PRESETS)
        else:
            root, below = self.root, file
        # A message may name any path; only the workspace and our own library are shown.
        try:
            if not inside(os.path.realpath(root), below):
                return None
            return files.read_bytes(os.path.join(root, below), file)
        except (TenantCompileError, ValueError):  # the latter: a name that no file can have
            return None
