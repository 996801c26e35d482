"""Checks of AI: names that are taken, more than there may be, and settings that contradict or have no effect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.pointer import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan, Workload
    from tenant_compiler.model.plan_ai import Ai
    from tenant_compiler.model.pointer import Pointer

_AI: Pointer = ("spec", "ai")


def check_names(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Services, AI services and models stand in one namespace, each under a name of its own (TC351)."""
    del context
    ai = plan.ai
    if ai is None:
        return
    taken = {workload.name: workload.made_from[0] for workload in plan.workloads if workload.part == "service"}
    others: list[tuple[str, Pointer]] = [(service.name, service.made_from[0]) for service in ai.services]
    others += [(name, (*_AI, "custom_models", name)) for name in ai.models]
    if ai.learning:
        others.append(("federated-learning", (*_AI, "federated_learning")))
    for name, pointer in others:
        if name in taken:
            yield Diagnostic(
                "TC351",
                f"`{name}` is the name of {show(taken[name])}, too, and both run in one namespace",
                pointer=pointer if pointer[2] == "custom_models" else taken[name],
                help="give one of them another name; those of the platform's AI services are fixed",
            )
        taken.setdefault(name, pointer)


def check_amounts(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """Models, their instances and their units of AI work stay within what the tenant may have (TC352)."""
    ai = plan.ai
    if ai is None:
        return
    allowed = ai.models_allowed
    if allowed is not None and len(ai.models) > allowed:
        yield _over(
            f"{show((*_AI, 'custom_models'))} has {len(ai.models)}, but {show((*_AI, 'custom_models_allowed'))} is"
            f" {allowed}",
            (*_AI, "custom_models"),
            f"remove {len(ai.models) - allowed}, or raise {show((*_AI, 'custom_models_allowed'))} to {len(ai.models)}",
        )
    servers = [workload for workload in plan.workloads if workload.part == "ai"]
    instances = sum(workload.replicas.maximum for workload in servers if workload.kind != "cron")
    yield from _quota(plan, servers, "ml_model_instances", instances, "model instances at full scale")
    units = sum(workload.replicas.maximum * _units(plan, workload, context) for workload in servers)
    yield from _quota(plan, servers, "ai_processing_units", units, "units of AI work at full scale")


def check_ai(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """What AI needs is said and not denied (TC353), and what is said has an effect (TC326)."""
    del context
    ai = plan.ai
    if ai is None:
        return
    for workload in plan.workloads:
        if workload.accelerators and not ai.accelerated:
            yield _contradiction(
                f"the model `{workload.name}` asks for accelerators ({workload.accelerators} for each replica),"
                f" but {show((*_AI, 'gpu_acceleration'))} is false",
                workload.line("accelerators"),
                "write `gpu_acceleration: true`, or remove `accelerators`",
            )
    if ai.learning and not ai.aggregator:
        message = "federated learning has no aggregator to which updates could go"
        help_ = 'write `federation: {aggregator: "https://…"}`, or `federated_learning: false`'
        yield _contradiction(message, (*_AI, "federated_learning"), help_)
    yield from _nothing_allowed(ai)
    if ai.accelerated and not any(workload.accelerators for workload in plan.workloads):
        yield _idle("gpu_acceleration", "while nothing asks for accelerators")
    if ai.endpoint is not None and not ai.services:
        yield _idle("endpoint", "while no AI service is opened")


def _nothing_allowed(ai: Ai) -> Iterator[Diagnostic]:
    if ai.requests_per_day == 0 and (ai.services or ai.models):
        first = ai.made_from[0]
        message = f"{show(first)} is there, but {show((*_AI, 'inference_requests_per_day'))} is 0"
        yield _contradiction(message, first, "raise inference_requests_per_day, or choose a tier that has some")
    if ai.training_hours == 0 and ai.trains:
        key = "federated_learning" if ai.learning else "auto_ml_enabled"
        message = f"{show((*_AI, key))} is true, but {show((*_AI, 'model_training_quota_hours'))} is 0"
        yield _contradiction(message, (*_AI, key), "raise model_training_quota_hours, or choose a tier that has some")


def _units(plan: Plan, workload: Workload, context: Context) -> int:
    """Count the units of one replica: by its accelerators, else by its cores. The dearest cluster counts."""
    if not workload.accelerators:
        return math.ceil(workload.requests.millicores / 1000)
    clusters = (context.clusters.get(site.cluster) for site in plan.sites)
    each = (cluster["gpu"]["units_per_accelerator"] for cluster in clusters if cluster and "gpu" in cluster)
    return workload.accelerators * max(each, default=0)


def _quota(plan: Plan, servers: Iterable[Workload], name: str, wanted: int, what: str) -> Iterator[Diagnostic]:
    allowed = plan.quotas[name]
    if allowed is None or wanted <= allowed:
        return
    largest = max(servers, key=lambda workload: workload.replicas.maximum)
    yield _over(
        f"AI needs {wanted} {what}, which is {wanted - int(allowed)} more than quotas.{name} of {int(allowed)}",
        ("spec", "quotas", name),
        f"raise quotas.{name} to {wanted}, or have fewer replicas, first of all of `{largest.name}`",
    )


def _over(message: str, pointer: Pointer, advice: str) -> Diagnostic:
    return Diagnostic("TC352", message, pointer=pointer, help=advice)


def _contradiction(message: str, pointer: Pointer, advice: str) -> Diagnostic:
    return Diagnostic("TC353", message, pointer=pointer, help=advice)


def _idle(field: str, why: str) -> Diagnostic:
    pointer = (*_AI, field)
    return Diagnostic(
        "TC326", f"{show(pointer)} has no effect {why}", "warning", pointer=pointer, help="remove the line"
    )
