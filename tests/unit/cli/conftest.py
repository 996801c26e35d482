"""A small workspace, and a way to run the command line in it."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tenant_compiler.cli import main

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from pathlib import Path

CONFIG = """\
[workspace]
name = "acme"

[environments.production]
[environments.staging]

[cluster.shared-eu]
cloud = "aws"
region = "eu-central-1"
gateway = { namespace = "gateway" }
monitoring = { namespace = "monitoring" }
"""

TENANT = """\
apiVersion: tenant-compiler.dev/v1
kind: Tenant
metadata:
  name: acme
  labels: {segment: health}
spec:
  tier: standard
  owner:
    team: care
  quotas:
    cpu_cores: 1.5
  placement:
    cloud: aws
    regions:
      eu-central-1: {}
"""


class Ran(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with one tenant, `acme` in `tenants/acme.yaml`, which builds without a finding."""
    root = tmp_path / "fleet"
    (root / "tenants").mkdir(parents=True)
    (root / "tenant-compile.toml").write_text(CONFIG)
    (root / "tenants" / "acme.yaml").write_text(TENANT)
    return root


@pytest.fixture
def tenant_text() -> str:
    """The text of the workspace's tenant."""
    return TENANT


@pytest.fixture
def tc(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command line in this process: `tc("check", "-q", cwd=folder)`."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, cwd: str | os.PathLike[str] | None = None, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with monkeypatch.context() as here:
            if cwd is not None:
                here.chdir(cwd)
            code = main(list(arguments))
        return Ran(code, *capsys.readouterr())

    return run
