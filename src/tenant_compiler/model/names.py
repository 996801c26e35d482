"""Names that fit their target, without two different names ever becoming one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tenant_compiler.model.plan import Plan

NAME_LIMIT = 63
"""A DNS label, which namespaces, services and values of labels are (RFC 1123)."""

_SUFFIX = 8
_NOT_NAME: Final = re.compile(r"[^a-z0-9]+")


def fit(name: str, limit: int) -> str:
    """Shorten a name to a limit; what is cut is replaced by a hash of the whole name.

    Args:
        name: made of DNS label characters.
        limit: the most characters, at least 10.

    Returns:
        The name itself when it fits; else its start, a dash and eight hexadecimal digits.
    """
    if len(name) <= limit:
        return name
    from hashlib import blake2b  # noqa: PLC0415 - 3 ms that most runs need not pay

    digest = blake2b(name.encode(), digest_size=_SUFFIX // 2).hexdigest()
    return f"{name[: limit - _SUFFIX - 1].rstrip('-')}-{digest}"


def cloud_name(plan: Plan, part: str, limit: int) -> str:
    """Name something that shares its names with other tenants: buckets with the whole world, databases with an account.

    The hash at the end is of every word on its own. Without it, ``x-y`` in ``prod`` and ``y`` in ``prod-x`` would be
    one bucket, which AWS hands to its second owner without a word in us-east-1.

    Args:
        plan: whose it is.
        part: what it is in the tenant: a store's name, or empty.
        limit: the most characters, at least 20.

    Returns:
        Lower-case letters, digits and single dashes, starting with a letter.
    """
    from hashlib import blake2b  # noqa: PLC0415 - 3 ms that most runs need not pay

    words = (plan.fleet, plan.tenant, plan.environment, part)
    digest = blake2b("\0".join(words).encode(), digest_size=4).hexdigest()
    readable = _NOT_NAME.sub("-", f"{plan.name}-{part}")[: limit - len(digest) - 1]
    return f"{readable.strip('-')}-{digest}"


def partition(region: str) -> str:
    """The part of AWS that a region belongs to, as ARNs name it."""
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def volume_key(plan: Plan, region: str) -> str:
    """Name the key of AWS that a tenant's volumes in a region are encrypted with; empty: the key of its stores.

    Keys stand in one region. Elsewhere than in the primary one there are no stores, so volumes have a key of their own.
    """
    return "" if region == plan.primary.region else f"volumes_{_NOT_NAME.sub('_', region)}"


def key_alias(plan: Plan, part: str) -> str:
    """Name the alias of one of the tenant's keys in AWS."""
    return f"alias/{cloud_name(plan, part, 200)}"


def secret_path(plan: Plan, name: str) -> str:
    """Name one of the tenant's secrets where a path divides names. Slashes keep tenants apart: no name has one."""
    return f"{plan.fleet}/{plan.name}/{name}"


def role_name(plan: Plan, account: str) -> str:
    """Name the role of AWS that a service account has."""
    return cloud_name(plan, account, 64)
