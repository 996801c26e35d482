"""How a new version of a service comes, and how many replicas run."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import LABEL, Info
from tenant_compiler.model.vocabulary.identity import SecretReference

IMAGE = r"^[a-z0-9]([a-z0-9._/-]|:[0-9]+/)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$"
_TOKEN = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"  # noqa: S105 - what RFC 9110 calls a token: the name of a header or cookie
_VALUE = r"^[!-~]([ -~]*[!-~])?$"
_QUEUE = r"^[A-Za-z0-9:/._-]+$"
_ZONE = r"^[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}$"


class Match(TypedDict):
    """Which requests get the version to come: those with a header, or with a cookie, of that value."""

    header: NotRequired[Annotated[str, MaxLen(256), Info("A header's name.", "x-cohort", pattern=_TOKEN)]]
    cookie: NotRequired[Annotated[str, MaxLen(256), Info("A cookie's name.", "cohort", pattern=_TOKEN)]]
    value: Annotated[str, MaxLen(1024), Info("Its value, exactly.", "b", pattern=_VALUE)]


class Rollout(TypedDict):
    """How a new version comes: by hand with `variant_image`, else by a controller of rollouts where there is one."""

    strategy: Annotated[
        Literal["rolling", "blue_green", "canary", "ab_test"],
        Info(
            "How a new version takes the place of the old one.",
            "canary",
            values={
                "rolling": "Pod by pod, a quarter at a time.",
                "blue_green": "All at once, beside the old one, which stays for the way back.",
                "canary": "For a growing share of the requests.",
                "ab_test": "For the requests with a header or cookie.",
            },
            default="rolling",
        ),
    ]
    variant_image: NotRequired[
        Annotated[
            str,
            MaxLen(512),
            Info(
                "The version to come, which runs beside `image`. Where Argo Rollouts does canaries and blue-green, a"
                " new version is written as `image` instead.",
                "registry.acme.example/portal@sha256:" + "1" * 64,
                pattern=IMAGE,
            ),
        ]
    ]
    active: NotRequired[
        Annotated[
            Literal["image", "variant_image"],
            Info(
                "Blue-green by hand: which of the two images takes the requests; `image` when nothing is said.",
                "image",
                values={"image": "The one in `image`.", "variant_image": "The one in `variant_image`."},
            ),
        ]
    ]
    step: NotRequired[
        Annotated[
            int,
            Ge(0),
            Le(20),
            Info(
                "Canary by hand: which of `steps_percent` holds now, the first when nothing is said. At 0 the version"
                " to come runs and gets no requests.",
                2,
            ),
        ]
    ]
    steps_percent: NotRequired[
        Annotated[
            list[Annotated[int, Ge(1), Le(99)]],
            MinLen(1),
            MaxLen(20),
            Info(
                "The shares of the requests that the version to come gets, one after the other; 5, 25 and 50 when"
                " nothing is said.",
                [5, 25, 50],
                "percent",
            ),
        ]
    ]
    pause_minutes: NotRequired[
        Annotated[
            int,
            Ge(1),
            Le(10080),
            Info(
                "How long a controller waits at each step, and after a switch until the old version goes; without it"
                " and without a measure, until somebody promotes.",
                10,
                "minutes",
            ),
        ]
    ]
    success_rate_percent: NotRequired[
        Annotated[
            float,
            Gt(0),
            Le(100),
            Info("The version to come must answer so many of its requests without a fault.", 99.5, "percent"),
        ]
    ]
    latency_p99_ms: NotRequired[
        Annotated[
            int,
            Ge(1),
            Le(600000),
            Info("The version to come must answer 99 % of its requests within this time.", 400, "milliseconds"),
        ]
    ]
    automatic_rollback: NotRequired[
        Annotated[
            bool,
            Info(
                "Whether a controller takes a version back that misses a measure, or that does not start in time; else"
                " it stops and waits for somebody. A missed measure takes it back when nothing is said.",
                True,
            ),
        ]
    ]
    match: NotRequired[
        Annotated[
            Match,
            Info(
                "Which requests get the version to come: in an A/B test, and in blue-green before the switch.",
                {"header": "x-cohort", "value": "b"},
            ),
        ]
    ]


class Queue(TypedDict):
    """A queue whose length scaling follows."""

    kind: Annotated[
        Literal["rabbitmq", "sqs"],
        Info(
            "What the queue is.",
            "rabbitmq",
            values={
                "rabbitmq": "RabbitMQ; its address with user and password is in a secret.",
                "sqs": "Amazon SQS, asked with the service's own identity.",
            },
        ),
    ]
    name: Annotated[str, MaxLen(256), Info("The queue's name; for SQS its URL.", "appointments", pattern=_QUEUE)]
    messages_per_replica: Annotated[
        int, Ge(1), Le(1000000), Info("Messages that wait for one replica.", 20, "messages", default=20)
    ]
    address: NotRequired[Annotated[SecretReference, Info("RabbitMQ's address.", {"from": "secret/acme-queue/address"})]]


class ScalingSchedule(TypedDict):
    """Hours for which at least so many replicas run."""

    start: Annotated[str, Info("When it begins.", "0 6 * * 1-5", format="cron")]
    end: Annotated[str, Info("When it ends.", "0 20 * * 1-5", format="cron")]
    timezone: Annotated[
        str, MaxLen(64), Info("The time zone of both.", "Europe/Berlin", pattern=_ZONE, default="Etc/UTC")
    ]
    replicas: Annotated[int, Ge(1), Le(1000), Info("At least so many run.", 10, "replicas")]


class Scaling(TypedDict):
    """How many replicas run: ``fixed``, or between ``minimum`` and ``maximum`` by what is measured."""

    fixed: NotRequired[Annotated[int, Ge(1), Le(1000), Info("Exactly so many replicas.", 3, "replicas")]]
    minimum: NotRequired[
        Annotated[
            int,
            Ge(0),
            Le(1000),
            Info("Never fewer; 0 needs KEDA and a queue or schedule to wake up by.", 2, "replicas"),
        ]
    ]
    maximum: NotRequired[Annotated[int, Ge(1), Le(1000), Info("Never more.", 20, "replicas")]]
    cpu_percent: NotRequired[
        Annotated[int, Ge(10), Le(95), Info("Average CPU use, of the request, that scaling aims at.", 70, "percent")]
    ]
    requests_per_second: NotRequired[
        Annotated[
            int, Ge(1), Le(1000000), Info("Requests of one replica that scaling aims at.", 200, "requests a second")
        ]
    ]
    queue: NotRequired[
        Annotated[
            Queue,
            Info(
                "A queue whose length scaling follows.",
                {"kind": "rabbitmq", "name": "appointments", "address": {"from": "secret/acme-queue/address"}},
            ),
        ]
    ]
    schedules: NotRequired[
        Annotated[
            dict[str, ScalingSchedule],
            Info(
                "Hours for which more replicas run, by name.",
                {"office": {"start": "0 6 * * 1-5", "end": "0 20 * * 1-5", "replicas": 10}},
                keys=LABEL,
            ),
        ]
    ]
