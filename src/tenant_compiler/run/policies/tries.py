"""One case of a fixture, tried: its tenant is really compiled, its rule judges it, and both are compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tenant_compiler.judge.denials import read_result
from tenant_compiler.judge.evaluate import RESULTS
from tenant_compiler.judge.projection import project
from tenant_compiler.judge.verdicts import Evidence
from tenant_compiler.model.artifact import Artifact, ArtifactObject
from tenant_compiler.model.pointer import show
from tenant_compiler.model.policy import Applied, Demand
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.run.policies.bases import merged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tenant_compiler.judge.fixtures import Case, Expected
    from tenant_compiler.model.policy import Denial, Rule, RuleResult
    from tenant_compiler.run.policies.bases import Bases
    from tenant_compiler.run.policies.process import Answer


class Tried(NamedTuple):
    """A case that was run."""

    case: Case
    problems: tuple[str, ...]
    """What is not as expected; empty for a case that passes."""
    input: Mapping[str, Any]
    """What the rule was given; empty when the case did not come so far."""
    got: RuleResult | None
    prints: tuple[str, ...] = ()
    """What the rule printed."""


def try_case(
    case: Case, rule: Rule, bases: Bases, ask: Callable[[Sequence[str], str], Answer], *, artifacts: bool
) -> Tried:
    """Run one case.

    Args:
        case: as read.
        rule: that it is about.
        bases: where base tenants come from.
        ask: evaluates rules, as `process.Trial.ask`.
        artifacts: whether the rule reads what is emitted.
    """
    unknown = sorted(case.parameters.keys() - {each.name for each in rule.parameters})
    if unknown:
        return Tried(case, tuple(f"the rule has no parameter `{name}`" for name in unknown), {}, None)
    result, problem = bases.compile(case, artifacts=artifacts or bool(case.objects))
    if result is None:
        return Tried(case, (problem,), {}, None)
    emitted, missing = _changed(result.artifacts, case.objects)
    if missing:
        return Tried(case, tuple(f"`objects` removes {ref}, which is not emitted" for ref in missing), {}, None)
    demands = {each.name: Demand(case.parameters.get(each.name, each.default), "", ()) for each in rule.parameters}
    resolved = result.resolved
    assert resolved is not None
    applied = [
        Applied(name, about.get("level", ""), about.get("role", ""), hypothetical=False)
        for name, about in resolved.spec["compliance"]["frameworks"].items()
    ]
    given = project(result._replace(artifacts=emitted), demands, case.judged_on, applied)
    answer = ask([f"{rule.package}.{name}" for name in RESULTS], json.dumps(given))
    got = read_result(rule, _raw(answer), Evidence(emitted).made_from)
    return Tried(case, tuple(differences(case, got)), given, got, tuple(answer.prints))


def _raw(answer: Answer) -> dict[str, Any] | str:
    """What the engine gave, as `read_result` takes it."""
    for value in answer.values:
        if "error" in value:
            return str(value["error"])
    found = {name: value.get("value") for name, value in zip(RESULTS, answer.values, strict=True)}
    missing = [name for name, value in found.items() if not isinstance(value, list)]
    return f"the rule has no set `{missing[0]}`" if missing else found


def differences(case: Case, got: RuleResult) -> Iterator[str]:
    """Say what a rule gave that a case does not expect, and the other way round, each as a sentence."""
    if got.error:
        yield f"the rule could not be evaluated: {got.error}"
        return
    left = list(got.denials)
    # The most definite expectations choose first, so that one for anything does not take what another asks for.
    for expected in sorted(case.findings, key=lambda each: -sum(map(bool, each))):
        found = next((denial for denial in left if _fits(expected, denial)), None)
        if found is None:
            yield f"expected a finding{words(expected)}, got none"
        else:
            left.remove(found)
    for denial in left:
        yield f"got a finding at {denial.ref or show(denial.pointer)} that is not expected: {denial.message}"
    looked_at = {*got.objects, *map(show, got.checked)}
    for path in sorted({*case.checked} - looked_at):
        yield f"expected {path} to be checked, but it was not"
    for path in sorted(looked_at - {*case.checked}):
        yield f"{path} was checked, which is not expected"


def words(expected: Expected) -> str:
    """An expectation as the end of a sentence: `` at security.tls in kubernetes/… with "…"``."""
    at = f" at {expected.path}" if expected.path else ""
    of = f" in {expected.object}" if expected.object else ""
    saying = f" with {json.dumps(expected.message, ensure_ascii=False)}" if expected.message else ""
    return at + of + saying


def _fits(expected: Expected, denial: Denial) -> bool:
    return (
        expected.path in ("", show(denial.pointer))
        and expected.object in ("", denial.ref)
        and expected.message in denial.message
    )


def _changed(
    artifacts: Mapping[str, tuple[Artifact, ...]], changes: Mapping[str, Any]
) -> tuple[Mapping[str, tuple[Artifact, ...]], list[str]]:
    """Change, add and remove emitted objects by their refs; the second value is those that cannot be removed."""
    if not changes:
        return artifacts, []
    left = dict(changes)
    result = {
        target: tuple(_changed_file(target, artifact, left) for artifact in made) for target, made in artifacts.items()
    }
    files: dict[tuple[str, str], list[ArtifactObject]] = {}
    for ref in [ref for ref, value in left.items() if value is not None and "/" in ref]:
        target, _, path = ref.partition("#")[0].partition("/")
        files.setdefault((target, path), []).append(_added(ref, left.pop(ref)))
    for (target, path), objects in files.items():
        result[target] = (*result.get(target, ()), Artifact(path, "text", "", tuple(objects)))
    return result, sorted(left)


def _changed_file(target: str, artifact: Artifact, left: dict[str, Any]) -> Artifact:
    """One file with its changes; takes those that it has a place for out of what is left."""
    file = f"{target}/{artifact.path}#"
    objects = []
    for item in artifact.objects:
        if file + item.id not in left:
            objects.append(item)
            continue
        patch = left.pop(file + item.id)
        if patch is not None:
            objects.append(item._replace(value=merged(item.value, patch)))
    added = [ref for ref in left if ref.startswith(file) and left[ref] is not None]
    return artifact._replace(objects=(*objects, *(_added(ref, left.pop(ref)) for ref in added)))


def _added(ref: str, value: Any) -> ArtifactObject:
    """An object that no back-end makes for the tenant."""
    return ArtifactObject(ref.partition("#")[2], merged({}, value), (("metadata", "name"),))
