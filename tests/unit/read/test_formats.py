"""Address ranges, schedules and prefixes of labels."""

from __future__ import annotations

import ipaddress
import json
import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.data import data_folder
from tenant_compiler.read.defaults import marked
from tenant_compiler.read.formats import (
    CHECKS,
    check_cidr,
    check_cron,
    check_date,
    check_formats,
    check_labels,
    check_public_cidr,
)
from tenant_compiler.read.schema import Source


@pytest.mark.parametrize("text", ["10.0.0.0/8", "203.0.113.7/32", "2001:db8:10::/48", "2001:DB8::/32", "0.0.0.0/0"])
def test_a_range_written_by_its_first_address_is_right(text: str) -> None:
    """Ranges of both families pass, private ones too where nobody asks for more."""
    assert check_cidr(text) is None


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("10.0.0.1/8", "write `10.0.0.0/8` for the range, or a longer prefix for less"),
        ("203.0.113.7", "write `203.0.113.7/32` for one address"),
        ("2001:db8::1", "write `2001:db8::1/128` for one address"),
        ("10.0.0.0/255.0.0.0", "write `10.0.0.0/8`"),
        ("10.0.0.0/08", "write `10.0.0.0/8`"),
        ("fe80::%eth0/64", "write an address and a length, such as `203.0.113.0/24` or `2001:db8:10::/48`"),
        ("10.0.0/8", "write an address and a length, such as `203.0.113.0/24` or `2001:db8:10::/48`"),
        ("x" * 1000, "write an address and a length, such as `203.0.113.0/24` or `2001:db8:10::/48`"),
        ("", "write an address and a length, such as `203.0.113.0/24` or `2001:db8:10::/48`"),
    ],
)
def test_any_other_range_says_what_to_write(text: str, help_: str) -> None:
    """A range with host bits, a netmask or no length gets the right network in its help."""
    fault = check_cidr(text)
    assert fault is not None
    assert fault.code == "TC206"
    if "%" not in text:  # whether a zone is read depends on the version of Python
        assert fault.help == help_
    assert len(fault.message) < 150


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0/0",
        "10.1.0.0/16",
        "100.100.100.200/32",
        "127.0.0.1/32",
        "168.63.129.16/32",
        "168.0.0.0/8",
        "169.254.169.254/32",
        "172.16.0.0/12",
        "128.0.0.0/1",
        "192.168.1.0/24",
        "224.0.0.1/32",
        "::/0",
        "::1/128",
        "::ffff:10.0.0.1/128",
        "64:ff9b::a00:1/128",
        "2001:0:4136:e378::/64",
        "::10.0.0.0/104",
        "192.88.99.0/24",
        "2002:a00:1::/48",
        "fd00:ec2::254/128",
        "fe80::/64",
        "ff02::1/128",
    ],
)
def test_egress_to_the_inside_is_refused(text: str) -> None:
    """Private, metadata, multicast and disguised ranges are refused, and ranges that contain one of them."""
    fault = check_public_cidr(text)
    assert fault is not None
    assert fault.code == "TC211"


@given(st.ip_addresses())
@settings(max_examples=200)
def test_no_private_address_is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """What Python's registry calls private is refused, but for the ranges of documentation."""
    documentation = [ipaddress.ip_network(text) for text in _DOCUMENTATION]
    inside = any(address in network for network in documentation if network.version == address.version)
    if (address.is_private or address.is_multicast or address.is_link_local) and not inside:
        assert check_public_cidr(f"{address}/{address.max_prefixlen}") is not None


_DOCUMENTATION = (
    "192.0.2.0/24",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "2001::/23",
    "2001:db8::/32",
    "3fff::/20",
    "5f00::/16",
)


def test_public_ranges_pass() -> None:
    """Public ranges of both families pass."""
    assert check_public_cidr("203.0.113.0/24") is None
    assert check_public_cidr("2001:db8:10::/48") is None
    assert check_public_cidr("8.8.8.0/24") is None
    fault = check_public_cidr("8.8.8.8/24")
    assert fault is not None
    assert fault.code == "TC206"


