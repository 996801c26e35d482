"""The files of tenants: what stands in them, what is wrong with it, and which of them may name a tenant."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tenant_compiler.model.diagnostic import Diagnostic, Place, TenantCompileError
from tenant_compiler.model.result import TenantResult
from tenant_compiler.read import files, schema, yaml
from tenant_compiler.read.formats import check_labels
from tenant_compiler.read.suggest import did_you_mean
from tenant_compiler.run.discovery import tenant_files
from tenant_compiler.run.fleet import suspects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenant_compiler.model.backend import Extension
    from tenant_compiler.model.document import Document
    from tenant_compiler.model.workspace import Workspace

GLANCED = 4 << 20
"""Bytes of files that are kept between the look for names and the reading."""
IGNORE = b"tenant-compile: ignore["
"""The beginning of a comment that says that a finding does not count; only a file that holds it pays for that."""


class TenantFiles:
    """The files of a workspace's tenants.

    Args:
        workspace: as opened.
        extensions: the sections of loaded plug-ins.
        overlay: bytes that stand in for files, by path relative to the workspace.
    """

    def __init__(
        self, workspace: Workspace, extensions: Sequence[Extension] = (), overlay: Mapping[str, bytes] | None = None
    ) -> None:
        self.complete = True
        """Whether every document so far could be read and named."""
        self._workspace = workspace
        self._extensions = tuple(extensions)
        self._overlay = overlay or {}
        self._glanced: dict[str, bytes] = {}
        self._room = GLANCED

    def paths(self, wanted: Sequence[str] = ()) -> list[str]:
        """List the files, in order; all of them when nothing is wanted.

        Raises:
            TenantCompileError: nothing is there; exit code 2.
        """
        return tenant_files(self._workspace, wanted, self._overlay)

    def read(self, path: str) -> tuple[list[Document], list[TenantResult]]:
        """Read a file's tenants: the sound ones, and a result for each thing that is wrong with the rest."""
        try:
            data = self.text(path)
        except TenantCompileError as error:
            return [], [self._broken(path, 0, error.diagnostics)]
        reading = yaml.read_documents(data, path)
        if IGNORE in data:
            from tenant_compiler.read.inline_ignores import with_ignores  # noqa: PLC0415 - few files have one

            reading = reading._replace(documents=with_ignores(reading.documents, data, path))
        broken = [self._broken(path, 0, reading.diagnostics)] if reading.diagnostics else []
        sound = []
        for document in reading.documents:
            findings = self._check(document)
            if findings:
                broken.append(self._broken(path, document.index, findings, _name_of(document.value)))
            else:
                sound.append(document)
        return sound, broken

    def text(self, path: str) -> bytes:
        """A file's bytes: what stands in for it, what a glance left, or what is on the disk."""
        data = self._overlay.get(path)
        if data is None:
            data = self._glanced.pop(path, None)
        return files.read_bytes(os.path.join(self._workspace.root, path), path) if data is None else data

    def glance(self, path: str) -> bytes:
        """A file's bytes, kept while there is room for the reading that follows: opening costs as much as a pass."""
        data = self.text(path)
        if path not in self._overlay and self._room >= len(data):
            self._room -= len(data)
            self._glanced[path] = data
        return data

    def _check(self, document: Document) -> list[Diagnostic]:
        value = document.value
        kind = value.get("kind") if isinstance(value, dict) else None
        if isinstance(value, dict) and kind != "Tenant" and isinstance(kind, str):
            place = Place(document.file, ("kind",), document=document.index)
            help_ = did_you_mean(kind, ["Tenant"]) or "write `kind: Tenant`; profiles belong into the profiles folder"
            return [
                Diagnostic("TC113", f"a document of kind `{kind}` stands among the tenants", place=place, help=help_)
            ]
        findings = schema.check(value, "tenant", document.file, document.index, extensions=self._extensions)
        if findings:
            return findings
        prefixes = self._workspace.config["workspace"]["label_prefixes"]
        return [*check_labels(value["metadata"].get("labels") or {}, prefixes, document.file, document.index)]

    def _broken(self, path: str, index: int, findings: Sequence[Diagnostic], name: str = "") -> TenantResult:
        # Without its name nobody can say whose tree is out of date, so nothing may be pruned.
        self.complete = False
        tagged = tuple(finding._replace(tenant=finding.tenant or name) for finding in findings)
        return TenantResult(name, path, index, (), tagged)

    def twice(self, paths: Sequence[str]) -> dict[str, list[Place]]:
        """Where the names of tenants stand that stand more than once, by name."""
        named: dict[str, list[Place]] = {}
        for path in sorted(suspects(self.glance, paths)):
            for document in self.read(path)[0]:
                place = Place(path, ("metadata", "name"), document=document.index)
                named.setdefault(document.value["metadata"]["name"], []).append(place)
        return {name: places for name, places in named.items() if len(places) > 1}

    def mentioning(self, paths: Sequence[str], names: Sequence[str]) -> list[str]:
        """The files that mention a wanted name; all of them when one is mentioned nowhere."""
        wanted = [name.encode() for name in names]
        texts: dict[str, bytes] = {}
        for path in paths:
            try:
                texts[path] = self.text(path)
            except TenantCompileError:
                texts[path] = b"\n".join(wanted)  # unreadable: it may be the one
        chosen = [path for path, data in texts.items() if any(name in data for name in wanted)]
        everywhere = all(any(name in data for data in texts.values()) for name in wanted)
        return chosen if everywhere else list(paths)


def _name_of(value: Any) -> str:
    """The name in a document that did not pass its check, where it is one."""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else ""
