from __future__ import annotations

import os
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

import tenant_compiler as tc
from tenant_compiler.model.diagnostic import TenantCompileError
from tenant_compiler.plugins import load_plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tenant_compiler.plugins import Plugin, Plugins

WORKSPACE = """\
[workspace]
name = "acme"
{plugins}
[targets]
enable = [{targets}]

[cluster.shared-eu]
cloud = "aws"
region = "eu-central-1"
"""

TENANT = """\
apiVersion: tenant-compiler.dev/v1
kind: Tenant
metadata:
  name: {name}
spec:
  tier: standard
  owner: {{ team: shop }}
  placement:
    cloud: aws
    regions:
      eu-central-1: {{ role: primary, cluster_profile: shared-eu }}
  services:
    portal:
      image: registry.example/portal:1
"""

HEAD = """\
from tenant_compiler import Artifact, ArtifactObject, ArtifactRule, Backend, Diagnostic, Extension, PlanCheck, RulePack

TENANT_COMPILER_API = 1
"""

BACKEND = """\
class Notes(Backend):
    name = "notes"
    description = "notes"

    def supports(self, need, plan, context):
        return {support}

    def lower(self, plan, context):
        {lower}
        content = {{"tenant": plan.tenant}}
        made_from = (("metadata", "name"),)
        return [Artifact("notes.json", "json", content, (ArtifactObject("notes", content, made_from),))]

    def check(self, artifacts, plan, context):
        return {check}

    def lower_fleet(self, facts, context):
        return {fleet}

def tenant_compiler_backends():
    return [Notes()]
"""


def backend(support: str = '"elsewhere"', lower: str = "pass", check: str = "()", fleet: str = "{}") -> str:
    """The source of a plug-in with one back-end, `notes`."""
    return HEAD + BACKEND.format(support=support, lower=lower, check=check, fleet=fleet)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Install a distribution with one module of its own name, as pip would leave it."""
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])

    def make(distribution: str, source: str, *, name: str = "", version: str = "1.2.3", value: str = "") -> None:
        module = distribution.replace("-", "_")
        (site / f"{module}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        info = site / f"{module}-{version}.dist-info"
        info.mkdir()
        head = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        (info / "METADATA").write_text(head, encoding="utf-8")
        entry = f"[console_scripts]\nx = os:abort\n\n[tenant_compiler]\n{name or distribution} = {value or module}\n"
        (info / "entry_points.txt").write_text(entry, encoding="utf-8")

    yield make
    for module, loaded in list(sys.modules.items()):
        if (getattr(loaded, "__file__", None) or "").startswith(str(site)):
            del sys.modules[module]


@pytest.fixture
def fleet(tmp_path: Path) -> Callable[..., tc.Fleet]:
    """Make a workspace of two tenants with the back-end `notes`."""

    def make(*targets: str, plugins: str = "") -> tc.Fleet:
        root = tmp_path / "fleet"
        (root / "tenants").mkdir(parents=True)
        names = ", ".join(f'"{target}"' for target in targets or ("notes",))
        config = WORKSPACE.format(targets=names, plugins=plugins)
        (root / "tenant-compile.toml").write_text(config, encoding="utf-8")
        for name in ("bad", "good"):
            (root / "tenants" / f"{name}.yaml").write_text(TENANT.format(name=name), encoding="utf-8")
        return tc.open_workspace(root)

    return make


def foreign(plugins: Plugins) -> dict[str, Plugin]:
    """The plug-ins of test distributions, by name."""
    return {plugin.name: plugin for plugin in plugins.found if plugin.distribution.startswith("acme-")}


def problem(plugins: Plugins) -> tuple[str, str, str]:
    """Code, message and help of the one problem."""
    (found,) = plugins.problems
    return found.code, found.message, found.help


def told(report: tc.BuildReport) -> list[tuple[str, str, str]]:
    """The errors of a build with tenant and message."""
    return [(found.tenant, found.code, found.message) for found in report.diagnostics if found.severity == "error"]


def test_built_in_plugins_come_through_the_same_hooks() -> None:
    """The four built-in targets and the checks of plans are plug-ins of our own distribution."""
    plugins = load_plugins()
    ours = [plugin for plugin in plugins.found if plugin.distribution == "tenant-compiler"]
    assert [plugin.name for plugin in ours] == ["plan", "kubernetes", "terraform", "prometheus", "grafana"]
    assert all(plugin.problem is None and plugin.hooks and plugin.version == tc.__version__ for plugin in ours)
    assert list(plugins.backends)[:4] == ["kubernetes", "terraform", "prometheus", "grafana"]
    assert plugins.is_built_in("backends", "kubernetes")
    assert plugins.is_built_in("checks", "references")
    assert plugins.is_built_in("rule_packs", "kubernetes")


def test_an_installed_plugin_brings_all_four_sorts_of_things(install: Callable[..., None]) -> None:
    """Back-ends, checks, rule packs and sections of an entry point are there without any registration."""
    install(
        "acme-all",
        backend()
        + """