@pytest.mark.parametrize(
    "text",
    [
        "15 2 * * *",
        "*/5 * * * *",
        "0 */4 * * *",
        "0 9-17/2 * * MON-FRI",
        "0,30 0 1,15 jan,Jul *",
        "5/15 * * * *",
        "0 0 29 2 *",
        "0 0 31 2 1",
        "0  0 * * 0",
    ],
)
def test_schedules_of_kubernetes_pass(text: str) -> None:
    """Lists, ranges, steps and names pass."""
    assert check_cron(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("@daily", "must have five fields"),
        ("* * * *", "must have five fields"),
        ("TZ=UTC 0 2 * * *", "must have five fields"),
        ("", "must have five fields"),
        ("60 * * * *", "whose minute `60` is out of range: 0 to 59"),
        ("0 24 * * *", "whose hour `24` is out of range: 0 to 23"),
        ("0 0 0 * *", "whose day of the month `0` is out of range: 1 to 31"),
        ("0 0 * * 7", "whose day of the week `7` is out of range: Sunday is 0"),
        ("0 0 * foo *", "whose month `foo` has a name that is none of JAN"),
        ("0 mon * * *", "whose hour `mon` has a name, but must be numbers"),
        ("*/0 * * * *", "whose minute `*/0` has a step of 0"),
        ("30-10 * * * *", "whose minute `30-10` is a range that ends before it starts"),
        ("1,,2 * * * *", "whose minute `` is no number, range or step"),
        ("1- * * * *", "whose minute `1-` is no number, range or step"),
        ("٣ * * * *", "whose minute `٣` is no number, range or step"),
        ("0 0 30 2 *", "a day that never comes"),
        ("0 0 31 4,6 *", "a day that never comes"),
    ],
)
def test_other_schedules_are_refused(text: str, why: str) -> None:
    """A schedule that Kubernetes would refuse, or never run, says which field is wrong."""
    fault = check_cron(text)
    assert fault is not None
    assert fault.code == "TC212"
    assert why in fault.message


@given(st.text(max_size=30))
@settings(max_examples=200)
def test_any_text_is_judged_without_a_traceback(text: str) -> None:
    """No text crashes a check."""
    for check in (check_cidr, check_public_cidr, check_cron, check_date):
        fault = check(text)
        assert fault is None or fault.message.startswith("is ")


@pytest.mark.parametrize("text", ["2026-05-20", "2028-02-29", "0001-01-01"])
def test_days_of_the_calendar_pass(text: str) -> None:
    """A day is written as year, month and day; leap days count."""
    assert check_date(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-02-29", "a day that the calendar does not have"),
        ("2026-13-01", "a day that the calendar does not have"),
        ("0000-01-01", "a day that the calendar does not have"),
        ("20260520", "must be a date"),
        ("2026-W21-3", "must be a date"),
        ("2026-05-20T00:00:00Z", "must be a date"),
        ("2026-05-20\n", "must be a date"),
        ("\u0662026-05-20", "must be a date"),
        ("20.05.2026", "must be a date"),
        ("", "must be a date"),
    ],
)
def test_other_dates_are_refused(text: str, why: str) -> None:
    """Other ways of writing a day, and days that never were, are TC213."""
    fault = check_date(text)
    assert fault is not None
    assert fault.code == "TC213"
    assert why in fault.message


def test_formats_are_checked_where_they_stand() -> None:
    """A finding names the field, and its place when there is a file; values of another type are left to the schema."""
    egress = {"a": {"cidr": "10.0.0.0/8"}, "b": {"cidr": 5}, "c": {}, "d": None}
    spec = {"services": {"n": {"schedule": "x"}, "m": []}, "security": {"network": {"egress": egress}}}
    found = check_formats({"spec": spec}, Source("resolved", "t.yaml", 1, ()))
    assert [(item.code, item.pointer) for item in found] == [
        ("TC212", ("spec", "services", "n", "schedule")),
        ("TC211", ("spec", "security", "network", "egress", "a", "cidr")),
    ]
    assert found[0].message.startswith("services.n.schedule is `x`")
    assert found[0].place is not None
    assert found[0].place.document == 1
    cluster = {"cluster": {"a": {"data_cidrs": ["10.0.0.0/8", "10.0.0.1/8"]}}}
    (one,) = check_formats(cluster, Source("workspace", "", 0, ()))
    assert (one.code, one.pointer, one.place) == ("TC206", ("cluster", "a", "data_cidrs", 1), None)


@pytest.mark.parametrize("name", ["resolved", "workspace", "waiver", "framework"])
def test_every_format_of_the_vocabulary_is_checked(name: str) -> None:
    """The table of checks names exactly the fields that the vocabulary marks."""
    with open(os.path.join(data_folder("schemas"), f"{name}.schema.json"), encoding="utf-8") as file:
        root: dict[str, Any] = json.load(file)
    declared = {path: field["x-format"] for path, field in marked("x-format", root, root)}
    declared = {path: kind for path, kind in declared.items() if path[0] != "defaults"}
    names = {check_cidr: "cidr", check_public_cidr: "cidr", check_cron: "cron", check_date: "date"}
    assert {path: names[check] for path, check in CHECKS[name]} == declared


def test_labels_with_prefixes_need_the_workspace() -> None:
    """A prefix passes when the workspace names it; a platform's own never does."""
    labels = {"a": "1", "acme.example/b": "1", "other.example/c": "1", "pod-security.kubernetes.io/enforce": "x"}
    found = list(check_labels(labels, ["acme.example", "pod-security.kubernetes.io"], "t.yaml", 3))
    assert [(item.code, item.pointer[-1], item.help) for item in found] == [
        ("TC210", "other.example/c", "write `c`, or add `other.example` to workspace.label_prefixes"),
        ("TC210", "pod-security.kubernetes.io/enforce", "write `enforce`"),
    ]
    assert found[0].place is not None
    assert (found[0].place.key, found[0].place.document) == (True, 3)
