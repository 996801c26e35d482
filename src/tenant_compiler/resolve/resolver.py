"""The pass ``resolve``: layers, lowest first, merged into what a tenant is in one environment.

Order: the vocabulary's defaults, the tier preset, ``derived:encryption_level``, the workspace's ``[defaults]``, profiles
with what they extend, the workspace's values of the environment, the tenant, the tenant's ``environments.X``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tenant_compiler.model.diagnostic import Diagnostic, Place
from tenant_compiler.model.resolved import Layer, Resolved
from tenant_compiler.read import schema
from tenant_compiler.read.suggest import did_you_mean
from tenant_compiler.resolve import encryption
from tenant_compiler.resolve.limits import judge_tier
from tenant_compiler.resolve.merge import merge, union_tree
from tenant_compiler.resolve.origin import place_of
from tenant_compiler.resolve.sources import Broken, Settings, Tier, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tenant_compiler.model.document import Document
    from tenant_compiler.model.workspace import Workspace
    from tenant_compiler.resolve.sources import Sources


class Selection(NamedTuple):
    """What decides which shared layers a tenant stands on in an environment."""

    tier: str
    profiles: tuple[str, ...]
    environment: str
    cloud: str


class Base(NamedTuple):
    """The shared layers of one selection and encryption level, merged."""

    values: Mapping[str, Any]
    layers: tuple[Layer, ...]
    tier: Tier


class Resolver:
    """Resolves tenants; keeps what they share: sources, and merged bases by selection."""

    def __init__(self, workspace: Workspace, sources: Sources) -> None:
        self.workspace = workspace
        self.sources = sources
        self._unions = union_tree(schema.union_paths())
        self._bases: dict[tuple[Selection, str], Base] = {}
        self._defaults: Mapping[str, Any] = workspace.written.get("defaults", {})
        self._defaults_place = Place(workspace.file, (*workspace.section, "defaults"))

    def environments(self, document: Document) -> list[str]:
        """The environments that a tenant has, in its own order; the workspace's first one when it names none."""
        named = document.value["spec"].get("environments")
        return list(named) if named else [next(iter(self.workspace.config["environments"]), "production")]

    def prepare(self, documents: Iterable[Document]) -> None:
        """Load the tiers and profiles that documents need, all in as few evaluations as their `extends` allow."""
        selections: dict[Selection, None] = {}
        for document in documents:
            for environment in self.environments(document):
                selection, findings = self._select(document, environment)
                if not findings:
                    selections[selection] = None
        self._load(selection for selection in selections if (selection, "") not in self._bases)

    def resolve(self, document: Document, environment: str) -> tuple[Resolved | None, Sequence[Diagnostic]]:
        """Resolve a checked tenant document in one environment.

        Returns:
            The resolved tenant and no findings, or None and why.
        """
        selection, findings = self._select(document, environment)
        if findings:
            return None, findings
        base = self._base(document, selection)
        if isinstance(base, Broken):
            return None, base.diagnostics
        spec: Any = base.values
        for layer in self._own_layers(document, environment):
            spec = merge(spec, layer.values, self._unions)
        spec.pop("environments", None)
        spec = schema.fill_defaults(spec)
        metadata = document.value["metadata"]
        if "labels" not in metadata:
            metadata = {**metadata, "labels": {}}
        layers = (*base.layers, *self._own_layers(document, environment))
        resolved = Resolved(document.file, document.index, environment, metadata, spec, layers)
        findings = self._judge(resolved, base.tier, selection)
        return (None, findings) if findings else (resolved, ())

    def _judge(self, resolved: Resolved, tier: Tier, selection: Selection) -> list[Diagnostic]:
        value = {
            "apiVersion": "tenant-compiler.dev/v1",
            "kind": "Tenant",
            "metadata": resolved.metadata,
            "spec": resolved.spec,
        }
        findings = schema.check(value, "resolved", extensions=self.sources.extensions)
        if findings:
            return [finding._replace(place=place_of(resolved, finding.pointer)) for finding in findings]
        findings = [*judge_tier(resolved, tier), *encryption.weaker_flags(resolved.spec)]
        cloud = resolved.spec["placement"]["cloud"]
        if selection.cloud != cloud and any(_depends_on_cloud(layer) for layer in resolved.layers):
            findings.append(_cloud_from_profile(cloud, selection.cloud))
        return findings

    def _own_layers(self, document: Document, environment: str) -> list[Layer]:
        """The layers that only this tenant has, lowest first."""
        spec = document.value["spec"]
        place = Place(document.file, ("spec",), document=document.index)
        values = {key: value for key, value in spec.items() if key != "environments"}
        layers = [Layer("tenant", values, place)]
        overrides = (spec.get("environments") or {}).get(environment)
        if overrides:
            below = place._replace(pointer=("spec", "environments", environment))
            layers.append(Layer(f"tenant.environments.{environment}", overrides, below))
        return layers

    def _select(self, document: Document, environment: str) -> tuple[Selection, list[Diagnostic]]:
        """Find tier, profiles and cloud in the layers that do not depend on them."""
        known = self.workspace.config["environments"]
        place = Place(document.file, ("spec", "environments", environment), key=True, document=document.index)
        if environment not in known:
            message = f"the workspace has no environment `{environment}`"
            found = Diagnostic("TC307", message, place=place, help=_choices("environments", environment, known))
            return Selection("", (), environment, ""), [found]
        own = self._own_layers(document, environment)
        values = self.sources.environment(environment)
        if isinstance(values, Broken):
            return Selection("", (), environment, ""), list(values.diagnostics)
        layers = [Layer("defaults", self._defaults, self._defaults_place), *_environment_layer(environment, values), *own]
        findings: list[Diagnostic] = []
        tier = _last(layers, "tier")
        profiles = _last(layers, "profiles")
        cloud = next((c for c in (_cloud(layer) for layer in reversed(layers)) if c), "")
        if tier is None:
            place = Place(document.file, ("spec",), document=document.index)
            help_ = "write `tier:` with one of " + ", ".join(f"`{name}`" for name in self.sources.catalogue.tiers)
            findings.append(Diagnostic("TC204", "the tenant has no tier", place=place, help=help_))
            return Selection("", (), environment, cloud), findings
        name = tier.values["tier"]
        if name not in self.sources.catalogue.tiers:
            findings.append(_unknown("TC301", "tier", name, tier, ("tier",), self.sources.catalogue.tiers))
        names = profiles.values["profiles"] if profiles else ()
        for index, profile in enumerate(names):
            if profiles and profile not in self.sources.catalogue.profiles:
                known_profiles = self.sources.catalogue.profiles
                findings.append(_unknown("TC302", "profile", profile, profiles, ("profiles", index), known_profiles))
        return Selection(name, tuple(names), environment, cloud), findings

    def _wanted(self, selection: Selection) -> list[Wanted]:
        arguments = _arguments(selection)
        profiles = [self.sources.profile(name, arguments) for name in selection.profiles]
        return [Wanted("tier", selection.tier), *profiles]

    def _load(self, selections: Iterable[Selection]) -> None:
        """Load what selections need, then what that extends, level by level."""
        level = [(want, selection) for selection in selections for want in self._wanted(selection)]
        seen = set(level)
        while level:
            self.sources.load(want for want, _ in level)
            extended = [
                (self.sources.profile(name, _arguments(selection)), selection)
                for want, selection in level
                for name in _extends(self.sources.get(want))
                if name in self.sources.catalogue.profiles
            ]
            level = [pair for pair in dict.fromkeys(extended) if pair not in seen]
            seen.update(level)

    def _base(self, document: Document, selection: Selection) -> Base | Broken:
        """The merged layers below the tenant's own; the same object for every tenant with the same selection."""
        shared = self._bases.get((selection, ""))
        if shared is None:
            made = self._shared_layers(selection)
            if isinstance(made, Broken):
                return made
            shared = self._bases[selection, ""] = made
        level = self._level(document, selection, shared)
        base = self._bases.get((selection, level))
        if base is None:
            base = self._bases[selection, level] = self._with_level(shared, level)
        return base

    def _level(self, document: Document, selection: Selection, shared: Base) -> str:
        layers = [*shared.layers, *self._own_layers(document, selection.environment)]
        return next((level for level in map(_encryption_level, reversed(layers)) if level), "basic")

    def _with_level(self, shared: Base, level: str) -> Base:
        derived = Layer(encryption.LAYER, encryption.LEVELS.get(level, {}), None)
        layers = (shared.layers[0], derived, *shared.layers[1:])
        values: Mapping[str, Any] = {}
        for layer in layers:
            values = merge(values, layer.values, self._unions)
        return Base(values, layers, shared.tier)

    def _shared_layers(self, selection: Selection) -> Base | Broken:
        self._load([selection])
        wanted = self._wanted(selection)
        tier = self.sources.get(wanted[0])
        if not isinstance(tier, Tier):
            return tier if isinstance(tier, Broken) else Broken(())
        layers = [Layer(f"tier:{tier.name}", tier.defaults, tier.place._replace(pointer=("defaults",)))]
        if self._defaults:
            layers.append(Layer("defaults", self._defaults, self._defaults_place))
        for want in wanted[1:]:
            broken = self._add_profile(want, selection, layers, ())
            if broken is not None:
                return broken
        values = self.sources.environment(selection.environment)
        if isinstance(values, Settings):
            layers += _environment_layer(selection.environment, values)
        return Base({}, tuple(layers), tier)

    def _add_profile(
        self, want: Wanted, selection: Selection, layers: list[Layer], path: tuple[str, ...]
    ) -> Broken | None:
        """Add a profile's layer above those that it extends; a profile stands once, where it came first."""
        profile = self.sources.get(want)
        if isinstance(profile, Broken):
            return profile
        if not isinstance(profile, Settings) or any(layer.name == f"profile:{want.name}" for layer in layers):
            return None
        for index, name in enumerate(profile.extends):
            place = Place(profile.place.file, ("extends", index), arguments=profile.place.arguments)
            if name in (*path, want.name):
                return Broken((_cycle((*path, want.name, name), place),))
            if name not in self.sources.catalogue.profiles:
                layer = Layer("", {}, place._replace(pointer=()))
                known = self.sources.catalogue.profiles
                return Broken((_unknown("TC302", "profile", name, layer, ("extends", index), known),))
            below = self.sources.profile(name, _arguments(selection))
            broken = self._add_profile(below, selection, layers, (*path, want.name))
            if broken is not None:
                return broken
        layers.append(Layer(f"profile:{want.name}", profile.values, profile.place))
        return None


