"""The part of a plan about running a tenant: traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.model.plan import Lineage


class Tracing(NamedTuple):
    """Traces of requests, and what of them and of records may not leave the cluster."""

    sampling_percent: int
    """Of all traces."""
    keep_errors: bool
    """Also those with an error that are not in the share."""
    retention_days: int | None
    """None: nobody says."""
    redact: tuple[str, ...]
    """Keys whose values are taken out."""
    made_from: Lineage
    kept_from: Lineage
    """Where it is said how long traces are kept; empty: nobody says."""