def tenant_compiler_checks():
    return [PlanCheck("acme-check", ("AC101",), lambda plan, context: [])]

def tenant_compiler_rule_packs():
    rule = ArtifactRule("AC201", "a title", "warning", (), lambda artifacts, plan, context: [])
    return (RulePack("acme-rules", "rules", (rule,)),)

def tenant_compiler_extensions():
    return [Extension("acme", "a section", {"type": "object"})]
""",
        name="acme",
    )
    plugins = load_plugins()
    found = foreign(plugins)["acme"]
    assert (found.distribution, found.version, found.module, found.problem) == ("acme-all", "1.2.3", "acme_all", None)
    assert found.hooks == (
        "tenant_compiler_backends",
        "tenant_compiler_checks",
        "tenant_compiler_extensions",
        "tenant_compiler_rule_packs",
    )
    assert "notes" in plugins.backends
    assert "acme-check" in [check.name for check in plugins.checks]
    assert "acme-rules" in [pack.name for pack in plugins.rule_packs]
    assert "acme" in plugins.extensions
    assert not plugins.is_built_in("backends", "notes")
    plugins.require(["acme"], ["notes"])


def test_a_plugin_may_be_an_object(install: Callable[..., None]) -> None:
    """The entry point may lead to an object whose methods are the hooks."""
    source = """
class Plugin:
    TENANT_COMPILER_API = 1

    def tenant_compiler_backends(self):
        return []

plugin = Plugin()
"""
    install("acme-object", source, value="acme_object:plugin")
    assert foreign(load_plugins())["acme-object"].hooks == ("tenant_compiler_backends",)


def test_a_plugins_files_are_written_beside_ours(install: Callable[..., None], fleet: Callable[..., tc.Fleet]) -> None:
    """A plug-in's back-end runs when `targets.enable` names it."""
    install("acme-notes", backend())
    report = fleet("kubernetes", "notes").build()
    assert told(report) == []
    assert "good/production/notes/notes.json" in report.artifacts
    assert "good/production/kubernetes/shared-eu/10-tenancy.yaml" in report.artifacts


@pytest.mark.parametrize("statement", ["raise RuntimeError('no license')", "raise SystemExit('no license')"])
def test_a_plugin_that_cannot_be_imported_is_named_with_its_version(
    install: Callable[..., None], statement: str
) -> None:
    """TC701; the other plug-ins are loaded."""
    install("acme-broken", statement)
    install("acme-notes", backend())
    plugins = load_plugins()
    code, message, help_ = problem(plugins)
    assert code == "TC701"
    assert message.startswith("the plug-in `acme-broken` of acme-broken 1.2.3 could not be loaded: ")
    assert message.endswith("no license")
    assert "acme-broken" in help_
    assert "notes" in plugins.backends
    assert foreign(plugins)["acme-broken"].problem == plugins.problems[0]


def test_an_entry_point_without_its_module_is_named(install: Callable[..., None]) -> None:
    """TC701 for a module or an attribute that is not there."""
    install("acme-lost", "", value="acme_nowhere")
    install("acme-part", "", value="acme_part:plugin")
    found = {plugin.name: plugin.problem for plugin in foreign(load_plugins()).values()}
    assert [finding.code for finding in found.values() if finding] == ["TC701", "TC701"]


