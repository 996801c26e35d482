"""The commands that look: list, show, explain, schema, config, plugins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tenant_compiler import plugins
from tenant_compiler.cli.codes import known_codes
from tenant_compiler.judge.catalogue import load_catalogue
from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.policy import id_order

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROFILE = """\
apiVersion: tenant-compiler.dev/v1
kind: Profile
spec:
  quotas: {cpu_cores: 1}
"""


@pytest.fixture
def layered(workspace: Path) -> Path:
    """The workspace with a profile below the tenant and an environment above it."""
    (workspace / "profiles").mkdir()
    (workspace / "profiles" / "small.yaml").write_text(PROFILE)
    file = workspace / "tenants" / "acme.yaml"
    environments = "  profiles: [small]\n  environments:\n    production: {}\n    staging: {quotas: {cpu_cores: 0.5}}\n"
    file.write_text(file.read_text().replace("  owner:", environments + "  owner:"))
    return workspace


def test_list_is_a_table_of_the_fleet(tc: Callable[..., Any], layered: Path) -> None:
    """What the layers made of each tenant, not only what its file says."""
    assert tc("list", cwd=layered).out == (
        "TENANT  TIER      ENVIRONMENTS         CLOUD  REGIONS       FILE\n"
        "acme    standard  production, staging  aws    eu-central-1  tenants/acme.yaml\n"
    )
    (tenant,) = json.loads(tc("list", "--output-format", "json", cwd=layered).out)["tenants"]
    assert tenant["environments"]["staging"] == {"tier": "standard", "cloud": "aws", "regions": ["eu-central-1"]}


def test_list_goes_on_behind_a_broken_tenant(tc: Callable[..., Any], workspace: Path) -> None:
    """What is wrong stands on standard error, and in the exit code."""
    text = (workspace / "tenants" / "acme.yaml").read_text()
    (workspace / "tenants" / "b.yaml").write_text(text.replace("name: acme", "name: b").replace("standard", "standrd"))
    ran = tc("list", cwd=workspace)
    assert ran.code == 1
    assert "b       ?         production" in ran.out
    assert "error[TC301]" in ran.err


def test_show_prints_the_resolved_document_of_each_environment(tc: Callable[..., Any], layered: Path) -> None:
    """Or of one."""
    both = [*yaml.safe_load_all(tc("show", "acme", cwd=layered).out)]
    assert [document["spec"]["quotas"]["cpu_cores"] for document in both] == [1.5, 0.5]
    ran = tc("show", "acme", "-e", "staging", cwd=layered)
    assert ran.out.startswith("# acme in staging\n")
    assert yaml.safe_load(ran.out) == both[1]
    (record,) = json.loads(tc("show", "acme", "-e", "staging", "--output-format", "json", cwd=layered).out)["documents"]
    assert record["document"] == both[1]


def test_show_says_where_each_value_comes_from(tc: Callable[..., Any], layered: Path) -> None:
    """As a comment behind each leaf, so that the text is still the same document."""
    ran = tc("show", "acme", "-e", "staging", "--origin", cwd=layered)
    lines = {line.partition("  # ")[0].strip(): line.partition("  # ")[2] for line in ran.out.splitlines()}
    assert lines["cpu_cores: 0.5"] == "tenant.environments.staging tenants/acme.yaml:11:35"
    assert lines["memory_gb: 4"].startswith("tier:standard <built-in>/tier_presets/standard.jsonnet:")
    assert lines['minimum_version: "1.2"'] == "derived:encryption_level"
    assert lines["zones: 3"] == "default"
    assert lines["- small"] == "tenant tenants/acme.yaml:8:14"
    assert yaml.safe_load(ran.out) == yaml.safe_load(tc("show", "acme", "-e", "staging", cwd=layered).out)
    made = json.loads(tc("show", "acme", "--origin", "--output-format", "json", cwd=layered).out)
    assert made["documents"][1]["origins"]["quotas.cpu_cores"]["layer"] == "tenant.environments.staging"


def test_a_value_that_nobody_wrote_has_no_line(tc: Callable[..., Any], workspace: Path) -> None:
    """Labels that the tenant leaves out are a default, not the line of their parent."""
    file = workspace / "tenants" / "acme.yaml"
    file.write_text(file.read_text().replace("  labels: {segment: health}\n", ""))
    ran = tc("show", "acme", "--origin", cwd=workspace)
    (line,) = [line for line in ran.out.splitlines() if "labels:" in line]
    assert line.split() == ["labels:", "{}", "#", "default"]


def test_explain_shows_the_chain_winner_first(tc: Callable[..., Any], layered: Path) -> None:
    """Every layer that says something of the value, with its line."""
    ran = tc("explain", "quotas.cpu_cores", "-t", "acme", "-e", "staging", cwd=layered)
    assert ran.code == 0
    head, empty, *rows = ran.out.splitlines()
    assert head == "quotas.cpu_cores of acme in staging: 0.5"
    assert empty == ""
    assert [row.split()[0] for row in rows] == [
        "LAYER",
        "tenant.environments.staging",
        "tenant",
        "profile:small",
        "tier:standard",
    ]
    assert rows[1].split() == ["tenant.environments.staging", "0.5", "tenants/acme.yaml:11:35", "wins"]
    assert rows[3].split() == ["profile:small", "1", "profiles/small.yaml:4:23", "overridden"]


@pytest.mark.parametrize("path", ["/spec/quotas/cpu_cores", "spec.quotas.cpu_cores"])
def test_paths_may_be_written_in_full_and_as_pointers(tc: Callable[..., Any], workspace: Path, path: str) -> None:
    """And are printed one way."""
    assert tc("explain", path, "-t", "acme", cwd=workspace).out.startswith(
        "quotas.cpu_cores of acme in production: 1.5"
    )


def test_explain_knows_sections_defaults_and_derived_values(tc: Callable[..., Any], layered: Path) -> None:
    """Layers of a section add to each other; a default stands in no file."""
    quotas = tc("explain", "quotas", "-t", "acme", cwd=layered).out
    assert quotas.count("  adds\n") == 3
    assert (
        "default  3      set by the compiler  wins"
        in tc("explain", "placement.regions.eu-central-1.zones", "-t", "acme", cwd=layered).out
    )
    derived = tc("explain", "security.tls.minimum_version", "-t", "acme", cwd=layered).out
    assert "derived:encryption_level  1.2    set by the compiler  wins" in derived
    made = json.loads(tc("explain", "quotas.cpu_cores", "-t", "acme", "--output-format", "json", cwd=layered).out)
    assert [layer["value"] for layer in made["layers"]] == [1.5, 1, 2]


def test_a_computed_value_is_said_to_be_computed(tc: Callable[..., Any], workspace: Path) -> None:
    """Never a wrong line."""
    (workspace / "tier_presets").mkdir()
    (workspace / "tier_presets" / "own.jsonnet").write_text(
        "(import 'tiers.libsonnet').standard { defaults+: { quotas+: { memory_gb: 1 + 2 } } }\n"
    )
    file = workspace / "tenants" / "acme.yaml"
    file.write_text(file.read_text().replace("tier: standard", "tier: own"))
    ran = tc("explain", "quotas.memory_gb", "-t", "acme", cwd=workspace)
    assert "tier:own  3      tier_presets/own.jsonnet (computed)  wins" in ran.out


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("quotas.cpu_core", "there is no quotas.cpu_core; did you mean `quotas.cpu_cores`?"),
        ("qotas.cpu_cores", "there is no qotas; did you mean `quotas`?"),
        ("display_name", "no layer sets display_name for acme"),
        ("domains[3]", "there is no domains[3]"),
        ("quotas..x[", "is no path"),
    ],
)
def test_a_path_that_leads_nowhere_is_told_with_the_nearest(
    tc: Callable[..., Any], workspace: Path, path: str, said: str
) -> None:
    """Or with the keys that there are."""
    ran = tc("explain", path, "-t", "acme", cwd=workspace)
    assert ran.code == 2
    assert said in ran.err


def test_a_tenant_or_environment_that_is_not_there_is_told(tc: Callable[..., Any], workspace: Path) -> None:
    """With the nearest name."""
    for command in (["show"], ["explain", "tier", "-t"]):
        ran = tc(*command, "acm", cwd=workspace)
        assert ran.code == 2
        assert "did you mean `acme`?" in ran.out + ran.err
    ran = tc("show", "acme", "-e", "staging", cwd=workspace)
    assert ran.code == 2
    assert "acme has no environment `staging`" in ran.out + ran.err


def test_a_broken_tenant_is_explained_with_its_findings(tc: Callable[..., Any], workspace: Path) -> None:
    """Who asks why a value is what it is may ask because it is wrong: the chain stands beside the finding."""
    file = workspace / "tenants" / "acme.yaml"
    file.write_text(file.read_text().replace("1.5", "64"))
    ran = tc("explain", "quotas.cpu_cores", "-t", "acme", cwd=workspace)
    assert ran.code == 1
    assert "tenant         64" in ran.out
    assert "tier:standard  2" in ran.out
    assert "error[TC304]" in ran.err


def test_explain_prints_the_page_of_a_code(tc: Callable[..., Any]) -> None:
    """Headings without their marks, code indented; small letters are fine."""
    ran = tc("explain", "tc304")
    assert ran.out.startswith("TC304: above the limit of the tier\n\nWhat\n\n")
    assert "\n    spec:\n" in ran.out
    assert "```" not in ran.out
    assert "\x1b[1mTC304: above" in tc("explain", "TC304", "--color", "always").out
    made = json.loads(tc("explain", "TC304", "--output-format", "json").out)
    assert made["title"] == "above the limit of the tier"
    assert made["page"].startswith("# TC304: ")


def test_every_code_can_be_explained_and_is_listed(tc: Callable[..., Any]) -> None:
    """With a title each; the rules of policies and the codes of plug-ins' checks are there too."""
    listed = tc("explain", "--all").out.splitlines()[1:]
    codes = sorted([*known_codes(), *(rule.id for rule in load_catalogue().rules.values())], key=id_order)
    assert [line.split()[0] for line in listed if line.startswith("TC")] == codes
    assert all(len(line.split(maxsplit=1)) == 2 for line in listed)
    for code in codes:
        assert tc("explain", code).out.startswith(f"{code}: ")
    assert len(json.loads(tc("explain", "--all", "--output-format", "json").out)["codes"]) == len(listed)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["TC3O4"], "TC3O4 is no code such as TC304; to explain a tenant's value, name it with -t"),
        (["TC999"], "there is no code TC999"),
        (["TC3004"], "did you mean `TC304`?"),
        (["quotas.cpu_cores"], "to explain a tenant's value, name it with -t"),
        (["TC304", "--all"], "give a code or a path, or --all"),
        (["tier", "-e", "production"], "--environment needs --tenant"),
    ],
)
def test_what_cannot_be_explained_is_wrong_use(tc: Callable[..., Any], arguments: list[str], said: str) -> None:
    """With what to write instead."""
    ran = tc("explain", *arguments)
    assert ran.code == 2
    assert said in ran.err


