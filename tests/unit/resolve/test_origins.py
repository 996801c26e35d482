"""Where values come from, against a reference that remembers the last writers of every leaf."""

from __future__ import annotations

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_compiler.model.diagnostic import Place
from tenant_compiler.model.resolved import Layer, Resolved
from tenant_compiler.resolve.merge import merge, union_tree
from tenant_compiler.resolve.origin import chain, place_of

UNIONS = union_tree([("m", "u"), ("n", "*", "u")])

leaf = st.integers(0, 3) | st.none()
items = st.lists(st.integers(0, 2), max_size=3) | st.none()
unique = st.lists(st.integers(0, 3), max_size=3, unique=True) | st.none()
inner = st.fixed_dictionaries({}, optional={"s": leaf, "u": unique})
stacks = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "s": leaf,
            "l": items,
            "m": st.none() | st.fixed_dictionaries({}, optional={"s": leaf, "l": items, "u": unique}),
            "n": st.none() | st.dictionaries(st.sampled_from("xy"), st.none() | inner, max_size=2),
        },
    ),
    min_size=1,
    max_size=5,
)
some = st.fixed_dictionaries({"u": unique})
unions = st.lists(
    st.fixed_dictionaries({"m": some | some | st.none(), "n": st.fixed_dictionaries({"x": some | some | st.none()})}),
    min_size=1,
    max_size=5,
)


def stack(values):
    """A resolved tenant of these layers; each has a file of its own and stands below ``root`` there."""
    layers, spec = [], {}
    for number, value in enumerate(values):
        layers.append(Layer(str(number), value, Place(f"{number}.yaml", ("root",))))
        spec = merge(spec, value, UNIONS)
    return Resolved("tenant.yaml", 0, "production", {"name": "acme"}, spec, tuple(layers))


def leaves(value, path=()):
    """Every scalar and list of a tree, with its path."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    else:
        yield path, value


def writers(values):
    """The layers that wrote each leaf that is left, lowest first: a null makes all before it forgotten."""
    history = {}
    for number, value in enumerate(values):
        for path, said in leaves(value):
            if said is None:
                history = {known: who for known, who in history.items() if known[: len(path)] != path}
            else:
                history.setdefault(path, []).append(number)
    return history


def at(document, pointer):
    """The node at a pointer."""
    for part in pointer:
        document = document[part]
    return document


@settings(max_examples=120, deadline=None)
@given(stacks)
def test_the_chain_of_a_leaf_is_who_wrote_it_the_last_one_first(values):
    """For every scalar and list of the result, in any stack of layers."""
    resolved = stack(values)
    known = writers(values)
    for path, _ in leaves(resolved.spec):
        said = [origin for origin in chain(resolved, ("spec", *path)) if origin.value is not None]
        assert [int(origin.layer.name) for origin in said] == known[path][::-1]


@settings(max_examples=120, deadline=None)
@given(stacks)
def test_a_place_leads_to_the_value_in_the_layers_own_file(values):
    """The winner's place, read in the winner's file, holds what the result has; an item of a list has its own place."""
    resolved = stack(values)
    for path, value in leaves(resolved.spec):
        pointers = [path, *((*path, index) for index in range(len(value)))] if isinstance(value, list) else [path]
        for pointer in pointers:
            place = place_of(resolved, ("spec", *pointer))
            found = at({"root": values[int(place.file.partition(".")[0])]}, place.pointer)
            merged = at(resolved.spec, pointer)
            assert found == merged or (isinstance(merged, list) and set(found) <= set(merged))


@settings(max_examples=100, deadline=None)
@given(unions)
def test_an_item_of_a_union_comes_from_every_layer_that_adds_it(values):
    """Each item of a list that adds up names the layers that have it, since the last null."""
    resolved = stack(values)
    known = writers(values)
    for path in (path for path, value in leaves(resolved.spec) if isinstance(value, list)):
        for index, item in enumerate(at(resolved.spec, path)):
            said = [int(origin.layer.name) for origin in chain(resolved, ("spec", *path, index))]
            assert said == [number for number in reversed(known[path]) if item in at(values[number], path)]


def test_an_item_that_stands_twice_has_both_its_places():
    """The second of two equal hosts points at the second."""
    resolved = stack([{"l": [1, 2, 1]}])
    assert place_of(resolved, ("spec", "l", 2)).pointer == ("root", "l", 2)


def test_a_missing_node_has_the_place_of_its_nearest_parent():
    """What nobody wrote stands where its section does, and at the tenant's spec when there is none."""
    resolved = stack([{"m": {"s": 1}}])
    assert place_of(resolved, ("spec", "m", "gone")) == Place("0.yaml", ("root", "m"))
    assert place_of(stack([{}]), ("spec", "m", "gone")).pointer == ("root",)


