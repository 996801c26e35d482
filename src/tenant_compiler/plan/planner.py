"""The pass ``plan``: decides once what every field of the vocabulary means."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tenant_compiler.model.names import NAME_LIMIT, fit
from tenant_compiler.model.plan import (
    Amounts,
    Egress,
    KeyPolicy,
    Objective,
    ObjectStore,
    Owner,
    Plan,
    Replicas,
    Residency,
    Setting,
    Site,
    SqlStore,
    Workload,
)
from tenant_compiler.plan.ai import share, with_ai
from tenant_compiler.plan.cloud import identities, vault
from tenant_compiler.plan.edge import ALL_PATHS, allow_list, edge_tls, geo_fence, paths, without_effect
from tenant_compiler.plan.isolation import isolation
from tenant_compiler.plan.mounts import secrets, volumes
from tenant_compiler.plan.needs import needs
from tenant_compiler.plan.numbers import bounded, scaled
from tenant_compiler.plan.operations import scans, tracing, windows
from tenant_compiler.plan.protection import (
    apart_from,
    audit,
    backup,
    break_glass,
    duties,
    edge,
    identity,
    images,
    other_regions,
    scanning,
    unused,
)
from tenant_compiler.plan.regions import REGIONS
from tenant_compiler.plan.rollout import rollout, triggered, triggers, unread
from tenant_compiler.plan.trust import trust

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.model.plan import Lineage
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.resolved import Resolved
    from tenant_compiler.model.vocabulary.cluster import Cluster
    from tenant_compiler.model.vocabulary.services import Amounts as WrittenAmounts
    from tenant_compiler.model.vocabulary.services import Service
    from tenant_compiler.model.vocabulary.tenant import Selected
    from tenant_compiler.model.vocabulary.workspace import WorkspaceConfig

DEFAULT_CPU_PERCENT = 70
"""Where scaling aims when only a range of replicas is said: head-room for the minute that a new replica takes."""


def make_plan(resolved: Resolved, config: WorkspaceConfig) -> Plan:
    """Turn a resolved tenant into its plan. Mistakes that a plan can still show are left to the plan's checks."""
    spec = resolved.spec
    name = resolved.metadata["name"]
    sites = _sites(spec, config["cluster"])
    workloads = tuple(_workloads(spec, _bandwidth(spec)))
    residency = spec["placement"]["residency"]
    plan = Plan(
        tenant=name,
        environment=resolved.environment,
        fleet=config["workspace"]["name"],
        name=fit(f"{config['workspace']['name_prefix']}{name}-{resolved.environment}", NAME_LIMIT),
        tier=spec["tier"],
        display_name=spec.get("display_name") or name,
        labels=resolved.metadata["labels"],
        owner=_owner(spec),
        cloud=spec["placement"]["cloud"],
        domains=(*spec["domains"], *(spec["branding"]["domains"] if "branding" in spec else ())),
        residency=Residency(tuple(residency["jurisdictions"]), residency["strict"]),
        sites=sites,
        quotas=_quotas(spec["quotas"]),
        workloads=workloads,
        sql=tuple(_sql(spec)),
        objects=tuple(_objects(spec)),
        keys=_keys(spec),
        audit_logging=spec["security"]["audit_logging"],
        audit=audit(spec, sites[0]),
        backup=backup(spec),
        identity=identity(spec),
        duties=duties(spec),
        edge=edge(spec),
        scanning=scanning(spec),
        other_regions=(),
        unused=tuple(unused(spec)),
        images=images(spec),
        egress=tuple(_egress(spec)),
        objectives=tuple(_objectives(spec)),
        settings=tuple(_settings(resolved, sites[0])),
        extensions=spec["extensions"],
        needs=(),
        apart_from=apart_from(spec),
        tracing=tracing(spec),
        allow_list=allow_list(spec),
        geo_fence=geo_fence(spec),
        edge_tls=edge_tls(spec),
        windows=tuple(windows(spec)),
        scans=scans(spec),
        isolation=isolation(spec),
        break_glass=break_glass(spec),
        sealed=spec["security"]["sealed_secrets"],
        trust=trust(spec),
        recovery_point_minutes=spec["placement"]["disaster_recovery"].get("recovery_point_minutes"),
    )
    plan = _placed(with_ai(plan, spec, config, _pods), spec, config["cluster"])
    return plan._replace(needs=tuple(needs(plan)))


def _placed(plan: Plan, spec: Selected, clusters: Mapping[str, Cluster]) -> Plan:
    """Add what depends on the clusters and on all that runs in them."""
    return plan._replace(
        vault=vault(plan, clusters),
        identities=tuple(identities(plan, clusters)),
        other_regions=tuple(other_regions(spec, clusters, plan)),
    )


