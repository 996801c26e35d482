"""Tiers, profiles and environment values: read or evaluated once for each distinct input, then shared."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tenant_compiler.model.diagnostic import Diagnostic, Place, TenantCompileError
from tenant_compiler.model.pointer import ABSENT, follow, parse, show
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read import files, jsonnet_cache, schema, yaml
from tenant_compiler.read.jsonnet import Job
from tenant_compiler.read.jsonnet_lexer import tokens, top_level_parameters
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tenant_compiler.model.backend import Extension
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.workspace import Workspace
    from tenant_compiler.read.jsonnet import JsonnetEvaluator
    from tenant_compiler.resolve.catalogue import Catalogue

PARAMETERS = ("tier", "environment", "cloud")
"""What a jsonnet profile may be a function of."""

_PARTS = {"defaults": dict, "limits": dict, "required": list, "locked": list}


class Tier(NamedTuple):
    """An evaluated tier preset."""

    name: str
    place: Place
    defaults: Mapping[str, Any]
    limits: Mapping[str, Any]
    required: tuple[str, ...]
    locked: tuple[str, ...]


class Settings(NamedTuple):
    """A profile, or the values of an environment."""

    values: Mapping[str, Any]
    extends: tuple[str, ...]
    place: Place
    """Where the settings' root stands."""


class Broken(NamedTuple):
    """Why a source cannot be used. Every tenant that needs it fails with these findings."""

    diagnostics: tuple[Diagnostic, ...]


class Wanted(NamedTuple):
    """A source that somebody needs: a tier, or a profile with what it is a function of."""

    kind: str
    """``tier`` or ``profile``."""
    name: str
    arguments: tuple[tuple[str, str], ...] = ()


class Sources:
    """Loads what is wanted, in one evaluation for all that is not there yet, and keeps it for the run."""

    def __init__(
        self,
        workspace: Workspace,
        catalogue: Catalogue,
        evaluator: JsonnetEvaluator,
        extensions: Sequence[Extension] = (),
        cache: str = "",
    ) -> None:
        self.workspace = workspace
        self.catalogue = catalogue
        self.evaluator = evaluator
        self.extensions = extensions
        self.cache = cache
        self._loaded: dict[Wanted, Tier | Settings | Broken] = {}
        self._parameters: dict[str, tuple[str, ...]] = {}
        self._environments: dict[str, Settings | Broken | None] = {}

    def profile(self, name: str, arguments: Mapping[str, str]) -> Wanted:
        """What to want for a profile: only the arguments that its file takes make a difference."""
        taken = self._parameters.get(name)
        if taken is None:
            file = self.catalogue.profiles[name]
            taken = _parameters(self.evaluator.source(file)) if file.endswith(".jsonnet") else ()
            self._parameters[name] = taken
        return Wanted("profile", name, tuple((key, arguments[key]) for key in PARAMETERS if key in taken))

    def load(self, wanted: Iterable[Wanted]) -> None:
        """Load tiers and profiles that the catalogue has."""
        missing = [want for want in dict.fromkeys(wanted) if want not in self._loaded]
        jobs: list[tuple[Wanted, Job]] = []
        for want in missing:
            file = self._file(want)
            if file.endswith(".jsonnet"):
                jobs.append((want, Job(file, dict(want.arguments))))
            else:
                self._loaded[want] = self._read(file)
        if not jobs:
            return
        for (want, job), result in zip(
            jobs, jsonnet_cache.evaluate(self.evaluator, [job for _, job in jobs], self.cache), strict=True
        ):
            place = Place(job.file, arguments=want.arguments)
            if result.diagnostics:
                self._loaded[want] = Broken(result.diagnostics)
            elif want.kind == "tier":
                self._loaded[want] = self._tier(want.name, result.value, place)
            else:
                self._loaded[want] = self._profile(result.value, place)

    def get(self, want: Wanted) -> Tier | Settings | Broken:
        """Give what was loaded.

        Raises:
            KeyError: it was not.
        """
        return self._loaded[want]

    def environment(self, name: str) -> Settings | Broken | None:
        """The workspace's values for an environment; None when it has none."""
        if name not in self._environments:
            config = self.workspace.config["environments"].get(name, {})
            file = config.get("values")
            self._environments[name] = None if file is None else self._read_values(file)
        return self._environments[name]

    def _file(self, want: Wanted) -> str:
        return (self.catalogue.tiers if want.kind == "tier" else self.catalogue.profiles)[want.name]

    def _read(self, file: str) -> Settings | Broken:
        """Read a profile in YAML."""
        value = self._document(file)
        return value if isinstance(value, Broken) else self._profile(value, Place(file), written=True)

    def _read_values(self, file: str) -> Settings | Broken:
        """Read an environment's values: a YAML document of settings."""
        value = self._document(file)
        return value if isinstance(value, Broken) else self._settings(value, Place(file), ())

    def _document(self, file: str) -> Any | Broken:
        """Read a YAML file that holds one document. What is wrong with it concerns only the tenants that need it."""
        try:
            reading = yaml.read_documents(files.read_bytes(os.path.join(self.workspace.root, file), file), file)
        except TenantCompileError as error:
            return Broken(error.diagnostics)
        if reading.diagnostics:
            return Broken(reading.diagnostics)
        if len(reading.documents) != 1:
            message = f"{file} holds {len(reading.documents)} documents, but is read as one"
            help_ = "write each into a file of its own: a profile is named after its file"
            return Broken((Diagnostic("TC113", message, place=Place(file, document=1), help=help_),))
        return reading.documents[0].value

    def _profile(self, value: Any, place: Place, *, written: bool = False) -> Settings | Broken:
        """Check a profile. In jsonnet it may leave out what never varies: apiVersion and kind."""
        if not written and isinstance(value, dict):
            value = {"apiVersion": "tenant-compiler.dev/v1", "kind": "Profile", **value}
        findings = schema.check(value, "profile", place.file, place.document, extensions=self.extensions)
        if findings:
            return Broken(tuple(_with_arguments(findings, place)))
        return Settings(value["spec"], tuple(value.get("extends", ())), place._replace(pointer=("spec",)))

    def _settings(self, value: Any, place: Place, prefix: Pointer) -> Settings | Broken:
        document = {"apiVersion": "tenant-compiler.dev/v1", "kind": "Profile", "spec": value}
        findings = schema.check(document, "profile", place.file, place.document, extensions=self.extensions)
        if findings:
            return Broken(tuple(_moved(findings, place, prefix)))
        return Settings(value, (), place)

    def _tier(self, name: str, value: Any, place: Place) -> Tier | Broken:
        if not isinstance(value, dict):
            return Broken((_bad_tier(name, place, f"evaluates to {_kind(value)}"),))
        problems = [
            _bad_tier(name, place._replace(pointer=(key,)), f"has an unknown part `{key}`", did_you_mean(key, _PARTS))
            for key in value
            if key not in _PARTS
        ]
        for key, kind in _PARTS.items():
            if not isinstance(value.get(key, kind()), kind):
                found = f"has {_kind(value[key])} as `{key}`, which must be {_kind(kind())}"
                problems.append(_bad_tier(name, place._replace(pointer=(key,)), found))
        if problems:
            return Broken(tuple(problems))
        tier = Tier(name, place, *_parts(value))
        for part in ("defaults", "limits"):
            checked = self._settings(value.get(part, {}), place, (part,))
            if isinstance(checked, Broken):
                return checked
        problems = list(_unusable_parts(tier))
        return Broken(tuple(problems)) if problems else tier