def test_metadata_is_the_tenants_own():
    """The name has one origin: the document."""
    origins = chain(stack([{}]), ("metadata", "name"))
    assert [(origin.value, origin.place) for origin in origins] == [
        ("acme", Place("tenant.yaml", ("metadata", "name")))
    ]


def test_every_kind_of_layer_names_the_place_in_its_own_file(project):
    """Preset, defaults, profile, environment, tenant and its environment: each with the prefix that its file has."""
    config = project.root + "/tenant-compile.toml"
    with open(config, encoding="utf-8") as file:
        text = file.read().replace("[environments.staging]", "[environments.staging]\nvalues = 'staging.yaml'")
    project.write("tenant-compile.toml", text + "[defaults]\nquotas = { memory_gb = 3.5 }\n")
    project.write("staging.yaml", {"quotas": {"storage_gb": 50}})
    project.profile("big", {"quotas": {"cache_size_mb": 99}})
    project.tenant(
        profiles=["big"],
        quotas={"database_connections": 5},
        environments={"staging": {"quotas": {"cpu_cores": 1}}},
    )
    resolved = project.one().environments[0].resolved
    found = {key: place_of(resolved, ("spec", "quotas", key)) for key in resolved.spec["quotas"]}
    places = {
        "network_bandwidth_mbps": Place(
            "<built-in>/tier_presets/standard.jsonnet", ("defaults", "quotas", "network_bandwidth_mbps")
        ),
        "memory_gb": Place("tenant-compile.toml", ("defaults", "quotas", "memory_gb")),
        "storage_gb": Place("staging.yaml", ("quotas", "storage_gb")),
        "cache_size_mb": Place("profiles/big.yaml", ("spec", "quotas", "cache_size_mb")),
        "database_connections": Place("tenants/acme.yaml", ("spec", "quotas", "database_connections")),
        "cpu_cores": Place("tenants/acme.yaml", ("spec", "environments", "staging", "quotas", "cpu_cores")),
    }
    assert {key: found[key] for key in places} == places


def test_a_workspace_in_pyproject_keeps_its_prefix(project):
    """A default that stands in pyproject.toml is found below its tool's table."""
    with open(project.root + "/tenant-compile.toml", encoding="utf-8") as file:
        text = file.read().replace("[", "[tool.tenant-compile.").replace("= [tool.tenant-compile.", "= [")
    project.write("pyproject.toml", text + "[tool.tenant-compile.defaults]\nquotas = { memory_gb = 3 }\n")
    os.remove(project.root + "/tenant-compile.toml")
    project.tenant()
    place = place_of(project.one().environments[0].resolved, ("spec", "quotas", "memory_gb"))
    assert place == Place("pyproject.toml", ("tool", "tenant-compile", "defaults", "quotas", "memory_gb"))


def test_what_the_encryption_level_sets_stands_where_the_level_is_written(project):
    """A flag of the derived layer has no line of its own: the level's line decides it."""
    project.tenant(tier="premium", security={"encryption_level": "maximum"})
    resolved = project.one().environments[0].resolved
    pointer = ("spec", "security", "keys", "rotation_days")
    assert chain(resolved, pointer)[0].layer.name == "derived:encryption_level"
    assert place_of(resolved, pointer) == Place("tenants/acme.yaml", ("spec", "security", "encryption_level"))
