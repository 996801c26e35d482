"""Every branch of the vocabulary on every sort of cluster: what is emitted is what a cluster takes.

The fleet is generated once (`generated_fleet.py`) and each tenant is judged as it is built, because all of them would
not fit into memory. The schemas, the simulated admission and the borders are each independent of the lints.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
from itertools import chain

import pytest
from admission import refused
from borders import crossings
from generated_fleet import MINORS, Fleet, Variant, example_builds
from test_no_dead_knobs import BASES

from kubectl import decoded
from tenant_compiler.backends.kubernetes.layout import GROUPS, HASH, KUSTOMIZATION
from tenant_compiler.backends.kubernetes.schemas import validator
from tenant_compiler.data import data_folder
from tenant_compiler.emit import yaml
from tenant_compiler.run.passes import encode

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TENANTS_OWN = {"TC509", "TC511"}
"""What the lints may find: budgets and quotas that the tenant itself declared too small or too large."""


class Judged:
    """What came out of all builds."""

    def __init__(self, folder: str) -> None:
        self.builds = 0
        self.objects: dict[tuple, dict] = {}
        """Different ones, each with the version that it was made for."""
        self._seen: set[tuple] = set()
        self.folders: dict[frozenset[str], tuple] = {}
        """One build for each set of kinds in a folder."""
        self.faults: dict[str, list[str]] = {"findings": [], "admission": [], "borders": [], "twice": []}
        for build in chain(Fleet(folder).builds(), example_builds()):
            self.builds += 1
            self._findings(build)
            if build.sound and build.plan is not None:
                self._folders(build)

    def _findings(self, build) -> None:
        self.faults["findings"] += [
            f"{build.name}: {finding.code} {finding.message}"
            for finding in build.findings
            if finding.code[:3] == "TC5" and finding.severity == "error" and finding.code not in TENANTS_OWN
            and finding.object
        ]  # fmt: skip

    def _folders(self, build) -> None:
        folders: dict[str, list] = {}
        for artifact in build.artifacts:
            folders.setdefault(artifact.path.rpartition("/")[0], []).append(artifact)
        for folder, artifacts in folders.items():
            values = [item.value for artifact in artifacts for item in artifact.objects]
            ids = tuple(map(identity, values))
            profile = build.config["cluster"].get(folder, {})
            minor = profile.get("kubernetes", "1.34")
            said = profile.get("certificates", {})
            by_request = said.get("kind") == "ClusterIssuer" and said.get("challenge") == "http01"
            solved_by = said["issuer"] if by_request else ""
            if (minor, ids, solved_by) in self._seen:
                continue  # judged already: most changes of a tenant change nothing here
            self._seen.add((minor, ids, solved_by))
            label = f"{build.name} in {folder}: "
            names = [each[:3] for each in ids]
            self.faults["twice"] += [f"{label}{each}" for each in set(names) if names.count(each) > 1]
            self.faults["admission"] += [label + fault for fault in refused(values, build.plan.name, solved_by)]
            self.faults["borders"] += [label + fault for fault in crossings(values, build.plan.name)]
            self.folders.setdefault(frozenset(kind for kind, _, _ in names), (build.name, artifacts))
            for each, value in zip(ids, values, strict=True):
                self.objects.setdefault((minor, each), value)


def identity(value):
    """What an object is, by its own checksum."""
    meta = value["metadata"]
    return value["kind"], meta.get("namespace"), meta["name"], meta["annotations"][HASH]


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """The whole fleet."""
    return Judged(str(tmp_path_factory.mktemp("generated")))


def test_the_fleet_is_large_and_makes_every_kind(judged):
    """Thousands of builds, hundreds of different objects, and every kind that the layout has a place for."""
    made = {value["kind"] for value in judged.objects.values()}
    named = {(value["kind"], value["metadata"]["name"]) for value in judged.objects.values()}
    assert judged.builds > 3000
    assert len(judged.objects) > 500
    assert {minor for minor, _ in judged.objects} == set(MINORS)
    assert ("NetworkPolicy", "default.challenges") in named
    assert {kind for kinds in GROUPS.values() for kind in kinds} - made == set()


def test_the_lints_are_silent(judged):
    """Beside what the tenant itself declared; that includes the references, the order and the selectors."""
    assert judged.faults["findings"] == []


def test_no_object_is_made_twice(judged):
    """In one folder, by kind, namespace and name."""
    assert judged.faults["twice"] == []


def test_every_object_passes_the_schema_of_its_kind_on_its_minor(judged):
    """The strict one of Kubernetes, or that of its CustomResourceDefinition."""
    invalid = []
    for (minor, _), value in judged.objects.items():
        schema = validator(minor, f"{value['apiVersion']}/{value['kind']}")
        assert schema is not None, value["kind"]
        if not schema.is_valid(value):
            invalid.append((minor, value["kind"], value["metadata"]["name"]))
    assert invalid == []


def test_an_api_server_admits_every_pod_at_full_scale(judged):
    """Pod Security, LimitRange and ResourceQuota, with the pods of new versions that start before old ones go."""
    assert judged.faults["admission"] == []


def test_nothing_leads_out_of_the_tenants_namespace(judged):
    """Roles, bindings, projects; and what is not in the namespace carries the tenant's own name."""
    assert judged.faults["borders"] == []


