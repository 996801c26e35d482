"""Resolving on small workspaces: which layer wins, what tiers and profiles may be, and what never changes."""

from __future__ import annotations

import json
import os

import pytest

from tenant_compiler.run.passes import BUILD, CHECK

LAYERS = ["tier:gold", "derived:encryption_level", "defaults", "profile:base", "profile:top"]
LAYERS += ["environment:staging", "tenant", "tenant.environments.staging"]


def tier(**parts):
    """A tier's source: jsonnet reads JSON."""
    return json.dumps({"defaults": {}, "limits": {}, "required": [], "locked": [], **parts})


def append(project, text):
    """Add to the workspace's configuration."""
    path = os.path.join(project.root, "tenant-compile.toml")
    with open(path, encoding="utf-8") as file:
        before = file.read()
    project.write("tenant-compile.toml", before + text)


def config(project, old, new):
    """Change the workspace's configuration."""
    path = os.path.join(project.root, "tenant-compile.toml")
    with open(path, encoding="utf-8") as file:
        before = file.read()
    assert old in before
    project.write("tenant-compile.toml", before.replace(old, new))


def spec_of(result, environment=0):
    """The resolved spec of a result without errors."""
    assert result.ok, result.diagnostics
    return result.environments[environment].resolved.spec


def only(result):
    """The only error of a result."""
    (found,) = (finding for finding in result.diagnostics if finding.severity == "error")
    return found


def test_every_layer_wins_over_all_below_it(project):
    """Each of the eight layers sets the quota that is named after it, and all that belong to the layers above."""
    quotas = {
        "tier:gold": "cpu_cores",
        "defaults": "memory_gb",
        "profile:base": "storage_gb",
        "profile:top": "network_bandwidth_mbps",
        "environment:staging": "concurrent_connections",
        "tenant": "api_requests_per_minute",
        "tenant.environments.staging": "ml_model_instances",
    }
    order = [name for name in LAYERS if name in quotas]

    def said(layer):
        number = order.index(layer)
        return {quotas[name]: number for name in order[number:]}

    rest = {"ai_processing_units": 0, "database_connections": 10, "cache_size_mb": 1}
    security = {"encryption_level": "basic", "audit_logging": False}
    defaults = {"quotas": {**rest, **said("tier:gold")}, "security": security}
    project.write("tier_presets/gold.jsonnet", tier(defaults=defaults))
    append(project, f"[defaults]\nquotas = {{ {', '.join(f'{k} = {v}' for k, v in said('defaults').items())} }}\n")
    config(project, "[environments.staging]", "[environments.staging]\nvalues = 'staging.yaml'")
    project.profile("base", {"quotas": said("profile:base")})
    project.profile("top", {"quotas": said("profile:top")}, extends=["base"])
    project.write("staging.yaml", {"quotas": said("environment:staging")})
    project.tenant(
        tier="gold",
        profiles=["top"],
        quotas=said("tenant"),
        environments={"staging": {"quotas": said("tenant.environments.staging")}},
    )
    resolved = project.one().environments[0].resolved
    assert [layer.name for layer in resolved.layers] == LAYERS
    quota = resolved.spec["quotas"]
    assert [quota[quotas[name]] for name in order] == list(range(len(order)))


def test_the_derived_layer_stands_above_the_tier_and_below_the_defaults(project):
    """The level overrides the tier's own flags; the workspace's defaults override the level's."""
    config(project, "[targets]", "[defaults.security.keys]\nrotation_days = 100\n[targets]")
    project.tenant(tier="premium")
    keys = spec_of(project.one())["security"]["keys"]
    assert keys == {"custody": "customer_managed", "rotation_days": 100, "hsm": False, "fips": False}


def test_a_tenant_without_environments_has_the_first_of_the_workspace(project):
    """One environment is the usual case and needs no line."""
    project.tenant()
    assert [each.environment for each in project.one().environments] == ["production"]


