"""No object holds a secret in plain text: whoever may read the namespace, or the repository, would have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.lints.found import mapping, mappings, remember, within, words
from tenant_compiler.model.artifact import Shared
from tenant_compiler.model.literals import is_secret, may_hold_secret, names_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.lints.found import Found, Memory
    from tenant_compiler.backends.kubernetes.lints.pods import Pods
    from tenant_compiler.model.artifact import ArtifactObject

_CLEAN: Memory = {}
"""Constant variables and data in which nothing was found."""
_MANAGED: Final = "app.kubernetes.io/managed-by"
_US: Final = "tenant-compiler"
_ADVICE: Final = "keep it in a secret store, and let services read it by `services.NAME.secrets`"


def judge(item: ArtifactObject, kind: str, meta: dict[str, Any], found: Found) -> None:
    """Judge what an object of any kind says in plain text (TC572)."""
    if kind == "Secret":
        for field in ("data", "stringData"):
            if item.value.get(field):
                found.add("TC572", item, f"it is a Secret with its `{field}`", _ADVICE)
    elif kind == "ConfigMap":
        _texts(item, "data", item.value.get("data"), found)
    annotations = mapping(meta.get("annotations"))
    # Of most objects they are our checksum and the order alone, which are no part of the text.
    if not item.text or (len(annotations) > 1 and "\n  annotations:" in item.text):
        for name in _found(annotations):
            found.add("TC572", item, f"the annotation {name} looks like a secret", _ADVICE)


def judge_pods(pods: Pods, found: Found) -> None:
    """Judge the variables, commands and arguments of pods (TC572)."""
    # The names of a tenant's own variables were judged with its plan (TC320), where they can be ignored, too.
    ours = within(pods.item.value, "metadata", "labels").get(_MANAGED) == _US
    for container in pods.containers:
        for variable in mappings(container.get("env")):
            if id(variable) not in _CLEAN and _suspicious(variable, by_name=not ours):
                name = variable.get("name")
                found.add("TC572", pods.item, f"the variable {name} looks like a secret", _ADVICE)
            elif type(variable) is Shared:
                remember(_CLEAN, variable)
        said = [*words(container.get("command")), *words(container.get("args"))]
        if said and may_hold_secret(said) and any(map(is_secret, said)):
            found.add("TC572", pods.item, "its command looks like it has a secret", _ADVICE)


def _suspicious(variable: dict[str, Any], *, by_name: bool = True) -> bool:
    name, value = variable.get("name"), variable.get("value")
    if not isinstance(name, str) or not isinstance(value, str) or not value:
        return False
    return (by_name and names_secret(name)) or is_secret(value)


def _texts(item: ArtifactObject, field: str, value: Any, found: Found) -> None:
    data = mapping(value)
    if not data or id(data) in _CLEAN:
        return
    faulty = sorted({*_found(data), *(key for key, text in data.items() if _suspicious({"name": key, "value": text}))})
    for key in faulty:
        found.add("TC572", item, f"{field}.{key} looks like a secret", _ADVICE)
    if not faulty and type(data) is Shared:
        remember(_CLEAN, data)


def _found(texts: dict[str, Any]) -> Iterator[str]:
    """The keys of texts that have the form of a secret."""
    said = {str(key): text for key, text in texts.items() if isinstance(text, str)}
    if may_hold_secret(said.values()):
        yield from (key for key, text in said.items() if is_secret(text))
