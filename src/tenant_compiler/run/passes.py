"""The passes over one tenant in one environment, in one visible tuple."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from tenant_compiler.emit import json, yaml
from tenant_compiler.model.artifact import Artifact, EmittedFile
from tenant_compiler.model.diagnostic import Diagnostic
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.model.result import EnvironmentResult
from tenant_compiler.plan.planner import make_plan
from tenant_compiler.plugins import plugin_failed
from tenant_compiler.resolve.origin import blame
from tenant_compiler.run.capabilities import judge_needs, lacking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tenant_compiler.model.backend import Backend, Context, RulePack
    from tenant_compiler.model.document import Document, Ignores
    from tenant_compiler.model.plan import Plan
    from tenant_compiler.plugins import Plugins
    from tenant_compiler.resolve.resolver import Resolver
    from tenant_compiler.run.bench import Bench


class Tools(NamedTuple):
    """What passes work with; the same for all tenants of a run."""

    resolver: Resolver
    plugins: Plugins
    backends: tuple[Backend, ...]
    """Those that this run makes files with, in the workspace's order."""
    enabled: tuple[Backend, ...]
    """All that the workspace enables: a run for one target does not turn the others' needs into findings."""
    rules: Mapping[str, tuple[tuple[Owned, Rule], ...]]
    """The rules of all packs that read a target's artifacts, by target."""
    context: Context
    bench: Bench


Rule: TypeAlias = "Callable[[Sequence[Artifact], Plan, Context], Iterable[Diagnostic]]"
Owned: TypeAlias = tuple[str, str]
"""A hook without its prefix, and the name of one thing that it gave."""


class State(NamedTuple):
    """One tenant in one environment on its way."""

    document: Document
    result: EnvironmentResult
    stopped: bool = False
    """An error was found: no further pass runs."""


class Pass(Protocol):
    """A step: takes the state, gives it back with what it made and found."""

    def __call__(self, state: State, tools: Tools) -> EnvironmentResult:
        """Run the pass. A result with an error ends the passes for this tenant and environment."""


def resolve(state: State, tools: Tools) -> EnvironmentResult:
    """Merge the layers."""
    resolved, findings = tools.resolver.resolve(state.document, state.result.environment)
    return state.result._replace(resolved=resolved, diagnostics=tuple(findings))


def plan(state: State, tools: Tools) -> EnvironmentResult:
    """Decide what the fields mean."""
    resolved = state.result.resolved
    assert resolved is not None
    return state.result._replace(plan=make_plan(resolved, tools.context.config))


def judge(state: State, tools: Tools) -> EnvironmentResult:
    """Run the checks of all plug-ins on the plan, and ask the targets what they make of its needs."""
    made = _plan(state)
    found: list[Diagnostic] = []
    for check in tools.plugins.checks:
        found += _guarded(tools, ("checks", check.name), check.check, made, tools.context)
    found += judge_needs(made, tools.enabled, tools.context)
    return _with(state, found)


def lower(state: State, tools: Tools) -> EnvironmentResult:
    """Let the back-ends of the run make their files."""
    made = _plan(state)
    artifacts: dict[str, tuple[Artifact, ...]] = {}
    found: list[Diagnostic] = []
    for backend in tools.backends:
        given = _guarded(tools, ("backends", backend.name), backend.lower, made, tools.context)
        bad = next((item for item in given if not isinstance(item, Artifact)), None)
        if bad is not None:
            found.append(bad if isinstance(bad, Diagnostic) else _nonsense(backend, bad))
            continue
        artifacts[backend.name] = tuple(item for item in given if isinstance(item, Artifact))
    return _with(state._replace(result=state.result._replace(artifacts=artifacts)), found)


def check(state: State, tools: Tools) -> EnvironmentResult:
    """Check the artifacts against their targets' schemas and every rule pack."""
    made = _plan(state)
    found: list[Diagnostic] = []
    for backend in tools.backends:
        artifacts = state.result.artifacts.get(backend.name, ())
        if not artifacts:
            continue
        findings = _guarded(tools, ("backends", backend.name), backend.check, artifacts, made, tools.context)
        for owner, rule in tools.rules.get(backend.name, ()):
            findings += _guarded(tools, owner, rule, artifacts, made, tools.context)
        found += [_in_target(finding, backend.name, artifacts) for finding in findings]
    return _with(state, found)


def emit(state: State, tools: Tools) -> EnvironmentResult:
    """Turn the artifacts into bytes."""
    del tools
    files = tuple(
        EmittedFile(f"{state.result.environment}/{target}/{artifact.path}", encode(artifact))
        for target, artifacts in state.result.artifacts.items()
        for artifact in artifacts
    )
    return state.result._replace(files=files)


def comply(state: State, tools: Tools) -> EnvironmentResult:
    """Judge the tenant and its artifacts by the frameworks that apply."""
    if not tools.bench.concerns(state.result):
        return state.result
    missing = lacking(_plan(state), tools.enabled, tools.context)
    compliance, found = tools.bench.judge(state.result, missing)
    if compliance is not None and compliance.waived:
        placed = tuple((_placed(finding, state.document, state.result), name) for finding, name in compliance.waived)
        compliance = compliance._replace(waived=placed)
    return _with(state._replace(result=state.result._replace(compliance=compliance)), found)


