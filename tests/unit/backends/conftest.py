"""Plans and contexts with complete defaults, for the tests of every back-end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tenant_compiler.model.backend import Context
from tenant_compiler.model.plan import (
    Amounts,
    Edge,
    Egress,
    ImagePolicy,
    KeyPolicy,
    Need,
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

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGE = "registry.acme.example/portal@sha256:" + "0" * 64

QUOTAS = {
    "cpu_cores": 32,
    "memory_gb": 128,
    "storage_gb": 5000,
    "network_bandwidth_mbps": 2000,
    "concurrent_connections": 50000,
    "api_requests_per_minute": 50000,
    "ml_model_instances": 20,
    "ai_processing_units": 100,
    "database_connections": 200,
    "cache_size_mb": 4096,
}

CLUSTER: dict[str, Any] = {
    "kubernetes": "1.34",
    "cloud": "aws",
    "region": "eu-central-1",
    "network_policy": "kubernetes",
    "rollouts": "native",
    "autoscaler": "hpa",
    "vertical_autoscaler": False,
    "gateway": {"namespace": "gateway", "kind": "none"},
    "monitoring": {"namespace": "monitoring"},
    "tracing": {"otlp": "otel-gateway.observability:4317", "operator": False},
    "data_cidrs": ["10.20.0.0/16"],
    "operators": ["grp-platform-operators"],
    "gpu": {"resource": "nvidia.com/gpu", "units_per_accelerator": 10},
}

CONFIG: dict[str, Any] = {
    "workspace": {
        "name": "acme-saas",
        "tenants": ["tenants/**/*.yaml"],
        "profiles": "profiles",
        "tier_presets": "tier_presets",
        "output": "build",
        "name_prefix": "t-",
        "label_prefixes": [],
    },
    "defaults": {},
    "environments": {"production": {}, "staging": {}},
    "plugins": {"required": []},
    "targets": {
        "enable": ["kubernetes", "terraform", "prometheus", "grafana"],
        "kubernetes": {"format": "yaml", "priorities": {"free": 1000, "enterprise": 8000, "enterprise_plus": 10000}},
        "terraform": {
            "aws": "~> 6.69",
            "state": {"EU": {"kind": "s3", "bucket": "acme-state-eu", "region": "eu-central-1"}},
        },
    },
    "cluster": {"shared-eu": CLUSTER},
}


def _workload(name: str = "portal", **overrides: Any) -> Workload:
    at = ("spec", "services", name)
    fields = {
        "name": name,
        "kind": "web",
        "image": IMAGE,
        "command": (),
        "protocol": "http",
        "port": 8080,
        "schedule": "",
        "calls": (),
        "callers": (),
        "uses": (),
        "requests": Amounts(500, 1024, None),
        "limits": Amounts(1000, 1024, None),
        "replicas": Replicas(3, 6, 70),
        "readiness": "/ready",
        "liveness": "/live",
        "startup_seconds": 60,
        "hosts": ("portal.acme.example",),
        "env": {"LOG_LEVEL": "info"},
        "maximum_unavailable": 1,
        "unused": (),
        "bandwidth_mbps": 333,
        "made_from": (at,),
    }
    if overrides.get("kind", "web") != "web":
        fields.update(port=None, hosts=(), readiness="", liveness="", startup_seconds=None)
    if overrides.get("kind") == "cron":
        fields.update(schedule="15 2 * * *", replicas=Replicas(1, 1, None))
    return Workload(**{**fields, **overrides})


def _site(region: str = "eu-central-1", **overrides: Any) -> Site:
    fields = {
        "region": region,
        "cloud": "aws",
        "role": "primary",
        "zones": 3,
        "jurisdiction": "EU",
        "cluster": "shared-eu",
        "made_from": (("spec", "placement", "regions", region),),
    }
    return Site(**{**fields, **overrides})


def _sql_store(name: str = "records", **overrides: Any) -> SqlStore:
    fields = {
        "name": name,
        "engine": "postgres",
        "version": "16",
        "storage_gb": 500,
        "maximum_storage_gb": 5000,
        "high_availability": True,
        "connections": 200,
        "data_classes": ("health",),
        "retention_days": None,
        "made_from": (("spec", "data", "sql", name),),
    }
    return SqlStore(**{**fields, **overrides})


def _object_store(name: str = "scans", **overrides: Any) -> ObjectStore:
    fields = {
        "name": name,
        "versioning": True,
        "lifecycle_days": 365,
        "lock_days": None,
        "data_classes": ("health",),
        "made_from": (("spec", "data", "object", name),),
    }
    return ObjectStore(**{**fields, **overrides})


def _objective(name: str = "portal-availability", **overrides: Any) -> Objective:
    fields = {
        "name": name,
        "service": "portal",
        "objective": "99.95",
        "window_days": 30,
        "indicator": "availability",
        "made_from": (("spec", "monitoring", "slos", name),),
    }
    return Objective(**{**fields, **overrides})


def _egress(name: str = "mailco", **overrides: Any) -> Egress:
    fields = {
        "name": name,
        "host": "" if overrides.get("cidr") else "api.mailco.example",
        "cidr": "",
        "ports": (443,),
        "reason": "e-mail delivery",
        "made_from": (("spec", "security", "network", "egress", name),),
    }
    return Egress(**{**fields, **overrides})


def _plan(**overrides: Any) -> Plan:
    fields: dict[str, Any] = {
        "tenant": "acme-health",
        "environment": "production",
        "fleet": "acme-saas",
        "name": "t-acme-health-production",
        "tier": "enterprise",
        "display_name": "ACME Health GmbH",
        "labels": {"segment": "healthcare"},
        "owner": Owner("care-platform", "care@acme.example", "CC-1042", "https://oncall.example/care"),
        "cloud": "aws",
        "domains": ("acme.example",),
        "residency": Residency((), strict=True),
        "sites": (_site(),),
        "quotas": dict(QUOTAS),
        "workloads": (_workload(),),
        "sql": (),
        "objects": (),
        "keys": KeyPolicy(
            "customer_managed", 90, hsm=False, fips=False, tls_minimum="1.3", made_from=(("spec", "security", "keys"),)
        ),
        "audit_logging": True,
        "audit": None,
        "backup": None,
        "identity": None,
        "duties": None,
        "edge": Edge(firewall=False, denial_of_service=False, made_from=(("spec", "security", "network"),)),
        "scanning": None,
        "other_regions": (),
        "unused": (),
        "images": ImagePolicy(
            (), digests_required=False, signatures_required=False, made_from=(("spec", "security", "images"),)
        ),
        "egress": (),
        "objectives": (),
        "settings": (Setting("TENANT", "acme-health", (("metadata", "name"),)),),
        "extensions": {},
        "needs": (),
    }
    if "quotas" in overrides:
        overrides["quotas"] = {**QUOTAS, **overrides["quotas"]}
    return Plan(**{**fields, **overrides})


def _context(**overrides: Any) -> Context:
    """Top-level keys of the configuration; ``cluster`` replaces all profiles, ``targets`` is merged by target."""
    targets = {**CONFIG["targets"], **overrides.pop("targets", {})}
    config = {**CONFIG, **overrides, "targets": targets}
    return Context(config, config["cluster"])


@pytest.fixture(scope="session")
def make_plan() -> Callable[..., Plan]:
    """Make a plan: ``make_plan(tier="free", quotas={"cpu_cores": None})``; quotas are merged, the rest is replaced."""
    return _plan


@pytest.fixture(scope="session")
def make_context() -> Callable[..., Context]:
    """Make a context: ``make_context(cluster={"one": {...}})``."""
    return _context


@pytest.fixture(scope="session")
def make_cluster() -> Callable[..., dict[str, Any]]:
    """Make a cluster profile; None leaves a field out: ``make_cluster(gpu=None)``."""

    def make(**overrides: Any) -> dict[str, Any]:
        return {key: value for key, value in {**CLUSTER, **overrides}.items() if value is not None}

    return make


@pytest.fixture(scope="session")
def make_workload() -> Callable[..., Workload]:
    """Make a workload by name."""
    return _workload


@pytest.fixture(scope="session")
def make_site() -> Callable[..., Site]:
    """Make a site by region."""
    return _site


@pytest.fixture(scope="session")
def make_sql_store() -> Callable[..., SqlStore]:
    """Make a database by name."""
    return _sql_store


@pytest.fixture(scope="session")
def make_object_store() -> Callable[..., ObjectStore]:
    """Make a bucket by name."""
    return _object_store


@pytest.fixture(scope="session")
def make_objective() -> Callable[..., Objective]:
    """Make an objective by name."""
    return _objective


@pytest.fixture(scope="session")
def make_egress() -> Callable[..., Egress]:
    """Make a destination by name: a host unless ``cidr`` is given."""
    return _egress


@pytest.fixture(scope="session")
def make_need() -> Callable[..., Need]:
    """Make a need by its feature."""

    def make(feature: str, **overrides: Any) -> Need:
        return Need(**{"feature": feature, "what": feature, "pointer": ("spec",), **overrides})

    return make
