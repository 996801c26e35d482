"""The built-in tiers and profiles: their figures, their order, and that every jsonnet engine reads them alike."""

from __future__ import annotations

import importlib.util
import itertools
import json
import os

import pytest

from tenant_compiler.data import data_folder
from tenant_compiler.read import schema
from tenant_compiler.read.jsonnet import Job, JsonnetEvaluator
from tenant_compiler.read.jsonnet_lexer import top_level_parameters
from tenant_compiler.run.passes import CHECK

ORDER = ["free", "standard", "premium", "enterprise", "enterprise_plus", "white_label"]
SIZES = {"free": (1, 1), "standard": (2, 4), "premium": (8, 16), "enterprise": (32, 128), "enterprise_plus": (128, 512)}
ENTERPRISE = {
    "cpu_cores": 32,
    "memory_gb": 128,
    "storage_gb": 5000,
    "network_bandwidth_mbps": 2000,
    "concurrent_connections": 50000,
    "api_requests_per_minute": 50000,
    "ml_model_instances": 20,
    "ai_processing_units": 100,
    "database_connections": 200,
    "cache_size_mb": 4096,
}
CLOUDS = ["aws", "azure", "gcp", "on_premises"]
NO_MARKET = {("region/us_gov", "gcp")}
"""Profiles that say of a cloud that they have no region there."""
HEAD = {"apiVersion": "tenant-compiler.dev/v1", "kind": "Profile"}


def names(folder, below=""):
    """The jsonnet files of a folder of presets, without their ending."""
    found = []
    for entry in sorted(os.listdir(folder)):
        path = os.path.join(folder, entry)
        if os.path.isdir(path) and below is not None:
            found += names(path, f"{below}{entry}/")
        elif entry.endswith(".jsonnet"):
            found.append((below or "") + entry.removesuffix(".jsonnet"))
    return found


PRESETS = data_folder("tier_presets")
PROFILES = names(os.path.join(PRESETS, "profiles"))


def jobs():
    """Every preset, and every profile with every input that it takes."""
    found = {name: Job(f"<built-in>/tier_presets/{name}.jsonnet") for name in ORDER}
    inputs = {"tier": ORDER, "environment": ["production", "staging"], "cloud": CLOUDS}
    for name in PROFILES:
        with open(os.path.join(PRESETS, "profiles", f"{name}.jsonnet"), encoding="utf-8") as file:
            taken = top_level_parameters(file.read()) or ()
        for values in itertools.product(*(inputs[key] for key in taken)):
            arguments = dict(zip(taken, values, strict=True))
            if (name, arguments.get("cloud")) not in NO_MARKET:
                found["/".join([name, *values])] = Job(f"<built-in>/tier_presets/profiles/{name}.jsonnet", arguments)
    return found


def evaluate(tmp_path_factory, engine):
    """The value of every job."""
    evaluator = JsonnetEvaluator.of(str(tmp_path_factory.mktemp("empty")), PRESETS, engine=engine)
    wanted = jobs()
    results = evaluator.evaluate(list(wanted.values()))
    assert {name: result.diagnostics for name, result in zip(wanted, results, strict=True) if result.diagnostics} == {}
    return {name: result.value for name, result in zip(wanted, results, strict=True)}


@pytest.fixture(scope="module")
def values(tmp_path_factory):
    """What the default engine makes of every preset and profile."""
    return evaluate(tmp_path_factory, "auto")


@pytest.fixture(scope="module")
def tiers(values):
    """The tiers by name."""
    return {name: values[name] for name in ORDER}


def rank(amount):
    """An amount as a number; unlimited is above all."""
    return float("inf") if amount == "unlimited" else amount


def test_there_are_six_tiers():
    """No preset is missing or left over."""
    assert sorted(names(PRESETS, None)) == sorted(ORDER)


@pytest.mark.parametrize("tier", SIZES)
def test_cores_and_memory_are_the_products(tiers, tier):
    """The figures that customers know."""
    quotas = tiers[tier]["defaults"]["quotas"]
    assert (quotas["cpu_cores"], quotas["memory_gb"]) == SIZES[tier]


def test_enterprise_has_all_the_products_figures(tiers):
    """All ten."""
    assert tiers["enterprise"]["defaults"]["quotas"] == ENTERPRISE


def test_white_label_has_no_limit_and_asks_for_the_brand(tiers):
    """A reseller without a brand is none."""
    assert set(tiers["white_label"]["defaults"]["quotas"].values()) == {"unlimited"}
    assert "branding" in tiers["white_label"]["required"]


