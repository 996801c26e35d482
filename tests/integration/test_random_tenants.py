"""Random tenants over the whole vocabulary: whatever the compiler accepts, schemas, lints and API server accept, too.

The strategy is made from the JSON Schema, so that a new field is drawn from the day on which it exists. Parts of
tenants that use everything are replaced by drawn ones: a wholly drawn tenant would hardly ever resolve.
"""

from __future__ import annotations

import pytest
from admission import refused
from borders import crossings
from generated_fleet import Fleet, Variant
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from test_generated_fleet import TENANTS_OWN
from test_no_dead_knobs import BASES, CONFIG, at, changed, load

from tenant_compiler.read import schema
from tenant_compiler.read.shapes import target

ROOT = load("tenant")
DIGEST = "@sha256:" + "0" * 64
NAMES = ["portal", "search", "nightly", "records", "files", "a", "x" * 40]
DRAWN = {
    "schedule": ["15 2 * * *", "*/5 * * * *", "0 0 1 * *", "0 2 * * SUN"],
    "cidr": ["203.0.113.0/24", "2001:db8::/32", "198.51.100.7/32"],
    "image": ["registry.acme.example/app" + DIGEST, "registry.acme.example/app:1" + DIGEST, "app:1"],
    "variant_image": ["registry.acme.example/app" + DIGEST],
    "cluster_profile": [*CONFIG["cluster"], "gone"],
    "tier": ["gold", "enterprise_plus", "standard", "free"],
    "profiles": ["ours"],
    "hosts": ["a.acme.example", "b.acme.example", "shop.brand.example", "x.other.example", "*.acme.example"],
    "domains": ["acme.example", "acme.test.example", "brand.example", "other.example"],
    "calls": NAMES,
    "uses": NAMES,
    "service": NAMES,
    "region": ["eu-central-1", "eu-west-1", "eu-north-1", "dc-1"],
    "signed": ["2026-01-10"],
    "expires": ["2030-01-10"],
    "date": ["2026-05-20", "2026-02-01"],
}
"""Texts whose form or whose meaning no schema says, by the name of their field."""
KEYS = {"regions": ["eu-central-1", "eu-west-1", "dc-1"], "environments": ["production"]}
"""Names that mean something, by the map that they stand in; others are those of `NAMES`."""


def drawn(field, name=""):
    """A strategy for what a part of the schema takes.

    Args:
        field: the schema of the part.
        name: of the field, or of the list that an entry is of.
    """
    found = {**target(field, ROOT), **{key: value for key, value in field.items() if key != "$ref"}}
    if "const" in found:
        return st.just(found["const"])
    if "oneOf" in found:
        return st.sampled_from([choice["const"] for choice in found["oneOf"]])
    if "anyOf" in found:
        return st.one_of([drawn({**below}, name) for below in found["anyOf"]])
    kind = found.get("type")
    if isinstance(kind, list):
        return st.one_of([drawn({**found, "type": one}, name) for one in kind])
    return _TYPES.get(kind, lambda *_: st.none())(found, name)


def _text(found, name):
    if name in DRAWN:
        return st.sampled_from(DRAWN[name])
    if "pattern" in found:
        words = st.from_regex(found["pattern"])
    else:
        words = st.text(max_size=20) | st.sampled_from(["${x}", "$(X)", "{{ x }}", "NO", "0o14", "'\"\\", "%{x}"])
    return words.filter(lambda text: len(text) <= found.get("maxLength", 60))


def _number(found, name):
    del name
    low, high = found.get("minimum", found.get("exclusiveMinimum", 0)), found.get("maximum", 10_000)
    if found["type"] == "integer":
        return st.integers(int(low), int(min(high, low + 1000)))
    return st.floats(low, min(high, low + 1000), exclude_min="exclusiveMinimum" in found, width=16) | st.integers(1, 64)


def _list(found, name):
    return st.lists(drawn(found["items"], name), min_size=found.get("minItems", 0), max_size=3, unique_by=repr)


