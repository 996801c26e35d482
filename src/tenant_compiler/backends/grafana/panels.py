"""The parts of Grafana's classic dashboard model (schema version 42) that our boards use, as plain dicts.

Constant parts are shared between panels and boards: never change one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.emit.escape import grafana
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.model.plan import Lineage

SCHEMA_VERSION: Final = 42
COLUMNS: Final = 24
"""The width of Grafana's grid."""

DATASOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}

_NO_OVERRIDES: Final[list[Any]] = []
_LEGEND: Final = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}
_SERIES_OPTIONS: Final = {"legend": _LEGEND, "tooltip": {"mode": "multi", "sort": "desc"}}
_STAT_OPTIONS: Final = {
    "colorMode": "value",
    "graphMode": "area",
    "justifyMode": "auto",
    "orientation": "auto",
    "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    "textMode": "auto",
}
_TABLE_OPTIONS: Final = {"cellHeight": "sm", "showHeader": True}
_LINES: Final = {"drawStyle": "line", "fillOpacity": 10, "lineWidth": 1, "showPoints": "never"}
_LIMITED_LINES: Final = {**_LINES, "thresholdsStyle": {"mode": "line"}}
_BY_SERIES: Final = {"mode": "palette-classic"}
_BY_THRESHOLD: Final = {"mode": "thresholds"}

# Grafana reads the first step as minus infinity, whatever stands there, and wants the steps in rising order.
_NEVER: Final = {"mode": "absolute", "steps": [{"color": "green", "value": 0}]}
SHARE_LEFT: Final = {
    "mode": "absolute",
    "steps": [{"color": "red", "value": -1}, {"color": "orange", "value": 0}, {"color": "green", "value": 0.25}],
}

_DATASOURCE_VARIABLE: Final = {
    "type": "datasource",
    "name": "datasource",
    "label": "Data source",
    "query": "prometheus",
    "hide": 0,
    "refresh": 1,
    "regex": "",
    "multi": False,
    "includeAll": False,
    "skipUrlSync": False,
}


class Item(NamedTuple):
    """A panel that has no place yet, with the tenant's lines that it was made from."""

    panel: dict[str, Any]
    made_from: Lineage


class Section(NamedTuple):
    """A row of the board with its panels, all of one size."""

    title: str
    items: Sequence[Item]
    width: int = 8
    height: int = 7


def query(expression: str, legend: str = "__auto", *, instant: bool = False, ref: str = "A") -> dict[str, Any]:
    """Make a query; ``instant``: its newest value only, as a table needs it."""
    return {
        "refId": ref,
        "datasource": DATASOURCE,
        "expr": expression,
        "legendFormat": legend,
        "format": "table" if instant else "time_series",
        "instant": instant,
        "range": not instant,
    }


class Text(NamedTuple):
    """What a panel says of itself."""

    title: str
    """Unique on its board."""
    description: str
    unit: str
    """An identifier of Grafana's, or ``suffix:`` with what stands behind the number."""


def series(text: Text, queries: list[dict[str, Any]], limit: float | None = None) -> dict[str, Any]:
    """Make a panel with lines over time, and a line at the limit if there is one, in the panel's unit."""
    steps = _NEVER
    if limit is not None:
        limit = int(limit) if limit == int(limit) else limit
        steps = {"mode": "absolute", "steps": [{"color": "green", "value": 0}, {"color": "red", "value": limit}]}
    defaults = {
        "unit": text.unit,
        "min": 0,
        "color": _BY_SERIES,
        "custom": _LINES if limit is None else _LIMITED_LINES,
        "thresholds": steps,
    }
    return _panel("timeseries", text, defaults, _SERIES_OPTIONS, queries)


def stat(text: Text, queries: list[dict[str, Any]], thresholds: dict[str, Any]) -> dict[str, Any]:
    """Make a panel with one big number."""
    defaults = {"unit": text.unit, "color": _BY_THRESHOLD, "thresholds": thresholds}
    return _panel("stat", text, defaults, _STAT_OPTIONS, queries)


def table(text: Text, queries: list[dict[str, Any]], columns: dict[str, str]) -> dict[str, Any]:
    """Make a table that joins its queries by their labels.

    Args:
        text: with one unit for all numbers.
        queries: instant ones.
        columns: titles by the fields' names, in order.
    """
    panel = _panel("table", text, {"unit": text.unit}, _TABLE_OPTIONS, queries)
    organize = {
        "renameByName": columns,
        "indexByName": {name: index for index, name in enumerate(columns)},
        "excludeByName": {"Time": True},
    }
    panel["transformations"] = [{"id": "merge", "options": {}}, {"id": "organize", "options": organize}]
    return panel


def _panel(
    kind: str, text: Text, defaults: dict[str, Any], options: dict[str, Any], queries: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "id": 0,
        "type": kind,
        "title": text.title,
        "description": text.description,
        "datasource": DATASOURCE,
        "gridPos": {},
        "fieldConfig": {"defaults": defaults, "overrides": _NO_OVERRIDES},
        "options": options,
        "targets": queries,
    }


def arrange(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Give every panel its number and its place, from left to right and top to bottom; empty sections are left out."""
    panels: list[dict[str, Any]] = []
    top = 0
    for section in sections:
        if not section.items:
            continue
        place = {"h": 1, "w": COLUMNS, "x": 0, "y": top}
        row = {"id": len(panels) + 1, "type": "row", "title": section.title, "collapsed": False, "gridPos": place}
        panels.append({**row, "panels": []})
        top += 1
        column = 0
        for panel, _ in section.items:
            if column + section.width > COLUMNS:
                column, top = 0, top + section.height
            panel["id"] = len(panels) + 1
            panel["gridPos"] = {"h": section.height, "w": section.width, "x": column, "y": top}
            panels.append(panel)
            column += section.width
        top += section.height
    return panels


class Head(NamedTuple):
    """What a board says of itself."""

    uid: str
    title: str
    description: str
    tags: list[str]
    links: Sequence[dict[str, Any]] = ()
    variables: Sequence[dict[str, Any]] = ()
    """Beside the data source."""


def board(head: Head, panels: list[dict[str, Any]]) -> dict[str, Any]:
    """Make a dashboard that people look at, and change at its source."""
    return {
        "uid": head.uid,
        "title": grafana(head.title),
        "description": grafana(head.description),
        "tags": head.tags,
        "schemaVersion": SCHEMA_VERSION,
        "editable": False,
        "graphTooltip": 1,
        "timezone": "utc",
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "1m",
        "links": list(head.links),
        "templating": {"list": [_DATASOURCE_VARIABLE, *head.variables]},
        "annotations": {"list": []},
        "panels": panels,
    }


def link(title: str, tooltip: str, url: str) -> dict[str, Any]:
    """Make a link at the top of a board; what Grafana would take for a variable is encoded."""
    return {
        "title": title,
        "type": "link",
        "icon": "external link",
        "tooltip": tooltip,
        "url": url.replace("$", "%24").replace("[[", "%5B%5B"),
        "tags": [],
        "asDropdown": False,
        "targetBlank": True,
        "includeVars": False,
        "keepTime": False,
    }
