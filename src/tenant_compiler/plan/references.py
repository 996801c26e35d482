"""Checks of what a JSON Schema cannot say: names that must exist, hosts, images, regions and residency."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.literals import is_secret, may_hold_secret, names_secret
from tenant_compiler.model.pointer import show
from tenant_compiler.plan.regions import REGIONS
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Egress, OtherRegion, Plan, Site
    from tenant_compiler.model.pointer import Pointer

RESERVED = frozenset({"_fleet", "default", "fleet", "kube-node-lease", "kube-public", "kube-system", "kubernetes"})
"""Names that people and tools read as the platform's own; the prefix keeps objects apart, these keep readers so."""

INSIDE = frozenset(
    {
        "arpa",
        "cluster",
        "corp",
        "home",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "localhost",
        "svc",
    }
)
"""Top-level names that mean the platform, a cloud's metadata service or somebody's own network (RFC 6761, RFC 6762,
Kubernetes' `svc` and `cluster.local`, the `internal` of clouds)."""


def check_names(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Refuse tenants that are called like the platform (TC315)."""
    del context
    if plan.tenant in RESERVED or plan.tenant.startswith("kube-"):
        help_ = "choose another name; names of the platform itself are reserved"
        yield Diagnostic("TC315", f"the name `{plan.tenant}` is reserved", pointer=("metadata", "name"), help=help_)


def check_references(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Every service and store that is named must exist (TC310, TC311)."""
    del context
    services = {workload.name: workload for workload in plan.workloads}
    # An opened AI service has a name to call, whatever serves it: that nothing does is a finding of its own.
    opened = {service.name for service in plan.ai.services} if plan.ai is not None else frozenset()
    stores = [*(store.name for store in plan.sql), *(store.name for store in plan.objects)]
    for workload in plan.workloads:
        base: Pointer = workload.made_from[0]
        for index, called in enumerate(workload.calls):
            pointer = (*base, "calls", index)
            if called in opened:
                continue
            if called not in services:
                yield _missing("TC310", "service", called, services, pointer)
            elif services[called].port is None:
                message = f"the service `{called}` is of kind {services[called].kind}, which nobody can call"
                yield Diagnostic("TC310", message, pointer=pointer, help="call a service of kind web")
        for index, used in enumerate(workload.uses):
            if used not in stores:
                yield _missing("TC311", "store", used, stores, workload.line("uses", index))
        if workload.hosts and workload.port is None:
            message = f"the service `{workload.name}` is of kind {workload.kind}, which has no port to expose"
            help_ = "remove `expose`, or make it `kind: web`"
            yield Diagnostic("TC310", message, pointer=(*base, "expose"), help=help_)
        if workload.kind == "cron" and not workload.schedule:
            help_ = 'add `schedule: "15 2 * * *"` with your own times, in UTC'
            yield Diagnostic("TC204", f"the cron service `{workload.name}` has no schedule", pointer=base, help=help_)
    for objective in plan.objectives:
        if objective.service not in services:
            pointer = ("spec", "monitoring", "slos", objective.name, "service")
            yield _missing("TC310", "service", objective.service, services, pointer)
    for name, times in Counter(stores).items():
        if times > 1:
            message = f"an SQL store and an object store are both called `{name}`"
            help_ = "rename one of them: `uses` could mean either"
            yield Diagnostic("TC311", message, pointer=("spec", "data", "object", name), help=help_)


def check_scaling(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Replicas must make a range, a limit must not be below its request, and all that is said has an effect (TC316)."""
    del context
    for workload in plan.workloads:
        base: Pointer = workload.made_from[0]
        for pointer in workload.unused:
            message = f"{show(pointer)} has no effect beside what else the service `{workload.name}` says"
            help_ = "remove the line; what a layer below says is removed by `null`"
            yield Diagnostic("TC316", message, "warning", pointer=pointer, help=help_)
        low, high, _ = workload.replicas
        if low > high:
            message = f"the service `{workload.name}` has minimum {low} above maximum {high}"
            help_ = "raise scaling.maximum or lower scaling.minimum"
            yield Diagnostic("TC316", message, pointer=(*base, "scaling", "minimum"), help=help_)
        for field, unit, request, limit in (
            ("cpu_cores", "millicores", workload.requests.millicores, workload.limits.millicores),
            ("memory_gb", "MiB", workload.requests.memory_mib, workload.limits.memory_mib),
        ):
            if limit < request:
                message = f"the service `{workload.name}` may use {limit} {unit}, less than the {request} it asks for"
                pointer = (*base, "resources", "limits", field)
                yield Diagnostic("TC316", message, pointer=pointer, help="raise the limit or lower the request")


def check_hosts(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Hosts lie below a domain of the tenant, and stand once (TC312)."""
    del context
    seen: dict[str, str] = {}
    for workload in plan.workloads:
        for index, host in enumerate(workload.hosts):
            pointer: Pointer = workload.line("expose", "hosts", index)
            if not any(host == domain or host.endswith(f".{domain}") for domain in plan.domains):
                known = " or ".join(plan.domains) or "no domain at all"
                message = f"the host {host} lies below none of the tenant's domains ({known})"
                yield Diagnostic("TC312", message, pointer=pointer, help="add its domain to `domains`")
            if host in seen:
                message = f"the host {host} is exposed twice, by `{seen[host]}` too"
                help_ = "give each service hosts of its own"
                yield Diagnostic("TC312", message, pointer=pointer, help=help_)
            seen[host] = workload.name


def check_images(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Images are pinned where that is required (TC313), and come from allowed registries (TC314)."""
    del context
    for workload in plan.workloads:
        yield from _check_image(workload.name, workload.image, workload.line("image"), plan)
        if workload.rollout is not None and workload.rollout.variant_image:
            pointer = workload.line("rollout", "variant_image")
            yield from _check_image(workload.name, workload.rollout.variant_image, pointer, plan)


def _check_image(service: str, image: str, pointer: Pointer, plan: Plan) -> Iterator[Diagnostic]:
    if plan.images.digests_required and "@sha256:" not in image:
        key = "variant_image" if pointer[-1] == "variant_image" else "image"
        help_ = f"pin it: `{key}: NAME@sha256:…`; `docker buildx imagetools inspect IMAGE` prints the digest"
        message = f"the image of the service `{service}` has no digest, which security.images requires"
        yield Diagnostic("TC313", message, pointer=pointer, help=help_)
    registries = plan.images.registries
    if registries and not any(image.startswith(f"{registry}/") for registry in registries):
        message = f"the image {image.partition('@')[0]} comes from none of the allowed registries"
        help_ = "allowed are " + ", ".join(registries)
        yield Diagnostic("TC314", message, pointer=pointer, help=help_)


def check_egress(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """A destination is a host or an address range (TC322), and outside the platform (TC211)."""
    del context
    for egress in plan.egress:
        if egress.host.rpartition(".")[2] in INSIDE or is_address(egress.host):
            yield Diagnostic(
                "TC211",
                f"the host {egress.host} is no name of the public internet",
                pointer=_host(egress),
                help="name a public host; services of the tenant are reached by `calls`, its stores by `uses`",
            )
        if bool(egress.host) == bool(egress.cidr):
            has = "both a host and a cidr" if egress.host else "neither a host nor a cidr"
            pointer: Pointer = egress.made_from[0]
            help_ = "write one of the two; a second destination gets a name of its own"
            yield Diagnostic("TC322", f"the destination `{egress.name}` has {has}", pointer=pointer, help=help_)


def _host(egress: Egress) -> Pointer:
    """Where a host is said: below the tenant's destination, or, of AI, the URL or the end point itself."""
    at = egress.made_from[0]
    return (*at, "host") if at[1] == "security" else at


def is_address(host: str) -> bool:
    """Whether a resolver takes a text for an IPv4 address: it does as soon as the last part is a number."""
    return re.fullmatch(r"[0-9]+|0x[0-9a-f]*", host.rpartition(".")[2]) is not None


def check_secrets(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Environment variables are public; what looks like a secret there is one (TC320)."""
    del context
    for workload in plan.workloads:
        suspicious = may_hold_secret(workload.env.values())
        for name, value in workload.env.items():
            if value and (names_secret(name) or (suspicious and is_secret(value))):
                yield Diagnostic(
                    "TC320",
                    f"the variable {name} of the service `{workload.name}` looks like a secret",
                    pointer=workload.line("env", name),
                    help="`env` is public; keep the secret in a secret store, and never in a repository",
                )


def check_placement(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Regions exist, one of them is primary, all lie inside the residency, clusters fit (TC318, TC319, TC321)."""
    primaries = [site.region for site in plan.sites if site.role == "primary"]
    if len(primaries) != 1:
        found = " and ".join(primaries) if primaries else "none"
        message = f"one region must be primary, but {found} {'are' if len(primaries) > 1 else 'is'}"
        help_ = "write `role: primary` for the region that holds the data, and another role for the rest"
        yield Diagnostic("TC318", message, pointer=("spec", "placement", "regions"), help=help_)
    for site in plan.sites:
        yield from _check_region(site, plan, context)
        yield from _check_cluster(site, context)
    for other in plan.other_regions:
        yield from _check_region(other, plan, context)


def _check_region(place: Site | OtherRegion, plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """A region exists, and lies inside the residency."""
    cloud = place.cloud or plan.cloud
    known: Iterable[str] = REGIONS.get(cloud) or {
        cluster["region"]
        for cluster in context.clusters.values()
        if "region" in cluster and cluster.get("cloud", cloud) == cloud
    }
    pointer = place.made_from[0]
    if place.region not in known:
        where = f"the cloud {cloud}" if cloud != "on_premises" else "any cluster profile on premises"
        names = sorted(known)
        hint = did_you_mean(place.region, names) or f"there are {', '.join(names) or 'none'}"
        yield Diagnostic("TC318", f"{where} has no region `{place.region}`", pointer=pointer, help=hint)
    allowed = plan.residency.jurisdictions
    if allowed and place.jurisdiction not in allowed:
        yield Diagnostic(
            "TC319",
            f"the region {place.region} lies in {place.jurisdiction or 'no known jurisdiction'},"
            f" outside {', '.join(allowed)}",
            "error" if plan.residency.strict else "warning",
            pointer=pointer,
            help="choose a region inside, or extend placement.residency.jurisdictions",
        )


def _check_cluster(site: Site, context: Context) -> Iterator[Diagnostic]:
    if not site.cluster:
        return
    pointer: Pointer = (*site.made_from[0], "cluster_profile")
    cluster = context.clusters.get(site.cluster)
    if cluster is None:
        yield _missing("TC321", "cluster profile", site.cluster, context.clusters, pointer)
    elif cluster.get("cloud", site.cloud) != site.cloud or cluster.get("region", site.region) != site.region:
        stands = f"{cluster.get('cloud', site.cloud)} {cluster.get('region', site.region)}"
        message = f"the cluster profile `{site.cluster}` stands in {stands}, not in {site.cloud} {site.region}"
        yield Diagnostic("TC321", message, pointer=pointer, help="name a cluster profile of that region")


def _missing(code: str, what: str, name: str, known: Iterable[str], pointer: Pointer) -> Diagnostic:
    names = sorted(known)
    hint = did_you_mean(name, names) or (f"there are {', '.join(names)}" if names else f"there is no {what} at all")
    return Diagnostic(code, f"there is no {what} `{name}`", pointer=pointer, help=hint)
