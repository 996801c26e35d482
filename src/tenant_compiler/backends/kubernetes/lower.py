"""A plan to the manifests of one cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.backends.kubernetes import edge, operations
from tenant_compiler.backends.kubernetes.common import DEFAULT_CLUSTER, priority_class, scene, service_metadata
from tenant_compiler.backends.kubernetes.data import secrets, volumes
from tenant_compiler.backends.kubernetes.network import istio, policies
from tenant_compiler.backends.kubernetes.rollouts import analysis, argo
from tenant_compiler.backends.kubernetes.services import keda, scaling, workloads
from tenant_compiler.backends.kubernetes.services.tracks import controlled, tracks
from tenant_compiler.backends.kubernetes.tenancy import access, admission, emergency, namespace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.backends.kubernetes.common import Scene
    from tenant_compiler.model.artifact import ArtifactObject, Shared
    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan, Workload


def scenes(plan: Plan, context: Context) -> Iterator[tuple[str, Scene]]:
    """Give each cluster that runs the tenant, with the name of its folder.

    A site that only holds copies of data runs nothing. Two regions that name the same cluster are one tenant in it: the
    first, which is the primary one where it is among them, decides.
    """
    tiers = context.config["targets"]["kubernetes"]["priorities"]
    priority = priority_class(context.config["workspace"]["name_prefix"], plan.tier) if plan.tier in tiers else ""
    seen = set()
    for site in plan.sites:
        stem = site.cluster or site.region
        if site.role != "backup" and stem not in seen:
            seen.add(stem)
            # Needs are asked for before it is sure that a named profile exists.
            cluster = context.clusters.get(site.cluster, DEFAULT_CLUSTER)
            yield stem, scene(plan, site, cluster, priority)


def manifests(here: Scene) -> list[ArtifactObject]:
    """Make all objects of a tenant in a cluster; `layout` brings them into order."""
    plan = here.plan
    found = namespace.objects(here)
    found += policies.namespace_policies(here)
    found += istio.namespace_policies(here)
    found += access.operators(here)
    found += access.duties(here)
    if plan.break_glass is not None:
        found += emergency.objects(here)
    found += admission.image_policy(here)
    found += operations.objects(here)
    if any(workload.volumes for workload in plan.workloads):
        found += volumes.storage_class(here)
    found += secrets.objects(here)
    settings, digest = workloads.settings(here)
    found += settings
    ports = {workload.name: workload.port for workload in plan.workloads}
    metas = {workload.name: service_metadata(here, workload) for workload in plan.workloads}
    for workload in plan.workloads:
        found += _service(here, metas[workload.name], workload, ports, digest)
    found += edge.objects(here, metas)
    return found


def _service(
    here: Scene, meta: Shared, workload: Workload, ports: Mapping[str, int | None], digest: str
) -> Iterator[ArtifactObject]:
    """Make the objects of one service: the identity and the network before the pods that need them."""
    yield access.service_account(here, meta, workload)
    yield from policies.service_policies(here, meta, workload, ports)
    yield from istio.service_policy(here, meta, workload)
    if workload.port is not None:
        yield from scaling.services(here, meta, workload, workload.port)
    if workload.volumes:
        yield from volumes.claims(here, meta, workload)
    if workload.kind == "cron":
        yield workloads.cron_job(here, meta, workload, digest)
        return
    yield from _versions(here, meta, workload, digest)
    if workload.replicas.minimum > 1:
        yield scaling.disruption_budget(meta, workload)


def _versions(here: Scene, meta: Shared, workload: Workload, digest: str) -> Iterator[ArtifactObject]:
    """Make what runs each version of a service, and what moves the number of its pods."""
    follows = keda.followed(here, workload)
    if follows:
        yield from keda.authentication(meta, workload)
    if controlled(here, workload):
        yield from analysis.analysis_template(here, meta, workload)
    for track in tracks(here, meta, workload):
        yield (
            argo.rollout_object(here, track, digest)
            if track.kind == "Rollout"
            else workloads.deployment(here, track, digest)
        )
        if workloads.scales(here, track.workload):
            yield from keda.scaled_object(here, track) if follows else [scaling.autoscaler(track)]
        if here.cluster["vertical_autoscaler"]:
            yield scaling.recommender(track)
