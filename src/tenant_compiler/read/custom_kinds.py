"""The platform's own kinds of Kubernetes objects: definitions that a cluster profile names, read and compiled.

The files come with the workspace, so they may be hostile: they lie inside it, are bounded in size and depth, refer to
nothing, and their patterns take time in proportion to the text.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.diagnostic import Diagnostic, Label, Place, TenantCompileError
from tenant_compiler.model.pointer import show
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read import files, yaml
from tenant_compiler.read.crd_schema import of_definition, references
from tenant_compiler.read.globs import matching_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.model.document import Document
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.workspace import Workspace

TOTAL_LIMIT: Final = 16 << 20
"""Bytes of all files of one cluster profile; the largest known definitions have half a megabyte."""
_OWN: Final = (".k8s.io", ".kubernetes.io")
_OF_PROJECTS: Final = frozenset({"autoscaling.k8s.io", "gateway.networking.k8s.io", "snapshot.storage.k8s.io"})
"""Groups with Kubernetes' suffix that are no part of it."""
_GVK: Final = "x-kubernetes-group-version-kind"


class Definition(NamedTuple):
    """One version of one kind."""

    name: str
    """Group, version and kind: ``acme.example/v1/Widget``."""
    schema: dict[str, Any]
    place: Place


def read_custom_kinds(workspace: Workspace) -> dict[str, dict[str, Any]]:
    """Read the definitions of every cluster profile that names some.

    Returns:
        Compiled validators by cluster profile and kind.

    Raises:
        TenantCompileError: TC133 to TC138, or what reading a file gives; exit code 2.
    """
    found: dict[str, dict[str, Any]] = {}
    problems: list[Diagnostic] = []
    read: dict[tuple[str, ...], tuple[list[Definition], list[Diagnostic]]] = {}
    for cluster, said in workspace.config["cluster"].items():
        patterns = tuple(said.get("crds", ()))
        if not patterns:
            continue
        at: Pointer = (*workspace.section, "cluster", cluster, "crds")
        problems += _unmatched(workspace, patterns, at)
        if patterns not in read:
            read[patterns] = _definitions(workspace, patterns)
            problems += read[patterns][1]
        kinds: dict[str, Definition] = {}
        for definition in read[patterns][0]:
            other = kinds.setdefault(definition.name, definition)
            if other is not definition:
                problems.append(_twice(definition, other))
        found[cluster] = {name: _compiled(definition, problems) for name, definition in kinds.items()}
    if problems:
        raise TenantCompileError(list(dict.fromkeys(problems)))
    return found


def _unmatched(workspace: Workspace, patterns: Sequence[str], at: Pointer) -> Iterator[Diagnostic]:
    for index, pattern in enumerate(patterns):
        if not matching_files(workspace.root, [pattern]):
            yield Diagnostic(
                "TC137",
                f"there is no file `{pattern}`",
                place=Place(workspace.file, (*at, index)),
                help="write the path of the definitions, relative to the workspace, or remove the line",
            )


def _definitions(workspace: Workspace, patterns: Sequence[str]) -> tuple[list[Definition], list[Diagnostic]]:
    definitions: list[Definition] = []
    problems: list[Diagnostic] = []
    total = 0
    for path in matching_files(workspace.root, patterns):
        try:
            data = files.read_bytes(os.path.join(workspace.root, path), path)
        except TenantCompileError as error:
            problems += error.diagnostics
            continue
        total += len(data)
        if total > TOTAL_LIMIT:
            problems.append(files.too_large(path, TOTAL_LIMIT)._replace(message=_TOO_MUCH))
            break
        reading = yaml.read_documents(data, path)
        problems += reading.diagnostics
        for document in reading.documents:
            try:
                definitions += _of_document(document)
            except TenantCompileError as error:
                problems += error.diagnostics
    return definitions, problems


_TOO_MUCH: Final = f"with this file the definitions of the cluster profile are larger than {TOTAL_LIMIT >> 20} MiB"


def _of_document(document: Document) -> list[Definition]:
    value = document.value
    if isinstance(value, dict) and value.get("kind") == "CustomResourceDefinition":
        made = list(_of_crd(document))
    elif isinstance(value, dict) and isinstance(value.get("properties"), dict):
        made = [_of_schema(document)]
    else:
        what = f"a document of kind `{value['kind']}`" if isinstance(value, dict) and "kind" in value else "neither"
        raise _no_definition(document, (), f"this is {what}, but must be a CustomResourceDefinition or a JSON Schema")
    problems = [*_references(document), *_kubernetes_own(made)]
    if problems:
        raise TenantCompileError(problems)
    return made