def test_the_tier_may_differ_by_environment(project):
    """Staging on a smaller tier gets that tier's quotas and limits."""
    project.tenant(tier="premium", environments={"production": {}, "staging": {"tier": "free"}})
    result = project.one()
    assert spec_of(result, 0)["quotas"]["cpu_cores"] == 8
    assert spec_of(result, 1)["quotas"]["cpu_cores"] == 1
    assert spec_of(result, 1)["tier"] == "free"


def test_an_environments_profiles_replace_the_tenants(project):
    """The list of profiles is a list like any other: the last one stands."""
    project.profile("one", {"display_name": "One"})
    project.profile("two", {"domains": ["two.example"]})
    project.tenant(profiles=["one"], environments={"staging": {"profiles": ["two"]}}, domains=None)
    spec = spec_of(project.one())
    assert spec["profiles"] == ["two"]
    assert "display_name" not in spec
    assert spec["domains"] == ["two.example"]


def test_a_diamond_of_profiles_has_its_bottom_once(project):
    """A profile that two others extend stands once, below both."""
    project.profile("bottom", {"display_name": "bottom"})
    project.profile("left", {}, extends=["bottom"])
    project.profile("right", {}, extends=["bottom"])
    project.profile("top", {}, extends=["left", "right"])
    project.tenant(profiles=["top"])
    resolved = project.one().environments[0].resolved
    names = [layer.name for layer in resolved.layers if layer.name.startswith("profile:")]
    assert names == ["profile:bottom", "profile:left", "profile:right", "profile:top"]


def test_a_profile_that_extends_itself_is_refused_with_the_way_round(project):
    """TC303 names every step and stands at the last one."""
    project.profile("one", {}, extends=["two"])
    project.profile("two", {}, extends=["one"])
    project.tenant(profiles=["one"])
    found = only(project.one())
    assert found.code == "TC303"
    assert "one → two → one" in found.message
    assert (found.place.file, found.place.pointer) == ("profiles/two.yaml", ("extends", 0))


@pytest.mark.parametrize(
    ("spec", "code", "pointer", "hint"),
    [
        ({"tier": "standrad"}, "TC301", ("spec", "tier"), "`standard`"),
        ({"profiles": ["region/eu", "region/uss"]}, "TC302", ("spec", "profiles", 1), "`region/us`"),
        ({"environments": {"stagin": {}}}, "TC307", ("spec", "environments", "stagin"), "`staging`"),
        ({"environments": {"staging": {"tier": "gold"}}}, "TC301", ("spec", "environments", "staging", "tier"), "free"),
        ({"tier": None}, "TC204", ("spec",), "`standard`"),
    ],
)
def test_a_name_that_there_is_not_is_shown_where_it_stands(project, spec, code, pointer, hint):
    """Unknown tiers, profiles and environments come with a near match, or with what there is."""
    project.tenant(**spec)
    found = only(project.one())
    assert (found.code, found.place.file, found.place.pointer) == (code, "tenants/acme.yaml", pointer)
    assert hint in found.help


def test_an_unknown_profile_behind_extends_is_shown_in_the_profile(project):
    """The line to mend is the profile's, not the tenant's."""
    project.profile("mine", {}, extends=["regulation/helth"])
    project.tenant(profiles=["mine"])
    found = only(project.one())
    assert (found.code, found.place.file, found.place.pointer) == ("TC302", "profiles/mine.yaml", ("extends", 0))
    assert "regulation/health" in found.help


