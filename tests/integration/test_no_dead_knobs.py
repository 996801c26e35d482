"""No dead knobs: every leaf of the vocabulary changes what is built, or what is found.

Each leaf of the schemas is changed to other valid values, one at a time, in tenants that use everything. What comes out
must differ: an object in a file, a finding (its code, its weight, its place), a verdict, or the files that there are.
Plain echoes are masked: labels, annotations, tags, titles and the public settings repeat what they are told and prove
nothing, and neither does what `explain` shows of it. The few leaves that are meant as an echo, or that another test
watches, stand in the lists below with their reason.
"""

from __future__ import annotations

import json
import os
from datetime import date

import pytest

from tenant_compiler.data import data_folder
from tenant_compiler.model.diagnostic import TenantCompileError
from tenant_compiler.model.document import Document
from tenant_compiler.model.pointer import follow
from tenant_compiler.model.workspace import Workspace
from tenant_compiler.read import schema
from tenant_compiler.read.shapes import target
from tenant_compiler.run.bench import Judging
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import CHECK, run_passes
from tenant_compiler.run.session import Session, keep_all

MASKED = {"labels", "annotations", "tags", "title", "description"}
"""Keys below which things are called or described, in any target."""

ECHOES = {
    "metadata.labels.*": "labels of the namespace, and what `-l` selects by",
    "spec.owner.email": "an annotation for whoever finds the namespace",
    "spec.owner.cost_center": "a label and a tag that bills are split by",
    "spec.security.network.egress.*.reason": "an annotation for whoever reads the policy",
    "spec.compliance.agreements.*.counterparty": "for people: that it is said is judged",
    "spec.compliance.attestations.*.by": "for the auditor, who is shown the whole record",
    "spec.compliance.attestations.*.reference": "for the auditor, who is shown the whole record",
    "spec.compliance.contacts.*": "an address for people: that it is said is judged",
    "spec.compliance.impact_assessment.reference": "for the auditor: that it is said is judged",
    "spec.compliance.masking.personal": "all three satisfy: that one is said is judged",
    "spec.compliance.masking.primary_account_number": "all three satisfy: that one is said is judged",
    "spec.compliance.retention.deletion": "all three satisfy: that one is said is judged",
    "spec.compliance.subprocessors.*.data_classes": "for the auditor, who is shown the whole record",
    "spec.compliance.subprocessors.*.name": "for the auditor, who is shown the whole record",
    "spec.compliance.subprocessors.*.purpose": "for people: that it is said is judged",
    "spec.compliance.transfers.*.basis": "people judge which one holds; an adequacy decision must exist",
    "spec.compliance.transfers.*.reference": "for people: that it is said is judged",
    "spec.data.sql.*.field_encryption.*.method": "the application's: all three satisfy, that one is said is judged",
    "spec.security.network.admin_access": "all four satisfy: that one is said is judged",
    "spec.monitoring.logging.correlation_header": "a public setting that the tenant's services read",
    "spec.branding.name": "a public setting that the tenant's services read",
    "spec.branding.logo": "a public setting that the tenant's services read",
    "spec.branding.colors.primary": "a public setting that the tenant's services read",
    "spec.branding.support_email": "a public setting that the tenant's services read",
    "cluster.*.kubernetes": "the pinned version of Pod Security (a label), and the schemas that objects are checked by",
    "cluster.*.client_ids.*": "an annotation by which Azure knows a service account",
    "cluster.*.mesh.revision": "a label of the namespace, by which Istio injects sidecars",
}
"""Leaves that are meant as an echo, or that only the words of a finding read. Without the mask they must be seen."""

SKIPPED = {
    "policy.engine": "all engines say the same (integration/test_policy_engines.py), and starting them is slow",
}
"""Leaves that are not changed here."""

DIGEST = "@sha256:" + "0" * 64

SEALED = "AgB" + "A" * 700
CLIENT = "00000000-0000-4000-8000-000000000000"

OFFERS = {
    "account_id": "111122223333",
    "storage_classes": {"standard": "gp3", "hsm": "hsm", "provisioner": "ebs.csi.aws.com"},
    "runtime_classes": {"sandboxed": "gvisor"},
    "node_pools": ["rich"],
    "name": "one",
    "oidc_issuer": "https://oidc.example/one",
    "cloud_identity": "irsa",
    "secrets": {"kind": "external-secrets", "provider": "aws"},
}
"""What clusters offer that a tenant asks for."""

