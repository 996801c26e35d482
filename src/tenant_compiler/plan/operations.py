"""The part of a plan about running a tenant: traces. Lineage is precise, as in ``protection``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.plan import Need
from tenant_compiler.model.plan_operations import Tracing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.plan import Plan
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.vocabulary.tenant import Selected

_TRACING: Pointer = ("spec", "monitoring", "tracing")
_CUSTODY: Pointer = ("spec", "security", "keys", "custody")
_REDACT: Pointer = ("spec", "monitoring", "logging", "redact")
ALL = 100
"""Percent."""


def tracing(spec: Selected) -> Tracing | None:
    """Give the traces; None when nobody says anything of them, and nothing is to be taken out."""
    monitoring = spec["monitoring"]
    said, redact = monitoring["tracing"], tuple(monitoring["logging"].get("redact", ()))
    if not said and not redact:
        return None
    made_from = tuple((*_TRACING, key) for key in ("sampling_percent", "keep_errors") if key in said)
    kept_from = ((*_TRACING, "retention_days"),) if "retention_days" in said else ()
    return Tracing(
        sampling_percent=said.get("sampling_percent", ALL),
        keep_errors=said.get("keep_errors", False),
        retention_days=said.get("retention_days"),
        redact=redact,
        made_from=(*made_from, *((_REDACT,) if redact else ())) or kept_from,
        kept_from=kept_from,
    )


def needs(plan: Plan) -> Iterator[Need]:
    """List what running the tenant asks of its platform."""
    if plan.tracing is not None:
        yield from _tracing_needs(plan.tracing)
    if plan.backup is not None and plan.workloads and plan.keys.custody == "customer_managed":
        yield Need("backup.key", "the tenant's own key for backups of its namespace", _CUSTODY)


def _tracing_needs(said: Tracing) -> Iterator[Need]:
    if said.made_from[0] != _REDACT:
        yield Need("tracing", "the traces", said.made_from[0])
    if said.keep_errors and said.sampling_percent < ALL:
        yield Need("tracing.errors", "keeping every trace with an error", (*_TRACING, "keep_errors"))
    if said.redact:
        yield Need("tracing.redaction", f"taking out {' and '.join(said.redact)}", _REDACT)
    if said.retention_days is not None:
        yield Need("tracing.retention", f"traces of {said.retention_days} days", (*_TRACING, "retention_days"))
