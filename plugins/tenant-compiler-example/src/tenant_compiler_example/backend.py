"""The back-end `service-catalogue`: entities for Backstage, one for each service and each store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tenant_compiler import Artifact, ArtifactObject, Backend
from tenant_compiler_example.section import POINTER, section

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tenant_compiler import Context, Diagnostic, Plan
    from tenant_compiler.model.plan import Lineage, Workload

FILE = "catalog-info.yaml"


class ServiceCatalogue(Backend):
    """Describes services and stores. It carries nothing out, so it answers no need of a tenant."""

    name = "service-catalogue"
    description = "entities of services and stores for the Backstage catalogue"

    def lower(self, plan: Plan, context: Context) -> Sequence[Artifact]:
        """Make `catalog-info.yaml`; a tenant without services has none."""
        del context
        if not plan.workloads:
            return []
        objects = [_component(workload, plan) for workload in plan.workloads]
        objects += [_resource(store, plan) for store in _stores(plan)]
        return [Artifact(FILE, "yaml", [item.value for item in objects], tuple(objects))]

    def check(self, artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterable[Diagnostic]:
        """Check every entity against Backstage's rules (EX102)."""
        del plan, context
        from tenant_compiler_example.check import check  # noqa: PLC0415 - only who checks compiles the schema

        return check(artifacts)

    def index(self, content: Any) -> dict[str, Any]:
        """Take a file apart into its entities, by kind and name."""
        return {_id(entity): entity for entity in content}


class _Store(NamedTuple):
    name: str
    """The tenant's name for it, which services use."""
    entity: str
    """With the kind in front: a database and a bucket may share a name, two entities may not."""
    type: str
    made_from: Lineage


def _stores(plan: Plan) -> list[_Store]:
    databases = [_Store(store.name, f"sql.{store.name}", "database", store.made_from) for store in plan.sql]
    buckets = [_Store(store.name, f"object.{store.name}", "bucket", store.made_from) for store in plan.objects]
    return databases + buckets


def _component(workload: Workload, plan: Plan) -> ArtifactObject:
    """Describe a service."""
    said = section(plan)
    used = [store.entity for store in _stores(plan) if store.name in workload.uses]
    spec = {
        "type": _type(workload),
        "lifecycle": said.get("lifecycle", "experimental"),
        "owner": _owner(plan),
        "dependsOn": [
            *(f"component:{plan.name}/{called}" for called in workload.calls),
            *(f"resource:{plan.name}/{entity}" for entity in used),
        ],
    }
    if "system" in said:
        spec["system"] = f"system:default/{said['system']}"
    metadata = {**_metadata(workload.name, workload.name, plan), "links": _links(workload, plan)}
    return _object("Component", metadata, spec, plan, workload.made_from)


def _resource(store: _Store, plan: Plan) -> ArtifactObject:
    """Describe a store."""
    spec = {"type": store.type, "owner": _owner(plan)}
    return _object("Resource", _metadata(store.entity, store.name, plan), spec, plan, store.made_from)


def _object(
    kind: str, metadata: dict[str, Any], spec: dict[str, Any], plan: Plan, made_from: Lineage
) -> ArtifactObject:
    """Put an entity together, with the nodes of the tenant that it was made from."""
    entity = {"apiVersion": "backstage.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}
    extension = (POINTER,) if section(plan) else ()
    return ArtifactObject(_id(entity), entity, (*made_from, ("spec", "owner"), *extension))


def _metadata(entity: str, name: str, plan: Plan) -> dict[str, Any]:
    labels = {"tenant": plan.tenant, "environment": plan.environment, "tier": plan.tier}
    return {
        "name": entity,
        "namespace": plan.name,
        "title": f"{name} of {plan.display_name}",
        "labels": {f"tenant-compiler.dev/{key}": value for key, value in labels.items()},
    }


def _owner(plan: Plan) -> str:
    return f"group:default/{plan.owner.team}"


def _links(workload: Workload, plan: Plan) -> list[dict[str, str]]:
    """List where people go from a service: its hosts, the runbook, and what the tenant adds."""
    links = [{"url": f"https://{host}", "title": host} for host in workload.hosts if workload.protocol == "http"]
    if plan.owner.on_call:
        links.append({"url": plan.owner.on_call, "title": "Runbook"})
    return links + [{"url": url, "title": title} for title, url in section(plan).get("links", {}).items()]


def _type(workload: Workload) -> str:
    """Name the sort of component; Backstage leaves the words to the organisation."""
    if workload.kind != "web":
        return workload.kind
    return "website" if workload.hosts and workload.protocol == "http" else "service"


def _id(entity: dict[str, Any]) -> str:
    return f"{entity['kind']}/{entity['metadata']['name']}"
