"""What the pages about rollouts and scaling write is sound on the clusters that they name, step by step."""

from __future__ import annotations

import os
import re
import textwrap

import pytest

from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import BUILD
from tenant_compiler.run.session import Session

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
PAGES = (
    "roll-out-pod-by-pod",
    "roll-out-blue-green",
    "roll-out-a-canary",
    "run-an-ab-test",
    "scale-a-service",
)
NATIVE = 'gateway = { namespace = "gateway", kind = "envoy-gateway", name = "public" }\n'
ARGO = NATIVE + 'rollouts = "argo"\nmonitoring = { namespace = "m", address = "http://prometheus.m:9090" }\n'
KEDA = ARGO + 'autoscaler = "keda"\nvertical_autoscaler = true\n'
CLUSTERS = {
    "on any cluster": {"native": NATIVE, "argo": ARGO, "keda": KEDA},
    "on any cluster with a gateway": {"native": NATIVE, "argo": ARGO},
    "on a cluster without a controller": {"native": NATIVE},
    "with Argo Rollouts": {"argo": ARGO, "keda": KEDA},
    "with KEDA": {"keda": KEDA},
}
"""What the first line of an example says, and the profiles that are so."""

CONFIG = """
[workspace]
name = "pages"
[environments.production]
[targets]
enable = ["kubernetes"]
[cluster.main]
cloud = "aws"
region = "eu-central-1"
"""
TENANT = """
apiVersion: tenant-compiler.dev/v1
kind: Tenant
metadata: {name: acme}
spec:
  tier: enterprise
  owner: {team: care, email: care@acme.example}
  domains: [acme.example]
  placement: {cloud: aws, regions: {eu-central-1: {}}}
"""


def examples():
    """Every example of the pages, with the page, its number, and each cluster that it is for."""
    for page in PAGES:
        with open(os.path.join(ROOT, "docs", "how-to", f"{page}.md"), encoding="utf-8") as file:
            found = re.findall(r"^```yaml\n# ([^\n]*)\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
        assert found, page
        for number, (where, text) in enumerate(found):
            for name, profile in CLUSTERS[where].items():
                yield pytest.param(text, profile, id=f"{page}-{number}-{name}")


@pytest.mark.parametrize(("text", "profile"), list(examples()))
def test_an_example_of_a_page_builds_without_a_word(tmp_path, text, profile):
    """No warning and no error, and something that runs."""
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenant-compile.toml").write_text(CONFIG + profile, encoding="utf-8")
    (tmp_path / "tenants" / "acme.yaml").write_text(TENANT + textwrap.indent(text, "  "), encoding="utf-8")
    session = Session(open_workspace(str(tmp_path)), cache="")

    (result,) = session.stream(Selectors(), BUILD)

    assert [finding.message for finding in result.diagnostics if finding.severity != "info"] == []
    ids = {item.id for each in result.environments for made in each.artifacts["kubernetes"] for item in made.objects}
    assert any(id_.startswith(("Deployment/", "Rollout/")) for id_ in ids)
    session.tools.bench.close()
