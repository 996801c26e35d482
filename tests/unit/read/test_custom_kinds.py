"""The platform's own kinds: definitions are read strictly, and what is wrong with them is said before a run."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_compiler.model.artifact import Artifact, ArtifactObject
from tenant_compiler.model.diagnostic import TenantCompileError
from tenant_compiler.read import custom_kinds
from tenant_compiler.read.crd_schema import of_definition, references

CONFIG = '[workspace]\nname = "acme"\n[environments.production]\n[targets]\nenable = ["kubernetes"]\n'
CLUSTER = '[cluster.main]\ncloud = "aws"\nregion = "eu-central-1"\ncrds = {}\n'
SIZE = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}
WIDGET = "acme.example/v1/Widget"


def crd(schema=SIZE, group="acme.example", kind="Widget", **version):
    """A definition of one version."""
    versions = [{"name": "v1", "served": True, "schema": {"openAPIV3Schema": schema}, **version}]
    spec = {"group": group, "names": {"kind": kind}, "versions": versions}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": spec}


@pytest.fixture
def kinds(project):
    """Read files of definitions; gives the validators, or raises."""

    def read(patterns=("crds/*",), **files):
        project.write("tenant-compile.toml", CONFIG + CLUSTER.format(json.dumps(list(patterns))))
        for name, content in files.items():
            project.write(f"crds/{name}.yaml", content)
        return project.session().tools.context.kinds["main"]

    return read


@pytest.fixture
def codes(kinds):
    """The codes of what is wrong."""

    def read(*arguments, **files):
        with pytest.raises(TenantCompileError) as caught:
            kinds(*arguments, **files)
        assert all(finding.help and finding.place for finding in caught.value.diagnostics)
        return [finding.code for finding in caught.value.diagnostics]

    return read


def widget(**fields):
    """An object."""
    return {"apiVersion": "acme.example/v1", "kind": "Widget", "metadata": {"name": "x"}, **fields}


def test_a_definition_is_as_strict_as_the_api_server(kinds):
    """Types, unknown fields, API version and kind; a status is the cluster's."""
    schema = kinds(widget=crd())[WIDGET]

    assert schema.is_valid(widget(spec={"size": 1}))
    assert not schema.is_valid(widget(spec={"size": "1"}))
    assert not schema.is_valid(widget(spec={"size": 1, "colour": "red"}))
    assert not schema.is_valid(widget(spec={}, status={}))
    assert not schema.is_valid({**widget(spec={}), "apiVersion": "acme.example/v2"})


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string", "nullable": True}, None, 1),
        ({"x-kubernetes-int-or-string": True}, "80", 1.5),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, 2, 1),
        ({"type": "integer", "maximum": 1}, 1, 2),
        ({"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {}}, {"a": 1}, []),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {"a": "x"}, {"b": "x"}),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"a": 1}, {"a": "x"}),
        ({"type": "array", "items": {"type": "object", "properties": {"a": {}}}}, [{"a": 1}], [{"b": 1}]),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
                "anyOf": [{"properties": {"a": {"minimum": 5}}, "required": ["a"]}, {"required": ["b"]}],
                "not": {"required": ["a", "b"]},
            },
            {"a": 6},
            {"a": 6, "b": 1},
        ),
        ({"type": "string", "format": "date-time", "default": "x", "description": "d"}, "x", 1),
        ({"type": "string", "pattern": "^a+$"}, "aa", "b"),
    ],
)
def test_what_structural_schemas_say(kinds, schema, good, bad):
    """The words of OpenAPI and the extensions of Kubernetes mean what they mean there."""
    found = kinds(widget=crd({"type": "object", "properties": {"spec": schema}}))[WIDGET]

    assert found.is_valid(widget(spec=good))
    assert not found.is_valid(widget(spec=bad))


def test_only_versions_that_are_served_count(kinds):
    """The others the API server does not know."""
    old = {"name": "v1alpha1", "served": False, "schema": {"openAPIV3Schema": SIZE}}
    definition = crd()
    definition["spec"]["versions"].append(old)

    assert list(kinds(widget=definition)) == [WIDGET]


