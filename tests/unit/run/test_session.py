"""A run over a workspace: one tenant after the other, each with its findings, and no more work than asked for."""

from __future__ import annotations

import pytest

from tenant_compiler.model.artifact import Artifact, ArtifactObject
from tenant_compiler.model.backend import API_VERSION, Backend
from tenant_compiler.model.diagnostic import TenantCompileError
from tenant_compiler.run import session as module
from tenant_compiler.run import tenant_files
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import BUILD, CHECK

BROKEN = "apiVersion: tenant-compiler.dev/v1\nkind: Tenant\nmetadata: {name: broken}\nspec: {tier: [}\n"


def by_name(results):
    """Results by tenant."""
    return {result.tenant: result for result in results}


@pytest.fixture
def work(monkeypatch):
    """Count what a run does: environments that go through the passes, and files that are parsed."""
    done = {"passes": [], "files": []}
    run_passes, read_documents = module.run_passes, tenant_files.yaml.read_documents

    def counted(wanted, *rest):
        done["passes"] += [(document.value["metadata"]["name"], environment) for document, environment in wanted]
        return run_passes(wanted, *rest)

    def parsed(data, file, *rest):
        done["files"].append(file)
        return read_documents(data, file, *rest)

    monkeypatch.setattr(module, "run_passes", counted)
    monkeypatch.setattr(tenant_files.yaml, "read_documents", parsed)
    return done


@pytest.fixture
def fleet(project):
    """Three tenants, two of them with two environments."""
    both = {"production": {}, "staging": {}}
    project.tenant("one", labels={"segment": "health"}, environments=both)
    project.tenant("two", labels={"segment": "bank"}, environments=both)
    project.tenant("three", labels={"segment": "bank"})
    return project


def test_a_broken_file_never_stops_the_others(fleet):
    """Its findings come as a result of their own, and the rest is built."""
    fleet.write("tenants/broken.yaml", BROKEN)
    results = by_name(fleet.results())
    assert set(results) == {"", "one", "two", "three"}
    assert not results[""].ok
    assert results[""].file == "tenants/broken.yaml"
    assert all(results[name].ok and results[name].files for name in ("one", "two", "three"))


def test_a_document_that_fails_its_check_is_known_by_name(fleet):
    """So that its tree is kept, and the finding says whose it is."""
    fleet.tenant("two", quotas={"cpu_cores": -1})
    result = by_name(fleet.results())["two"]
    assert [(finding.code, finding.tenant) for finding in result.diagnostics] == [("TC205", "two")]


def test_a_broken_document_leaves_the_others_of_its_file_alone(project, tenant_document):
    """One document a tenant, each for itself."""
    import json

    sound, broken = json.dumps(tenant_document("sound")), json.dumps(tenant_document("broken", tier=["x"]))
    project.write("tenants/all.yaml", f"{broken}\n---\n{sound}\n")
    results = by_name(project.results())
    assert not results["broken"].ok
    assert results["sound"].ok
    assert results["sound"].document == 1


def test_an_error_in_one_environment_is_the_tenants(fleet):
    """A tenant is written as a whole or not at all; the sound environment has still been built."""
    fleet.tenant("one", environments={"production": {}, "staging": {"quotas": {"cpu_cores": 99}}})
    result = by_name(fleet.results())["one"]
    assert not result.ok
    assert [bool(each.files) for each in result.environments] == [True, False]
    assert [finding.environment for finding in result.diagnostics] == ["staging"]


def test_the_run_knows_whether_every_document_was_read(fleet):
    """Nothing may be pruned when one was not."""
    session = fleet.session()
    list(session.stream(Selectors(), CHECK))
    assert session.files.complete
    fleet.write("tenants/broken.yaml", BROKEN)
    session = fleet.session()
    list(session.stream(Selectors(), CHECK))
    assert not session.files.complete


@pytest.mark.parametrize(
    ("selectors", "passes", "files"),
    [
        (Selectors(), 5, 3),
        (Selectors(tenants=("one",)), 2, 1),
        (Selectors(tenants=("one", "three")), 3, 2),
        (Selectors(labels=(("segment", "bank"),)), 3, 3),
        (Selectors(environments=("staging",)), 2, 3),
        (Selectors(paths=("tenants/one.yaml",)), 2, 1),
        (Selectors(tenants=("two",), environments=("production",)), 1, 1),
        (Selectors(labels=(("segment", "none"),)), 0, 3),
    ],
)
def test_selectors_filter_the_work_and_not_the_output(fleet, work, selectors, passes, files):
    """What was not asked for is neither planned nor built, and where a name is enough not even parsed."""
    fleet.results(selectors=selectors)
    assert len(work["passes"]) == passes
    assert len(work["files"]) == files


