"""What a tenant may use: ten quotas, each a number or ``unlimited``."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge, Le
from typing_extensions import TypedDict

from tenant_compiler.model.vocabulary.annotations import Info

Unlimited: TypeAlias = Literal["unlimited"]
"""Above every number: no such line in a ResourceQuota, the platform's largest size in a cloud."""

Amount: TypeAlias = Annotated[float, Ge(0), Le(1_000_000_000)] | Unlimited
Count: TypeAlias = Annotated[int, Ge(0), Le(1_000_000_000)] | Unlimited


class Quotas(TypedDict):
    """The quotas of one tenant in one environment; the tier gives the defaults and the limits."""

    cpu_cores: Annotated[Amount, Info("CPU of all the tenant's pods together, requests and limits alike.", 32, "cores")]
    memory_gb: Annotated[Amount, Info("Memory of all the tenant's pods together.", 128, "GiB")]
    storage_gb: Annotated[Amount, Info("Volumes of the cluster, and the most that databases may grow to.", 5000, "GiB")]
    network_bandwidth_mbps: Annotated[
        Amount, Info("Bandwidth of the tenant; a pod gets its share at full scale.", 2000, "Mbit/s")
    ]
    concurrent_connections: Annotated[Count, Info("Open client connections at a time.", 50000, "connections")]
    api_requests_per_minute: Annotated[Count, Info("Requests of clients.", 50000, "requests per minute")]
    ml_model_instances: Annotated[Count, Info("Model servers beside the declared services.", 20, "instances")]
    ai_processing_units: Annotated[
        Count, Info("Units of AI work; the cluster profile says how many one accelerator is.", 100, "units")
    ]
    database_connections: Annotated[Count, Info("Connections to all SQL stores together.", 200, "connections")]
    cache_size_mb: Annotated[Count, Info("Memory of all caches together.", 4096, "MiB")]