def test_three_hundred_services_of_one_tenant_are_built(tmp_path):
    """All of them, each with its own objects; nothing is refused, and nothing takes longer because there are others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(os.path.join(ROOT, "tests", "performance"))
        objects = importlib.import_module("objects")
    fleet = Fleet(str(tmp_path))
    large = Variant("large", objects.with_services(BASES["rich"], 300), branch=True)
    build = fleet.build(large, Variant("main", objects.without_mesh(fleet.config), branch=True))
    values = [item.value for artifact in build.artifacts for item in artifact.objects if "main/" in artifact.path]

    assert build.sound
    assert sum(value["kind"] == "Service" for value in values) > 300
    assert refused(values, build.plan.name) == []
    assert crossings(values, build.plan.name) == []


@pytest.mark.tool("kubectl")
def test_kubectl_decodes_every_object_to_what_it_is(judged, tmp_path):
    """One stream of all different objects, each under a name of its own, read back by the real decoder."""
    whole = list({identity(value): json.loads(json.dumps(value)) for value in judged.objects.values()}.values())
    for start in range(0, len(whole), 1000):
        part = whole[start : start + 1000]
        path = tmp_path / f"{start}.yaml"
        path.write_text(yaml.dump_all(part), encoding="utf-8")
        assert decoded(str(path)) == part


@pytest.mark.tool("kubectl")
def test_kustomize_builds_a_folder_of_every_sort(judged, tmp_path):
    """With all of its objects, each once: the list names every file, and no two objects have one id."""
    assert judged.folders
    for number, (name, artifacts) in enumerate(judged.folders.values()):
        if not any(artifact.path.endswith(KUSTOMIZATION) for artifact in artifacts):
            continue  # what delivers the others
        folder = tmp_path / str(number)
        folder.mkdir()
        for artifact in artifacts:
            (folder / os.path.basename(artifact.path)).write_bytes(encode(artifact))
        run = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=False)
        assert run.returncode == 0, (name, run.stderr)
        built = run.stdout.count("\nkind: ") + run.stdout.startswith("kind: ")
        assert built == sum(len(artifact.objects) for artifact in artifacts), name


@pytest.fixture(scope="module")
def kubeconform():
    """Another judge of objects, built by Go where it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(os.path.join(ROOT, "tests", "performance"))
        import tools

        return tools.kubeconform()


@pytest.mark.tool("go")
def test_kubeconform_agrees(judged, kubeconform, tmp_path):
    """With our schemas as files, strict, without a network: every object of every kind is valid, on its minor."""
    minors: dict[str, dict] = {}
    for (minor, each), value in judged.objects.items():
        minors.setdefault(minor, {})[each] = value
    for minor, values in minors.items():
        folder = tmp_path / minor
        for kind, name in index()[minor].items():
            group, _, stem = kind.rpartition("/")[0].rpartition("/")
            target = folder / (group or stem) / f"{kind.rpartition('/')[2].lower()}_{stem}.json"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(os.path.join(data_folder("schemas"), "kubernetes", name), target)
        (folder / "objects.yaml").write_text(yaml.dump_all(list(values.values())), encoding="utf-8")
        where = f"{folder}/{{{{.Group}}}}/{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json"
        asked = ["-strict", "-summary", "-output", "json", "-schema-location", where, str(folder / "objects.yaml")]
        run = subprocess.run([kubeconform, *asked], capture_output=True, text=True, check=False)
        told = json.loads(run.stdout)
        assert told.get("resources", []) == []
        assert told["summary"] == {"valid": len(values), "invalid": 0, "errors": 0, "skipped": 0}


def index():
    """Which schema each kind has on each minor."""
    with open(os.path.join(data_folder("schemas"), "kubernetes", "index.json"), encoding="utf-8") as file:
        return json.load(file)
