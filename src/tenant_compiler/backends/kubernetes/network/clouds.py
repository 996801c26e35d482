"""The names of clouds' stores as pods call them, with ``*`` for what is not known before they are made."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenant_compiler.model.plan import Plan


def object_hosts(plan: Plan) -> tuple[str, ...]:
    """The end points of object stores, and of what gives their credentials; empty where nobody knows them."""
    return _objects(plan.cloud, _regions(plan))


def sql_hosts(plan: Plan) -> tuple[str, ...]:
    """The end points of databases; empty where nobody knows them."""
    return _databases(plan.cloud, _regions(plan))


def _regions(plan: Plan) -> tuple[str, ...]:
    return tuple(site.region for site in plan.sites)


@lru_cache(maxsize=256)
def _objects(cloud: str, regions: tuple[str, ...]) -> tuple[str, ...]:
    if cloud == "aws":
        return tuple(
            f"{service}.{region}.{_amazon(region)}"
            for region in regions
            for service in ("*.s3", "*.s3-fips", "*.s3.dualstack", "*.s3-fips.dualstack", "sts", "sts-fips")
        )
    if cloud == "azure":
        domain = "core.usgovcloudapi.net" if _government(regions) else "core.windows.net"
        sign_on = "login.microsoftonline.us" if _government(regions) else "login.microsoftonline.com"
        return (f"*.blob.{domain}", f"*.dfs.{domain}", sign_on)
    if cloud == "gcp":
        return tuple(
            f"{service}.googleapis.com" for service in ("storage", "*.storage", "sts", "iamcredentials", "oauth2")
        )
    return ()


@lru_cache(maxsize=256)
def _databases(cloud: str, regions: tuple[str, ...]) -> tuple[str, ...]:
    if cloud == "aws":
        return tuple(f"*.*.{region}.rds.{_amazon(region)}" for region in regions)
    if cloud == "azure":
        domain = "postgres.database.usgovcloudapi.net" if _government(regions) else "postgres.database.azure.com"
        return (f"*.{domain}", f"*.*.{domain}")
    if cloud == "gcp":
        return ("*.*.*.sql.goog",)
    return ()


def _amazon(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def _government(regions: tuple[str, ...]) -> bool:
    return any(region.startswith("usgov") for region in regions)
