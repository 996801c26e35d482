"""A waiver: a finding that somebody accepts for one tenant until a day."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from annotated_types import MaxLen, MinLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import LABEL, LINE, NAME, TEXT, Info
from tenant_compiler.model.vocabulary.tenant import API_VERSION


class WaiverMetadata(TypedDict):
    """What the waiver is called."""

    name: Annotated[
        str, MaxLen(63), Info("The waiver's name, unique in the workspace.", "legacy-analyser", pattern=LABEL)
    ]


class WaiverSpec(TypedDict):
    """What is accepted, by whom, and until when. Exactly one of `rule` and `control` is there."""

    rule: NotRequired[
        Annotated[
            str,
            MaxLen(80),
            Info("The rule whose findings are accepted, by its id or its name.", "TC404", pattern=LINE),
        ]
    ]
    control: NotRequired[
        Annotated[
            str,
            MaxLen(120),
            Info(
                "The control whose findings are accepted: its framework, a colon, its identifier.",
                "hipaa:164.312(e)(1)",
                pattern=LINE,
            ),
        ]
    ]
    framework: NotRequired[
        Annotated[
            str,
            Info(
                "With a rule that serves frameworks: the one in which its findings are accepted, and no other.",
                "hipaa",
                pattern=NAME,
            ),
        ]
    ]
    tenant: Annotated[str, MaxLen(40), Info("The tenant; there are no wildcards.", "acme-health", pattern=LABEL)]
    environment: NotRequired[
        Annotated[str, Info("Only in this environment of the tenant.", "production", pattern=LABEL)]
    ]
    path: NotRequired[
        Annotated[
            str,
            MaxLen(400),
            Info(
                "Only findings at or below this path of the tenant. It names a path and no line, so that what is"
                " missing can be named, too.",
                "security.tls.minimum_version",
                pattern=LINE,
            ),
        ]
    ]
    owner: Annotated[str, MaxLen(200), Info("Who brings it in order.", "care-platform", pattern=LINE)]
    reason: Annotated[
        str,
        MinLen(10),
        MaxLen(2000),
        Info(
            "Why it is accepted, and what ends it.",
            "The laboratory's analyser speaks TLS 1.2 only until its replacement in March.",
            pattern=TEXT,
        ),
    ]
    ticket: Annotated[str, MaxLen(200), Info("Where the work is planned.", "CARE-1234", pattern=LINE)]
    approver: Annotated[
        str, MaxLen(200), Info("Who accepts it: somebody else than the owner.", "ciso@acme.example", pattern=LINE)
    ]
    created: Annotated[str, Info("The day on which it was accepted, YYYY-MM-DD.", "2026-11-02", format="date")]
    expires: Annotated[str, Info("The last day on which it holds, YYYY-MM-DD.", "2027-03-31", format="date")]


class Waiver(TypedDict):
    """A waiver's document."""

    apiVersion: Annotated[Literal["tenant-compiler.dev/v1"], Info("The format.", API_VERSION)]
    kind: Annotated[Literal["Waiver"], Info("What the document is.", "Waiver")]
    metadata: Annotated[WaiverMetadata, Info("What the waiver is called.", {"name": "legacy-analyser"})]
    spec: Annotated[WaiverSpec, Info("What is accepted.", {"rule": "TC404"})]