def _owner(spec: Selected) -> Owner:
    owner = spec["owner"]
    return Owner(owner["team"], owner.get("email", ""), owner.get("cost_center", ""), owner.get("on_call", ""))


def _sites(spec: Selected, clusters: Mapping[str, Cluster]) -> tuple[Site, ...]:
    placement = spec["placement"]
    known: Mapping[str, str] = REGIONS.get(placement["cloud"], {})
    sites = []
    for region, said in sorted(placement["regions"].items(), key=lambda item: (item[1]["role"] != "primary", item[0])):
        cluster = said.get("cluster_profile") or _cluster_of(region, placement["cloud"], clusters)
        jurisdiction = known.get(region) or (clusters[cluster].get("jurisdiction", "") if cluster in clusters else "")
        made_from: Lineage = (("spec", "placement", "regions", region),)
        sites.append(Site(region, placement["cloud"], said["role"], said["zones"], jurisdiction, cluster, made_from))
    return tuple(sites)


def _cluster_of(region: str, cloud: str, clusters: Mapping[str, Cluster]) -> str:
    """The cluster profile of a region that names none: the only one that stands there."""
    there = [
        name
        for name, cluster in clusters.items()
        if cluster.get("region") == region and cluster.get("cloud", cloud) == cloud
    ]
    return there[0] if len(there) == 1 else ""


def _quotas(quotas: Mapping[str, Any]) -> dict[str, float | int | None]:
    return {name: bounded(value) for name, value in quotas.items()}


def _bandwidth(spec: Selected) -> int | None:
    """One pod's share of the bandwidth, in Mbit/s: the tenant's, divided by all its pods at full scale."""
    total = bounded(spec["quotas"]["network_bandwidth_mbps"])
    if total is None:
        return None
    return share(total, _pods(spec))


def _pods(spec: Selected) -> int:
    """All pods of the services at full scale, those of versions to come too."""
    return sum(
        _replicas(service).maximum * (2 if "variant_image" in service["rollout"] else 1)
        for service in spec["services"].values()
    )


def _workloads(spec: Selected, bandwidth: int | None) -> Iterator[Workload]:
    services = spec["services"]
    callers: dict[str, list[str]] = {}
    for name in sorted(services):
        for called in services[name]["calls"]:
            callers.setdefault(called, []).append(name)
    for name, service in services.items():
        resources = service["resources"]
        requests = _amounts(resources["requests"], None)
        probes = service["probes"]
        yield Workload(
            name=name,
            kind=service["kind"],
            image=service["image"],
            command=tuple(service["command"]),
            protocol=service["protocol"],
            port=service["port"] if service["kind"] == "web" else None,
            schedule=service.get("schedule", "") if service["kind"] == "cron" else "",
            calls=tuple(service["calls"]),
            callers=tuple(callers.get(name, ())),
            uses=tuple(service["uses"]),
            requests=requests,
            limits=_amounts(resources["limits"], requests),
            replicas=_replicas(service),
            readiness=probes.get("readiness", ""),
            liveness=probes.get("liveness", ""),
            startup_seconds=probes.get("startup_seconds"),
            hosts=tuple(service["expose"]["hosts"]) if "expose" in service else (),
            env=service["env"],
            maximum_unavailable=service["availability"]["maximum_unavailable"],
            bandwidth_mbps=bandwidth,
            unused=(*_unused(name, service), *unread(name, service)),
            made_from=(("spec", "services", name),),
            paths=paths(service["expose"]) if "expose" in service else ALL_PATHS,
            cors_origins=tuple(dict.fromkeys(service["expose"]["cors_origins"])) if "expose" in service else (),
            tls="expose" in service and service["protocol"] != "tcp" and service["expose"]["tls"],
            rollout=rollout(name, service),
            triggers=triggers(name, service),
            secrets=secrets(name, service) if service["secrets"] else (),
            volumes=volumes(name, service) if service["storage"] else (),
            trusted=service["trusted"],
        )


def _unused(name: str, service: Service) -> Iterator[Pointer]:
    base: Pointer = ("spec", "services", name)
    if "fixed" in service["scaling"]:
        # An aim that a layer below left behind misleads nobody; a range beside a fixed number does.
        yield from ((*base, "scaling", field) for field in ("minimum", "maximum") if field in service["scaling"])
    if "schedule" in service and service["kind"] != "cron":
        yield (*base, "schedule")
    if "expose" in service and service["protocol"] == "tcp":
        yield from without_effect(service["expose"], (*base, "expose"))


def _amounts(written: WrittenAmounts, requests: Amounts | None) -> Amounts:
    """Amounts in integers, rounded up; a limit that is not said equals the request."""
    cpu, memory, scratch = written.get("cpu_cores"), written.get("memory_gb"), written.get("ephemeral_storage_gb")
    return Amounts(
        scaled(cpu, 1000) if cpu else (requests.millicores if requests else 100),
        scaled(memory, 1024) if memory else (requests.memory_mib if requests else 128),
        scaled(scratch, 1024) if scratch else (requests.ephemeral_mib if requests else None),
    )


