"""The layers that made a tenant's value, the winner first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.cli.frame import Outcome
from tenant_compiler.cli.origins import steps_of
from tenant_compiler.cli.show import document_of
from tenant_compiler.cli.tenants import resolved_of
from tenant_compiler.cli.words import table
from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.model.pointer import parse, show
from tenant_compiler.read.schema import document_schema
from tenant_compiler.read.shapes import target
from tenant_compiler.read.suggest import near
from tenant_compiler.report.style import BOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.cli.frame import Frame
    from tenant_compiler.cli.origins import Step
    from tenant_compiler.model.backend import Extension
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.resolved import Resolved

_VALUE: Final = 60
"""Characters of a value in the table."""


def explain_value(frame: Frame, folder: str | None, path: str, whose: tuple[str, str | None]) -> Outcome:
    """Explain a path of a tenant, in one environment or its first one.

    Raises:
        TenantCompileError: there is no such tenant or environment; exit code 2.
        WrongUseError: the path leads nowhere.
    """
    try:
        pointer = parse(path)
    except ValueError as error:
        raise WrongUseError(f"{path} is no path; write it as `quotas.cpu_cores`") from error
    session = frame.session(frame.open(folder))
    found = resolved_of(frame, session, *whose)
    if not found:
        return Outcome(aside=True)
    resolved = found[0]
    value = _follow(resolved, pointer, tuple(session.tools.plugins.extensions.values()))
    steps = steps_of(frame, resolved, pointer, frame.locator())
    if frame.as_json:
        layers = [step._asdict() for step in steps]
        record = {"tenant": whose[0], "environment": resolved.environment, "path": show(pointer)}
        return Outcome(extra={**record, "value": value, "layers": layers})
    name = resolved.metadata["name"]
    head = frame.style().paint(f"{show(pointer)} of {name} in {resolved.environment}: {_text(value)}", BOLD)
    return Outcome(f"{head}\n\n{_table(steps)}", aside=True)


def _table(steps: Sequence[Step]) -> str:
    rows = [(step.layer, _text(step.value), step.where or "set by the compiler", step.effect) for step in steps]
    return table(("LAYER", "VALUE", "WHERE", "EFFECT"), rows)


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _VALUE else text[: _VALUE - 1] + "…"


def _follow(resolved: Resolved, pointer: Pointer, extensions: Sequence[Extension]) -> Any:
    """Give the value at a pointer.

    Raises:
        WrongUseError: nothing is there; it names the nearest key, or says that no layer sets it.
    """
    value: Any = document_of(resolved)
    for depth, part in enumerate(pointer):
        here = pointer[:depth]
        if isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
            continue
        if isinstance(value, dict) and part in value:
            value = value[part]
            continue
        known = _known_keys(here, extensions)
        if part in known:
            raise WrongUseError(f"no layer sets {show(pointer[: depth + 1])} for {resolved.metadata['name']}")
        keys = [*known, *(value if isinstance(value, dict) else ())]
        meant = near(str(part), keys)
        hint = f"did you mean `{show((*here, meant))}`?" if meant else _choices(here, keys)
        raise WrongUseError(f"there is no {show(pointer[: depth + 1])}; {hint}")
    return value


def _choices(here: Pointer, keys: Sequence[str]) -> str:
    where = show(here) if len(here) > 1 or here[:1] == ("metadata",) else "a tenant"
    return f"{where} has " + (", ".join(dict.fromkeys(keys)) or "no keys")


def _known_keys(here: Pointer, extensions: Sequence[Extension]) -> list[str]:
    """The keys that the vocabulary knows at a place."""
    root = document_schema("resolved", extensions)
    schema = root
    for part in here:
        found = target(schema, root)
        below = found.get("properties", {}).get(part) or found.get("additionalProperties") or found.get("items")
        if not isinstance(below, dict):
            return []
        schema = below
    return [*target(schema, root).get("properties", {})]
