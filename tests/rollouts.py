"""Rollouts for the tests of back-ends."""

from __future__ import annotations

from tenant_compiler.model.rollout import Match, Rollout

NEW = "registry.acme.example/portal@sha256:" + "1" * 64


def rollout(strategy="canary", variant=NEW):
    """Give a rollout of a strategy; without a variant there is one version."""
    match = Match("x-cohort", "", "b") if strategy == "ab_test" else None
    return Rollout(
        strategy=strategy,
        variant_image=variant,
        variant_active=False,
        steps_percent=(50,),
        step=1,
        percent=50,
        pause_minutes=None,
        success_rate_percent="",
        latency_p99_ms=None,
        automatic_rollback=None,
        match=match,
        made_from=(("spec", "services", "portal", "rollout", "strategy"),),
    )
