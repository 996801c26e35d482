"""The demo's closing table: what was built, what real tools said of it, what nobody checked."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

KUBECTL = """\
#!/bin/sh
case "$5" in *bad*) echo "error: strict decoding" >&2; exit 1;; esac
echo '{"kind": "A"}'; echo '{"kind": "B"}'
"""
OFFLINE = "#!/bin/sh\necho 'Error: Failed to query available provider packages' >&2\nexit 1\n"
TERRAFORM = (
    '#!/bin/sh\n[ "$1" = init ] || grep -q sound main.tf.json || { echo "Error: Unsupported argument" >&2; exit 1; }\n'
)
SOUND = "kind: A\n---\nkind: B\n"


@pytest.fixture(scope="module")
def script() -> Any:
    """The script, loaded from its file as a module."""
    spec = importlib.util.spec_from_file_location("demo", os.path.join(ROOT, "scripts", "demo.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def build(tmp_path) -> str:
    """An output folder with one tenant in one environment, and a file of the fleet."""
    for name, text in {
        "acme/production/kubernetes/shared.yaml": SOUND,
        "acme/production/terraform/main.tf.json": '"sound"',
        "acme/production/prometheus/rules.yaml": "groups: []\n",
        "acme/production/grafana/board.json": "{}",
        "acme/.tenant-compile.json": "{}",
        "_fleet/shared/kubernetes/priorities.yaml": SOUND,
        ".lock": "",
    }.items():
        path = tmp_path / "build" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(tmp_path / "build")


@pytest.fixture
def tools(tmp_path, monkeypatch) -> Any:
    """A PATH on which only the tools are that a test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for needed in ("sh", "grep"):
        os.symlink(next(p for p in (f"/bin/{needed}", f"/usr/bin/{needed}") if os.path.exists(p)), folder / needed)
    monkeypatch.setenv("PATH", str(folder))

    def install(name: str, text: str) -> None:
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)

    return install


def test_missing_tools_are_named_and_are_no_failure(script, build, tools, capsys):
    """On a machine without any tool the summary says of each target that it was not checked."""
    assert script.main([build]) == 0

    out = capsys.readouterr().out
    assert f"1 tenants in 1 environments -> {build}" in out
    for tool in ("kubectl", "terraform", "promtool"):
        assert f"not checked: {tool} is not installed" in out
    assert "1 files; no outside tool checks them" in out
    assert out.endswith(f"Look at one: ls {build}/acme/production\n")


def test_accepted_output_is_counted(script, build, tools, capsys):
    """Objects, roots and rule files that the tools accept are counted, those of the fleet too."""
    tools("kubectl", KUBECTL)
    tools("terraform", TERRAFORM)
    tools("promtool", "#!/bin/sh\n")

    assert script.main([build]) == 0

    out = capsys.readouterr().out
    assert "4 objects in 2 files accepted" in out
    assert "1 roots accepted" in out
    assert "1 rule files accepted" in out


@pytest.mark.parametrize(
    "case",
    [
        ("kubernetes/bad.yaml", SOUND, "error: strict decoding"),
        ("kubernetes/other.yaml", "kind: A\n", "kubectl reads 2 objects of 1"),
        ("terraform/main.tf.json", "{}", "Error: Unsupported argument"),
        ("prometheus/bad.yaml", "", "unknown function"),
    ],
)
def test_what_a_tool_refuses_is_shown_and_fails(script, build, tools, capsys, case):
    """A refused file makes the exit code 1; its path and the tool's words are printed."""
    path, text, words = case
    tools("kubectl", KUBECTL)
    tools("terraform", TERRAFORM)
    tools("promtool", '#!/bin/sh\ncase "$5" in *bad*) echo "unknown function" >&2; exit 3;; esac\n')
    whole = os.path.join(build, "acme", "production", path)
    with open(whole, "w", encoding="utf-8") as file:
        file.write(text)

    assert script.main([build]) == 1

    out = capsys.readouterr().out
    assert "1 REFUSED, see below" in out
    assert f"{whole if path.endswith('.yaml') else os.path.dirname(whole)}: " in out
    assert words in out


def test_a_provider_that_cannot_be_fetched_is_no_failure(script, build, tools, capsys):
    """Without a way to the registry Terraform's check is left out, and the summary says so."""
    tools("terraform", OFFLINE)

    assert script.main([build]) == 0
    assert "not checked: the provider cannot be fetched here" in capsys.readouterr().out


def test_a_folder_that_is_not_there_is_told(script, tmp_path):
    """Before anything was built the script says so, in one line."""
    with pytest.raises(SystemExit, match="is not there; build the fleet first"):
        script.survey(str(tmp_path / "none"))
