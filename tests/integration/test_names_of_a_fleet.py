"""No two things of a fleet have one name: a thousand tenants in one cluster, one account and one Grafana."""

from __future__ import annotations

import itertools
import os
from collections import Counter

import pytest

from tenant_compiler.model.document import Document
from tenant_compiler.model.workspace import Workspace
from tenant_compiler.read import schema
from tenant_compiler.run.passes import CHECK, run_passes
from tenant_compiler.run.session import Session, keep_all

IMAGE = "registry.acme.example/app@sha256:" + "0" * 64
CONFIG = {
    "workspace": {"name": "acme"},
    "environments": {"production": {}, "staging-of-a-very-long-name-in-region": {}},
    "cluster": {
        "shared": {
            "cloud": "aws",
            "region": "eu-central-1",
            "gateway": {"namespace": "gateway", "kind": "envoy-gateway", "name": "public"},
        }
    },
}
WORLDWIDE = ("bucket", "identifier", "name", "alias")
"""Arguments that name a thing of an account, or of the whole cloud."""


def tenant(name, number):
    """A tenant with stores, jobs and hosts, all called as everybody's are."""
    spec = {
        "tier": "enterprise",
        "owner": {"team": "care", "email": "care@acme.example"},
        "domains": [f"t{number}.example"],
        "placement": {"cloud": "aws", "regions": {"eu-central-1": {}}},
        "security": {"images": {"registries": ["registry.acme.example"]}},
        "services": {
            "portal": {
                "image": IMAGE,
                "uses": ["records", "files"],
                "expose": {"hosts": [f"a.t{number}.example"]},
            },
            "a-job-whose-name-is-as-long-as-the-name-of-a-service-may-be": {
                "kind": "cron",
                "image": IMAGE,
                "schedule": "0 2 * * *",
            },
        },
        "data": {"sql": {"records": {}}, "object": {"files": {}}},
        "environments": {environment: {} for environment in CONFIG["environments"]},
    }
    head = {"apiVersion": "tenant-compiler.dev/v1", "kind": "Tenant", "metadata": {"name": name}}
    return Document(f"tenants/{name}.yaml", 0, {**head, "spec": spec})


def names():
    """A thousand names: short ones, pairs of words, and long ones that differ in the last character only."""
    words = ["a", "b", "eu", "us", "x1", "care", "bank", "north", "south", "labs"]
    pairs = [f"{one}-{two}" for one, two in itertools.product(words, words)]
    long = [f"{'the-company-of-many-words-number'[:32]}-{number:05d}" for number in range(1000)]
    return [*words, *pairs, *long][:1000]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """All thousand, checked."""
    root = str(tmp_path_factory.mktemp("names"))
    os.makedirs(os.path.join(root, "tenants"))
    session = Session(Workspace(root, "tenant-compile.toml", (), schema.fill_workspace(CONFIG), CONFIG), cache="")
    documents = [tenant(name, number) for number, name in enumerate(names())]
    assert [schema.check(document.value, "tenant") for document in documents[:1]] == [[]]
    session.tools.resolver.prepare(documents)
    found = []
    for start in range(0, len(documents), 50):
        wanted = [(each, name) for each in documents[start : start + 50] for name in CONFIG["environments"]]
        found += run_passes(wanted, session.tools, CHECK, keep_all)
    clashes = [clash for each in found for clash in session.fleet.add(each.fact)]
    return found, clashes


def test_a_thousand_tenants_in_two_environments_have_two_thousand_names(results):
    """All are sound and DNS labels, however long the names are that they are joined from; nothing clashes."""
    found, clashes = results
    assert [each for result in found for each in result.diagnostics if each.severity == "error"] == []
    assert [each.code for each in clashes if each.severity == "error"] == []  # a host in two environments is a warning
    assert len({each.plan.name for each in found}) == 2000
    assert max(len(each.plan.name) for each in found) <= 63
    assert any(not each.plan.name.endswith(each.environment) for each in found)


def test_no_object_of_a_cluster_has_the_name_of_another(results):
    """Kind, namespace and name; what stands in no namespace is told apart by its name alone."""
    seen = Counter(
        (item.value["kind"], item.value["metadata"].get("namespace"), item.value["metadata"]["name"])
        for each in results[0]
        for artifact in each.artifacts["kubernetes"]
        for item in artifact.objects
    )
    assert len(seen) > 20_000
    assert [name for name, times in seen.items() if times > 1] == []


def test_no_resource_of_an_account_has_the_name_of_another(results):
    """Buckets, databases, keys and what else is named for a whole account or for the world."""
    seen = Counter(
        (item.id.partition(".")[0], item.value[argument])
        for each in results[0]
        for artifact in each.artifacts["terraform"]
        for item in artifact.objects
        for argument in WORLDWIDE
        if isinstance(item.value.get(argument), str) and "${" not in item.value[argument]
    )
    assert len(seen) > 4000
    assert [name for name, times in seen.items() if times > 1] == []


def test_no_board_and_no_group_of_rules_has_the_name_of_another(results):
    """They lie in one Grafana and one Prometheus."""
    for target in ("grafana", "prometheus"):
        files = Counter(
            str(artifact.content.get("uid") or [group["name"] for group in artifact.content.get("groups", ())])
            for each in results[0]
            for artifact in each.artifacts[target]
            if isinstance(artifact.content, dict) and {"uid", "groups"} & artifact.content.keys()
        )
        assert [name for name, times in files.items() if times > 1 and name != "[]"] == []
