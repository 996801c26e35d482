"""The back-end's class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes import (
    ai,
    data,
    edge,
    fleet_delivery,
    network,
    operations,
    rollouts,
    services,
    tenancy,
)
from tenant_compiler.backends.kubernetes.fleet import fleet_objects
from tenant_compiler.backends.kubernetes.layout import file, files, stamped
from tenant_compiler.backends.kubernetes.lower import manifests, scenes
from tenant_compiler.backends.kubernetes.operations import delivery
from tenant_compiler.backends.kubernetes.support import ELSEWHERE
from tenant_compiler.model.backend import Backend

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tenant_compiler.backends.kubernetes.support import Answer, Table
    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.backend import Context, Fact, Lack, Support
    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.plan import Need, Plan

_TABLES: Final[Sequence[Table]] = (
    tenancy.SUPPORT,
    network.SUPPORT,
    data.SUPPORT,
    edge.SUPPORT,
    operations.SUPPORT,
    services.SUPPORT,
    rollouts.SUPPORT,
    ai.SUPPORT,
)
_ANSWERS: Final[Table] = {feature: ask for table in _TABLES for feature, ask in table.items()}
_RANK: Final[Mapping[Support, int]] = {"cannot": 0, "later": 1, "wider": 2, "honoured": 3, "elsewhere": 4}
"""The weakest answer first."""


class KubernetesBackend(Backend):
    """Kubernetes manifests: a folder for each cluster that runs the tenant."""

    name = "kubernetes"
    description = "Kubernetes manifests, a folder for each cluster that runs the tenant"

    def supports(self, need: Need, plan: Plan, context: Context) -> Support:
        """Say what the tenant's clusters make of a need: the weakest of them decides."""
        return self._answer(need, plan, context).support

    def lack(self, need: Need, plan: Plan, context: Context) -> Lack | None:
        """Say what the weakest of the tenant's clusters does not have."""
        return self._answer(need, plan, context).lack

    def _answer(self, need: Need, plan: Plan, context: Context) -> Answer:
        ask = _ANSWERS.get(need.feature)
        if ask is None:
            return ELSEWHERE
        answers = [ask(here, need) for _, here in scenes(plan, context)]
        return min(answers, key=lambda answer: _RANK[answer.support], default=ELSEWHERE)

    def lower(self, plan: Plan, context: Context) -> Sequence[Artifact]:
        """Make the manifests: a folder for each cluster."""
        format_, output = context.config["targets"]["kubernetes"]["format"], context.config["workspace"]["output"]
        made: list[Artifact] = []
        for stem, here in scenes(plan, context):
            objects = manifests(here)
            said = delivery.tool(here)
            made += files(stem, objects, format_, said["kind"] if said else "none")
            beside = delivery.objects(here, stem, objects, output) if said else []
            if beside:
                made.append(file(f"{delivery.FOLDER}/{stem}", [stamped(item) for item in beside], format_))
        return made

    def check(self, artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterable[Diagnostic]:
        """Check the manifests against the schemas of each cluster's version."""
        from tenant_compiler.backends.kubernetes.check import check  # noqa: PLC0415 - only who checks loads schemas

        return check(artifacts, plan, context)

    def lower_fleet(self, facts: Sequence[Fact], context: Context) -> Mapping[str, Sequence[Artifact]]:
        """Make what each cluster has once for all of its tenants, and what finds them."""
        format_ = context.config["targets"]["kubernetes"]["format"]
        once = fleet_objects(facts, context)
        made: dict[str, Sequence[Artifact]] = {}
        for cluster in sorted({name for fact in facts for name in fact.clusters}):
            objects = [stamped(item) for item in once.get(cluster, ())]
            shared = [file("kubernetes", objects, format_)] if objects else []
            found = [*shared, *fleet_delivery.files(cluster, facts, context, objects)]
            if found:
                made[cluster] = found
        return made

    def index(self, content: Any) -> dict[str, Any]:
        """Take a stream of documents or a List apart into its objects by kind and name."""
        items = content["items"] if isinstance(content, dict) else content
        return {
            f"{item['kind']}/{item['metadata']['name']}" if "metadata" in item else item["kind"]: item for item in items
        }
