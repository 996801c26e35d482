"""The tables that the vocabulary gives the other passes: defaults, unions, the safer direction."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.read import schema
from tenant_compiler.read.defaults import filler, marked

SPEC: dict[str, Any] = {
    "tier": "standard",
    "placement": {"cloud": "aws", "regions": {"eu-central-1": {}}},
    "services": {"portal": {"image": "portal:1"}, "nightly": {"kind": "cron", "port": 9000}},
    "data": {"sql": {"records": {"data_classes": ["health"]}}},
    "security": {"network": {"egress": {"mail": {"host": "mail.example", "reason": "mail"}}}},
}


def test_defaults_reach_into_sections_maps_and_their_own_sections() -> None:
    """A section that is not written gets its inner defaults, and each entry of a map gets its own."""
    filled = schema.fill_defaults(SPEC)
    assert filled["placement"]["residency"] == {"jurisdictions": [], "strict": True}
    assert filled["placement"]["regions"]["eu-central-1"] == {"role": "primary", "zones": 3}
    assert filled["services"]["portal"]["resources"] == {
        "requests": {"cpu_cores": 0.1, "memory_gb": 0.125},
        "limits": {},
    }
    assert filled["services"]["nightly"]["port"] == 9000
    assert filled["data"] == {
        "sql": {
            "records": {
                "data_classes": ["health"],
                "engine": "postgres",
                "version": "16",
                "storage_gb": 20,
                "high_availability": False,
            }
        },
        "object": {},
    }
    assert filled["security"]["network"]["egress"]["mail"]["ports"] == [443]
    assert "schedule" not in filled["services"]["portal"]


def test_filling_changes_nothing_that_it_was_given() -> None:
    """The input stays as it is, and a complete value comes back as itself."""
    before = copy.deepcopy(SPEC)
    filled = schema.fill_defaults(SPEC)
    assert before == SPEC
    assert schema.fill_defaults(filled) is filled


def test_constant_sections_are_shared_between_tenants() -> None:
    """What is the same for all tenants is one object."""
    one, other = schema.fill_defaults({"tier": "a"}), schema.fill_defaults({"tier": "b"})
    assert one["data"] is other["data"]
    assert schema.fill_defaults(SPEC)["placement"]["residency"] is schema.fill_defaults(SPEC)["placement"]["residency"]


def test_keys_come_in_the_same_order_every_time() -> None:
    """First what was written, in its order, then the defaults in the vocabulary's."""
    assert list(schema.fill_defaults({"tier": "x", "data": {}})) == [
        "tier",
        "data",
        "domains",
        "compliance",
        "change_control",
        "backup",
        "ai",
        "services",
        "monitoring",
        "extensions",
        "profiles",
    ]


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(st.sampled_from(["portal", "image", "sql"]), below),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(["placement", "services", "data", "security", "monitoring", "x"]), _JUNK))
@settings(max_examples=100)
def test_filling_never_fails_and_only_adds(spec: dict[str, Any]) -> None:
    """Values of the wrong kind stay for the check to explain; nothing that was said is lost; filling twice is once."""
    filled = schema.fill_defaults(spec)
    assert _contains(filled, spec)
    assert schema.fill_defaults(filled) is filled


def _contains(whole: Any, part: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and _contains(whole[key], part[key]) for key in part)
    return bool(whole == part)


def test_a_workspace_is_filled_but_its_layer_is_not() -> None:
    """Cluster profiles become complete; `defaults` stays what it says, or it would hide what tiers say."""
    config = {"workspace": {"name": "acme"}, "defaults": {"data": {}}, "cluster": {"a": {}}}
    filled = schema.fill_workspace(config)
    assert filled["defaults"] == {"data": {}}
    assert filled["cluster"]["a"] == {
        "kubernetes": "1.34",
        "network_policy": "kubernetes",
        "rollouts": "native",
        "autoscaler": "hpa",
        "vertical_autoscaler": False,
        "data_cidrs": [],
        "operators": [],
        "crds": [],
    }
    assert filled["environments"] == {"production": {}}
    assert filled["targets"]["terraform"] == {"aws": "~> 6.69", "state": {}}
    assert schema.check(filled, "workspace") == []


def test_unions_are_the_lists_of_data_classes() -> None:
    """The lists that add up are found by their mark, below maps too."""
    assert schema.union_paths() == {
        ("compliance", "data_classes"),
        ("security", "audit", "events"),
        ("services", "*", "data_classes"),
        ("data", "sql", "*", "data_classes"),
        ("data", "object", "*", "data_classes"),
    }


def test_a_schema_without_defaults_has_no_filler() -> None:
    """Where there is nothing to fill there is no function to call."""
    root = {"definitions": {}, "type": "object", "properties": {"a": {"type": "string"}}}
    assert filler(root, root) is None
    assert filler({"type": "object", "additionalProperties": {"type": "string"}}, root) is None


def test_marks_are_found_in_lists_and_maps() -> None:
    """A mark may stand on the item of a list in the entry of a map."""
    item = {"type": "string", "x-format": "cidr"}
    root = {"type": "object", "additionalProperties": {"type": "array", "items": item}}
    assert list(marked("x-format", root, root)) == [(("*", "*"), item)]
