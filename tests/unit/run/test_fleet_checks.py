"""What is checked over the fleet: one name, one namespace and one host belong to one tenant."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace

import pytest

from tenant_compiler.read.files import read_bytes
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.fleet import suspects
from tenant_compiler.run.passes import CHECK
from tenant_compiler.run.rivals import Rivals

SPEC = "{tier: free, owner: {team: care}, placement: {cloud: aws, regions: {eu-central-1: {}}}}"
HEAD = "apiVersion: tenant-compiler.dev/v1\nkind: Tenant\n"


def document(metadata):
    """A tenant whose metadata is written like this."""
    return f"{HEAD}{metadata}\nspec: {SPEC}\n"


SPELLINGS = {
    "plain": "metadata:\n  name: acme",
    "single": "metadata:\n  name: 'acme'",
    "double": 'metadata:\n  name: "acme"',
    "flow": "metadata: {labels: {a: b}, name: acme}",
    "json": 'metadata: {"name":"acme"}',
    "quoted key": "metadata:\n  'name' : acme",
    "next line": "metadata:\n  name:\n    acme",
    "comment between": "metadata:\n  name: # whose?\n    acme",
    "folded": "metadata:\n  name: >-\n    acme",
    "anchor": "metadata:\n  name: &it acme",
    "alias": "metadata:\n  labels: {a: &it acme}\n  name: *it",
    "escape in the value": 'metadata:\n  name: "ac\\u006de"',
    "escape in the key": 'metadata:\n  "n\\x61me": acme',
    "question mark": "metadata:\n  ? name\n  : acme",
    "question mark and comment": "metadata:\n  ? name # what\n  : acme",
    "alias as key": "metadata:\n  labels: {a: &key name}\n  *key : acme",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("first", [True, False])
def test_neither_of_two_tenants_with_one_name_is_built_however_it_is_written(project, spelling, first):
    """TC323 for both, each with the other's place; the odd spelling may come first or second."""
    project.write(f"tenants/{'a' if first else 'z'}.yaml", document(SPELLINGS[spelling]))
    project.write("tenants/m.yaml", document("metadata: {name: acme}"))
    results = project.results()
    assert [[finding.code for finding in result.diagnostics] for result in results] == [["TC323"], ["TC323"]]
    assert [result.diagnostics[0].related[0].place.file for result in results] == [
        result.file for result in reversed(results)
    ]
    assert not any(result.files for result in results)


def test_two_documents_of_one_file_may_not_share_a_name(project):
    """Nor three: none of them is built."""
    project.write("tenants/all.yaml", "---\n".join([document("metadata: {name: acme}")] * 3))
    results = project.results()
    assert [result.document for result in results] == [0, 1, 2]
    assert {finding.code for result in results for finding in result.diagnostics} == {"TC323"}
    assert not any(result.ok or result.files for result in results)


def test_a_name_that_stands_elsewhere_is_no_second_tenant(project, service):
    """A brand, a label or a service called like another tenant is nobody's name."""
    project.tenant("one", branding={"name": "two", "domains": ["two.example"]})
    project.tenant("two", labels={"name": "one"})
    assert project.codes() == []


def reader(project):
    """What a session reads files with."""
    return lambda path: read_bytes(os.path.join(project.root, path), path)


def test_most_fleets_have_no_suspects(project, tmp_path):
    """Ordinary files are read once."""
    paths = [project.tenant(name) for name in ("one", "two", "three")]
    assert suspects(reader(project), paths) == set()
    assert suspects(reader(project), [*paths, project.write("tenants/x.yaml", document("metadata: {name: two}"))]) == {
        "tenants/two.yaml",
        "tenants/x.yaml",
    }


def test_an_unreadable_file_is_nobodys_suspect(project):
    """Reading it is another pass's business."""
    assert suspects(reader(project), [project.tenant("one"), "tenants/missing.yaml"]) == set()


def test_two_tenants_may_not_share_a_namespace(project):
    """Tenant a in b-c and tenant a-b in c: different names, the same objects (TC323)."""
    project.write(
        "tenant-compile.toml",
        '[workspace]\nname = "acme"\n[environments.prod]\n[environments.eu-prod]\n[targets]\nenable = ["kubernetes"]\n',
    )
    project.tenant("acme", environments={"eu-prod": {}})
    project.tenant("acme-eu", environments={"prod": {}})
    first, second = project.results()
    assert first.ok
    (found,) = (finding for finding in second.diagnostics if finding.severity == "error")
    assert found.code == "TC323"
    assert "t-acme-eu-prod" in found.message
    assert (found.place.file, found.related[0].place.file) == ("tenants/acme.yaml", "tenants/acme-eu.yaml")


