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
    """Writes rules with their unit tests: of service level objectives, and of what a tenant must never be without."""

    name = "prometheus"
    description = "alerts on service level objectives, scans and backups, with their promtool tests"

    def supports(self, need: Need, plan: Plan, context: Context) -> Support:
        """Answer for scans, and for objectives: a service without countable requests cannot be measured."""
        del context
        if need.feature == "scanning":
            return "honoured"
        if need.feature != "slo":
            return "elsewhere"
        name = need.pointer[-1]
        return "honoured" if any(objective.name == name for objective, _ in measurable(plan)) else "cannot"

    def lower(self, plan: Plan, context: Context) -> Sequence[Artifact]:
        """Make the rules, and the tests that prove them."""
        del context
        made: list[Artifact] = []
        measured = measurable(plan)
        if measured:
            from tenant_compiler.backends.prometheus.cases import cases  # noqa: PLC0415

            made += (rules(plan, measured), cases(plan, measured))
        if plan.scanning is not None or plan.backup is not None:
            from tenant_compiler.backends.prometheus.watch import watch  # noqa: PLC0415

            made += watch(plan)
        return tuple(made)

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
