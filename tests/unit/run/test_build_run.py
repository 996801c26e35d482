"""A build on disk: what is written, what is kept, and when the trees of tenants that are gone are removed."""

from __future__ import annotations

import os

import pytest

from tenant_compiler.run.build import Build, Options
from tenant_compiler.run.discovery import Selectors

BROKEN = "apiVersion: tenant-compiler.dev/v1\nkind: Tenant\nmetadata: {name: acme}\nspec: {tier: [}\n"


def build(project, selectors=None, session=None, **options):
    """Build; give the totals, the findings that are no information, and the run."""
    session = session or project.session(targets=options.get("targets", ()))
    with Build(session, selectors or Selectors(), Options("build", **options)) as run:
        findings = [finding for written in run for finding in written.result.diagnostics]
        findings += run.finish()
    return run.totals, [finding for finding in findings if finding.severity != "info"], findings


def trees(project):
    """The folders in the output."""
    folder = os.path.join(project.root, "build")
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def snapshot(project):
    """Every file of the output with its bytes."""
    found = {}
    for folder, _, names in os.walk(os.path.join(project.root, "build")):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, project.root)] = file.read()
    return found


@pytest.fixture
def fleet(project):
    """Two tenants; the second with two environments and two targets."""
    with open(f"{project.root}/tenant-compile.toml", encoding="utf-8") as file:
        text = file.read()
    project.write("tenant-compile.toml", text.replace('["kubernetes"]', '["kubernetes", "grafana"]'))
    project.tenant("acme")
    project.tenant("other", environments={"production": {}, "staging": {}})
    return project


def test_a_build_writes_tenants_environments_and_the_fleet(fleet):
    """A folder for each, by target."""
    totals, findings, _ = build(fleet)
    assert findings == []
    assert trees(fleet) == ["_fleet", "acme", "other"]
    folders = {os.path.dirname(path) for path in snapshot(fleet)}
    assert {"build/other/staging/kubernetes/shared-eu", "build/other/production/grafana"} <= folders
    assert (totals.tenants, totals.environments, totals.failed, totals.pruned) == (2, 3, 0, 0)
    assert totals.files == totals.written > 0


def test_a_second_build_changes_nothing(fleet):
    """And says so."""
    build(fleet)
    before = snapshot(fleet)
    totals, findings, _ = build(fleet)
    assert (totals.written, totals.removed, findings) == (0, 0, [])
    assert snapshot(fleet) == before


def test_one_broken_file_leaves_the_rest_built(fleet):
    """The sound tenant is written, the broken one is reported, and what belongs to the fleet waits."""
    fleet.write("tenants/acme.yaml", BROKEN)
    totals, findings, _ = build(fleet)
    assert trees(fleet) == ["other"]
    assert totals.failed == 1
    assert {finding.place.file for finding in findings} == {"tenants/acme.yaml"}


def test_a_broken_tenant_keeps_its_last_tree(fleet):
    """A typo never deletes a customer: whether the file cannot be read, checked or resolved."""
    build(fleet)
    before = snapshot(fleet)
    for spoil in (
        lambda: fleet.write("tenants/acme.yaml", BROKEN),
        lambda: fleet.tenant("acme", quotas={"cpu_cores": "lots"}),
        lambda: fleet.tenant("acme", tier="gold"),
        lambda: fleet.tenant("acme", quotas={"cpu_cores": 99}),
    ):
        spoil()
        totals, findings, _ = build(fleet)
        assert findings
        assert (totals.failed, totals.pruned) == (1, 0)
        assert snapshot(fleet) == before


def test_nothing_is_pruned_while_a_document_is_broken(fleet):
    """The tenant that looks gone may be the one that cannot be read."""
    build(fleet)
    os.remove(f"{fleet.root}/tenants/other.yaml")
    fleet.write("tenants/acme.yaml", BROKEN)
    totals, _, _ = build(fleet, prune=True)
    assert totals.pruned == 0
    assert trees(fleet) == ["_fleet", "acme", "other"]


def test_a_deleted_tenant_is_pruned_and_reported(fleet):
    """Its tree goes with its file."""
    build(fleet)
    os.remove(f"{fleet.root}/tenants/other.yaml")
    totals, _, findings = build(fleet)
    assert totals.pruned == 1
    assert trees(fleet) == ["_fleet", "acme"]
    assert [finding.code for finding in findings if finding.code.startswith("TC6")] == ["TC610"]


