"""Checks of text whose form no regular expression can say: address ranges, schedules, dates, keys of labels.

Each field that the vocabulary marks with a format is named in `CHECKS`; a test holds both together.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tenant_compiler.model.diagnostic import Diagnostic, Place
from tenant_compiler.model.pointer import show
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.read.schema import Source


class Fault(NamedTuple):
    """What is wrong with a text, without its place."""

    code: str
    message: str
    """Goes on after the field's name: ``is …``."""
    help: str


Check: TypeAlias = "Callable[[str], Fault | None]"


_RANGE: Final = re.compile(r"[0-9A-Fa-f.:]+/(0|[1-9][0-9]{0,2})")


def check_cidr(text: str) -> Fault | None:
    """Check an address range, IPv4 or IPv6, by its network's own address (TC206)."""
    import ipaddress  # noqa: PLC0415  # few tenants name ranges

    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        message = f"is {_quoted(text)}, but must be a range of addresses"
        return Fault("TC206", message, "write an address and a length, such as `203.0.113.0/24` or `2001:db8:10::/48`")
    if "/" not in text:
        return Fault("TC206", f"is {_quoted(text)}, an address without a length", f"write `{network}` for one address")
    if _RANGE.fullmatch(text) is None:  # a netmask, a zone, leading zeros: not every target reads them
        return Fault("TC206", f"is {_quoted(text)}, but must be an address and a length", f"write `{network}`")
    if ipaddress.ip_address(text.partition("/")[0]) != network.network_address:
        message = f"is {_quoted(text)}, whose address is not the first of its range"
        return Fault("TC206", message, f"write `{network}` for the range, or a longer prefix for less")
    return None


_NOT_PUBLIC: Final = (
    ("0.0.0.0/8", "this host"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "shared by carriers"),
    ("127.0.0.0/8", "loopback"),
    ("168.63.129.16/32", "Azure's metadata"),
    ("169.254.0.0/16", "link-local and cloud metadata"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "reserved"),
    ("192.88.99.0/24", "IPv6 in disguise"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "reserved"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/127", "unspecified and loopback"),
    ("::/96", "IPv4 in disguise"),
    ("::ffff:0:0/96", "IPv4 in disguise"),
    ("64:ff9b::/96", "IPv4 in disguise"),
    ("64:ff9b:1::/48", "IPv4 in disguise"),
    ("100::/64", "discarded"),
    ("2001::/32", "IPv4 in disguise"),
    ("2002::/16", "IPv4 in disguise"),
    ("fc00::/7", "private"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "private"),
    ("ff00::/8", "multicast"),
)
"""Ranges that lead back into the platform or nowhere (IANA's special-purpose registries, and one cloud's metadata).

The ranges for documentation are left out: they lead nowhere, and examples are made of them.
"""


def check_public_cidr(text: str) -> Fault | None:
    """Check an address range outside of the platform: as `check_cidr`, and public all over (TC211)."""
    fault = check_cidr(text)
    if fault is not None:
        return fault
    import ipaddress  # noqa: PLC0415

    network = ipaddress.ip_network(text)
    for inside, what in _NOT_PUBLIC:
        other = ipaddress.ip_network(inside)
        if network.version == other.version and network.overlaps(other):
            message = f"is {text}, but must be public: {inside} ({what}) is in it"
            if network.subnet_of(other):  # type: ignore[arg-type]  # both are of one version
                message = f"is {text}, but must be public: {inside} is not ({what})"
            return Fault("TC211", message, "name the public range of the service; use `host` for one with a name")
    return None


_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_date(text: str) -> Fault | None:
    """Check a day of the calendar, written as year, month and day (TC213)."""
    from datetime import date  # noqa: PLC0415  # few tenants have dates

    help_ = "write year, month and day, such as `2026-05-20`"
    if _DATE.fullmatch(text) is None:
        return Fault("TC213", f"is {_quoted(text)}, but must be a date", help_)
    try:
        date.fromisoformat(text)
    except ValueError:
        return Fault("TC213", f"is {_quoted(text)}, a day that the calendar does not have", help_)
    return None


_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Final = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _WEEKDAYS),
)
_PART: Final = re.compile(r"(?:(\*)|([0-9]{1,2}|[a-z]{3})(?:-([0-9]{1,2}|[a-z]{3}))?)(?:/([0-9]{1,2}))?", re.IGNORECASE)
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_CRON_HELP: Final = "write minute, hour, day of the month, month and day of the week, such as `15 2 * * *`"


def check_cron(text: str) -> Fault | None:
    """Check a schedule of five cron fields as a Kubernetes CronJob reads them (TC212)."""
    fields = [field for field in text.split(" ") if field]
    if len(fields) != len(_FIELDS):
        help_ = "macros such as `@daily` are not known; " + _CRON_HELP if text.startswith("@") else _CRON_HELP
        return Fault("TC212", f"is {_quoted(text)}, but must have five fields", help_)
    for field, (name, low, high, names) in zip(fields, _FIELDS, strict=True):
        for part in field.split(","):
            meant = _cron_part(part, low, high, names)
            if isinstance(meant, str):
                return Fault("TC212", f"is {_quoted(text)}, whose {name} {_quoted(part)} {meant}", _CRON_HELP)
    _, _, days, months, _ = cron_values(text)
    if fields[4] == "*" and min(days) > max(_DAYS[month - 1] for month in months):
        return Fault("TC212", f"is {_quoted(text)}, a day that never comes", "name a day that the month has")
    return None


