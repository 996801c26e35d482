"""Service level objectives."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import LABEL, Info
from tenant_compiler.model.vocabulary.watch import Logging, Tracing


class Indicator(TypedDict):
    """What is measured."""

    kind: Annotated[
        Literal["availability"],
        Info(
            "What is measured.",
            "availability",
            values={
                "availability": "The share of requests that the service answers without an error of its own (5xx)."
            },
            default="availability",
        ),
    ]


class Slo(TypedDict):
    """One objective of one service."""

    service: Annotated[str, Info("The service that it is about.", "portal", pattern=LABEL)]
    objective_percent: Annotated[float, Gt(0), Lt(100), Info("The share of good events.", 99.9, "percent")]
    window_days: Annotated[int, Ge(7), Le(90), Info("The rolling window of the error budget.", 30, "days", default=30)]
    indicator: Annotated[Indicator, Info("What is measured.", {"kind": "availability"}, default={})]


class Monitoring(TypedDict):
    """What is watched."""

    slos: Annotated[
        dict[str, Slo],
        Info(
            "Service level objectives by name.",
            {"portal-availability": {"service": "portal", "objective_percent": 99.9}},
            keys=LABEL,
            default={},
        ),
    ]
    logging: Annotated[Logging, Info("Logs of the services.", {"retention_days": 90}, default={})]
    tracing: Annotated[
        Tracing, Info("Traces of requests, sent by OpenTelemetry.", {"sampling_percent": 10}, default={})
    ]