def test_more_than_a_tenth_of_the_fleet_is_not_pruned_unasked(project):
    """Two of five look like an accident; `prune` says that they are none."""
    for number in range(5):
        project.tenant(f"t{number}")
    build(project)
    for number in range(2):
        os.remove(f"{project.root}/tenants/t{number}.yaml")
    totals, findings, _ = build(project)
    assert totals.pruned == 0
    assert [finding.code for finding in findings] == ["TC609"]
    assert len([name for name in trees(project) if name.startswith("t")]) == 5
    totals, _, _ = build(project, prune=True)
    assert totals.pruned == 2


@pytest.mark.parametrize(
    ("selectors", "options"),
    [
        (Selectors(tenants=("acme",)), {}),
        (Selectors(environments=("production",)), {}),
        (Selectors(paths=("tenants/acme.yaml",)), {}),
        (Selectors(labels=(("a", "b"),)), {}),
        (Selectors(), {"targets": ("kubernetes",)}),
    ],
)
def test_a_narrow_run_neither_prunes_nor_writes_for_the_fleet(fleet, selectors, options):
    """Whoever sees a part cannot say what is gone."""
    build(fleet)
    os.remove(f"{fleet.root}/tenants/other.yaml")
    fleet.tenant("acme", tier="free", labels={"a": "b"})
    before = {path: data for path, data in snapshot(fleet).items() if "/acme/" not in path}
    totals, _, _ = build(fleet, selectors=selectors, prune=True, **options)
    assert totals.pruned == 0
    assert {path: data for path, data in snapshot(fleet).items() if "/acme/" not in path} == before


def test_a_run_for_one_environment_leaves_the_other_as_it_is(fleet):
    """Its files are neither written nor removed."""
    build(fleet)
    before = {path: data for path, data in snapshot(fleet).items() if "/production/" in path}
    fleet.tenant("other", tier="free", environments={"production": {}, "staging": {}})
    totals, _, _ = build(fleet, selectors=Selectors(environments=("staging",)))
    assert totals.written > 0
    assert {path: data for path, data in snapshot(fleet).items() if "/production/" in path} == before


def test_a_run_for_one_target_leaves_the_others_as_they_are(fleet):
    """The same for back-ends."""
    build(fleet)
    before = {path: data for path, data in snapshot(fleet).items() if "/grafana/" in path}
    fleet.tenant("acme", tier="free", display_name="New")
    totals, _, _ = build(fleet, targets=("kubernetes",))
    assert totals.written > 0
    assert {path: data for path, data in snapshot(fleet).items() if "/grafana/" in path} == before


def test_an_environment_that_a_tenant_no_longer_has_is_removed(fleet):
    """A full run decides about all of a tenant."""
    build(fleet)
    fleet.tenant("other", environments={"production": {}})
    totals, _, _ = build(fleet)
    assert totals.removed > 0
    assert not [path for path in snapshot(fleet) if "/staging/" in path]


def test_neither_of_two_tenants_with_one_name_is_written(project):
    """And what was there stays, whoever had the name before."""
    project.tenant("acme")
    build(project)
    before = snapshot(project)
    with open(f"{project.root}/tenants/acme.yaml", encoding="utf-8") as file:
        text = file.read()
    project.write("tenants/aaa.yaml", text.replace("standard", "free"))
    totals, findings, _ = build(project)
    assert [finding.code for finding in findings] == ["TC323", "TC323"]
    assert totals.failed == 2
    assert snapshot(project) == before


def test_check_says_what_a_build_would_change_and_changes_nothing(fleet):
    """First everything, then nothing, then the one that differs, then the one that is gone."""
    _, findings, _ = build(fleet, check=True)
    assert {finding.code for finding in findings} == {"TC607"}
    assert trees(fleet) == []
    build(fleet)
    assert build(fleet, check=True)[1] == []
    before = snapshot(fleet)
    fleet.tenant("acme", tier="free")
    _, findings, _ = build(fleet, check=True)
    # Another tier is in use, so the fleet's priority classes differ, too.
    assert [(finding.code, finding.tenant) for finding in findings] == [("TC607", "acme"), ("TC607", "")]
    fleet.tenant("acme")
    os.remove(f"{fleet.root}/tenants/other.yaml")
    _, findings, _ = build(fleet, check=True)
    assert "TC607" in {finding.code for finding in findings}
    assert snapshot(fleet) == before


def test_the_output_may_not_hold_the_inputs(project):
    """A build that writes over its own sources is refused before it starts (TC602)."""
    from tenant_compiler.model.diagnostic import TenantCompileError

    project.tenant("acme")
    for output in (".", "tenants", "tenants/build"):
        with pytest.raises(TenantCompileError) as caught:
            Build(project.session(), Selectors(), Options(output))
        assert caught.value.diagnostics[0].code == "TC602"
        assert caught.value.exit_code == 2
