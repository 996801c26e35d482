"""What a tier allows: limits that no layer may exceed, locked values, and required parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.model.diagnostic import Diagnostic, Label
from tenant_compiler.model.pointer import ABSENT, follow, parse, show
from tenant_compiler.resolve.origin import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.resolved import Resolved
    from tenant_compiler.resolve.sources import Tier


def judge_tier(resolved: Resolved, tier: Tier) -> Iterator[Diagnostic]:
    """Find what a resolved tenant has that its tier does not allow: TC304, TC305, TC306."""
    yield from _above_limits(resolved, tier, tier.limits, resolved.spec, ())
    for text in tier.locked:
        yield from _changed_lock(resolved, tier, parse(text))
    for text in tier.required:
        pointer = parse(text)
        if follow(resolved.spec, pointer[1:]) in (ABSENT, None, "", [], {}):
            yield Diagnostic(
                "TC306",
                f"{show(pointer)} is missing, but the tier `{tier.name}` requires it",
                pointer=pointer,
                place=place_of(resolved, ("spec", "tier")),
                help=f"add {show(pointer)} to the tenant or to one of its layers",
            )


def _above_limits(
    resolved: Resolved, tier: Tier, limits: Mapping[str, Any], values: Any, path: Pointer
) -> Iterator[Diagnostic]:
    for key, limit in limits.items():
        value = values.get(key) if isinstance(values, dict) else None
        if isinstance(limit, dict):
            yield from _above_limits(resolved, tier, limit, value, (*path, key))
        elif value is not None and _number(value) > _number(limit):
            pointer: Pointer = ("spec", *path, key)
            stands = tier.place._replace(pointer=("limits", *path, key))
            yield Diagnostic(
                "TC304",
                f"{show(pointer)} is {value}, above the limit {limit} of the tier `{tier.name}`",
                pointer=pointer,
                label=f"more than {limit}",
                help=f"write at most {limit}, or choose a larger tier",
                related=(Label(stands, f"the tier's limit is {limit}"),),
            )


def _changed_lock(resolved: Resolved, tier: Tier, pointer: Pointer) -> Iterator[Diagnostic]:
    """Compare what the preset says below a locked path, leaf by leaf: a section has more in it than its preset set."""
    locked = follow(tier.defaults, pointer[1:])
    if isinstance(locked, dict):
        for key in locked:
            yield from _changed_lock(resolved, tier, (*pointer, key))
        return
    value = follow(resolved.spec, pointer[1:])
    if locked in (ABSENT, value):
        return
    yield Diagnostic(
        "TC305",
        f"{show(pointer)} is {_text(value)}, but the tier `{tier.name}` locks it to {_text(locked)}",
        pointer=pointer,
        help="remove the line, or choose a tier that leaves it open",
        related=(Label(tier.place._replace(pointer=("defaults", *pointer[1:])), "the locked value"),),
    )


def _number(value: Any) -> float:
    return float("inf") if value == "unlimited" else float(value)


def _text(value: Any) -> str:
    if value is ABSENT:
        return "absent"
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
