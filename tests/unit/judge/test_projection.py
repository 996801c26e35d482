"""What rules read: integers only, days instead of dates, objects by what they are."""

from __future__ import annotations

import json
import os
from datetime import date

import pytest

from tenant_compiler.data import data_folder
from tenant_compiler.judge.projection import AMOUNTS, DATED, DATES, RENAMED, project_artifacts, project_spec
from tenant_compiler.model.artifact import Artifact, ArtifactObject
from tenant_compiler.read.shapes import target

DAY = date(2026, 11, 1)


def artifact(path, *items):
    """A file with these objects."""
    return Artifact(path, "json", {}, tuple(ArtifactObject(name, value, (("spec",),)) for name, value in items))


def fields(schema, root, path=()):
    """Every leaf field of a schema by its path; ``*`` for the entries of a map."""
    found = target(schema, root)
    for name, field in found.get("properties", {}).items():
        yield from fields(field, root, (*path, name))
    entry = found.get("additionalProperties")
    if isinstance(entry, dict):
        yield from fields(entry, root, (*path, "*"))
    if "properties" not in found and not isinstance(entry, dict):
        yield path, found


@pytest.fixture(scope="module")
def leaves():
    """The leaves of the settings of a resolved tenant."""
    with open(os.path.join(data_folder("schemas"), "resolved.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    spec = target(schema["properties"]["spec"], schema)
    return dict(fields(spec, schema))


def words(schema):
    """The types that a schema allows."""
    options = schema.get("anyOf") or [schema]
    return {option.get("type") for option in options}


def matches(path, pattern):
    """Whether a path fits a pattern, where ``*`` is any key."""
    return len(path) == len(pattern) and all(want in ("*", part) for part, want in zip(path, pattern, strict=True))


def test_every_field_that_may_be_a_fraction_is_projected_to_an_integer(leaves):
    """A new fractional field must get a unit, or rules would compare fractions."""
    fractional = [path for path, schema in leaves.items() if "number" in words(schema)]
    assert fractional
    missing = [
        path
        for path in fractional
        if path[-1] not in RENAMED or not any(matches(path[:-1], section) for section in AMOUNTS)
    ]
    assert missing == []


def test_every_date_becomes_days(leaves):
    """A rule cannot ask for the day, so every date of the vocabulary has its days beside it."""
    dates = [path for path, schema in leaves.items() if schema.get("x-format") == "date"]
    assert dates
    missing = [path for path in dates if path[-1] not in DATES or not any(matches(path[:-1], at) for at in DATED)]
    assert missing == []


def test_amounts_become_integers_in_small_units():
    """Cores are millicores, GiB are MiB, percents are parts per million."""
    spec = {
        "quotas": {"cpu_cores": 0.5, "memory_gb": 1.5, "storage_gb": "unlimited", "cache_size_mb": 64},
        "services": {"a": {"resources": {"requests": {"cpu_cores": 0.1, "memory_gb": 0.25}, "limits": {}}}},
        "monitoring": {"slos": {"up": {"objective_percent": 99.95, "window_days": 30}}},
    }
    found = project_spec(spec, DAY)
    assert found["quotas"] == {
        "cpu_millicores": 500,
        "memory_mib": 1536,
        "storage_mib": {"unlimited": True},
        "cache_size_mb": 64,
    }
    assert found["services"]["a"]["resources"]["requests"] == {"cpu_millicores": 100, "memory_mib": 256}
    assert found["monitoring"]["slos"]["up"] == {"objective_ppm": 999_500, "window_days": 30}


def test_a_projection_changes_nothing_in_place():
    """Resolved trees are shared between tenants."""
    spec = {"quotas": {"cpu_cores": 0.5}, "compliance": {"attestations": {"penetration_test": {"date": "2026-10-01"}}}}
    before = json.dumps(spec)
    project_spec(spec, DAY)
    assert json.dumps(spec) == before


def test_dates_get_their_days():
    """The age of what was done, the days until what expires."""
    compliance = {
        "attestations": {"penetration_test": {"date": "2026-10-01"}},
        "agreements": {"dpa": {"signed": "2026-10-31", "expires": "2026-11-11"}},
        "impact_assessment": {"date": "2026-11-02"},
    }
    found = project_spec({"compliance": compliance}, DAY)["compliance"]
    assert found["attestations"]["penetration_test"] == {"date": "2026-10-01", "age_days": 31}
    assert found["agreements"]["dpa"]["signed_age_days"] == 1
    assert found["agreements"]["dpa"]["expires_in_days"] == 10
    assert found["impact_assessment"]["age_days"] == -1


def test_fractions_of_plugins_become_text():
    """Nobody here knows the unit of a plug-in's field."""
    found = project_spec({"extensions": {"x": {"share": 0.25, "list": [1, float("inf")]}}}, DAY)
    assert found["extensions"] == {"x": {"share": "0.25", "list": [1, "inf"]}}


def test_objects_are_sorted_by_what_they_are():
    """A plug-in's Role counts as a Role; what nobody knows is left out."""
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "x"}}
    found = project_artifacts(
        {
            "theirs": (artifact("more.yaml", ("Role/x", role)),),
            "terraform": (artifact("main.tf.json", ("aws_kms_key.tenant", {"a": 1}), ("provider.aws", {})),),
            "prometheus": (artifact("r.yaml", ("g/Up", {"alert": "Up", "expr": "up"}), ("g/x", {"record": "x"})),),
            "grafana": (artifact("o.json", ("board", {"title": "x"})),),
        }
    )
    assert found["kubernetes"] == {
        "Role": [{"ref": "theirs/more.yaml#Role/x", "file": "theirs/more.yaml", "value": role}]
    }
    assert found["terraform"]["aws_kms_key"][0]["name"] == "tenant"
    assert found["terraform"]["provider"][0]["ref"] == "terraform/main.tf.json#provider.aws"
    assert [alert["name"] for alert in found["prometheus"]["alert"]] == ["Up"]