def _replicas(service: Service) -> Replicas:
    scaling = service["scaling"]
    if "fixed" in scaling:
        return Replicas(scaling["fixed"], scaling["fixed"], None)
    minimum = scaling.get("minimum", 1)
    maximum = scaling.get("maximum", max(minimum, 1))
    if maximum == minimum and "cpu_percent" not in scaling:
        return Replicas(minimum, minimum, None)
    # What is measured beside CPU use stands in for the default aim, not beside it.
    default = None if triggered(scaling) else DEFAULT_CPU_PERCENT
    return Replicas(minimum, maximum, scaling.get("cpu_percent", default))


def _sql(spec: Selected) -> Iterator[SqlStore]:
    stores = spec["data"]["sql"]
    connections = bounded(spec["quotas"]["database_connections"])
    most = bounded(spec["quotas"]["storage_gb"])
    for name, store in stores.items():
        yield SqlStore(
            name=name,
            engine=store["engine"],
            version=store["version"],
            storage_gb=store["storage_gb"],
            maximum_storage_gb=None if most is None else math.floor(most / len(stores)),
            high_availability=store["high_availability"],
            connections=None if connections is None else max(1, int(connections) // len(stores)),
            data_classes=tuple(store["data_classes"]),
            retention_days=store.get("retention_days"),
            made_from=(("spec", "data", "sql", name),),
        )


def _objects(spec: Selected) -> Iterator[ObjectStore]:
    for name, store in spec["data"]["object"].items():
        classes = tuple(store["data_classes"])
        made_from: Lineage = (("spec", "data", "object", name),)
        yield ObjectStore(
            name, store["versioning"], store.get("lifecycle_days"), store.get("object_lock_days"), classes, made_from
        )


def _keys(spec: Selected) -> KeyPolicy:
    keys, tls = spec["security"]["keys"], spec["security"]["tls"]
    made_from: Lineage = tuple(("spec", "security", name) for name in ("keys", "tls", "encryption_level"))
    return KeyPolicy(
        keys["custody"], keys["rotation_days"], keys["hsm"], keys["fips"], tls["minimum_version"], made_from
    )


def _egress(spec: Selected) -> Iterator[Egress]:
    for name, said in spec["security"]["network"]["egress"].items():
        made_from: Lineage = (("spec", "security", "network", "egress", name),)
        yield Egress(name, said.get("host", ""), said.get("cidr", ""), tuple(said["ports"]), said["reason"], made_from)


def _objectives(spec: Selected) -> Iterator[Objective]:
    for name, slo in spec["monitoring"]["slos"].items():
        made_from: Lineage = (("spec", "monitoring", "slos", name),)
        # repr of a float is the shortest text that reads back the same, so it is what the author wrote.
        objective = repr(slo["objective_percent"])
        yield Objective(name, slo["service"], objective, slo["window_days"], slo["indicator"]["kind"], made_from)


def _settings(resolved: Resolved, primary: Site) -> Iterator[Setting]:
    """What every workload may know of its tenant. Public: nothing secret comes near it."""
    spec = resolved.spec
    yield Setting("TENANT", resolved.metadata["name"], (("metadata", "name"),))
    yield Setting("ENVIRONMENT", resolved.environment, (("metadata", "name"),))
    yield Setting("TIER", spec["tier"], (("spec", "tier"),))
    yield Setting("PRIMARY_REGION", primary.region, primary.made_from)
    if "display_name" in spec:
        yield Setting("DISPLAY_NAME", spec["display_name"], (("spec", "display_name"),))
    if "correlation_header" in spec["monitoring"]["logging"]:
        pointer: Pointer = ("spec", "monitoring", "logging", "correlation_header")
        yield Setting("CORRELATION_HEADER", spec["monitoring"]["logging"]["correlation_header"], (pointer,))
    branding = spec.get("branding")
    if branding is None:
        return
    yield Setting("BRAND_NAME", branding["name"], (("spec", "branding", "name"),))
    yield Setting("BRAND_DOMAINS", ",".join(branding["domains"]), (("spec", "branding", "domains"),))
    for setting, key in (("BRAND_LOGO", "logo"), ("BRAND_SUPPORT_EMAIL", "support_email")):
        value = branding.get(key)
        if isinstance(value, str):
            yield Setting(setting, value, (("spec", "branding", key),))
    if "primary" in branding.get("colors", {}):
        pointer = ("spec", "branding", "colors", "primary")
        yield Setting("BRAND_COLOR_PRIMARY", branding["colors"]["primary"], (pointer,))
