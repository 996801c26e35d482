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


@pytest.mark.parametrize(
    "host", ["0x7f.0x0.0x0.0x1", "10.1", "kubernetes.default", "portal.t-other-production", "api.k8s.acme.example"]
)
def test_addresses_in_other_forms_and_names_of_the_cluster_are_refused(project, host):
    """A resolver takes numbers for addresses, and tries every name below the cluster's own domains."""
    with open(f"{project.root}/tenant-compile.toml", encoding="utf-8") as file:
        text = file.read()
    project.write("tenant-compile.toml", text + 'dns = { domain = "k8s.acme.example" }\n')
    assert codes(project, host) == ["TC211"]


def test_names_in_other_scripts_pass(project):
    """Their top-level domains have numbers and dashes."""
    assert codes(project, "xn--80ak6aa92e.xn--p1ai") == []
