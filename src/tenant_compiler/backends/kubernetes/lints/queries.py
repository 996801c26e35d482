"""Rules for what controllers ask Prometheus: it must parse, and read the tenant's own series."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.kubernetes.lints.found import mappings, within
from tenant_compiler.backends.promql import examine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenant_compiler.backends.kubernetes.lints.found import Found
    from tenant_compiler.backends.kubernetes.lints.group import Group
    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.plan import Plan

_ARGUMENT: Final = re.compile(r"\{\{\s*args\.([^}\s]*)\s*\}\}")


def judge(groups: Iterable[Group], plan: Plan, found: Found) -> None:
    """TC571: a query that does not parse, or that may read another tenant's series."""
    for group in groups:
        for item in (*group.of("AnalysisTemplate").values(), *group.of("ScaledObject").values()):
            for query in _queries(item):
                error, foreign = examine(query, plan.name, plan.tenant)
                if error:
                    found.add("TC571", item, f"it asks what is no PromQL: {error}", "correct the query")
                for selector in foreign:
                    found.add(
                        "TC571",
                        item,
                        f"it asks for {selector}, which may be another tenant's",
                        f'match the namespace: `namespace="{plan.name}"`',
                    )


def _queries(item: ArtifactObject) -> Iterator[str]:
    """Give the queries of an object, with the arguments whose values it says itself."""
    spec = within(item.value, "spec")
    said = {str(each.get("name")): each.get("value") for each in mappings(spec.get("args"))}

    def filled(match: re.Match[str]) -> str:
        value = said.get(match.group(1))
        return value if isinstance(value, str) else match.group(1)

    for asked in (*_of_analysis(spec), *_of_scaling(spec)):
        if isinstance(asked, str):
            yield _ARGUMENT.sub(filled, asked)


def _of_analysis(spec: dict[str, Any]) -> Iterator[Any]:
    for metric in mappings(spec.get("metrics")):
        yield within(metric, "provider", "prometheus").get("query")


def _of_scaling(spec: dict[str, Any]) -> Iterator[Any]:
    for trigger in mappings(spec.get("triggers")):
        if trigger.get("type") == "prometheus":
            yield within(trigger, "metadata").get("query")
