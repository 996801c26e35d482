"""One document of a source file, as the reader hands it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from tenant_compiler.model.diagnostic import Diagnostic

    class Ignores(Protocol):
        """Comments in the document that findings do not count."""

        def covers(self, finding: Diagnostic) -> bool:
            """Whether a finding, with its place, is ignored."""

        def problems(self, *, judged: bool, whole: bool) -> Iterable[Diagnostic]:
            """Say what is wrong with the comments, once all findings were asked about."""


class Document(NamedTuple):
    """The value of one YAML document. Lines are asked for later, by (file, index, pointer)."""

    file: str
    """Relative to the workspace, with ``/``."""
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a record
    """The document's number in its file, from 0."""
    value: Any
    """JSON-like data: dict with str keys, list, str, int, float, bool, None."""
    ignores: Ignores | None = None
    """None for nearly every document: only a file that holds such a comment is looked at for them."""
