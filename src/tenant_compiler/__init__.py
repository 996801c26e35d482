"""A policy-driven compiler and validator for multi-tenant SaaS configuration.

The names below are the whole public interface, for scripts (`open_workspace`) and for plug-ins (`Backend` and the
records around it). They are loaded when they are first used: importing the package itself imports nothing else.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take the name for typing's; importing typing would cost `--version` a third
if TYPE_CHECKING:
    from tenant_compiler.api import BuildReport, Fleet, open_workspace
    from tenant_compiler.model.artifact import Artifact, ArtifactObject, Shared
    from tenant_compiler.model.backend import (
        API_VERSION,
        ArtifactRule,
        Backend,
        Context,
        Extension,
        Fact,
        Lack,
        PlanCheck,
        RulePack,
        Support,
    )
    from tenant_compiler.model.diagnostic import Diagnostic, Label, Place, Span, TenantCompileError
    from tenant_compiler.model.plan import Need, Plan
    from tenant_compiler.model.policy import Applied, Compliance, Denial, Reason, RuleResult, Verdict
    from tenant_compiler.model.resolved import Layer, Resolved
    from tenant_compiler.model.result import EnvironmentResult, TenantResult
    from tenant_compiler.resolve.origin import Origin
    from tenant_compiler.run.bench import Judging

__version__ = "0.1.0"

__all__ = [
    "API_VERSION",
    "Applied",
    "Artifact",
    "ArtifactObject",
    "ArtifactRule",
    "Backend",
    "BuildReport",
    "Compliance",
    "Context",
    "Denial",
    "Diagnostic",
    "EnvironmentResult",
    "Extension",
    "Fact",
    "Fleet",
    "Judging",
    "Label",
    "Lack",
    "Layer",
    "Need",
    "Origin",
    "Place",
    "Plan",
    "PlanCheck",
    "Reason",
    "Resolved",
    "RulePack",
    "RuleResult",
    "Shared",
    "Span",
    "Support",
    "TenantCompileError",
    "TenantResult",
    "Verdict",
    "__version__",
    "open_workspace",
]

_HOMES = {
    "api": ("BuildReport", "Fleet", "open_workspace"),
    "model.artifact": ("Artifact", "ArtifactObject", "Shared"),
    "model.backend": (
        "API_VERSION",
        "ArtifactRule",
        "Backend",
        "Context",
        "Extension",
        "Fact",
        "Lack",
        "PlanCheck",
        "RulePack",
        "Support",
    ),
    "model.diagnostic": ("Diagnostic", "Label", "Place", "Span", "TenantCompileError"),
    "model.plan": ("Need", "Plan"),
    "model.policy": ("Applied", "Compliance", "Denial", "Reason", "RuleResult", "Verdict"),
    "model.resolved": ("Layer", "Resolved"),
    "model.result": ("EnvironmentResult", "TenantResult"),
    "resolve.origin": ("Origin",),
    "run.bench": ("Judging",),
}
"""The module of each public name."""


def __getattr__(name: str) -> object:
    """Load a public name on its first use (PEP 562)."""
    for module, names in _HOMES.items():
        if name in names:
            from importlib import import_module  # noqa: PLC0415 - not for `--version`

            value: object = getattr(import_module(f"{__name__}.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
