"""The benchmark's fleet: a workspace of N tenants of about 60 lines, three tiers, ten profiles, 12 objects a tenant.

All tenants have the same keys with values of their own, so that the same objects can be written as a program for
other tools (`peers.py`). The fleet depends on N alone.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

OBJECTS = 12
"""Kubernetes objects of each tenant."""

TIERS = ("bronze", "silver", "gold")
REGIONS = ("eu-central-1", "eu-west-1", "eu-north-1", "us-east-1", "us-west-2")
REGULATIONS = ("privacy", "health", "payments", "finance", "government")

_SETTINGS = 20
"""Public settings of each tier: a preset has some 50 leaves, and a tenant's objects about 9 KB."""


class Choice(NamedTuple):
    """What one tenant has from whom: the axes on which its values may depend."""

    tier: str
    region: str
    regulation: str


def names(count: int) -> list[str]:
    """The tenants' names, in the order of their files."""
    return [f"tenant-{number:05d}" for number in range(count)]


def choice(number: int) -> Choice:
    """The tier and the profiles of tenant ``number``; every combination occurs within 75 tenants in a row."""
    return Choice(TIERS[number % 3], REGIONS[number // 3 % 5], REGULATIONS[number // 15 % 5])


def write(folder: str, count: int) -> None:
    """Write the whole workspace into a new folder."""
    for name in ("tenants", "profiles", "tier_presets"):
        os.makedirs(os.path.join(folder, name))
    configure(folder, output="build")
    for rank, tier in enumerate(TIERS):
        _write(folder, f"tier_presets/{tier}.jsonnet", _preset(rank))
    for rank, region in enumerate(REGIONS):
        _write(folder, f"profiles/{region}.yaml", _region(region, rank))
    for rank, regulation in enumerate(REGULATIONS):
        _write(folder, f"profiles/{regulation}.yaml", _regulation(regulation, rank))
    for number, name in enumerate(names(count)):
        _write(folder, f"tenants/{name}.yaml", tenant(number, name))


def configure(folder: str, *, output: str) -> None:
    """Write the workspace's configuration with ``output`` as the folder of the artifacts."""
    _write(folder, "tenant-compile.toml", _CONFIG.format(output=output))


def tenant(number: int, name: str) -> str:
    """The document of one tenant: 60 lines, some 1.5 KB."""
    picked = choice(number)
    values: dict[str, Any] = {
        "name": name,
        **picked._asdict(),
        "segment": ("retail", "care", "bank", "agency")[number % 4],
        "team": f"team-{number % 17}",
        "cost_center": f"CC-{1000 + number % 91}",
        "cpu": 8 + number % 5,
        "memory": 16 + 2 * (number % 7),
        "connections": 40 + number % 60,
        "requests": 1000 + 10 * (number % 300),
        "digest": f"{number * 2654435761 % 2**64:016x}" * 4,
        "maximum": 4 + number % 3,
        "cpu_percent": 60 + number % 20,
    }
    return _TENANT.format(**values)


_CONFIG = """\
[workspace]
name = "benchmark"
output = "{output}"

[environments.production]

[targets]
enable = ["kubernetes"]

[cluster.shared]
kubernetes = "1.34"
cloud = "aws"
network_policy = "cilium"
operators = ["grp-operators"]
"""

_TENANT = """\
apiVersion: tenant-compiler.dev/v1
kind: Tenant
metadata:
  name: {name}
  labels:
    segment: {segment}
    product: portal
spec:
  tier: {tier}
  profiles:
    - {region}
    - {regulation}
  display_name: The company {name}
  owner:
    team: {team}
    email: {team}@acme.example
    cost_center: {cost_center}
    on_call: https://oncall.example/{team}
  domains:
    - {name}.acme.example
  quotas:
    cpu_cores: {cpu}
    memory_gb: {memory}
    database_connections: {connections}
    api_requests_per_minute: {requests}
  security:
    tls:
      minimum_version: "1.3"
  services:
    portal:
      kind: web
      image: registry.acme.example/portal@sha256:{digest}
      protocol: http
      port: 8080
      resources:
        requests:
          cpu_cores: 0.25
          memory_gb: 0.5
        limits:
          cpu_cores: 0.5
          memory_gb: 0.5
      scaling:
        minimum: 1
        maximum: {maximum}
        cpu_percent: {cpu_percent}
      probes:
        readiness: /ready
        liveness: /live
        startup_seconds: 60
      env:
        LOG_LEVEL: info
        COMPANY: {name}
        SUPPORT: help@{name}.acme.example
        FEATURE_SEARCH: "true"
        FEATURE_EXPORT: "false"
        FEATURE_BILLING: "true"
        THEME: light
        TIMEZONE: Europe/Berlin
        SEGMENT: {segment}
      availability:
        maximum_unavailable: 1
"""


def _preset(rank: int) -> str:
    settings = "\n".join(f"      SETTING_{number:02d}: 'value-{rank}-{number}'," for number in range(_SETTINGS))
    return f"""\
local quotas(scale) = {{
  cpu_cores: 16 * scale,
  memory_gb: 64 * scale,
  storage_gb: 500 * scale,
  network_bandwidth_mbps: 200 * scale,
  concurrent_connections: 5000 * scale,
  api_requests_per_minute: 5000 * scale,
  ml_model_instances: 2 * scale,
  ai_processing_units: 10 * scale,
  database_connections: 100 * scale,
  cache_size_mb: 512 * scale,
}};
{{
  defaults: {{
    quotas: quotas({rank + 1}),
    security: {{
      encryption_level: '{("basic", "enhanced", "enhanced")[rank]}',
      audit_logging: {("false", "true", "true")[rank]},
    }},
    services: {{ portal: {{ env: {{
{settings}
    }} }} }},
  }},
  limits: {{ quotas: quotas({rank + 2}) }},
  required: [],
  locked: [],
}}
"""


def _region(region: str, rank: int) -> str:
    return f"""\
apiVersion: tenant-compiler.dev/v1
kind: Profile
spec:
  placement:
    cloud: aws
    regions:
      {region}:
        role: primary
        zones: 3
        cluster_profile: shared
  services:
    portal:
      env:
        REGION: {region}
        REGION_RANK: "{rank}"
"""


def _regulation(regulation: str, rank: int) -> str:
    return f"""\
apiVersion: tenant-compiler.dev/v1
kind: Profile
spec:
  services:
    portal:
      env:
        REGULATION: {regulation}
        RETENTION_DAYS: "{365 * (rank + 1)}"
"""


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)
