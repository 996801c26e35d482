"""The versions of a service that run beside each other, and what tells them apart.

All pods of a service have its name in ``app.kubernetes.io/name``: network policies, disruption budgets and callers mean
them all. Where two versions are declared, each has a Deployment, and the label ``tenant-compiler.dev/track`` keeps the
selectors from taking each other's pods. A Deployment's selector cannot be changed later, so a service that is not
rolled out pod by pod has that label (and Deployments of another name) from the start.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from tenant_compiler.backends.kubernetes.common import NAME, OWN, pods_of
from tenant_compiler.model.artifact import Shared
from tenant_compiler.model.plan import Replicas
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.model.rollout import stable_name, variant_name

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.plan import Lineage, Workload

TRACK: Final = OWN + "track"
STABLE: Final = "stable"
VARIANT: Final = "variant"
_FULL: Final = 100
_FIELD: Final = 4
"""Where the field stands in a pointer `spec/services/NAME/rollout/FIELD`."""


class Track(NamedTuple):
    """One version of a service, as one object runs it."""

    kind: Literal["Deployment", "Rollout"]
    meta: Shared
    """Of the object that runs it, and of what scales it."""
    selector: Shared
    workload: Workload
    """With this version's image and number of replicas."""

    @property
    def name(self) -> str:
        """The object's name."""
        name: str = self.meta["name"]
        return name


def controlled(here: Scene, workload: Workload) -> bool:
    """Whether Argo Rollouts brings a service's new versions: not where people declare both."""
    rollout = workload.rollout
    return rollout is not None and not rollout.variant_image and here.cluster["rollouts"] == "argo"


def two_versions(workload: Workload) -> bool:
    """Whether a second version is declared beside the first."""
    return workload.rollout is not None and bool(workload.rollout.variant_image)


def rollout_lines(workload: Workload, *fields: str) -> Lineage:
    """Give where some fields of a service's rollout stand, as far as they are said."""
    rollout = workload.rollout
    if rollout is None:
        return ()
    return tuple(pointer for pointer in rollout.made_from if pointer[_FIELD] in fields)


def tracks(here: Scene, meta: Shared, workload: Workload) -> tuple[Track, ...]:
    """Give the versions of a service that are no cron job, each with what runs it."""
    rollout = workload.rollout
    if rollout is None:
        return (Track("Deployment", meta, pods_of(workload.name), workload),)
    if controlled(here, workload):
        return (Track("Rollout", meta, pods_of(workload.name), workload),)
    stable = _track(meta, stable_name(workload.name), STABLE, workload)
    if not rollout.variant_image:
        return (stable,)
    share = rollout.percent if rollout.strategy == "canary" else _FULL
    variant = workload._replace(image=rollout.variant_image, replicas=_share(workload.replicas, share))
    return (stable, _track(meta, variant_name(workload.name), VARIANT, variant))


def deployments(here: Scene, workload: Workload) -> int:
    """Count what a service may have of Deployments.

    A service that is not rolled out pod by pod has room for two, also while only one version is declared: on the day on
    which it gets its strategy, the Deployment that it had before goes last.
    """
    if workload.kind == "cron" or controlled(here, workload):
        return 0
    return 1 if workload.rollout is None else 2


def services_of(here: Scene, workload: Workload) -> tuple[str, ...]:
    """Name the Services that lead to a service's pods: its own, and that of the version to come."""
    if workload.port is None:
        return ()
    if two_versions(workload) or controlled(here, workload):
        return (workload.name, variant_name(workload.name))
    return (workload.name,)


def service_selector(here: Scene, workload: Workload, service: str) -> Shared:
    """Say which pods stand behind one of a service's Services.

    As long as one version is declared, all are meant, and so are those of the Deployment of another name that the
    service had before it got its strategy. Argo Rollouts adds the version itself.
    """
    rollout = workload.rollout
    if rollout is None or not rollout.variant_image or controlled(here, workload):
        return _selector(workload.name, "")
    variant = service != workload.name or rollout.variant_active
    return _selector(workload.name, VARIANT if variant else STABLE)


@lru_cache(maxsize=1024)
def _selector(service: str, track: str) -> Shared:
    return Shared({NAME: service, TRACK: track} if track else {NAME: service})


def _track(meta: Shared, name: str, track: str, workload: Workload) -> Track:
    labels = Shared({**meta["labels"], TRACK: track})
    own = Shared({**meta, "name": name, "labels": labels})
    selector: dict[str, Any] = {"matchLabels": _selector(workload.name, track)}
    return Track("Deployment", own, Shared(selector), workload)


def _share(replicas: Replicas, percent: int) -> Replicas:
    """So many replicas as a share of the requests needs, at least one."""
    if percent == _FULL:
        return replicas
    lowest, highest = (max(1, -(-number * percent // _FULL)) for number in (replicas.minimum, replicas.maximum))
    return Replicas(lowest, highest, replicas.cpu_percent)
