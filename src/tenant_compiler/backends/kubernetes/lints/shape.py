"""Rules for objects of every kind: name, labels, nulls and status, lists that Kubernetes treats as maps."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.lints.found import mapping, mappings, remember, shown
from tenant_compiler.backends.kubernetes.schemas import list_map_keys
from tenant_compiler.model.artifact import Shared
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.kubernetes.lints.found import Found, Memory
    from tenant_compiler.model.artifact import ArtifactObject

_SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SERVICE: Final = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SEGMENT: Final = re.compile(r"(?!\.\.?$)[^/%]+")
_QUALIFIED: Final = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)")

_LABEL_WORDS: Final = "small letters, digits and dashes, with a letter or digit at both ends"
_SUBDOMAIN_WORDS: Final = "labels of small letters, digits and dashes, joined by dots"
_FORMS: Final = {
    "Namespace": (_LABEL, 63, _LABEL_WORDS),
    "Service": (_SERVICE, 63, _LABEL_WORDS + ", and a letter first"),
    # Kubernetes adds eleven characters for each job.
    "CronJob": (_SUBDOMAIN, 52, _SUBDOMAIN_WORDS),
    **dict.fromkeys(
        ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"), (_SEGMENT, 253, "anything without `/` and `%`")
    ),
}
_FORM: Final = (_SUBDOMAIN, 253, _SUBDOMAIN_WORDS)
_LONGEST_LABEL: Final = 63
_LONGEST_PREFIX: Final = 253

_LABELLED: Memory = {}
_WITHOUT_NULLS: Memory = {}
_COLLECTIONS: Final = frozenset({dict, list, Shared})


def judge(item: ArtifactObject, meta: dict[str, Any], found: Found) -> None:
    """Judge what an object of any kind has.

    Codes: TC503, TC504, TC512, TC513.
    """
    value = item.value
    kind = value["kind"]
    name = meta.get("name")
    fault = _name_fault(kind, name) if isinstance(name, str) and name else "it has no name"
    if fault:
        found.add("TC503", item, fault, "choose a name that is shorter or simpler for what it was made from")
    labels(item, meta.get("labels"), found)
    # A null is that word in the text, and most texts have none.
    if "status" in value or not ((item.text and "null" not in item.text) or _without_nulls(value, meta)):
        _nulls(item, found)
    table = _tables().get(f"{value['apiVersion']}/{kind}")
    if table is not None:
        _repeated(table, value, (), item, found)


def labels(item: ArtifactObject, value: Any, found: Found) -> None:
    """TC504: keys and values of labels."""
    if not value or id(value) in _LABELLED:
        return
    faults = [
        fault
        for key, text in mapping(value).items()
        if (fault := _fault(key, text) if type(text) is str else f"the value of the label `{key}` is no text")
    ]
    for fault in faults:
        found.add("TC504", item, fault, "use letters, digits, `-`, `_` and `.`; a key may have a domain before `/`")
    if not faults and type(value) is Shared:
        remember(_LABELLED, value)
        remember(_WITHOUT_NULLS, value)


@lru_cache(maxsize=2048)
def _name_fault(kind: str, name: str) -> str:
    form, longest, words = _FORMS.get(kind, _FORM)
    if len(name) > longest:
        return f"its name has {len(name)} characters, but a {kind}'s may have at most {longest}"
    if form.fullmatch(name) is None:
        return f"its name must be {words}"
    return ""


@lru_cache(maxsize=4096)
def _fault(key: str, text: str) -> str:
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > _LONGEST_PREFIX or _SUBDOMAIN.fullmatch(prefix) is None):
        return f"the prefix of the label `{key}` is no domain"
    if len(name) > _LONGEST_LABEL or _QUALIFIED.fullmatch(name) is None:
        return f"`{key}` cannot be the key of a label"
    if len(text) > _LONGEST_LABEL or (text and _QUALIFIED.fullmatch(text) is None):
        return f"`{text}` cannot be the value of a label"
    return ""


def _without_nulls(value: dict[str, Any], meta: dict[str, Any]) -> bool:
    """Look at every node, constant sub-trees once only; no recursion, because this is the hottest loop of the lints.

    Of the metadata the labels are left to their own rule, which wants text.
    """
    if None in meta.values() or ("annotations" in meta and None in mapping(meta["annotations"]).values()):
        return False
    constant = []
    clean = _WITHOUT_NULLS
    waiting: list[Any] = [value]
    for node in waiting:
        kind = type(node)
        children = node if kind is list else node.values()
        if None in children:
            return False
        if kind is Shared:
            constant.append(node)
        for child in children:
            if type(child) in _COLLECTIONS and id(child) not in clean and child is not meta:
                waiting.append(child)  # noqa: PERF401 - the list is its own queue, and a comprehension costs a call
    for node in constant:
        remember(_WITHOUT_NULLS, node)
    return True


def _nulls(item: ArtifactObject, found: Found) -> None:
    if "status" in item.value:
        found.add("TC513", item, "it has a status, which only the cluster writes", "leave `status` out")
    for path in _paths_to_null(item.value, ()):
        found.add("TC513", item, f"{shown(path)} is null", "leave the field out: null means different things")


def _paths_to_null(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _paths_to_null(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _paths_to_null(child, (*path, index))


class _Table(NamedTuple):
    """Where in an object of a kind there are lists whose entries have keys."""

    keys: dict[str, str | None] | None
    """The keys of this list's entries, with what a missing one stands for; None: not such a list."""
    entries: _Table | None
    """What is below each entry of a list or map."""
    fields: tuple[tuple[str, _Table], ...]


@lru_cache(maxsize=1)
def _tables() -> dict[str, _Table]:
    return {kind: _table(paths) for kind, paths in list_map_keys().items() if paths}


def _table(paths: dict[str, dict[str, str | None]]) -> _Table:
    """Turn ``{"/spec/ports": keys}`` into a tree."""
    below: dict[str, dict[str, dict[str, str | None]]] = {}
    for path, keys in paths.items():
        if path:
            first, slash, rest = path[1:].partition("/")
            below.setdefault(first, {})[slash + rest] = keys
    entries = below.pop("*", None)
    return _Table(
        paths.get(""),
        None if entries is None else _table(entries),
        tuple((name, _table(rest)) for name, rest in below.items()),
    )


def _repeated(table: _Table, value: Any, path: tuple[str | int, ...], item: ArtifactObject, found: Found) -> None:
    if table.keys is not None and isinstance(value, list) and len(value) > 1:
        _same_keys(table.keys, value, path, item, found)
    if table.entries is not None:
        for index, entry in enumerate(value) if isinstance(value, list) else mapping(value).items():
            _repeated(table.entries, entry, (*path, index), item, found)
    if isinstance(value, dict):
        for name, below in table.fields:
            if name in value:
                _repeated(below, value[name], (*path, name), item, found)


def _same_keys(
    keys: dict[str, str | None], value: list[Any], path: tuple[str | int, ...], item: ArtifactObject, found: Found
) -> None:
    entries = mappings(value)
    if len(keys) == 1:
        ((key, missing),) = keys.items()
        names = [str(entry.get(key, missing)) for entry in entries]
    else:
        names = [str([entry.get(key, missing) for key, missing in keys.items()]) for entry in entries]
    if len(set(names)) == len(names):
        return
    for index, name in enumerate(names):
        if name in names[:index]:
            said = ", ".join(f"{key} {entries[index].get(key, missing)}" for key, missing in keys.items())
            found.add("TC512", item, f"{shown(path)} has two entries with {said}", "keep one of them")
