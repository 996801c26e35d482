"""The part of a plan about the way in: who may come, and how they are talked to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.model.plan import Lineage


class AllowList(NamedTuple):
    """Where clients of exposed services may come from."""

    cidrs: tuple[str, ...]
    """As they were said."""
    made_from: Lineage


class GeoFence(NamedTuple):
    """The countries that clients of exposed services come from."""

    allowed: bool
    """Whether only these get in, or these do not."""
    countries: tuple[str, ...]
    """Codes of two letters, each once."""
    made_from: Lineage


class EdgeTls(NamedTuple):
    """How clients of exposed services connect."""

    minimum: str
    """``1.2`` or ``1.3``."""
    certificate_days: int
    made_from: Lineage