def test_a_name_is_looked_up_and_never_joined_to_a_path(project):
    """A tier that looks like a path does not even pass the schema."""
    project.write("x.jsonnet", tier())
    project.tenant(tier="../x")
    assert project.codes() == ["TC206"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("[]", "evaluates to a list"),
        ("null", "evaluates to null"),
        ('{ "default": {} }', "unknown part `default`"),
        ('{ "limits": [] }', "has a list as `limits`"),
        (tier(limits={"quotas": {"cpu_cores": None}}), "null as the limit of quotas.cpu_cores"),
        (tier(limits={"owner": {"team": "care"}}), "text as the limit of owner.team"),
        (tier(limits={"security": {"audit_logging": True}}), "a boolean as the limit of security.audit_logging"),
        (tier(locked=["security.audit_loging"]), "locks security.audit_loging, but has no default"),
        (tier(locked=["security..audit"]), "no path"),
        (tier(required=["metadata.name"]), "no path of a tenant's settings"),
    ],
)
def test_a_tier_that_is_none_is_refused(project, source, words):
    """TC308, at the preset: not one part of a tier is left alone because it is misspelt."""
    project.write("tier_presets/gold.jsonnet", source)
    project.tenant(tier="gold")
    found = only(project.one())
    assert found.code == "TC308"
    assert words in found.message
    assert found.place.file == "tier_presets/gold.jsonnet"


def test_a_tiers_defaults_are_settings(project):
    """A key that no tenant could write is none in a preset either, and is shown in the preset."""
    project.write("tier_presets/gold.jsonnet", tier(defaults={"quotas": {"cpus": 3}}))
    project.tenant(tier="gold")
    found = only(project.one())
    assert (found.code, found.place.file) == ("TC201", "tier_presets/gold.jsonnet")
    assert found.place.pointer == ("defaults", "quotas", "cpus")


def test_a_broken_source_breaks_only_who_needs_it(project):
    """One tenant on a broken tier fails; the others are built."""
    project.write("tier_presets/gold.jsonnet", "{ oops")
    project.tenant("broken", tier="gold")
    project.tenant("sound")
    results = {result.tenant: result for result in project.results()}
    assert not results["broken"].ok
    assert results["sound"].ok
    assert results["sound"].files


def test_null_removes_a_leaf_and_a_maps_entry(project, service):
    """What a profile says can be taken back by the tenant, value by value."""
    project.profile(
        "base",
        {
            "display_name": "Base",
            "services": {"a": service(), "b": service()},
            "placement": {"regions": {"eu-west-1": {"role": "standby"}}},
        },
    )
    project.tenant(
        profiles=["base"],
        display_name="",  # replaced below: the helper leaves None out
        services={"a": None},
        placement={"cloud": "aws", "regions": {"eu-central-1": {}, "eu-west-1": None}},
    )
    path = os.path.join(project.root, "tenants/acme.yaml")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    project.write("tenants/acme.yaml", text.replace('"display_name": ""', '"display_name": null'))
    spec = spec_of(project.one())
    assert "display_name" not in spec
    assert list(spec["services"]) == ["b"]
    assert list(spec["placement"]["regions"]) == ["eu-central-1"]


def test_null_for_a_section_is_an_error(project):
    """Nobody switches a whole section off by leaving its value empty."""
    text = (
        "apiVersion: tenant-compiler.dev/v1\nkind: Tenant\nmetadata: {name: acme}\n"
        "spec:\n  tier: free\n  security:\n  owner: {team: care}\n"
    )
    project.write("tenants/acme.yaml", text)
    found = only(project.one())
    assert found.code.startswith("TC2")
    assert found.place.pointer == ("spec", "security")


def test_removing_what_must_be_there_says_that_it_is_missing(project):
    """The entry that a null took away is missed with its own path."""
    project.tenant(placement={"cloud": "aws", "regions": {"eu-central-1": None}})
    found = only(project.one())
    assert found.pointer[:3] == ("spec", "placement", "regions")
    assert found.place.file == "tenants/acme.yaml"


