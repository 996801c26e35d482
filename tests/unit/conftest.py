"""Small workspaces for the tests of resolving, planning and building."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from tenant_compiler.read.jsonnet_files import BUILT_IN
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import BUILD
from tenant_compiler.run.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.model.document import Document
    from tenant_compiler.model.result import TenantResult
    from tenant_compiler.read.jsonnet import Job, JsonnetEvaluator, Result

IMAGE = "registry.acme.example/app:1@sha256:" + "0" * 64

CONFIG = """
[workspace]
name = "acme-saas"
[environments.production]
[environments.staging]
[targets]
enable = ["kubernetes"]
[cluster.shared-eu]
cloud = "aws"
region = "eu-central-1"
gateway = { namespace = "gateway" }
"""

SPEC: dict[str, Any] = {
    "tier": "standard",
    "owner": {"team": "care"},
    "domains": ["acme.example"],
    "placement": {"cloud": "aws", "regions": {"eu-central-1": {}}},
}


class Remembering:
    """An evaluator that evaluates a built-in file once for all tests: that takes 20 ms and depends on no workspace."""

    values: ClassVar[dict[tuple[str, str], Result]] = {}

    def __init__(self, evaluator: JsonnetEvaluator) -> None:
        self._evaluator = evaluator

    def __getattr__(self, name: str) -> Any:
        return getattr(self._evaluator, name)

    def evaluate(self, jobs: Sequence[Job]) -> list[Result]:
        """Evaluate what is not remembered."""
        keys = [(job.file, json.dumps(job.args, sort_keys=True)) for job in jobs]
        missing = [index for index, key in enumerate(keys) if key not in self.values]
        made = self._evaluator.evaluate([jobs[index] for index in missing]) if missing else []
        found = dict(zip(missing, made, strict=True))
        for index, result in found.items():
            if jobs[index].file.startswith(BUILT_IN) and not result.diagnostics:
                self.values[keys[index]] = result
        return [found.get(index) or self.values[key] for index, key in enumerate(keys)]


class Project:
    """A workspace in a folder of its own."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.write("tenant-compile.toml", CONFIG)

    def write(self, path: str, text: str | dict[str, Any]) -> str:
        """Write a file: a text as it is, anything else as JSON, which is YAML."""
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text if isinstance(text, str) else json.dumps(text))
        return path

    def tenant(self, name: str = "acme", labels: dict[str, str] | None = None, **spec: Any) -> str:
        """Write a tenant's file; keys of ``spec`` replace those of a small sound tenant, None leaves one out."""
        return self.write(f"tenants/{name}.yaml", tenant(name, labels, **spec))

    def profile(self, name: str, spec: dict[str, Any], **more: Any) -> str:
        """Write a profile."""
        head = {"apiVersion": "tenant-compiler.dev/v1", "kind": "Profile"}
        return self.write(f"profiles/{name}.yaml", {**head, **more, "spec": spec})

    def session(self, **options: Any) -> Session:
        """Open the workspace as it is now."""
        session = Session(open_workspace(self.root), cache="", **options)
        session.tools.resolver.sources.evaluator = Remembering(session.evaluator)  # type: ignore[assignment]
        return session

    def results(self, passes: Any = BUILD, selectors: Selectors | None = None, **options: Any) -> list[TenantResult]:
        """Run passes over the tenants."""
        return list(self.session(**options).stream(selectors or Selectors(), passes))

    def one(self, **options: Any) -> TenantResult:
        """The result of the only tenant."""
        (result,) = self.results(**options)
        return result

    def codes(self, **options: Any) -> list[str]:
        """The codes of all warnings and errors."""
        findings = [finding for result in self.results(**options) for finding in result.diagnostics]
        return [finding.code for finding in findings if finding.severity != "info"]

    def document(self, name: str = "acme") -> Document:
        """A tenant's document, read and checked."""
        (document,), broken = self.session().read(f"tenants/{name}.yaml")
        assert not broken
        return document


def tenant(name: str = "acme", labels: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    """A tenant's document."""
    whole = {key: value for key, value in {**SPEC, **spec}.items() if value is not None}
    metadata = {"name": name, **({"labels": labels} if labels else {})}
    return {"apiVersion": "tenant-compiler.dev/v1", "kind": "Tenant", "metadata": metadata, "spec": whole}


@pytest.fixture
def project(tmp_path) -> Project:
    """An empty workspace for AWS."""
    return Project(str(tmp_path))


@pytest.fixture(scope="session")
def tenant_document() -> Any:
    """Make a tenant's document: ``tenant_document("acme", tier="free")``."""
    return tenant


@pytest.fixture(scope="session")
def service() -> Any:
    """Make a service: ``service(calls=["search"])``."""

    def make(**overrides: Any) -> dict[str, Any]:
        return {"image": IMAGE, **overrides}

    return make