CONFIG = {
    "workspace": {
        "name": "acme",
        "tenants": ["tenants/*.yaml"],
        "profiles": "profiles",
        "tier_presets": "tier_presets",
        "policies": ["policies"],
        "waivers": ["waivers/*.yaml"],
        "baseline": "baseline.json",
        "output": "build",
        "name_prefix": "t-",
        "label_prefixes": ["acme.example"],
    },
    "environments": {"production": {"values": "production.yaml"}, "staging": {}},
    "compliance": {
        "frameworks": ["iso27001"],
        "parameters": {"audit_retention_days": 400, "personal_log_retention_days": 400},
        "waiver_maximum_days": 180,
    },
    "policy": {"engine": "auto"},
    "plugins": {"required": ["kubernetes"]},
    "targets": {
        "enable": ["kubernetes", "terraform", "prometheus", "grafana"],
        "kubernetes": {"format": "yaml", "priorities": {"enterprise_plus": 100, "gold": 200}},
        "terraform": {
            "aws": "~> 6.69",
            "key_store": "cks-1234567890abcdef0",
            "state": {"EU": {"kind": "s3", "bucket": "acme-state-eu", "region": "eu-central-1"}},
        },
    },
    "ai": {
        "servers": {
            "sentiment_analysis": {
                "image": "registry.acme.example/ai/sentiment:1" + DIGEST,
                "port": 9000,
                "protocol": "grpc",
                "replicas": 2,
                "accelerators": 1,
                "cpu_cores": 1.5,
                "memory_gb": 3,
                "probes": {"readiness": "/ready", "liveness": "/live", "startup_seconds": 100},
            },
            **{
                name: {"image": "registry.acme.example/ai/other:1" + DIGEST}
                for name in ("recommendation_engine", "nlp_processing", "computer_vision", "auto_ml")
            },
        },
        "learning_client": {
            "image": "registry.acme.example/ai/client:1" + DIGEST,
            "accelerators": 1,
            "cpu_cores": 1.5,
            "memory_gb": 3,
        },
    },
    "cluster": {
        "main": {
            "kubernetes": "1.34",
            "cloud": "aws",
            "region": "eu-central-1",
            "network_policy": "cilium",
            "mesh": {"kind": "istio", "namespace": "istio-system", "revision": "prod"},
            "pod_encryption": False,
            "dns": {"domain": "cluster.local", "search": ["compute.internal"], "address": "169.254.20.10/32"},
            "gateway": {
                "namespace": "gateway",
                "kind": "envoy-gateway",
                "name": "public",
                "trusted_hops": 1,
                "geoip": True,
                "rate_limit_service": True,
                "tls_minimum": "1.2",
            },
            "certificates": {
                "issuer": "letsencrypt",
                "kind": "ClusterIssuer",
                "challenge": "dns01",
                "solver_image": "registry.platform.example/acmesolver" + DIGEST,
            },
            "pod_certificates": {"issuer": "pods", "root": "pods-root"},
            "monitoring": {"namespace": "monitoring", "address": "http://prometheus.monitoring:9090"},
            "rollouts": "argo",
            "autoscaler": "keda",
            "vertical_autoscaler": True,
            "tracing": {
                "otlp": "otel.observability:4317",
                "operator": True,
                "image": "registry.platform.example/otelcol" + DIGEST,
                "retention_days": 7,
            },
            "scanning": {
                "image": "registry.platform.example/scan" + DIGEST,
                "cidrs": ["10.20.0.0/16"],
                "penetration_image": "registry.platform.example/probe" + DIGEST,
            },
            "gitops": {
                "kind": "argocd",
                "namespace": "argocd",
                "repository": "https://git.acme.example/fleet",
                "revision": "main",
                "path": "build",
                "server": "https://main.acme.example",
            },
            "backup": {
                "kind": "velero",
                "namespace": "velero",
                "bucket": "acme-backup",
                "region": "eu-west-1",
                "provider": "aws",
                "key_prefix": "alias/backup-",
                "copies": ["eu-west-1"],
                "locked": True,
                "settings": {"profile": "default"},
            },
            "data_cidrs": ["10.20.0.0/16"],
            "operators": ["grp-operators"],
            "gpu": {"resource": "nvidia.com/gpu", "product": "NVIDIA-L4", "units_per_accelerator": 10},
            "crds": ["crds/*.yaml"],
            **OFFERS,
        },
        "second": {
            "cloud": "aws",
            "region": "eu-central-1",
            "storage_classes": {"standard": "gp3", "shared": "efs"},
            "secrets": {"kind": "sealed-secrets"},
            "dedicated_to": "alone",
        },
        "third": {
            "cloud": "aws",
            "region": "eu-central-1",
            "gateway": {"namespace": "gateway", "kind": "envoy-gateway", "name": "public"},
            "certificates": {
                "issuer": "letsencrypt",
                "challenge": "http01",
                "solver_image": "registry.platform.example/acmesolver" + DIGEST,
            },
        },
        "west": {
            "cloud": "aws",
            "region": "eu-west-1",
            "gateway": {
                "namespace": "gateway",
                "kind": "envoy-gateway",
                "name": "public",
                "geoip": True,
                "tls_minimum": "1.3",
            },
            **OFFERS,
            "cloud_identity": "pod-identity",
        },
        "azure": {
            "cloud": "azure",
            "region": "westeurope",
            "cloud_identity": "azure-workload-identity",
            "client_ids": {"t-blue-production/app": CLIENT, "t-blue-production/secrets.reader": CLIENT},
            "secrets": {"kind": "external-secrets", "provider": "azure", "address": "https://a.vault.example"},
        },
        "google": {
            "cloud": "gcp",
            "region": "europe-west3",
            "storage_classes": {
                "standard": "pd",
                "provisioner": "pd.csi.storage.gke.io",
                "keys": "projects/a/keyRings/b",
            },
            "secrets": {
                "kind": "external-secrets",
                "provider": "vault",
                "address": "https://vault.example",
                "engine": "kv",
                "login": "one",
            },
        },
        "berlin": {
            "cloud": "on_premises",
            "region": "dc-1",
            "jurisdiction": "EU",
            "network_policy": "kubernetes",
            "pod_encryption": False,
            "gateway": {"namespace": "gateway", "kind": "envoy-gateway", "class": "envoy", "tcp_routes": True},
            "certificates": {
                "issuer": "own",
                "kind": "Issuer",
                "acme": {
                    "server": "https://acme.example/directory",
                    "email": "a@acme.example",
                    "dns01": {"route53": {"region": "eu-central-1"}},
                },
            },
        },
        "bonn": {
            "cloud": "on_premises",
            "region": "dc-2",
            "pod_encryption": True,
            "gateway": {"namespace": "gateway", "kind": "gateway-api", "name": "public"},
        },
        "kiel": {
            "cloud": "on_premises",
            "region": "dc-3",
            "pod_encryption": True,
            "gateway": {"namespace": "gateway", "kind": "gateway-api", "class": "istio"},
            "certificates": {"issuer": "letsencrypt", "challenge": "http01"},
            "gitops": {"kind": "flux", "repository": "https://git.acme.example/fleet", "service_account": "fleet"},
        },
    },
}

