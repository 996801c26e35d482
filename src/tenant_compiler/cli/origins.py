"""Where values come from, in words: the layers that set a node, the winner first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.schema import union_paths
from tenant_compiler.resolve.origin import chain

if TYPE_CHECKING:
    from tenant_compiler.cli.frame import Frame
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.resolved import Layer, Resolved
    from tenant_compiler.report.locate import Locator
    from tenant_compiler.resolve.origin import Origin

Effect: TypeAlias = Literal["wins", "adds", "overridden", "removes"]

VOCABULARY = "default"
"""The name of what the vocabulary itself sets when no layer does."""


class Step(NamedTuple):
    """One layer's word on a value."""

    layer: str
    value: Any
    where: str
    """``file:line:column``, a file with ``(computed)``, or empty for what stands in no file."""
    effect: Effect


def steps_of(frame: Frame, resolved: Resolved, pointer: Pointer, locator: Locator) -> list[Step]:
    """Say of every layer what it does to a node, the winner first; the vocabulary's default when no layer sets it."""
    merged = _is_merged(_value(resolved, pointer), pointer)
    steps: list[Step] = []
    for origin in chain(resolved, pointer):
        effect: Effect = "overridden" if steps else "wins"
        if origin.value is None:
            effect = "removes"
        elif merged:
            effect = "adds"
        steps.append(_step(frame, origin, effect, locator))
    return steps or [Step(VOCABULARY, _value(resolved, pointer), "", "wins")]


def winner_of(frame: Frame, resolved: Resolved, pointer: Pointer, locator: Locator) -> Step:
    """Give the layer that decides a node. Cheaper than `steps_of`: only its line is worked out."""
    origin = next(iter(chain(resolved, pointer)), None)
    if origin is None:
        nearest = _nearest(resolved, pointer)
        return Step(nearest.name if nearest else VOCABULARY, _value(resolved, pointer), "", "wins")
    return _step(frame, origin, "wins", locator)


def _step(frame: Frame, origin: Origin, effect: Effect, locator: Locator) -> Step:
    name, value, place = origin.layer.name, origin.value, origin.place
    if place is None:
        return Step(name, value, "", effect)
    located = locator.locate(place)
    if located.pointer != place.pointer:
        return Step(VOCABULARY, value, "", effect)  # filled in: the file says nothing of it
    file = frame.shown_path(located.file)
    if located.span is not None:
        return Step(name, value, f"{file}:{located.span.line}:{located.span.column}", effect)
    computed = file.endswith(".jsonnet") and not isinstance(value, dict | list)
    return Step(name, value, f"{file} (computed)" if computed else file, effect)


def _nearest(resolved: Resolved, pointer: Pointer) -> Layer | None:
    """The layer of an item that no layer sets by itself, such as one of a list; None for the vocabulary's defaults."""
    if not any(isinstance(part, int) for part in pointer):
        return None
    for length in range(len(pointer) - 1, 0, -1):
        origin = next(iter(chain(resolved, pointer[:length])), None)
        if origin is not None and isinstance(origin.value, list):
            return origin.layer
    return None


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
