"""Destinations by name must be names of the public internet, or a resolver could lead them back inside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.plan.references import INSIDE, is_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan

_TOP: Final = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]+")
"""A top-level domain: letters, or a name in another script. A namespace with a dash or a number is none, but pods try
every name below the cluster's own domains first."""
_NAMESPACES: Final = frozenset({"default"})
"""Namespaces of every cluster that look like one."""
_DOMAIN: Final = "cluster.local"


def check_outside(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Refuse hosts that are names or addresses inside a cluster (TC211)."""
    if not any(destination.host for destination in plan.egress):
        return
    domains = {cluster["dns"]["domain"] for cluster in context.clusters.values() if "dns" in cluster} - {_DOMAIN}
    for destination in plan.egress:
        host = destination.host
        top = host.rpartition(".")[2]
        inside = [domain for domain in domains if f".{host}".endswith(f".{domain}")]
        if not host or top in INSIDE or is_address(host):
            continue  # the check of destinations refuses it
        if not inside and top not in _NAMESPACES and _TOP.fullmatch(top) is not None:
            continue
        why = f"lies in the cluster's own domain {inside[0]}" if inside else f"ends in `{top}`, no top-level domain"
        at = destination.made_from[0]
        yield Diagnostic(
            "TC211",
            f"the host {host} {why}",
            pointer=(*at, "host") if at[1] == "security" else at,
            help="name a public host; services of the tenant are reached by `calls`, its stores by `uses`",
        )