@pytest.mark.parametrize(
    ("head", "said", "help_"),
    [
        ("", "says no TENANT_COMPILER_API", "upgrade or uninstall acme-old"),
        ("TENANT_COMPILER_API = 0", "is written for API 0", "upgrade or uninstall acme-old"),
        ("TENANT_COMPILER_API = 99", "is written for API 99", "upgrade tenant-compiler"),
        ("TENANT_COMPILER_API = 'one'", "is written for API one", "upgrade or uninstall acme-old"),
    ],
)
def test_a_plugin_of_another_api_version_is_refused(
    install: Callable[..., None], head: str, said: str, help_: str
) -> None:
    """TC702, and the help names who has to be upgraded."""
    install("acme-old", f"{head}\ndef tenant_compiler_backends():\n    raise AssertionError('called')\n")
    code, message, given = problem(load_plugins())
    assert code == "TC702"
    assert said in message
    assert given.startswith(help_)


@pytest.mark.parametrize(
    ("source", "message", "help_"),
    [
        (
            "def tenant_compiler_backend(): ...",
            "`tenant_compiler_backend`, which is no hook",
            "tenant_compiler_backends",
        ),
        ("def tenant_compiler_zzz(): ...", "`tenant_compiler_zzz`, which is no hook", "the hooks are tenant_compiler_"),
        ("def backends(): ...", "implements no hook", "acme-typo"),
        ("def tenant_compiler_backends(config): ...", "does not fit the hooks: ", "acme-typo"),
    ],
)
def test_a_hook_that_would_never_run_is_an_error(
    install: Callable[..., None], source: str, message: str, help_: str
) -> None:
    """TC702 for a misspelt hook (with the near name), for none at all, and for arguments that nobody gives."""
    install("acme-typo", f"TENANT_COMPILER_API = 1\n{source}\n")
    install("acme-notes", backend())
    plugins = load_plugins()
    found = problem(plugins)
    assert found[0] == "TC702"
    assert message in found[1]
    assert help_ in found[2]
    assert "notes" in plugins.backends


def test_a_hook_that_raises_is_named(install: Callable[..., None]) -> None:
    """TC704 names plug-in, hook and exception; what its other hooks give is not used."""
    source = "def tenant_compiler_backends():\n    raise KeyError('region')\n"
    install("acme-raises", HEAD + source)
    code, message, _ = problem(load_plugins())
    assert code == "TC704"
    assert message == (
        "the plug-in `acme-raises` of acme-raises 1.2.3 raised KeyError: 'region' in tenant_compiler_backends"
    )


@pytest.mark.parametrize(
    ("hook", "given", "message"),
    [
        ("backends", "None", "gave NoneType in tenant_compiler_backends, which takes a list of Backend"),
        ("backends", "[42, 'x']", "gave a list with int, str in it in tenant_compiler_backends"),
        ("backends", "[Backend()]", "the name ''"),
        ("backends", "[type('B', (Backend,), {'name': '../up'})()]", "the name '../up'"),
        ("checks", "[PlanCheck('c', ('TC101',), print)]", "the code 'TC101'; write a prefix of your own"),
        ("checks", "[PlanCheck('c', 'AC1', print)]", "str as codes"),
        ("checks", "[PlanCheck('c', (), print)]", "no codes"),
        ("rule_packs", "[RulePack('p', '', ('x',))]", "str among its rules"),
        ("rule_packs", "[RulePack('p', '', ())]", "no rules"),
        ("rule_packs", "[RulePack('p', '', None)]", "NoneType as rules"),
        ("rule_packs", "[RulePack('p', '', (ArtifactRule('TC501', '', 'error', (), print),))]", "the code 'TC501'"),
        ("extensions", "[Extension('e', '', {'type': 'objekt'})]", "the schema of the extension `e`"),
        (
            "extensions",
            "[Extension('e', '', {'$ref': 'https://x.example/x'})]",
            "the schema of the extension `e`",
        ),
        ("extensions", "[Extension('e', '', [])]", "list as the schema of the section `e`"),
        ("extensions", "[Extension('e', '', {'enum': {1}})]", "the schema of the extension `e`"),
    ],
)
def test_nonsense_from_a_hook_is_named(install: Callable[..., None], hook: str, given: str, message: str) -> None:
    """TC705 says what a hook gave instead of what it takes."""
    install("acme-nonsense", f"{HEAD}\ndef tenant_compiler_{hook}():\n    return {given}\n")
    found = problem(load_plugins())
    assert found[0] == "TC705"
    assert message in found[1]
    assert "acme-nonsense 1.2.3" in found[1]


