"""What rules read: a tenant, its sites and what was emitted for it, in integers.

Engines differ in how they compute with fractions, and Rego orders every text above every number. So amounts are
projected into the smallest unit that a target knows, *unlimited* becomes an object, and days since a date are counted
here instead of in a rule.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.policy import Applied, Demand
    from tenant_compiler.model.result import EnvironmentResult

UNLIMITED: Final[Mapping[str, bool]] = {"unlimited": True}
"""What the text ``unlimited`` becomes: an object compares above no number."""

RENAMED: Final[Mapping[str, tuple[str, int]]] = {
    "cpu_cores": ("cpu_millicores", 1000),
    "memory_gb": ("memory_mib", 1024),
    "storage_gb": ("storage_mib", 1024),
    "ephemeral_storage_gb": ("ephemeral_storage_mib", 1024),
    "network_bandwidth_mbps": ("network_bandwidth_kbps", 1000),
    "objective_percent": ("objective_ppm", 10_000),
    "success_rate_percent": ("success_rate_ppm", 10_000),
}
"""Fields that may be fractions: their name in the projection, and what a unit is multiplied by."""

AMOUNTS: Final[tuple[tuple[str, ...], ...]] = (
    ("quotas",),
    ("services", "*", "resources", "*"),
    ("services", "*", "rollout"),
    ("ai",),
    ("ai", "custom_models", "*"),
    ("monitoring", "slos", "*"),
)
"""Sections, below ``spec``, whose fields are renamed. A size in whole GiB elsewhere keeps its name."""

DATES: Final[Mapping[str, tuple[str, int]]] = {
    "date": ("age_days", -1),
    "signed": ("signed_age_days", -1),
    "expires": ("expires_in_days", 1),
}
"""Dates of records: the name of the days beside them, and their sign."""

DATED: Final[tuple[tuple[str, ...], ...]] = (
    ("compliance", "attestations", "*"),
    ("compliance", "agreements", "*"),
    ("compliance", "impact_assessment"),
)
"""Sections, below ``spec``, that hold dates."""


def project(
    result: EnvironmentResult, parameters: Mapping[str, Demand], judged_on: date, applied: Sequence[Applied] = ()
) -> dict[str, Any]:
    """Make the ``input`` of all rules. Shares what it does not change with its arguments.

    Args:
        result: a tenant in one environment, lowered.
        parameters: by name.
        judged_on: the day from which ages are counted.
        applied: the frameworks that the tenant is judged by.
    """
    resolved, plan = result.resolved, result.plan
    assert resolved is not None
    assert plan is not None
    return {
        "tenant": {"metadata": resolved.metadata, "spec": project_spec(resolved.spec, judged_on)},
        "environment": resolved.environment,
        "sites": [
            {
                "region": site.region,
                "cloud": site.cloud,
                "role": site.role,
                "zones": site.zones,
                "jurisdiction": site.jurisdiction,
                # What the site's files are named after.
                "cluster": site.cluster or site.region,
            }
            for site in plan.sites
        ],
        # Regions that backups, the audit trail and logs are sent to: a cluster profile may say where one stands.
        "elsewhere": [{"region": other.region, "jurisdiction": other.jurisdiction} for other in plan.other_regions],
        "parameters": {name: demand.value for name, demand in parameters.items()},
        "frameworks": {each.name: {"level": each.level, "role": each.role} for each in applied},
        "artifacts": project_artifacts(result.artifacts),
    }


def project_spec(spec: Mapping[str, Any], judged_on: date) -> dict[str, Any]:
    """Project the settings of a tenant."""
    result: dict[str, Any] = dict(spec)
    for path in AMOUNTS:
        _change(result, path, _amounts)
    if "compliance" in spec:
        for path in DATED:
            _change(result, path, lambda record: _dated(record, judged_on))
    if spec.get("extensions"):
        result["extensions"] = _without_fractions(spec["extensions"])
    return result


def project_artifacts(artifacts: Mapping[str, tuple[Artifact, ...]]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Sort emitted objects by what they are, whichever back-end made them.

    Returns:
        ``{"kubernetes": {"Role": [{"ref", "file", "value"}]}, "terraform": {"aws_kms_key": [{"ref", "file", "name",
        "value"}]}, "prometheus": {"alert": [{"ref", "file", "name", "value"}]}}``. Of an object that is none of these,
        nobody but its own back-end knows what it means; it is left out.
    """
    kubernetes: dict[str, list[dict[str, Any]]] = {}
    terraform: dict[str, list[dict[str, Any]]] = {}
    alerts: list[dict[str, Any]] = []
    for target, made in artifacts.items():
        for artifact in made:
            file = f"{target}/{artifact.path}"
            roots = artifact.path.endswith(".tf.json")
            for item in artifact.objects:
                value: Any = item.value
                record: dict[str, Any] = {"ref": f"{file}#{item.id}", "file": file}
                if roots:
                    kind, _, name = item.id.partition(".")
                    terraform.setdefault(kind, []).append({**record, "name": name, "value": value})
                elif "apiVersion" in value and isinstance(value.get("kind"), str):
                    kubernetes.setdefault(value["kind"], []).append({**record, "value": value})
                elif isinstance(value.get("alert"), str):
                    alerts.append({**record, "name": value["alert"], "value": value})
    return {"kubernetes": kubernetes, "terraform": terraform, "prometheus": {"alert": alerts} if alerts else {}}


def _change(root: dict[str, Any], path: tuple[str, ...], change: Callable[[Any], Any]) -> None:
    """Replace what stands at a path (``*``: every entry), with copies of the maps on the way."""
    key, below = path[0], path[1:]
    for name in list(root) if key == "*" else (key,):
        value = root.get(name)
        if not isinstance(value, dict):
            continue
        if below:
            value = dict(value)
            _change(value, below, change)
        else:
            value = change(value)
        root[name] = value


def _amounts(section: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in section.items():
        if key in RENAMED:
            name, factor = RENAMED[key]
            result[name] = UNLIMITED if isinstance(value, str) else round(value * factor)
        else:
            result[key] = UNLIMITED if value == "unlimited" else value
    return result


def _dated(record: Mapping[str, Any], judged_on: date) -> dict[str, Any]:
    result = dict(record)
    for key, (name, sign) in DATES.items():
        if key in record:
            result[name] = sign * (date.fromisoformat(record[key]) - judged_on).days
    return result


def _without_fractions(value: Any) -> Any:
    """Sections of plug-ins have units that nobody here knows: a fraction becomes its text."""
    if isinstance(value, dict):
        return {key: _without_fractions(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_fractions(item) for item in value]
    return repr(value) if isinstance(value, float) else value
