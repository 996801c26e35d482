"""What is recorded and looked for: the audit trail, and scans for weaknesses."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from annotated_types import Ge, Le, MaxLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import NAME, Info

_KEY = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"


class Sink(TypedDict):
    """Where records are kept."""

    region: NotRequired[
        Annotated[str, Info("A region of the tenant's cloud; left out: the primary region.", "eu-west-1", pattern=NAME)]
    ]


class Review(TypedDict):
    """Who looks at the trail."""

    automated: NotRequired[Annotated[bool, Info("A program looks at every record.", example=True)]]
    every_days: NotRequired[Annotated[int, Ge(1), Le(366), Info("People look at it so often.", 7, "days")]]


class Audit(TypedDict):
    """The audit trail: who did what. It is kept when `retention_days` says how long."""

    events: Annotated[
        list[
            Annotated[
                Literal["authentication", "authorization", "data_access", "configuration", "privileged", "system"],
                Info(
                    "A kind of event.",
                    "data_access",
                    values={
                        "authentication": "Sign-ons, and those that failed.",
                        "authorization": "Rights that are given, taken or refused.",
                        "data_access": "Reading and writing of the tenant's objects.",
                        "configuration": "Changes of resources.",
                        "privileged": "What administrators do.",
                        "system": "Starts, stops and errors of the stores.",
                    },
                ),
            ]
        ],
        Info("What is recorded; the layers add up.", ["authentication", "configuration"], union=True, default=[]),
    ]
    online_days: NotRequired[
        Annotated[
            int,
            Ge(1),
            Le(3650),
            Info("Records can be searched at once for so long; left out: as long as they are kept.", 90, "days"),
        ]
    ]
    retention_days: NotRequired[Annotated[int, Ge(1), Le(36500), Info("Records are kept so long.", 2190, "days")]]
    immutable: NotRequired[Annotated[bool, Info("Nobody can change or delete a record before its time.", example=True)]]
    separate_account: NotRequired[
        Annotated[bool, Info("Records are kept where the tenant's administrators have no rights.", example=True)]
    ]
    sink: NotRequired[Annotated[Sink, Info("Where records are kept.", {"region": "eu-west-1"})]]
    review: NotRequired[Annotated[Review, Info("Who looks at them.", {"automated": True, "every_days": 7})]]


class PatchDays(TypedDict):
    """How soon a known weakness is repaired, by its severity."""

    critical: NotRequired[Annotated[int, Ge(1), Le(365), Info("Critical ones.", 7, "days")]]
    high: NotRequired[Annotated[int, Ge(1), Le(365), Info("High ones.", 30, "days")]]
    moderate: NotRequired[Annotated[int, Ge(1), Le(365), Info("Moderate ones.", 90, "days")]]
    low: NotRequired[Annotated[int, Ge(1), Le(365), Info("Low ones.", 180, "days")]]


class Scanning(TypedDict):
    """Scans for weaknesses."""

    interval_days: NotRequired[Annotated[int, Ge(1), Le(365), Info("Everything is scanned so often.", 7, "days")]]
    integrity_monitoring: NotRequired[
        Annotated[bool, Info("Changes of files that should not change are noticed.", example=True)]
    ]
    patch_days: NotRequired[Annotated[PatchDays, Info("How soon weaknesses are repaired.", {"critical": 7})]]


class Logging(TypedDict):
    """Logs of the services."""

    retention_days: NotRequired[Annotated[int, Ge(1), Le(3650), Info("They are kept so long.", 90, "days")]]
    sink: NotRequired[Annotated[Sink, Info("Where they are kept.", {"region": "eu-west-1"})]]
    redact: NotRequired[
        Annotated[
            list[Annotated[str, MaxLen(128), Info("A key.", "ssn", pattern=_KEY)]],
            Info(
                "Keys whose values leave the cluster neither in records nor in spans, alone or at the end of a longer"
                " key (`http.request.header.authorization`); upper and lower case are the same.",
                ["authorization", "ssn"],
            ),
        ]
    ]
    correlation_header: NotRequired[
        Annotated[
            str,
            MaxLen(64),
            Info(
                "The header by which the records of one request are found; services read it as the setting"
                " `CORRELATION_HEADER`.",
                "x-correlation-id",
                pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
            ),
        ]
    ]


class Tracing(TypedDict):
    """Traces of requests through the services."""

    sampling_percent: NotRequired[
        Annotated[int, Ge(0), Le(100), Info("So many of all traces are kept; left out: all.", 10, "percent")]
    ]
    keep_errors: NotRequired[
        Annotated[bool, Info("Traces with an error are kept beyond that share; left out: no.", example=True)]
    ]
    retention_days: NotRequired[Annotated[int, Ge(1), Le(3650), Info("Traces are kept so long.", 7, "days")]]
