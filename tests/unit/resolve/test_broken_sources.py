"""A source that cannot be read is a finding of the tenants that need it, and of nobody else."""

from __future__ import annotations

import os


def codes(results, name):
    """The codes of one tenant's findings."""
    return [found.code for result in results if result.tenant == name for found in result.diagnostics]


def test_a_profile_behind_a_link_stops_only_the_tenants_that_use_it(project):
    """Links are not followed, so the profile is unreadable (TC101); the other tenant is built."""
    project.write("elsewhere.yaml", {"kind": "Profile"})
    os.makedirs(project.root + "/profiles", exist_ok=True)
    os.symlink(project.root + "/elsewhere.yaml", project.root + "/profiles/linked.yaml")
    project.tenant("one", profiles=["linked"])
    project.tenant("two")
    results = project.results()

    assert codes(results, "one") == ["TC101"]
    assert [result.ok for result in results if result.tenant == "two"] == [True]


def test_values_of_an_environment_are_one_document(project):
    """Two documents in the file would leave open which one counts (TC113)."""
    with open(project.root + "/tenant-compile.toml", encoding="utf-8") as file:
        text = file.read().replace("[environments.production]", "[environments.production]\nvalues = 'values.yaml'")
    project.write("tenant-compile.toml", text)
    project.write("values.yaml", "domains: [a.example]\n---\ndomains: [b.example]\n")
    project.tenant("one")

    assert codes(project.results(), "one") == ["TC113"]
