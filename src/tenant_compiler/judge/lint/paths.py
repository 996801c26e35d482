"""References to ``input`` and literal paths, held against the shape of what rules read (TC863, TC864)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.judge.lint.bindings import Names
from tenant_compiler.judge.lint.shape import keys, resolved_shape, step, tenant_shape
from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.judge.lint.script import Array, Script, Step
    from tenant_compiler.judge.lint.shape import Shapes

REFERENCE: Final = "TC863"
PATH: Final = "TC864"

_ROOTS: Final = ("spec", "metadata")
_LISTED: Final = 8
"""Known keys that a help sentence lists."""


def check_paths(script: Script, whole: Shapes, *, tenant: bool) -> Iterator[Diagnostic]:
    """Find what leads nowhere in a module.

    Args:
        script: the module.
        whole: the shape of ``input``.
        tenant: whether it is a rule about the tenant's settings; other modules have paths into manifests, too.
    """
    names = Names(script, whole)
    asked: set[int] = set()
    for chain in script.chains.values():
        yield from _followed(script, names.root(chain), chain.steps, (chain.start, chain.start + len(chain.root)))
        if chain.called and chain.path == "object.get":
            arguments = script.arguments(chain)
            asked.update(first for first, _ in arguments[1:2])
            found, steps = names.asked(chain)
            if steps:
                first, last = (script.tokens[index] for index in (arguments[0][0], arguments[0][1] - 1))
                yield from _followed(script, found, steps, (first.start, last.end))
    for chain, found in names.iterated():
        if not step(found, None):
            yield _no_collection(script, chain.start, chain.end)
    for array in script.arrays.values():
        if array.tokens[0] not in asked:
            yield from _literal(script, array, tenant=tenant)


def _followed(script: Script, found: Shapes, steps: Sequence[Step], base: tuple[int, int]) -> Iterator[Diagnostic]:
    """The finding for the first step that leads nowhere; the base is where that begins from which they start."""
    above = script.source[slice(*base)]
    for each in steps:
        below = step(found, each.key)
        if not below and each.key is None:
            yield _no_collection(script, base[0], each.start - 1)
        elif not below:
            message = f"there is no `{each.key}` in `{above}`, so this is never defined"
            place = script.place(each.start, each.end)
            yield Diagnostic(REFERENCE, message, place=place, help=_help(str(each.key), found))
        if not below:
            return
        found = below
        above += f".{each.key}" if isinstance(each.key, str) else "[…]"


def _no_collection(script: Script, start: int, end: int) -> Diagnostic:
    message = f"`{script.source[start:end]}` holds nothing that could be gone through"
    help_ = "it is a text, a number or a flag: compare it as it is"
    return Diagnostic(REFERENCE, message, place=script.place(start, end), help=help_)


def _help(word: str, found: Shapes) -> str:
    known = keys(found)
    if not known:
        return "nothing is below it"
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    return did_you_mean(word, known) or f"there are {', '.join(known[:_LISTED])}{more}"


def _literal(script: Script, array: Array, *, tenant: bool) -> Iterator[Diagnostic]:
    """The finding for a literal path that leads nowhere in the resolved tenant."""
    first = array.items[0].key if array.items else None
    use = _use(script, array)
    if first not in _ROOTS or use == "at":
        return
    wrong, found = _first_wrong(array, resolved_shape())
    if wrong is None:
        return
    if use != "path":
        projected, _ = _first_wrong(array, tenant_shape())
        # A path into a manifest begins with `spec`, too, but goes on with something else.
        foreign = not tenant and wrong is array.items[1]
        if projected is None or foreign or (not tenant and first == "metadata"):
            return
    message = f"there is no `{wrong.key}` in a tenant's `{_shown(array, wrong)}`"
    help_ = _help(str(wrong.key), found) if wrong.key is not None else "nothing is below it"
    yield Diagnostic(PATH, message, place=script.place(wrong.start, wrong.end), help=help_)


def _first_wrong(array: Array, found: Shapes) -> tuple[Step | None, Shapes]:
    """The first item that leads nowhere, with what is above it."""
    for each in array.items:
        below = step(found, each.key)
        if not below:
            return each, found
        found = below
    return None, found


def _shown(array: Array, wrong: Step) -> str:
    above = array.items[: array.items.index(wrong)]
    return ".".join("…" if each.key is None else str(each.key) for each in above)


def _use(script: Script, array: Array) -> str:
    """What a literal array is for: ``path`` of a finding or of what was checked, ``at`` in an object, or unknown."""
    index = array.tokens[0]
    if script.text(index - 1) == ":":
        return script.string(index - 2) or ""
    if script.text(index - 1) == "contains" and script.text(index - 2) == "checked":
        return "path"
    return ""
