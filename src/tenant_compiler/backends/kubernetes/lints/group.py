"""The objects of one cluster, as the rules that compare objects look them up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.edge import challenges
from tenant_compiler.backends.kubernetes.lints.found import mapping, within
from tenant_compiler.backends.kubernetes.lints.pods import SCALED
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.lints.pods import Pods
    from tenant_compiler.model.artifact import ArtifactObject


WAVE: Final = "argocd.argoproj.io/sync-wave"
_AUTOSCALERS: Final = (
    ("HorizontalPodAutoscaler", ("minReplicas",), ("maxReplicas",)),
    ("ScaledObject", ("minReplicaCount", 0), ("maxReplicaCount", 100)),
)
"""Each kind with where its bounds are, and what they are when they are not said."""


class Group(NamedTuple):
    """Objects by kind and name."""

    by_kind: dict[str, dict[str, ArtifactObject]]
    pods: dict[str, list[Pods]]
    """What makes pods, by name."""
    places: dict[int, int]
    """The place of each object in the files, by its identity."""
    waves: dict[int, int]
    """The wave of Argo CD of each object that says one, by its identity."""

    def order(self, item: ArtifactObject) -> tuple[int, int]:
        """Say when an object applies: what is smaller comes first."""
        return self.waves.get(id(item), 0) if self.waves else 0, self.places[id(item)]

    def take(self, item: ArtifactObject, kind: str, name: str, meta: dict[str, Any]) -> None:
        """Take in the next object."""
        items = self.by_kind.get(kind)
        if items is None:
            items = self.by_kind[kind] = {}
        items[name] = item
        self.places[id(item)] = len(self.places)
        annotations = mapping(meta.get("annotations"))
        if WAVE in annotations:
            said = annotations[WAVE]
            # What cannot be read is wave 0, as there.
            if isinstance(said, str) and said.removeprefix("-").isdecimal():
                self.waves[id(item)] = int(said[:6])

    def of(self, kind: str) -> dict[str, ArtifactObject]:
        """Give the objects of a kind by name."""
        return self.by_kind.get(kind) or {}

    def has(self, kind: str, name: Any) -> bool:
        """Whether there is such an object."""
        return isinstance(name, str) and name in self.of(kind)

    def selected(self, selector: dict[str, Any], hint: str) -> Pods | None:
        """Find one that makes the pods that a selector chooses.

        Args:
            selector: labels; an empty one chooses nothing here.
            hint: the name to look at first: what belongs together mostly has one name.

        Returns:
            None when nothing in the group makes such pods.
        """
        wanted = selector.items()
        if not wanted:
            return None
        for pods in self.pods.get(hint, ()):
            if wanted <= pods.labels.items():
                return pods
        for several in self.pods.values():
            for pods in several:
                if wanted <= pods.labels.items():
                    return pods
        return None

    def all_selected(self, selector: dict[str, Any]) -> list[Pods]:
        """Find all that make pods that a selector chooses, such as two versions of a service."""
        wanted = selector.items()
        if not wanted:
            return []
        return [pods for several in self.pods.values() for pods in several if wanted <= pods.labels.items()]

    def replicas(self, pods: Pods) -> tuple[int, int]:
        """Say how many pods there are at least and at most; what is not a number counts as one."""
        if pods.kind in SCALED:
            for kind, lowest, highest in _AUTOSCALERS:
                spec = self._autoscaler(kind, pods)
                if spec is not None:
                    return count(spec.get(*lowest)), count(spec.get(*highest))
        number = count(pods.object_spec.get("replicas"))
        return number, number

    def challenged(self) -> int:
        """Count the hosts that pods of cert-manager may have to answer for at a time; nobody asks services."""
        if not any(self.has(kind, challenges.NAME) for kind in ("NetworkPolicy", "CiliumNetworkPolicy")):
            return 0
        named = (within(item.value, "spec").get("dnsNames") for item in self.of("Certificate").values())
        return sum(not str(host).endswith(".svc") for names in named if isinstance(names, list) for host in names)

    def template_of(self, pods: Pods) -> Pods:
        """Give what the pods of a Rollout are like: it may take them from a Deployment that it refers to."""
        if pods.kind != "Rollout" or "workloadRef" not in pods.object_spec:
            return pods
        name = within(pods.object_spec, "workloadRef").get("name")
        several = self.pods.get(name, ()) if isinstance(name, str) else ()
        return next((other for other in several if other.kind == "Deployment"), pods)

    def _autoscaler(self, kind: str, pods: Pods) -> dict[str, Any] | None:
        """Find the spec of the autoscaler of a kind that sets an object's replicas."""
        items = self.of(kind)
        likely = items.get(pods.name)
        for item in (likely, *items.values()) if likely is not None else items.values():
            spec = mapping(item.value.get("spec"))
            if scaled_by(spec) == (pods.kind, pods.name):
                return spec
        return None


def scaled_by(spec: dict[str, Any]) -> tuple[Any, Any]:
    """Give kind and name of what an autoscaler scales; KEDA means a Deployment when no kind is said."""
    target = within(spec, "scaleTargetRef")
    return target.get("kind", "Deployment"), target.get("name")


def count(value: Any) -> int:
    """Take a number of pods; anything else, such as none, as one."""
    return value if isinstance(value, int) else 1