@pytest.mark.parametrize("quota", ENTERPRISE)
def test_every_quota_rises_from_tier_to_tier(tiers, quota):
    """Strictly: nobody pays more for the same."""
    amounts = [rank(tiers[tier]["defaults"]["quotas"][quota]) for tier in ORDER]
    assert all(lower < upper for lower, upper in itertools.pairwise(amounts))


@pytest.mark.parametrize("tier", ORDER)
def test_a_tiers_default_is_its_limit(tiers, tier):
    """Every quota has both, and they agree."""
    assert tiers[tier]["defaults"]["quotas"] == tiers[tier]["limits"]["quotas"]
    assert tiers[tier]["defaults"]["quotas"].keys() == ENTERPRISE.keys()


def test_no_tier_is_less_safe_than_the_one_below(tiers):
    """The encryption level and the audit log only ever get better."""
    levels = ["basic", "enhanced", "maximum", "classified"]
    security = [tiers[tier]["defaults"]["security"] for tier in ORDER]
    for lower, upper in itertools.pairwise(security):
        assert levels.index(lower["encryption_level"]) <= levels.index(upper["encryption_level"])
        assert lower["audit_logging"] <= upper["audit_logging"]


@pytest.mark.parametrize("tier", ORDER)
def test_a_tiers_parts_fit_the_schema(tiers, tier):
    """What a preset says is what a tenant could say."""
    for part in ("defaults", "limits"):
        assert schema.check({**HEAD, "spec": tiers[tier][part]}, "profile") == []


def test_every_profile_fits_the_schema_for_every_input(values):
    """For all clouds, tiers and environments that it is a function of."""
    profiles = {name: value for name, value in values.items() if name not in ORDER}
    assert len(profiles) >= len(PROFILES)
    for name, value in profiles.items():
        assert schema.check({**HEAD, **value}, "profile") == [], name


def test_both_jsonnet_engines_read_presets_and_profiles_alike(tmp_path_factory, values):
    """The fast engine changes the time and nothing else: the same JSON, keys in the same order."""
    # Looked for and not imported: a process that has loaded Go's runtime cannot fork any more.
    if importlib.util.find_spec("_gojsonnet") is None:
        pytest.skip("the fast engine is not installed")
    for engine in ("gojsonnet", "jsonnet"):
        assert json.dumps(evaluate(tmp_path_factory, engine)) == json.dumps(values)


@pytest.mark.parametrize(("profile", "cloud"), sorted(NO_MARKET))
def test_a_market_without_a_region_of_a_cloud_says_so(project, profile, cloud):
    """The tenant hears what there is instead."""
    project.tenant(profiles=[profile], placement={"cloud": cloud, "regions": {"us-east1": {}}})
    (found,) = (finding for finding in project.one().diagnostics if finding.severity == "error")
    assert f"no region of cloud {cloud}" in found.message
    assert "aws" in found.message


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_a_market_alone_places_a_tenant(project, cloud):
    """Region, role and jurisdiction come with the profile."""
    project.tenant(profiles=["region/eu"], placement={"cloud": cloud})
    result = project.one()
    assert result.ok, result.diagnostics
    plan = result.environments[0].plan
    assert (plan.primary.jurisdiction, plan.residency.jurisdictions) == ("EU", ("EU",))


def test_a_workspace_replaces_a_built_in_tier(project):
    """A preset of the same name stands in its place, whole."""
    project.write(
        "tier_presets/standard.jsonnet",
        "local tiers = import 'tiers.libsonnet'; tiers.standard { defaults+: { quotas+: { cpu_cores: 1.5 } } }",
    )
    project.tenant(tier="standard")
    resolved = project.one().environments[0].resolved
    assert resolved.spec["quotas"]["cpu_cores"] == 1.5
    assert resolved.layers[0].place.file == "tier_presets/standard.jsonnet"


def test_a_workspace_extends_a_built_in_tier_under_a_name_of_its_own(project):
    """It has all of the one below but for what it adds, limits included."""
    project.write(
        "tier_presets/gold.jsonnet",
        "local tiers = import 'tiers.libsonnet';\n"
        "tiers.enterprise { defaults+: { quotas+: { cpu_cores: 48 } }, limits+: { quotas+: { cpu_cores: 48 } } }",
    )
    owner = {"team": "care", "email": "care@acme.example"}
    project.tenant(tier="gold", owner=owner)
    assert project.one().environments[0].resolved.spec["quotas"] == {**ENTERPRISE, "cpu_cores": 48}
    project.tenant(tier="gold", owner=owner, quotas={"cpu_cores": 49})
    assert "TC304" in project.codes()
    project.tenant(tier="gold")
    assert "TC306" in project.codes()


