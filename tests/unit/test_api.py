from __future__ import annotations

import ast
import inspect
import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import tenant_compiler as tc

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = os.path.join(os.path.dirname(__file__), "..", "..")
PAGE = os.path.join(ROOT, "docs", "reference", "python-api.md")
SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(tc.__file__)))

TOO_MUCH = """\
apiVersion: tenant-compiler.dev/v1
kind: Tenant
metadata: { name: broken }
spec:
  tier: free
  owner: { team: care }
  placement: { cloud: aws, regions: { eu-central-1: {} } }
  quotas:
    cpu_cores: 128
"""

FOLDER = "acme/production/kubernetes/shared-eu"
MANIFESTS = [f"{FOLDER}/{name}.yaml" for name in ("10-tenancy", "20-network", "50-services", "kustomization")]


@pytest.fixture
def fleet(project: Any, service: Callable[..., dict[str, Any]]) -> tc.Fleet:
    """A workspace with a sound tenant of two environments and one with a quota below zero."""
    both: dict[str, Any] = {"production": {}, "staging": {}}
    project.tenant("acme", {"segment": "care"}, services={"portal": service()}, environments=both)
    project.tenant("broken", quotas={"cpu_cores": -3})
    return tc.open_workspace(project.root)


def modules_after(statement: str) -> set[str]:
    """The modules that a statement loads in a new interpreter."""
    code = f"import sys; before = set(sys.modules)\n{statement}\nprint(*sorted(set(sys.modules) - before))"
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return set(done.stdout.split())


def page() -> str:
    """The reference page."""
    with open(PAGE, encoding="utf-8") as file:
        return file.read()


def test_the_import_loads_nothing_else() -> None:
    """`import tenant_compiler` costs one small module, whatever the package holds."""
    assert modules_after("import tenant_compiler") <= {"tenant_compiler", "__future__"}


def test_a_plugins_imports_load_records_only() -> None:
    """A plug-in that imports the records for back-ends brings no reader, engine or command line with it."""
    names = "Artifact, ArtifactObject, Backend, Diagnostic, Extension, PlanCheck, RulePack"
    loaded = modules_after(f"from tenant_compiler import {names}")
    foreign = {name.split(".")[0] for name in loaded} - set(sys.stdlib_module_names)
    assert foreign == {"tenant_compiler"}
    ours = {name for name in loaded if name.startswith("tenant_compiler.")}
    assert all(name.startswith("tenant_compiler.model") for name in ours)


def test_opening_a_workspace_loads_nothing_that_only_writing_needs(fleet: tc.Fleet) -> None:
    """Command line, progress bars and models stay away from programs that use the API."""
    statement = f"import tenant_compiler as tc; list(tc.open_workspace({fleet.root!r}).iter_build())"
    loaded = modules_after(statement)
    assert not loaded & {"click", "pydantic", "rich", "numpy", "ruamel.yaml", "tenant_compiler.cli"}


