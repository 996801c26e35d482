"""The objects of one cluster, as the rules that compare objects look them up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tenant_compiler.backends.kubernetes.lints.found import mapping, within
from tenant_compiler.backends.kubernetes.lints.pods import SCALED, template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.artifact import ArtifactObject


class Group(NamedTuple):
    """Objects by kind and name."""

    by_kind: dict[str, dict[str, ArtifactObject]]

    def of(self, kind: str) -> dict[str, ArtifactObject]:
        """Give the objects of a kind by name."""
        return self.by_kind.get(kind) or {}

    def has(self, kind: str, name: Any) -> bool:
        """Whether there is such an object."""
        return name in self.of(kind) if isinstance(name, str) else False

    def selected(self, selector: dict[str, Any], hint: str) -> tuple[ArtifactObject, dict[str, Any]] | None:
        """Find what makes the pods that a selector chooses.

        Args:
            selector: labels; an empty one chooses nothing here.
            hint: the name to look at first: what belongs together mostly has one name.

        Returns:
            The object and its pod template; None when nothing in the group makes such pods.
        """
        if not selector:
            return None
        for item, pod in self._pods(hint):
            if selector.items() <= within(pod, "metadata", "labels").items():
                return item, pod
        return None

    def autoscaler(self, kind: str, name: str) -> dict[str, Any] | None:
        """Find the spec of the HorizontalPodAutoscaler that sets an object's replicas."""
        for item in self._hinted("HorizontalPodAutoscaler", name):
            spec = mapping(item.value.get("spec"))
            target = within(spec, "scaleTargetRef")
            if target.get("name") == name and target.get("kind") == kind:
                return spec
        return None

    def replicas(self, item: ArtifactObject) -> tuple[int, int]:
        """Say how many pods an object has at least and at most; what is not a number counts as one."""
        kind, name = item.value["kind"], item.value["metadata"]["name"]
        spec = self.autoscaler(kind, name) if kind in SCALED else None
        if spec is not None:
            return _count(spec.get("minReplicas")), _count(spec.get("maxReplicas"))
        count = _count(within(item.value, "spec").get("replicas"))
        return count, count

    def _hinted(self, kind: str, hint: str) -> Iterator[ArtifactObject]:
        items = self.of(kind)
        if hint in items:
            yield items[hint]
        yield from items.values()

    def _pods(self, hint: str) -> Iterator[tuple[ArtifactObject, dict[str, Any]]]:
        for kind in self.by_kind:
            for item in self._hinted(kind, hint):
                pod = template(kind, item.value)
                if pod is None:
                    break
                yield item, pod


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 1
