"""Rules about boards: those of Grafana's dashboard-linter that fit generated boards, and whose data a query shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.promql import examine
from tenant_compiler.model.backend import ArtifactRule, RulePack
from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan
    from tenant_compiler.model.pointer import Pointer

_INTERVALS: Final = re.compile(r"\$(?:__\w+|\{__\w+\})")
_VARIABLE: Final = re.compile(r"\$(?:\w+|\{[^}]*\})|\[\[\w+\]\]")
_RANGES: Final = re.compile(r"\[\$(?:__rate_interval|__range|\{__rate_interval\}|\{__range\})\]")
_FIXED_RANGE: Final = re.compile(r"\b(rate|irate|increase)\s*\([^\[\]()]*\[")


class _Panel(NamedTuple):
    value: dict[str, Any]
    id: str
    pointer: Pointer


def _boards(artifacts: Sequence[Artifact]) -> Iterator[Artifact]:
    return (item for item in artifacts if isinstance(item.content, dict) and "panels" in item.content)


def _panels(artifact: Artifact) -> Iterator[_Panel]:
    """Walk a board's panels, also those folded into a row; rows themselves are left out."""
    known = {id(item.value): item for item in artifact.objects}
    panels = artifact.content["panels"]
    folded = [value for row in panels for value in row.get("panels", ())]
    for value in [value for value in panels if value.get("type") != "row"] + folded:
        item = known.get(id(value))
        name = item.id if item else str(value.get("title", value.get("id")))
        yield _Panel(value, name, item.made_from[0] if item else ("metadata", "name"))


def _queries(panel: _Panel) -> Iterator[str]:
    """Give a panel's PromQL; other data sources have languages of their own."""
    for target in panel.value.get("targets", ()):
        source = target.get("datasource") or panel.value.get("datasource")
        kind = source.get("type") if isinstance(source, dict) else None
        if "expr" in target and kind in {None, "prometheus"}:
            yield target["expr"]


def _finding(panel: _Panel, code: str, message: str, advice: str, severity: Any = "warning") -> Diagnostic:
    return Diagnostic(
        code, message, severity=severity, pointer=panel.pointer, help=advice, target="grafana", object=panel.id
    )


def _unexplained(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """TC551: a panel that says not enough."""
    del plan, context
    for artifact in _boards(artifacts):
        for panel in _panels(artifact):
            value = panel.value
            said = {
                "title": value.get("title"),
                "description": value.get("description"),
                "unit": value.get("fieldConfig", {}).get("defaults", {}).get("unit"),
            }
            missing = [key for key, text in said.items() if not text]
            if missing:
                message = f"panel {value.get('id')} has no {' and no '.join(missing)}"
                yield _finding(
                    panel, "TC551", message, "say what the numbers are, in which unit, and what to make of them"
                )


def _overlapping(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """TC552: two panels in one place; only those that still reach below a panel's top can touch it."""
    del plan, context
    for artifact in _boards(artifacts):
        open_panels: list[dict[str, Any]] = []
        placed = [panel for panel in artifact.content["panels"] if "gridPos" in panel]
        for panel in sorted(placed, key=lambda one: (one["gridPos"]["y"], one["gridPos"]["x"])):
            place = panel["gridPos"]
            open_panels = [one for one in open_panels if one["gridPos"]["y"] + one["gridPos"]["h"] > place["y"]]
            for other in open_panels:
                left, right = sorted((place, other["gridPos"]), key=lambda one: one["x"])
                if left["x"] + left["w"] > right["x"]:
                    yield Diagnostic(
                        "TC552",
                        f"the panels {other.get('title')} and {panel.get('title')} lie on each other",
                        severity="warning",
                        pointer=("metadata", "name"),
                        help="move one of them by its `gridPos`",
                        target="grafana",
                        object=str(panel.get("title", "")),
                    )
            open_panels.append(panel)


def _filled(expression: str) -> str:
    """Put something in the place of variables."""
    text = expression.replace("$__rate_interval", "5m")
    return _VARIABLE.sub("x", _INTERVALS.sub("5m", text)) if "$" in text or "[[" in text else text


def _foreign(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """TC553: a query that is none, or that shows other tenants' data."""
    del context
    for artifact in _boards(artifacts):
        for panel in _panels(artifact):
            for expression in _queries(panel):
                found = examine(_filled(expression), plan.name, plan.tenant)
                if found.error:
                    message = f"a query does not parse: {found.error}"
                    yield _finding(panel, "TC553", message, f"mend `{expression}`", "error")
                for selector in found.foreign:
                    message = f"the selector {selector} also reads series of other tenants"
                    advice = f'write `namespace="{plan.name}"` between its braces'
                    yield _finding(panel, "TC553", message, advice, "error")


def _fixed_range(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """TC554: a rate whose range does not follow the zoom."""
    del plan, context
    for artifact in _boards(artifacts):
        for panel in _panels(artifact):
            for expression in _queries(panel):
                found = _FIXED_RANGE.search(_RANGES.sub("", expression))
                if found:
                    message = f"a `{found.group(1)}` has a range of its own"
                    advice = (
                        "write `[$__rate_interval]`: a fixed range shows gaps, or hides peaks, as soon as one zooms"
                    )
                    yield _finding(panel, "TC554", message, advice)


def _same_id(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """TC555: two panels of one number: Grafana drops one of them."""
    del plan, context
    for artifact in _boards(artifacts):
        seen: dict[Any, str] = {}
        for panel in _panels(artifact):
            number = panel.value.get("id")
            if number in seen:
                message = f"{seen[number]} and {panel.id} are both panel {number}"
                yield _finding(panel, "TC555", message, "give each panel of a board its own `id`", "error")
            seen[number] = panel.id


def _fixed_source(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """TC556: a panel that is bound to the data source of one Grafana."""
    del plan, context
    for artifact in _boards(artifacts):
        for panel in _panels(artifact):
            source = panel.value.get("datasource")
            if not isinstance(source, dict) or not str(source.get("uid", "")).startswith("$"):
                message = f"panel {panel.value.get('id')} names no data source that can be chosen"
                yield _finding(panel, "TC556", message, "write `${datasource}` and declare it as a variable")


def _editable(artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """TC557: a board that invites to changes which the next build would undo."""
    del plan, context
    for artifact in _boards(artifacts):
        if artifact.content.get("editable") is not False:
            yield Diagnostic(
                "TC557",
                f"{artifact.path} can be changed in Grafana, where the next build undoes it",
                severity="warning",
                pointer=("metadata", "name"),
                help="write `editable: false`; who wants to try something saves a copy",
                target="grafana",
                object=artifact.path,
            )


_TARGETS: Final = ("grafana",)

PACK: Final = RulePack(
    "grafana",
    "dashboards",
    (
        ArtifactRule("TC551", "a panel without title, description or unit", "warning", _TARGETS, _unexplained),
        ArtifactRule("TC552", "panels that lie on each other", "warning", _TARGETS, _overlapping),
        ArtifactRule("TC553", "a query that is not the tenant's", "error", _TARGETS, _foreign),
        ArtifactRule("TC554", "a rate with a fixed range", "warning", _TARGETS, _fixed_range),
        ArtifactRule("TC555", "two panels of one number", "error", _TARGETS, _same_id),
        ArtifactRule("TC556", "a fixed data source", "warning", _TARGETS, _fixed_source),
        ArtifactRule("TC557", "a board that can be changed", "warning", _TARGETS, _editable),
    ),
)
