"""Destinations that are not outside the platform."""

from __future__ import annotations

import pytest


def codes(project, host):
    """The codes of a tenant with one destination."""
    egress = {"out": {"host": host, "reason": "a test"}}
    project.tenant(security={"network": {"egress": egress}})
    return [found.code for found in project.one().diagnostics if found.severity == "error"]


@pytest.mark.parametrize(
    "host",
    [
        "metadata.google.internal",
        "records.t-other-production.svc",
        "kubernetes.default.svc.cluster.local",
        "printer.local",
        "169.254.169.254",
        "app.localhost",
        "1.0.0.127.in-addr.arpa",
    ],
)
def test_names_of_the_platform_are_refused(project, host):
    """Cluster names, the metadata service, addresses in the place of names and private networks are TC211."""
    assert codes(project, host) == ["TC211"]


@pytest.mark.parametrize("host", ["api.mailco.example", "internal.mailco.example", "local.example"])
def test_public_names_pass(project, host):
    """Only the last label decides."""
    assert codes(project, host) == []
