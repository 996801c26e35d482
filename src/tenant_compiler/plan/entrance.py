"""Checks of the way in: the allow-list, the geo fence, and what a service is exposed under."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.plan.countries import COUNTRIES, GROUPS, MEANT
from tenant_compiler.plan.edge import ALL_PATHS
from tenant_compiler.read.formats import check_public_cidr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan
    from tenant_compiler.model.plan_edge import AllowList
    from tenant_compiler.model.pointer import Pointer

MAXIMUM_RANGES: Final = 4096
"""Of an allow-list. It stands in one object, which cannot be split: of two policies for one route one wins.
With ranges at their longest, so many leave room in the 256 KiB that `kubectl apply` keeps of an object in an
annotation."""
_LIST: Final[Pointer] = ("spec", "security", "ip_whitelist")
_EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})
_MAPPED: Final = 96
"""Bits before the address of IPv4 in one of IPv6."""
_CALL: Final = re.compile(r"/[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*(/[A-Za-z_][A-Za-z0-9_]*)?")
"""A service of gRPC with its package, and a method of it or none."""


def check_allow_list(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """An allow-list has entries (TC334), is a restriction that can be carried (TC335), and all of it counts (TC336)."""
    del context
    said = plan.allow_list
    if said is None:
        return
    if not said.cidrs:
        yield Diagnostic(
            "TC334",
            "the IP allow-list is on and empty: nobody could reach the exposed services",
            pointer=("spec", "security", "ip_whitelist_enabled"),
            help='list ranges, such as `ip_whitelist: ["203.0.113.0/24"]`, or turn it off',
        )
        return
    refused = [*_refused(said)]
    yield from refused
    if not refused:
        yield from _idle(said, private=plan.cloud != "on_premises")


def check_geo_fence(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """A geo fence names countries (TC337)."""
    del context
    if plan.geo_fence is None:
        return
    for code in plan.geo_fence.countries:
        if code in COUNTRIES:
            continue
        help_ = "write a code of two letters, such as `DE`: https://www.iso.org/obp/ui/#search"
        if code in MEANT:
            help_ = f"write `{MEANT[code]}`"
        elif code in GROUPS:
            help_ = f"`{code}` means {GROUPS[code]}: list its countries"
        message = f"`{code}` is no country's code of ISO 3166-1"
        yield Diagnostic("TC337", message, pointer=("spec", "security", "geo_restriction", "countries"), help=help_)


def check_exposed(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """What is exposed of a gRPC service are its services and their methods (TC338)."""
    del context
    for workload in plan.workloads:
        if workload.protocol != "grpc" or workload.paths == ALL_PATHS:
            continue
        for path in workload.paths:
            if _CALL.fullmatch(path) is None:
                yield Diagnostic(
                    "TC338",
                    f"{path} names no call of the gRPC service `{workload.name}`",
                    pointer=workload.line("expose", "paths"),
                    help="write `/package.Service`, or `/package.Service/Method`",
                )


def _refused(said: AllowList) -> Iterator[Diagnostic]:
    for index, cidr in enumerate(said.cidrs):
        if cidr in _EVERYWHERE:
            message = f"{cidr} in the IP allow-list lets everybody in"
            yield Diagnostic("TC335", message, pointer=(*_LIST, index), help="remove it, or turn the list off")
        elif ":" in cidr and (plain := _as_ipv4(cidr)):
            message = f"{cidr} in the IP allow-list is IPv4 in the clothes of IPv6, which no client has"
            yield Diagnostic("TC335", message, pointer=(*_LIST, index), help=f"write `{plain}`")
    if _EVERYWHERE & set(said.cidrs):
        return
    merged = _merged(said.cidrs)
    if _EVERYWHERE & set(merged):
        message = "the ranges of the IP allow-list together let everybody in"
        yield Diagnostic("TC335", message, pointer=_LIST, help="list the ranges that clients have, or turn it off")
    if len(said.cidrs) > MAXIMUM_RANGES:
        message = f"the IP allow-list has {len(said.cidrs)} ranges, but one policy holds {MAXIMUM_RANGES}"
        help_ = f"merge {len(said.cidrs) - MAXIMUM_RANGES} of them into wider ones, or filter before the gateway"
        if len(merged) <= MAXIMUM_RANGES:
            help_ = f"merge neighbours and what lies in others: {len(merged)} ranges hold the same addresses"
        yield Diagnostic("TC335", message, pointer=_LIST, help=help_)


def _idle(said: AllowList, *, private: bool) -> Iterator[Diagnostic]:
    """Find the entries that change nothing: covered by another one, or never a client's address on the internet."""
    import ipaddress  # noqa: PLC0415 - only a tenant with an allow-list pays for it

    # By address, the widest of those that begin together first, so the one before that covers an entry is the last.
    ranges = sorted(
        ((network.version, int(network.network_address), network.prefixlen, index), network, index)
        for index, network in enumerate(map(ipaddress.ip_network, said.cidrs))
    )
    covering, end = "", (0, 0)
    for (version, first, _, _), network, index in ranges:
        last = (version, first + network.num_addresses - 1)
        if last <= end:
            message = f"{network} in the IP allow-list changes nothing beside {covering}"
            yield Diagnostic("TC336", message, "warning", pointer=(*_LIST, index), help="remove one of the two")
        else:
            covering, end = str(network), last
            fault = check_public_cidr(str(network)) if private else None
            if fault is not None:
                message = f"{network} in the IP allow-list is not public all over: no client from the internet has it"
                help_ = "name the public addresses that its clients come from, such as those of a firewall or a VPN"
                yield Diagnostic("TC336", message, "warning", pointer=(*_LIST, index), help=help_)


def _as_ipv4(cidr: str) -> str:
    """The range of IPv4 that a range of IPv6 stands for; empty for none."""
    import ipaddress  # noqa: PLC0415

    network = ipaddress.IPv6Network(cidr)
    address = network.network_address.ipv4_mapped
    return f"{address}/{network.prefixlen - _MAPPED}" if address and network.prefixlen >= _MAPPED else ""


def _merged(cidrs: Sequence[str]) -> list[str]:
    """The same addresses in the fewest ranges."""
    import ipaddress  # noqa: PLC0415 - only a tenant with an allow-list pays for it

    ranges = [ipaddress.ip_network(cidr) for cidr in cidrs]
    four = [each for each in ranges if isinstance(each, ipaddress.IPv4Network)]
    six = [each for each in ranges if isinstance(each, ipaddress.IPv6Network)]
    return [*map(str, ipaddress.collapse_addresses(four)), *map(str, ipaddress.collapse_addresses(six))]
