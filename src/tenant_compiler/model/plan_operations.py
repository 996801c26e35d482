"""The part of a plan about running a tenant: traces, and when it may be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.model.plan import Lineage


_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAY: Final = 24 * 60


class Tracing(NamedTuple):
    """Traces of requests, and what of them and of records may not leave the cluster."""

    sampling_percent: int
    """Of all traces."""
    keep_errors: bool
    """Also those with an error that are not in the share."""
    retention_days: int | None
    """None: nobody says."""
    redact: tuple[str, ...]
    """Keys whose values are taken out."""
    made_from: Lineage
    kept_from: Lineage
    """Where it is said how long traces are kept; empty: nobody says."""


class Window(NamedTuple):
    """A time of the week in which changes are applied."""

    name: str
    days: tuple[str, ...]
    """Of ``mon tue wed thu fri sat sun``: on which it starts."""
    start: str
    """``HH:MM``."""
    end: str
    """``HH:MM``, on the next day if that is not later than the start."""
    timezone: str
    made_from: Lineage

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The days as cron counts them, Sunday is 0, in order."""
        return tuple(sorted(map(_DAYS.index, self.days)))

    @property
    def clock(self) -> tuple[int, int]:
        """Hour and minute of the start."""
        hour, minute = map(int, self.start.split(":"))
        return hour, minute

    @property
    def minutes(self) -> int:
        """How long it lasts: a whole day where it ends when it starts."""
        hour, minute = self.clock
        last_hour, last_minute = map(int, self.end.split(":"))
        return ((last_hour - hour) * 60 + last_minute - minute) % _DAY or _DAY


class Scans(NamedTuple):
    """Jobs in the cluster that look for weaknesses."""

    interval_days: int
    """Between two scans of the images."""
    images_from: Lineage
    """Where scans of images are asked for; empty: nobody does."""
    services_from: Lineage
    """Where tests of services are asked for; empty: nobody does."""