@pytest.mark.parametrize(
    "kind",
    [
        {"x-kubernetes-group-version-kind": [{"group": "acme.example", "version": "v1", "kind": "Widget"}]},
        {
            "properties": {
                **SIZE["properties"],
                "apiVersion": {"const": "acme.example/v1"},
                "kind": {"enum": ["Widget"]},
            }
        },
    ],
)
def test_a_json_schema_says_its_kind(kinds, kind):
    """By the extension of Kubernetes or by the only values that it allows; its own name leads nowhere."""
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://acme.example/x", **SIZE, **kind}

    found = kinds(widget=schema)[WIDGET]

    assert found.is_valid(widget(spec={"size": 1}))
    assert not found.is_valid(widget(spec={"size": "1"}))


BROKEN = {
    "another kind": ("TC133", {"kind": "Widget", "spec": {}}),
    "a list": ("TC133", "[1]"),
    "no group": ("TC133", {**crd(), "spec": {"names": {"kind": "Widget"}, "versions": [{}]}}),
    "no spec": ("TC133", {**crd(), "spec": None}),
    "no versions": ("TC133", {**crd(), "spec": {"group": "a.b", "names": {"kind": "W"}, "versions": []}}),
    "no schema": ("TC133", crd(schema=None)),
    "a version without a name": ("TC133", crd(name=1)),
    "a schema without a kind": ("TC133", {"properties": {"kind": {"enum": ["A", "B"]}, "apiVersion": True}}),
    "a reference to the network": ("TC134", crd({"type": "object", "properties": {
        "a": {"$ref": "https://a.example/x"}}})),
    "a reference to a file": ("TC134", crd({"type": "object", "properties": {"a": {"$ref": "../../../etc/passwd"}}})),
    "a reference to itself": ("TC134", crd({"type": "object", "allOf": [{"$ref": "#"}]})),
    "a dynamic reference": ("TC134", crd({"type": "object", "$dynamicRef": "#x"})),
    "a pattern that is none": ("TC135", crd({"type": "object", "properties": {
        "a": {"type": "string", "pattern": "["}}})),
    "a pattern that looks around": ("TC135", crd({"type": "string", "pattern": "(?=a)"} | {"properties": {
        "a": {"pattern": "(?=a)"}}})),
    "a type that there is not": ("TC135", crd({"type": "object", "properties": {"a": {"type": "text"}}})),
    "a kind of Kubernetes": ("TC138", crd(group="apps", kind="Deployment")),
    "a kind of Kubernetes with a dot": ("TC138", crd(group="networking.k8s.io", kind="NetworkPolicy")),
    "no YAML": ("TC102", "\x00"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_definition_ends_the_run(codes, case):
    """With its code, its place and what to do."""
    code, content = BROKEN[case]

    found = codes(widget=content)

    assert code in found or (code == "TC102" and found[0].startswith("TC1"))


def test_a_kind_stands_once(codes, kinds):
    """In one cluster; another version or another kind is another definition."""
    assert codes(one=crd(), two=crd()) == ["TC136"]
    assert len(kinds(one=crd(), two=crd(kind="Other"))) == 2


def test_patterns_must_fit_files_and_stay_inside(codes):
    """TC137 for nothing, TC132 for outside; a link is not followed."""
    assert codes(["crds/*.yaml", "gone/*.yaml"], widget=crd()) == ["TC137"]
    assert codes(["../crds/*.yaml"], widget=crd()) == ["TC132"]


def test_a_link_is_not_followed(codes, project, tmp_path_factory):
    """A pull request cannot make the compiler read the runner's files."""
    outside = tmp_path_factory.mktemp("outside") / "widget.yaml"
    outside.write_text(json.dumps(crd()), encoding="utf-8")
    os.makedirs(os.path.join(project.root, "crds"))
    os.symlink(outside, os.path.join(project.root, "crds", "widget.yaml"))

    assert codes() == ["TC101"]


def test_all_files_together_are_bounded(codes, monkeypatch):
    """A thousand files of the largest size would fill the memory."""
    monkeypatch.setattr(custom_kinds, "TOTAL_LIMIT", 600)

    assert codes(one=crd(), two=crd(kind="Other")) == ["TC107"]


def test_deep_definitions_are_refused_and_not_followed(codes):
    """The reader's bound on depth holds for definitions, too."""
    assert codes(widget="{a: " * 500 + "1" + "}" * 500)[0].startswith("TC1")


def test_a_hostile_pattern_takes_no_time(kinds):
    """Which a backtracking engine would need longer for than the sun shines."""
    schema = {"type": "object", "properties": {"spec": {"type": "string", "pattern": "^(a+)+$"}}}

    assert not kinds(widget=crd(schema))[WIDGET].is_valid(widget(spec="a" * 40_000 + "b"))


def test_the_platforms_definition_stands_in_for_the_built_in_one(kinds, project, make_tenant_on_gateway):
    """A cluster with another version of the Gateway API is checked by its own; other clusters are not."""
    narrow = crd({"type": "object", "properties": {"spec": {"type": "object", "properties": {
        "hostnames": {"type": "array"}}}}}, "gateway.networking.k8s.io", "HTTPRoute")  # fmt: skip
    make_tenant_on_gateway()
    assert "TC501" not in project.codes()

    project.write("crds/route.yaml", narrow)
    make_tenant_on_gateway('crds = ["crds/*"]\n')

    assert "TC501" in project.codes()


@pytest.fixture
def make_tenant_on_gateway(project, service):
    """A tenant with a route."""

    def make(more=""):
        gateway = 'gateway = { namespace = "gateway", kind = "envoy-gateway", name = "public" }\n'
        cluster = CLUSTER.partition("crds")[0]
        project.write("tenant-compile.toml", CONFIG + cluster + gateway + more)
        regions = {"eu-central-1": {"cluster_profile": "main"}}
        services = {"portal": service(expose={"hosts": ["a.acme.example"]})}
        project.tenant(services=services, placement={"cloud": "aws", "regions": regions})

    return make


def test_objects_of_others_are_held_to_the_definitions(project, kinds, service):
    """TC589 for what a plug-in emits; kinds of which nobody knows a definition, and sound objects, are silent."""
    kinds(widget=crd())
    project.tenant(
        services={"portal": service()},
        placement={"cloud": "aws", "regions": {"eu-central-1": {"cluster_profile": "main"}}},
    )
    session = project.session()
    (result,) = (each for tenant in project.results() for each in tenant.environments)
    rule = next(rule for pack in session.tools.plugins.rule_packs for rule in pack.rules if rule.code == "TC589")

    def found(*values):
        items = tuple(ArtifactObject(f"{value['kind']}/x", value, (("metadata", "name"),)) for value in values)
        artifacts = (Artifact("x.yaml", "yaml", list(values), items),)
        return [(each.code, each.object) for each in rule.check(artifacts, result.plan, session.tools.context)]

    unknown = {**widget(spec=1), "kind": "Gadget"}
    service_of_it = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"port": 1}}
    assert found(widget(spec={"size": 1}), unknown) == []
    assert found(widget(spec={"size": "1"})) == [("TC589", "Widget/x")]
    assert found(service_of_it) == [("TC589", "Service/x")]
    assert list(rule.check(result.artifacts["kubernetes"], result.plan, session.tools.context)) == []
    assert list(rule.check((), None, None)) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "properties", "items", "allOf", "not", "additionalProperties", "nullable", "$ref"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(JSON)
def test_no_shape_of_a_schema_breaks_the_translation(schema):
    """Whatever stands in a definition, it is translated, or refused by who compiles it; references are all found."""
    made = of_definition("acme.example/v1", "Widget", schema if isinstance(schema, dict) else {})

    assert made["properties"]["kind"] == {"const": "Widget"}
    assert list(references(made)) == []
    assert len(list(references(schema))) == sum(isinstance(value, str) for value in _values_of(schema, "$ref"))


def _values_of(value, key):
    if isinstance(value, dict):
        for name, below in value.items():
            if name == key:
                yield below
            yield from _values_of(below, key)
    elif isinstance(value, list):
        for below in value:
            yield from _values_of(below, key)
