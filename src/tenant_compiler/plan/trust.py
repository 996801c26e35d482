"""Whom the tenant's services trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.plan_trust import END_TO_END, MUTUAL, NO_TRUST, ZERO_TRUST, Trust

if TYPE_CHECKING:
    from tenant_compiler.model.vocabulary.tenant import Selected


def trust(spec: Selected) -> Trust:
    """Give what the tenant asks of the traffic between its services."""
    security = spec["security"]
    zero, end_to_end = security["zero_trust_networking"], security["end_to_end_encryption"]
    mutual = security["tls"].get("mutual", False)
    if not (zero or end_to_end or mutual):
        return NO_TRUST
    made_from = tuple(at for at, on in ((ZERO_TRUST, zero), (MUTUAL, mutual), (END_TO_END, end_to_end)) if on)
    return Trust(zero, mutual, end_to_end, made_from)
