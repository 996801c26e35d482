"""A tenant in one environment once its layers are merged, with the layers themselves for whoever asks where from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.model.diagnostic import Place
    from tenant_compiler.model.vocabulary.tenant import Metadata, Selected


class Layer(NamedTuple):
    """One source of settings."""

    name: str
    """``tier:enterprise``, ``derived:encryption_level``, ``defaults``, ``profile:region/eu``, ``environment:staging``,
    ``tenant``, ``tenant.environments.staging``, ``vocabulary``."""
    values: Mapping[str, Any]
    """Settings in the shape of ``spec``; shared between tenants, never changed."""
    place: Place | None
    """Where the settings' root stands in its file; None for derived layers and the vocabulary's defaults."""


class Resolved(NamedTuple):
    """What one tenant is in one environment."""

    file: str
    document: int
    """The tenant's document in that file."""
    environment: str
    metadata: Metadata
    spec: Selected
    """Complete and checked. Sub-trees are shared between tenants: never change them."""
    layers: tuple[Layer, ...]
    """Lowest first."""