def _environment_layer(environment: str, values: Settings | None) -> list[Layer]:
    return [] if values is None else [Layer(f"environment:{environment}", values.values, values.place)]


def _extends(item: Tier | Settings | Broken) -> tuple[str, ...]:
    return item.extends if isinstance(item, Settings) else ()


def _arguments(selection: Selection) -> dict[str, str]:
    return {"tier": selection.tier, "environment": selection.environment, "cloud": selection.cloud}


def _last(layers: Sequence[Layer], key: str) -> Layer | None:
    return next((layer for layer in reversed(layers) if layer.values.get(key) is not None), None)


def _cloud(layer: Layer) -> str | None:
    placement = layer.values.get("placement")
    cloud = placement.get("cloud") if isinstance(placement, dict) else None
    return cloud if isinstance(cloud, str) else None


def _encryption_level(layer: Layer) -> str | None:
    security = layer.values.get("security")
    level = security.get("encryption_level") if isinstance(security, dict) else None
    return level if isinstance(level, str) else None


def _choices(what: str, name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    hint = did_you_mean(name, names)
    return hint or f"the {what} are " + ", ".join(f"`{known_name}`" for known_name in names)


def _unknown(
    code: str, what: str, name: str, layer: Layer, path: tuple[str | int, ...], known: Mapping[str, str]
) -> Diagnostic:
    place = layer.place and layer.place._replace(pointer=(*layer.place.pointer, *path))
    return Diagnostic(code, f"there is no {what} `{name}`", place=place, help=_choices(f"{what}s", name, known))


def _cycle(path: tuple[str, ...], place: Place) -> Diagnostic:
    return Diagnostic(
        "TC303",
        "a profile extends itself: " + " → ".join(path),
        place=place,
        help="take the profile out of one of the `extends` lists",
    )


def _depends_on_cloud(layer: Layer) -> bool:
    return layer.place is not None and any(name == "cloud" for name, _ in layer.place.arguments)


def _cloud_from_profile(cloud: str, selected: str) -> Diagnostic:
    said = f"`{selected}`" if selected else "no cloud"
    return Diagnostic(
        "TC317",
        f"a profile sets placement.cloud to `{cloud}`, but another profile was evaluated for {said}",
        pointer=("spec", "placement", "cloud"),
        help="write placement.cloud in the tenant, in the environment's values or in the workspace's [defaults]",
    )


