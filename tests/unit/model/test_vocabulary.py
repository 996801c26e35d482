"""The vocabulary: its documentation is true, and pydantic and the committed schemas agree on it."""

from __future__ import annotations

import copy
import json
from typing import Any, get_args, get_origin, get_type_hints

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ConfigDict, TypeAdapter, ValidationError

from tenant_compiler.model.vocabulary import tenant, waiver, workspace
from tenant_compiler.model.vocabulary.annotations import Info
from tenant_compiler.read import schema
from tenant_compiler.read.defaults import filler
from tenant_compiler.read.formats import check_formats
from tenant_compiler.read.shapes import target

ADAPTER = TypeAdapter(list[tenant.ResolvedTenant], config=ConfigDict(extra="forbid", strict=True, allow_inf_nan=False))
"""TypedDicts take the configuration of what holds them."""

WHOLE: dict[str, Any] = {
    "apiVersion": "tenant-compiler.dev/v1",
    "kind": "Tenant",
    "metadata": {"name": "acme-health", "labels": {"segment": "healthcare"}},
    "spec": schema.fill_defaults(
        {
            "tier": "enterprise",
            "profiles": ["region/eu"],
            "display_name": "ACME",
            "owner": {"team": "care", "email": "care@acme.example"},
            "domains": ["acme.example"],
            "placement": {"cloud": "aws", "regions": {"eu-central-1": {}}},
            "quotas": {
                "cpu_cores": 32,
                "memory_gb": 1.5,
                "storage_gb": "unlimited",
                "network_bandwidth_mbps": 2000,
                "concurrent_connections": 50000,
                "api_requests_per_minute": 50000,
                "ml_model_instances": "unlimited",
                "ai_processing_units": 0,
                "database_connections": 200,
                "cache_size_mb": 4096,
            },
            "security": {
                "encryption_level": "maximum",
                "audit_logging": True,
                "tls": {"minimum_version": "1.3"},
                "keys": {"custody": "customer_managed", "rotation_days": 90, "hsm": False, "fips": False},
                "zero_trust_networking": True,
                "end_to_end_encryption": True,
                "network": {"egress": {"mail": {"host": "mail.example", "reason": "mail"}}},
            },
            "services": {"portal": {"image": "portal:1", "calls": ["portal"], "env": {"A": "b"}}},
            "data": {"sql": {"records": {"data_classes": ["health"]}}, "object": {"scans": {}}},
            "monitoring": {"slos": {"up": {"service": "portal", "objective_percent": 99.9}}},
            "branding": {"name": "ACME", "domains": ["acme.example"], "colors": {"primary": "#0055aa"}},
        }
    ),
}


def without_patterns(node: Any) -> Any:
    """Drop the only known difference: pydantic knows nothing of our patterns and formats."""
    if isinstance(node, list):
        return [without_patterns(below) for below in node]
    if not isinstance(node, dict):
        return node
    kept = {key: below for key, below in node.items() if key not in ("pattern", "propertyNames")}
    return {key: without_patterns(below) for key, below in kept.items()}


def whole_numbers(node: dict[str, Any]) -> dict[str, Any]:
    """As in the compiled matcher: 8080.0 is no whole number."""
    if node.get("type") == "integer":
        node["allOf"] = [{"$ref": "urn:whole"}]
    return node


def matcher() -> jsonschema_rs.Draft7Validator:
    """The resolved schema, of what both know."""
    text = json.dumps(without_patterns(schema.document_schema("resolved")))
    loaded = json.loads(text, object_hook=whole_numbers)
    loaded["definitions"]["Selected"]["properties"]["extensions"] = {"type": "object"}  # any plug-in's section is right
    draft4 = {"$schema": "http://json-schema.org/draft-04/schema#", "id": "urn:whole", "type": "integer"}
    return jsonschema_rs.Draft7Validator(loaded, registry=jsonschema_rs.Registry([("urn:whole", draft4)]))


MATCHER = matcher()
RESOLVED = schema.Validator("resolved")