GOLD = "(import 'tiers.libsonnet').enterprise_plus"

RICH = {
    "tier": "enterprise_plus",
    "profiles": ["ours"],
    "display_name": "ACME",
    "owner": {"team": "care", "email": "care@acme.example", "cost_center": "CC-1", "on_call": "https://acme.example/x"},
    "domains": ["acme.example", "acme.test.example"],
    "compliance": {
        "frameworks": {"fedramp": {"level": "high"}, "gdpr": {"role": "controller"}, "pci_dss": {}, "sox": {}},
        "data_classes": ["personal", "cardholder", "health"],
        "processing": {"purposes": ["care"], "data_subjects": ["patients"], "recipients": ["MailCo"]},
        "contacts": {"dpo": "dpo@acme.example", "security_incident": "soc@acme.example"},
        "breach_notification_hours": 72,
        "agreements": {"dpa": {"counterparty": "ACME", "signed": "2026-01-10", "expires": "2030-01-10"}},
        "transfers": {"US": {"basis": "standard_contractual_clauses", "reference": "SCC-1"}},
        "subprocessors": {
            "mail": {
                "name": "MailCo",
                "purpose": "mail",
                "country": "US",
                "agreements": ["dpa"],
                "data_classes": ["personal"],
            }
        },
        "retention": {
            "by_class_days": {"personal": 365},
            "deletion": "crypto_shred",
            "deletion_deadline_days": 30,
            "backup_purge_days": 35,
            "export": True,
        },
        "masking": {"primary_account_number": "first6_last4", "personal": "pseudonymised"},
        "impact_assessment": {"reference": "DPIA-1", "date": "2026-02-01"},
        "attestations": {"penetration_test": {"date": "2026-05-20", "by": "Labs", "reference": "PT-1"}},
    },
    "change_control": {
        "approvals": 1,
        "ticket_required": True,
        "tests_required": True,
        "roles": {"deployers": ["grp-deploy"], "approvers": ["grp-lead"], "database_admins": ["grp-dba"]},
        "separate_environments": True,
        "maintenance_windows": {
            "weekend": {"days": ["sat"], "start": "01:00", "end": "05:00", "timezone": "Europe/Berlin"}
        },
        "break_glass": {"roles": ["grp-glass"], "maximum_minutes": 60, "post_approval_hours": 24},
    },
    "backup": {
        "schedule": "0 2 * * *",
        "copies": 2,
        "region": "eu-west-1",
        "retention_days": 35,
        "immutable": True,
    },
    "placement": {
        "disaster_recovery": {"recovery_point_minutes": 1440, "recovery_time_minutes": 1440},
        "cloud": "aws",
        "isolation": "node_pool",
        "regions": {
            "eu-central-1": {"role": "primary", "zones": 3, "cluster_profile": "main"},
            "eu-west-1": {"role": "standby", "zones": 2, "cluster_profile": "west"},
        },
        "residency": {"jurisdictions": ["EU"], "strict": True},
    },
    "quotas": {
        "cpu_cores": 64,
        "memory_gb": 256,
        "storage_gb": 9000,
        "network_bandwidth_mbps": 5000,
        "concurrent_connections": 1000,
        "api_requests_per_minute": 1000,
        "ml_model_instances": 2,
        "ai_processing_units": 100,
        "database_connections": 100,
        "cache_size_mb": 1024,
    },
    "security": {
        "encryption_level": "enhanced",
        "zero_trust_networking": True,
        "end_to_end_encryption": True,
        "audit_logging": True,
        "mfa_required": True,
        "vulnerability_scanning": True,
        "penetration_testing": True,
        "identity": {
            "sso": {
                "protocol": "oidc",
                "issuer": "https://id.acme.example",
                "keys_url": "https://id.acme.example/keys",
                "client_id": "acme",
                "client_secret": {"from": "secret/oidc/client"},
                "groups_claim": "groups",
            },
            "mfa_methods": ["webauthn", "totp"],
            "roles": {"admin": {"groups": ["grp-admin"]}},
            "shared_accounts": False,
            "session_idle_minutes": 15,
            "privileged_session_idle_minutes": 10,
            "inactive_account_days": 35,
            "deprovision_hours": 24,
            "password": {
                "minimum_length": 12,
                "alphanumeric": True,
                "history": 4,
                "lockout_attempts": 10,
                "lockout_minutes": 30,
            },
        },
        "scanning": {
            "interval_days": 7,
            "integrity_monitoring": True,
            "patch_days": {"critical": 30, "high": 30, "moderate": 90, "low": 180},
        },
        "audit": {
            "events": ["authentication", "data_access"],
            "online_days": 90,
            "retention_days": 400,
            "immutable": True,
            "separate_account": True,
            "sink": {"region": "eu-west-1"},
            "review": {"automated": True, "every_days": 8},
        },
        "ip_whitelist_enabled": True,
        "ip_whitelist": ["203.0.113.0/24"],
        "geo_restriction": {"mode": "allow", "countries": ["DE", "AT"]},
        "tls": {"minimum_version": "1.2", "mutual": True, "certificate_days": 90},
        "keys": {"custody": "customer_managed", "rotation_days": 180, "hsm": False, "fips": False},
        "network": {
            "egress": {
                "mail": {"host": "mail.example", "ports": [443], "reason": "mail"},
                "bank": {"cidr": "203.0.113.0/24", "ports": [443, 8443], "reason": "bank"},
            },
            "web_application_firewall": True,
            "ddos_protection": True,
            "admin_access": "vpn",
        },
        "images": {"registries": ["registry.acme.example"], "digests_required": False, "signatures_required": True},
    },
    "services": {
        "portal": {
            "kind": "web",
            "image": "registry.acme.example/portal:1",
            "command": ["serve", "--now"],
            "protocol": "http",
            "port": 8080,
            "calls": ["search"],
            "uses": ["records"],
            "data_classes": ["personal"],
            "resources": {
                "requests": {"cpu_cores": 0.5, "memory_gb": 1, "ephemeral_storage_gb": 1},
                "limits": {"cpu_cores": 1, "memory_gb": 2, "ephemeral_storage_gb": 2},
            },
            "scaling": {"minimum": 2, "maximum": 6, "cpu_percent": 60},
            "expose": {
                "hosts": ["a.acme.example", "shop.brand.example"],
                "paths": ["/a", "/b"],
                "cors_origins": ["https://acme.example"],
                "tls": False,
            },
            "probes": {"readiness": "/ready", "liveness": "/live", "startup_seconds": 60},
            "env": {"LOG_LEVEL": "info"},
            "availability": {"maximum_unavailable": 1},
        },
        "search": {
            "kind": "web",
            "image": "registry.acme.example/search:1" + DIGEST,
            "protocol": "grpc",
            "port": 9000,
            "scaling": {"fixed": 2},
        },
        "spool": {
            "kind": "worker",
            "image": "registry.acme.example/spool:1" + DIGEST,
            "storage": {"data": {"mount": "/data", "size_gb": 20}},
            "secrets": {"DATABASE_HOST": {"from": "store/records/host"}, "PASSWORD": {"from": "secret/login/password"}},
            "uses": ["records"],
            "trusted": False,
        },
        "nightly": {
            "kind": "cron",
            "image": "registry.acme.example/nightly:1" + DIGEST,
            "schedule": "15 2 * * *",
            "uses": ["files"],
        },
    },
    "data": {
        "sql": {
            "records": {
                "engine": "postgres",
                "version": "16",
                "storage_gb": 100,
                "high_availability": True,
                "data_classes": ["personal", "cardholder"],
                "retention_days": 365,
                "field_encryption": {"card": {"class": "cardholder", "method": "tokenize"}},
            }
        },
        "object": {
            "files": {"versioning": True, "lifecycle_days": 365, "object_lock_days": 30, "data_classes": ["personal"]}
        },
    },
    "monitoring": {
        "slos": {
            "up": {
                "service": "portal",
                "objective_percent": 99.9,
                "window_days": 30,
                "indicator": {"kind": "availability"},
            }
        },
        "logging": {
            "retention_days": 400,
            "sink": {"region": "eu-north-1"},
            "redact": ["ssn"],
            "correlation_header": "x-request-id",
        },
        "tracing": {"sampling_percent": 10, "keep_errors": True, "retention_days": 7},
    },
    "branding": {
        "name": "Brand",
        "domains": ["brand.example"],
        "logo": "logo.svg",
        "colors": {"primary": "#112233"},
        "support_email": "help@brand.example",
    },
}

