"""Waivers as they are read, and what they cover."""

from __future__ import annotations

import json
import os

import pytest
from waived import waiver

from tenant_compiler.judge.waivers import IDLE, Waivers, read_waivers
from tenant_compiler.model.diagnostic import Place
from tenant_compiler.model.policy import Denial
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.report.locate import Locator

SPEC = {
    "rule": "TC404",
    "framework": "hipaa",
    "tenant": "acme",
    "owner": "care-platform",
    "reason": "The analyser speaks an old version only until it is replaced.",
    "ticket": "CARE-1234",
    "approver": "ciso@acme.example",
    "created": "2026-11-02",
    "expires": "2027-03-31",
}
TLS = ("spec", "security", "tls", "minimum_version")


def document(name="old-analyser", /, **spec):
    """A waiver's document; None leaves a field out."""
    whole = {key: value for key, value in {**SPEC, **spec}.items() if value is not None}
    return {"apiVersion": "tenant-compiler.dev/v1", "kind": "Waiver", "metadata": {"name": name}, "spec": whole}


def denial(pointer=TLS, rule="TC404", ref=""):
    """What a rule refuses."""
    return Denial(rule, "too old", pointer, ref, (), None)


@pytest.fixture
def read(project):
    """Read the waivers of a workspace that has these documents, each in a file of its own."""

    def run(*documents):
        for index, value in enumerate(documents):
            project.write(f"waivers/{index}.yaml", value)
        return read_waivers(open_workspace(project.root))

    return run


def test_a_waiver_is_read_whole(read):
    """Every field arrives, dates as dates, the path as a pointer, the place as file and document."""
    spec = {"environment": "production", "path": "security.tls.minimum_version"}
    found, problems = read(document(**spec))
    assert problems == []
    assert found == [
        waiver(reason=SPEC["reason"], environment="production", path=TLS, file="waivers/0.yaml"),
    ]
    assert found[0].place("expires") == Place("waivers/0.yaml", ("spec", "expires"))
    assert found[0].subject == "TC404 in hipaa"


def test_a_control_names_its_framework(read):
    """What stands before the colon is the framework, all behind it the control."""
    (found,), problems = read(document(rule=None, framework=None, control="hipaa:164.312(e)(1)"))
    assert problems == []
    assert (found.rule, found.framework, found.control) == ("", "hipaa", "164.312(e)(1)")
    assert found.subject == "hipaa:164.312(e)(1)"


def test_a_file_may_hold_several(read):
    """Documents are counted, so that each waiver has its own place."""
    text = "\n---\n".join(json.dumps(document(name)) for name in ("one", "two"))
    found, problems = read(text)
    assert problems == []
    assert [(each.name, each.document) for each in found] == [("one", 0), ("two", 1)]


def test_no_folder_means_no_waivers(read):
    """A workspace need not have any."""
    assert read() == ([], [])


def test_globs_say_where_waivers_are(project):
    """Other files are none, and neither is what lies in the output."""
    project.write(
        "tenant-compile.toml",
        '[workspace]\nname = "acme"\nwaivers = ["**/*.waiver.yaml"]\n[environments.production]\n',
    )
    for path in ("a.waiver.yaml", "deep/down/b.waiver.yaml", "build/c.waiver.yaml", "waivers/d.yaml"):
        project.write(path, document(os.path.basename(path)[0]))
    found, problems = read_waivers(open_workspace(project.root))
    assert problems == []
    assert [each.name for each in found] == ["a", "b"]


WRONG = [
    ("no waiver", {"apiVersion": "tenant-compiler.dev/v1", "kind": "Tenant"}, "TC113", "kind"),
    ("unknown field", document(until="2027-01-01"), "TC201", "spec.until"),
    ("no reason", document(reason=None), "TC204", "spec"),
    ("a short reason", document(reason="later"), "TC208", "spec.reason"),
    ("a blank reason", document(reason=" " * 20), "TC206", "spec.reason"),
    ("no owner", document(owner=None), "TC204", "spec"),
    ("no end", document(expires=None), "TC204", "spec"),
    ("no such day", document(expires="2026-13-45"), "TC213", "spec.expires"),
    ("a day of February", document(expires="2027-02-30"), "TC213", "spec.expires"),
    ("an unwritten day", document(expires="soon"), "TC213", "spec.expires"),
    ("a week", document(expires="2027-W01-1"), "TC213", "spec.expires"),
    ("no beginning of a day", document(created="2026-10-1"), "TC213", "spec.created"),
    ("all tenants", document(tenant="*"), "TC206", "spec.tenant"),
    ("a list of tenants", document(tenant=["acme"]), "TC202", "spec.tenant"),
    ("rule and control", document(control="hipaa:164.312(e)(1)"), "TC830", "spec.control"),
    ("neither", document(rule=None), "TC830", "spec"),
    ("no framework before", document(rule=None, framework=None, control="164.312(e)(1)"), "TC830", "spec.control"),
    ("framework twice", document(rule=None, control="hipaa:164.312(e)(1)"), "TC830", "spec.framework"),
    ("no path", document(path="security..tls"), "TC832", "spec.path"),
    ("an open bracket", document(path="domains[0"), "TC832", "spec.path"),
    ("a text", "just words", "TC202", ""),
]


