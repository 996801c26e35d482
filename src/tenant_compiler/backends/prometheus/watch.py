"""Alerts on what must happen again and again: scans for weaknesses, backups. A plan to ``security.rules.yaml``.

Somebody else scans and makes backups; here it is only noticed that nobody has. So the alerts read series that the
operator's jobs report (`tenant_compiler.model.metrics`), and a series that is missing is a scan that is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.prometheus.lower import rule_id, templated
from tenant_compiler.emit.escape import promql_string
from tenant_compiler.model import metrics
from tenant_compiler.model.artifact import Artifact, ArtifactObject
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.schedule import longest_gap_hours

if TYPE_CHECKING:
    from tenant_compiler.model.plan import Lineage, Plan

RULES: Final = "security.rules.yaml"
CASES: Final = "security.tests.yaml"

_WAIT: Final = "1h"
"""Longer than a restart of whatever reports the series."""
_HOURS: Final = 2
"""From the start of a test to its end: one until the condition holds, one to wait."""
_OWNER: Final = ("spec", "owner")
_SECONDS: Final = {"hour": 3600, "day": 86400}


class Watch(NamedTuple):
    """Something that must have happened recently."""

    alert: str
    what: str
    """For people: "vulnerability scan"."""
    metric: str
    number: int
    """How long ago the last success may be, in the unit below."""
    unit: str
    """A key of `_SECONDS`."""
    why: str
    """For people: what that time comes from."""
    made_from: Lineage


def watches(plan: Plan) -> list[Watch]:
    """List what is watched for a tenant; nothing for one that promises neither scans nor backups."""
    found = []
    if plan.scanning is not None:
        days = plan.scanning.interval_days
        why = f"The tenant is scanned every {_amount(days, 'day')}."
        made_from = plan.scanning.made_from
        found.append(
            Watch("VulnerabilityScanStale", "vulnerability scan", metrics.LAST_SCAN, days, "day", why, made_from)
        )
    # Without a store there is nothing that could be backed up, and the alert would never end.
    if plan.backup is not None and (plan.sql or plan.objects):
        gap = longest_gap_hours(plan.backup.schedule)
        why = f"The schedule makes one at least every {_amount(gap, 'hour')}, and a day later is too late."
        pointer = ("spec", "backup", "schedule")
        found.append(Watch("BackupStale", "backup", metrics.LAST_BACKUP, gap + 24, "hour", why, (pointer,)))
    return found


def watch(plan: Plan) -> tuple[Artifact, ...]:
    """Make the file of rules and the file of their unit tests; nothing where there is nothing to watch."""
    watched = watches(plan)
    return (_rules(plan, watched), _tests(plan, watched)) if watched else ()


def _rules(plan: Plan, watched: list[Watch]) -> Artifact:
    literal = templated(plan)
    name = f"{plan.name}:security"
    rules = [_rule(literal, each) for each in watched]
    objects = tuple(
        ArtifactObject(rule_id(name, rule), rule, (*each.made_from, _OWNER))
        for each, rule in zip(watched, rules, strict=True)
    )
    return Artifact(RULES, "yaml", [{"groups": [{"name": name, "interval": "5m", "rules": rules}]}], objects)


def _tests(plan: Plan, watched: list[Watch]) -> Artifact:
    tests: list[dict[str, Any]] = []
    objects: list[ArtifactObject] = []
    for each in watched:
        for case in _cases(plan, each):
            tests.append(case)
            objects.append(ArtifactObject(case["name"], case, each.made_from))
    content = {"rule_files": [RULES], "evaluation_interval": "1h", "tests": tests}
    return Artifact(CASES, "yaml", [content], tuple(objects))


def _rule(plan: Plan, watch: Watch) -> dict[str, Any]:
    series = f"{watch.metric}{{namespace={promql_string(plan.name)}}}"
    # Of several series the oldest counts: one store without a backup is not made good by another one's.
    return {
        "alert": watch.alert,
        "expr": f"time() - min by (namespace) ({series}) > {watch.number} * {_SECONDS[watch.unit]} or absent({series})",
        "for": _WAIT,
        "labels": _labels(plan),
        "annotations": _texts(plan, watch),
    }


def _labels(plan: Plan) -> dict[str, str]:
    return {
        "tenant": plan.tenant,
        "environment": plan.environment,
        "tier": plan.tier,
        "severity": "ticket",
        "team": plan.owner.team,
    }


def _texts(plan: Plan, watch: Watch) -> dict[str, str]:
    texts = {
        "summary": (
            f"{plan.display_name}, {plan.environment}: no {watch.what} has succeeded in the last"
            f" {_amount(watch.number, watch.unit)}"
        ),
        "description": f"{watch.why} Or nobody reports it: {watch.metric} says when the last one succeeded.",
    }
    if plan.owner.on_call:
        texts["runbook_url"] = plan.owner.on_call
    return texts


def _amount(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _cases(plan: Plan, watch: Watch) -> list[dict[str, Any]]:
    """One series is too old and another is not; all are just recent enough; there is none.

    The clock of promtool starts in 1970, so that the last success lies before that: a year passes in no time.
    """
    limit = watch.number * _SECONDS[watch.unit]
    old, recent = _series(plan, watch, "old", -limit), _series(plan, watch, "recent", _HOURS * 3600 - limit)
    fired = {
        "exp_labels": {"namespace": plan.name, **_labels(plan)},
        "exp_annotations": _texts(plan, watch),
    }
    return [
        _case(watch, "one is too old", [old, recent], [fired]),
        _case(watch, "all are recent", [recent], []),
        _case(watch, "nobody reports any", [], [fired]),
    ]


def _series(plan: Plan, watch: Watch, job: str, value: int) -> dict[str, str]:
    own = f'namespace={promql_string(plan.name)},job="{job}"'
    return {"series": f"{watch.metric}{{{own}}}", "values": f"{value}+0x{_HOURS}"}


def _case(watch: Watch, name: str, series: list[dict[str, str]], alerts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": f"{watch.what}: {name}",
        "interval": "1h",
        "input_series": series,
        "alert_rule_test": [{"eval_time": f"{_HOURS}h", "alertname": watch.alert, "exp_alerts": alerts}],
    }
