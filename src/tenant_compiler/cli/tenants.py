"""Finding the one tenant that a command is about, resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Diagnostic, TenantCompileError
from tenant_compiler.read.suggest import did_you_mean
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import resolve

if TYPE_CHECKING:
    from tenant_compiler.cli.frame import Frame
    from tenant_compiler.model.resolved import Resolved
    from tenant_compiler.run.session import Session


def resolved_of(frame: Frame, session: Session, tenant: str, environment: str | None) -> list[Resolved]:
    """Resolve a tenant in one environment, or in all that it has; its findings go to the frame.

    Raises:
        TenantCompileError: TC325 there is no such tenant; TC307 no such environment; exit code 2.
    """
    known: list[str] = []
    found: list[Resolved] = []
    for result in session.stream(Selectors(tenants=(tenant,)), (resolve,)):
        if result.tenant == tenant:
            kept = [made for made in result.environments if environment in (None, made.environment)]
            known += [made.environment for made in result.environments]
            own = {made.environment for made in kept} | {""}
            frame.take(result._replace(diagnostics=tuple(d for d in result.diagnostics if d.environment in own)))
            found += [made.resolved for made in kept if made.resolved is not None]
        else:
            frame.take(result)
    if environment is not None and known and environment not in known:
        help_ = did_you_mean(environment, known) or "it has " + ", ".join(known)
        raise TenantCompileError([Diagnostic("TC307", f"{tenant} has no environment `{environment}`", help=help_)])
    return found
