"""Paths of the workspace's configuration: every one of them lies inside, and none in the output."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tenant_compiler.model.diagnostic import TenantCompileError
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run.build import Build, Options
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.session import Session

PATHS = [
    ("tenants", '["{}/*.yaml"]'),
    ("profiles", '"{}"'),
    ("tier_presets", '"{}"'),
    ("policies", '["policies", "{}"]'),
    ("waivers", '["{}/*.yaml"]'),
    ("baseline", '"{}/baseline.json"'),
]


@pytest.mark.parametrize(("key", "value"), [*PATHS, ("output", '"{}"')])
@pytest.mark.parametrize("folder", ["../elsewhere", "a/../../elsewhere", "link"])
def test_a_path_outside_is_refused(tmp_path: Any, key: str, value: str, folder: str) -> None:
    """TC132 at the key, also where a link leads outside."""
    root = tmp_path / "workspace"
    root.mkdir()
    (tmp_path / "elsewhere").mkdir()
    os.symlink(tmp_path / "elsewhere", root / "link")
    (root / "tenant-compile.toml").write_text(f'[workspace]\nname = "w"\n{key} = {value.format(folder)}\n')

    with pytest.raises(TenantCompileError) as caught:
        open_workspace(str(root))

    (found,) = caught.value.diagnostics
    assert found.code == "TC132"
    assert found.place is not None
    assert found.place.pointer[:2] == ("workspace", key)


@pytest.mark.parametrize(("key", "value"), PATHS)
def test_the_output_may_not_hold_what_is_read(tmp_path: Any, key: str, value: str) -> None:
    """TC602, for every sort of input: a build would write over it, or read what it wrote."""
    path = value.format("mixed")
    (tmp_path / "tenant-compile.toml").write_text(f'[workspace]\nname = "w"\n{key} = {path}\noutput = "mixed"\n')
    (tmp_path / "mixed").mkdir()

    with pytest.raises(TenantCompileError) as caught:
        Build(Session(open_workspace(str(tmp_path))), Selectors(), Options("mixed"))

    assert [found.code for found in caught.value.diagnostics] == ["TC602"]