def test_two_plugins_of_one_name_are_an_error(install: Callable[..., None]) -> None:
    """TC703 names both distributions; the first in the order of their names stays."""
    install("acme-one", HEAD + "def tenant_compiler_backends():\n    return []\n", name="same")
    install("acme-two", HEAD + "def tenant_compiler_backends():\n    return []\n", name="same")
    code, message, help_ = problem(load_plugins())
    assert (code, help_) == ("TC703", "uninstall one of the two")
    assert message == "two plug-ins are called `same`: acme-one 1.2.3 and acme-two 1.2.3"


def test_a_plugin_cannot_take_the_name_of_ours(install: Callable[..., None]) -> None:
    """TC703, and the built-in one keeps working."""
    install("acme-k8s", backend(), name="kubernetes")
    plugins = load_plugins()
    code, message, help_ = problem(plugins)
    assert (code, help_) == ("TC703", "uninstall acme-k8s")
    assert "tenant-compiler" in message
    assert plugins.is_built_in("backends", "kubernetes")
    assert "notes" not in plugins.backends


def test_one_module_behind_two_names_is_an_error(install: Callable[..., None]) -> None:
    """TC703: pluggy would refuse the second, too, but with a traceback."""
    install("acme-one", backend(), name="first")
    install("acme-two", "", name="second", value="acme_one")
    code, message, _ = problem(load_plugins())
    assert code == "TC703"
    assert message == "two plug-ins are the module acme_one: `first` and `second`"


@pytest.mark.parametrize(
    ("hook", "item", "message"),
    [
        (
            "backends",
            "type('B', (Backend,), {'name': 'kubernetes'})()",
            "two plug-ins give a back-end called `kub",
        ),
        ("checks", "PlanCheck('references', ('AC1',), print)", "two plug-ins give a check called `references`"),
        (
            "rule_packs",
            "RulePack('kubernetes', '', (ArtifactRule('AC1', '', 'error', (), print),))",
            "two plug-ins give a rule pack called `kubernetes`",
        ),
    ],
)
def test_things_of_plugins_have_names_of_their_own(
    install: Callable[..., None], hook: str, item: str, message: str
) -> None:
    """TC703 names who gives the second one; ours stays."""
    install("acme-twin", f"{HEAD}\ndef tenant_compiler_{hook}():\n    return [{item}]\n")
    plugins = load_plugins()
    found = problem(plugins)
    assert found[0] == "TC703"
    assert found[1].startswith(message)
    assert "acme-twin 1.2.3" in found[1]
    assert "built-in ones cannot be replaced" in found[2]
    assert plugins.is_built_in("backends", "kubernetes")


def test_two_foreign_sections_of_one_name_are_an_error(install: Callable[..., None]) -> None:
    """TC703 names both distributions."""
    section = HEAD + "def tenant_compiler_extensions():\n    return [Extension('edge', '', {})]\n"
    install("acme-one", section)
    install("acme-two", section)
    code, message, help_ = problem(load_plugins())
    assert (code, help_) == ("TC703", "uninstall acme-one or acme-two")
    assert message == "two plug-ins give a section called `edge`: acme-one 1.2.3 and acme-two 1.2.3"


def test_a_required_plugin_must_be_there() -> None:
    """TC706 for a plug-in and for a back-end that are missing, with the near name."""
    with pytest.raises(TenantCompileError) as raised:
        load_plugins().require(["grafanna"], ["kubernets"])
    assert raised.value.exit_code == 2
    assert [(found.code, found.help) for found in raised.value.diagnostics] == [
        ("TC706", "did you mean `grafana`?"),
        ("TC706", "did you mean `kubernetes`?"),
    ]


def test_a_broken_plugin_stops_a_build_before_it_starts(
    install: Callable[..., None], fleet: Callable[..., tc.Fleet]
) -> None:
    """Nobody knows what a broken plug-in would have checked: exit code 2, also when nothing requires it."""
    install("acme-broken", "import acme_missing_library")
    with pytest.raises(TenantCompileError) as raised:
        fleet("kubernetes").check()
    assert raised.value.exit_code == 2
    assert [found.code for found in raised.value.diagnostics] == ["TC701"]


