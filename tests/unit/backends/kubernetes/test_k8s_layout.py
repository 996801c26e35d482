"""Objects with their checksum, and the text that is kept for those who emit and judge them."""

from __future__ import annotations

from typing import Any

import pytest

from tenant_compiler.backends.kubernetes.layout import HASH, stamped
from tenant_compiler.backends.kubernetes.lints.walk import judge
from tenant_compiler.emit import yaml
from tenant_compiler.model.artifact import Artifact, ArtifactObject, Shared

WAVE = {"argocd.argoproj.io/sync-wave": "20"}
WAYS = ("spec", "services", "portal")


def thing(meta: dict[str, Any], **parts: Any) -> ArtifactObject:
    """Make an object."""
    return ArtifactObject("Any/x", {"apiVersion": "v1", "kind": "Any", "metadata": meta, **parts}, (WAYS,))


def plain(value: Any) -> Any:
    """The same without any kept text."""
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    return [plain(child) for child in value] if isinstance(value, list) else value


def digest(item: ArtifactObject) -> str:
    """The checksum."""
    text: str = item.value["metadata"]["annotations"][HASH]
    return text


@pytest.mark.parametrize("more", [{}, WAVE], ids=["by hand", "argo"])
@pytest.mark.parametrize(
    "meta",
    [
        {"name": "x"},
        {"name": "x", "labels": Shared({"a": "b"})},
        {"name": "x", "annotations": {"a": "1\n2\n"}, "labels": {"a": "b"}},
        {"name": "x", "annotations": {}},
    ],
    ids=["bare", "labelled", "annotated", "empty annotations"],
)
@pytest.mark.parametrize(
    "parts",
    [{}, {"automountServiceAccountToken": False}, {"rules": [{"a": ["b"]}], "spec": Shared({"a": {"b": [1, "é\nü"]}})}],
    ids=["nothing", "a leaf", "much"],
)
def test_the_text_that_is_kept_is_what_the_object_says(meta, parts, more):
    """What is emitted is the same with and without it, and the object has all that it had."""
    before = thing(meta, **parts)
    item = stamped(before, more)

    assert yaml.dump(item.value) == yaml.dump(plain(item.value))
    annotations = {**meta.get("annotations", {}), **more, HASH: digest(item)}
    assert item.value == {**before.value, "metadata": {**meta, "annotations": annotations}}
    assert item.text + "\n" == yaml.dump(plain(before.value)).replace("\n  annotations: {}", "") or meta.get("labels")


def test_the_checksum_is_about_the_object_alone():
    """What applies it changes nothing, its own annotations and every leaf do."""
    base = stamped(thing({"name": "x"}, spec={"a": 1}))

    assert digest(stamped(thing({"name": "x"}, spec={"a": 1}), WAVE)) == digest(base)
    assert digest(stamped(thing({"name": "x"}, spec=Shared({"a": 1})))) == digest(base)
    others = [
        thing({"name": "y"}, spec={"a": 1}),
        thing({"name": "x", "annotations": {"a": "b"}}, spec={"a": 1}),
        thing({"name": "x"}, spec={"a": "1"}),
        thing({"name": "x"}, spec={"a": 1}, data={"a": "b"}),
    ]
    assert len({digest(base), *(digest(stamped(each)) for each in others)}) == 1 + len(others)


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (thing({"name": "x"}, spec={"a": [{"b": None}]}), "TC513"),
        (thing({"name": "x", "annotations": {"a": None}}), "TC513"),
        (thing({"name": "x", "annotations": {"a": "AKIA" + "A" * 16}}), "TC572"),
        (thing({"name": "x"}, spec={"a": "null and void"}), ""),
    ],
    ids=["a null below", "a null annotation", "a secret annotation", "the word"],
)
def test_the_quick_look_at_the_text_misses_nothing(item, code):
    """An object with its text is judged as one without."""
    for each in (item, stamped(item, WAVE)):
        found = judge([Artifact("a/b.yaml", "yaml", [each.value], (each,))], None)
        assert list(found) == ([code] if code else [])
