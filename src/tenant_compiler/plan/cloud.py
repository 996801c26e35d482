"""Who a tenant's services are in AWS, and which of its secrets are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.plan_data import READER, CloudHome, CloudIdentity, Vault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.model.plan import Lineage, Plan, Site
    from tenant_compiler.model.vocabulary.cluster import Cluster


def secret_names(plan: Plan) -> dict[tuple[str, str], Lineage]:
    """List the secrets of a tenant by kind (``secret`` or ``store``) and name, each with where it is named."""
    found: dict[tuple[str, str], Lineage] = {}
    for workload in plan.workloads:
        for use in workload.secrets:
            found[use.kind, use.name] = (*found.get((use.kind, use.name), ()), *use.made_from)
        queue = workload.triggers.queue if workload.triggers is not None else None
        if queue is not None and queue.address:
            kind, name, _ = queue.address.split("/")
            at = (*workload.made_from[0], "scaling", "queue", "address", "from")
            found[kind, name] = (*found.get((kind, name), ()), at)
    identity = plan.identity
    if identity is not None and any(workload.hosts for workload in plan.workloads):
        kind, name, _ = identity.client_secret.split("/")
        at = ("spec", "security", "identity", "sso", "client_secret", "from")
        found[kind, name] = (*found.get((kind, name), ()), at)
    return found


def provider(cluster: Cluster, site: Site) -> str:
    """Say who keeps the secrets of a cluster: its cloud, or a Vault on premises, unless the profile says more."""
    secrets = cluster.get("secrets")
    if secrets is None or secrets["kind"] not in {"external-secrets", "csi"}:
        return ""
    return secrets.get("provider") or ("vault" if site.cloud == "on_premises" else site.cloud)


def vault(plan: Plan, clusters: Mapping[str, Cluster]) -> Vault | None:
    """Give what is in the secret service of AWS; None where no cluster of the tenant fetches anything from there."""
    if plan.cloud != "aws" or not any(provider(cluster, site) == "aws" for site, cluster in _running(plan, clusters)):
        return None
    names = secret_names(plan)
    if not names:
        return None
    secrets = tuple(name for kind, name in names if kind == "secret")
    stores = tuple(name for kind, name in names if kind == "store")
    return Vault(secrets, stores, tuple(pointer for pointers in names.values() for pointer in pointers))


def identities(plan: Plan, clusters: Mapping[str, Cluster]) -> Iterator[CloudIdentity]:
    """List the service accounts that need an identity in AWS, and have one in a cluster of the tenant."""
    if plan.cloud != "aws":
        return
    running = list(_running(plan, clusters))
    homes = tuple(home for site, cluster in running if (home := _home(site, cluster)) is not None)
    fetched = [
        (site, cluster)
        for site, cluster in running
        if cluster.get("secrets", {}).get("kind") == "csi" and provider(cluster, site) == "aws"
    ]
    for workload in plan.workloads:
        objects = tuple(store.name for store in plan.objects if store.name in workload.uses)
        secrets = bool(workload.secrets and fetched)
        if homes and (objects or secrets):
            made_from: Lineage = (workload.line("uses"),) if objects else ()
            pointers = (*made_from, *(pointer for use in workload.secrets if secrets for pointer in use.made_from))
            yield CloudIdentity(workload.name, objects, secrets, homes, pointers)
    yield from _reader(plan, running)


def _reader(plan: Plan, running: list[tuple[Site, Cluster]]) -> Iterator[CloudIdentity]:
    """The account in whose name the operator of external secrets fetches them: by its token, in every such cluster."""
    names = secret_names(plan)
    homes = tuple(
        CloudHome(site.region, "irsa", "", cluster["account_id"], _bare(cluster["oidc_issuer"]))
        for site, cluster in running
        if cluster.get("secrets", {}).get("kind") == "external-secrets"
        and provider(cluster, site) == "aws"
        and "account_id" in cluster
        and "oidc_issuer" in cluster
    )
    if names and homes:
        yield CloudIdentity(READER, (), True, homes, tuple(each for found in names.values() for each in found))


def _home(site: Site, cluster: Cluster) -> CloudHome | None:
    kind = cluster.get("cloud_identity")
    account, name, issuer = cluster.get("account_id", ""), cluster.get("name", ""), cluster.get("oidc_issuer", "")
    if kind == "irsa" and account and issuer:
        return CloudHome(site.region, "irsa", "", account, _bare(issuer))
    if kind == "pod-identity" and account and name:
        return CloudHome(site.region, "pod-identity", name, account, "")
    return None


def _bare(issuer: str) -> str:
    return issuer.removeprefix("https://").rstrip("/")


def _running(plan: Plan, clusters: Mapping[str, Cluster]) -> Iterator[tuple[Site, Cluster]]:
    """The sites with pods, and their clusters, each cluster once: as a back-end goes over them."""
    seen = set()
    for site in plan.sites:
        cluster = clusters.get(site.cluster)
        if site.role != "backup" and cluster is not None and site.cluster not in seen:
            seen.add(site.cluster)
            yield site, cluster
