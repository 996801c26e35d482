"""What decides which shared layers a tenant stands on: its tier, its profiles, its cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.diagnostic import Diagnostic, Place
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.model.resolved import Layer
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tenant_compiler.model.document import Document
    from tenant_compiler.resolve.catalogue import Catalogue


TENANT: Final = "tenant"
"""The layer of what a tenant's file says for all environments."""


class Selection(NamedTuple):
    """The key of shared layers."""

    tier: str
    profiles: tuple[str, ...]
    environment: str
    cloud: str
    """Empty when no layer below the profiles says one."""

    @property
    def arguments(self) -> dict[str, str]:
        """What jsonnet profiles may be functions of."""
        return {"tier": self.tier, "environment": self.environment, "cloud": self.cloud}


def own_layers(document: Document, environment: str) -> list[Layer]:
    """The layers that only this tenant has, lowest first: the tenant, and what it says of the environment."""
    spec: dict[str, Any] = document.value["spec"]
    place = Place(document.file, ("spec",), document=document.index)
    overrides = (spec.get("environments") or {}).get(environment)
    values = {key: value for key, value in spec.items() if key != "environments"} if "environments" in spec else spec
    layers = [Layer(TENANT, values, place)]
    if overrides:
        below = Place(document.file, ("spec", "environments", environment), document=document.index)
        layers.append(Layer(f"{TENANT}.environments.{environment}", overrides, below))
    return layers


def select(
    layers: Sequence[Layer], document: Document, environment: str, catalogue: Catalogue
) -> tuple[Selection, list[Diagnostic]]:
    """Find tier, profiles and cloud in the layers that do not depend on them.

    Args:
        layers: the workspace's defaults, its values of the environment, and the tenant's own, lowest first.
        document: the tenant.
        environment: one that the workspace has.
        catalogue: the tiers and profiles that there are.

    Returns:
        The selection, and TC204, TC301 or TC302 for what it lacks.
    """
    tier, profiles, cloud = _last(layers, "tier"), _last(layers, "profiles"), ""
    for layer in layers:
        cloud = _cloud(layer) or cloud
    findings: list[Diagnostic] = []
    name = ""
    if tier is None:
        place = Place(document.file, ("spec",), document=document.index)
        help_ = "write `tier:` with one of " + ", ".join(f"`{known}`" for known in catalogue.tiers)
        findings.append(Diagnostic("TC204", "the tenant has no tier", place=place, help=help_))
    else:
        name = tier.values["tier"]
        if name not in catalogue.tiers:
            findings.append(unknown("TC301", "tier", name, _inside(tier, "tier"), catalogue.tiers))
    names: Sequence[str] = profiles.values["profiles"] if profiles else ()
    for index, profile in enumerate(names):
        if profiles and profile not in catalogue.profiles:
            place_there = _inside(profiles, "profiles", index)
            findings.append(unknown("TC302", "profile", profile, place_there, catalogue.profiles))
    return Selection(name, tuple(names), environment, cloud), findings


def unknown(code: str, what: str, name: str, place: Place | None, known: Iterable[str]) -> Diagnostic:
    """The finding that a name is none of those that there are, with the nearest one or all of them."""
    names = sorted(known)
    listed = f"the {what}s are " + ", ".join(f"`{known_name}`" for known_name in names)
    return Diagnostic(code, f"there is no {what} `{name}`", place=place, help=did_you_mean(name, names) or listed)


def encryption_level(layers: Iterable[Layer]) -> str:
    """The level that the highest layer sets; the weakest when none does."""
    level = "basic"
    for layer in layers:
        level = _text(layer.values.get("security"), "encryption_level") or level
    return level


def _last(layers: Sequence[Layer], key: str) -> Layer | None:
    return next((layer for layer in reversed(layers) if layer.values.get(key) is not None), None)


def _cloud(layer: Layer) -> str:
    return _text(layer.values.get("placement"), "cloud")


def _text(section: Mapping[str, Any] | None, key: str) -> str:
    value = section.get(key) if isinstance(section, dict) else None
    return value if isinstance(value, str) else ""


def _inside(layer: Layer, *path: str | int) -> Place | None:
    return layer.place and layer.place._replace(pointer=(*layer.place.pointer, *path))
