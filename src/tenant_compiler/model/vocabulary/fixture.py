"""Fixtures of a rule: tenants that it must pass, deny, or leave alone."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from annotated_types import MinLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import LABEL, LINE, NAME, TEXT, Info

_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


class ExpectedFinding(TypedDict):
    """A finding that a case expects; what is left out may be anything."""

    path: NotRequired[
        Annotated[str, Info("Where it stands in the tenant.", "security.tls.minimum_version", pattern=LINE)]
    ]
    object: NotRequired[
        Annotated[str, Info("The emitted object.", "terraform/main.tf.json#aws_s3_bucket.scans", pattern=LINE)]
    ]
    message: NotRequired[Annotated[str, Info("A part of its message.", "at least 1.3", pattern=LINE)]]


class Expected(TypedDict):
    """What a case expects: all findings, and all that was checked."""

    findings: Annotated[
        list[
            Annotated[
                Annotated[str, Info("A path, or an object.", "security.tls.minimum_version", pattern=LINE)]
                | ExpectedFinding,
                Info("A finding.", "security.tls.minimum_version"),
            ]
        ],
        Info("Every finding; none: an empty list.", ["security.tls.minimum_version"]),
    ]
    checked: Annotated[
        list[Annotated[str, Info("A path, or an object.", "security.tls.minimum_version", pattern=LINE)]],
        Info("Everything that the rule looked at; an empty list: it does not apply.", ["security.tls.minimum_version"]),
    ]


class Case(TypedDict):
    """One tenant for the rule."""

    name: Annotated[str, Info("What the case shows.", "TLS 1.2 is enough", pattern=LINE)]
    base: NotRequired[Annotated[str, Info("The base tenant of this case.", "clinic", pattern=LABEL)]]
    environment: NotRequired[Annotated[str, Info("Of the base; else its first.", "production", pattern=LABEL)]]
    given: NotRequired[
        Annotated[
            dict[str, Any],
            Info(
                "Settings that are merged into the base tenant's `spec`: maps deeply, `null` removes.",
                {"security": {"tls": {"minimum_version": "1.2"}}},
            ),
        ]
    ]
    objects: NotRequired[
        Annotated[
            dict[Annotated[str, Info("A ref.", "terraform/main.tf.json#aws_kms_key.tenant", pattern=LINE)], Any],
            Info(
                "Changes of emitted objects by ref, merged likewise; `null` takes an object away, a new ref adds one.",
                {"terraform/main.tf.json#aws_kms_key.tenant": {"enable_key_rotation": False}},
            ),
        ]
    ]
    parameters: NotRequired[
        Annotated[
            dict[Annotated[str, Info("A parameter.", "tls_minimum", pattern=NAME)], Any],
            Info("Parameters in place of the rule's defaults.", {"tls_minimum": 13}),
        ]
    ]
    judged_on: NotRequired[
        Annotated[
            str,
            Info(
                "The day from which ages are counted; left out: 2026-11-01.", "2026-11-01", pattern=_DAY, format="date"
            ),
        ]
    ]
    expect: Annotated[Expected, Info("What the rule must say.", {"findings": [], "checked": []})]


class Fixture(TypedDict):
    """The cases of one rule."""

    rule: Annotated[str, Info("The rule, by its name.", "tls_minimum", pattern=NAME)]
    base: Annotated[
        str,
        Info(
            "The base tenant: a folder in `fixtures/bases` that holds a workspace, or a tenant of this workspace.",
            "clinic",
            pattern=LABEL,
        ),
    ]
    note: NotRequired[Annotated[str, Info("For people.", "The analyser's old protocol.", pattern=TEXT)]]
    cases: Annotated[list[Case], MinLen(1), Info("The cases.", [{"name": "TLS 1.2 is enough"}])]