def test_an_unknown_tenant_is_wrong_use_with_a_near_match(fleet):
    """TC325, exit code 2."""
    with pytest.raises(TenantCompileError) as caught:
        fleet.results(selectors=Selectors(tenants=("thre",)))
    assert caught.value.exit_code == 2
    (found,) = caught.value.diagnostics
    assert found.code == "TC325"
    assert "`three`" in found.help


def test_an_unknown_environment_is_wrong_use_with_a_near_match(fleet):
    """TC307, before any work."""
    with pytest.raises(TenantCompileError) as caught:
        fleet.results(selectors=Selectors(environments=("stagng",)))
    assert [finding.code for finding in caught.value.diagnostics] == ["TC307"]
    assert "`staging`" in caught.value.diagnostics[0].help


def test_a_broken_tenant_that_is_asked_for_is_no_unknown_one(fleet):
    """Its findings say what is wrong; that it is not there would be a lie."""
    fleet.write("tenants/broken.yaml", BROKEN)
    (result,) = fleet.results(selectors=Selectors(tenants=("broken",)))
    assert not result.ok


def test_a_name_that_is_written_with_escapes_is_found(fleet):
    """The look at the text that spares the parsing gives up where it finds nothing."""
    text = 'apiVersion: tenant-compiler.dev/v1\nkind: Tenant\nmetadata: {name: "f\\u006fur"}\n'
    fleet.write(
        "tenants/odd.yaml",
        text + "spec: {tier: free, owner: {team: t}, placement: {cloud: aws, regions: {eu-west-1: {}}}}\n",
    )
    (result,) = fleet.results(selectors=Selectors(tenants=("four",)))
    assert result.tenant == "four"


def test_only_the_named_targets_run(fleet):
    """In place of those that the workspace enables."""
    (result,) = fleet.results(selectors=Selectors(tenants=("three",)), targets=("grafana",))
    assert list(result.environments[0].artifacts) == ["grafana"]


def test_an_unknown_target_is_wrong_use(fleet):
    """Exit code 2, with what there is."""
    with pytest.raises(TenantCompileError) as caught:
        fleet.session(targets=("kubernets",))
    assert caught.value.exit_code == 2
    assert "`kubernetes`" in caught.value.diagnostics[0].help


def test_an_overlay_stands_in_for_a_file(fleet):
    """An editor checks what is not saved yet, also in a file that does not exist."""
    with open(f"{fleet.root}/tenants/three.yaml", "rb") as file:
        data = file.read()
    overlay = {
        "tenants/three.yaml": data.replace(b"standard", b"goldd"),
        "tenants/new.yaml": data.replace(b"three", b"new"),
    }
    results = by_name(fleet.results(overlay=overlay))
    assert [finding.code for finding in results["three"].diagnostics] == ["TC301"]
    assert results["new"].ok


def test_a_document_of_another_kind_is_refused(fleet):
    """A profile among the tenants would otherwise do nothing at all."""
    fleet.write("tenants/x.yaml", "apiVersion: tenant-compiler.dev/v1\nkind: Profile\nspec: {}\n")
    result = by_name(fleet.results())[""]
    assert [finding.code for finding in result.diagnostics] == ["TC113"]


def test_labels_with_a_prefix_need_the_workspaces_leave(fleet):
    """TC210: a tenant must not set labels that controllers act on."""
    fleet.tenant("three", labels={"acme.example/contract": "x"})
    assert [finding.code for finding in by_name(fleet.results())["three"].diagnostics] == ["TC210"]
    with open(f"{fleet.root}/tenant-compile.toml", encoding="utf-8") as file:
        text = file.read()
    fleet.write("tenant-compile.toml", text.replace('"acme-saas"', '"acme-saas"\nlabel_prefixes = ["acme.example"]'))
    assert by_name(fleet.results())["three"].ok


def test_an_ignored_finding_does_not_count(fleet, service):
    """A tenant whose only finding is ignored is built."""
    fleet.tenant("three", services={"a": service(env={"TOKEN": "x"})})
    assert not by_name(fleet.results())["three"].ok
    result = by_name(fleet.results(keep=lambda finding: finding.code != "TC320"))["three"]
    assert result.ok
    assert result.files


@pytest.mark.parametrize("spec", [{"quotas": {"cpu_cores": 99}}, {"tier": "gold"}])
def test_a_tenant_that_cannot_be_resolved_is_said_whatever_is_ignored(fleet, spec):
    """Without it there is nothing to build: to ignore the finding would be to delete the tenant's files."""
    fleet.tenant("three", **spec)
    result = by_name(fleet.results(keep=lambda finding: False))["three"]
    assert not result.ok
    assert result.diagnostics


