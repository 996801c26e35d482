"""Nothing is dropped silently: what no enabled target honours is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.backend import Lack
from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.plan.needs import FEATURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.model.backend import Backend, Context
    from tenant_compiler.model.plan import Need, Plan


def judge_needs(plan: Plan, backends: Sequence[Backend], context: Context) -> Iterator[Diagnostic]:
    """Ask every enabled target about every need of a plan.

    Returns:
        TC521 (info) for what a target will do but does not yet, TC522 (warning) for what its platform cannot do,
        TC523 (warning) for what no enabled target is about.
    """
    for need in plan.needs:
        answers = {backend.supports(need, plan, context): backend for backend in backends}
        if "honoured" in answers or "wider" in answers:
            continue
        if "cannot" in answers:
            yield _impossible(need, plan, answers["cannot"], context)
        else:
            yield _unmet(need, plan, answers["later"].name if "later" in answers else None)


def _impossible(need: Need, plan: Plan, backend: Backend, context: Context) -> Diagnostic:
    """The finding for a need that the platform cannot meet, with what it lacks where that is known."""
    lack = backend.lack(need, plan, context) or Lack(
        f"{need.what}: the platform behind the target `{backend.name}` cannot do it ({FEATURES[need.feature]})",
        "choose a platform that can, or take it out of the tenant",
    )
    return Diagnostic("TC522", lack.words, lack.severity, pointer=need.pointer, target=backend.name, help=lack.advice)


def _unmet(need: Need, plan: Plan, later: str | None) -> Diagnostic:
    """The finding for a need that no target meets, or not yet."""
    feature = FEATURES[need.feature]
    if later is not None:
        return Diagnostic(
            "TC521",
            f"{need.what}: not built yet in the target `{later}` for the cloud {plan.cloud}",
            "info",
            pointer=need.pointer,
            target=later,
            help="nothing is emitted for it: set it up by other means until then",
        )
    return Diagnostic(
        "TC523",
        f"{need.what}: no enabled target carries it ({feature})",
        "warning",
        pointer=need.pointer,
        help="add a back-end to targets.enable",
    )


def lacking(plan: Plan, backends: Sequence[Backend], context: Context) -> frozenset[str]:
    """Name the features that a plan needs, that a target's platform cannot offer, and that no other target does."""
    found: dict[str, set[str]] = {}
    for need in plan.needs:
        found.setdefault(need.feature, set()).update(backend.supports(need, plan, context) for backend in backends)
    return frozenset(
        feature for feature, answers in found.items() if "cannot" in answers and not answers & {"honoured", "wider"}
    )
