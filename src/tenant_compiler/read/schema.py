"""The schema check of documents, and the tables that the vocabulary gives the other passes.

The clean path is one call of a compiled matcher; only a document that fails pays for words (`schema_explain`).
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from tenant_compiler.data import data_folder
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.defaults import filler, marked
from tenant_compiler.read.formats import check_formats
from tenant_compiler.read.shapes import layer, map_schemas, nullable, relocated

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import jsonschema_rs

    from tenant_compiler.model.backend import Extension
    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.read.defaults import Filler, Path
    from tenant_compiler.read.shapes import Schema

SchemaName: TypeAlias = Literal["tenant", "profile", "resolved", "workspace", "waiver", "framework", "fixture"]

_WHOLE: Final = "urn:tenant-compiler:whole-number"
_WHOLE_NUMBER: Final = {"$schema": "http://json-schema.org/draft-04/schema#", "id": _WHOLE, "type": ["integer", "null"]}
"""Later drafts take 8080.0 for an integer, and a port of 8080.0 is no port to anybody who reads our output."""

_SETTINGS: Final = ("Settings", "Selected", "Spec")
"""The definitions that hold `extensions`."""


class Source(NamedTuple):
    """Where the checked value stands."""

    schema: SchemaName
    file: str
    """Empty: in no file; findings have a pointer and no place."""
    document: int
    base: Pointer
    """The value's own pointer in the file's document."""


class Validator:
    """The check of one kind of document; reads and compiles its schema on the first use.

    Args:
        name: which schema.
        extensions: the sections that loaded plug-ins register; others are unknown.
        sections: the keys that the documents have: what is not among them is not compiled, because that takes a
            command's start milliseconds. None: there may be any.
    """

    __slots__ = ("_extensions", "_matcher", "_name", "_sections")

    def __init__(
        self, name: SchemaName, extensions: Sequence[Extension] = (), sections: Collection[object] | None = None
    ) -> None:
        self._name: SchemaName = name
        self._extensions = tuple(extensions)
        self._sections = sections
        self._matcher: jsonschema_rs.Draft7Validator | None = None

    def is_valid(self, value: Any) -> bool:
        """Whether a value is valid, but for what `check_formats` looks at."""
        try:
            return self.matcher().is_valid(value)
        except ValueError:  # what JSON cannot hold: a date of TOML, half of a surrogate pair
            return False

    def matcher(self) -> jsonschema_rs.Draft7Validator:
        """The compiled schema. References to other documents do not resolve, here or anywhere."""
        if self._matcher is None:
            from jsonschema_rs import Draft7Validator, Registry  # noqa: PLC0415  # 9 ms that `--version` must not pay

            schema = _loaded(self._name, _strict)
            if self._extensions:
                schema = _with_extensions(schema, self._name, self._extensions, strict=True)
            else:
                _close_extensions(schema)
            if self._sections is not None:
                fields = schema["properties"].items()
                schema["properties"] = {key: field if key in self._sections else True for key, field in fields}
            self._matcher = Draft7Validator(schema, registry=Registry([(_WHOLE, _WHOLE_NUMBER)]))
        return self._matcher

    def check(self, value: Any, source: Source) -> list[Diagnostic]:
        """Find everything that is wrong with a value, in the order of the document; see `check`."""
        findings: list[Diagnostic] = []
        if not self.is_valid(value):
            from tenant_compiler.read.schema_explain import explain  # noqa: PLC0415  # 70 ms for failing documents only

            findings = explain(document_schema(self._name, self._extensions), value, source, self.matcher())
        formats = check_formats(value, source)
        return findings + formats if formats else findings


_validators: dict[tuple[object, ...], Validator] = {}


def check(  # noqa: PLR0913  # the place of a document takes three
    value: Any,
    schema: SchemaName,
    file: str = "",
    document: int = 0,
    *,
    base: Pointer = (),
    extensions: Sequence[Extension] = (),
) -> list[Diagnostic]:
    """Check a document against its schema.

    Args:
        value: JSON-like data.
        schema: the kind of document.
        file: the file that it was read from, for the findings' places; empty when there is none.
        document: its index in that file.
        base: its own pointer in that document: ``("tool", "tenant-compile")`` in pyproject.toml.
        extensions: the sections of loaded plug-ins.

    Returns:
        Findings in the order of the document, at most one a node: TC201 to TC209, TC211 to TC213. Their ``pointer``
        leads into ``value``, also to a key that is missing; their ``place`` to what is there.

    Raises:
        ValueError: a plug-in's schema is not one.
    """
    # A run has one workspace, and many of each other kind.
    sections = frozenset(value) if schema == "workspace" and isinstance(value, dict) else None
    key = (schema, sections, *map(id, extensions))
    validator = _validators.get(key)
    if validator is None:
        # It keeps the extensions, so ids stay theirs.
        validator = _validators[key] = Validator(schema, extensions, sections)
    return validator.check(value, Source(schema, file, document, base))


def document_schema(name: SchemaName, extensions: Sequence[Extension] = ()) -> Schema:
    """Return a document's JSON Schema (draft-07) with the sections of the given plug-ins, and no others.

    Raises:
        ValueError: a plug-in's schema is not one.
    """
    return _with_extensions(_loaded(name), name, extensions)


def _loaded(name: SchemaName, hook: Any = None) -> Schema:
    with open(os.path.join(data_folder("schemas"), f"{name}.schema.json"), encoding="utf-8") as file:
        schema: Schema = json.load(file, object_hook=hook)
    return schema


def _strict(schema: Schema) -> Schema:
    """Make whole numbers whole; called for every object of a schema's text, inner ones first."""
    kind = schema.get("type")
    if kind == "integer" or (type(kind) is list and "integer" in kind and "number" not in kind):
        schema["allOf"] = [*schema.get("allOf", ()), {"$ref": _WHOLE}]
    return schema


