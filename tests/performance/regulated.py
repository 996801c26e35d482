"""The benchmark's second fleet: tenants under frameworks that satisfy them, with what these ask for.

Each has two services, a database and a bucket in two regions; its manifests, Terraform root and alerts have some 150
objects, which the rules about artifacts read. The fleet depends on its arguments alone.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fleet import names

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY = "2026-11-30"
"""The day on which the fleet is judged: its attestations are fresh then."""

FRAMEWORKS = {
    "gdpr": "{role: controller}",
    "hipaa": "{}",
    "sox": "{}",
    "pci_dss": "{role: service_provider}",
    "iso27001": "{}",
    "fedramp": "{level: moderate}",
}
"""The frameworks that the tenants satisfy, with what is said of each."""

THREE = ("gdpr", "pci_dss", "fedramp")
"""Those that together use most of the rules."""

FLAWS = (
    ("mfa_required: true", "mfa_required: false"),
    ("retention_days: 2557", "retention_days: 2000"),
    ("copies: 3", "copies: 1"),
    ("by_class_days: {personal: 1095, health: 3650}", "by_class_days: {}"),
    ("web_application_firewall: true", "web_application_firewall: false"),
    ('penetration_test: {date: "2026-11-01"', 'penetration_test: {date: "2024-11-01"'),
    ("encryption_level: maximum", "encryption_level: basic"),
    ("field_encryption: {card_number: {class: cardholder, method: tokenize}}", "field_encryption: {}"),
)
"""What can be wrong with a tenant: a text of its document, and what stands in its place."""

_ATTESTED = (
    "acceptance_test",
    "access_review",
    "asv_scan",
    "disaster_recovery_test",
    "exit_plan",
    "firewall_review",
    "incident_response_plan",
    "incident_response_test",
    "penetration_test",
    "purge_check",
    "red_team",
    "restore_test",
    "risk_assessment",
    "secure_development",
    "security_training",
    "segmentation_test",
    "supplier_review",
    "threat_intelligence",
)


def write(
    folder: str,
    count: int,
    frameworks: Sequence[str] = tuple(FRAMEWORKS),
    *,
    prefix: str = "",
    flawed: bool = False,
) -> None:
    """Write a workspace into a new folder.

    Args:
        folder: of the workspace.
        count: of tenants.
        frameworks: that they are under.
        prefix: of their names.
        flawed: break each tenant in one place, by turns.
    """
    os.makedirs(os.path.join(folder, "tenants"))
    _write(folder, "tenant-compile.toml", _CONFIG)
    for number, plain in enumerate(names(count)):
        name = f"{prefix}-{plain}" if prefix else plain
        text = tenant(number, name, frameworks)
        if flawed:
            before, after = FLAWS[number % len(FLAWS)]
            text = text.replace(before, after)
        _write(folder, f"tenants/{name}.yaml", text)


def tenant(number: int, name: str, frameworks: Sequence[str] = tuple(FRAMEWORKS)) -> str:
    """The document of one tenant, some 150 lines."""
    said = "".join(f"\n      {each}: {FRAMEWORKS[each]}" for each in frameworks)
    team = f"team-{number % 17}"
    record = f'{{date: "2026-11-01", by: {team}, reference: R-{number}}}'
    values = {
        "name": name,
        "team": team,
        "frameworks": said or " {}",
        "attestations": "".join(f"\n      {kind}: {record}" for kind in _ATTESTED),
        "digest": f"{number * 2654435761 % 2**64:016x}" * 4,
        "host": f"portal.{name}.acme.example",
        "maximum": 4 + number % 3,
        "storage": 100 + 10 * (number % 30),
        "logs": 365 + number % 90,
        "network": f"203.0.113.{number % 4 * 64}/26",
    }
    return _TENANT.format(**values)


_CLUSTER = """\

[cluster.{name}]
cloud = "aws"
region = "{region}"
network_policy = "cilium"
mesh = {{ kind = "cilium" }}
pod_encryption = true
name = "acme-{name}"
account_id = "123456789012"
cloud_identity = "pod-identity"
gateway = {{ namespace = "gateway", kind = "envoy-gateway", name = "public", tls_minimum = "1.3" }}
monitoring = {{ namespace = "monitoring" }}
data_cidrs = ["{cidr}"]
operators = ["grp-operators"]
"""

_CONFIG = """\
[workspace]
name = "regulated"

[environments.production]

[targets]
enable = ["kubernetes", "terraform", "prometheus"]
""" + "".join(
    _CLUSTER.format(name=name, region=region, cidr=cidr)
    for name, region, cidr in (("east", "us-east-1", "10.30.0.0/16"), ("west", "us-west-2", "10.31.0.0/16"))
)

_TENANT = """\
apiVersion: tenant-compiler.dev/v1
kind: Tenant
metadata:
  name: {name}
