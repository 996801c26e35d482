"""Every hook that a plug-in may implement.

A plug-in is a module (or object) behind an entry point of the group ``tenant_compiler``. It says which version of this
page it was written for, and defines functions with the names below; there is nothing else to import::

    TENANT_COMPILER_API = 1

    def tenant_compiler_backends() -> list[Backend]: ...

A function whose name starts with ``tenant_compiler_`` and stands not on this page is an error: a misspelt hook would
otherwise never run. Heavy imports belong inside the functions. The built-in back-ends and rule packs are such modules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.model.backend import Backend, Extension, PlanCheck, RulePack

hookspec = pluggy.HookspecMarker("tenant_compiler")


@hookspec
def tenant_compiler_backends() -> Sequence[Backend]:  # type: ignore[empty-body]
    """Give back-ends. One runs when ``targets.enable`` names it; names are unique over all plug-ins."""


@hookspec
def tenant_compiler_checks() -> Sequence[PlanCheck]:  # type: ignore[empty-body]
    """Give checks of plans: what a schema cannot say. All run for every tenant and environment, before back-ends do."""


@hookspec
def tenant_compiler_rule_packs() -> Sequence[RulePack]:  # type: ignore[empty-body]
    """Give rules over emitted artifacts. They see the artifacts of every back-end, whoever wrote it."""


@hookspec
def tenant_compiler_extensions() -> Sequence[Extension]:  # type: ignore[empty-body]
    """Give sections of ``spec.extensions``: a name and a JSON Schema. An unknown section is an error in a tenant."""