@pytest.mark.parametrize("name", ["tenant", "profile", "resolved", "workspace"])
def test_schema_prints_json_schema(tc: Callable[..., Any], name: str) -> None:
    """Draft-07, for editors."""
    schema = json.loads(tc("schema", name).out)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert schema["$id"].endswith(f"/{name}.schema.json")


def test_config_is_shown_complete_as_toml(tc: Callable[..., Any], workspace: Path) -> None:
    """With defaults, and on demand with the line that sets each value."""
    import tomllib

    shown = tomllib.loads(tc("config", "show", cwd=workspace).out)
    made = json.loads(tc("config", "show", "--origin", "--output-format", "json", cwd=workspace).out)
    assert shown == made["config"]
    assert shown["workspace"]["output"] == "build"
    assert made["origins"]["workspace.name"] == "tenant-compile.toml:2:8"
    assert made["origins"]["workspace.output"] == "default"
    lines = tc("config", "show", "--origin", "-C", "fleet", cwd=workspace.parent).out
    assert tomllib.loads(lines) == shown
    assert 'workspace.name = "acme"  ' in lines
    assert "# fleet/tenant-compile.toml:2:8\n" in lines


def test_plugins_are_listed_with_what_they_bring(tc: Callable[..., Any]) -> None:
    """Name, distribution, version and hooks; back-ends, sections and rule packs."""
    ran = tc("plugins", "list")
    assert ran.code == 0
    assert "kubernetes  tenant-compiler  " in ran.out
    assert "\nBACK-END " in ran.out
    made = json.loads(tc("plugins", "list", "--output-format", "json").out)
    assert "kubernetes" in [backend["name"] for backend in made["backends"]]
    assert made["problems"] == []


def test_a_broken_plugin_is_listed_with_its_problem(
    tc: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    """The list still comes, with exit code 1; everything else is exit code 2."""
    real = plugins.load_plugins

    def load(*arguments: Any) -> plugins.Plugins:
        loaded = real(*arguments)
        problem = Diagnostic("TC701", "the plug-in `x` of y 1.0 could not be loaded", help="upgrade it")
        loaded.found = (*loaded.found, plugins.Plugin("x", "y", "1.0", "x_module", (), problem))
        loaded.problems = (problem,)
        return loaded

    monkeypatch.setattr("tenant_compiler.plugins.load_plugins", load)
    monkeypatch.setattr("tenant_compiler.run.session.load_plugins", load)
    ran = tc("plugins", "list")
    assert ran.code == 1
    assert "x           y                1.0      broken" in ran.out
    assert "error[TC701]: the plug-in `x` of y 1.0 could not be loaded" in ran.out
    assert tc("check", cwd=workspace).code == 2
    assert tc("schema").code == 2
