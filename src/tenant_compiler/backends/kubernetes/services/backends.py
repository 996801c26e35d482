"""Where a service's requests go: the Services behind its routes, their weights, and what requests must have for them.

Routes of every kind ask here, so that a canary's weights and the header of an A/B test are the same in each.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from tenant_compiler.backends.kubernetes.services.tracks import controlled, two_versions
from tenant_compiler.emit.escape import promql_regex
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.model.rollout import variant_name

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Workload
    from tenant_compiler.model.rollout import Match

_FULL: Final = 100


class Header(NamedTuple):
    """What a header must be for a rule of a route, in the words of the Gateway API."""

    name: str
    kind: Literal["Exact", "RegularExpression"]
    value: str


class Destination(NamedTuple):
    """A Service behind a route; it listens on the service's own port."""

    service: str
    weight: int | None
    """Its part of a hundred; None where it is alone."""


class Branch(NamedTuple):
    """A rule of a route: requests that have all the headers go to these Services."""

    headers: tuple[Header, ...]
    """To be added to everything else that the rule asks for; empty: all requests."""
    destinations: tuple[Destination, ...]


def branches(here: Scene, workload: Workload) -> tuple[Branch, ...]:
    """Give the rules that lead to an exposed service, the narrower ones first; the last one takes all requests."""
    rollout = workload.rollout
    own = Destination(workload.name, None)
    everything = Branch((), (own,))
    by_controller = controlled(here, workload)
    if rollout is None or not (by_controller or two_versions(workload)):
        return (everything,)
    variant = variant_name(workload.name)
    if rollout.strategy == "canary" or (by_controller and rollout.strategy == "ab_test"):
        # The controller moves the weights during a rollout; applied again, they send everybody to the old version.
        percent = 0 if by_controller else rollout.percent
        return (Branch((), (own._replace(weight=_FULL - percent), Destination(variant, percent))),)
    if rollout.match is None:
        return (everything,)
    return (Branch((header(rollout.match),), (Destination(variant, None),)), everything)


@lru_cache(maxsize=1024)
def header(match: Match) -> Header:
    """Say in a header's words what requests must have; a cookie is one of many in its header."""
    if match.header:
        return Header(match.header, "Exact", match.value)
    pair = f"{promql_regex(match.cookie)}={promql_regex(match.value)}"
    return Header("cookie", "RegularExpression", f"(.*; *)?{pair}(;.*)?")
