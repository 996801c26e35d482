"""The Prometheus back-end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.backends.prometheus.lower import rule_id, rules
from tenant_compiler.model.backend import Backend
from tenant_compiler.model.metrics import measurable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.backend import Context, Support
    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.plan import Need, Plan


class PrometheusBackend(Backend):
    """Writes rules of service level objectives, with their unit tests; nothing for a tenant without objectives."""

    name = "prometheus"
    description = "recordings, burn-rate alerts and their promtool tests for service level objectives"

    def supports(self, need: Need, plan: Plan, context: Context) -> Support:
        """Answer for objectives: a service without countable requests (TCP, a worker) cannot be measured."""
        del context
        if need.feature != "slo":
            return "elsewhere"
        name = need.pointer[-1]
        return "honoured" if any(objective.name == name for objective, _ in measurable(plan)) else "cannot"

    def lower(self, plan: Plan, context: Context) -> Sequence[Artifact]:
        """Make the rules, and the tests that prove them."""
        del context
        measured = measurable(plan)
        if not measured:
            return ()
        from tenant_compiler.backends.prometheus.cases import cases  # noqa: PLC0415

        return rules(plan, measured), cases(plan, measured)

    def check(self, artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterable[Diagnostic]:
        """Check rules against what Prometheus 2.42 accepts, and every selector against the tenant."""
        del context
        if not artifacts:
            return ()
        from tenant_compiler.backends.prometheus.check import check  # noqa: PLC0415

        return check(artifacts, plan)

    def index(self, content: Any) -> dict[str, Any]:
        """Take a file apart: rules by group and name, unit tests by name."""
        found: dict[str, Any] = {}
        for document in content:
            for group in document.get("groups", ()):
                found.update((rule_id(group["name"], rule), rule) for rule in group["rules"])
            found.update((case["name"], case) for case in document.get("tests", ()))
        return found