def test_a_jsonnet_profile_knows_tier_environment_and_cloud(project):
    """Each distinct input is a layer of its own values."""
    source = "function(tier, environment, cloud) { spec: { display_name: '%s %s %s' % [tier, environment, cloud] } }"
    project.write("profiles/who.jsonnet", source)
    project.tenant(profiles=["who"], environments={"production": {}, "staging": {"tier": "free"}})
    result = project.one()
    assert spec_of(result, 0)["display_name"] == "standard production aws"
    assert spec_of(result, 1)["display_name"] == "free staging aws"


def test_a_cloud_that_only_a_profile_sets_is_refused_where_others_asked_for_it(project):
    """A profile that was evaluated for no cloud cannot be right beside one that sets it."""
    project.profile("cloud", {"placement": {"cloud": "aws"}})
    project.tenant(profiles=["cloud", "region/eu"], placement={"regions": {"eu-central-1": {}}})
    codes = project.codes()
    assert codes
    assert set(codes) <= {"TC317", "TC121"}


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ("local name = 'x'; { spec: { display_name: name } }", []),
        ("function(tier) { spec: { display_name: tier } }", []),
        ("function(cloud) { spec: { display_name: 'on ' + cloud } }", ["TC317"]),
        ("function(tier, cloud) local name = 'on ' + cloud; { spec: { display_name: name } }", ["TC317"]),
        ("(function(cloud) { spec: { display_name: 'on ' + cloud } })", ["TC317"]),
    ],
)
def test_a_cloud_set_by_a_profile_only_troubles_profiles_that_ask_for_it(project, source, codes):
    """TC317 is about profiles that are functions of the cloud, however that is written; an object is none."""
    project.profile("cloud", {"placement": {"cloud": "aws"}})
    project.write("profiles/other.jsonnet", source)
    project.tenant(profiles=["cloud", "other"], placement={"regions": {"eu-central-1": {}}})
    assert project.codes() == codes


def test_tenants_of_one_selection_share_the_merged_base(project):
    """The same sub-tree serves both, so it may never be changed."""
    project.tenant("one")
    project.tenant("two")
    one, two = (result.environments[0].resolved.spec for result in project.results())
    assert one["quotas"] is two["quotas"]


def test_no_back_end_changes_what_tenants_share(project, service):
    """The merged bases and all layers are the same bytes before and after every pass of a fleet with everything on."""
    config(project, 'enable = ["kubernetes"]', 'enable = ["kubernetes", "terraform", "prometheus", "grafana"]')
    for name in ("one", "two"):
        project.tenant(
            name,
            tier="enterprise",
            owner={"team": "care", "email": "care@acme.example"},
            profiles=["regulation/health"],
            domains=[f"{name}.example"],
            services={"portal": service(uses=["db"], expose={"hosts": [f"a.{name}.example"]})},
            data={"sql": {"db": {}}, "object": {"files": {}}},
            monitoring={"slos": {"up": {"service": "portal", "objective_percent": 99.9}}},
        )
    session = project.session()
    documents = [document for name in ("one", "two") for document in session.files.read(f"tenants/{name}.yaml")[0]]
    session.tools.resolver.prepare(documents)
    before = []
    for document in documents:
        resolved, findings = session.tools.resolver.resolve(document, "production")
        assert not findings
        before.append((resolved, json.dumps([layer.values for layer in resolved.layers]), json.dumps(resolved.spec)))
    plain = json.dumps([document.value for document in documents])
    from tenant_compiler.run.discovery import Selectors

    results = list(session.stream(Selectors(), BUILD))
    assert all(result.ok and result.files for result in results)
    for resolved, layers, spec in before:
        assert json.dumps([layer.values for layer in resolved.layers]) == layers
        assert json.dumps(resolved.spec) == spec
    assert json.dumps([document.value for document in documents]) == plain
    again, _ = session.tools.resolver.resolve(documents[0], "production")
    assert again.spec["quotas"] is before[0][0].spec["quotas"]


def test_checking_makes_no_files(project):
    """The passes of `check` end before the bytes."""
    project.tenant()
    assert project.one(passes=CHECK).files == ()
    assert project.one(passes=BUILD).files
