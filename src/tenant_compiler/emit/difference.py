"""What a build would change, for people: line by line, and object by object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tenant_compiler.model.pointer import Pointer

Kind: TypeAlias = Literal["+", "~", "-"]
"""Added, changed, removed."""


class Leaf(NamedTuple):
    """A place inside an object that differs."""

    kind: Kind
    pointer: Pointer
    """Indices are those of the new list; for something removed, of the old one."""
    old: Any
    """None for something added."""
    new: Any
    """None for something removed."""


class Change(NamedTuple):
    """An object that differs."""

    kind: Kind
    id: str
    leaves: tuple[Leaf, ...]
    """Empty when the whole object was added or removed."""


def file_differences(old: bytes | None, new: bytes | None, path: str) -> str:
    r"""Show the differences of two versions of a file as a unified diff; empty when there are none.

    Bytes that are not UTF-8 are shown as ``\xNN``. The text may hold terminal escapes: a report must escape it.

    Args:
        old: the bytes on disk; None when there is no file.
        new: the wanted bytes; None when the file goes.
        path: the file's path in the header lines.
    """
    from difflib import unified_diff  # noqa: PLC0415 - 5 ms that only a run with --diff needs

    if old == new:
        return ""
    lines = unified_diff(
        _lines(old),
        _lines(new),
        "/dev/null" if old is None else f"a/{path}",
        "/dev/null" if new is None else f"b/{path}",
    )
    text = "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    return (
        text
        or f"--- {'/dev/null' if old is None else f'a/{path}'}\n+++ {'/dev/null' if new is None else f'b/{path}'}\n"
    )


def object_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Compare objects by their ids: what was added, changed and removed, in the order of the new ones.

    Lists whose items all have a ``name`` of their own are matched by it; of other lists of maps or lists the equal
    ends are left out and the rest is matched in order; a list of scalars is one value.

    Args:
        old: id to value of JSON kinds.
        new: the same.
    """
    changes: list[Change] = []
    for key, value in new.items():
        if key not in old:
            changes.append(Change("+", key, ()))
        elif leaves := tuple(_compare(old[key], value, ())):
            changes.append(Change("~", key, leaves))
    changes += [Change("-", key, ()) for key in old if key not in new]
    return changes


def _lines(data: bytes | None) -> list[str]:
    """Split at line feeds only: to Python, many characters inside a YAML string would end a line too."""
    if not data:
        return []
    lines = [line + "\n" for line in data.decode("utf-8", "backslashreplace").split("\n")]
    last = lines.pop()
    return lines if last == "\n" else [*lines, last[:-1]]


def _compare(old: Any, new: Any, pointer: Pointer) -> Iterator[Leaf]:
    """Compare two values of JSON kinds."""
    if old is new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _compare_maps(old, new, pointer)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _compare_lists(old, new, pointer)
    elif type(old) is not type(new) or old != new:  # 1, 1.0 and true are equal to Python only
        yield Leaf("~", pointer, old, new)


def _compare_maps(old: dict[str, Any], new: dict[str, Any], pointer: Pointer) -> Iterator[Leaf]:
    for key, value in new.items():
        if key in old:
            yield from _compare(old[key], value, (*pointer, key))
        else:
            yield Leaf("+", (*pointer, key), None, value)
    yield from (Leaf("-", (*pointer, key), value, None) for key, value in old.items() if key not in new)


def _compare_lists(old: list[Any], new: list[Any], pointer: Pointer) -> Iterator[Leaf]:
    old_names, new_names = _names(old), _names(new)
    if old_names is not None and new_names is not None:
        yield from _compare_named((old, old_names), (new, new_names), pointer)
    elif all(isinstance(item, (dict, list)) for item in (*old, *new)):
        yield from _compare_in_order(old, new, pointer)
    elif not _same(old, new):
        yield Leaf("~", pointer, old, new)


def _names(items: list[Any]) -> dict[str, int] | None:
    """The items' indices by name; None when an item has none, or two have the same."""
    names: dict[str, int] = {}
    for index, item in enumerate(items):
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or name in names:
            return None
        names[name] = index
    return names


def _compare_named(
    old: tuple[list[Any], dict[str, int]], new: tuple[list[Any], dict[str, int]], pointer: Pointer
) -> Iterator[Leaf]:
    (old_items, old_names), (new_items, new_names) = old, new
    for name, index in new_names.items():
        if name in old_names:
            yield from _compare(old_items[old_names[name]], new_items[index], (*pointer, index))
        else:
            yield Leaf("+", (*pointer, index), None, new_items[index])
    for name, index in old_names.items():
        if name not in new_names:
            yield Leaf("-", (*pointer, index), old_items[index], None)
    before = [name for name in old_names if name in new_names]
    after = [name for name in new_names if name in old_names]
    if before != after:
        yield Leaf("~", pointer, before, after)


def _compare_in_order(old: list[Any], new: list[Any], pointer: Pointer) -> Iterator[Leaf]:
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    old_rest, new_rest = old[start : len(old) - end], new[start : len(new) - end]
    for index in range(max(len(old_rest), len(new_rest))):
        here = (*pointer, start + index)
        if index >= len(old_rest):
            yield Leaf("+", here, None, new_rest[index])
        elif index >= len(new_rest):
            yield Leaf("-", here, old_rest[index], None)
        else:
            yield from _compare(old_rest[index], new_rest[index], here)


def _common(old: Sequence[Any], new: Sequence[Any]) -> int:
    """Count the equal items at the beginning of two lists."""
    count = 0
    while count < min(len(old), len(new)) and _same(old[count], new[count]):
        count += 1
    return count


def _same(old: Any, new: Any) -> bool:
    """Tell whether two values would be written the same, but for the order of keys."""
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return next(_compare(old, new, ()), None) is None
