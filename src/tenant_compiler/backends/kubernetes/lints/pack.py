"""The rule pack ``kubernetes``."""

from __future__ import annotations

import operator
from functools import partial
from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.lints.walk import judge
from tenant_compiler.model.backend import ArtifactRule, RulePack

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.diagnostic import Diagnostic, Severity
    from tenant_compiler.model.plan import Plan


class _Walk:
    """Shares one walk between the rules, which are asked one after the other for the same artifacts.

    Each rule takes its findings away: asked again, it walks again, so an answer is never older than the question.
    """

    def __init__(self, codes: frozenset[str]) -> None:
        self._codes = codes
        self._waiting: set[str] = set()
        self._artifacts: Sequence[Artifact] = ()
        self._found: dict[str, list[Diagnostic]] = {}

    def findings(self, code: str, artifacts: Sequence[Artifact], plan: Plan | None) -> Iterable[Diagnostic]:
        """Give the findings of one rule."""
        if code not in self._waiting or not _same(artifacts, self._artifacts):
            self._artifacts, self._found, self._waiting = tuple(artifacts), judge(artifacts, plan), set(self._codes)
        self._waiting.discard(code)
        found = self._found.get(code, ())
        if not self._waiting:
            self._artifacts, self._found = (), {}
        return found


def _same(some: Sequence[Artifact], others: Sequence[Artifact]) -> bool:
    """Whether two sequences have the very same artifacts; a tuple is its own copy, so mostly they are one."""
    return some is others or (len(some) == len(others) and all(map(operator.is_, some, others)))


_RULES: Final[tuple[tuple[str, str, Severity], ...]] = (
    ("TC503", "the name of a Kubernetes object is malformed or too long", "error"),
    ("TC504", "a Kubernetes label is malformed", "error"),
    ("TC505", "a Kubernetes quantity is malformed", "error"),
    ("TC506", "a selector does not match its own pods", "error"),
    ("TC507", "a Kubernetes object refers to one that is not there", "error"),
    ("TC508", "the bounds of a LimitRange contradict each other", "error"),
    ("TC509", "a disruption budget blocks every drain or protects nothing", "error"),
    ("TC511", "the services do not fit into the quota", "error"),
    ("TC512", "a list has two entries with one key", "error"),
    ("TC513", "a Kubernetes object has a null or a status", "error"),
    ("TC514", "a role grants too much", "error"),
    ("TC515", "an autoscaler's minimum is above its maximum", "error"),
    ("TC516", "replicas are set beside an autoscaler", "error"),
    ("TC572", "an object holds a secret", "error"),
    ("TC517", "a network policy opens to every namespace", "error"),
    ("TC568", "two autoscalers move the replicas of one object", "error"),
    ("TC569", "two objects take each other's pods", "error"),
    ("TC570", "sizes of pods are changed by what an autoscaler of their number measures", "error"),
    ("TC571", "a controller asks for other tenants' series", "error"),
    ("TC584", "a Kubernetes object is too large", "error"),
    ("TC585", "a selector chooses no pods", "error"),
    ("TC586", "an object has a host outside the tenant's domains", "error"),
    ("TC587", "an object applies before what it needs", "error"),
    ("TC588", "kustomization.yaml does not list what is there", "error"),
    ("TC576", "an object is called as one that an operator makes", "error"),
)

_WALK: Final = _Walk(frozenset(code for code, _, _ in _RULES))


def _check(code: str, artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterable[Diagnostic]:
    del context
    return _WALK.findings(code, artifacts, plan)


def _others(artifacts: Sequence[Artifact], plan: Plan | None, context: Context | None) -> Iterable[Diagnostic]:
    if plan is None or context is None:
        return ()
    from tenant_compiler.backends.kubernetes.check import check_others  # noqa: PLC0415 - only who checks loads schemas

    return check_others(artifacts, plan, context)


PACK: Final = RulePack(
    "kubernetes",
    "what schemas cannot say of Kubernetes objects: names, labels, quantities, references, quotas, access",
    (
        *(ArtifactRule(code, title, severity, (), partial(_check, code)) for code, title, severity in _RULES),
        ArtifactRule("TC589", "an object of a plug-in does not fit the schema of its kind", "error", (), _others),
    ),
)
"""Reads the artifacts of all targets, because plug-ins emit Kubernetes objects, too."""
