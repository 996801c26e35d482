"""What a run says of each tenant. Records are handed on one at a time and not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.backend import Fact
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.model.artifact import Artifact, EmittedFile
    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.plan import Plan
    from tenant_compiler.model.policy import Compliance
    from tenant_compiler.model.resolved import Resolved


class EnvironmentResult(NamedTuple):
    """One tenant in one environment, as far as its passes came."""

    environment: str
    resolved: Resolved | None = None
    plan: Plan | None = None
    artifacts: Mapping[str, tuple[Artifact, ...]] = {}
    """By target."""
    files: tuple[EmittedFile, ...] = ()
    """Empty when the run does not emit, and when there is an error."""
    diagnostics: tuple[Diagnostic, ...] = ()
    compliance: Compliance | None = None
    """None for a tenant that was not judged: no framework applies to it, or an earlier pass found an error."""
    timings: Mapping[str, float] = {}
    """Seconds by pass."""

    @property
    def fact(self) -> Fact | None:
        """What fleet checks and fleet artifacts need; None for a tenant that came to no plan."""
        if self.plan is None or self.resolved is None:
            return None
        hosts = tuple(
            (host, workload.line("expose", "hosts")) for workload in self.plan.workloads for host in workload.hosts
        )
        clusters = tuple(site.cluster or site.region for site in self.plan.sites if site.role != "backup")
        plan = self.plan
        return Fact(
            plan.tenant,
            plan.environment,
            plan.name,
            plan.tier,
            plan.owner.team,
            clusters,
            hosts,
            self.resolved.file,
            self.resolved.document,
        )


class TenantResult(NamedTuple):
    """One tenant in all its selected environments."""

    tenant: str
    """Empty for a document that is not even known by name."""
    file: str
    document: int
    environments: tuple[EnvironmentResult, ...]
    diagnostics: tuple[Diagnostic, ...]
    """All of the document and its environments."""

    @property
    def ok(self) -> bool:
        """Whether the tenant may be written: no finding is an error that keeps it from that."""
        return not any(diagnostic.severity == "error" and diagnostic.blocks for diagnostic in self.diagnostics)

    @property
    def files(self) -> tuple[EmittedFile, ...]:
        """The files of all environments."""
        return tuple(file for environment in self.environments for file in environment.files)
