"""Checks of rollouts and of what moves replicas: names that are taken, parts that contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.pointer import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.model.backend import Context
    from tenant_compiler.model.plan import Plan, Workload
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.rollout import Rollout

COMPANIONS: Final = ("stable", "variant")
"""What the names of a service's two versions end in."""
NAME_LIMIT: Final = 63
"""Characters of a DNS label, which Services are named with (RFC 1123)."""

_WORDS: Final[Mapping[str, str]] = {"blue_green": "blue-green", "canary": "a canary", "ab_test": "an A/B test"}
_WITH_REQUESTS: Final = frozenset({"http", "grpc"})


def check_rollout_names(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """What a service's two versions are called is no other service's name, and no longer than a name may be (TC339)."""
    del context
    names = {workload.name for workload in plan.workloads}
    for workload in plan.workloads:
        if workload.rollout is None:
            continue
        pointer: Pointer = ("spec", "services", workload.name)
        for companion in COMPANIONS:
            name = f"{workload.name}-{companion}"
            if name in names:
                message = (
                    f"the {companion} version of the service `{workload.name}` is called `{name}`, as a service is"
                )
                help_ = "rename one of the two services"
                yield Diagnostic("TC339", message, pointer=("spec", "services", name), help=help_)
        over = len(workload.name) + len("-variant") - NAME_LIMIT
        if over > 0:
            message = (
                f"the version to come of the service `{workload.name}` needs a name of {NAME_LIMIT + over} characters"
            )
            help_ = f"shorten the service's name by {over}: a Service's has {NAME_LIMIT} at most"
            yield Diagnostic("TC339", message, pointer=pointer, help=help_)


def check_rollouts(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """The parts of a rollout agree (TC340), and the service is one that can be rolled out so (TC341)."""
    del context
    for workload in plan.workloads:
        if workload.rollout is not None:
            at: Pointer = ("spec", "services", workload.name, "rollout")
            yield from _parts(workload.rollout, at)
            yield from _fitting(workload, workload.rollout, at)


def _parts(rollout: Rollout, at: Pointer) -> Iterator[Diagnostic]:
    said = {pointer[len(at)] for pointer in rollout.made_from}
    if rollout.strategy == "ab_test" and rollout.match is None:
        help_ = "add `match: {header: x-cohort, value: b}`"
        yield Diagnostic("TC340", "an A/B test does not say which requests get the new version", pointer=at, help=help_)
    if rollout.match is not None and bool(rollout.match.header) == bool(rollout.match.cookie):
        has = "both a header and a cookie" if rollout.match.header else "neither a header nor a cookie"
        yield Diagnostic("TC340", f"the match names {has}", pointer=(*at, "match"), help="write one of the two")
    if any(low >= high for low, high in zip(rollout.steps_percent, rollout.steps_percent[1:], strict=False)):
        message = "the steps of the canary do not rise"
        help_ = "write them in order, each above the one before: `steps_percent: [5, 25, 50]`"
        yield Diagnostic("TC340", message, pointer=(*at, "steps_percent"), help=help_)
    if rollout.step > len(rollout.steps_percent):
        message = f"step {rollout.step} is beyond the last of {len(rollout.steps_percent)} steps"
        help_ = "after the last step write the new version as `image`, and remove `variant_image` and `step`"
        yield Diagnostic("TC340", message, pointer=(*at, "step"), help=help_)
    if rollout.variant_active and not rollout.variant_image:
        help_ = "add `variant_image`, or remove `active`"
        yield Diagnostic("TC340", "the active version is one that is not declared", pointer=(*at, "active"), help=help_)
    if rollout.variant_image:
        for field in ("pause_minutes", "success_rate_percent", "latency_p99_ms", "automatic_rollback"):
            if field in said:
                yield Diagnostic(
                    "TC340",
                    f"{show((*at, field))} is for a controller, but with `variant_image` people say which version runs",
                    pointer=(*at, field),
                    help="remove one of the two; what a layer below says is removed by `null`",
                )


def _fitting(workload: Workload, rollout: Rollout, at: Pointer) -> Iterator[Diagnostic]:
    """A strategy needs what it works with: pods that stay, a port, clients from outside, requests that can be told."""
    words = _WORDS[rollout.strategy]
    missing = ""
    if workload.kind == "cron":
        missing = f"{words} is for services that run all the time, and `{workload.name}` is a cron job"
    elif rollout.strategy != "canary" and workload.port is None:
        missing = f"{words} is for services that are called, and `{workload.name}` is a worker"
    elif rollout.strategy == "ab_test" and not _routable(workload):
        missing = (
            f"{words} tells requests of clients apart, and `{workload.name}` is not exposed to any over HTTP or gRPC"
        )
    if missing:
        help_ = "write `strategy: rolling`, or expose the service over HTTP or gRPC"
        yield Diagnostic("TC341", missing, pointer=(*at, "strategy"), help=help_)
    if rollout.measured and not (workload.port is not None and workload.protocol in _WITH_REQUESTS):
        field = "success_rate_percent" if rollout.success_rate_percent else "latency_p99_ms"
        message = f"the service `{workload.name}` has no requests that could be measured"
        help_ = f"remove `{field}`: only HTTP and gRPC have requests that are counted"
        yield Diagnostic("TC341", message, pointer=(*at, field), help=help_)
    if rollout.strategy == "blue_green" and rollout.match is not None and not _routable(workload):
        message = f"no client's request reaches `{workload.name}` over HTTP or gRPC, so none is matched"
        yield Diagnostic(
            "TC341", message, "warning", pointer=(*at, "match"), help="remove `match`, or expose the service"
        )


def _routable(workload: Workload) -> bool:
    return bool(workload.hosts) and workload.port is not None and workload.protocol in _WITH_REQUESTS


def check_triggers(plan: Plan, context: Context) -> Iterator[Diagnostic]:
    """What moves replicas can move them, and what scales to none wakes up again (TC342)."""
    del context
    for workload in plan.workloads:
        at: Pointer = ("spec", "services", workload.name, "scaling")
        for problem, pointer, help_ in _trigger_problems(workload, at):
            yield Diagnostic("TC342", problem, pointer=pointer, help=help_)


def _trigger_problems(workload: Workload, at: Pointer) -> Iterator[tuple[str, Pointer, str]]:
    triggers, replicas = workload.triggers, workload.replicas
    if replicas.minimum == 0 and (triggers is None or not (triggers.queue or triggers.schedules)):
        problem = f"nothing would wake the service `{workload.name}` up again from no replicas"
        yield problem, (*at, "minimum"), "add a `queue` or `schedules`, or raise the minimum to 1"
    if triggers is None:
        return
    if workload.kind == "cron":
        problem = f"`{workload.name}` is a cron job, which has no replicas that could be moved"
        yield problem, triggers.made_from[0], "remove the line"
    elif replicas.maximum <= replicas.minimum:
        problem = f"the service `{workload.name}` has no range of replicas to move in"
        yield problem, triggers.made_from[0], "set scaling.maximum above scaling.minimum"
    if triggers.requests_per_second is not None and not (workload.port and workload.protocol in _WITH_REQUESTS):
        problem = f"the service `{workload.name}` has no requests that could be counted"
        yield problem, (*at, "requests_per_second"), "remove the line: only HTTP and gRPC have requests"
    queue = triggers.queue
    if queue is not None and queue.kind == "rabbitmq" and not queue.address:
        problem = f"it is not said where the queue `{queue.name}` is"
        yield problem, (*at, "queue"), "add `address: {from: secret/NAME/KEY}`"
    if queue is not None and queue.kind == "sqs" and not queue.name.startswith("https://sqs."):
        problem = f"`{queue.name}` is no URL of an SQS queue"
        yield problem, (*at, "queue", "name"), "write https://sqs.REGION.amazonaws.com/ACCOUNT/NAME"
    if queue is not None and queue.kind == "sqs" and queue.address:
        problem = "an SQS queue has no address beside its URL"
        yield problem, (*at, "queue", "address"), "remove `address`"
    for schedule in triggers.schedules:
        if schedule.start == schedule.end:
            problem = f"the hours `{schedule.name}` end when they begin"
            yield problem, (*at, "schedules", schedule.name, "end"), "write another end"
        if not replicas.minimum < schedule.replicas <= replicas.maximum:
            problem = f"the hours `{schedule.name}` want {schedule.replicas} replicas, outside of what scaling allows"
            help_ = f"write a number above {replicas.minimum}, and {replicas.maximum} at most"
            yield problem, (*at, "schedules", schedule.name, "replicas"), help_
