"""Records of a plan about secrets, volumes, identities in the cloud, and how far a tenant is kept from others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.model.plan import Lineage


class SecretUse(NamedTuple):
    """A variable of a service that comes from a secret."""

    variable: str
    kind: Literal["secret", "store"]
    """``secret``: one that people keep; ``store``: what is known of a store once it is made."""
    name: str
    """Of the secret or the store."""
    key: str
    """The key in the secret, or the field of the store."""
    made_from: Lineage


class Volume(NamedTuple):
    """A disk of a service, which outlives its pods."""

    name: str
    mount: str
    size_gb: int
    made_from: Lineage


class Isolation(NamedTuple):
    """How far the tenant is kept from others."""

    level: Literal["namespace", "node_pool", "cluster", "account"]
    made_from: Lineage


SHARED: Isolation = Isolation("namespace", (("spec", "placement", "isolation"),))
"""What every tenant has at least."""


class CloudHome(NamedTuple):
    """A cluster of AWS in which a service account has an identity of the cloud."""

    region: str
    kind: Literal["irsa", "pod-identity"]
    cluster: str
    """As the cloud calls it; empty with ``irsa``, which does not need it."""
    account_id: str
    issuer: str
    """Of the tokens of its service accounts, without ``https://``; empty with ``pod-identity``."""


class CloudIdentity(NamedTuple):
    """A service account that is somebody in AWS, too."""

    name: str
    """Of the service account: the service's, or `READER`."""
    objects: tuple[str, ...]
    """The object stores that it reads and writes."""
    secrets: bool
    """Whether it reads the tenant's secrets."""
    homes: tuple[CloudHome, ...]
    made_from: Lineage


class Vault(NamedTuple):
    """What of the tenant's secrets is in the secret service of its cloud (AWS)."""

    secrets: tuple[str, ...]
    """That people keep."""
    stores: tuple[str, ...]
    """Stores of which something is handed to services."""
    made_from: Lineage


READER = "secrets.reader"
"""The service account that fetches a tenant's secrets. No service has a dot in its name."""


class BreakGlass(NamedTuple):
    """Access in an emergency."""

    groups: tuple[str, ...]
    """That may take it."""
    minutes: int | None
    """It ends after so long; None: nobody says."""
    made_from: Lineage
