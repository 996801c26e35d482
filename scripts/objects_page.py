"""The page docs/reference/objects.md: which objects each field of a tenant becomes, and which rules judge it.

Nothing of it is written by hand. Tenants that use the whole vocabulary (those of the test of dead knobs) are
compiled for all targets. A field becomes the objects that say so in their lineage, and those that change when the
field does. Rules say themselves what they have looked at.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tenant_compiler.judge.catalogue import load_catalogue
from tenant_compiler.model.document import Document
from tenant_compiler.read import schema
from tenant_compiler.run import passes
from tenant_compiler.run.passes import CHECK, run_passes
from tenant_compiler.run.session import keep_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.result import EnvironmentResult
    from tenant_compiler.run.passes import Pass

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGETS = ("kubernetes", "terraform", "prometheus", "grafana")
_LOWERED = (passes.resolve, passes.plan, passes.judge, passes.lower)
TITLE = """\
# What each field becomes

Tenants that use the whole vocabulary are compiled for all targets to make this page. A field becomes the objects that
carry it in their lineage (`tenant-compile explain` shows the same for a tenant of yours), and those that change when it
does. Labels, tags and titles, which repeat what they are told, do not count. *Judged by* names the rules of policies
that look at the field, and the codes of checks. What the fields mean stands in [the fields of a tenant](tenant.md).
"""
_NAMES = {"prometheus": "rules", "grafana": "boards"}
"""What objects are called whose own names say little."""

_ALONE = {"extensions": "what plug-ins make of their sections"}
"""What is said of fields that no tenant here has."""

Became = dict[str, set[str]]
"""Kinds of objects, by target."""


class Page:
    """What was found out, by field: the path with ``NAME`` for the keys of maps."""

    def __init__(self, folder: str) -> None:
        sys.path.insert(0, os.path.join(ROOT, "tests", "integration"))
        generated: Any = importlib.import_module("generated_fleet")
        knobs: Any = importlib.import_module("test_no_dead_knobs")

        self._knobs = knobs
        self.echoes: dict[str, str] = knobs.ECHOES
        self._fleet = generated.Fleet(folder, TARGETS, knobs.JUDGING)
        self._vocabulary = knobs.load("resolved")
        self.fields: list[tuple[str, ...]] = [
            path for path, _ in knobs.leaves(self._vocabulary, self._vocabulary) if path[0] == "spec"
        ]
        self.became: defaultdict[tuple[str, ...], Became] = defaultdict(lambda: defaultdict(set))
        self.judged: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        for base in knobs.BASES.values():
            self._look_at(base)
        self._fleet.session.close()

    def _look_at(self, base: Any) -> None:
        whole = self._compile(base, CHECK)
        assert whole is not None
        self._lineage(whole)
        before, codes = self._objects(whole), self._codes(whole)
        for path, changes in self._changes(base):
            for result in self._results(changes, _LOWERED):
                self.judged[path] |= self._codes(result) - codes
                self._changed(path, before, self._objects(result))
        # What becomes nothing is read by those who judge.
        rules = _judged(whole)
        for path, changes in self._changes(base):
            if not self.became[path] and not self.judged[path]:
                for result in self._results(changes, CHECK):
                    told = _judged(result)
                    self.judged[path] |= {name for name in rules | told if rules.get(name) != told.get(name)}

    def _results(self, changes: list[Any], steps: tuple[Pass, ...]) -> Iterator[EnvironmentResult]:
        """Compile documents until one is sound."""
        for changed in changes:
            result = self._compile(changed, steps)
            if result is not None:
                yield result
                if result.artifacts:
                    return

    def _changes(self, base: Any) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
        """Give the ways of changing each field, each with documents of which the first sound one counts."""
        knobs = self._knobs
        for path, field in knobs.leaves(self._vocabulary, self._vocabulary):
            for place in knobs.places(base, path) if path[0] == "spec" else ():
                value = knobs.at(base, place)
                for ways in knobs.others(value, field):
                    yield path, [knobs.changed(base, place, new) for new in ways if new != value]

    def _compile(self, tenant: Any, steps: tuple[Pass, ...]) -> EnvironmentResult | None:
        if schema.check(tenant, "tenant"):
            return None
        wanted = [(Document("tenants/x.yaml", 0, tenant), "production")]
        (result,) = run_passes(wanted, self._fleet.session.tools, steps, keep_all)
        return result

    def _lineage(self, result: EnvironmentResult) -> None:
        fields = set(self.fields)
        for target, artifacts in result.artifacts.items():
            for artifact in artifacts:
                for item in artifact.objects:
                    for pointer in item.made_from:
                        path = self._field(pointer)
                        if path in fields:
                            self.became[path][target].add(_kind(target, item.id))
        for rule, found in result.compliance.results.items() if result.compliance else ():
            for pointer in found.checked:
                path = self._field(("spec", *pointer) if pointer[0] != "spec" else pointer)
                self.judged[path].add(rule)

    def _field(self, pointer: Pointer) -> tuple[str, ...]:
        """The field that a pointer leads to: keys of maps are ``*``, places in lists belong to the list."""
        for path in self.fields:
            if len(path) <= len(pointer) and all(part in ("*", key) for part, key in zip(path, pointer, strict=False)):
                return path
        return ()

    @staticmethod
    def _objects(result: EnvironmentResult) -> dict[tuple[str, ...], Any]:
        return {
            (target, artifact.path, item.id): item.value
            for target, artifacts in result.artifacts.items()
            for artifact in artifacts
            for item in artifact.objects
        }

    def _changed(
        self, path: tuple[str, ...], before: dict[tuple[str, ...], Any], after: dict[tuple[str, ...], Any]
    ) -> None:
        plain = self._knobs.plain
        if not after:
            return  # an error
        for key in before.keys() | after.keys():
            one, other = before.get(key), after.get(key)
            if one != other and plain(one) != plain(other):
                self.became[path][key[0]].add(_kind(key[0], key[2]))

    @staticmethod
    def _codes(result: EnvironmentResult) -> set[str]:
        return {finding.rule or finding.code for finding in result.diagnostics}


def page() -> str:
    """Make the page."""
    with tempfile.TemporaryDirectory() as folder:
        found = Page(folder)
    parts = [TITLE]
    section = ""
    for path in found.fields:
        if path[1] != section:
            section = path[1]
            parts.append(f"\n## `{section}`\n\n| field | becomes | judged by |\n|---|---|---|\n")
        name = ".".join("NAME" if part == "*" else part for part in path[1:])
        becomes, judged = _became(found.became[path]), _codes_of(found.judged[path])
        if not becomes and not judged:
            becomes = found.echoes.get(".".join(path)) or _ALONE.get(path[-1], "nothing else can be written")
        parts.append(f"| `{name}` | {becomes} | {judged} |\n")
    return "".join(parts)


def _kind(target: str, name: str) -> str:
    return _NAMES.get(target) or name.replace("/", ".").partition(".")[0]


def _became(kinds: Became) -> str:
    return "; ".join(
        f"{target.capitalize()}: {', '.join(sorted(kinds[target]))}" for target in TARGETS if kinds.get(target)
    )


def _codes_of(names: set[str]) -> str:
    rules = load_catalogue().rules
    codes = {rules[name].id if name in rules else name: name for name in names}
    return ", ".join(_linked(code, name) for code, name in sorted(codes.items()))


def _linked(code: str, name: str) -> str:
    for folder in ("codes", "rules"):
        if os.path.exists(os.path.join(ROOT, "docs", "reference", folder, f"{code}.md")):
            return f"[{name.replace('_', ' ')}]({folder}/{code}.md)"
    return name.replace("_", " ")


def _judged(result: EnvironmentResult) -> dict[str, Any]:
    return dict(result.compliance.results) if result.compliance else {}