CHECK: tuple[Pass, ...] = (resolve, plan, judge, lower, check, comply)
"""What `tenant-compile check` runs."""
BUILD: tuple[Pass, ...] = (*CHECK, emit)
"""What `tenant-compile build` runs."""


def run_passes(
    wanted: Iterable[tuple[Document, str]], tools: Tools, passes: Sequence[Pass], keep: Callable[[Diagnostic], bool]
) -> list[EnvironmentResult]:
    """Run passes over a few tenants, each one's until an error is found.

    A pass goes over all of them before the next one begins: its code and tables then stay in the processor's caches,
    which makes a build a quarter faster than tenant by tenant.

    Args:
        wanted: checked tenant documents, each with an environment that it has.
        tools: of the run.
        passes: `CHECK` or `BUILD`.
        keep: whether a finding counts (``--select`` and ``--ignore``); one that leaves nothing to go on with does.

    Returns:
        A result for each wanted one, in order.
    """
    states = [State(document, EnvironmentResult(environment)) for document, environment in wanted]
    timings: list[dict[str, float]] = [{} for _ in states]
    running = list(range(len(states)))
    for step in passes:
        name: str = step.__name__  # type: ignore[attr-defined]
        for index in running:
            before = time.perf_counter()
            states[index] = _run(step, states[index], tools, keep)
            timings[index][name] = time.perf_counter() - before
        running = [index for index in running if not states[index].stopped]
    return [state.result._replace(timings=times) for state, times in zip(states, timings, strict=True)]


def _run(step: Pass, state: State, tools: Tools, keep: Callable[[Diagnostic], bool]) -> State:
    """Run one pass over one tenant and drop the findings that do not count."""
    seen = len(state.result.diagnostics)
    result = step(state, tools)
    new = result.diagnostics[seen:]
    if not new:
        return State(state.document, result)
    if state.document.ignores is not None:
        new = _without_ignored(new, state.document.ignores, state.document, result)
    kept = [_placed(finding, state.document, result) for finding in new if _stops(finding, result) or keep(finding)]
    result = result._replace(diagnostics=(*result.diagnostics[:seen], *kept))
    return State(state.document, result, any(finding.severity == "error" and finding.blocks for finding in kept))


def encode(artifact: Artifact) -> bytes:
    """The bytes of an artifact: UTF-8, line feeds at line ends."""
    if artifact.format == "yaml":
        return yaml.dump_all(artifact.content).encode()
    if artifact.format == "json":
        return json.dump(artifact.content).encode()
    text: str = artifact.content
    return text.encode()


def rules_of(packs: Iterable[RulePack], target: str) -> tuple[tuple[Owned, Rule], ...]:
    """The rules that read the artifacts of a target, with whose they are."""
    return tuple(
        (("rule_packs", pack.name), rule.check)
        for pack in packs
        for rule in pack.rules
        if not rule.targets or target in rule.targets
    )


def _plan(state: State) -> Plan:
    made = state.result.plan
    assert made is not None
    return made


def _stops(finding: Diagnostic, result: EnvironmentResult) -> bool:
    """Whether a finding cannot be ignored: nothing, or not everything, is made behind it, or a policy asks for it."""
    return bool(finding.rule) or (
        finding.severity == "error" and (result.plan is None or finding.code.startswith("TC7"))
    )


def _without_ignored(
    found: Iterable[Diagnostic], ignores: Ignores, document: Document, result: EnvironmentResult
) -> tuple[Diagnostic, ...]:
    """Leave out what a comment in the tenant's file says does not count."""
    return tuple(finding for finding in found if not ignores.covers(_placed(finding, document, result)))


def _with(state: State, found: Iterable[Diagnostic]) -> EnvironmentResult:
    return state.result._replace(diagnostics=(*state.result.diagnostics, *found))


def _guarded(tools: Tools, owner: Owned, function: Callable[..., Iterable[Any]], *arguments: Any) -> list[Any]:
    """Call what a plug-in gave. Built-in code keeps its traceback: what it raises is our bug."""
    try:
        return list(function(*arguments))
    except Exception as error:
        if tools.plugins.is_built_in(*owner):
            raise
        return [plugin_failed(*owner, error)]


def _nonsense(backend: Backend, item: object) -> Diagnostic:
    message = f"the back-end `{backend.name}` gave {type(item).__name__} in its list of artifacts"
    return Diagnostic("TC705", message, help="upgrade or uninstall the plug-in, or report it to its authors")


def _in_target(finding: Diagnostic, target: str, artifacts: Sequence[Artifact]) -> Diagnostic:
    """Name the target, and the tenant's node that the object was made from when the finding names none."""
    if not finding.pointer and finding.object:
        objects = (item for artifact in artifacts for item in artifact.objects)
        made_from = next((item.made_from for item in objects if item.id == finding.object), ())
        finding = finding._replace(pointer=made_from[0] if made_from else ())
    return finding._replace(target=finding.target or target)


def _placed(finding: Diagnostic, document: Document, result: EnvironmentResult) -> Diagnostic:
    """Say whose finding it is, and where its value was written."""
    # A broken plug-in is nobody's line.
    if finding.place is None and result.resolved is not None and not finding.code.startswith("TC7"):
        finding = blame(result.resolved, finding)
    return finding._replace(tenant=document.value["metadata"]["name"], environment=result.environment)