def test_a_workspace_adds_a_tier_that_is_built_on_none(project):
    """Only what it says holds."""
    security = {"encryption_level": "basic", "audit_logging": False}
    quotas = dict.fromkeys(ENTERPRISE, 3)
    project.write("tier_presets/lab.jsonnet", json.dumps({"defaults": {"quotas": quotas, "security": security}}))
    project.tenant(tier="lab", quotas={"cpu_cores": 1000})
    result = project.one()
    assert result.ok, result.diagnostics
    assert result.environments[0].resolved.spec["quotas"] == {**quotas, "cpu_cores": 1000}


def test_a_workspaces_profile_replaces_a_built_in_one(project):
    """By its name, with its folder."""
    project.profile("regulation/privacy", {"display_name": "Ours"})
    project.tenant(profiles=["regulation/privacy"])
    assert project.one().environments[0].resolved.spec["display_name"] == "Ours"


REGULATIONS = sorted(name for name in PROFILES if name.startswith("regulation/"))
OWN = {"contacts", "agreements", "attestations", "subprocessors", "processing", "roles", "sso", "frameworks", "region"}
"""What nobody but an organisation itself can say: its people, contracts, tests, and what it is under."""
STORES = {
    "sql": {"records": {"data_classes": ["personal"]}},
    "object": {"files": {"data_classes": ["personal"]}},
}


EVERYTHING = """
[workspace]
name = "acme-saas"
[targets]
enable = ["kubernetes", "terraform", "prometheus", "grafana"]
[cluster.shared]
cloud = "aws"
region = "us-east-1"
account_id = "111122223333"
name = "shared"
cloud_identity = "pod-identity"
mesh = { kind = "istio" }
monitoring = { namespace = "monitoring" }
data_cidrs = ["10.20.0.0/16"]
"""


def keys(value):
    """All keys of a tree of settings."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield name
            yield from keys(below)


@pytest.mark.parametrize("profile", REGULATIONS)
def test_a_regulations_profile_says_nothing_that_only_an_organisation_knows(values, profile):
    """It has numbers and switches; names stay with whoever has them."""
    assert OWN.isdisjoint(keys(values[profile]))


@pytest.mark.parametrize("tier", ["standard", "enterprise", "white_label"])
@pytest.mark.parametrize("profile", REGULATIONS)
def test_a_regulations_profile_alone_builds_without_a_warning(project, profile, tier, service):
    """On every tier that regulated customers have, with a service and stores, and no framework chosen yet."""
    project.write("tenant-compile.toml", EVERYTHING)
    project.tenant(
        tier=tier,
        profiles=[profile],
        owner={"team": "care", "email": "care@acme.example"},
        branding={"name": "ACME", "domains": ["acme.example"]},
        placement={"cloud": "aws", "regions": {"us-east-1": {}}},
        services={"app": service(image=f"registry.acme.example/app@sha256:{'0' * 64}", uses=["records", "files"])},
        data=STORES,
    )
    assert [finding for finding in project.one().diagnostics if finding.severity != "info"] == []


@pytest.mark.parametrize(
    ("profile", "framework", "numbers"),
    [
        ("health", {"hipaa": {}}, ["idle_timeout", "inactive_accounts", "password_policy", "breach_notification"]),
        ("payments", {"pci_dss": {}}, ["idle_timeout", "audit_retention", "password_policy", "vulnerability_scans"]),
        ("finance", {"sox": {}}, ["audit_retention", "inactive_accounts", "change_approval", "vulnerability_scans"]),
        ("government", {"fedramp": {"level": "moderate"}}, ["audit_retention", "idle_timeout", "patch_deadlines"]),
        ("privacy", {"gdpr": {}}, ["breach_notification", "deletion", "log_retention_maximum"]),
    ],
)
def test_a_regulations_profile_has_the_numbers_of_its_framework(project, profile, framework, numbers, service):
    """Under the regulation, the rules about numbers have nothing to say of a tenant that uses it."""
    project.tenant(
        tier="enterprise",
        profiles=[f"regulation/{profile}"],
        owner={"team": "care", "email": "care@acme.example"},
        placement={"cloud": "aws", "regions": {"us-east-1": {}}},
        compliance={"frameworks": framework},
        services={"app": service(uses=["records"], expose={"hosts": ["acme.example"]})},
        domains=["acme.example"],
        data=STORES,
    )
    results = project.one(passes=CHECK).environments[0].compliance.results
    judged = {name: results[name].denials for name in [*numbers, "backup_schedule"] if name in results}
    assert judged == dict.fromkeys(judged, ())
    assert set(numbers) <= set(judged)
