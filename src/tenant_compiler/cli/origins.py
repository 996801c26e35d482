"""Where values come from, in words: the layers that set a node, the winner first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from tenant_compiler.read.schema import union_paths
from tenant_compiler.resolve.origin import chain

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenant_compiler.cli.frame import Frame
    from tenant_compiler.model.diagnostic import Place
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.resolved import Layer, Resolved
    from tenant_compiler.report.locate import Locator

VOCABULARY = "default"
"""The name of what the vocabulary itself sets when no layer does."""


class Step(NamedTuple):
    """One layer's word on a value."""

    layer: str
    value: Any
    where: str
    """``file:line:column``, a file with ``(computed)``, or empty for what stands in no file."""
    effect: Literal["wins", "adds", "overridden", "removes"]


def steps_of(frame: Frame, resolved: Resolved, pointer: Pointer, locator: Locator) -> list[Step]:
    """Say of every layer what it does to a node, the winner first; the vocabulary's default when no layer sets it."""
    merged = _is_merged(_value(resolved, pointer), pointer)
    steps: list[Step] = []
    for origin in chain(resolved, pointer):
        if origin.value is None:
            effect: Literal["wins", "adds", "overridden", "removes"] = "removes"
        elif merged:
            effect = "adds"
        else:
            effect = "overridden" if steps else "wins"
        where = _where(origin.place, origin.value, locator, frame.shown_path)
        steps.append(Step(origin.layer.name, origin.value, where, effect))
    return steps or [Step(VOCABULARY, _value(resolved, pointer), "", "wins")]


def winner_of(frame: Frame, resolved: Resolved, pointer: Pointer, locator: Locator) -> Step:
    """Give the layer that decides a node. Cheaper than `steps_of`: only its line is worked out."""
    origin = next(iter(chain(resolved, pointer)), None)
    if origin is None:
        nearest = _nearest(resolved, pointer)
        return Step(nearest.name if nearest else VOCABULARY, _value(resolved, pointer), "", "wins")
    where = _where(origin.place, origin.value, locator, frame.shown_path)
    return Step(origin.layer.name, origin.value, where, "wins")


def _nearest(resolved: Resolved, pointer: Pointer) -> Layer | None:
    """The layer of an item that no layer sets by itself, such as one of a list; None for the vocabulary's defaults."""
    if not any(isinstance(part, int) for part in pointer):
        return None
    for length in range(len(pointer) - 1, 0, -1):
        origin = next(iter(chain(resolved, pointer[:length])), None)
        if origin is not None and isinstance(origin.value, list):
            return origin.layer
    return None


def _where(place: Place | None, value: Any, locator: Locator, shown_path: Callable[[str], str]) -> str:
    if place is None:
        return ""
    located = locator.locate(place)
    if located.span is not None:
        return f"{shown_path(located.file)}:{located.span.line}:{located.span.column}"
    computed = not isinstance(value, dict | list) and located.file.endswith(".jsonnet")
    return shown_path(located.file) + (" (computed)" if computed else "")


def _value(resolved: Resolved, pointer: Pointer) -> Any:
    value: Any = {"metadata": resolved.metadata, "spec": resolved.spec}
    for part in pointer:
        try:
            value = value[part]
        except (LookupError, TypeError):
            return None
    return value


def _is_merged(value: Any, pointer: Pointer) -> bool:
    """Whether layers add to each other here: a map, or a list that the vocabulary declares a union."""
    if isinstance(value, dict):
        return True
    path = pointer[1:]
    return isinstance(value, list) and any(
        len(union) == len(path) and all(key in ("*", part) for key, part in zip(union, path, strict=True))
        for union in union_paths()
    )
