"""Names that fit their target, without two different names ever becoming one."""

from __future__ import annotations

NAME_LIMIT = 63
"""A DNS label, which namespaces, services and values of labels are (RFC 1123)."""
_SUFFIX = 8


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
