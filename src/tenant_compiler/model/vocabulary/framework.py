"""A framework: a regulation or standard with its controls, or one that is tailored for a workspace."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NotRequired

from annotated_types import Ge, Le, MaxLen, MinLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import LINE, NAME, TEXT, Info
from tenant_compiler.model.vocabulary.compliance import ATTESTATION
from tenant_compiler.model.vocabulary.tenant import API_VERSION

EVIDENCE: Final = {
    "config": "The rules prove it: it can pass.",
    "attested": "The rules see that it is declared, dated or signed: it is attested at best.",
    "manual": "No configuration proves it, and no rule does: it is listed for people.",
}

_Rule = Annotated[str, MaxLen(80), Info("A rule by its name.", "tls_minimum", pattern=NAME)]
_Level = Annotated[str, Info("A level.", "moderate", pattern=NAME)]
_Role = Annotated[str, Info("A role.", "controller", pattern=NAME)]
_Number = Annotated[int, Ge(0), Info("A number.", 365)]
_Value = _Number | list[Annotated[str, Info("A member.", "privileged", pattern=LINE)]] | dict[str, _Number]
_Parameters = Annotated[
    dict[str, _Value],
    Info("Values of the rules' parameters, by name.", {"audit_retention_days": 365}, keys=NAME),
]


class NarrowedRule(TypedDict):
    """A rule, of which only a part counts."""

    rule: _Rule
    at: Annotated[
        str,
        MaxLen(400),
        Info(
            "Only what the rule finds at, below or above this path of the tenant counts.",
            "security.identity.inactive_account_days",
            pattern=LINE,
        ),
    ]


class OfLevel(TypedDict):
    """What a level asks for differently."""

    parameters: NotRequired[_Parameters]


_Use = _Rule | NarrowedRule


class FrameworkControl(TypedDict):
    """One requirement. `title`, `text` and `evidence` may be left out of one that the extended framework has."""

    title: NotRequired[
        Annotated[str, MaxLen(200), Info("A few words in your own words.", "Encryption in transit", pattern=LINE)]
    ]
    text: NotRequired[
        Annotated[
            str,
            MaxLen(2000),
            Info("What it asks for, in your own words.", "Data is encrypted on its way.", pattern=TEXT),
        ]
    ]
    evidence: NotRequired[
        Annotated[
            Literal["config", "attested", "manual"],
            Info("What can show that it is met.", "config", values=EVIDENCE),
        ]
    ]
    levels: NotRequired[
        Annotated[list[_Level], MinLen(1), Info("The levels that have it; all without this.", ["moderate", "high"])]
    ]
    roles: NotRequired[Annotated[list[_Role], MinLen(1), Info("Whom it concerns; all without this.", ["controller"])]]
    rules: NotRequired[
        Annotated[list[_Use], MinLen(1), Info("The rules that decide: the worst wins.", ["tls_minimum", "stores_tls"])]
    ]
    advises: NotRequired[
        Annotated[
            list[_Use],
            MinLen(1),
            Info("Rules whose findings are shown as warnings and decide nothing.", ["audit_retention"]),
        ]
    ]
    parameters: NotRequired[_Parameters]
    by_level: NotRequired[
        Annotated[
            dict[str, OfLevel],
            Info(
                "What a level asks for differently, over what stands beside.",
                {"high": {"parameters": {"inactive_account_days": 35}}},
                keys=NAME,
            ),
        ]
    ]
    attestations: NotRequired[
        Annotated[
            dict[str, Annotated[int, Ge(1), Le(36500), Info("The greatest age.", 365, "days")]],
            Info(
                "What must have been done, by kind, and how long ago at most.",
                {"penetration_test": 365},
                "days",
                keys=ATTESTATION,
            ),
        ]
    ]
    contacts: NotRequired[
        Annotated[
            list[Literal["dpo", "security_incident", "breach_notification", "eu_representative"]],
            MinLen(1),
            Info("Contacts that the tenant must name.", ["dpo"]),
        ]
    ]
    agreements: NotRequired[
        Annotated[
            list[Literal["dpa", "baa", "tpsp"]],
            MinLen(1),
            Info("Contracts that must be signed and not expired.", ["baa"]),
        ]
    ]
    note: NotRequired[
        Annotated[str, MaxLen(2000), Info("What a reader should know besides.", "addressable", pattern=TEXT)]
    ]


class FrameworkSpec(TypedDict):
    """The framework. All that is not optional may be left out by one that extends another."""

    extends: NotRequired[
        Annotated[str, Info("The framework that this one tailors: its controls are taken over.", "hipaa", pattern=NAME)]
    ]
    title: NotRequired[Annotated[str, MaxLen(200), Info("The name in full.", "HIPAA Security Rule", pattern=LINE)]]
    version: NotRequired[Annotated[str, MaxLen(200), Info("The edition.", "45 CFR Part 164", pattern=LINE)]]
    date: NotRequired[Annotated[str, Info("The day as of which its text was read.", "2026-11-01", format="date")]]
    source: NotRequired[Annotated[str, MaxLen(400), Info("Where the text is.", "https://www.ecfr.gov/", pattern=LINE)]]
    proves: NotRequired[
        Annotated[
            str,
            MaxLen(2000),
            Info("What the compiler proves for it, and what it does not.", "Technical safeguards only.", pattern=TEXT),
        ]
    ]
    levels: NotRequired[
        Annotated[list[_Level], MinLen(1), Info("Its levels, the lowest first.", ["low", "moderate", "high"])]
    ]
    roles: NotRequired[Annotated[list[_Role], MinLen(1), Info("Its roles.", ["controller", "processor"])]]
    parameters: NotRequired[
        Annotated[
            dict[str, _Value],
            Info(
                "With `extends`: values for every control whose rules read them. Where a control has a value of its"
                " own, the stricter one holds.",
                {"audit_retention_days": 2555},
                keys=NAME,
            ),
        ]
    ]
    exclude: NotRequired[
        Annotated[
            dict[str, Any],
            Info(
                "With `extends`: controls that do not apply, each with the reason. They stay listed, as manual.",
                {"164.310(a)(1)": "The cloud provider runs the buildings."},
                keys=LINE,
            ),
        ]
    ]
    controls: NotRequired[
        Annotated[
            dict[str, FrameworkControl],
            Info(
                "The controls by their identifiers. With `extends`: new ones, and what is changed of others.",
                {"164.308(a)(8)": {"attestations": {"penetration_test": 180}}},
                keys=LINE,
            ),
        ]
    ]


class FrameworkMetadata(TypedDict):
    """What the framework is called."""

    name: Annotated[
        str,
        MaxLen(63),
        Info("Its name below `compliance.frameworks`, unlike that of any other.", "acme-baseline", pattern=NAME),
    ]


class Framework(TypedDict):
    """A framework's document."""

    apiVersion: Annotated[Literal["tenant-compiler.dev/v1"], Info("The format.", API_VERSION)]
    kind: Annotated[Literal["Framework"], Info("What the document is.", "Framework")]
    metadata: Annotated[FrameworkMetadata, Info("What the framework is called.", {"name": "acme-baseline"})]
    spec: Annotated[FrameworkSpec, Info("The framework.", {"extends": "hipaa"})]