def _strict_tree(schema: Schema) -> Schema:
    return _strict(map_schemas(schema, _strict_tree))


def _close_extensions(schema: Schema) -> None:
    """Refuse every plug-in's section, in a schema that nobody else holds."""
    for name in _SETTINGS:
        if name in schema["definitions"]:
            field = schema["definitions"][name]["properties"]["extensions"]
            field["additionalProperties"] = False


def _with_extensions(
    schema: Schema, name: SchemaName, extensions: Sequence[Extension], *, strict: bool = False
) -> Schema:
    """Put plug-ins' sections into a schema that nobody else holds."""
    _close_extensions(schema)
    sections = {}
    for extension in extensions:
        key = f"extension.{extension.name}"
        section = _section(extension)
        if name != "resolved":
            section = layer(section, section)
        if strict:
            section = _strict_tree(section)
        schema["definitions"][key] = relocated(section, f"#/definitions/{key}")
        field: Schema = {"allOf": [{"$ref": f"#/definitions/{key}"}], "description": extension.description}
        sections[extension.name] = field if name == "resolved" else nullable(field)
    for definition in _SETTINGS:
        if definition in schema["definitions"]:
            schema["definitions"][definition]["properties"]["extensions"]["properties"] = sections
    return schema


def _section(extension: Extension) -> Schema:
    """A plug-in's schema without the head of a document, checked to be one.

    Raises:
        ValueError: it is none, or it refers to another document.
    """
    from jsonschema_rs import Draft7Validator, ReferencingError, Registry, ValidationError  # noqa: PLC0415

    section = {key: value for key, value in extension.schema.items() if key not in ("$schema", "$id")}
    try:
        Draft7Validator(section, registry=Registry([(_WHOLE, _WHOLE_NUMBER)]))
    except (ValueError, ReferencingError, ValidationError) as error:
        raise ValueError(f"the schema of the extension `{extension.name}`: {error}") from error
    return section


@cache
def _tables() -> tuple[Filler, frozenset[Path]]:
    root = _loaded("resolved")
    spec = root["properties"]["spec"]
    fill = filler(spec, root)
    assert fill is not None
    unions = frozenset(path for path, _ in marked("x-union", spec, root))
    return fill, unions


def fill_defaults(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Fill the vocabulary's defaults into a merged ``spec``.

    Copies what it changes and leaves its input as it is. Constant sub-trees are shared between results: never change
    one.
    """
    filled: dict[str, Any] = _tables()[0](spec)
    return filled


def fill_workspace(config: Mapping[str, Any]) -> dict[str, Any]:
    """Fill the defaults into a checked workspace configuration, cluster profiles included; `defaults` stays a layer."""
    root = _loaded("workspace")
    fill = filler(root, root)
    assert fill is not None
    filled: dict[str, Any] = fill(config)
    return filled


def union_paths() -> frozenset[Path]:
    """The lists below ``spec`` whose layers add up; ``*`` stands for every key of a map."""
    return _tables()[1]
