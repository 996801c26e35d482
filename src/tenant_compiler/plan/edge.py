"""The part of a plan about the way in: allow-list, geo fence, TLS before exposed services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.model.plan_edge import AllowList, EdgeTls, GeoFence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.plan import Lineage
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.vocabulary.edge import Expose
    from tenant_compiler.model.vocabulary.tenant import Selected

DEFAULT_CERTIFICATE_DAYS: Final = 90
"""What authorities that are free of charge give, and ask for again after two thirds of it."""
ALL_PATHS: Final = ("/",)
_SECURITY: Final[Pointer] = ("spec", "security")


def allow_list(spec: Selected) -> AllowList | None:
    """Give the ranges that clients may come from; None where the list is not on."""
    security = spec["security"]
    if not security.get("ip_whitelist_enabled", False):
        return None
    cidrs = tuple(security.get("ip_whitelist", ()))
    on: Lineage = ((*_SECURITY, "ip_whitelist_enabled"),)
    return AllowList(cidrs, (*on, (*_SECURITY, "ip_whitelist")) if cidrs else on)


def geo_fence(spec: Selected) -> GeoFence | None:
    """Give the countries that clients come from; None where nothing is said."""
    said = spec["security"].get("geo_restriction")
    if said is None:
        return None
    made_from: Lineage = tuple((*_SECURITY, "geo_restriction", key) for key in ("mode", "countries"))
    return GeoFence(said["mode"] == "allow", tuple(dict.fromkeys(said["countries"])), made_from)


def edge_tls(spec: Selected) -> EdgeTls:
    """Give how clients connect."""
    tls = spec["security"]["tls"]
    base: Pointer = (*_SECURITY, "tls")
    made_from: Lineage = tuple((*base, key) for key in ("minimum_version", "certificate_days") if key in tls)
    return EdgeTls(tls["minimum_version"], tls.get("certificate_days", DEFAULT_CERTIFICATE_DAYS), made_from)


def without_effect(expose: Expose, at: Pointer) -> Iterator[Pointer]:
    """List what has no effect on connections that are no requests: they have no path, and no browser makes one."""
    if expose["paths"] != list(ALL_PATHS):
        yield (*at, "paths")
    if expose["cors_origins"]:
        yield (*at, "cors_origins")
    if expose["tls"]:
        yield (*at, "tls")


def paths(expose: Expose) -> tuple[str, ...]:
    """Give the paths under which something is exposed, each once; all where one of them is the root."""
    said = tuple(dict.fromkeys(path.rstrip("/") or "/" for path in expose["paths"]))
    return ALL_PATHS if "/" in said else said
