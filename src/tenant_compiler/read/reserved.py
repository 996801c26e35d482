"""Keys that are planned and do not exist yet: documents that use them hear that, instead of "unknown key"."""

from __future__ import annotations

from typing import Final

SETTINGS: Final = (
    "budget",
    "compliance.frameworks.*.services",
    "compliance.retention.documentation_days",
    "compliance.retention.justification",
    "data.cache",
    "data.document",
    "data.sql.*.read_replicas",
    "features",
    "monitoring.alert_routes",
    "monitoring.anomaly_detection",
    "monitoring.custom",
    "monitoring.dashboards",
    "monitoring.metrics",
    "monitoring.sla",
    "monitoring.slos.*.indicator.threshold_ms",
    "placement.disaster_recovery.enabled",
    "placement.failover",
    "placement.orchestrator",
    "placement.replication",
    "security.data_loss_prevention",
    "security.identity.password.maximum_age_days",
    "security.scanning.blocking",
    "security.scanning.external",
    "services.*.availability.zones",
    "sizing",
)
"""Below ``spec`` of tenants and profiles, below their environments, and below ``defaults`` of the workspace."""

WORKSPACE: Final = (
    "cluster.*.admission",
    "cluster.*.monitoring.kind",
    "cluster.*.monitoring.request_metrics",
    "cluster.*.monitoring.rule_labels",
    "cluster.*.tracing.namespace",
    "compliance.fail_on",
    "targets.terraform.azurerm",
    "targets.terraform.google",
    "workspace.usage",
)
"""In the workspace's configuration."""

INSTEAD: Final = {
    "security.scanning.external": "leave it out; an approved vendor's scan from outside is attested, as `asv_scan` in"
    " `compliance.attestations`",
}
"""What to write where something else says it today; others are left out."""
