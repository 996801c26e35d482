"""The part of a plan that is about AI: services that are opened, how much of them there may be, and who learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.model.plan import Lineage


class AiService(NamedTuple):
    """One of the platform's AI services that the tenant opens."""

    name: str
    """As services call it: ``sentiment-analysis``."""
    key: str
    """As the workspace's ``[ai.servers]`` call it: ``sentiment_analysis``."""
    served: bool
    """Something answers: a model server of the workspace's, or the managed end point."""
    made_from: Lineage


class AiEndpoint(NamedTuple):
    """A cloud's managed service, which answers instead of model servers."""

    provider: str
    region: str
    host: str
    made_from: Lineage


class Ai(NamedTuple):
    """AI services, models and federated learning of a tenant that has any."""

    services: tuple[AiService, ...]
    endpoint: AiEndpoint | None
    models: tuple[str, ...]
    """The custom models."""
    models_allowed: int | None
    requests_per_day: int | None
    training_hours: int | None
    """Of a month. All three: None is unlimited."""
    accelerated: bool
    """AI services and models may have accelerators."""
    learning: bool
    """A client takes part in federated learning."""
    aggregator: str
    """Its URL; empty: nobody says."""
    client: bool
    """The workspace names the client's image."""
    made_from: Lineage

    @property
    def trains(self) -> bool:
        """Whether there is anything that trains."""
        return self.learning or any(service.key == "auto_ml" for service in self.services)
