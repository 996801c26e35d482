"""A fleet that covers each branch of the vocabulary on each sort of cluster, made from the schemas.

Nothing is listed here by hand: the tenants and the configuration that use every leaf come from the test of dead knobs,
which fails when a leaf is missing. From these, each value of an enumeration, each other value of any leaf and each part
that may be left out make a tenant of their own, and so do cluster profiles. A new field joins by itself.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from test_no_dead_knobs import BASES, CONFIG, GOLD, HEAD, KIND, at, changed, leaves, load, others, places

from tenant_compiler.model.backend import Context
from tenant_compiler.model.document import Document
from tenant_compiler.model.workspace import Workspace
from tenant_compiler.read import schema
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run import passes
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.session import Session, keep_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.plan import Plan
    from tenant_compiler.model.result import EnvironmentResult
    from tenant_compiler.run.bench import Judging

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "fleet")
MINORS = [
    choice["const"] for choice in load("workspace")["definitions"]["Cluster"]["properties"]["kubernetes"]["oneOf"]
]


class Variant(NamedTuple):
    """A document or configuration that differs from one that uses everything in one place."""

    name: str
    value: Any
    branch: bool
    """Whether the change is to another way of doing things: a value of an enumeration, a switch, a part left out."""


class Build(NamedTuple):
    """One tenant on one sort of cluster."""

    name: str
    config: Any
    plan: Plan | None
    """None: the tenant does not resolve."""
    artifacts: tuple[Artifact, ...]
    """Of the target Kubernetes."""
    findings: tuple[Diagnostic, ...]

    @property
    def sound(self) -> bool:
        """Whether it would be written."""
        return not any(finding.severity == "error" and finding.blocks for finding in self.findings)


def variants(name: str, whole: Any, schema_name: str, only: tuple[str, ...] = ()) -> Iterator[Variant]:
    """Change a valid document in one place each.

    Args:
        name: what to call it.
        whole: the document.
        schema_name: of what it is.
        only: the path below which changes are made.
    """
    vocabulary = load("resolved" if schema_name == "tenant" else schema_name)
    yield Variant(name, whole, branch=True)
    for path, field in leaves(vocabulary, vocabulary):
        for place in places(whole, path):
            if place[: len(only)] != only:
                continue
            value = at(whole, place)
            for ways in others(value, field):
                for new in ways:
                    made = changed(whole, place, new)
                    if new != value and not schema.check(made, schema_name):
                        branch = "oneOf" in field or isinstance(value, bool)
                        yield Variant(f"{name}: {'.'.join(place)} = {json.dumps(new)}", made, branch)
                        break
    for place in _keys(whole, only):
        made = _without(whole, place)
        if not schema.check(made, schema_name):
            yield Variant(f"{name}: no {'.'.join(place)}", made, branch=isinstance(at(whole, place), dict))


def _keys(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every key of every map below a path."""
    found = at(value, path)
    for key in found if isinstance(found, dict) else ():
        yield (*path, key)
        yield from _keys(value, (*path, key))


def _without(value: Any, place: tuple[str, ...]) -> Any:
    if len(place) == 1:
        return {key: below for key, below in value.items() if key != place[0]}
    return {**value, place[0]: _without(value[place[0]], place[1:])}


class Fleet:
    """The workspace that all of them are built in."""

    def __init__(self, folder: str, enable: tuple[str, ...] = ("kubernetes",), judging: Judging | None = None) -> None:
        files = {
            "tier_presets/gold.jsonnet": GOLD,
            "profiles/ours.yaml": json.dumps({**HEAD, "kind": "Profile", "spec": {"quotas": {"cache_size_mb": 512}}}),
            "production.yaml": "{}",
            "crds/widget.yaml": KIND,
        }
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                file.write(text)
        config = {**CONFIG, "compliance": {}, "workspace": {**CONFIG["workspace"], "policies": [], "waivers": []}}
        self.config = {**config, "targets": {**config["targets"], "enable": list(enable)}}
        opened = Workspace(folder, "tenant-compile.toml", (), schema.fill_workspace(self.config), self.config)
        self.session = Session(opened, cache="", judging=judging)
        self._resolved: dict[str, EnvironmentResult] = {}

    def build(self, tenant: Variant, cluster: Variant) -> Build:
        """Build a tenant on a cluster, up to its checks, without verdicts."""
        config = schema.fill_workspace(cluster.value)
        tools = self.session.tools._replace(context=Context(config, config["cluster"]))

        def resolve(state: passes.State, _: passes.Tools) -> EnvironmentResult:
            if tenant.name not in self._resolved:
                self._resolved[tenant.name] = passes.resolve(state, tools)
            return self._resolved[tenant.name]

        document = Document("tenants/x.yaml", 0, tenant.value)
        steps = (resolve, passes.plan, passes.judge, passes.lower, passes.check)
        (result,) = passes.run_passes([(document, "production")], tools, steps, keep_all)
        artifacts = result.artifacts.get("kubernetes", ())
        return Build(f"{tenant.name} on {cluster.name}", config, result.plan, artifacts, result.diagnostics)

    def builds(self) -> Iterator[Build]:
        """Build all of them: each tenant, on each minor; each branch of them on each sort of cluster."""
        tenants = [each for name, base in BASES.items() for each in variants(name, base, "tenant")]
        clusters = list(variants("main", self.config, "workspace", ("cluster", "main")))
        plans: dict[str, Plan | None] = {}
        crossed = []
        for tenant in tenants:
            build = self.build(tenant, clusters[0])
            base = plans.setdefault(tenant.name.partition(":")[0], build.plan)
            # What makes no other plan makes nothing else on any cluster.
            if ":" not in tenant.name or (tenant.branch and build.plan != base):
                crossed.append((tenant, ":" not in tenant.name))
            yield build
        for cluster in clusters[1:]:
            for tenant, is_base in crossed:
                if cluster.branch or is_base:
                    yield self.build(tenant, cluster)


def example_builds() -> Iterator[Build]:
    """The example fleet, with all its clusters on each minor in turn."""
    opened = open_workspace(EXAMPLES)
    for minor in MINORS:
        clusters = {name: {**said, "kubernetes": minor} for name, said in opened.config["cluster"].items()}
        workspace = opened._replace(config={**opened.config, "cluster": clusters})
        session = Session(workspace, targets=("kubernetes",), cache="")
        steps = (passes.resolve, passes.plan, passes.judge, passes.lower, passes.check)
        for tenant in session.stream(Selectors(), steps):
            for result in tenant.environments:
                name = f"{tenant.tenant} in {result.environment} on {minor}"
                artifacts = result.artifacts.get("kubernetes", ())
                yield Build(name, workspace.config, result.plan, artifacts, result.diagnostics)
        session.close()
