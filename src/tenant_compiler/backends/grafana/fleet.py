"""The board of a cluster: all tenants that run there, side by side.

The tenants' namespaces stand in one constant variable, so that the file grows with the number of tenants once and not
once a query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.grafana.overview import BOARD, uid
from tenant_compiler.backends.grafana.panels import (
    SHARE_LEFT,
    Head,
    Item,
    Section,
    Text,
    arrange,
    board,
    query,
    stat,
    table,
)
from tenant_compiler.emit.escape import promql_regex
from tenant_compiler.model import metrics
from tenant_compiler.model.artifact import Artifact, ArtifactObject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenant_compiler.model.backend import Context, Fact

_OWN: Final = 'namespace=~"$tenants"'
_LINEAGE: Final = (("metadata", "name"),)


def _quota_use(resource: str) -> str:
    used = f'kube_resourcequota{{{_OWN},type="used",resource="{resource}"}}'
    hard = f'kube_resourcequota{{{_OWN},type="hard",resource="{resource}"}}'
    return f"max by (namespace) ({used} / ignoring (type) ({hard} > 0))"


_COLUMNS: Final = {
    "Availability, 1 day": f"1 - max by (namespace) ({metrics.error_ratio('1d')}{{{_OWN}}})",
    "Error budget left": f"min by (namespace) ({metrics.BUDGET_LEFT}{{{_OWN}}})",
    "CPU quota used": _quota_use("requests.cpu"),
    "Memory quota used": _quota_use("requests.memory"),
    "Storage quota used": _quota_use("requests.storage"),
}
"""Expressions by column: shares of 1, the worst of a tenant's objectives."""


def _tenants(names: Sequence[str]) -> dict[str, Any]:
    """Make the hidden variable with the namespaces. They are DNS labels, so Grafana's own escaping changes nothing."""
    value = "|".join(map(promql_regex, names))
    return {
        "type": "constant",
        "name": "tenants",
        "label": "Tenants",
        "query": value,
        "current": {"selected": True, "text": value, "value": value},
        "hide": 2,
        "skipUrlSync": True,
    }


def _panels() -> list[Section]:
    refs = dict(zip("ABCDE", _COLUMNS.items(), strict=True))
    queries = [query(text, instant=True, ref=ref) for ref, (_, text) in refs.items()]
    columns = {"namespace": "Tenant and environment", **{f"Value #{ref}": title for ref, (title, _) in refs.items()}}
    missed = f"count(min by (namespace) ({metrics.BUDGET_LEFT}{{{_OWN}}}) < 0) or vector(0)"
    worst = f"min({metrics.BUDGET_LEFT}{{{_OWN}}})"
    numbers = [
        stat(
            Text(
                "Tenants that miss an objective", "Tenants and environments with an error budget below zero.", "short"
            ),
            [query(missed, "tenants")],
            {"mode": "absolute", "steps": [{"color": "green", "value": 0}, {"color": "red", "value": 1}]},
        ),
        stat(
            Text(
                "Smallest error budget left",
                "What is left of the error budget of the objective that is worst off.",
                "percentunit",
            ),
            [query(worst, "left")],
            SHARE_LEFT,
        ),
    ]
    rows = table(
        Text(
            "Tenants",
            "Availability, error budget and use of quotas, the worst objective of each tenant and environment.",
            "percentunit",
        ),
        queries,
        columns,
    )
    return [
        Section("Fleet", [Item(panel, _LINEAGE) for panel in numbers], width=12, height=4),
        Section("Tenants", [Item(rows, _LINEAGE)], width=24, height=16),
    ]


def fleet(facts: Sequence[Fact], context: Context) -> Mapping[str, Sequence[Artifact]]:
    """Make one board a cluster that has tenants, whatever the order of the facts."""
    names: dict[str, set[str]] = {}
    for fact in facts:
        for cluster in fact.clusters:
            names.setdefault(cluster, set()).add(fact.name)
    owner = context.config["workspace"]["name"]
    return {cluster: (_board(owner, cluster, sorted(names[cluster])),) for cluster in sorted(names)}


def _board(owner: str, cluster: str, names: Sequence[str]) -> Artifact:
    parts = _panels()
    head = Head(
        # An underscore is in no tenant's name, so no tenant's board can have this identifier.
        uid(f"{owner}_{cluster}"),
        f"{owner}: tenants of {cluster}",
        f"All tenants of the fleet {owner} that run on the cluster {cluster}.",
        ["tenant-compiler", f"cluster:{cluster}"],
        variables=[_tenants(names)],
    )
    content = board(head, arrange(parts))
    objects = [ArtifactObject(BOARD, content, _LINEAGE)]
    objects += [
        ArtifactObject(item.panel["title"], item.panel, item.made_from) for part in parts for item in part.items
    ]
    return Artifact("fleet.json", "json", content, tuple(objects))