def _parameters(source: str) -> tuple[str, ...]:
    """What a jsonnet profile may be a function of: everything, where its text does not say."""
    found = top_level_parameters(source)
    if found is not None:
        return found
    everything = list(tokens(source))
    depth, index = 0, len(everything)
    while index and (depth or index == len(everything)):
        index -= 1
        text = everything[index].text if everything[index].kind == "op" else ""
        depth += (text in (")", "]", "}")) - (text in ("(", "[", "{"))
    # The last bracket closes an object that is the whole value, and nothing in the file is a function.
    whole = everything and everything[index].text == "{" and (not index or everything[index - 1].text == ";")
    return () if whole and all(token.text != "function" for token in everything) else PARAMETERS


def _parts(value: Mapping[str, Any]) -> tuple[Any, Any, tuple[str, ...], tuple[str, ...]]:
    return (
        value.get("defaults", {}),
        value.get("limits", {}),
        tuple(map(str, value.get("required", ()))),
        tuple(map(str, value.get("locked", ()))),
    )


def _unusable_parts(tier: Tier) -> Iterator[Diagnostic]:
    """Find limits that nothing can exceed, and paths that lead nowhere: left alone, they would never say a word."""
    for pointer, limit in _leaves(tier.limits):
        if isinstance(limit, bool) or not (isinstance(limit, int | float) or limit == "unlimited"):
            found = f"has {_kind(limit)} as the limit of {show(pointer)}, which must be a number or `unlimited`"
            yield _bad_tier(tier.name, tier.place._replace(pointer=("limits", *pointer)), found)
    for part in ("required", "locked"):
        for index, text in enumerate(getattr(tier, part)):
            place = tier.place._replace(pointer=(part, index))
            path = _path(text)
            if path is None:
                yield _bad_tier(tier.name, place, f"has `{text}` in `{part}`, which is no path of a tenant's settings")
            elif part == "locked" and follow(tier.defaults, path) in (ABSENT, None):
                yield _bad_tier(tier.name, place, f"locks {text}, but has no default for it")


def _leaves(value: Any, path: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _leaves(below, (*path, key))
    else:
        yield path, value


def _path(text: str) -> Pointer | None:
    """The keys below ``spec`` that a path names; None when it is none."""
    try:
        pointer = parse(text)
    except ValueError:
        return None
    return pointer[1:] if pointer[0] == "spec" and len(pointer) > 1 else None


def _moved(findings: Iterable[Diagnostic], place: Place, prefix: Pointer) -> Iterator[Diagnostic]:
    """Findings of a settings tree that was checked as a profile's spec, placed where the tree really stands."""
    for finding in findings:
        found = finding.place or place
        pointer = (*prefix, *found.pointer[1:])
        yield finding._replace(place=found._replace(pointer=pointer, arguments=place.arguments))


def _with_arguments(findings: Iterable[Diagnostic], place: Place) -> Iterator[Diagnostic]:
    for finding in findings:
        yield finding._replace(place=(finding.place or place)._replace(arguments=place.arguments))


def _bad_tier(name: str, place: Place, problem: str, hint: str = "") -> Diagnostic:
    help_ = "a tier is { defaults: {…}, limits: {…}, required: […], locked: […] }; see `import 'tiers.libsonnet'`"
    return Diagnostic("TC308", f"the tier preset `{name}` {problem}", place=place, help=hint or help_)


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "text", bool: "a boolean", int: "a number", float: "a number"}
    return kinds.get(type(value), "null")
