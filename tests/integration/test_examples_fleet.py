"""The example fleet builds clean, the same everywhere, and the real tools accept all of it."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from datetime import date

import pytest

from kubectl import decoded
from tenant_compiler.backends.kubernetes.layout import GROUPS
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.resolve.origin import chain
from tenant_compiler.run.bench import Judging
from tenant_compiler.run.build import Build, Options
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import BUILD
from tenant_compiler.run.session import Session

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
FLEET = os.path.join(ROOT, "examples", "fleet")
TIERS = {"free", "standard", "premium", "enterprise", "enterprise_plus", "white_label"}
CLOUDS = {"aws", "azure", "gcp", "on_premises"}
JUDGED_ON = "2026-11-24"
"""Attestations and waivers of the examples hold on this day: see examples/README.md."""

# What a build does, in a process of its own: prints nothing, and fails on any finding that is no information.
BUILDER = """
import sys
from datetime import date
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run.bench import Judging
from tenant_compiler.run.build import Build, Options
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.session import Session
session = Session(open_workspace(sys.argv[1]), judging=Judging(judged_on=date.fromisoformat(sys.argv[2])))
with Build(session, Selectors(), Options("build")) as build:
    findings = [finding for written in build for finding in written.result.diagnostics] + build.finish()
sys.exit(any(finding.severity != "info" for finding in findings))
"""


def copy(folder):
    """Copy the fleet's sources to a folder of their own."""
    shutil.copytree(FLEET, folder, ignore=shutil.ignore_patterns("build", ".tenant-compile"))
    return str(folder)


def session(root):
    """A run over a workspace, judged on the day of the examples."""
    return Session(open_workspace(root), judging=Judging(judged_on=date.fromisoformat(JUDGED_ON)))


def build(root):
    """Build a workspace; give the totals and all findings."""
    with Build(session(root), Selectors(), Options("build")) as run:
        findings = [finding for written in run for finding in written.result.diagnostics]
        findings += run.finish()
    return run.totals, findings


def tree(root):
    """Every file of the output by its path, as bytes."""
    found = {}
    for folder, _, names in os.walk(os.path.join(root, "build")):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, root)] = file.read()
    return found