OUTSIDE = {
    "tier": "gold",
    "compliance": {"frameworks": {"fedramp": {"level": "moderate"}}},
    "owner": {"team": "care", "email": "care@acme.example"},
    "placement": {
        "cloud": "on_premises",
        "regions": {"dc-1": {"role": "primary"}, "dc-2": {"role": "active"}, "dc-3": {"role": "active"}},
        "residency": {"jurisdictions": ["US", "UK", "CH", "CA", "APAC"], "strict": False},
    },
    "domains": ["other.example"],
    "security": {
        "zero_trust_networking": True,
        "end_to_end_encryption": True,
        "network": {"egress": {"mail": {"host": "mail.example", "reason": "mail"}}},
        "audit": {"review": {"every_days": 7}},
    },
    "services": {
        "app": {
            "image": "registry.acme.example/app" + DIGEST,
            "expose": {"hosts": ["a.other.example"]},
            "calls": ["nlp-processing"],
        },
        "wire": {
            "image": "registry.acme.example/wire" + DIGEST,
            "protocol": "tcp",
            "expose": {"hosts": ["wire.other.example"]},
        },
    },
    "ai": {"nlp_processing_enabled": True, "endpoint": {"provider": "aws", "region": "eu-central-1"}},
    "monitoring": {"slos": {"up": {"service": "app", "objective_percent": 99}}},
}

