"""The Grafana back-end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.backends.grafana.overview import overview, titles
from tenant_compiler.model.backend import Backend

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.backend import Context, Fact
    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.plan import Plan


class GrafanaBackend(Backend):
    """Writes a board for each tenant and environment, and one for each cluster.

    It shows and carries nothing out, so it answers no need.
    """

    name = "grafana"
    description = "an overview board for each tenant, a fleet board for each cluster"

    def lower(self, plan: Plan, context: Context) -> Sequence[Artifact]:
        """Make the tenant's board."""
        return (overview(plan, context),)

    def check(self, artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterable[Diagnostic]:
        """Check boards against the schema of the dashboard model."""
        del plan, context
        from tenant_compiler.backends.grafana.check import check  # noqa: PLC0415 - loads the schema

        return check(artifacts)

    def lower_fleet(self, facts: Sequence[Fact], context: Context) -> Mapping[str, Sequence[Artifact]]:
        """Make the boards of the clusters."""
        from tenant_compiler.backends.grafana.fleet import fleet  # noqa: PLC0415 - not needed for one tenant

        return fleet(facts, context)

    def index(self, content: Any) -> dict[str, Any]:
        """Take a board apart: panels by title, the rest as `dashboard`."""
        return titles(content)