def test_the_workspace_may_require_a_plugin(install: Callable[..., None], fleet: Callable[..., tc.Fleet]) -> None:
    """`plugins.required` is met by an installed plug-in's name, not by its distribution's."""
    install("acme-notes", backend(), name="notes")
    assert told(fleet(plugins='[plugins]\nrequired = ["notes"]\n').check()) == []


def test_a_distribution_without_metadata_is_still_named(install: Callable[..., None], tmp_path: Path) -> None:
    """A damaged installation has a question mark for its name, and no traceback."""
    install("acme-torn", "raise ImportError('torn')")
    os.remove(tmp_path / "site-packages" / "acme_torn-1.2.3.dist-info" / "METADATA")
    (found,) = load_plugins().problems
    assert "the plug-in `acme-torn` of ? ?" in found.message


FOR_BAD = "if plan.tenant == 'bad': "


@pytest.mark.parametrize(
    ("parts", "code", "message"),
    [
        ({"lower": FOR_BAD + "raise ZeroDivisionError('units')"}, "TC704", "raised ZeroDivisionError: units"),
        (
            {"support": "'later' if 1 / (plan.tenant != 'bad') else ''"},
            "TC704",
            "raised ZeroDivisionError: div",
        ),
        ({"support": "'maybe' if plan.tenant == 'bad' else 'later'"}, "TC705", "'maybe' as its answer to the need"),
        ({"lower": FOR_BAD + "return None"}, "TC704", "raised TypeError"),
        ({"lower": FOR_BAD + "return ['x']"}, "TC705", "str in its list of artifacts"),
        ({"lower": FOR_BAD + "return [Artifact('../up', 'text', '', ())]"}, "TC705", "a file called '../up'"),
        ({"lower": FOR_BAD + "return [Artifact('/etc/x', 'text', '', ())]"}, "TC705", "a file called '/etc/x'"),
        ({"lower": FOR_BAD + "return [Artifact('x', 'text', '', ())] * 2"}, "TC705", "a file called 'x'"),
        (
            {"lower": FOR_BAD + "return [Artifact('x', 'yaml', [{'apiVersion': 'v1', 'kind': 'Pod'}], ())]"},
            "TC705",
            "a manifest of the kind Pod in x, which is not among the objects of the file",
        ),
        (
            {
                "lower": FOR_BAD
                + "return [Artifact('x', 'json', {'kind': 'List', 'items': [{'apiVersion': 'v1', 'kind': 'Pod'}]}, ())]"
            },
            "TC705",
            "a manifest of the kind Pod in x",
        ),
        (
            {"lower": FOR_BAD + "return [Artifact('x.tf.json', 'json', {'resource': {'aws_x': {'y': {}}}}, ())]"},
            "TC705",
            "the resource aws_x.y in x.tf.json",
        ),
        ({"lower": FOR_BAD + "return [Artifact('x', 'toml', '', ())]"}, "TC705", "in the format 'toml'"),
        ({"lower": FOR_BAD + "return [Artifact('x', 'text', 1, ())]"}, "TC705", "int as the text of x"),
        ({"lower": FOR_BAD + "return [Artifact('x', 'json', {1: 2}, ())]"}, "TC705", "cannot be written"),
        ({"lower": FOR_BAD + "return [Artifact('x', 'yaml', [{'a': object()}], ())]"}, "TC705", "cannot be written"),
        (
            {"lower": FOR_BAD + "return [Artifact('x', 'json', {}, (ArtifactObject('o', {}, ()),))]"},
            "TC705",
            "the object o without the nodes",
        ),
        ({"check": "[1 / (plan.tenant != 'bad')][1:]"}, "TC704", "raised ZeroDivisionError"),
        ({"check": "['x'] if plan.tenant == 'bad' else ()"}, "TC705", "str among its findings"),
        ({"check": "[Diagnostic('TC101', 'x')] if plan.tenant == 'bad' else ()"}, "TC705", "the code 'TC101'"),
        (
            {"check": "[Diagnostic('AC101', 'x', 'fatal')] if plan.tenant == 'bad' else ()"},
            "TC705",
            "a finding of the severity 'fatal'",
        ),
    ],
)
def test_a_back_end_that_fails_for_a_tenant_fails_for_it_alone(
    install: Callable[..., None], fleet: Callable[..., tc.Fleet], parts: dict[str, str], code: str, message: str
) -> None:
    """TC704 or TC705 for the tenant, which is not written; the other tenant is built."""
    install("acme-notes", backend(**parts))
    report = fleet().build()
    ((tenant, found, text),) = told(report)
    assert (tenant, found) == ("bad", code)
    assert text.startswith("the back-end `notes` of a plug-in ")
    assert message in text
    assert [result.tenant for result in report.results if result.ok] == ["good"]
    assert [path.split("/")[0] for path in report.artifacts if path.startswith("good")] == ["good"]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("[][1]", ("TC704", "raised IndexError")),
        ("None", ("TC704", "raised TypeError")),
        ("['x']", ("TC705", "str among its findings")),
        ("[Diagnostic('AC999', 'x')]", ("TC705", "a finding with the code AC999; it declares AC101")),
    ],
)
@pytest.mark.parametrize("hook", ["checks", "rule_packs"])
def test_a_check_that_fails_is_a_finding_of_the_tenant(
    install: Callable[..., None], fleet: Callable[..., tc.Fleet], hook: str, body: str, fault: tuple[str, str]
) -> None:
    """TC704 or TC705, for checks of plans and for rules over artifacts."""
    item = {
        "checks": f"PlanCheck('acme', ('AC101',), lambda plan, context: {body})",
        "rule_packs": f"RulePack('acme', '', (ArtifactRule('AC101', '', 'error', (), lambda a, p, c: {body}),))",
    }[hook]
    install("acme-check", f"{HEAD}\ndef tenant_compiler_{hook}():\n    return [{item}]\n")
    report = fleet("kubernetes").build(tenants=["good"])
    ((tenant, found, text),) = told(report)
    assert (tenant, found) == ("good", fault[0])
    assert fault[1] in text


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("1 / 0", "TC704"),
        ("[]", "TC704"),
        ("{'../up': []}", "TC705"),
        ("{'shared-eu': ['x']}", "TC705"),
        ("{'shared-eu': [Artifact('x', 'json', {1: 2}, ())]}", "TC705"),
    ],
)
def test_fleet_files_that_cannot_be_made_end_the_run(
    install: Callable[..., None], fleet: Callable[..., tc.Fleet], body: str, code: str
) -> None:
    """No single tenant is to blame, so the run ends with exit code 2."""
    install("acme-notes", backend(fleet=body))
    with pytest.raises(TenantCompileError) as raised:
        fleet().build(write=True)
    assert raised.value.exit_code == 2
    assert [found.code for found in raised.value.diagnostics] == [code]


