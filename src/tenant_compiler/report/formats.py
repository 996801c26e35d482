"""The formats of a report by name, and what each is given. A new one is a module and a row in `FORMATS`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tenant_compiler.report.findings import Finding
    from tenant_compiler.report.locate import Locator
    from tenant_compiler.report.style import Style


class Report(NamedTuple):
    """All that a format may need."""

    findings: Sequence[Finding]
    """In order."""
    locator: Locator
    style: Style
    shown_path: Callable[[str], str]
    """Turns a path relative to the workspace into one for people, relative to the current folder."""
    brief: bool = False
    """People get a line for all infos of one code, instead of each: what is not built yet concerns every tenant."""
    limit: int | None = None
    """The most findings to show; None: the format's own default."""
    summary: Sequence[str] = ()
    """Lines for people."""
    numbers: Mapping[str, Any] = {}
    """The same for programs."""
    extra: Mapping[str, Any] = {}
    """What the command adds at the top level for programs."""


def _text(report: Report) -> str:
    from tenant_compiler.report.text import write_text  # noqa: PLC0415 - a run loads the format that it writes

    return write_text(report)


def _json(report: Report) -> str:
    from tenant_compiler.report.json import write_json  # noqa: PLC0415 - the same

    return write_json(report)


FORMATS: Final[Mapping[str, Callable[[Report], str]]] = {"text": _text, "json": _json}
"""Writers by the name that ``--output-format`` takes."""
