"""The built-in target Prometheus, registered as any plug-in's is."""

from __future__ import annotations

from tenant_compiler.backends.prometheus.backend import PrometheusBackend
from tenant_compiler.backends.prometheus.lints import PACK
from tenant_compiler.model.backend import API_VERSION, Backend, RulePack

TENANT_COMPILER_API = API_VERSION


def tenant_compiler_backends() -> list[Backend]:
    """Give the back-end."""
    return [PrometheusBackend()]


def tenant_compiler_rule_packs() -> list[RulePack]:
    """Give the lints of its artifacts."""
    return [PACK]