def test_a_file_that_cannot_be_taken_apart_is_the_plugins_fault(install: Callable[..., None]) -> None:
    """`index` is guarded as everything else."""
    index = "    def index(self, content):\n        return content['objects']\n\n"
    install("acme-notes", backend().replace("def tenant_compiler_backends", index + "def tenant_compiler_backends"))
    notes: Any = load_plugins().backends["notes"]
    assert notes.index({"objects": {"a": 1}}) == {"a": 1}
    for content, code in (({}, "TC704"), ({"objects": 1}, "TC705")):
        with pytest.raises(TenantCompileError) as raised:
            notes.index(content)
        assert [found.code for found in raised.value.diagnostics] == [code]


def test_without_plugins_importlib_metadata_is_not_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Most environments have no plug-in; they do not pay for the search."""
    from tenant_compiler import plugin_discovery

    (tmp_path / "other-1.0.dist-info").mkdir()
    (tmp_path / "other-1.0.dist-info" / "entry_points.txt").write_text("[console_scripts]\n", encoding="utf-8")
    (tmp_path / "old.egg-info").write_text("", encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "missing")])
    assert not plugin_discovery.any_installed()
    (tmp_path / "archive.zip").write_bytes(b"")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "archive.zip")])
    assert plugin_discovery.any_installed()
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "thing-1.0-py3.11.egg").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "lib")])
    assert plugin_discovery.any_installed()
