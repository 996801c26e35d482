"""The committed Kubernetes schemas: made by the script, complete, and as strict as their source."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
from typing import Any

import jsonschema_rs
import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUNDLE = os.path.join(ROOT, "schemas", "kubernetes")


def _load(name: str) -> Any:
    with open(os.path.join(BUNDLE, name), encoding="utf-8") as file:
        return json.load(file)


INDEX: dict[str, dict[str, str]] = _load("index.json")


@pytest.fixture(scope="module")
def script() -> Any:
    """The script, loaded from its file as a module."""
    spec = importlib.util.spec_from_file_location(
        "make_kubernetes_bundle", os.path.join(ROOT, "scripts", "make_kubernetes_bundle.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _validator(minor: str, kind: str) -> Any:
    return jsonschema_rs.Draft202012Validator(_load(INDEX[minor][kind]))


def test_the_script_makes_the_committed_bytes(script, tmp_path):
    """Regenerating from the installed package gives exactly the committed files, no more and no fewer."""
    if importlib.util.find_spec("kubernetes_validate") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("kubernetes-validate must be installed in CI")
        pytest.skip("kubernetes-validate is not installed")

    version = importlib.metadata.version("kubernetes-validate")
    script.write(script.make(script.package_folder(), version, script.kept(BUNDLE)), str(tmp_path))

    assert sorted(os.listdir(BUNDLE)) == sorted(os.listdir(tmp_path))
    for name in os.listdir(BUNDLE):
        with open(os.path.join(BUNDLE, name), "rb") as committed, open(tmp_path / name, "rb") as made:
            assert committed.read() == made.read(), name


def test_write_removes_a_schema_that_nothing_names_any_more(script, tmp_path):
    """A file of an earlier bundle does not stay behind."""
    (tmp_path / "role-00000000.json").write_text("{}")

    script.write({"index.json": "{}\n"}, str(tmp_path))

    assert os.listdir(tmp_path) == ["index.json"]


def test_every_minor_has_every_kind(script):
    """The index names a file for each kind of each minor, and every schema file is named by it."""
    assert list(script.MINORS) == list(INDEX)
    assert all([*script.KINDS, *script.CUSTOM_KINDS, script.TCP_ROUTE] == list(kinds) for kinds in INDEX.values())
    named = {name for kinds in INDEX.values() for name in kinds.values()}
    assert named == {name for name in os.listdir(BUNDLE) if "-" in name and name != "list-map-keys.json"}


@pytest.mark.parametrize("name", sorted({name for kinds in INDEX.values() for name in kinds.values()}))
def test_a_schema_stands_alone_and_is_slim(name):
    """A schema compiles without any other file, and holds no text for people and no vendor extension."""
    text = json.dumps(_load(name))

    jsonschema_rs.Draft202012Validator(_load(name), retriever=_refuse)
    assert '"x-kubernetes' not in text
    assert '"description": "' not in text


def _refuse(uri: str) -> Any:
    raise AssertionError(f"reached outside: {uri}")


@pytest.mark.parametrize("minor", list(INDEX))
def test_a_sound_deployment_passes_and_planted_errors_do_not(minor):
    """Unknown fields, wrong types and a foreign kind are refused by the Deployment schema of every minor."""
    check = _validator(minor, "apps/v1/Deployment").is_valid
    container = {"name": "portal", "image": "registry.example/portal", "ports": [{"containerPort": 8080}]}
    sound = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "portal", "labels": {"description": "a label may have the name of a schema word"}},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "portal"}},
            "template": {"metadata": {"labels": {"app": "portal"}}, "spec": {"containers": [container]}},
        },
    }

    assert check(sound)
    assert not check({**sound, "kind": "Role"})
    assert not check({**sound, "spec": {**sound["spec"], "replicas": "2"}})
    assert not check({**sound, "spec": {**sound["spec"], "replica": 2}})
    container["imagePolicy"] = "Always"
    assert not check(sound)


def _route(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "portal"},
        "spec": {"parentRefs": [{"name": "public", "namespace": "gateway"}], **spec},
    }


def test_custom_kinds_are_as_strict_as_those_of_kubernetes():
    """Metadata is that of Kubernetes; unknown fields, a status and a foreign kind are refused."""
    check = _validator("1.30", "gateway.networking.k8s.io/v1/HTTPRoute").is_valid
    sound = _route(hostnames=["portal.acme.example"], rules=[{"backendRefs": [{"name": "portal", "port": 8080}]}])

    assert check(sound)
    assert not check({**sound, "kind": "GRPCRoute"})
    assert not check({**sound, "status": {}})
    assert not check({**sound, "metadata": {"name": "portal", "label": {}}})
    assert not check(_route(hostname="portal.acme.example"))
    assert not check(_route(rules=[{"backendRefs": [{"name": "portal", "port": "http"}]}]))


def test_a_catalog_gives_what_the_bundle_keeps(script, tmp_path):
    """A definition of the catalog loses its status and gets closed; the bundle that is made of it gives the same."""
    listed = {"type": "array", "items": {"type": "object"}, "x-kubernetes-list-map-keys": ["name"]}
    for kind in script.CUSTOM_KINDS:
        group, version, name = kind.split("/")
        path = tmp_path / group / f"{name.lower()}_{version}.json"
        path.parent.mkdir(exist_ok=True)
        properties = {"spec": {"type": "object", "properties": {"rules": listed}}, "status": {"type": "object"}}
        path.write_text(json.dumps({"properties": properties}))
    metadata = {"io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {"type": "object"}}

    made = script.catalogue(str(tmp_path))

    files = {"list-map-keys.json": {}, "index.json": {script.MINORS[-1]: {}}}
    for number, (kind, raw) in enumerate(made.items()):
        assert "status" not in raw["properties"]
        assert raw["additionalProperties"] is False
        files[f"{number}.json"] = script.with_definitions(raw, metadata)
        files["index.json"][script.MINORS[-1]][kind] = f"{number}.json"
        files["list-map-keys.json"][kind] = dict(script.list_map_keys(raw, metadata))
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
    assert script.kept(str(tmp_path)) == made


def test_list_map_keys_name_real_lists():
    """The table knows a Deployment's containers and the default of a port's protocol, and nothing of a ConfigMap."""
    table = _load("list-map-keys.json")

    assert table["v1/Service"]["/spec/ports"] == {"port": None, "protocol": "TCP"}
    assert table["apps/v1/Deployment"]["/spec/template/spec/containers"] == {"name": None}
    assert table["apps/v1/Deployment"]["/spec/template/spec/containers/*/env"] == {"name": None}
    assert table["v1/ConfigMap"] == {}


def test_slim_keeps_properties_that_are_called_like_schema_words(script):
    """`description` is dropped as a word of JSON Schema and kept as the name of a property."""
    schema = {
        "description": "gone",
        "x-kubernetes-list-type": "map",
        "properties": {"description": {"type": "string", "description": "gone"}, "default": {"type": "integer"}},
    }

    expected = {"properties": {"description": {"type": "string"}, "default": {"type": "integer"}}}
    assert expected == script.slim(schema)


def test_definitions_that_refer_to_each_other_end(script):
    """A recursive definition is taken once, and the search for list keys stops at it."""
    definitions = {
        "a.Node": {
            "properties": {
                "children": {
                    "items": {"$ref": "x#/$defs/a.Node"},
                    "type": "array",
                    "x-kubernetes-list-map-keys": ["name"],
                }
            }
        },
        "a.Unused": {},
    }
    root = {"properties": {"spec": {"$ref": "x#/$defs/a.Node"}}}

    assert list(script.with_definitions(root, definitions)["$defs"]) == ["a.Node"]
    assert script.list_map_keys(root, definitions) == [("/spec/children", {"name": None})]