def test_every_finding_says_whose_it_is_and_where(fleet):
    """Tenant, environment and a place in a file."""
    fleet.tenant("one", quotas={"cpu_cores": 99}, environments={"production": {}, "staging": {}})
    findings = by_name(fleet.results())["one"].diagnostics
    assert [(finding.tenant, finding.environment) for finding in findings] == [
        ("one", "production"),
        ("one", "staging"),
    ]
    assert all(finding.place.file == "tenants/one.yaml" for finding in findings)


def test_the_passes_are_timed(fleet):
    """Each by its name."""
    result = by_name(fleet.results())["three"]
    assert list(result.environments[0].timings) == [step.__name__ for step in BUILD]
    assert all(seconds >= 0 for seconds in result.environments[0].timings.values())


class Third(Backend):
    """A back-end of a plug-in, as bad as the test asks for."""

    name = "third"

    def __init__(self, answer):
        self.answer = answer

    def lower(self, plan, context):
        """Give or raise it."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "code"),
    [(RuntimeError("boom"), "TC704"), (["nonsense"], "TC705"), ([("x.yaml", "yaml", [], ())], "TC705"), (3, "TC704")],
)
@pytest.mark.parametrize("keep", [True, False])
def test_a_back_end_of_a_plug_in_that_fails_breaks_the_tenant_and_is_named(fleet, monkeypatch, answer, code, keep):
    """Also when its code is ignored: files that are not made would be removed."""
    session = fleet.session(keep=lambda finding: keep)
    plugins = session.tools.plugins
    monkeypatch.setattr(type(plugins), "is_built_in", lambda self, hook, name: name != "third")
    session.tools = session.tools._replace(backends=(*session.tools.backends, Third(answer)))
    results = list(session.stream(Selectors(tenants=("three",)), BUILD))
    assert [finding.code for finding in results[0].diagnostics] == [code]
    assert "third" in results[0].diagnostics[0].message
    assert not results[0].ok


def test_a_bug_of_a_built_in_back_end_keeps_its_traceback(fleet, monkeypatch):
    """It is no user's mistake, so it is no diagnostic."""
    session = fleet.session()
    monkeypatch.setattr(type(session.tools.plugins), "is_built_in", lambda self, hook, name: True)
    session.tools = session.tools._replace(backends=(Third(RuntimeError("boom")),))
    with pytest.raises(RuntimeError, match="boom"):
        list(session.stream(Selectors(), BUILD))


def test_a_finding_about_an_object_leads_to_the_line_that_made_it(fleet, monkeypatch):
    """A check that only names the object gets the place of what the object was made from."""
    from tenant_compiler.model.diagnostic import Diagnostic

    pointer = ("spec", "quotas", "cpu_cores")
    item = ArtifactObject("Thing/x", {"a": 1}, (pointer,))
    backend = Third([Artifact("x.yaml", "yaml", [item.value], (item,))])
    monkeypatch.setattr(
        backend, "check", lambda *_: [Diagnostic("TC599", "odd", "warning", object="Thing/x")], raising=False
    )
    session = fleet.session()
    monkeypatch.setattr(type(session.tools.plugins), "is_built_in", lambda self, hook, name: name != "third")
    session.tools = session.tools._replace(backends=(backend,))
    (result,) = session.stream(Selectors(tenants=("three",)), CHECK)
    (found,) = (finding for finding in result.diagnostics if finding.code == "TC599")
    assert (found.pointer, found.target) == (pointer, "third")
    assert found.place.pointer == ("spec", "tier")
    assert [label.place.file for label in found.related] == ["<built-in>/tier_presets/standard.jsonnet"]


def test_this_version_of_the_interface_is_one():
    """A change of what plug-ins see is a change of this number."""
    assert API_VERSION == 1


def test_a_file_is_opened_once(fleet, monkeypatch):
    """The look for names leaves the bytes for the reading, so that both see the same and the disk is asked once."""
    opened = []
    read_bytes = tenant_files.files.read_bytes

    def counted(path, file, *rest):
        opened.append(file)
        return read_bytes(path, file, *rest)

    monkeypatch.setattr(tenant_files.files, "read_bytes", counted)
    fleet.results()
    tenants = [file for file in opened if file.startswith("tenants/")]

    assert tenants
    assert len(tenants) == len(set(tenants))


def test_what_the_configuration_names_and_nobody_has_is_told_with_its_line(project):
    """A missing plug-in and a misspelt back-end (TC706) stand where the workspace names them."""
    with open(project.root + "/tenant-compile.toml", encoding="utf-8") as file:
        text = file.read()
    project.write("tenant-compile.toml", text.partition("[targets]")[0] + '[targets]\nenable = ["kubernets"]\n')
    with pytest.raises(module.TenantCompileError) as caught:
        project.session()
    (found,) = caught.value.diagnostics

    assert found.code == "TC706"
    assert (found.place.file, found.place.pointer) == ("tenant-compile.toml", ("targets", "enable", 0))
