"""Let the real tools judge a build's output, and say what was built, what was accepted, and what was not checked.

    python scripts/demo.py examples/fleet/build

Exit code 1 when a tool refuses something. A tool that is not installed, or a provider that cannot be fetched, is named
in the table and is no failure: the compiler has checked the same files against schemas of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

FLEET = "_fleet"
SECONDS = 120
"""The most that one call of a tool may take."""


class Output(NamedTuple):
    """What stands in an output folder."""

    root: str
    tenants: list[str]
    trees: list[str]
    """``tenant/environment`` and ``_fleet/cluster``, in order."""
    files: dict[str, list[str]]
    """The paths of the files of each target, without manifests."""


class Verdict(NamedTuple):
    """What a tool says of a target."""

    target: str
    tool: str
    verdict: str
    refused: tuple[str, ...] = ()
    """What the tool wrote about each file that it refused."""


def survey(root: str) -> Output:
    """Find what was built.

    Raises:
        SystemExit: there is no such folder.
    """
    if not os.path.isdir(root):
        raise SystemExit(f"{root} is not there; build the fleet first")
    tenants = sorted(name for name in os.listdir(root) if not name.startswith((".", "_")))
    trees = []
    files: dict[str, list[str]] = {}
    for owner in [*tenants, *([FLEET] if os.path.isdir(os.path.join(root, FLEET)) else [])]:
        for tree in _folders(os.path.join(root, owner)):
            trees.append(f"{owner}/{tree}")
            for target in _folders(os.path.join(root, owner, tree)):
                files.setdefault(target, []).extend(_files(os.path.join(root, owner, tree, target)))
    return Output(root, tenants, trees, files)


def kubectl(files: Sequence[str]) -> Verdict:
    """Every manifest decodes to the objects that stand in it, and every folder is one that kustomize builds."""
    if shutil.which("kubectl") is None:
        return Verdict("kubernetes", "kubectl", "not checked: kubectl is not installed")
    refused, count, folders = [], 0, 0
    for path in files:
        if os.path.basename(path) == "kustomization.yaml":
            # As Flux does: its list of tenants names files of other folders.
            restrictor = ["--load-restrictor", "LoadRestrictionsNone"]
            result = _run(["kubectl", "kustomize", *restrictor, os.path.dirname(path)])
            refused += [f"{path}: {result.stderr.strip()}"] if result.returncode else []
            folders += 1
            continue
        result = _run(["kubectl", "label", "--local", "--overwrite", "-f", path, "demo=checked", "-o", "json"])
        with open(path, "rb") as file:
            ours = [each for each in yaml.load_all(file, yaml.CSafeLoader) if each is not None]
        ours = [item for each in ours for item in (each["items"] if each["kind"] == "List" else [each])]
        if result.returncode:
            refused.append(f"{path}: {result.stderr.strip()}")
        elif len(_stream(result.stdout)) != len(ours):
            refused.append(f"{path}: kubectl reads {len(_stream(result.stdout))} objects of {len(ours)}")
        count += len(ours)
    accepted = f"{count} objects in {len(files) - folders} files accepted, {folders} folders built by kustomize"
    return Verdict("kubernetes", "kubectl", accepted, tuple(refused))


def terraform(files: Sequence[str]) -> Verdict:
    """Every root validates with the real provider, where it can be fetched."""
    if shutil.which("terraform") is None:
        return Verdict("terraform", "terraform", "not checked: terraform is not installed")
    roots = sorted({os.path.dirname(path) for path in files})
    refused = []
    with tempfile.TemporaryDirectory() as work:
        for number, root in enumerate(roots):
            copy = os.path.join(work, str(number))
            shutil.copytree(root, copy)
            cache = {"TF_DATA_DIR": os.path.join(work, "data"), "TF_INPUT": "0"}
            ready = _run(["terraform", "init", "-backend=false", "-no-color"], copy, cache)
            if ready.returncode and "Failed to query available provider packages" in ready.stderr:
                return Verdict("terraform", "terraform", "not checked: the provider cannot be fetched here")
            result = ready if ready.returncode else _run(["terraform", "validate", "-no-color"], copy, cache)
            if result.returncode:
                refused.append(f"{root}: {(result.stderr or result.stdout).strip()}")
    return Verdict("terraform", "terraform", f"{len(roots)} roots accepted", tuple(refused))


def promtool(files: Sequence[str]) -> Verdict:
    """Every rule file passes Prometheus' own check with all its lints, and the emitted unit tests of the rules pass."""
    if shutil.which("promtool") is None:
        return Verdict("prometheus", "promtool", "not checked: promtool is not installed")
    refused = []
    tests = [path for path in files if path.endswith(".tests.yaml")]
    for path in files:
        verb = ["test", "rules"] if path in tests else ["check", "rules", "--lint=all", "--lint-fatal"]
        result = _run(["promtool", *verb, path])
        if result.returncode:
            refused.append(f"{path}: {(result.stderr or result.stdout).strip()}")
    accepted = f"{len(files) - len(tests)} rule files accepted, {len(tests)} files of rule tests pass"
    return Verdict("prometheus", "promtool", accepted, tuple(refused))


TOOLS = {"kubernetes": kubectl, "terraform": terraform, "prometheus": promtool}


def judge(output: Output) -> list[Verdict]:
    """Ask each target's tool; a target without one is named as well."""
    verdicts = []
    for target, files in sorted(output.files.items()):
        tool = TOOLS.get(target)
        verdicts.append(
            tool(files)
            if tool
            else Verdict(
                target, "-", f"{len(files)} files; no outside tool checks them, the compiler's own schemas did"
            )
        )
    return verdicts


def summary(output: Output, verdicts: Sequence[Verdict]) -> str:
    """The closing lines for people."""
    environments = [tree for tree in output.trees if not tree.startswith(FLEET)]
    lines = [
        "",
        f"{len(output.tenants)} tenants in {len(environments)} environments -> {output.root}",
        *(f"  {each.target:<12}{each.tool:<11}{_words(each)}" for each in verdicts),
        *(f"\n{text}" for each in verdicts for text in each.refused),
    ]
    if environments:
        lines += ["", f"Look at one: ls {output.root}/{environments[0]}"]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Run the command line."""
    output = survey(arguments[0] if arguments else os.path.join("examples", "fleet", "build"))
    verdicts = judge(output)
    sys.stdout.write(summary(output, verdicts))
    return 1 if any(each.refused for each in verdicts) else 0


def _words(verdict: Verdict) -> str:
    return f"{len(verdict.refused)} REFUSED, see below" if verdict.refused else verdict.verdict


def _run(command: list[str], folder: str = ".", more: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **(more or {})}
    if not os.path.exists(environment.get("TF_CLI_CONFIG_FILE", ".")):
        del environment["TF_CLI_CONFIG_FILE"]  # Terraform warns about a missing one in every call
    try:
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", f"no answer within {SECONDS} s")


def _stream(text: str) -> list[Any]:
    """The objects in kubectl's output: JSON values one after the other, or a List."""
    found: list[Any] = []
    decoder, position = json.JSONDecoder(), 0
    while position < len(text.rstrip()):
        value, position = decoder.raw_decode(text, position)
        found += value["items"] if value["kind"] == "List" else [value]
        position += len(text[position:]) - len(text[position:].lstrip())
    return found


def _folders(path: str) -> list[str]:
    return sorted(name for name in os.listdir(path) if os.path.isdir(os.path.join(path, name)))


def _files(path: str) -> list[str]:
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names if name[0] != ".")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