def _references(document: Document) -> Iterator[Diagnostic]:
    for path, target in references(document.value):
        yield Diagnostic(
            "TC134",
            f"{show(path)} refers to `{target}`, and no reference of a definition is followed",
            place=Place(document.file, path, document=document.index),
            help="write what it stands for in its place",
        )


def _kubernetes_own(made: Sequence[Definition]) -> Iterator[Diagnostic]:
    for definition in made:
        group = definition.name.partition("/")[0]
        if group not in _OF_PROJECTS and ("." not in group or group.endswith(_OWN)):
            message = f"{definition.name} is a kind of Kubernetes itself, whose definition comes with the compiler"
            advice = "remove it; `kubernetes` of the cluster profile says which version is meant"
            yield Diagnostic("TC138", message, place=definition.place, help=advice)


def _of_crd(document: Document) -> Iterator[Definition]:
    spec = document.value.get("spec")
    names = spec.get("names") if isinstance(spec, dict) else None
    kind = names.get("kind") if isinstance(names, dict) else None
    group = spec.get("group") if isinstance(spec, dict) else None
    versions = spec.get("versions") if isinstance(spec, dict) else None
    if not (isinstance(kind, str) and isinstance(group, str) and isinstance(versions, list) and versions):
        raise _no_definition(document, ("spec",), "a CustomResourceDefinition has a group, names and versions")
    for index, version in enumerate(versions):
        at: Pointer = ("spec", "versions", index)
        name = version.get("name") if isinstance(version, dict) else None
        holder = version.get("schema") if isinstance(version, dict) else None
        schema = holder.get("openAPIV3Schema") if isinstance(holder, dict) else None
        if not isinstance(name, str) or not isinstance(schema, dict):
            raise _no_definition(document, at, "a version has a name and `schema.openAPIV3Schema`")
        if version.get("served") is not False:
            place = Place(document.file, at, document=document.index)
            api = f"{group}/{name}"
            yield Definition(f"{api}/{kind}", of_definition(api, kind, schema), place)


def _of_schema(document: Document) -> Definition:
    """A JSON Schema says of which kind it is: by the extension of Kubernetes, or by the only values that it allows."""
    value = document.value
    place = Place(document.file, (), document=document.index)
    schema = {key: below for key, below in value.items() if key not in {"$id", "$schema"}}
    said = value.get(_GVK)
    known = said[0] if isinstance(said, list) and said else said
    if isinstance(known, dict) and all(isinstance(known.get(key), str) for key in ("group", "version", "kind")):
        return Definition(f"{known['group']}/{known['version']}/{known['kind']}", schema, place)
    api, kind = (_only(value["properties"].get(key)) for key in ("apiVersion", "kind"))
    if not api or not kind:
        advice = f"a JSON Schema says its kind by `{_GVK}`, or by `enum` or `const` of `apiVersion` and `kind`"
        raise _no_definition(document, ("properties",), advice)
    return Definition(f"{api}/{kind}", schema, place)


def _only(schema: Any) -> str:
    """The only text that a schema allows; empty for none."""
    if not isinstance(schema, dict):
        return ""
    allowed = schema.get("enum", [schema.get("const")])
    one = allowed[0] if isinstance(allowed, list) and len(allowed) == 1 else None
    return one if isinstance(one, str) else ""


def _no_definition(document: Document, path: Pointer, message: str) -> TenantCompileError:
    place = Place(document.file, path, document=document.index)
    help_ = "take the definition from the cluster: `kubectl get crd NAME -o yaml`"
    return TenantCompileError([Diagnostic("TC133", message, place=place, help=help_)])


def _twice(definition: Definition, other: Definition) -> Diagnostic:
    return Diagnostic(
        "TC136",
        f"{definition.name} is defined twice",
        place=definition.place,
        help="keep the one that the cluster has",
        related=(Label(other.place, "the other one"),),
    )


def _compiled(definition: Definition, problems: list[Diagnostic]) -> Any:
    import jsonschema_rs  # noqa: PLC0415 - few workspaces have kinds of their own

    try:
        return jsonschema_rs.Draft202012Validator(
            definition.schema, retriever=_refuse, pattern_options=jsonschema_rs.RegexOptions()
        )
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
        message = f"the schema of {definition.name} cannot be used: {str(error).splitlines()[0]}"
        help_ = "correct the schema; patterns are regular expressions without look-around and back references"
        problems.append(Diagnostic("TC135", message, place=definition.place, help=help_))
        return None


def _refuse(uri: str) -> Any:
    raise ValueError(f"it refers to {uri}")
