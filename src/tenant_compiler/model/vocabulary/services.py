"""The tenant's services: what runs, how much of it, and who may talk to it."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypeAlias

from annotated_types import Ge, Gt, Le, MaxLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import LABEL, VOLUME, Info
from tenant_compiler.model.vocabulary.data import DataClass
from tenant_compiler.model.vocabulary.edge import Expose
from tenant_compiler.model.vocabulary.mounts import SecretSource, Volume
from tenant_compiler.model.vocabulary.rollout import IMAGE, Rollout, Scaling

_PATH = r"^/[A-Za-z0-9._~/%-]*$"

Protocol: TypeAlias = Annotated[
    Literal["http", "grpc", "tcp"],
    Info(
        "What it speaks on its port, if it has one.",
        "http",
        values={"http": "HTTP/1.1 or HTTP/2.", "grpc": "gRPC.", "tcp": "Anything else over TCP."},
        default="http",
    ),
]
Image: TypeAlias = Annotated[
    str, MaxLen(512), Info("A container image.", "registry.acme.example/portal:1", pattern=IMAGE)
]


class Amounts(TypedDict):
    """Resources of one container."""

    cpu_cores: NotRequired[Annotated[float, Gt(0), Le(256), Info("CPU.", 0.5, "cores")]]
    memory_gb: NotRequired[Annotated[float, Gt(0), Le(4096), Info("Memory.", 1, "GiB")]]
    ephemeral_storage_gb: NotRequired[Annotated[float, Gt(0), Le(1024), Info("Scratch space.", 1, "GiB")]]


class Resources(TypedDict):
    """What one replica asks for, and what it may use at most."""

    requests: Annotated[
        Amounts,
        Info(
            "Reserved for each replica.",
            {"cpu_cores": 0.5, "memory_gb": 1},
            default={"cpu_cores": 0.1, "memory_gb": 0.125},
        ),
    ]
    limits: Annotated[
        Amounts,
        Info("The most that a replica may use; what is absent equals the request.", {"cpu_cores": 1}, default={}),
    ]


class Probes(TypedDict):
    """How the platform knows that a replica works."""

    readiness: NotRequired[
        Annotated[str, Info("HTTP path that answers once clients may come.", "/ready", pattern=_PATH)]
    ]
    liveness: NotRequired[
        Annotated[str, Info("HTTP path that answers while the process is alive.", "/live", pattern=_PATH)]
    ]
    startup_seconds: NotRequired[
        Annotated[int, Ge(1), Le(3600), Info("A replica may take so long to start.", 60, "seconds")]
    ]


class Availability(TypedDict):
    """What may go at a time."""

    maximum_unavailable: Annotated[
        int, Ge(1), Le(100), Info("Replicas that a node's drain may take at a time.", 1, "replicas", default=1)
    ]


class Service(TypedDict):
    """One program of the tenant's."""

    kind: Annotated[
        Literal["web", "worker", "cron"],
        Info(
            "What sort of program it is.",
            "web",
            values={
                "web": "Listens on a port and is called.",
                "worker": "Runs all the time and is not called.",
                "cron": "Runs on a schedule and ends.",
            },
            default="web",
        ),
    ]
    image: Annotated[
        Image,
        Info("The container image, best pinned by digest.", "registry.acme.example/portal@sha256:" + "0" * 64),
    ]
    command: Annotated[
        list[Annotated[str, MaxLen(1024)]],
        MaxLen(64),
        Info("Replaces the image's entry point; empty for the image's own.", ["serve"], default=[]),
    ]
    protocol: Protocol
    port: Annotated[
        int,
        Ge(1024),
        Le(65535),
        Info("The port of a web service; ports below 1024 need a privilege that no pod has.", 8080, default=8080),
    ]
    schedule: NotRequired[Annotated[str, Info("When a cron service runs, in UTC.", "15 2 * * *", format="cron")]]
    calls: Annotated[
        list[Annotated[str, Info("A service.", "search", pattern=LABEL)]],
        Info(
            "Services of the same tenant that this one talks to; others are out of its reach.", ["search"], default=[]
        ),
    ]
    uses: Annotated[
        list[Annotated[str, Info("A store.", "records", pattern=LABEL)]],
        Info("Stores of the same tenant that this service talks to.", ["records"], default=[]),
    ]
    data_classes: Annotated[
        list[DataClass], Info("What the service handles; the layers add up.", ["personal"], union=True, default=[])
    ]
    resources: Annotated[Resources, Info("Resources of one replica.", {"requests": {"cpu_cores": 0.5}}, default={})]
    scaling: Annotated[Scaling, Info("Replicas; one when nothing is said.", {"minimum": 2, "maximum": 6}, default={})]
    rollout: Annotated[
        Rollout, Info("How a new version comes; pod by pod when nothing is said.", {"strategy": "canary"}, default={})
    ]
    expose: NotRequired[Annotated[Expose, Info("How clients reach it.", {"hosts": ["portal.acme.example"]})]]
    probes: Annotated[
        Probes, Info("Health checks; the port alone when nothing is said.", {"readiness": "/ready"}, default={})
    ]
    env: Annotated[
        dict[str, Annotated[str, MaxLen(4096)]],
        Info(
            "Public settings, readable by everyone who may read the namespace: never a secret.",
            {"LOG_LEVEL": "info"},
            keys=r"^[A-Za-z_][A-Za-z0-9_]*$",
            default={},
        ),
    ]
    secrets: Annotated[
        dict[str, SecretSource],
        Info(
            "Variables whose values come from secrets, by the variable's name.",
            {"DATABASE_HOST": {"from": "store/records/host"}},
            keys=r"^[A-Za-z_][A-Za-z0-9_]*$",
            default={},
        ),
    ]
    storage: Annotated[
        dict[str, Volume],
        Info(
            "Volumes by name: disks that outlive the service's pods. One replica mounts a disk at a time, unless the"
            " cluster has a class for several.",
            {"data": {"mount": "/data", "size_gb": 20}},
            keys=VOLUME,
            default={},
        ),
    ]
    trusted: Annotated[
        bool,
        Info("False: the program runs in the cluster's sandboxed runtime.", example=False, default=True),
    ]
    availability: Annotated[Availability, Info("What may go at a time.", {"maximum_unavailable": 1}, default={})]
