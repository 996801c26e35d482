"""``NamedTuple`` for the records of this package, without what makes ``typing``'s dear at import.

``typing.NamedTuple`` compiles every annotation that is text, and under ``from __future__ import annotations`` all are:
some 15 µs a field, 7 ms of a hook's start for 500 fields whose types nobody asks for. Type checkers see the original.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414 - the name is exported
else:
    from collections import namedtuple

    class _Record(type):
        """Turns the body of a class into a named tuple with the class's methods."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
            """Make the class; the base of all is made as any class is."""
            if not bases:
                return super().__new__(cls, name, bases, body)
            annotations = body.pop("__annotations__", {})
            body.pop("__orig_bases__", None)
            defaults = [body.pop(field) for field in tuple(annotations) if field in body]
            made = namedtuple(name, annotations, defaults=defaults, module=body.pop("__module__"))  # noqa: PYI024
            made.__annotations__ = annotations
            for key, value in body.items():
                setattr(made, key, value)
            return made

    class _Base:
        """What a record's class names as its base."""

        _made = _Record("NamedTuple", (), {})

        def __mro_entries__(self, bases: tuple[type, ...]) -> tuple[type, ...]:
            del bases
            return (self._made,)

    NamedTuple = _Base()

__all__ = ["NamedTuple"]