VAULT = {
    "tier": "enterprise_plus",
    "owner": {"team": "care", "email": "care@acme.example"},
    "placement": {"cloud": "aws", "regions": {"eu-central-1": {"cluster_profile": "main"}}},
    "security": {"encryption_level": "enhanced", "keys": {"hsm": True}},
    "data": {"sql": {"records": {}}},
    "monitoring": {"tracing": {"retention_days": 7}},
    "services": {
        "app": {
            "image": "a:1" + DIGEST,
            "storage": {"data": {"mount": "/data", "size_gb": 20}},
            "secrets": {"PASSWORD": {"from": "secret/login/password"}},
        }
    },
}

ALONE = {
    "tier": "gold",
    "owner": {"team": "care", "email": "care@acme.example"},
    "placement": {
        "cloud": "aws",
        "isolation": "cluster",
        "regions": {"eu-central-1": {"cluster_profile": "second"}},
    },
    "security": {"encryption_level": "basic", "sealed_secrets": {"login": {"password": SEALED}}},
    "services": {
        "zero": {"image": "a:1", "secrets": {"PASSWORD": {"from": "secret/login/password"}}},
        "one": {"image": "a:1", "storage": {"data": {"mount": "/data", "size_gb": 20}}},
        "two": {"image": "a:1", "scaling": {"fixed": 2}, "storage": {"data": {"mount": "/data", "size_gb": 20}}},
    },
}

GOOGLE = {
    "tier": "gold",
    "owner": {"team": "care", "email": "care@acme.example"},
    "placement": {"cloud": "gcp", "regions": {"europe-west3": {"cluster_profile": "google"}}},
    "services": {
        "one": {
            "image": "a:1",
            "secrets": {"P": {"from": "secret/login/password"}},
            "storage": {"data": {"mount": "/data", "size_gb": 20}},
        }
    },
}

RELEASED = {
    "tier": "gold",
    "owner": {"team": "care", "email": "care@acme.example"},
    "placement": {"cloud": "aws", "regions": {"eu-central-1": {"cluster_profile": "main"}}},
    "domains": ["released.example"],
    "services": {
        "portal": {
            "image": "registry.acme.example/portal:1",
            "expose": {"hosts": ["a.released.example"], "tls": True},
            "scaling": {"minimum": 1, "maximum": 4, "requests_per_second": 100},
            "rollout": {
                "strategy": "canary",
                "steps_percent": [5, 50],
                "pause_minutes": 10,
                "success_rate_percent": 99.5,
                "latency_p99_ms": 400,
                "automatic_rollback": True,
            },
        },
        "mailer": {
            "kind": "worker",
            "image": "registry.acme.example/mailer:1",
            "scaling": {
                "minimum": 0,
                "maximum": 5,
                "queue": {
                    "kind": "rabbitmq",
                    "name": "mail",
                    "messages_per_replica": 20,
                    "address": {"from": "secret/queue/address"},
                },
                "schedules": {
                    "office": {
                        "start": "0 6 * * 1-5",
                        "end": "0 20 * * 1-5",
                        "timezone": "Europe/Berlin",
                        "replicas": 2,
                    }
                },
            },
        },
    },
}
"""New versions and replicas in the hands of controllers."""

BY_HAND = {
    "tier": "gold",
    "owner": {"team": "care", "email": "care@acme.example"},
    "placement": {"cloud": "aws", "regions": {"eu-central-1": {"cluster_profile": "third"}}},
    "domains": ["hand.example"],
    "security": {"images": {"registries": ["registry.acme.example"]}},
    "services": {
        "shop": {
            "image": "registry.acme.example/shop:1",
            "expose": {"hosts": ["shop.hand.example"]},
            "rollout": {
                "strategy": "canary",
                "variant_image": "registry.acme.example/shop:2",
                "steps_percent": [5, 50],
                "step": 2,
            },
        },
        "desk": {
            "image": "registry.acme.example/desk:1",
            "expose": {"hosts": ["desk.hand.example"]},
            "rollout": {
                "strategy": "blue_green",
                "variant_image": "registry.acme.example/desk:2",
                "active": "image",
                "match": {"header": "x-preview", "value": "yes"},
            },
        },
        "form": {
            "image": "registry.acme.example/form:1",
            "expose": {"hosts": ["form.hand.example"]},
            "rollout": {
                "strategy": "ab_test",
                "variant_image": "registry.acme.example/form:2",
                "match": {"cookie": "cohort", "value": "b"},
            },
        },
    },
}
"""Two versions of each service, and people who say which requests get which."""

