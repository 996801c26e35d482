"""The pass ``resolve``: layers, lowest first, merged into what a tenant is in one environment.

Order: the vocabulary's defaults, the tier preset, ``derived:encryption_level``, the workspace's ``[defaults]``,
profiles with what they extend, the workspace's values of the environment, the tenant, its ``environments.X``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.model.diagnostic import Diagnostic, Place
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.model.resolved import Layer, Resolved
from tenant_compiler.read import schema
from tenant_compiler.resolve import encryption
from tenant_compiler.resolve.limits import judge_tier
from tenant_compiler.resolve.merge import merge, union_tree
from tenant_compiler.resolve.origin import blame
from tenant_compiler.resolve.selection import Selection, encryption_level, own_layers, select, unknown
from tenant_compiler.resolve.sources import Broken, Settings, Tier, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tenant_compiler.model.document import Document
    from tenant_compiler.model.workspace import Workspace
    from tenant_compiler.resolve.sources import Sources


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
        self._shared: dict[Selection, Base] = {}
        self._bases: dict[tuple[Selection, str], Base] = {}
        defaults = workspace.written.get("defaults")
        place = Place(workspace.file, (*workspace.section, "defaults"))
        self._defaults = [Layer("defaults", defaults, place)] if defaults else []

    def environments(self, document: Document) -> list[str]:
        """The environments that a tenant has, in its own order; the workspace's first one when it names none."""
        named = document.value["spec"].get("environments")
        return list(named) if named else [next(iter(self.workspace.config["environments"]), "production")]

    def prepare(self, documents: Iterable[Document]) -> None:
        """Load the tiers and profiles that documents need, all in as few evaluations as their `extends` allow."""
        selections: dict[Selection, None] = {}
        for document in documents:
            for environment in self.environments(document):
                selection, findings = self._select(document, environment, own_layers(document, environment))
                if not findings:
                    selections[selection] = None
        self._load(selection for selection in selections if selection not in self._shared)

    def resolve(self, document: Document, environment: str) -> tuple[Resolved | None, Sequence[Diagnostic]]:
        """Resolve a checked tenant document in one environment.

        Returns:
            The resolved tenant, None where there are no layers to merge; and what is wrong with it.
        """
        own = own_layers(document, environment)
        selection, findings = self._select(document, environment, own)
        if findings:
            return None, findings
        base = self._base(selection, own)
        if isinstance(base, Broken):
            return None, base.diagnostics
        spec: Any = base.values
        for layer in own:
            spec = merge(spec, layer.values, self._unions)
        spec.pop("environments", None)
        metadata = document.value["metadata"]
        if "labels" not in metadata:
            metadata = {**metadata, "labels": {}}
        spec = schema.fill_defaults(spec)
        resolved = Resolved(document.file, document.index, environment, metadata, spec, (*base.layers, *own))
        return resolved, self._judge(resolved, base.tier, selection)

    def _judge(self, resolved: Resolved, tier: Tier, selection: Selection) -> list[Diagnostic]:
        value = {
            "apiVersion": "tenant-compiler.dev/v1",
            "kind": "Tenant",
            "metadata": resolved.metadata,
            "spec": resolved.spec,
        }
        findings = schema.check(value, "resolved", extensions=self.sources.extensions)
        if findings:
            return [blame(resolved, finding) for finding in findings]
        findings = [*judge_tier(resolved, tier), *encryption.weaker_flags(resolved.spec)]
        cloud = resolved.spec["placement"]["cloud"]
        if selection.cloud != cloud and any(map(_depends_on_cloud, resolved.layers)):
            findings.append(_cloud_from_profile(cloud, selection.cloud))
        return [finding if finding.place else blame(resolved, finding) for finding in findings]

    def _select(
        self, document: Document, environment: str, own: Sequence[Layer]
    ) -> tuple[Selection, Sequence[Diagnostic]]:
        known = self.workspace.config["environments"]
        if environment not in known:
            place = Place(document.file, ("spec", "environments", environment), key=True, document=document.index)
            found = unknown("TC307", "environment", environment, place, known)
            return Selection("", (), environment, ""), [found]
        values = self.sources.environment(environment)
        if isinstance(values, Broken):
            return Selection("", (), environment, ""), values.diagnostics
        layers = [*self._defaults, *_environment_layer(environment, values), *own]
        return select(layers, document, environment, self.sources.catalogue)

    def _wanted(self, selection: Selection) -> list[Wanted]:
        profiles = [self.sources.profile(name, selection.arguments) for name in selection.profiles]
        return [Wanted("tier", selection.tier), *profiles]

    def _load(self, selections: Iterable[Selection]) -> None:
        """Load what selections need, then what that extends, level by level."""
        level = [(want, selection) for selection in selections for want in self._wanted(selection)]
        seen = set(level)
        while level:
            self.sources.load(want for want, _ in level)
            extended = [
                (self.sources.profile(name, selection.arguments), selection)
                for want, selection in level
                for name in _extends(self.sources.get(want))
                if name in self.sources.catalogue.profiles
            ]
            level = [pair for pair in dict.fromkeys(extended) if pair not in seen]
            seen.update(level)

    def _base(self, selection: Selection, own: Sequence[Layer]) -> Base | Broken:
        """The merged layers below the tenant's own; the same object for every tenant with the same selection."""
        shared = self._shared.get(selection)
        if shared is None:
            made = self._shared_layers(selection)
            if isinstance(made, Broken):
                return made
            shared = self._shared[selection] = made
        level = encryption_level((*shared.layers, *own))
        base = self._bases.get((selection, level))
        if base is None:
            base = self._bases[selection, level] = self._with_level(shared, level)
        return base

    def _with_level(self, shared: Base, level: str) -> Base:
        derived = Layer(encryption.LAYER, encryption.LEVELS.get(level, {}), None)
        layers = (shared.layers[0], derived, *shared.layers[1:])
        values: Mapping[str, Any] = {}
        for layer in layers:
            values = merge(values, layer.values, self._unions)
        return Base(values, layers, shared.tier)

    def _shared_layers(self, selection: Selection) -> Base | Broken:
        """The layers of a selection, without the derived one and not merged yet."""
        self._load([selection])
        wanted = self._wanted(selection)
        tier = self.sources.get(wanted[0])
        if isinstance(tier, Broken):
            return tier
        assert isinstance(tier, Tier)
        layers = [
            Layer(f"tier:{tier.name}", tier.defaults, tier.place._replace(pointer=("defaults",))),
            *self._defaults,
        ]
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
        assert isinstance(profile, Settings)
        if any(layer.name == f"profile:{want.name}" for layer in layers):
            return None
        for index, name in enumerate(profile.extends):
            place = Place(profile.place.file, ("extends", index), arguments=profile.place.arguments)
            if name in (*path, want.name):
                return Broken((_cycle((*path, want.name, name), place),))
            if name not in self.sources.catalogue.profiles:
                return Broken((unknown("TC302", "profile", name, place, self.sources.catalogue.profiles),))
            below = self.sources.profile(name, selection.arguments)
            broken = self._add_profile(below, selection, layers, (*path, want.name))
            if broken is not None:
                return broken
        layers.append(Layer(f"profile:{want.name}", profile.values, profile.place))
        return None


def _environment_layer(environment: str, values: Settings | None) -> list[Layer]:
    return [] if values is None else [Layer(f"environment:{environment}", values.values, values.place)]


def _extends(item: Tier | Settings | Broken) -> tuple[str, ...]:
    return item.extends if isinstance(item, Settings) else ()


def _depends_on_cloud(layer: Layer) -> bool:
    return layer.place is not None and any(name == "cloud" for name, _ in layer.place.arguments)


def _cycle(path: tuple[str, ...], place: Place) -> Diagnostic:
    return Diagnostic(
        "TC303",
        "a profile extends itself: " + " → ".join(path),
        place=place,
        help="take the profile out of one of the `extends` lists",
    )


def _cloud_from_profile(cloud: str, selected: str) -> Diagnostic:
    said = f"`{selected}`" if selected else "no cloud"
    return Diagnostic(
        "TC317",
        f"a profile sets placement.cloud to `{cloud}`, but another profile was evaluated for {said}",
        pointer=("spec", "placement", "cloud"),
        help="write placement.cloud in the tenant, in the environment's values or in the workspace's [defaults]",
    )