def _map(found, name):
    if "properties" not in found:
        held = found.get("additionalProperties")
        if not isinstance(held, dict):
            return st.just({})
        keys = KEYS.get(name, NAMES)
        if "propertyNames" in found and name not in KEYS:
            listed = [choice["const"] for choice in target(found["propertyNames"], ROOT).get("oneOf", ())]
            keys = listed or keys
        return st.dictionaries(st.sampled_from(keys), drawn(held), max_size=3)
    needed = set(found.get("required", ()))
    parts = {key: drawn(below, key) for key, below in found["properties"].items()}
    return st.fixed_dictionaries(
        {key: part for key, part in parts.items() if key in needed},
        optional={key: part for key, part in parts.items() if key not in needed},
    )


_TYPES = {
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": lambda *_: st.booleans(),
    "null": lambda *_: st.none(),
    "array": _list,
    "object": _map,
}


def parts(field, value, path=(), name=""):
    """The parts of a document with a strategy each: sections and leaves alike."""
    found = target(field, ROOT)
    if path:
        yield path, drawn(field, name)
    if not isinstance(value, dict):
        return
    for key, below in value.items():
        held = found.get("properties", {}).get(key) or found.get("additionalProperties")
        if isinstance(held, dict):
            yield from parts(held, below, (*path, key), key if "properties" in found else "")


SPEC = target(ROOT["properties"]["spec"], ROOT)
PARTS = {
    name: [(("spec", *path), strategy) for path, strategy in parts(SPEC, base["spec"]) if path[0] != "environments"]
    for name, base in BASES.items()
}


def merged(below, above):
    """Lay a value over another."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return {**below, **{key: merged(below[key], value) if key in below else value for key, value in above.items()}}


@st.composite
def tenants(draw):
    """A tenant with some parts drawn anew."""
    name = draw(st.sampled_from(sorted(BASES)))
    whole = BASES[name]
    for _ in range(draw(st.integers(1, 5))):
        path, strategy = draw(st.sampled_from(PARTS[name]))
        new = draw(strategy)
        try:
            # Mostly laid over what is there, as a layer is: else much that is needed would be missing.
            made = changed(whole, path, merged(at(whole, path), new) if draw(st.integers(0, 4)) else new)
        except (KeyError, TypeError):
            continue  # an earlier change took it away
        if not schema.check(made, "tenant"):
            whole = made
    return whole


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    """The workspace that all are built in."""
    return Fleet(str(tmp_path_factory.mktemp("random")))


@given(tenant=tenants(), minor=st.sampled_from(["1.30", "1.34", "1.37"]))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_what_the_compiler_accepts_everybody_accepts(fleet, tenant, minor):
    """No exception, no finding of schemas or lints in what would be written, nothing that admission would refuse."""
    config = changed(fleet.config, ("cluster", "main", "kubernetes"), minor)
    build = fleet.build(Variant(repr(tenant), tenant, branch=True), Variant(minor, config, branch=True))
    objects = [finding for finding in build.findings if finding.object and finding.severity == "error"]
    note([(finding.code, finding.message) for finding in build.findings if finding.severity == "error"])

    assert [finding for finding in objects if finding.code not in TENANTS_OWN] == []
    if not build.sound:
        return
    folders: dict[str, list] = {}
    for artifact in build.artifacts:
        folders.setdefault(artifact.path.rpartition("/")[0], []).extend(item.value for item in artifact.objects)
    for values in folders.values():
        assert refused(values, build.plan.name) == []
        assert crossings(values, build.plan.name) == []


@given(st.lists(tenants(), min_size=30, max_size=30))
@settings(max_examples=1, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_many_of_them_are_sound(fleet, several):
    """So that the test above is about something."""
    main = Variant("main", fleet.config, branch=True)
    builds = [fleet.build(Variant(repr(tenant), tenant, branch=True), main) for tenant in several]

    assert sum(build.sound and bool(build.artifacts) for build in builds) >= 8
