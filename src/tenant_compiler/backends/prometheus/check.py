"""Checks rules against what Prometheus 2.42 accepts; `promtool` itself is asked in tests only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.prometheus.burn import burn
from tenant_compiler.backends.promql import examine
from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.metrics import measurable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.model.artifact import Artifact, ArtifactObject
    from tenant_compiler.model.plan import Plan

_METRIC: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*", re.ASCII)
_LABEL: Final = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
# Prometheus wants each unit once, the longest first.
_DURATION: Final = re.compile(r"(?=.)(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?|0", re.ASCII)

_GROUP_KEYS: Final = frozenset({"name", "interval", "limit", "rules"})
_RECORDING_KEYS: Final = frozenset({"record", "expr", "labels"})
_ALERT_KEYS: Final = frozenset({"alert", "expr", "for", "keep_firing_for", "labels", "annotations"})


def check(artifacts: Sequence[Artifact], plan: Plan) -> Iterator[Diagnostic]:
    """Find what Prometheus would refuse, and what it would not refuse but must not be."""
    for artifact in artifacts:
        for document in artifact.content:
            yield from _groups(document.get("groups", ()), artifact.path)
        for item in artifact.objects:
            if "expr" in item.value:
                yield from _rule(item, plan)
    yield from _reachable(plan)


def _groups(groups: Sequence[dict[str, Any]], path: str) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for group in groups:
        name = group["name"]
        if name in seen:
            yield _finding("TC542", f"two groups of {path} are called {name}", name)
        seen.add(name)
        for key in group.keys() - _GROUP_KEYS:
            yield _finding("TC542", f"a rule group has the key {key}, which Prometheus 2.42 does not know", name)
        if "interval" in group and not _DURATION.fullmatch(group["interval"]):
            yield _finding("TC542", f"the interval {group['interval']} is no duration", name)


def _rule(item: ArtifactObject, plan: Plan) -> Iterator[Diagnostic]:
    rule = item.value
    found = examine(rule["expr"], plan.name, plan.tenant)
    if found.error:
        yield _of(item, "TC540", f"the expression does not parse: {found.error}", f"expression: {rule['expr']}")
    for selector in found.foreign:
        yield _of(
            item,
            "TC541",
            f"the selector {selector} also reads series of other tenants",
            help=f'write `namespace="{plan.name}"` between its braces',
        )
    for problem in _malformed(rule):
        yield _of(item, "TC542", problem)


def _malformed(rule: dict[str, Any]) -> Iterator[str]:
    """Say what in a rule's names, labels and durations Prometheus would refuse."""
    alert = "alert" in rule
    if alert == ("record" in rule):
        yield "a rule has either `record` or `alert`"
        return
    for key in rule.keys() - (_ALERT_KEYS if alert else _RECORDING_KEYS):
        yield f"a rule has the key {key}, which Prometheus 2.42 does not know here"
    if not alert and not _METRIC.fullmatch(rule["record"]):
        yield f"{rule['record']} is no name of a series"
    for section in ("labels", "annotations"):
        for name in rule.get(section, ()):
            if not _LABEL.fullmatch(name):
                yield f"{name} is no name of a label"
    for key in ("for", "keep_firing_for"):
        if key in rule and not _DURATION.fullmatch(rule[key]):
            yield f"`{key}` is {rule[key]}, which is no duration"


def _reachable(plan: Plan) -> Iterator[Diagnostic]:
    """Find objectives so low that not even a full outage pages anybody."""
    for objective, _ in measurable(plan):
        numbers = burn(objective.objective, objective.window_days)
        if any(threshold.window.severity == "page" for threshold in numbers.thresholds):
            continue
        rest = "a ticket at most" if numbers.thresholds else "no alert at all"
        goal = f"{objective.objective}% over {objective.window_days} days"
        yield Diagnostic(
            "TC543",
            f"the objective {objective.name} can never page: a full outage gives {rest}",
            severity="warning",
            pointer=(*objective.made_from[0], "objective_percent"),
            help="raise `objective_percent`, or shorten `window_days`",
            notes=(
                f"{goal}: a full outage burns the budget {numbers.fastest} times as fast as allowed, pages need more",
            ),
            target="prometheus",
            object=objective.name,
        )


def _of(item: ArtifactObject, code: str, message: str, *notes: str, help: str = "") -> Diagnostic:  # noqa: A002 - the field's name
    return Diagnostic(
        code, message, pointer=item.made_from[0], help=help, notes=notes, target="prometheus", object=item.id
    )


def _finding(code: str, message: str, group: str) -> Diagnostic:
    return Diagnostic(code, message, pointer=("spec", "monitoring", "slos"), target="prometheus", object=group)
