"""AI: the platform's services that a tenant switches on, its own models, and the servers that the platform offers."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from annotated_types import Ge, Gt, Le, MaxLen
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import AGGREGATOR, LABEL, NAME, Info
from tenant_compiler.model.vocabulary.edge import Expose
from tenant_compiler.model.vocabulary.quotas import Count
from tenant_compiler.model.vocabulary.services import Image, Probes, Protocol

SERVERS = r"^(recommendation_engine|sentiment_analysis|nlp_processing|computer_vision|auto_ml)$"
"""The platform's AI services, as the flags that open them are called."""


class Federation(TypedDict):
    """Federated learning: a client trains beside the data, and sends what it has learned to an aggregator."""

    aggregator: NotRequired[
        Annotated[
            str,
            MaxLen(500),
            Info(
                "Where updates go, and the only place outside that the client reaches.",
                "https://fl.acme.example",
                pattern=AGGREGATOR,
            ),
        ]
    ]
    rounds_per_day: Annotated[
        int, Ge(1), Le(24), Info("The client trains so often, evenly over the day.", 4, "rounds", default=1)
    ]
    uses: Annotated[
        list[Annotated[str, Info("A store.", "records", pattern=LABEL)]],
        Info("Stores of the tenant that the client learns from.", ["records"], default=[]),
    ]


class Endpoint(TypedDict):
    """A cloud's managed service for AI; the AI services are found there instead of in the cluster."""

    provider: Annotated[
        Literal["aws", "azure", "gcp"],
        Info(
            "Whose service it is.",
            "aws",
            values={
                "aws": "Amazon Bedrock (`bedrock-runtime.REGION.amazonaws.com`).",
                "azure": "Azure AI services (`REGION.api.cognitive.microsoft.com`).",
                "gcp": "Vertex AI (`REGION-aiplatform.googleapis.com`).",
            },
        ),
    ]
    region: Annotated[str, Info("The region that answers; inside the residency.", "eu-central-1", pattern=NAME)]


class CustomModel(TypedDict):
    """A model of the tenant's own, in a server of its own."""

    image: Annotated[Image, Info("The model server's image.", "registry.acme.example/triage@sha256:" + "0" * 64)]
    port: Annotated[int, Ge(1024), Le(65535), Info("The port that it listens on.", 8080, default=8080)]
    protocol: Protocol
    replicas: Annotated[
        int, Ge(1), Le(1000), Info("So many run; each is one of `ml_model_instances`.", 2, "replicas", default=1)
    ]
    accelerators: Annotated[
        int,
        Ge(0),
        Le(64),
        Info("Accelerators of each replica; needs `gpu_acceleration`.", 1, "accelerators", default=0),
    ]
    cpu_cores: Annotated[float, Gt(0), Le(256), Info("CPU of each replica.", 2, "cores", default=1)]
    memory_gb: Annotated[float, Gt(0), Le(4096), Info("Memory of each replica.", 16, "GiB", default=2)]
    uses: Annotated[
        list[Annotated[str, Info("A store.", "weights", pattern=LABEL)]],
        Info("Stores of the same tenant that the model talks to.", ["weights"], default=[]),
    ]
    expose: NotRequired[
        Annotated[Expose, Info("How clients reach it; left out: only services whose `calls` name it do.")]
    ]
    probes: Annotated[
        Probes,
        Info("Health checks; the port alone when nothing is said, and five minutes to start.", {}, default={}),
    ]
    decision: NotRequired[
        Annotated[
            Literal["automatic", "assisted"],
            Info(
                "Who decides on what the model says.",
                "automatic",
                values={"automatic": "Nobody but the model.", "assisted": "People, whom the model helps."},
            ),
        ]
    ]
    human_review: NotRequired[
        Annotated[bool, Info("Whom an automatic decision concerns can have people look at it.", example=True)]
    ]