def pointers(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every node of a document."""
    found = [at]
    for key, below in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += pointers(below, (*at, key))
    return found


NUMBERS = st.sampled_from([0, 1, 5, 20, 89, 90, 100, 1023, 1024, 65535, 65536, 2**31, 10**30, -1])
FLOATS = st.floats(width=32) | st.sampled_from([1.0, 8080.0, 99.9, 100.0])
TEXTS = st.sampled_from(["a", "unlimited", "1.2", "16", "aws", "primary", "health", "basic", "x" * 64, "x" * 300, ""])
SCALARS = st.none() | st.booleans() | NUMBERS | FLOATS | TEXTS
JUNK = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.sampled_from(["a", "role", "image"]), SCALARS)
OPTIONAL = ("schedule", "fixed", "maximum", "host", "lifecycle_days", "logo", "readiness", "cluster_profile", "unknown")


def alike(value: Any) -> st.SearchStrategy[Any]:
    """Values of the same kind as one, so that half of the changes leave the document valid."""
    if isinstance(value, bool):
        return st.booleans()
    if isinstance(value, (int, float)):
        return NUMBERS | FLOATS
    return TEXTS if isinstance(value, str) else st.just(type(value)())


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """A whole tenant with one or two changes: a value replaced, a key taken away, a key added."""
    value = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 2))):
        pointer = draw(st.sampled_from([path for path in pointers(value) if path]))
        holder = value
        for part in pointer[:-1]:
            holder = holder[part]
        last = pointer[-1]
        how = draw(st.sampled_from(["alike", "alike", "alike", "junk", "remove", "add"]))
        if how == "remove":
            del holder[last]
        elif how == "add" and isinstance(holder, dict):
            holder[draw(st.sampled_from(OPTIONAL))] = draw(NUMBERS | TEXTS)
        else:
            holder[last] = draw(JUNK if how == "junk" else alike(holder[last]))
    return value


@given(documents())
@settings(max_examples=300)
def test_pydantic_and_the_schema_agree(document: Any) -> None:
    """Both take the same resolved tenants, but for patterns, which only the schema has."""
    try:
        ADAPTER.validate_python([document])
        agreed = True
    except ValidationError:
        agreed = False
    assert MATCHER.is_valid(document) is agreed


@given(documents())
@settings(max_examples=100)
def test_whatever_is_refused_is_explained(document: Any) -> None:
    """A document has findings exactly when it is invalid: one a node, in our words, each with a code and help."""
    found = schema.check(document, "resolved", "t.yaml")
    formats = check_formats(document, schema.Source("resolved", "t.yaml", 0, ()))
    assert bool(found) is (not RESOLVED.is_valid(document) or bool(formats))
    assert len({item.pointer for item in found}) == len(found)
    for item in found:
        assert item.code.startswith("TC20") or item in formats
        assert item.help or item.code in ("TC206", "TC209")
        assert "does not fit" not in item.message
        assert "valid under" not in item.message


def test_the_whole_tenant_is_valid_for_both() -> None:
    """The document that the changes start from is right, patterns included."""
    assert schema.check(WHOLE, "resolved") == []
    assert ADAPTER.validate_python([WHOLE]) == [WHOLE]


def declared() -> list[tuple[str, Info, Any]]:
    """Every annotation of the vocabulary with the name of its field and its type."""
    found: list[tuple[str, Info, Any]] = []
    waiting: list[Any] = [
        tenant.Tenant,
        tenant.Profile,
        tenant.ResolvedTenant,
        workspace.WorkspaceConfig,
        waiver.Waiver,
    ]
    seen: set[Any] = set()
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen.add(kind)
        for name, hint in get_type_hints(kind, include_extras=True).items():
            parts = [(name, hint)]
            while parts:
                where, part = parts.pop()
                arguments = get_args(part)
                extras = [extra for extra in getattr(part, "__metadata__", ()) if isinstance(extra, Info)]
                found += [(f"{kind.__name__}.{where}", extra, part) for extra in extras]
                parts += [(where, below) for below in arguments if get_origin(below) or hasattr(below, "__metadata__")]
                waiting += [below for below in arguments if hasattr(below, "__required_keys__")]
    return found


DECLARED = declared()


@pytest.mark.parametrize(("name", "info", "kind"), DECLARED, ids=[name for name, _, _ in DECLARED])
def test_a_field_says_what_it_is(name: str, info: Info, kind: Any) -> None:
    """Every field has a sentence; an enumeration has one for each of its values, and for no other."""
    assert info.doc.endswith((".", ")."))
    choices = [value for value in get_args(get_args(kind)[0]) if isinstance(value, str)]
    if info.values is not None:
        assert list(info.values) == choices
        assert all(text.endswith(".") for text in info.values.values())
    else:
        assert len(choices) <= 1


@pytest.mark.parametrize("name", ["tenant", "profile", "workspace"])
def test_examples_are_valid(name: Any) -> None:
    """The example of every field is right for the field, in a document in which the rest is left out."""
    root = schema.document_schema(name)
    waiting = [root, *root["definitions"].values()]
    count = 0
    for section in waiting:
        for key, field in section.get("properties", {}).items():
            shown = field if "examples" in field else target(field, root)
            for example in shown.get("examples", ()):
                count += 1
                validator = jsonschema_rs.Draft7Validator({**field, "definitions": root["definitions"]})
                assert validator.is_valid(example), (key, example)
    assert count > 30


@pytest.mark.parametrize("name", ["resolved", "workspace"])
def test_defaults_are_valid(name: Any) -> None:
    """The default of every field is right for the field once it is filled up itself."""
    root = schema.document_schema(name)
    for section in [root, *root["definitions"].values()]:
        for key, field in section.get("properties", {}).items():
            if "default" in field:
                fill = filler(field, root)
                filled = fill(field["default"]) if fill else field["default"]
                validator = jsonschema_rs.Draft7Validator({**field, "definitions": root["definitions"]})
                assert validator.is_valid(filled), key