def cron_values(text: str) -> list[list[int]]:
    """List the numbers that each field of a checked schedule stands for, in order; Sunday is 0."""
    values = []
    for field, (_, low, high, names) in zip(text.split(), _FIELDS, strict=True):
        meant = [_cron_part(part, low, high, names) for part in field.split(",")]
        values.append(sorted({number for numbers in meant if not isinstance(numbers, str) for number in numbers}))
    return values


def _cron_part(part: str, low: int, high: int, names: tuple[str, ...]) -> range | str:
    """The numbers that one part of a field stands for, or what is wrong with it."""
    match = _PART.fullmatch(part)
    if match is None:
        return f"is no number, range or step from {low} to {high}"
    star, first, last, step = match.groups()
    if step is not None and int(step) == 0:
        return "has a step of 0"
    start = low if star else _cron_number(first, low, names)
    end = high if star or (last is None and step) else _cron_number(last or first, low, names)
    if start is None or end is None:
        return "has a name that is none of " + ", ".join(names).upper() if names else "has a name, but must be numbers"
    if not (low <= start <= high and low <= end <= high):
        return "is out of range: Sunday is 0" if names is _WEEKDAYS else f"is out of range: {low} to {high}"
    if start > end:
        return "is a range that ends before it starts"
    return range(start, end + 1, int(step or 1))


def _cron_number(text: str, low: int, names: tuple[str, ...]) -> int | None:
    if text[0] in "0123456789":
        return int(text)
    return names.index(text.lower()) + low if text.lower() in names else None


CHECKS: Final[Mapping[str, tuple[tuple[tuple[str, ...], Check], ...]]] = {
    "resolved": (
        (("spec", "compliance", "agreements", "*", "signed"), check_date),
        (("spec", "compliance", "agreements", "*", "expires"), check_date),
        (("spec", "compliance", "impact_assessment", "date"), check_date),
        (("spec", "compliance", "attestations", "*", "date"), check_date),
        (("spec", "backup", "schedule"), check_cron),
        (("spec", "services", "*", "schedule"), check_cron),
        (("spec", "services", "*", "scaling", "schedules", "*", "start"), check_cron),
        (("spec", "services", "*", "scaling", "schedules", "*", "end"), check_cron),
        (("spec", "security", "network", "egress", "*", "cidr"), check_public_cidr),
        (("spec", "security", "ip_whitelist", "*"), check_cidr),
    ),
    "workspace": (
        (("cluster", "*", "data_cidrs", "*"), check_cidr),
        (("cluster", "*", "dns", "address"), check_cidr),
        (("cluster", "*", "scanning", "cidrs", "*"), check_cidr),
    ),
    "waiver": ((("spec", "created"), check_date), (("spec", "expires"), check_date)),
    "framework": ((("spec", "date"), check_date),),
    "fixture": ((("cases", "*", "judged_on"), check_date),),
}
"""The fields with a format, by schema; ``*`` stands for every key of a map and every item of a list.

Layers are not checked by them, what they make is: the tenant's own file shows up there with its own line.
"""


def check_formats(value: Any, source: Source) -> list[Diagnostic]:
    """Check the fields with a format in a document (TC206, TC211 to TC213); what is no text the schema judges."""
    findings: list[Diagnostic] = []
    for path, check in CHECKS.get(source.schema, ()):
        for pointer, text in _nodes(value, path):
            fault = check(text) if type(text) is str else None
            if fault is not None:
                place = Place(source.file, source.base + pointer, document=source.document) if source.file else None
                message = f"{show(pointer)} {fault.message}"
                findings.append(Diagnostic(fault.code, message, pointer=pointer, place=place, help=fault.help))
    return findings


def _nodes(value: Any, path: tuple[str, ...], pointer: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    """The nodes that a path leads to."""
    for index, key in enumerate(path):
        if key == "*":
            rest = path[index + 1 :]
            entries: Iterable[tuple[str | int, Any]] = ()
            if type(value) is dict:
                entries = value.items()
            elif type(value) is list:
                entries = enumerate(value)
            for name, below in entries:
                yield from _nodes(below, rest, (*pointer, name))
            return
        if type(value) is not dict or key not in value:
            return
        value = value[key]
        pointer = (*pointer, key)
    yield pointer, value


_OURS: Final = ("kubernetes.io", "k8s.io", "tenant-compiler.dev")
"""Prefixes that mean something to the platform; with their labels a tenant could lift its own limits."""


def check_labels(
    labels: Mapping[str, Any], allowed_prefixes: Iterable[str], file: str, document: int = 0
) -> Iterator[Diagnostic]:
    """Refuse labels of a tenant with a prefix that the workspace does not allow (TC210).

    Args:
        labels: ``metadata.labels``.
        allowed_prefixes: ``workspace.label_prefixes``; a platform's own prefix is refused even there.
        file: the tenant's file.
        document: the tenant's document in it.
    """
    allowed = frozenset(allowed_prefixes)
    for key in labels:
        prefix, slash, name = key.rpartition("/")
        ours = any(prefix == own or prefix.endswith(f".{own}") for own in _OURS)
        if not slash or (prefix in allowed and not ours):
            continue
        pointer = ("metadata", "labels", key)
        why = "is the platform's own" if ours else "is not one that the workspace allows"
        help_ = f"write `{name}`"
        if not ours:
            help_ += f", or add `{prefix}` to workspace.label_prefixes"
        yield Diagnostic(
            "TC210",
            f"the label `{key}` has the prefix `{prefix}`, which {why}",
            pointer=pointer,
            place=Place(file, pointer, key=True, document=document),
            help=help_,
        )


def _quoted(text: str) -> str:
    shown = text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004  # a line's worth
    return f"`{shown}`"
