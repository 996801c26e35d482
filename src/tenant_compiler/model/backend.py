"""What a back-end is, and what it is given. Built-in and third-party back-ends implement the same class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.diagnostic import Diagnostic, Severity
    from tenant_compiler.model.plan import Need, Plan
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.vocabulary.cluster import Cluster
    from tenant_compiler.model.vocabulary.workspace import WorkspaceConfig

API_VERSION = 1
"""The version of this interface; a plug-in says with ``TENANT_COMPILER_API`` which one it was written for."""

Support: TypeAlias = Literal["honoured", "wider", "later", "cannot", "elsewhere"]
"""A target's answer to a need: it carries it out; it carries out something wider (with a finding of its own); it will,
but that is not built yet; its platform cannot; it is another target's business."""


class Lack(NamedTuple):
    """What a target's platform does not have, so that it cannot honour a need."""

    words: str
    """A sentence without a full stop that names the need and the platform: "zero-trust networking needs a mesh or
    Cilium; the cluster `shared-eu` has neither"."""
    advice: str
    severity: Severity = "warning"
    """``error`` where what would be emitted could not run as declared."""


class Fact(NamedTuple):
    """The little that is kept of a tenant and environment for what is checked or lowered over the whole fleet."""

    tenant: str
    environment: str
    name: str
    """`Plan.name`."""
    tier: str
    team: str
    clusters: tuple[str, ...]
    hosts: tuple[tuple[str, Pointer], ...]
    """Exposed host names, each with where it is said."""
    file: str
    """The tenant's file."""
    document: int
    """The tenant's document in that file."""


class Context(NamedTuple):
    """What a back-end may know beside the plan."""

    config: WorkspaceConfig
    clusters: Mapping[str, Cluster]
    """The cluster profiles, complete."""
    kinds: Mapping[str, Mapping[str, Any]] = {}
    """Validators (jsonschema-rs) of the platform's own kinds, by cluster profile, then ``acme.example/v1/Widget``."""


class Backend:
    """Turns plans into files of one target. Stateless; the same plan gives the same bytes.

    Plans, contexts and the objects in `Shared` dicts are shared between tenants: never change what you were given.
    """

    name: str = ""
    """The target's folder in the output and its name in `targets.enable`."""
    description: str = ""
    """One line for `tenant-compile plugins list`."""

    def supports(self, need: Need, plan: Plan, context: Context) -> Support:
        """Say what this target makes of a need; ``elsewhere`` unless a back-end knows better."""
        del need, plan, context
        return "elsewhere"

    def lack(self, need: Need, plan: Plan, context: Context) -> Lack | None:
        """Say what is missing for a need to which `supports` answers ``cannot``; None for nothing more precise."""
        del need, plan, context
        return None

    def lower(self, plan: Plan, context: Context) -> Sequence[Artifact]:
        """Make the files of one tenant and environment, in a stable order.

        Raises:
            NotImplementedError: the back-end does not define it.
        """
        raise NotImplementedError

    def check(self, artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterable[Diagnostic]:
        """Check what `lower` made against the target's own schema. Findings carry `object` and `pointer`."""
        del artifacts, plan, context
        return ()

    def lower_fleet(self, facts: Sequence[Fact], context: Context) -> Mapping[str, Sequence[Artifact]]:
        """Make what belongs to no single tenant: files by cluster profile."""
        del facts, context
        return {}

    def index(self, content: Any) -> dict[str, Any]:
        """Take a file's content, parsed again from disk, apart into its objects by `ArtifactObject.id`."""
        return {"": content}


class PlanCheck(NamedTuple):
    """A check of what the schema cannot say, on the plan of one tenant and environment."""

    name: str
    codes: tuple[str, ...]
    """The codes that it may give."""
    check: Callable[[Plan, Context], Iterable[Diagnostic]]


class ArtifactRule(NamedTuple):
    """One rule over emitted artifacts, whoever made them."""

    code: str
    title: str
    severity: Severity
    targets: tuple[str, ...]
    """The targets whose artifacts it reads; empty for all."""
    check: Callable[[Sequence[Artifact], Plan, Context], Iterable[Diagnostic]]


class RulePack(NamedTuple):
    """Rules that belong together."""

    name: str
    description: str
    rules: tuple[ArtifactRule, ...]


class Extension(NamedTuple):
    """A plug-in's own section below ``spec.extensions``."""

    name: str
    description: str
    schema: Mapping[str, Any]
    """JSON Schema (draft-07) of the section, without references to other documents."""
