"""What a tier does not allow: more than its limits, other values than its locks, less than it requires."""

from __future__ import annotations

import json

import pytest

from tenant_compiler.model.diagnostic import Place


def errors(result):
    """The errors of a result."""
    return [finding for finding in result.diagnostics if finding.severity == "error"]


def test_more_than_the_limit_shows_both_lines(project):
    """TC304 stands at the tenant's value, and beside it the preset's limit."""
    project.tenant(tier="free", quotas={"cpu_cores": 128})
    (found,) = errors(project.one())
    assert found.code == "TC304"
    assert found.place == Place("tenants/acme.yaml", ("spec", "quotas", "cpu_cores"))
    (beside,) = found.related
    assert beside.place == Place("<built-in>/tier_presets/free.jsonnet", ("limits", "quotas", "cpu_cores"))
    assert "at most 1" in found.help


def test_unlimited_is_above_every_number(project):
    """A tenant cannot pass its limit by having none."""
    project.tenant(
        tier="enterprise_plus", owner={"team": "t", "email": "t@acme.example"}, quotas={"cpu_cores": "unlimited"}
    )
    assert [found.code for found in errors(project.one())] == ["TC304"]


def test_no_number_is_above_unlimited(project):
    """The reseller's tier takes any number, and unlimited."""
    project.tenant(
        tier="white_label",
        owner={"team": "t", "email": "t@acme.example"},
        branding={"name": "Brand", "domains": ["brand.example"]},
        quotas={"cpu_cores": 100000, "memory_gb": "unlimited"},
    )
    assert errors(project.one()) == []


def test_the_limit_itself_and_less_are_allowed(project):
    """At most means at most."""
    project.tenant(tier="standard", quotas={"cpu_cores": 2, "memory_gb": 0.5})
    assert errors(project.one()) == []


@pytest.mark.parametrize("layer", ["profile", "environment", "defaults"])
def test_a_limit_holds_for_every_layer(project, layer):
    """Whoever sets the value, the finding shows the line; for a profile, from the line that chooses it."""
    path = project.root + "/tenant-compile.toml"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    spec = {}
    if layer == "profile":
        project.profile("big", {"quotas": {"cpu_cores": 64}})
        spec, where = {"profiles": ["big"]}, "profiles/big.yaml"
    elif layer == "environment":
        project.write("values.yaml", {"quotas": {"cpu_cores": 64}})
        text = text.replace("[environments.production]", "[environments.production]\nvalues = 'values.yaml'")
        where = "values.yaml"
    else:
        text += "[defaults]\nquotas = { cpu_cores = 64 }\n"
        where = "tenant-compile.toml"
    project.write("tenant-compile.toml", text)
    project.tenant(**spec)
    (found,) = errors(project.one())
    shown = [found.place.file, *(label.place.file for label in found.related)]
    assert found.code == "TC304"
    assert where == (shown[2] if layer == "profile" else shown[0])


def test_a_locked_value_cannot_change(project):
    """TC305 stands at the line that changes it, and shows the locked one."""
    project.tenant(tier="free", security={"encryption_level": "maximum"})
    (found,) = errors(project.one())
    assert found.code == "TC305"
    assert found.place == Place("tenants/acme.yaml", ("spec", "security", "encryption_level"))
    assert found.related[0].place.pointer == ("defaults", "security", "encryption_level")
    assert "locks it to basic" in found.message


def test_saying_the_locked_value_again_is_no_change(project):
    """The same value in a tenant is allowed."""
    project.tenant(tier="free", security={"encryption_level": "basic"})
    assert errors(project.one()) == []


def test_taking_a_locked_value_away_is_a_change(project):
    """A null is no way round a lock."""
    preset = {"defaults": {"display_name": "Locked"}, "limits": {}, "required": [], "locked": ["display_name"]}
    project.write(
        "tier_presets/gold.jsonnet",
        f"local tiers = import 'tiers.libsonnet';\nstd.mergePatch(tiers.standard, {json.dumps(preset)})",
    )
    document = project.tenant(tier="gold", display_name="gone")
    with open(f"{project.root}/{document}", encoding="utf-8") as file:
        text = file.read()
    project.write(document, text.replace('"gone"', "null"))
    (found,) = errors(project.one())
    assert found.code == "TC305"
    assert "is absent" in found.message
    assert found.place.pointer == ("spec", "display_name")


@pytest.mark.parametrize(
    ("tier", "missing"),
    [("enterprise", "owner.email"), ("white_label", "branding"), ("enterprise_plus", "owner.email")],
)
def test_what_a_tier_requires_must_be_there(project, tier, missing):
    """TC306 names the path, and stands at the tier that asks for it."""
    owner = {"team": "care"} if missing == "owner.email" else {"team": "care", "email": "care@acme.example"}
    project.tenant(tier=tier, owner=owner)
    (found,) = errors(project.one())
    assert found.code == "TC306"
    assert missing in found.message
    assert found.place == Place("tenants/acme.yaml", ("spec", "tier"))


def test_all_that_is_wrong_is_said_at_once(project):
    """Limits, locks and requirements are judged together, in every environment."""
    project.tenant(
        tier="enterprise",
        quotas={"cpu_cores": 33, "memory_gb": 129},
        security={"audit_logging": False},
        environments={"production": {}, "staging": {}},
    )
    codes = [found.code for found in errors(project.one())]
    assert codes == ["TC304", "TC304", "TC305", "TC306"] * 2
