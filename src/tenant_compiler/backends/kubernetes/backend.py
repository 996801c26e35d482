"""The back-end's class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.edge import support
from tenant_compiler.backends.kubernetes.fleet import priority_classes
from tenant_compiler.backends.kubernetes.lower import manifests, scenes
from tenant_compiler.model.artifact import Artifact
from tenant_compiler.model.backend import Backend

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.backend import Context, Fact, Support
    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.plan import Need, Plan

_NETWORK: Final[Mapping[str, Support]] = {
    "network.isolation": "honoured",
    "egress.cidr": "honoured",
    "egress.host": "wider",
}
"""What network policies make of a need, where the cluster enforces them."""

_ALWAYS: Final[Mapping[str, Support]] = {
    "workloads": "honoured",
    "access.duties": "honoured",
    "edge.limits": "later",
}
_EDGE: Final = frozenset({"edge.hosts", "edge.sign_on"})
_WEAKEST_FIRST: Final[Sequence[Support]] = ("cannot", "later", "honoured")


class KubernetesBackend(Backend):
    """Kubernetes manifests: one file for each cluster that runs the tenant."""

    name = "kubernetes"
    description = "Kubernetes manifests, a stream for each cluster that runs the tenant"

    def supports(self, need: Need, plan: Plan, context: Context) -> Support:
        """Say what the tenant's clusters make of a need: the weakest of them decides."""
        feature = need.feature
        if feature in _NETWORK:
            enforced = all(here.cluster["network_policy"] != "none" for _, here in scenes(plan, context))
            return _NETWORK[feature] if enforced else "cannot"
        if feature in _EDGE:
            protocols = _exposed(need, plan)
            return _weakest(support(here.cluster, each) for _, here in scenes(plan, context) for each in protocols)
        return _ALWAYS.get(feature, "elsewhere")

    def lower(self, plan: Plan, context: Context) -> Sequence[Artifact]:
        """Make the manifests."""
        return [_file(stem, manifests(here), context) for stem, here in scenes(plan, context)]

    def check(self, artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterable[Diagnostic]:
        """Check the manifests against the schemas of each cluster's version."""
        from tenant_compiler.backends.kubernetes.check import check  # noqa: PLC0415 - only who checks loads schemas

        return check(artifacts, plan, context)

    def lower_fleet(self, facts: Sequence[Fact], context: Context) -> Mapping[str, Sequence[Artifact]]:
        """Make each cluster's PriorityClasses."""
        return {
            cluster: [_file("kubernetes", objects, context)]
            for cluster, objects in priority_classes(facts, context).items()
        }

    def index(self, content: Any) -> dict[str, Any]:
        """Take a stream of documents or a List apart into its objects by kind and name."""
        items = content["items"] if isinstance(content, dict) else content
        return {f"{item['kind']}/{item['metadata']['name']}": item for item in items}


def _exposed(need: Need, plan: Plan) -> set[str]:
    """The protocols of the exposed services that a need is about: one service's routes, or the sign-on of all."""
    return {
        workload.protocol
        for workload in plan.workloads
        if workload.hosts
        and (need.feature == "edge.sign_on" or need.pointer == (*workload.made_from[0], "expose", "hosts"))
    }


def _weakest(answers: Iterable[Support]) -> Support:
    found = set(answers)
    return next((answer for answer in _WEAKEST_FIRST if answer in found), "elsewhere")


def _file(stem: str, objects: Sequence[ArtifactObject], context: Context) -> Artifact:
    values = [item.value for item in objects]
    if context.config["targets"]["kubernetes"]["format"] == "json":
        content = {"apiVersion": "v1", "kind": "List", "items": values}
        return Artifact(f"{stem}.json", "json", content, tuple(objects))
    return Artifact(f"{stem}.yaml", "yaml", values, tuple(objects))