class Ai(TypedDict):
    """AI services, models of the tenant's own, and how much of both there may be."""

    recommendation_engine_enabled: Annotated[
        bool, Info("Opens the service `recommendation-engine`.", example=True, default=False)
    ]
    sentiment_analysis_enabled: Annotated[
        bool, Info("Opens the service `sentiment-analysis`.", example=True, default=False)
    ]
    nlp_processing_enabled: Annotated[bool, Info("Opens the service `nlp-processing`.", example=True, default=False)]
    computer_vision_enabled: Annotated[bool, Info("Opens the service `computer-vision`.", example=True, default=False)]
    auto_ml_enabled: Annotated[bool, Info("Opens the service `auto-ml`, which trains.", example=True, default=False)]
    model_training_quota_hours: Annotated[Count, Info("Hours of training in a month.", 100, "hours", default=0)]
    inference_requests_per_day: Annotated[
        Count, Info("Requests to AI services and models in a day.", 1_000_000, "requests", default=0)
    ]
    custom_models_allowed: Annotated[Count, Info("There may be so many `custom_models`.", 50, "models", default=0)]
    gpu_acceleration: Annotated[
        bool, Info("AI services and models may have accelerators.", example=True, default=False)
    ]
    federated_learning: Annotated[
        bool,
        Info("A client takes part: updates leave, records never.", example=True, default=False),
    ]
    federation: Annotated[
        Federation, Info("Where and how often.", {"aggregator": "https://fl.acme.example"}, default={})
    ]
    endpoint: NotRequired[
        Annotated[
            Endpoint, Info("A managed service instead of model servers.", {"provider": "aws", "region": "eu-central-1"})
        ]
    ]
    custom_models: Annotated[
        dict[str, CustomModel],
        Info(
            "Models of the tenant's own by name; `calls` of a service name them as they name services.",
            {"triage": {"image": "registry.acme.example/triage@sha256:" + "0" * 64}},
            keys=LABEL,
            default={},
        ),
    ]
    data_logging: NotRequired[
        Annotated[bool, Info("Whether prompts and outputs are kept; the servers are told.", example=False)]
    ]


class ModelServer(TypedDict):
    """The server of one of the platform's AI services; each tenant that opens the service gets its own."""

    image: Annotated[Image, Info("The image.", "registry.acme.example/ai/sentiment@sha256:" + "0" * 64)]
    port: Annotated[int, Ge(1024), Le(65535), Info("The port that it listens on.", 8080, default=8080)]
    protocol: Protocol
    replicas: Annotated[int, Ge(1), Le(1000), Info("So many run.", 2, "replicas", default=1)]
    accelerators: Annotated[
        int,
        Ge(0),
        Le(64),
        Info("Accelerators of each replica for tenants with `gpu_acceleration`; others get none.", 1, default=0),
    ]
    cpu_cores: Annotated[float, Gt(0), Le(256), Info("CPU of each replica.", 1, "cores", default=1)]
    memory_gb: Annotated[float, Gt(0), Le(4096), Info("Memory of each replica.", 2, "GiB", default=2)]
    probes: Annotated[Probes, Info("Health checks.", {"readiness": "/ready"}, default={})]


class LearningClient(TypedDict):
    """The client that takes part in federated learning; it runs on a schedule and ends."""

    image: Annotated[Image, Info("The image.", "registry.acme.example/ai/client@sha256:" + "0" * 64)]
    accelerators: Annotated[
        int, Ge(0), Le(64), Info("Accelerators for tenants with `gpu_acceleration`; others get none.", 1, default=0)
    ]
    cpu_cores: Annotated[float, Gt(0), Le(256), Info("CPU.", 1, "cores", default=1)]
    memory_gb: Annotated[float, Gt(0), Le(4096), Info("Memory.", 2, "GiB", default=2)]


class AiPlatform(TypedDict):
    """What the platform has for the AI of its tenants."""

    servers: Annotated[
        dict[str, ModelServer],
        Info(
            "The servers by the AI service: recommendation_engine, sentiment_analysis, nlp_processing, computer_vision,"
            " auto_ml.",
            {"sentiment_analysis": {"image": "registry.acme.example/ai/sentiment@sha256:" + "0" * 64}},
            keys=SERVERS,
            default={},
        ),
    ]
    learning_client: NotRequired[
        Annotated[
            LearningClient,
            Info("The client of federated learning.", {"image": "registry.acme.example/ai/client@sha256:" + "0" * 64}),
        ]
    ]