SUFFIXES = (
    '[workspace]\nname = "acme"\n[environments.prod]\n[environments.eu-prod]\n[targets]\nenable = ["kubernetes"]\n'
)


@pytest.mark.parametrize(
    "selectors",
    [
        Selectors(tenants=("acme",)),
        Selectors(tenants=("acme-eu",)),
        Selectors(paths=("tenants/acme.yaml",)),
        Selectors(labels=(("side", "left"),)),
        Selectors(environments=("prod",)),
        Selectors(environments=("eu-prod",)),
        Selectors(tenants=("acme", "acme-eu")),
    ],
)
@pytest.mark.parametrize("spelling", ["name: acme-eu", 'name: "acme\\u002deu"'])
def test_a_tenant_that_is_left_out_still_keeps_its_namespace(project, selectors, spelling):
    """TC323, said once, whatever was selected: in the one that is built alone, with the place of the other."""
    project.write("tenant-compile.toml", SUFFIXES)
    project.tenant("acme", labels={"side": "left"}, environments={"eu-prod": {}})
    spec = f"{SPEC[:-1]}, environments: {{prod: {{}}}}}}"
    project.write("tenants/z.yaml", f"{HEAD}metadata:\n  {spelling}\nspec: {spec}\n")
    results = project.results(selectors=selectors)
    (found,) = (each for result in results for each in result.diagnostics if each.code == "TC323")
    assert "t-acme-eu-prod" in found.message
    assert {found.place.file, found.related[0].place.file} == {"tenants/acme.yaml", "tenants/z.yaml"}


def test_a_name_that_no_environment_joins_is_no_rival(project):
    """A tenant called like the other's beginning, in an environment that it does not have, or in the same one."""
    project.write("tenant-compile.toml", SUFFIXES)
    project.tenant("acme", environments={"eu-prod": {}, "prod": {}})
    project.tenant("acme-eu", environments={"eu-prod": {}})
    project.write("tenants/broken.yaml", "name: acme-eu")
    for name in ("acme", "acme-eu"):
        codes = [
            each.code for result in project.results(selectors=Selectors(tenants=(name,))) for each in result.diagnostics
        ]
        assert "TC323" not in codes


def test_most_fleets_are_not_asked_for_rivals():
    """Where no environment ends in another, no file is looked at."""

    def nobody(*_):
        raise AssertionError

    unread = SimpleNamespace(paths=nobody, text=nobody, read=nobody)
    rivals = Rivals(("production", "staging"), unread, nobody, Selectors(("acme",)), ())
    assert rivals.of(SimpleNamespace(tenant="acme-production", environment="staging")) == []


def test_two_tenants_may_not_expose_one_host(project, service):
    """TC324: one could take the other's clients; both places are shown."""
    for name in ("one", "two"):
        project.tenant(name, services={"web": service(expose={"hosts": ["a.acme.example"]})})
    first, second = project.results()
    assert first.ok
    (found,) = (finding for finding in second.diagnostics if finding.severity == "error")
    assert found.code == "TC324"
    assert found.place.file == "tenants/two.yaml"
    assert found.place.pointer[:4] == ("spec", "services", "web", "expose")
    assert found.related[0].place.file == "tenants/one.yaml"


def test_two_environments_with_one_host_are_a_warning(project, service):
    """Only one of them can be reached, which may be meant for a while."""
    services = {"web": service(expose={"hosts": ["a.acme.example"]})}
    project.tenant(services=services, environments={"production": {}, "staging": {}})
    result = project.one()
    (found,) = (finding for finding in result.diagnostics if finding.code == "TC324")
    assert (found.severity, found.environment) == ("warning", "staging")
    assert result.ok


def test_a_tenant_that_is_left_out_still_keeps_its_name(project):
    """A selector chooses what is built, not who else is called like it."""
    project.write("tenants/a.yaml", document("metadata: {name: acme, labels: {side: left}}"))
    project.write("tenants/b.yaml", document("metadata: {name: acme, labels: {side: right}}"))
    (result,) = project.results(selectors=Selectors(labels=(("side", "left"),)))
    assert [finding.code for finding in result.diagnostics] == ["TC323"]


def test_facts_are_small(project, service):
    """What is kept of a tenant for the fleet does not grow with its services' settings."""
    env = {f"V{number}": "x" * 4000 for number in range(50)}
    project.tenant(services={"web": service(env=env)})
    session = project.session()
    list(session.stream(Selectors(), CHECK))
    (fact,) = session.fleet.facts
    assert len(json.dumps(fact)) < 1000
