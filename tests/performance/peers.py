"""The same objects as programs for other tools: a jsonnet program, and a Kapitan inventory with a component.

Nothing is written by hand, so that nothing can be forgotten. From the objects that our compiler emitted a template is
worked out (`generalise`): what all tenants share is constant, what depends on the tier or a profile becomes a parameter
of that preset, and the rest a parameter of the tenant. The peers then read presets and parameters, merge them and build
the objects, as a person would have written it. Everything is in the peers' favour: they get no schema, no check, no
source positions, one file of tenants, shared parts as locals, and parameters that hold no more than the objects need.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AXES = ("tier", "region", "regulation")
"""What a value may depend on before it has to be the tenant's own, in this order."""

_NAME = "\N{WHITE SQUARE}"
"""Stands for the tenant's name in a text that holds it."""


_NO_IDENTIFIER = re.compile(r"^[^A-Za-z]+|[^A-Za-z0-9]+")
"""What cannot stand in an identifier of jsonnet."""


class Constant(NamedTuple):
    """The same value for all tenants."""

    value: Any


class Named(NamedTuple):
    """The same text for all tenants, but for their names in it."""

    text: str


class Parameter(NamedTuple):
    """A value of the tenant's tier, of its profiles or of its own."""

    key: str


Node: TypeAlias = "Constant | Named | Parameter | dict[str, Node] | list[Node]"


class Program(NamedTuple):
    """A template and the parameters that turn it into the objects of every tenant."""

    template: Node
    presets: dict[str, dict[str, dict[str, Any]]]
    """axis -> name on that axis -> parameter -> value."""
    tenants: dict[str, dict[str, Any]]
    """name -> parameter -> value; the axes are parameters as well."""


def generalise(objects: Mapping[str, Sequence[Any]], choices: Mapping[str, Mapping[str, str]]) -> Program:
    """Work out the program that makes the objects.

    Args:
        objects: the objects of each tenant by its name.
        choices: for each tenant what it has on each of the `AXES`.
    """
    work = _Work(list(objects), choices)
    template = work.node([list(each) for each in objects.values()], "objects")
    return Program(template, work.presets, work.tenants)