@pytest.mark.parametrize(("value", "code", "where"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_is_malformed_waives_nothing(read, value, code, where):
    """It is a finding at its field, which says that nothing is waived; the waiver beside it is read."""
    found, problems = read(value, document("sound"))
    assert [each.name for each in found] == ["sound"]
    assert [problem.code for problem in problems] == [code]
    (problem,) = problems
    assert problem.severity == "error"
    assert problem.place.file == "waivers/0.yaml"
    assert ".".join(problem.place.pointer) == where
    assert IDLE in problem.notes
    assert problem.help


def test_a_file_that_is_no_yaml_takes_no_other_with_it(read):
    """It is a finding with its line."""
    found, problems = read("a: [", document("sound"))
    assert [each.name for each in found] == ["sound"]
    assert [problem.code for problem in problems] == ["TC103"]


def test_a_linked_file_is_no_waiver(project, read):
    """What it points to may lie anywhere."""
    project.write("elsewhere.yaml", document())
    os.makedirs(os.path.join(project.root, "waivers"))
    os.symlink(os.path.join(project.root, "elsewhere.yaml"), os.path.join(project.root, "waivers", "0.yaml"))
    found, problems = read()
    assert found == []
    assert [problem.code for problem in problems] == ["TC101"]


def test_a_finding_has_its_line(project, read):
    """The file is read with positions, so a report can show the line."""
    text = "".join(f"  {key}: {json.dumps(value)}\n" for key, value in {**SPEC, "expires": "2026-13-45"}.items())
    head = "apiVersion: tenant-compiler.dev/v1\nkind: Waiver\nmetadata: {name: a}\nspec:\n"
    _, (problem,) = read(head + text)
    located = Locator(project.root).locate(problem.place)
    assert (located.span.line, located.span.column) == (13, 12)


COVERED = [
    ("its own finding", {}, {}, True),
    ("another framework", {}, {"framework": "pci_dss"}, False),
    ("no framework", {}, {"framework": ""}, False),
    ("another rule", {}, {"rule": "TC405"}, False),
    ("another tenant", {}, {"tenant": "other"}, False),
    ("any environment", {}, {"environment": "staging"}, True),
    ("its environment", {"environment": "staging"}, {"environment": "staging"}, True),
    ("another environment", {"environment": "production"}, {"environment": "staging"}, False),
    ("its path", {"path": TLS}, {}, True),
    ("below its path", {"path": ("spec", "security")}, {}, True),
    ("above its path", {"path": (*TLS, "more")}, {}, False),
    ("beside its path", {"path": ("spec", "security", "tls", "mutual")}, {}, False),
    ("half of a name", {"path": ("spec", "security", "tls", "minimum")}, {}, False),
    ("its control", {"rule": "", "control": "164.312(e)(1)"}, {}, True),
    ("any rule of its control", {"rule": "", "control": "164.312(e)(1)"}, {"rule": "TC462"}, True),
    ("another control", {"rule": "", "control": "164.312(e)(1)"}, {"control": "164.312(a)(1)"}, False),
    (
        "the same identifier elsewhere",
        {"rule": "", "control": "164.312(e)(1)"},
        {"framework": "copy"},
        False,
    ),
    ("a rule beside all frameworks", {"framework": ""}, {"framework": ""}, True),
    ("the same rule in a framework", {"framework": ""}, {}, False),
]


@pytest.mark.parametrize(
    ("fields", "asked", "covered"), [case[1:] for case in COVERED], ids=[case[0] for case in COVERED]
)
def test_a_waiver_covers_what_it_names_and_no_more(fields, asked, covered):
    """Tenant, framework, rule or control, environment and path must all be its own."""
    case = {"framework": "hipaa", "control": "164.312(e)(1)", "tenant": "acme", "environment": "production", **asked}
    rule = case.pop("rule", "TC404")
    waivers = Waivers([waiver(**fields)])
    found = waivers.covers(case["framework"], case["control"], denial(rule=rule), case["tenant"], case["environment"])
    assert (found is not None) is covered
    assert (list(waivers.unused()) == []) is covered


def test_a_waiver_for_one_framework_hides_nothing_in_another():
    """A rule that serves two fails in both; each waiver covers its own, both ways round."""
    for own, other in (("hipaa", "pci_dss"), ("pci_dss", "hipaa")):
        waivers = Waivers([waiver(framework=own)])
        assert waivers.covers(own, "x", denial(), "acme", "production") is not None
        assert waivers.covers(other, "x", denial(), "acme", "production") is None


def test_a_control_waiver_covers_attestations_that_are_missing():
    """A failed attestation is a denial like any other."""
    missing = denial(("spec", "compliance", "attestations", "penetration_test"), rule="TC491")
    waivers = Waivers([waiver(rule="", framework="pci_dss", control="11.4.3")])
    assert waivers.covers("pci_dss", "11.4.3", missing, "acme", "production") is not None


def test_the_first_by_name_is_named_and_all_that_cover_are_used():
    """A waiver and its renewal may overlap without either being unused."""
    waivers = Waivers([waiver("b"), waiver("a"), waiver("c", rule="TC405")])
    found = waivers.covers("hipaa", "x", denial(), "acme", "production")
    assert found is not None
    assert found.name == "a"
    assert [problem.message.split()[2] for problem in waivers.unused()] == ["c"]


def test_a_waiver_is_found_by_its_name():
    """Reports and explanations ask for the reason behind a name."""
    waivers = Waivers([waiver("a"), waiver("b", tenant="other")])
    assert waivers.named("b") == waiver("b", tenant="other")
    assert waivers.named("c") is None


def test_without_waivers_nothing_is_covered():
    """The auditor's run: nothing is hidden, and nothing is unused."""
    waivers = Waivers.none()
    assert waivers.covers("hipaa", "x", denial(), "acme", "production") is None
    assert list(waivers.unused({"acme"})) == []


def test_an_unused_waiver_is_a_warning():
    """It says for which tenant there was nothing to waive."""
    (problem,) = Waivers([waiver(environment="staging")]).unused({"acme"})
    assert (problem.code, problem.severity) == ("TC838", "warning")
    assert problem.message == (
        "the waiver old-analyser covers nothing: acme has no finding of TC404 in hipaa in staging"
    )
    assert problem.place == Place("waivers/a.yaml", ("metadata", "name"))


def test_a_waiver_for_nobody_is_an_error():
    """A misspelt tenant is told with the one that was probably meant; one that left is to be removed."""
    (problem,) = Waivers([waiver(tenant="acme-helth")]).unused({"acme-health", "other"})
    assert (problem.code, problem.severity, problem.help) == ("TC831", "error", "did you mean `acme-health`?")
    assert problem.place.pointer == ("spec", "tenant")
    (problem,) = Waivers([waiver()]).unused({"zebra"})
    assert problem.help == "remove the waiver when the tenant has left the fleet"


def test_unknown_tenants_are_not_told_when_not_all_are_known():
    """A file that could not be read may hold the tenant."""
    (problem,) = Waivers([waiver(tenant="gone")]).unused(None)
    assert problem.code == "TC838"


PATHS = [
    ("security.tls.minimum_version", None, ""),
    ("security", None, ""),
    ("metadata.labels.anything", None, ""),
    ("services.portal.scaling.minimum", None, ""),
    ("placement.regions.eu-central-1", None, ""),
    ("domains[0]", None, ""),
    ("extensions.example.whatever", None, ""),
    ("compliance.attestations.penetration_test", None, ""),
    ("security.tls.minimum_versoin", "security.tls.minimum_versoin", "did you mean `minimum_version`?"),
    ("securty.tls", "securty", "did you mean `security`?"),
    ("compliance.attestations.penetration_tst", "compliance.attestations.penetration_tst", "did you mean `penetra"),
    ("security.tls.minimum_version.major", "security.tls.minimum_version.major", "`tenant-compile show`"),
    ("domains.first", "domains.first", "`tenant-compile show`"),
    ("kind", "kind", "`tenant-compile show`"),
]


@pytest.mark.parametrize(("path", "lost", "help_"), PATHS, ids=[case[0] for case in PATHS])
def test_a_path_that_no_tenant_has_is_an_error(read, path, lost, help_):
    """No finding can ever be there, so nobody waits for one to say so."""
    found, problems = read(document(path=path))
    if lost is None:
        assert problems == []
        (problem,) = Waivers(found).unused({"acme"})
        assert problem.code == "TC838"
        return
    assert found == []
    (problem,) = problems
    assert (problem.code, problem.severity) == ("TC832", "error")
    assert problem.message.endswith(f"but no tenant has {lost}")
    assert problem.help.startswith(help_)
    assert problem.place.pointer == ("spec", "path")
