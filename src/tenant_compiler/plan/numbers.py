"""Numbers of the vocabulary as plans have them."""

from __future__ import annotations

import math
from typing import Any


def bounded(value: Any) -> Any:
    """Give a quota's number; None for ``unlimited``."""
    return None if isinstance(value, str) else value


def scaled(value: float, factor: int) -> int:
    """Give an amount above zero in a smaller unit, in whole ones, rounded up: at least one."""
    # A millionth is taken off first: 0.1 x 1000 is a hair above 100 in binary, and must not become 101.
    return max(1, math.ceil(value * factor - 1e-6))