LEARNING = {
    "tier": "enterprise_plus",
    "owner": {"team": "care", "email": "care@acme.example"},
    "domains": ["acme.example"],
    "placement": {"cloud": "aws", "regions": {"eu-central-1": {"cluster_profile": "main"}}},
    "compliance": {"frameworks": {"gdpr": {"role": "controller"}}},
    "quotas": {"ml_model_instances": 7, "ai_processing_units": 44},
    "services": {
        "app": {"image": "registry.acme.example/app" + DIGEST, "calls": ["sentiment-analysis", "triage"]},
    },
    "data": {"sql": {"records": {"data_classes": ["personal"]}}},
    "ai": {
        "recommendation_engine_enabled": True,
        "sentiment_analysis_enabled": True,
        "nlp_processing_enabled": True,
        "computer_vision_enabled": True,
        "auto_ml_enabled": True,
        "model_training_quota_hours": 10,
        "inference_requests_per_day": 1000,
        "custom_models_allowed": 1,
        "gpu_acceleration": True,
        "federated_learning": True,
        "federation": {"aggregator": "https://fl.acme.example", "rounds_per_day": 4, "uses": ["records"]},
        "custom_models": {
            "triage": {
                "image": "registry.acme.example/triage:1" + DIGEST,
                "port": 8500,
                "protocol": "grpc",
                "replicas": 1,
                "accelerators": 1,
                "cpu_cores": 1.5,
                "memory_gb": 3,
                "uses": ["records"],
                "expose": {
                    "hosts": ["triage.acme.example"],
                    "paths": ["/Predict"],
                    "cors_origins": ["https://acme.example"],
                    "tls": False,
                },
                "probes": {"readiness": "/ready", "liveness": "/live", "startup_seconds": 100},
                "decision": "automatic",
                "human_review": True,
            }
        },
        "data_logging": False,
    },
}
"""All that serves and trains, in a cluster with accelerators."""

JUDGING = Judging(judged_on=date(2026, 11, 24))

OWN = """# METADATA
# scope: package
# title: Nobody is called so
# description: A rule of the workspace.
# custom:
#   id: ACME1
#   subject: tenant
#   remediation: choose another name
package acme.rules.names

import rego.v1

deny contains {"message": "m", "path": ["metadata", "name"]} if input.tenant.metadata.name == "nobody"

checked contains ["metadata", "name"]
"""

KIND = json.dumps(
    {
        "x-kubernetes-group-version-kind": [{"group": "acme.example", "version": "v1", "kind": "Widget"}],
        "properties": {},
    }
)
"""A definition of one of the platform's own kinds."""

WAIVER = {
    "apiVersion": "tenant-compiler.dev/v1",
    "kind": "Waiver",
    "metadata": {"name": "w"},
    "spec": {
        "rule": "TC447",
        "framework": "iso27001",
        "tenant": "outside",
        "owner": "care",
        "reason": "for the test of the knobs",
        "ticket": "T-1",
        "approver": "ciso@acme.example",
        "created": "2026-11-01",
        "expires": "2027-04-30",
    },
}
"""An exception of the longest time."""

BASELINE = {
    "format_version": 1,
    "entries": [
        {
            "rule": "TC446",
            "tenant": "outside",
            "environment": "production",
            "pointer": "security.scanning.interval_days",
            "object": "",
            "created": "2026-11-01",
        }
    ],
}

LABELS = {"segment": "health", "acme.example/contract": "K-1"}
HEAD = {"apiVersion": "tenant-compiler.dev/v1"}


def document(name, spec, labels=None):
    """A tenant's document."""
    metadata = {"name": name, "labels": labels or {}}
    return {**HEAD, "kind": "Tenant", "metadata": metadata, "spec": {**spec, "environments": {"production": {}}}}


BLUE = {
    "tier": "gold",
    "owner": {"team": "care", "email": "care@acme.example"},
    "placement": {"cloud": "azure", "regions": {"westeurope": {"cluster_profile": "azure"}}},
    "services": {
        "app": {"image": "a:1", "uses": ["files"], "secrets": {"PASSWORD": {"from": "secret/login/password"}}},
    },
    "data": {"object": {"files": {}}},
}

