"""Verdicts as reports show them: a row for each control of each tenant, and how many of them have which status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.policy import STATUSES
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from typing import TypeVar

    from tenant_compiler.model.policy import Status

    Key = TypeVar("Key", bound=Hashable)


class VerdictRow(NamedTuple):
    """One control of one tenant in one environment."""

    tenant: str
    environment: str
    framework: str
    """With its level where it has one: ``fedramp:moderate``."""
    control: str
    title: str
    status: Status
    reasons: tuple[str, ...] = ()
    """A text for each rule of the control."""


def tally(rows: Sequence[VerdictRow], key: Callable[[VerdictRow], Key]) -> dict[Key, dict[Status, int]]:
    """Count rows by a key and their status, worst status first; what does not occur is left out."""
    found: dict[Key, dict[Status, int]] = {}
    for row in rows:
        counts = found.setdefault(key(row), {})
        counts[row.status] = counts.get(row.status, 0) + 1
    return {name: {status: counts[status] for status in STATUSES if status in counts} for name, counts in found.items()}
