"""The part of the benchmark about objects: how fast manifests are lowered, checked and emitted in one process.

The tenant is the one of the generated fleet that uses the whole vocabulary, so it makes an object of nearly every kind.
Lowering writes each object's text for its checksum, and emitting puts these texts together.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from table import Row

if TYPE_CHECKING:
    from collections.abc import Callable

TARGET = 30_000
"""Objects in a second."""
MANY = 300
"""Services of the large tenant."""
_AT_A_TIME = 20
_TESTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "integration")


class Measured(NamedTuple):
    """What came out, in seconds of CPU time for one tenant."""

    objects: int
    steps: dict[str, float]
    many_objects: int
    many: float
    """All steps of the tenant with many services."""


def measure(folder: str, rounds: int) -> Measured:
    """Measure every step, the best of some rounds: what else runs on the machine only makes them slower."""
    sys.path.insert(0, _TESTS)
    import generated_fleet as generated

    fleet = generated.Fleet(folder)
    main = generated.Variant("main", fleet.config, branch=True)
    build = fleet.build(generated.Variant("rich", generated.BASES["rich"], branch=True), main)
    plain = generated.Variant("main", without_mesh(fleet.config), branch=True)
    many = fleet.build(generated.Variant("many", with_services(generated.BASES["rich"], MANY), branch=True), plain)
    steps = _steps(build, rounds)
    return Measured(_count(build), steps, _count(many), sum(_steps(many, min(rounds, 3), 1).values()))


def with_services(tenant: dict[str, Any], count: int) -> dict[str, Any]:
    """A tenant with many services that call each other in a ring, and the largest quotas of the tier."""
    spec = tenant["spec"]
    services = {
        f"service-{number}": {
            "kind": "web",
            "image": "registry.acme.example/app@sha256:" + "0" * 64,
            "port": 8080,
            "calls": [f"service-{(number + 1) % count}"],
            "resources": {"requests": {"cpu_cores": 0.01, "memory_gb": 0.02}},
            "scaling": {"minimum": 2, "maximum": 4},
        }
        for number in range(count)
    }
    quotas = {**spec["quotas"], "cpu_cores": 128, "memory_gb": 512}
    return {**tenant, "spec": {**spec, "services": {**spec["services"], **services}, "quotas": quotas}}


def without_mesh(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration whose main cluster has no sidecars, which would need more CPU than so many services."""
    main = {name: said for name, said in config["cluster"]["main"].items() if name != "mesh"}
    return {**config, "cluster": {**config["cluster"], "main": main}}


def _steps(build: Any, rounds: int, times: int = _AT_A_TIME) -> dict[str, float]:
    from tenant_compiler.backends.kubernetes.backend import KubernetesBackend
    from tenant_compiler.backends.kubernetes.lints.pack import PACK
    from tenant_compiler.model.backend import Context
    from tenant_compiler.run.passes import encode

    backend, plan, context = KubernetesBackend(), build.plan, Context(build.config, build.config["cluster"])
    steps: dict[str, Callable[[], Any]] = {
        "lowered": lambda: backend.lower(plan, context),
        "checked by schemas": lambda: list(backend.check(build.artifacts, plan, context)),
        "checked by lints": lambda: [list(rule.check(build.artifacts, plan, context)) for rule in PACK.rules],
        "emitted": lambda: [encode(artifact) for artifact in build.artifacts],
    }
    best = dict.fromkeys(steps, float("inf"))
    for _ in range(rounds):
        for name, step in steps.items():
            before = time.process_time()
            for _ in range(times):
                step()
            best[name] = min(best[name], (time.process_time() - before) / times)
    return best


def _count(build: Any) -> int:
    if not build.artifacts:
        raise SystemExit(f"the benchmark's tenant is broken: {[finding.message for finding in build.findings]}")
    return sum(len(artifact.objects) for artifact in build.artifacts)


def rows(measured: Measured) -> list[Row]:
    """The table's lines."""
    total = sum(measured.steps.values())
    speed = measured.objects / total
    ratio = measured.many / measured.many_objects / (total / measured.objects)
    shares = ", ".join(f"{name} {100 * seconds / total:.0f} %" for name, seconds in measured.steps.items())
    return [
        Row("objects of the richest tenant", str(measured.objects)),
        Row("its objects, lowered, checked, emitted", f"{speed:,.0f} /s", f">= {TARGET:,} /s", speed >= TARGET),
        Row("the share of each step", shares),
        Row(f"time of an object among {MANY} services, by that", f"{ratio:.2f}", "<= 2", ratio <= 2),
    ]
