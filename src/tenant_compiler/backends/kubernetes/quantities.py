"""Kubernetes quantities: ``500m``, ``1.5``, ``128Mi``, ``2e3``; a schema takes any text for one, the API does not."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

_QUANTITY: Final = re.compile(
    r"([+-]?)(\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:([eE])([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)", re.ASCII
)
_DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY: Final = {letter + "i": 10 * (power + 1) for power, letter in enumerate("KMGTPE")}
_NANO: Final = 10**9


@lru_cache(maxsize=4096)
def parse(text: str) -> int | None:
    """Read a quantity.

    Returns:
        The amount in billionths, rounded up as Kubernetes does; None when the text is no quantity.
    """
    found = _QUANTITY.fullmatch(text)
    if found is None:
        return None
    sign, number, scientific, exponent, suffix = found.groups()
    whole, _, fraction = number.partition(".")
    digits = int((whole or "0") + fraction)
    if suffix in _BINARY:
        scaled, power = digits << _BINARY[suffix], -len(fraction)
    else:
        scaled, power = digits, (int(exponent) if scientific else _DECIMAL[suffix or ""]) - len(fraction)
    nano: int = scaled * _NANO * 10**power if power >= 0 else -(-scaled * _NANO // 10**-power)
    return -nano if sign == "-" else nano


def read(value: Any) -> int | None:
    """Read a quantity as it stands in an object, where a number is allowed beside text."""
    if isinstance(value, str):
        return parse(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return parse(str(value))
    return None


def show_cores(nano: int) -> str:
    """Write an amount of CPU for people, in cores."""
    return f"{nano / _NANO:.3f}".rstrip("0").rstrip(".")


def show_gib(nano: int) -> str:
    """Write an amount of memory for people, in GiB."""
    return f"{nano / _NANO / 2**30:.3f}".rstrip("0").rstrip(".")