class _Work:
    """The state of one `generalise`: parameters found so far."""

    def __init__(self, names: list[str], choices: Mapping[str, Mapping[str, str]]) -> None:
        self.names = names
        self.choices = choices
        self.presets: dict[str, dict[str, dict[str, Any]]] = {axis: {} for axis in AXES}
        self.tenants: dict[str, dict[str, Any]] = {name: {axis: choices[name][axis] for axis in AXES} for name in names}
        self._known: dict[str, str] = {}

    def node(self, values: list[Any], label: str) -> Node:
        """The template of one place, from its value for every tenant."""
        first = values[0]
        if all(same(value, first) for value in values):
            return Constant(first)
        if all(isinstance(value, dict) and value.keys() == first.keys() for value in values):
            return {key: self.node([value[key] for value in values], key) for key in first}
        if all(isinstance(value, list) and len(value) == len(first) for value in values):
            return [self.node([value[index] for value in values], label) for index in range(len(first))]
        if all(isinstance(value, str) for value in values):
            texts = {value.replace(name, _NAME) for name, value in zip(self.names, values, strict=True)}
            if len(texts) == 1:
                return Named(texts.pop())
        return Parameter(self._parameter(values, label))

    def _parameter(self, values: list[Any], label: str) -> str:
        column = json.dumps(values)
        if column not in self._known:
            word = _NO_IDENTIFIER.sub("", label).lower()
            key = self._known[column] = f"{word or 'value'}_{len(self._known)}"
            self._store(key, values)
        return self._known[column]

    def _store(self, key: str, values: list[Any]) -> None:
        for axis in AXES:
            by_name: dict[str, Any] = {}
            pairs = [(self.choices[name][axis], value) for name, value in zip(self.names, values, strict=True)]
            if all(same(by_name.setdefault(where, value), value) for where, value in pairs):
                for where, value in by_name.items():
                    self.presets[axis].setdefault(where, {})[key] = value
                return
        for name, value in zip(self.names, values, strict=True):
            self.tenants[name][key] = value


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: ``1`` is not ``True``, and ``1`` is not ``1.0``."""
    return bool(one == other) and json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def write_jsonnet(program: Program, folder: str) -> None:
    """Write ``main.jsonnet``, for ``jsonnet -S -m OUT main.jsonnet``: a YAML stream for each tenant."""
    os.makedirs(folder)
    _write(folder, "presets.json", json.dumps(program.presets))
    _write(folder, "tenants.json", json.dumps(program.tenants))
    merged = " + ".join(f"presets.{axis}[tenants[name].{axis}]" for axis in AXES if program.presets[axis])
    merged = f"{merged} + tenants[name]" if merged else "tenants[name]"
    _write(
        folder,
        "main.jsonnet",
        "local presets = import 'presets.json';\nlocal tenants = import 'tenants.json';\n"
        f"{_function(program.template)}"
        "{\n  [name + '.yaml']: std.manifestYamlStream(\n"
        f"    objects(name, {merged}), c_document_end=false, quote_keys=false\n"
        "  )\n  for name in std.objectFields(tenants)\n}\n",
    )


def write_kapitan(program: Program, folder: str) -> None:
    """Write an inventory and a jsonnet component, for ``kapitan compile``: a YAML stream for each target."""
    for name in ("components", "inventory/classes", "inventory/targets"):
        os.makedirs(os.path.join(folder, name))
    compiled = {"input_type": "jsonnet", "input_paths": ["components/objects.jsonnet"], "output_path": "."}
    common = {"parameters": {"kapitan": {"compile": [{**compiled, "output_type": "yaml"}]}}}
    _write(folder, "inventory/classes/common.yml", json.dumps(common))
    for axis, names in program.presets.items():
        for name, parameters in names.items():
            _write(folder, f"inventory/classes/{axis}-{name}.yml", json.dumps({"parameters": parameters}))
    for name, parameters in program.tenants.items():
        classes = [f"{axis}-{parameters[axis]}" for axis in AXES if program.presets[axis]]
        own = {"kapitan": {"vars": {"target": name}}, "tenant": name, **parameters}
        target = {"classes": ["common", *classes], "parameters": own}
        _write(folder, f"inventory/targets/{name}.yml", json.dumps(target))
    _write(
        folder,
        "components/objects.jsonnet",
        "local kap = import 'lib/kapitan.libjsonnet';\nlocal p = kap.inventory().parameters;\n"
        f"{_function(program.template)}{{ [p.tenant]: objects(p.tenant, p) }}\n",
    )


def _function(template: Node) -> str:
    """The jsonnet function ``objects(name, p)``; parts that occur more than once are locals."""
    found: dict[str, int] = {}
    _count(template, found)
    often = sorted((text for text, times in found.items() if times > 1), key=len)
    shared = {text: f"part{number}" for number, text in enumerate(often)}
    parts = "".join(f"  local {label} = {text};\n" for text, label in shared.items())
    return f"local objects(name, p) =\n{parts}  {_jsonnet(template, shared)};\n\n"


def _count(node: Node, found: dict[str, int]) -> str:
    """Count the maps and lists with something in them by their text, the inner ones first."""
    if isinstance(node, (Constant, Named, Parameter)):
        text = _jsonnet(node, {})
        if not isinstance(node, Constant) or not isinstance(node.value, (dict, list)):
            return text
    elif isinstance(node, dict):
        text = _object({key: _count(value, found) for key, value in node.items()})
    else:
        text = f"[{', '.join([_count(value, found) for value in node])}]"
    if len(text) > 20:
        found[text] = found.get(text, 0) + 1
    return text


def _jsonnet(node: Node, shared: Mapping[str, str]) -> str:
    if isinstance(node, Parameter):
        return f"p.{node.key}"
    if isinstance(node, Named):
        return " + ".join(_pieces(node.text))
    if isinstance(node, Constant):
        text = json.dumps(node.value)
        return shared.get(text, text)
    known = shared.get(_count(node, {}))
    if known:
        return known
    if isinstance(node, dict):
        return _object({key: _jsonnet(value, shared) for key, value in node.items()})
    return f"[{', '.join(_jsonnet(value, shared) for value in node)}]"


def _object(fields: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{json.dumps(key)}: {text}" for key, text in fields.items()) + "}"


def _pieces(text: str) -> list[str]:
    """``t-□-x`` as ``"t-" + name + "-x"``."""
    result = []
    for index, piece in enumerate(text.split(_NAME)):
        if index:
            result.append("name")
        if piece:
            result.append(json.dumps(piece))
    return result


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)
