"""The section `extensions.catalogue` of a tenant, and what its schema cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler import Diagnostic, Extension, PlanCheck

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler import Context, Plan

POINTER = ("spec", "extensions", "catalogue")

CATALOGUE = Extension(
    name="catalogue",
    description="How the tenant's services appear in the service catalogue.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "lifecycle": {
                "description": "How far the services are; `experimental` when nothing is said.",
                "enum": ["experimental", "production", "deprecated"],
            },
            "system": {
                "description": "The catalogue's system that the services belong to.",
                "type": "string",
                "maxLength": 63,
                "pattern": "^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$",
            },
            "links": {
                "description": "More links for every service, by title.",
                "type": "object",
                "additionalProperties": {"type": "string", "maxLength": 500, "pattern": "^https://[^\\s]+$"},
            },
        },
    },
)


def section(plan: Plan) -> Mapping[str, Any]:
    """Give the tenant's section; empty when the tenant has none."""
    found: Mapping[str, Any] = plan.extensions.get(CATALOGUE.name, {})
    return found


def check_lifecycle(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """EX101: what is in production needs somebody who is called at night."""
    del context
    if section(plan).get("lifecycle") == "production" and not plan.owner.on_call:
        yield Diagnostic(
            "EX101",
            "extensions.catalogue.lifecycle is production, but nobody is on call",
            pointer=(*POINTER, "lifecycle"),
            help="add owner.on_call with the page of who is on call, or write `lifecycle: experimental`",
        )


LIFECYCLE_CHECK = PlanCheck(name="catalogue-lifecycle", codes=("EX101",), check=check_lifecycle)
