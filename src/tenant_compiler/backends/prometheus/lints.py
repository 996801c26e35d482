"""Rules about rules: what Prometheus accepts and an operator regrets. They judge whatever made the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.backend import ArtifactRule, RulePack
from tenant_compiler.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.model.artifact import Artifact, ArtifactObject
    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan

_VALUE: Final = re.compile(r"\{\{[^}]*(\$value\b|\.Value\b)")
# A range, or a recorded series that is named after one: `[5m]`, `ratio_rate5m`.
_RANGE: Final = re.compile(r"\[(\d+)(ms|[smhdwy])[\]:]|_(?:rate|ratio|increase)(\d+)([smhdwy])\b", re.ASCII)
_DURATION: Final = re.compile(r"(\d+)(ms|[smhdwy])", re.ASCII)
_SECONDS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}


def _rules(artifacts: Sequence[Artifact]) -> Iterator[ArtifactObject]:
    for artifact in artifacts:
        for item in artifact.objects:
            if "expr" in item.value:
                yield item


def _seconds(duration: str) -> float:
    return sum(int(count) * _SECONDS[unit] for count, unit in _DURATION.findall(duration))


def _value_in_labels(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """TC544: each new value would be a new alert."""
    del plan, context
    for item in _rules(artifacts):
        for label, value in item.value.get("labels", {}).items():
            if _VALUE.search(value):
                yield _finding(
                    item,
                    "TC544",
                    f"the label {label} holds the alert's value, so each new value is a new alert",
                    "write the value in an annotation",
                )


def _late(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """TC545: an alert that waits longer than its shortest window looks back."""
    del plan, context
    for item in _rules(artifacts):
        wait = item.value.get("for")
        if wait is None:
            continue
        found = _RANGE.findall(item.value["expr"])
        ranges = [int(count or named) * _SECONDS[unit or other] for count, unit, named, other in found]
        if ranges and _seconds(wait) > min(ranges):
            yield _finding(
                item,
                "TC545",
                f"the alert waits {wait}, longer than its shortest window looks back",
                "shorten `for`, or lengthen the window: a burst that has left the window ends the waiting",
            )


def _twice(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """TC546: two rules that write the same series, or two alerts that nobody can tell apart."""
    del plan, context
    seen: dict[tuple[Any, ...], str] = {}
    for item in _rules(artifacts):
        rule = item.value
        what = rule.get("record") or rule.get("alert")
        first = seen.setdefault(("record" in rule, what, *sorted(rule.get("labels", {}).items())), item.id)
        if first is not item.id:
            yield _finding(
                item,
                "TC546",
                f"{what} is defined twice with the same labels",
                "give one of the two its own label",
                first,
            )


def _finding(item: ArtifactObject, code: str, message: str, advice: str, first: str = "") -> Diagnostic:
    notes = (f"first defined in {first}",) if first else ()
    return Diagnostic(
        code,
        message,
        severity="warning",
        pointer=item.made_from[0],
        help=advice,
        notes=notes,
        target="prometheus",
        object=item.id,
    )


_TARGETS: Final = ("prometheus",)

PACK: Final = RulePack(
    "prometheus",
    "recording and alerting rules",
    (
        ArtifactRule("TC544", "an alert's value in a label", "warning", _TARGETS, _value_in_labels),
        ArtifactRule("TC545", "`for` longer than the shortest window", "warning", _TARGETS, _late),
        ArtifactRule("TC546", "a rule defined twice", "warning", _TARGETS, _twice),
    ),
)