spec:
  tier: enterprise
  owner: {{team: {team}, email: {team}@acme.example}}
  domains: [{name}.acme.example]

  compliance:
    frameworks:{frameworks}
    data_classes: [personal, health, cardholder, financial_reporting, federal]
    processing: {{purposes: [insurance], data_subjects: [members], recipients: [PayCo]}}
    contacts:
      dpo: dpo@acme.example
      security_incident: soc@acme.example
      breach_notification: legal@acme.example
      eu_representative: eu@acme.example
    breach_notification_hours: 1
    agreements:
      dpa: {{counterparty: The company {name}, signed: "2026-01-10", expires: "2030-01-10"}}
      baa: {{counterparty: The company {name}, signed: "2026-01-10", expires: "2030-01-10"}}
      tpsp: {{counterparty: The company {name}, signed: "2026-01-10", expires: "2030-01-10"}}
    transfers:
      US: {{basis: standard_contractual_clauses, reference: SCC-2026-7}}
    subprocessors:
      payco:
        name: PayCo Inc.
        purpose: payments
        country: US
        agreements: [dpa, baa, tpsp]
        data_classes: [cardholder, personal]
    retention:
      by_class_days: {{personal: 1095, health: 3650}}
      deletion: crypto_shred
      deletion_deadline_days: 30
      backup_purge_days: 90
      export: true
    masking: {{primary_account_number: first6_last4, personal: pseudonymised}}
    impact_assessment: {{reference: DPIA-12, date: "2026-02-01"}}
    attestations:
      log_review: {{date: "2026-11-28", by: {team}, reference: LR-26}}{attestations}

  change_control:
    approvals: 2
    ticket_required: true
    tests_required: true
    roles: {{deployers: [grp-{team}-deploy], approvers: [grp-{team}-lead], database_admins: [grp-{team}-dba]}}
    separate_environments: true
    break_glass: {{roles: [grp-break-glass], maximum_minutes: 30, post_approval_hours: 24}}

  placement:
    cloud: aws
    regions:
      us-east-1: {{zones: 3}}
      us-west-2: {{role: standby, zones: 3}}
    residency: {{jurisdictions: [US]}}
    disaster_recovery: {{recovery_point_minutes: 60, recovery_time_minutes: 240}}
  backup: {{schedule: "0 2 * * *", copies: 3, region: us-west-2, retention_days: 90, immutable: true}}

  security:
    encryption_level: maximum
    mfa_required: true
    tls: {{mutual: true}}
    keys: {{fips: true}}
    identity:
      sso:
        issuer: https://id.{name}.example
        client_id: {name}
        client_secret: {{from: secret/{name}-oidc/client-secret}}
      mfa_methods: [piv, webauthn]
      roles: {{clerk: {{groups: [grp-{name}-clerks]}}}}
      shared_accounts: false
      session_idle_minutes: 15
      privileged_session_idle_minutes: 10
      inactive_account_days: 35
      deprovision_hours: 24
      password: {{minimum_length: 15, alphanumeric: true, history: 24, lockout_attempts: 3, lockout_minutes: 180}}
    network:
      egress:
        payco: {{cidr: {network}, reason: payments}}
      web_application_firewall: true
      ddos_protection: true
      admin_access: private_endpoint
    scanning:
      interval_days: 7
      integrity_monitoring: true
      patch_days: {{critical: 15, high: 30, moderate: 90, low: 180}}
    audit:
      events: [authentication, authorization, data_access, configuration, privileged, system]
      online_days: 365
      retention_days: 2557
      immutable: true
      separate_account: true
      sink: {{region: us-west-2}}
      review: {{automated: true, every_days: 1}}
    images: {{registries: [registry.acme.example], digests_required: true, signatures_required: true}}

  services:
    portal:
      image: registry.acme.example/portal@sha256:{digest}
      uses: [records, scans]
      data_classes: [personal, health, cardholder, financial_reporting, federal]
      scaling: {{minimum: 3, maximum: {maximum}}}
      expose: {{hosts: [{host}]}}
    reminders:
      kind: worker
      image: registry.acme.example/reminders@sha256:{digest}
      uses: [records]
      data_classes: [personal]
      scaling: {{fixed: 2}}

  data:
    sql:
      records:
        storage_gb: {storage}
        high_availability: true
        data_classes: [personal, health, cardholder, financial_reporting, federal]
        retention_days: 3650
        field_encryption: {{card_number: {{class: cardholder, method: tokenize}}}}
    object:
      scans: {{lifecycle_days: 3650, object_lock_days: 30, data_classes: [health]}}

  monitoring:
    slos:
      portal-availability: {{service: portal, objective_percent: 99.9}}
    logging: {{retention_days: {logs}, sink: {{region: us-west-2}}}}
"""


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)
