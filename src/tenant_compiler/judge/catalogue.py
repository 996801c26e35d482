"""The built-in rules and frameworks, as ``scripts/generate_policies.py`` packs them.

A hook reads one file, no YAML, and parses no metadata.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.data import data_folder
from tenant_compiler.model.policy import Parameter, Rule
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tenant_compiler.model.policy import Framework

RULES: Final = os.path.join("compiled", "rules.json")
FRAMEWORKS: Final = os.path.join("compiled", "frameworks")


class Catalogue(NamedTuple):
    """All built-in rules with their sources. Shared by whoever asks; nobody changes it."""

    rules: Mapping[str, Rule]
    """By name, in the order of their ids."""
    modules: Mapping[str, str]
    """Sources of rules and libraries by file (``<built-in>/policies/rego/…``), without comments but with all lines."""
    data: Mapping[str, Any]
    """What rules find below ``data``: facts with a date."""
    features: tuple[str, ...]
    """What the ``needs`` of a rule may name."""
    libraries: Mapping[str, tuple[str, ...]]
    """The files that each file needs beside itself, however far."""

    def needed(self, names: Iterable[str]) -> dict[str, str]:
        """The modules of some rules, with the libraries that these use: what an engine need not read takes no time."""
        files = [self.rules[name].file for name in names]
        wanted = {*files, *(library for file in files for library in self.libraries[file])}
        return {file: source for file, source in self.modules.items() if file in wanted}


@cache
def load_catalogue() -> Catalogue:
    """Load the built-in rules."""
    value = _load(RULES)
    rules = map(_unpack, value["rules"])
    libraries = {file: tuple(needed) for file, needed in value["libraries"].items()}
    return Catalogue(
        {rule.name: rule for rule in rules}, value["modules"], value["data"], tuple(value["features"]), libraries
    )


def pack(catalogue: Catalogue) -> dict[str, Any]:
    """Make plain JSON of a catalogue, for `load_catalogue`."""
    return {
        "features": list(catalogue.features),
        "data": catalogue.data,
        "rules": [list(rule._replace(parameters=_listed(rule.parameters))) for rule in catalogue.rules.values()],
        "libraries": {file: list(needed) for file, needed in catalogue.libraries.items()},
        "modules": dict(catalogue.modules),
    }


@cache
def load_framework(name: str) -> Framework:
    """Load a built-in framework.

    Raises:
        KeyError: there is none of that name.
    """
    if name not in framework_names():
        raise KeyError(name)
    from tenant_compiler.judge.frameworks import from_json  # noqa: PLC0415 - many runs know no framework

    return from_json(_load(os.path.join(FRAMEWORKS, f"{name}.json")))


@cache
def framework_names() -> tuple[str, ...]:
    """The names of the built-in frameworks, sorted."""
    listed = os.listdir(os.path.join(data_folder("policies"), FRAMEWORKS))
    return tuple(sorted(name.removesuffix(".json") for name in listed if name.endswith(".json")))


def _load(path: str) -> Any:
    with open(os.path.join(data_folder("policies"), path), "rb") as file:
        return json.loads(file.read())


def _unpack(packed: list[Any]) -> Rule:
    rule = Rule._make(packed)
    return rule._replace(
        parameters=tuple(map(Parameter._make, rule.parameters)),
        carried_by=tuple(rule.carried_by),
        needs=tuple(rule.needs),
    )


def _listed(records: Iterable[Any]) -> Any:
    return [list(record) for record in records]
