"""Nothing is dropped silently: what no enabled target honours is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        answers = {backend.supports(need, plan, context): backend.name for backend in backends}
        if not ("honoured" in answers or "wider" in answers):
            yield _unmet(need, plan, answers.get("cannot"), answers.get("later"))


def _unmet(need: Need, plan: Plan, cannot: str | None, later: str | None) -> Diagnostic:
    """The finding for a need, with the target that cannot or will meet it."""
    feature = FEATURES[need.feature]
    if cannot is not None:
        return Diagnostic(
            "TC522",
            f"{need.what}: the platform behind the target `{cannot}` cannot do it ({feature})",
            "warning",
            pointer=need.pointer,
            target=cannot,
            help="choose a platform that can, or take it out of the tenant",
        )
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
