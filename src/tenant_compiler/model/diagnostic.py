"""The one record for everything that we have to tell a user, and the exceptions that carry it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenant_compiler.model.pointer import Pointer

Severity: TypeAlias = Literal["error", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Gravest first."""


class Span(NamedTuple):
    """A stretch of one line. Lines and columns count from 1, in characters; ``end`` is exclusive."""

    line: int
    column: int
    end: int


class Place(NamedTuple):
    """A place in a source file: a span when it is known, else a pointer whose line is worked out in the report.

    The clean path never pays for lines: a pass says which node it means, and only a report that shows the
    finding reads the file again to find the line.
    """

    file: str
    """Relative to the workspace, with ``/``; built-in files as ``<built-in>/tier_presets/free.jsonnet``."""
    pointer: Pointer = ()
    """The node in that file's own document (not in the resolved tenant)."""
    key: bool = False
    """True: the key of the node is meant (an unknown key), not its value."""
    document: int = 0
    """The index of the document in a multi-document file."""
    span: Span | None = None
    arguments: tuple[tuple[str, str], ...] = ()
    """What a jsonnet file was evaluated with, for finding the literal that made a value."""


class Label(NamedTuple):
    """A second place that explains the first, with the words that stand beside it."""

    place: Place
    message: str


class Diagnostic(NamedTuple):
    """A finding: what is wrong, where, and what to write instead. Text may change between versions, codes may not."""

    code: str
    message: str
    severity: Severity = "error"
    pointer: Pointer = ()
    """The node of the *resolved* tenant that decides; ``run`` turns it into ``place`` through the layers."""
    place: Place | None = None
    help: str = ""
    notes: tuple[str, ...] = ()
    label: str = ""
    """A few words beside the carets; empty for none."""
    related: tuple[Label, ...] = ()
    tenant: str = ""
    environment: str = ""
    target: str = ""
    """The back-end that found it, for findings about artifacts."""
    object: str = ""
    """The artifact's object, as its back-end names it (``Deployment/portal``)."""
    rule: str = ""
    """The policy's rule that found it, by name. Such a finding can be waived, but not ignored."""
    blocks: bool = True
    """Of an error: whether the tenant may not be written. Else it only sets the exit code."""


class TenantCompileError(Exception):
    """What the user can mend: diagnostics, and the exit code that they cause. Never a bug of ours.

    Attributes:
        diagnostics: at least one.
        exit_code: 1 for findings in documents, 2 for wrong use, configuration or unreadable input.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], *, exit_code: int = 2) -> None:
        self.diagnostics = tuple(diagnostics)
        self.exit_code = exit_code
        super().__init__("; ".join(f"{d.code}: {d.message}" for d in self.diagnostics))
