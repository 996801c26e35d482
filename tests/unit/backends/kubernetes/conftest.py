"""What protects a tenant, and a cluster whose gateway takes our routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
from tenant_compiler.model.plan import Duties, Identity, ImagePolicy, Plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenant_compiler.model.artifact import ArtifactObject
    from tenant_compiler.model.backend import Context

IDENTITY = ("spec", "security", "identity")
IMAGES = ("spec", "security", "images")
ROLES = ("spec", "change_control", "roles")


def _identity(**overrides: Any) -> Identity:
    fields = {
        "issuer": "https://id.acme.example",
        "client_id": "acme-health",
        "client_secret": "secret/acme-oidc/client-secret",
        "keys_url": "https://id.acme.example/keys",
        "mfa_required": True,
        "mfa_methods": ("webauthn", "piv"),
        "idle_minutes": 15,
        "privileged_idle_minutes": 10,
        "made_from": (
            (*IDENTITY, "sso", "issuer"),
            (*IDENTITY, "sso", "client_id"),
            (*IDENTITY, "sso", "client_secret", "from"),
            ("spec", "security", "mfa_required"),
            (*IDENTITY, "mfa_methods"),
            (*IDENTITY, "session_idle_minutes"),
            (*IDENTITY, "privileged_session_idle_minutes"),
        ),
    }
    return Identity(**{**fields, **overrides})


def _duties(**overrides: Any) -> Duties:
    fields = {
        "deployers": ("grp-care-deploy",),
        "approvers": ("grp-care-lead",),
        "database_admins": ("grp-care-dba",),
        "made_from": ((*ROLES, "deployers"), (*ROLES, "approvers"), (*ROLES, "database_admins")),
    }
    return Duties(**{**fields, **overrides})


def _images(**overrides: Any) -> ImagePolicy:
    fields = {
        "registries": ("registry.acme.example",),
        "digests_required": True,
        "signatures_required": False,
        "made_from": ((*IMAGES, "registries"), (*IMAGES, "digests_required")),
    }
    return ImagePolicy(**{**fields, **overrides})


@pytest.fixture(scope="session")
def make_identity() -> Callable[..., Identity]:
    """Make a sign-on."""
    return _identity


@pytest.fixture(scope="session")
def make_duties() -> Callable[..., Duties]:
    """Make groups with duties."""
    return _duties


@pytest.fixture(scope="session")
def make_images() -> Callable[..., ImagePolicy]:
    """Make rules for images."""
    return _images


@pytest.fixture(scope="session")
def make_protected(make_plan: Callable[..., Plan]) -> Callable[..., Plan]:
    """Make a plan with everything that protects a tenant in a cluster."""

    def make(**overrides: Any) -> Plan:
        return make_plan(**{"identity": _identity(), "duties": _duties(), "images": _images(), **overrides})

    return make


@pytest.fixture(scope="session")
def lower() -> Callable[[Plan, Context], dict[str, list[ArtifactObject]]]:
    """Lower a plan: the objects by the folder of their cluster, in the order of their files."""

    def made(plan: Plan, context: Context) -> dict[str, list[ArtifactObject]]:
        found: dict[str, list[ArtifactObject]] = {}
        for artifact in KubernetesBackend().lower(plan, context):
            found.setdefault(artifact.path.partition("/")[0], []).extend(artifact.objects)
        return found

    return made


@pytest.fixture(scope="session")
def envoy(make_context: Callable[..., Context], make_cluster: Callable[..., dict[str, Any]]) -> Context:
    """A cluster with an Envoy Gateway that is called `public`."""
    gateway = {
        "namespace": "gateway",
        "kind": "envoy-gateway",
        "name": "public",
        "rate_limit_service": True,
        "geoip": True,
    }
    return make_context(cluster={"shared-eu": make_cluster(gateway=gateway)})
