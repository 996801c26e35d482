"""``tenant-compile show``: a tenant with all layers merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.frame import Frame, Outcome, conclude

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.cli.options import Printing
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.resolved import Resolved
    from tenant_compiler.report.locate import Locator


@click.command()
@click.argument("tenant")
@options.folder
@click.option("-e", "--environment", metavar="NAME", default=None, help="Only this environment; else all of them.")
@click.option("--origin", is_flag=True, help="Add where each value comes from: the layer, and the line that sets it.")
@options.printing
def show(tenant: str, folder: str | None, environment: str | None, printing: Printing, *, origin: bool) -> int:
    """Show what TENANT is once the layers are merged, as YAML, one document an environment."""
    frame = Frame(printing)
    return conclude(frame, lambda: _show(frame, folder, tenant, environment, origin=origin))


def _show(frame: Frame, folder: str | None, tenant: str, environment: str | None, *, origin: bool) -> Outcome:
    from tenant_compiler.cli.tenants import resolved_of  # noqa: PLC0415 - not for a wrong option

    session = frame.session(frame.open(folder))
    found = resolved_of(frame, session, tenant, environment)
    locator = frame.locator() if origin else None
    if frame.as_json:
        return Outcome(extra={"documents": [_record(frame, resolved, locator) for resolved in found]})
    return Outcome("---\n".join(_text(frame, resolved, locator) for resolved in found), aside=True)


def document_of(resolved: Resolved) -> dict[str, Any]:
    """Give the document that the resolved tenant is, as its schema has it."""
    return {
        "apiVersion": "tenant-compiler.dev/v1",
        "kind": "Tenant",
        "metadata": resolved.metadata,
        "spec": resolved.spec,
    }


def _record(frame: Frame, resolved: Resolved, locator: Locator | None) -> dict[str, Any]:
    document = document_of(resolved)
    record: dict[str, Any] = {"environment": resolved.environment, "document": document}
    if locator is not None:
        from tenant_compiler.cli.origins import winner_of  # noqa: PLC0415 - with --origin only
        from tenant_compiler.model.pointer import show as shown  # noqa: PLC0415

        leaves = _leaves({part: document[part] for part in ("metadata", "spec")}, ())
        record["origins"] = {shown(leaf): winner_of(frame, resolved, leaf, locator)._asdict() for leaf in leaves}
    return record


def _text(frame: Frame, resolved: Resolved, locator: Locator | None) -> str:
    from tenant_compiler.emit.yaml import dump_all  # noqa: PLC0415 - for text only

    document = document_of(resolved)
    text = dump_all([document])
    if locator is not None:
        text = _with_origins(frame, resolved, locator, text)
    return f"# {resolved.metadata['name']} in {resolved.environment}\n{text}"


def _with_origins(frame: Frame, resolved: Resolved, locator: Locator, text: str) -> str:
    """Put a comment behind each leaf. The text is composed again to know which line a leaf stands on."""
    from tenant_compiler.cli.origins import winner_of  # noqa: PLC0415 - with --origin only
    from tenant_compiler.emit.escape import terminal  # noqa: PLC0415
    from tenant_compiler.read.yaml_positions import Positions  # noqa: PLC0415

    positions = Positions.of(text.encode())
    remarks: dict[int, str] = {}
    for leaf in _leaves({"metadata": resolved.metadata, "spec": resolved.spec}, ()):
        span = positions.find(leaf)
        if span is not None:
            won = winner_of(frame, resolved, leaf, locator)
            remarks[span.line] = terminal(f"{won.layer} {won.where}".rstrip())
    lines = text.split("\n")
    width = min(max((len(lines[number - 1]) for number in remarks), default=0), _COLUMN)
    for number, remark in remarks.items():
        lines[number - 1] = f"{lines[number - 1]:<{width}}  # {remark}"
    return "\n".join(lines)


_COLUMN = 60
"""Where the comments start, when the lines are not longer."""


def _leaves(value: Any, pointer: Pointer) -> Iterator[Pointer]:
    """The scalars of a document, and its empty maps and lists."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _leaves(below, (*pointer, key))
    elif isinstance(value, list) and value:
        for index, below in enumerate(value):
            yield from _leaves(below, (*pointer, index))
    else:
        yield pointer
