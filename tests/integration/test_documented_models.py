"""What the page about models writes is sound: its workspace, and each of its tenants."""

from __future__ import annotations

import os
import re
import textwrap

import pytest

from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import BUILD
from tenant_compiler.run.session import Session

PAGE = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "how-to", "run-models.md")
CONFIG = """
[workspace]
name = "pages"
[environments.production]
[cluster.main]
cloud = "aws"
region = "eu-central-1"
gateway = { namespace = "gateway" }
data_cidrs = ["10.20.0.0/16"]
cloud_identity = "pod-identity"
name = "main"
account_id = "111122223333"
"""
TENANT = """
apiVersion: tenant-compiler.dev/v1
kind: Tenant
metadata: {name: acme}
spec:
  tier: enterprise
  owner: {team: care, email: care@acme.example}
  placement: {cloud: aws, regions: {eu-central-1: {}}, residency: {jurisdictions: [EU]}}
  data: {sql: {records: {}}, object: {weights: {}}}
"""
SAID = {"TC510"}
"""What the page says of the client of federated learning, and of managed services."""


def blocks(language):
    """The page's blocks of a language, whose digests are whole."""
    with open(PAGE, encoding="utf-8") as file:
        text = file.read().replace("sha256:…", "sha256:" + "0" * 64)
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("number", range(len(blocks("yaml"))))
def test_an_example_of_the_page_is_sound(tmp_path, number):
    """In the workspace of the page, in which nlp-processing has a server only where no cloud answers for it."""
    tables = sorted(blocks("toml"), key=lambda block: block.startswith("["))
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenant-compile.toml").write_text(CONFIG + "\n".join(tables), encoding="utf-8")
    said = textwrap.indent(blocks("yaml")[number], "  ")
    (tmp_path / "tenants" / "acme.yaml").write_text(TENANT + said, encoding="utf-8")
    session = Session(open_workspace(str(tmp_path)), cache="")
    (result,) = session.stream(Selectors(), BUILD)
    graver = [item for item in result.diagnostics if item.severity != "info" and item.code not in SAID]
    assert [item.message for item in graver] == []


def test_the_page_has_examples():
    """So that the test above is about something."""
    assert len(blocks("yaml")) >= 4
    assert len(blocks("toml")) >= 3