def test_every_public_name_is_there_and_documented() -> None:
    """Each name of `__all__` can be used, has a docstring where Python keeps one, and stands on the page."""
    text = page()
    for name in tc.__all__:
        value = getattr(tc, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__doc__, name
            assert not value.__doc__.startswith(f"{name}("), f"{name} has the docstring that NamedTuple makes"
        assert re.search(rf"`{name}`|^## {name}\b", text, re.MULTILINE), f"{name} is not on the page"
    assert set(tc.__all__) <= set(dir(tc))
    assert sorted(tc.__all__) == tc.__all__ == sorted(set(tc.__all__))


def test_every_public_method_and_field_is_on_the_page() -> None:
    """What a record or the fleet has can be looked up."""
    text = page()
    records = [tc.BuildReport, tc.TenantResult, tc.EnvironmentResult, tc.Resolved, tc.Layer, tc.Origin, tc.Diagnostic]
    judged = [tc.Judging, tc.Compliance, tc.Applied, tc.Verdict, tc.Reason, tc.RuleResult, tc.Denial]
    for record in [*records, tc.Place, tc.Span, tc.Label, *judged]:
        (row,) = re.findall(rf"^\| `{record.__name__}` \|.*$", text, re.MULTILINE)
        for field in [*record._fields, *(name for name, kind in vars(record).items() if isinstance(kind, property))]:
            if field != "fact":
                assert f"`{field}`" in row, f"{record.__name__}.{field}"
    for name, value in vars(tc.Fleet).items():
        if not name.startswith("_"):
            assert f"`{name}" in text, name
            assert value.__doc__, name


def test_the_lazy_names_are_those_that_type_checkers_see() -> None:
    """The imports below TYPE_CHECKING, the table of modules and `__all__` name the same things."""
    with open(tc.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    (guard,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {
        alias.name: (node.module or "").removeprefix("tenant_compiler.")
        for node in guard.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    homes = {name: module for module, names in tc._HOMES.items() for name in names}
    assert seen == homes
    assert {*homes, "__version__"} == set(tc.__all__)
    assert os.path.exists(os.path.join(os.path.dirname(tc.__file__), "py.typed"))


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As with any module, so that `hasattr` works."""
    assert not hasattr(tc, "open_workspce")
    with pytest.raises(ImportError, match="open_workspce"):
        exec("from tenant_compiler import open_workspce", {})


def test_the_examples_of_the_page_run(project: Any, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    """Every Python block of the page works in a workspace with the tenant that it names, one after the other."""
    project.tenant("acme-health", quotas={"cpu_cores": 2})
    monkeypatch.chdir(project.root)
    blocks = re.findall(r"^```python\n(.*?)^```$", page(), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 6
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, PAGE, "exec"), names)
    out = capsys.readouterr().out
    assert "acme-health builds" in out
    assert "files written, 0 removed" in out
    assert "tenant 2 tenants/acme-health.yaml:1" in out
    assert "tier:standard 2 <built-in>/tier_presets/standard.jsonnet:" in out
    assert "TC325 there is no tenant `acme-heath` in the selection | did you mean `acme-health`?" in out


def test_a_stream_gives_each_tenant_and_writes_nothing(fleet: tc.Fleet) -> None:
    """A broken tenant has findings and no files; the other is built."""
    results = {result.tenant: result for result in fleet.iter_build()}
    assert results["acme"].ok
    production = [path.removeprefix("acme/") for path in MANIFESTS]
    staging = [path.replace("production", "staging") for path in production]
    assert [file.path for file in results["acme"].files] == [*production, *staging]
    assert not results["broken"].ok
    assert not results["broken"].files
    assert not os.path.exists(os.path.join(fleet.root, "build"))


def test_a_build_keeps_artifacts_findings_and_timings(fleet: tc.Fleet) -> None:
    """Artifacts stand under the paths that they would have in the output; times are seconds."""
    report = fleet.build(tenants=["acme"])
    assert report.ok
    assert list(report.artifacts) == [*MANIFESTS, *(path.replace("production", "staging") for path in MANIFESTS)]
    assert "Deployment/portal" in [item.id for item in report.artifacts[MANIFESTS[2]].objects]
    assert set(report.timings) == {"resolve", "plan", "judge", "lower", "check", "comply", "emit", "total"}
    assert 0 < sum(seconds for step, seconds in report.timings.items() if step != "total") < report.timings["total"]
    assert (report.written, report.removed) == (0, 0)


def test_a_check_makes_no_bytes(fleet: tc.Fleet) -> None:
    """The last pass is left out, the findings are the same."""
    checked, built = fleet.check(), fleet.build()
    assert checked.diagnostics == built.diagnostics
    assert not checked.ok
    assert [result.files for result in checked.results] == [(), ()]
    assert "emit" not in checked.timings
    assert checked.artifacts.keys() == built.artifacts.keys()


def test_a_build_writes_as_the_command_line_does(fleet: tc.Fleet) -> None:
    """Only what differs is written, and the tree of a broken tenant is left alone."""
    report = fleet.build(write=True)
    assert not report.ok
    assert report.written == 2 * len(MANIFESTS)
    with open(os.path.join(fleet.root, "build", MANIFESTS[0]), "rb") as file:
        (expected,) = [result.files[0].data for result in report.results if result.ok]
        assert file.read() == expected
    assert not os.path.exists(os.path.join(fleet.root, "build", "broken"))
    assert fleet.build(write=True).written == 0


def test_a_build_of_the_whole_fleet_removes_what_it_does_not_make_any_more(fleet: tc.Fleet, project: Any) -> None:
    """A tenant without its second environment loses that folder; the count says so."""
    os.remove(os.path.join(fleet.root, "tenants", "broken.yaml"))
    assert fleet.build(write=True).ok
    project.tenant("acme", environments={"production": {}})
    report = fleet.build(write=True)
    assert report.ok
    assert report.removed == len(MANIFESTS)
    assert not os.path.exists(os.path.join(fleet.root, "build", FOLDER.replace("production", "staging")))


@pytest.mark.parametrize(
    ("selectors", "built"),
    [
        ({}, ["acme", "broken"]),
        ({"tenants": ["acme"]}, ["acme"]),
        ({"tenants": iter(["acme"])}, ["acme"]),
        ({"labels": {"segment": "care"}}, ["acme"]),
        ({"labels": {"segment": "shops"}}, []),
        ({"paths": ["tenants/acme.yaml"]}, ["acme"]),
    ],
)
def test_selectors_filter_the_work(fleet: tc.Fleet, selectors: dict[str, Any], built: list[str]) -> None:
    """The same selectors as on the command line."""
    results = [result.tenant for result in fleet.iter_build(**selectors)]
    # The labels of a document that does not fit its schema are not known, so it comes with every selection by labels.
    assert [name for name in sorted(results) if name in built or "labels" not in selectors] == built


def test_environments_and_targets_are_selected_by_name(fleet: tc.Fleet) -> None:
    """Only the chosen environment passes, through the chosen back-end."""
    report = fleet.build(["acme"], ["staging"], targets=["grafana"])
    assert list(report.artifacts) == ["acme/staging/grafana/overview.json"]
    content: Any = report.artifacts["acme/staging/grafana/overview.json"].content
    assert json.dumps(content)


@pytest.mark.parametrize("selector", ["tenants", "environments", "paths", "targets"])
def test_a_single_text_is_no_selector(fleet: tc.Fleet, selector: str) -> None:
    """It would select by its letters."""
    with pytest.raises(TypeError, match=f"{selector} must be a list of texts"):
        list(fleet.iter_build(**{selector: "acme"}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("selectors", "code"),
    [
        ({"tenants": ["acne"]}, "TC325"),
        ({"environments": ["stagin"]}, "TC307"),
        ({"paths": ["tenants/nobody.yaml"]}, "TC101"),
        ({"targets": ["kubernets"]}, "TC706"),
    ],
)
def test_a_selector_that_fits_nothing_raises(project: Any, selectors: dict[str, Any], code: str) -> None:
    """Wrong use is an exception with findings, and exit code 2."""
    project.tenant("acme")
    with pytest.raises(tc.TenantCompileError) as raised:
        tc.open_workspace(project.root).check(**selectors)
    assert raised.value.exit_code == 2
    assert [finding.code for finding in raised.value.diagnostics] == [code]


def test_findings_get_their_lines_when_asked(fleet: tc.Fleet, project: Any) -> None:
    """A finding names a node of a file; `locate` gives the line, also of second places."""
    project.write("tenants/broken.yaml", TOO_MUCH)
    (finding,) = [found for found in fleet.check(["broken"]).diagnostics if found.severity == "error"]
    assert finding.place is not None
    assert finding.place.span is None
    (located,) = fleet.locate([finding])
    assert located.place is not None
    assert located.place.span == tc.Span(9, 16, 19)
    (label,) = located.related
    assert label.place.file == "<built-in>/tier_presets/free.jsonnet"
    assert fleet.locate([finding._replace(place=None, related=())])[0].place is None


def test_a_tenant_resolves_in_its_first_environment_or_the_one_that_is_asked_for(project: Any) -> None:
    """Overrides of an environment are merged; files are read anew with every call."""
    project.tenant("acme", environments={"staging": {"quotas": {"cpu_cores": 1}}, "production": {}})
    fleet = tc.open_workspace(project.root)
    assert fleet.resolve("acme").environment == "staging"
    assert fleet.resolve("acme").spec["quotas"]["cpu_cores"] == 1
    assert fleet.resolve("acme", "production").spec["quotas"]["cpu_cores"] == 2
    project.tenant("acme", tier="free")
    assert fleet.resolve("acme").spec["quotas"]["cpu_cores"] == 1


def test_a_tenant_that_does_not_resolve_raises_its_findings(fleet: tc.Fleet, project: Any) -> None:
    """Exit code 1: the fault is in a document, not in the call."""
    with pytest.raises(tc.TenantCompileError) as raised:
        fleet.resolve("broken")
    assert raised.value.exit_code == 1
    assert [finding.code for finding in raised.value.diagnostics] == ["TC205"]
    project.tenant("other", tier="enterprize")
    with pytest.raises(tc.TenantCompileError, match="TC301"):
        fleet.resolve("other")


def test_a_tenant_without_the_environment_raises(project: Any) -> None:
    """Exit code 2: the call asks for what is not there."""
    project.tenant("acme")
    with pytest.raises(tc.TenantCompileError) as raised:
        tc.open_workspace(project.root).resolve("acme", "staging")
    assert raised.value.exit_code == 2
    assert [finding.code for finding in raised.value.diagnostics] == ["TC307"]


def test_origins_name_every_layer_with_its_line(project: Any) -> None:
    """The winner first: the tenant's environment, the tenant, the profile, the preset."""
    head = "apiVersion: tenant-compiler.dev/v1\nkind: Profile\n"
    project.write("profiles/big.yaml", f"{head}spec:\n  quotas:\n    cpu_cores: 1.5\n")
    project.tenant(
        "acme", profiles=["big"], quotas={"cpu_cores": 1}, environments={"production": {"quotas": {"cpu_cores": 2}}}
    )
    fleet = tc.open_workspace(project.root)
    found = fleet.origins("acme", "quotas.cpu_cores", "production")
    assert [(origin.layer.name, origin.value) for origin in found] == [
        ("tenant.environments.production", 2),
        ("tenant", 1),
        ("profile:big", 1.5),
        ("tier:standard", 2),
    ]
    places = [origin.place for origin in found]
    assert all(place and place.span for place in places)
    assert [place.file for place in places if place] == [
        "tenants/acme.yaml",
        "tenants/acme.yaml",
        "profiles/big.yaml",
        "<built-in>/tier_presets/standard.jsonnet",
    ]
    assert places[2]
    assert places[2].span == tc.Span(5, 16, 19)
    assert fleet.origins("acme", ("spec", "quotas", "cpu_cores")) == found
    assert fleet.origins("acme", "/spec/quotas/cpu_cores") == found


def test_origins_of_what_nobody_sets_are_empty(project: Any) -> None:
    """A derived layer has no file, and an unknown node no layer."""
    project.tenant("acme")
    fleet = tc.open_workspace(project.root)
    assert fleet.origins("acme", "quotas.cpu_core") == ()
    derived = [origin for origin in fleet.origins("acme", "security.keys.custody") if origin.layer.place is None]
    assert [origin.layer.name for origin in derived] == ["derived:encryption_level"]
    assert derived[0].place is None
    with pytest.raises(ValueError, match="empty path"):
        fleet.origins("acme", "")


def test_a_workspace_is_found_from_anywhere_inside_it(fleet: tc.Fleet, tmp_path: Any) -> None:
    """A path object, a text, a file below: all lead to the same root."""
    tenant = os.path.join(fleet.root, "tenants", "acme.yaml")
    assert tc.open_workspace(tenant).root == tc.open_workspace(tmp_path).root == fleet.root


def test_a_folder_without_a_workspace_raises(tmp_path: Any) -> None:
    """TC130, with exit code 2."""
    (tmp_path / ".git").mkdir()
    with pytest.raises(tc.TenantCompileError, match="TC130") as raised:
        tc.open_workspace(tmp_path)
    assert raised.value.exit_code == 2
