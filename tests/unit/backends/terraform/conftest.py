"""Roots of Terraform for tests: made by the back-end from plans with one bucket and one database."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from tenant_compiler.backends.terraform.backend import TerraformBackend
from tenant_compiler.backends.terraform.root import addresses, object_id
from tenant_compiler.model.artifact import Artifact, ArtifactObject
from tenant_compiler.model.plan import Audit, Backup, Edge, KeyPolicy

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenant_compiler.model.plan import Plan

KEYS = {"custody": "customer_managed", "rotation_days": 365, "hsm": False, "fips": False, "tls_minimum": "1.2"}
STATE = {"EU": {"kind": "s3", "bucket": "acme-state-eu", "region": "eu-central-1"}}


@pytest.fixture(scope="session")
def make_keys() -> Callable[..., KeyPolicy]:
    """Make a key policy: ``make_keys(hsm=True)``."""

    def make(**overrides: Any) -> KeyPolicy:
        made_from = (("spec", "security", "keys"), ("spec", "security", "tls"))
        return KeyPolicy(**{**KEYS, **overrides}, made_from=made_from)

    return make


@pytest.fixture(scope="session")
def make_audit() -> Callable[..., Audit]:
    """Make a trail that says everything, in the primary region: ``make_audit(region="eu-west-1")``."""

    def make(**overrides: Any) -> Audit:
        fields = {"events": ("configuration", "data_access"), "online_days": 90, "retention_days": 365}
        fields |= {"immutable": True, "separate_account": False, "region": "eu-central-1"}
        base = ("spec", "security", "audit")
        leaves = (*((*base, name) for name in fields if name != "region"), (*base, "sink", "region"))
        return Audit(**{**fields, **overrides}, made_from=leaves)

    return make


@pytest.fixture(scope="session")
def make_backup() -> Callable[..., Backup]:
    """Make backups with a copy in another region: ``make_backup(region="")``."""

    def make(**overrides: Any) -> Backup:
        fields = {"schedule": "0 2 * * *", "copies": 2, "region": "eu-west-1", "retention_days": 35, "immutable": True}
        return Backup(**{**fields, **overrides}, made_from=tuple(("spec", "backup", name) for name in fields))

    return make


@pytest.fixture(scope="session")
def make_edge() -> Callable[..., Edge]:
    """Make an edge with both protections: ``make_edge(firewall=False)``."""

    def make(*, firewall: bool = True, denial_of_service: bool = True) -> Edge:
        base = ("spec", "security", "network")
        made_from = ((*base, "web_application_firewall"), (*base, "ddos_protection"))
        return Edge(firewall, denial_of_service, made_from)

    return make


@pytest.fixture(scope="session")
def protection(make_audit, make_backup, make_edge, make_object_store) -> Callable[..., dict[str, Any]]:
    """Fields of a plan with all that protects, the trail and the second copy in one region."""

    def make(region: str = "eu-west-1", *, immutable: bool = True) -> dict[str, Any]:
        return {
            "audit": make_audit(region=region, immutable=immutable),
            "backup": make_backup(region=region, copies=1 + (region == "eu-west-1"), immutable=immutable),
            "edge": make_edge(),
            "objects": (make_object_store(lock_days=7),),
        }

    return make


@pytest.fixture(scope="session")
def make_tf_plan(make_plan, make_keys, make_sql_store, make_object_store) -> Callable[..., Plan]:
    """Make a plan with the database `records` and the bucket `scans`; keys are given as a dict."""

    def make(keys: dict[str, Any] | None = None, **overrides: Any) -> Plan:
        stores = {"sql": (make_sql_store(),), "objects": (make_object_store(),)}
        return make_plan(**{**stores, "keys": make_keys(**(keys or {})), **overrides})

    return make


@pytest.fixture(scope="session")
def make_tf_context(make_context) -> Callable[..., Any]:
    """Make a context from settings of the target: ``make_tf_context(aws="~> 5.100")``."""

    def make(**settings: Any) -> Any:
        return make_context(targets={"terraform": {"aws": "~> 6.69", "state": STATE, **settings}})

    return make


@pytest.fixture(scope="session")
def lower(make_tf_plan, make_tf_context) -> Callable[..., dict[str, Any]]:
    """Lower a plan and give the content of its root: ``lower(keys={...}, settings={...}, tier="free")``."""

    def make(settings: dict[str, Any] | None = None, **overrides: Any) -> dict[str, Any]:
        (artifact,) = TerraformBackend().lower(make_tf_plan(**overrides), make_tf_context(**(settings or {})))
        return artifact.content

    return make


@pytest.fixture(scope="session")
def lineage(make_tf_plan, make_tf_context) -> Callable[..., dict[str, tuple[Any, ...]]]:
    """Lower a plan and give what each object was made from, by its id."""

    def make(settings: dict[str, Any] | None = None, **overrides: Any) -> dict[str, tuple[Any, ...]]:
        (artifact,) = TerraformBackend().lower(make_tf_plan(**overrides), make_tf_context(**(settings or {})))
        return {made.id: made.made_from for made in artifact.objects}

    return make


@pytest.fixture(scope="session")
def supports(make_tf_plan, make_tf_context, make_need) -> Callable[..., str]:
    """Ask the back-end about a feature: ``supports("keys.hsm", settings={...}, cloud="gcp")``."""

    def ask(feature: str, settings: dict[str, Any] | None = None, **overrides: Any) -> str:
        need, plan = make_need(feature), make_tf_plan(**overrides)
        return TerraformBackend().supports(need, plan, make_tf_context(**(settings or {})))

    return ask


@pytest.fixture(scope="session")
def check(make_tf_plan, make_tf_context) -> Callable[..., list[Any]]:
    """Lower a plan and check the root: ``check(settings={...}, keys={...})``."""

    def run(settings: dict[str, Any] | None = None, **overrides: Any) -> list[Any]:
        backend, plan, context = TerraformBackend(), make_tf_plan(**overrides), make_tf_context(**(settings or {}))
        return list(backend.check(backend.lower(plan, context), plan, context))

    return run


@pytest.fixture
def root(lower) -> dict[str, Any]:
    """A root that a test may break."""
    return copy.deepcopy(lower())


@pytest.fixture(scope="session")
def as_artifact() -> Callable[[dict[str, Any]], Artifact]:
    """Wrap a root's content as a back-end of somebody else would give it."""

    def make(content: dict[str, Any]) -> Artifact:
        objects = tuple(
            ArtifactObject(object_id(address), body, (("spec", "data"),)) for address, body in addresses(content)
        )
        return Artifact("main.tf.json", "json", content, objects)

    return make
