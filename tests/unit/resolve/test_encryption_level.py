"""The encryption level: what it sets, and that nothing weaker passes under its name."""

from __future__ import annotations

import itertools
import json
import os

import pytest

from tenant_compiler.data import data_folder
from tenant_compiler.model.diagnostic import Place
from tenant_compiler.resolve.encryption import LEVELS

NAMES = ["basic", "enhanced", "maximum", "classified"]
CUSTODY = ["provider_managed", "customer_managed"]


def flags(level):
    """A level's flags as numbers that grow with safety, by path."""
    security = LEVELS[level]["security"]
    keys = security["keys"]
    return {
        "tls": float(security["tls"]["minimum_version"]),
        "custody": CUSTODY.index(keys["custody"]),
        "rotation": -keys["rotation_days"],
        "hsm": keys["hsm"],
        "fips": keys["fips"],
        "zero trust": security["zero_trust_networking"],
        "end to end": security["end_to_end_encryption"],
    }


def security_of(result):
    """The resolved security section."""
    assert result.ok, result.diagnostics
    return result.environments[0].resolved.spec["security"]


@pytest.fixture(scope="module")
def vocabulary():
    """The definitions of the resolved tenant's schema."""
    with open(os.path.join(data_folder("schemas"), "resolved.schema.json"), encoding="utf-8") as file:
        return json.load(file)["definitions"]


def test_the_levels_are_those_of_the_vocabulary(vocabulary):
    """No level sets nothing, none is unknown to the schema."""
    field = vocabulary["Security"]["properties"]["encryption_level"]
    assert [value["const"] for value in field["oneOf"]] == list(LEVELS) == NAMES


def test_every_level_is_at_least_as_safe_as_the_one_before():
    """In each flag, and safer in one."""
    for lower, upper in itertools.pairwise(NAMES):
        assert all(flags(upper)[name] >= value for name, value in flags(lower).items())
        assert flags(upper) != flags(lower)


def test_every_level_sets_every_flag_of_its_sections(vocabulary):
    """A flag that enters the vocabulary of keys or TLS, and must be said, cannot be forgotten here."""
    for level in NAMES:
        security = LEVELS[level]["security"]
        assert security["tls"].keys() == set(vocabulary["Tls"]["required"])
        assert security["keys"].keys() == vocabulary["Keys"]["properties"].keys()


@pytest.mark.parametrize("level", NAMES)
def test_a_level_sets_its_flags(project, level):
    """What the tenant gets is what the table says."""
    project.tenant(tier="premium", security={"encryption_level": level})
    security = security_of(project.one())
    assert {key: security[key] for key in LEVELS[level]["security"]} == LEVELS[level]["security"]
    assert LEVELS[level]["security"].keys() == {"tls", "keys", "zero_trust_networking", "end_to_end_encryption"}


@pytest.mark.parametrize(
    ("level", "weaker"),
    [
        ("maximum", {"tls": {"minimum_version": "1.2"}}),
        ("enhanced", {"keys": {"custody": "provider_managed"}}),
        ("maximum", {"keys": {"rotation_days": 91}}),
        ("classified", {"keys": {"hsm": False}}),
        ("classified", {"keys": {"fips": False}}),
        ("maximum", {"zero_trust_networking": False}),
        ("classified", {"end_to_end_encryption": False}),
    ],
)
def test_a_flag_weaker_than_its_level_is_an_error_at_its_line(project, level, weaker):
    """TC309: a level is a promise, and the line that breaks it is shown."""
    project.tenant(tier="premium", security={"encryption_level": level, **weaker})
    (found,) = (finding for finding in project.one().diagnostics if finding.severity == "error")
    ((section, values),) = weaker.items()
    flag = (section, next(iter(values))) if isinstance(values, dict) else (section,)
    assert found.code == "TC309"
    assert found.place == Place("tenants/acme.yaml", ("spec", "security", *flag))


@pytest.mark.parametrize(
    "safer",
    [
        {"tls": {"minimum_version": "1.3"}},
        {"keys": {"custody": "customer_managed"}},
        {"keys": {"rotation_days": 90}},
        {"keys": {"fips": True}},
        {"zero_trust_networking": True},
        {"end_to_end_encryption": True},
    ],
)
def test_a_flag_safer_than_its_level_is_allowed(project, safer):
    """The level is a floor."""
    project.tenant(tier="premium", security={"encryption_level": "basic", **safer})
    ((section, values),) = safer.items()
    found = security_of(project.one())[section]
    assert values.items() <= found.items() if isinstance(values, dict) else found == values


def test_a_profile_may_lower_the_level_with_all_its_flags(project):
    """The level that wins brings its own flags, not a mixture."""
    project.tenant(tier="enterprise", owner={"team": "t", "email": "t@acme.example"}, profiles=["regulation/health"])
    assert security_of(project.one())["keys"]["rotation_days"] == 90
    project.tenant(
        tier="enterprise",
        owner={"team": "t", "email": "t@acme.example"},
        profiles=["regulation/health"],
        security={"encryption_level": "basic"},
    )
    assert security_of(project.one())["keys"] == LEVELS["basic"]["security"]["keys"]


def test_the_level_may_differ_by_environment(project):
    """Tenants of one selection with different levels do not share what the level sets."""
    project.tenant(
        tier="premium", environments={"production": {"security": {"encryption_level": "maximum"}}, "staging": {}}
    )
    first, second = project.one().environments
    assert first.resolved.spec["security"]["tls"] == {"minimum_version": "1.3"}
    assert second.resolved.spec["security"]["tls"] == {"minimum_version": "1.2"}