BASES = {
    "rich": document("rich", RICH, LABELS),
    "outside": document("outside", OUTSIDE),
    "vault": document("vault", VAULT),
    "released": document("released", RELEASED),
    "by-hand": document("by-hand", BY_HAND),
    "learning": document("learning", LEARNING),
    "alone": document("alone", ALONE),
    "google": document("google", GOOGLE),
    "blue": document("blue", BLUE),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A folder with the files of the workspace."""
    folder = tmp_path_factory.mktemp("knobs")
    files = {
        **{f"tenants/{name}.yaml": json.dumps(base) for name, base in BASES.items()},
        "elsewhere/third.yaml": json.dumps(document("third", OUTSIDE)),
        "tier_presets/gold.jsonnet": GOLD,
        "profiles/ours.yaml": json.dumps({**HEAD, "kind": "Profile", "spec": {"quotas": {"cache_size_mb": 512}}}),
        "policies/own.rego": OWN,
        "crds/widget.yaml": KIND,
        "waivers/w.yaml": json.dumps(WAIVER),
        "baseline.json": json.dumps(BASELINE),
        "production.yaml": json.dumps({"quotas": {"ml_model_instances": 1}}),
        "other.yaml": "{}",
        "tenant-compile.toml": "",
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return str(folder)


def workspace(root, config):
    """A workspace with this configuration; None when the configuration is none."""
    if schema.check(config, "workspace"):
        return None
    return Workspace(root, "tenant-compile.toml", (), schema.fill_workspace(config), config)


def plain(value):
    """A value without the echoes in it."""
    if isinstance(value, dict):
        if value.get("kind") == "ConfigMap" and "data" in value:  # and no mere reference to one
            value = {**value, "data": sorted(value["data"])}
        return {name: plain(below) for name, below in value.items() if name not in MASKED}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def whole(value):
    """A value with its echoes."""
    return value


def files(artifacts, mask):
    """Paths, objects and their content."""
    return [
        (target, artifact.path, artifact.format, mask(artifact.content), [item.id for item in artifact.objects])
        for target, made in artifacts.items()
        for artifact in made
    ]


def findings(found, mask):
    """Findings, when masked without their words, which may repeat what they are told."""
    return sorted(
        (item.code, item.severity, item.target, str(item.place and item.place.pointer))
        + ((item.message, item.notes) if mask is whole else ())
        for item in found
    )


def verdicts(result, mask):
    """The status of every control with its reasons; when not masked, with what `explain` shows that rules looked at."""
    if result.compliance is None:
        return []
    told = [list(map(str, verdict)) for verdict in result.compliance.verdicts]
    if mask is whole:
        tree = {"metadata": result.resolved.metadata, "spec": result.resolved.spec}
        looked_at = {pointer for each in result.compliance.results.values() for pointer in each.checked}
        told += [[*map(str, pointer), repr(follow(tree, pointer))] for pointer in sorted(looked_at)]
    return told


def outcome(session, tenant, mask=plain):
    """What a tenant's document comes to; None when it is no valid document."""
    if schema.check(tenant, "tenant"):
        return None
    read = Document("tenants/x.yaml", 0, tenant)
    (result,) = run_passes([(read, "production")], session.tools, CHECK, keep_all)
    return json.dumps([files(result.artifacts, mask), findings(result.diagnostics, mask), verdicts(result, mask)])


def outcome_of_fleet(root, config, mask=plain):
    """What a workspace comes to, with what belongs to no single tenant; None for an invalid configuration."""
    opened = workspace(root, config)
    if opened is None:
        return None
    try:
        session = Session(opened, cache=os.path.join(root, "evaluated"), judging=JUDGING)
        results = list(session.stream(Selectors(), CHECK))
        last = session.finish(narrow=False)
        session.tools.bench.close()
    except TenantCompileError as error:
        return json.dumps([item.code for item in error.diagnostics])
    made = [
        (result.tenant, findings(result.diagnostics, mask), files(each.artifacts, mask), verdicts(each, mask))
        for result in results
        for each in result.environments
    ]
    facts = sorted(session.fleet.facts)
    shared = [backend.lower_fleet(facts, session.tools.context) for backend in session.tools.backends]
    common = [sorted((cluster, files({"": items}, mask)) for cluster, items in each.items()) for each in shared]
    return json.dumps([made, common, findings(last, mask)])


def load(name):
    """A schema of the vocabulary."""
    with open(os.path.join(data_folder("schemas"), f"{name}.schema.json"), encoding="utf-8") as file:
        return json.load(file)


def leaves(root, field, path=()):
    """The leaves of a schema; ``*`` stands for the keys of a map. The workspace's defaults are settings of tenants."""
    found = target(field, root)
    if found.get("properties") and path != ("defaults",):
        for key, below in found["properties"].items():
            yield from leaves(root, below, (*path, key))
    elif isinstance(found.get("additionalProperties"), dict):
        yield from leaves(root, found["additionalProperties"], (*path, "*"))
    else:
        yield path, {**found, **field}


def places(value, path):
    """Where a leaf stands in a document: the path with the keys of maps."""
    if not path:
        yield ()
        return
    keys = list(value) if path[0] == "*" else [path[0]] if path[0] in value else []
    for key in keys:
        for below in places(value[key], path[1:]) if path[1:] else [()]:
            yield (key, *below)


def at(value, path):
    """The node at a path."""
    for key in path:
        value = value[key]
    return value


def changed(value, path, new):
    """A copy of a document with one node replaced."""
    if not path:
        return new
    return {**value, path[0]: changed(value[path[0]], path[1:], new)}


def others(value, field):
    """Other values for a leaf, the first valid one of each way of changing it counts."""
    choices = [choice["const"] for choice in field.get("oneOf", ()) if choice["const"] != value]
    if choices:
        return [[choice] for choice in choices]
    if isinstance(value, bool):
        return [[not value]]
    if isinstance(value, int | float):
        # A limit is heard from one side only.
        lower = [value - step for step in (1, 10, 0.5)]
        return [[value + step for step in (1, -1, 10, 0.5, -0.5)], [value * 2, value / 2, int(value / 2)], lower]
    if isinstance(value, list):
        items = field.get("items", {})
        replaced = [[new] for item in value[:1] for ways in others(item, items) for new in ways]
        return [[value[:-1], value[1:]], [new + value[1:] for new in replaced]]
    if isinstance(value, dict):
        return [[{**value, "more": {}}]]
    if isinstance(value, str):
        ways = [
            f"{value}x",
            f"x{value}",
            f"{value}1",
            f"1{value}",
            value[:-1] + "2",
            value[:-1] + "9",
            *OTHERS.get(value, ()),
        ]
        return [OTHERS.get(value, ways)]
    return []


OTHERS = {
    "15 2 * * *": ["15 3 * * *"],
    "0 6 * * 1-5": ["0 7 * * 1-5"],
    "0 20 * * 1-5": ["0 21 * * 1-5"],
    "203.0.113.0/24": ["198.51.100.0/24"],
    "10.20.0.0/16": ["10.30.0.0/16"],
    "otel.observability:4317": ["otel.tracing:4317"],
    "https://git.acme.example/fleet": ["https://git.acme.example/other"],
    "https://main.acme.example": ["https://other.acme.example"],
    "Europe/Berlin": ["Europe/Paris"],
    "01:00": ["02:00"],
    "05:00": ["06:00"],
    "~> 6.69": ["~> 5.99"],
    "#112233": ["#445566"],
    "gold": ["enterprise_plus"],
    "enterprise_plus": ["gold"],
    "production.yaml": ["other.yaml"],
    "tenants/*.yaml": ["elsewhere/*.yaml"],
    "EU": ["US"],
    "https://acme.example/x": ["https://acme.example/y"],
    "cks-1234567890abcdef0": ["cks-abcdef01234567890"],
    "0 2 * * *": ["0 3 * * *"],
    "US": ["IN"],
    "169.254.20.10/32": ["169.254.20.11/32"],
    "eu-west-1": ["eu-west-3"],
    "secret/oidc/client": ["secret/other/client"],
    "https://fl.acme.example": ["https://fl.other.example"],
    "store/records/host": ["store/records/port"],
    "secret/login/password": ["secret/other/password"],
    "https://oidc.example/one": ["https://oidc.example/two"],
    "https://a.vault.example": ["https://b.vault.example"],
    "https://vault.example": ["https://other.vault.example"],
    "111122223333": ["444455556666"],
    SEALED: ["AgC" + "A" * 700],
    CLIENT: ["11111111-0000-4000-8000-000000000000"],
    "projects/a/keyRings/b": ["projects/a/keyRings/c"],
    "https://id.acme.example": ["https://id.other.example"],
    "https://acme.example": ["https://other.example"],
    "DE": ["FR"],
}
"""What to write in place of texts that have a form."""


def quiet_leaves(name, documents, evaluate, only=None):
    """Find leaves of a schema whose change is not seen.

    Args:
        name: the schema.
        documents: valid documents of it, which together have every leaf.
        evaluate: what comes of a document; None for an invalid one.
        only: the leaves to look at.

    Returns:
        The leaves whose change is seen in none of the documents, or of whose enumeration a value is not; and the leaves
        that no document has.
    """
    vocabulary = load(name)
    base = {name: evaluate(value) for name, value in documents.items()}
    assert None not in base.values()
    quiet, unused = {}, set()
    for path, field in leaves(vocabulary, vocabulary):
        name = ".".join(path)
        asked = name not in SKIPPED if only is None else name in only
        if not asked or "const" in field or len(field.get("oneOf", (1, 2))) == 1:
            continue  # not asked for, or the only value that there is
        seen, heard = set(), set()
        for where, whole in documents.items():
            for place in places(whole, path):
                value = at(whole, place)
                for number, ways in enumerate(others(value, field)):
                    key = ways[0] if "oneOf" in field else number
                    for new in ways:
                        result = evaluate(changed(whole, place, new))
                        if result is None or new == value:
                            continue
                        seen.add(key)
                        if result != base[where]:
                            heard.add(key)
                        break
        if not seen:
            unused.add(name)
        elif ("oneOf" in field and seen - heard) or not heard:
            quiet[name] = seen - heard
    return quiet, unused


def test_every_leaf_of_a_tenant_changes_what_is_built_or_found(root):
    """Every value of an enumeration, too; and an echo is at least heard."""
    session = Session(workspace(root, CONFIG), cache="", judging=JUDGING)
    quiet, unused = quiet_leaves("resolved", BASES, lambda tenant: outcome(session, tenant))
    assert unused == {"spec.extensions"}
    assert set(quiet) == {name for name in ECHOES if not name.startswith("cluster.")}
    assert quiet_leaves("resolved", BASES, lambda tenant: outcome(session, tenant, whole), quiet)[0] == {}


def test_every_leaf_of_the_workspace_changes_what_is_built_or_found(root):
    """For tenants, and for what belongs to the fleet."""
    quiet, unused = quiet_leaves("workspace", {"": CONFIG}, lambda config: outcome_of_fleet(root, config))
    assert unused == {"defaults"}
    assert set(quiet) == {name for name in ECHOES if name.startswith("cluster.")}
    silent, _ = quiet_leaves("workspace", {"": CONFIG}, lambda config: outcome_of_fleet(root, config, whole), quiet)
    assert silent == {}
