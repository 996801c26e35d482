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
        answers = {backend.name: backend.supports(need, plan, context) for backend in backends}
        given = set(answers.values())
        if given & {"honoured", "wider"}:
            continue
        if "cannot" in given:
            target = _first(answers, "cannot")
            help_ = "choose a platform that can, or take it out of the tenant"
            message = f"{need.what}: the platform behind the target `{target}` cannot do it ({FEATURES[need.feature]})"
            yield _finding("TC522", message, "warning", need, target, help_)
        elif "later" in given:
            target = _first(answers, "later")
            message = f"{need.what}: not built yet in the target `{target}` for the cloud {plan.cloud}"
            help_ = "nothing is emitted for it: set it up by other means until then"
            yield _finding("TC521", message, "info", need, target, help_)
        else:
            message = f"{need.what}: no enabled target carries it ({FEATURES[need.feature]})"
            yield _finding("TC523", message, "warning", need, "", "add a back-end to targets.enable")


def _first(answers: dict[str, str], answer: str) -> str:
    return next(name for name, given in answers.items() if given == answer)


def _finding(code: str, message: str, severity: str, need: Need, target: str, help_: str) -> Diagnostic:
    grade = "info" if severity == "info" else "warning"
    return Diagnostic(code, message, grade, pointer=need.pointer, help=help_, target=target)
