"""Compliance as data: rules, controls and frameworks as they are loaded, and what comes out when they are judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.pointer import Pointer

Subject: TypeAlias = Literal["tenant", "artifact"]
Evidence: TypeAlias = Literal["config", "attested", "manual"]
Stricter: TypeAlias = Literal["lower", "higher", "subset", "superset"]
Status: TypeAlias = Literal[
    "fail", "not_evaluated", "not_enforceable", "waived", "attested", "manual", "pass", "not_applicable"
]

STATUSES: Final[tuple[Status, ...]] = (
    "fail",
    "not_evaluated",
    "not_enforceable",
    "waived",
    "attested",
    "manual",
    "pass",
    "not_applicable",
)
"""Worst first: the status of a control is the worst of its rules'."""
FAILING: Final[frozenset[Status]] = frozenset({"fail", "not_evaluated", "not_enforceable"})
"""The statuses that make the exit code 1."""

_FAMILY: Final = 3
"""Characters of an id that say its family: TC4."""
BASELINE: Final = "baseline"
"""What stands in place of a waiver's name for a finding that the baseline knows."""


class Parameter(NamedTuple):
    """A number or list that a rule reads, and which way it is stricter."""

    name: str
    unit: str
    default: Any
    """An integer, a list of texts, or a map of integers by name."""
    stricter: Stricter
    """``subset``: fewer members are stricter; ``superset``: more. Of a map, ``lower`` and ``higher`` hold by key."""
    description: str
    conflicts_with: str = ""
    """Another parameter whose demand may contradict this one: a shortest time above a longest."""


def id_order(identity: str) -> tuple[str, int, str]:
    """Sort ids as people count, each family together: TC499 stands before TC4100, and that before TC501."""
    return identity[:_FAMILY], len(identity), identity


class Rule(NamedTuple):
    """The metadata of one rule; its code is a Rego package."""

    id: str
    """``TC404``."""
    name: str
    """``tls_minimum``; the last part of the package."""
    package: str
    """``tenant_compiler.rules.tls_minimum``."""
    title: str
    description: str
    subject: Subject
    evidence: Literal["config", "attested"]
    severity: Literal["error", "warning"]
    enforcement: Literal["block", "report"]
    """``block``: a tenant that it denies is not written. ``report``: it only sets the exit code."""
    remediation: str
    parameters: tuple[Parameter, ...]
    carried_by: tuple[str, ...]
    """Ids of the artifact rules whose objects prove what this rule looks at."""
    needs: tuple[str, ...]
    """Features (``plan/needs.py``) without which a platform cannot honour what the rule asks."""
    file: str
    """``<built-in>/policies/rego/rules/tls_minimum.rego``, or relative to the workspace."""
    line: int
    """Of the package, counted from 1."""

    @property
    def built_in(self) -> bool:
        """Whether it is one of ours and not a workspace's."""
        return self.file.startswith("<built-in>/")


class RuleUse(NamedTuple):
    """A control's use of a rule."""

    rule: str
    """The rule's name."""
    at: Pointer
    """Only what lies at or below this pointer counts; empty: all that the rule looks at."""


class Control(NamedTuple):
    """One requirement of a framework."""

    id: str
    title: str
    text: str
    evidence: Evidence
    levels: tuple[str, ...]
    """Empty: all."""
    roles: tuple[str, ...]
    """Empty: all."""
    rules: tuple[RuleUse, ...]
    advises: tuple[RuleUse, ...]
    """Their findings are warnings and decide nothing."""
    parameters: Mapping[str, Any]
    by_level: Mapping[str, Mapping[str, Any]]
    """Parameters of a level, over those above."""
    note: str


class Framework(NamedTuple):
    """A regulation or standard, with every control that it lists."""

    name: str
    title: str
    version: str
    date: str
    source: str
    proves: str
    levels: tuple[str, ...]
    """Lowest first; empty where there are none."""
    roles: tuple[str, ...]
    controls: Mapping[str, Control]
    file: str
    """``<built-in>/policies/frameworks/hipaa.yaml``, or relative to the workspace."""


class Denial(NamedTuple):
    """One thing that a rule refuses."""

    rule: str
    """The rule's id."""
    message: str
    pointer: Pointer
    """Into the resolved tenant; of an artifact's object, what it was made from first."""
    ref: str
    """The artifact's object, ``kubernetes/shared-eu.yaml#Deployment/portal``; empty for the tenant itself."""
    at: Pointer
    """Inside that object."""
    fix: tuple[Pointer, Any] | None
    """Where to write what."""


class RuleResult(NamedTuple):
    """What a rule said of one tenant in one environment."""

    rule: Rule
    denials: tuple[Denial, ...]
    checked: tuple[Pointer, ...]
    """What a rule about the tenant looked at; of one about artifacts, the settings that its objects must carry."""
    objects: tuple[str, ...]
    """Refs of the objects that a rule about artifacts looked at."""
    error: str = ""
    """Why it could not be evaluated; empty when it was."""


class Reason(NamedTuple):
    """What one rule contributes to a verdict."""

    rule: str
    """Its id."""
    status: Status
    waiver: str = ""
    """The name of the waiver that covers its denials, or ``baseline``."""


class Verdict(NamedTuple):
    """The status of one control for one tenant in one environment."""

    framework: str
    control: str
    status: Status
    because: tuple[Reason, ...]
    """One for each rule of the control; empty for a manual control."""
    level: str = ""
    """Of the framework: a tenant under one may be compared with another one."""


class Demand(NamedTuple):
    """The value of a parameter for one tenant: the strictest that anybody asks for."""

    value: Any
    by: str
    """Who asks for it: ``pci_dss 10.5.1``, ``workspace``, or empty for the rule's own default."""
    others: tuple[tuple[str, Any], ...]
    """What others ask for, each with who."""


class Applied(NamedTuple):
    """A framework that a tenant is under."""

    name: str
    level: str
    role: str
    hypothetical: bool
    """True: the tenant is only compared with it (``--with``); nothing of it decides."""

    @property
    def title(self) -> str:
        """What people call it: ``fedramp:moderate``."""
        return f"{self.name}:{self.level}" if self.level else self.name


class Compliance(NamedTuple):
    """All that was judged of one tenant in one environment."""

    applied: tuple[Applied, ...]
    results: Mapping[str, RuleResult]
    """By the rules' names: those that a control of the frameworks uses, and the workspace's own."""
    verdicts: tuple[Verdict, ...]
    """By framework, then in the order of its controls."""
    parameters: Mapping[str, Demand]
    judged_on: str
    """The day, YYYY-MM-DD."""
    waived: tuple[tuple[Diagnostic, str], ...] = ()
    """Findings that do not count, each with the name of its waiver (or ``baseline``)."""
