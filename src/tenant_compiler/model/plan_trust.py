"""Whom a tenant's services trust: the part of a plan about identities and encryption inside a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.model.pointer import Pointer

ZERO_TRUST: Final[Pointer] = ("spec", "security", "zero_trust_networking")
MUTUAL: Final[Pointer] = ("spec", "security", "tls", "mutual")
END_TO_END: Final[Pointer] = ("spec", "security", "end_to_end_encryption")


class Trust(NamedTuple):
    """What the tenant asks of the traffic between services, and from the gateway to them."""

    zero_trust: bool
    """A service lets in only callers that are named, by an identity that they prove."""
    mutual: bool
    """Both ends show a certificate."""
    end_to_end: bool
    """Everything is encrypted."""
    made_from: tuple[Pointer, ...]
    """The flags that are on; where they would stand for none."""

    @property
    def asked(self) -> bool:
        """Whether the tenant asks for any of it."""
        return self.zero_trust or self.mutual or self.end_to_end


NO_TRUST: Final = Trust(zero_trust=False, mutual=False, end_to_end=False, made_from=(("spec", "security"),))