@pytest.fixture(scope="module")
def results():
    """Every tenant of the fleet, compiled in memory."""
    return list(session(FLEET).stream(Selectors(), BUILD))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A copy of the fleet, built; with its totals and findings."""
    root = copy(tmp_path_factory.mktemp("example") / "fleet")
    return root, *build(root)


def test_the_fleet_builds_without_errors_and_warnings(built):
    """Nothing is wrong with the example; what is not built yet is information."""
    _, totals, findings = built
    assert [finding for finding in findings if finding.severity != "info"] == []
    assert totals.failed == 0
    assert totals.written > 0


def test_the_fleet_shows_every_tier_cloud_and_kind_of_place(results):
    """Six tiers and one of its own, three clouds and on-premises, one region and several, two environments."""
    specs = [environment.resolved.spec for result in results for environment in result.environments]
    assert {spec["tier"] for spec in specs} == {*TIERS, "enterprise_card"}
    assert {spec["placement"]["cloud"] for spec in specs} == CLOUDS
    roles = Counter(region["role"] for spec in specs for region in spec["placement"]["regions"].values())
    assert set(roles) == {"primary", "active", "standby", "backup"}
    assert {len(spec["placement"]["regions"]) for spec in specs} == {1, 2}
    assert {environment.environment for result in results for environment in result.environments} == {
        "production",
        "staging",
    }
    assert len(results) >= 8


def test_the_fleet_writes_for_every_target_and_the_whole_fleet(built):
    """All four targets have files, and so have the clusters."""
    files = tree(built[0])
    targets = {path.split(os.sep)[3] for path in files if path.count(os.sep) == 4}
    assert targets >= {"kubernetes", "terraform", "prometheus", "grafana"}
    assert any(path.startswith(os.path.join("build", "_fleet", "shared-eu")) for path in files)


def emitted():
    """Every kind that the back-end has a place for, or writes down whole somewhere: what delivers, too."""
    found = {kind for kinds in GROUPS.values() for kind in kinds}
    folder = os.path.join(ROOT, "src", "tenant_compiler", "backends", "kubernetes")
    for base, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(base, name), encoding="utf-8") as file:
                    whole = ast.parse(file.read())
                found |= {kind for node in ast.walk(whole) if isinstance(node, ast.Dict) for kind in written(node)}
    return found


def written(node):
    """The kind of an object that a dict in the source makes; nothing for other dicts."""
    keys = {
        key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)
    }
    kind = keys.get("kind")
    return [kind.value] if {"apiVersion", "metadata"} <= set(keys) and isinstance(kind, ast.Constant) else []


def test_the_fleet_shows_every_kind_that_the_compiler_makes(built):
    """Without an exception: who looks for an example of a kind finds one."""
    kinds = {
        line.removeprefix("kind: ").strip()
        for path, content in tree(built[0]).items()
        if "kubernetes" in path.split(os.sep)
        for line in content.decode().splitlines()
        if line.startswith("kind: ")
    }
    assert {"Application", "AppProject", "GitRepository", "PriorityClass", "ClientTrafficPolicy"} <= emitted()
    assert emitted() - kinds == set()
    assert kinds - emitted() == set()


def test_images_are_pinned(results):
    """Every image has a digest."""
    images = [load.image for result in results for each in result.environments for load in each.plan.workloads]
    assert images
    assert [image for image in images if "@sha256:" not in image] == []


def test_the_hospitals_cores_come_from_preset_profile_and_tenant(results):
    """The value that the guide explains has the chain that the guide shows."""
    hospital = next(result for result in results if result.tenant == "st-clara-hospitals")
    origins = chain(hospital.environments[0].resolved, ("spec", "quotas", "cpu_cores"))
    assert [(origin.layer.name, origin.value) for origin in origins] == [
        ("tenant.environments.production", 28),
        ("profile:business-unit/care", 24),
        ("tier:enterprise", 32),
    ]


def test_a_second_build_writes_nothing(tmp_path):
    """The same input leaves every file alone."""
    root = copy(tmp_path / "fleet")
    build(root)
    before = {path: os.stat(os.path.join(root, path)).st_mtime_ns for path in tree(root)}
    totals, _ = build(root)
    assert (totals.written, totals.removed, totals.pruned) == (0, 0, 0)
    assert {path: os.stat(os.path.join(root, path)).st_mtime_ns for path in tree(root)} == before


def test_the_bytes_do_not_depend_on_folder_hash_seed_locale_and_time_zone(built, tmp_path):
    """Two machines that differ in all of these write the same bytes."""
    expected = tree(built[0])
    for number, settings in enumerate(
        (
            {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Pacific/Kiritimati"},
            {"PYTHONHASHSEED": "4242", "LC_ALL": "C.UTF-8", "TZ": "America/St_Johns"},
        )
    ):
        root = copy(tmp_path / f"some {'long ' * number}folder" / "f")
        path = os.pathsep.join(filter(None, [os.path.join(ROOT, "src"), os.environ.get("PYTHONPATH")]))
        run = subprocess.run(
            [sys.executable, "-c", BUILDER, root, JUDGED_ON],
            env={**os.environ, "PYTHONPATH": path, **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        assert tree(root) == expected


@pytest.mark.tool("kubectl")
def test_kubectl_decodes_every_manifest_to_the_objects_that_were_meant(built, results):
    """What kubectl reads in the files is what the back-end made, object by object and in order."""
    folders = {}
    for result in results:
        for each in result.environments:
            for artifact in each.artifacts["kubernetes"]:
                path = os.path.join(built[0], "build", result.tenant, each.environment, "kubernetes", artifact.path)
                if artifact.objects:
                    folders.setdefault(os.path.dirname(path), {})[path] = artifact.content
    assert folders
    for files in folders.values():
        assert decoded(*files) == json.loads(json.dumps([item for content in files.values() for item in content]))


@pytest.mark.tool("kubectl")
def test_kustomize_builds_every_folder(built, results):
    """What a delivery tool is pointed at holds every object of the folder."""
    for result in results[:4]:
        for each in result.environments:
            counts = {}
            for artifact in each.artifacts["kubernetes"]:
                folder = os.path.dirname(artifact.path)
                counts[folder] = counts.get(folder, 0) + len(artifact.objects)
            # Beside the folders stands what delivers them, a file each.
            assert set(counts) - {
                artifact.path.rpartition("/")[0]
                for artifact in each.artifacts["kubernetes"]
                if artifact.path.endswith("/kustomization.yaml")
            } <= {"0-delivery"}
            counts.pop("0-delivery", None)
            for folder, count in counts.items():
                path = os.path.join(built[0], "build", result.tenant, each.environment, "kubernetes", folder)
                run = subprocess.run(["kubectl", "kustomize", path], capture_output=True, text=True, check=False)
                assert run.returncode == 0, run.stderr
                assert f"\n{run.stdout}".count("\nkind: ") == count


@pytest.mark.tool("kubectl")
def test_kubectl_decodes_the_manifests_of_the_fleet(built):
    """What belongs to no single tenant decodes as well."""
    paths = [
        path
        for path in tree(built[0])
        if f"{os.sep}_fleet{os.sep}" in path
        and f"{os.sep}kubernetes{os.sep}" in path
        and os.path.basename(path) != "kustomization.yaml"
    ]
    assert paths
    for path in paths:
        assert decoded(os.path.join(built[0], path))


@pytest.mark.tool("promtool")
def test_promtool_accepts_every_rule_and_its_tests(built):
    """Rules pass all lints, and the unit tests that are written beside them pass."""
    rules = sorted(path for path in tree(built[0]) if path.endswith("slo.rules.yaml"))
    tests = sorted(path for path in tree(built[0]) if path.endswith("slo.tests.yaml"))
    assert len(rules) == len(tests) > 0
    for command in (["check", "rules", "--lint=all", "--lint-fatal", *rules], ["test", "rules", *tests]):
        run = subprocess.run(["promtool", *command], cwd=built[0], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr
