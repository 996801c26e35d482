"""Fixtures of rules: each case is a base tenant with a few settings changed, really compiled, and judged by one rule.

A case goes through the passes of a build, so a rule is tested against what the back-ends really emit.
"""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.denials import read_result
from tenant_compiler.judge.projection import project
from tenant_compiler.judge.verdicts import Evidence
from tenant_compiler.model.artifact import ArtifactObject
from tenant_compiler.model.diagnostic import Diagnostic, Place, TenantCompileError
from tenant_compiler.model.pointer import show
from tenant_compiler.model.policy import Demand
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read import files, schema, yaml
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run.passes import check, judge, lower, plan, resolve, run_passes
from tenant_compiler.run.session import Session, keep_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.document import Document
    from tenant_compiler.model.policy import Rule, RuleResult
    from tenant_compiler.model.result import EnvironmentResult

BASES: Final = "bases"
"""The folder of base workspaces, beside the fixtures."""
_PASSES: Final = (resolve, plan, judge, lower, check)


class Expected(NamedTuple):
    """A finding that a case expects; an empty text stands for anything."""

    path: str
    object: str
    message: str


class Case(NamedTuple):
    """One case of a fixture."""

    rule: str
    """The rule's name."""
    name: str
    base: str
    environment: str
    """Empty: the base's first."""
    given: Mapping[str, Any]
    objects: Mapping[str, Any]
    parameters: Mapping[str, Any]
    judged_on: date
    findings: tuple[Expected, ...]
    checked: tuple[str, ...]
    place: Place


class Tried(NamedTuple):
    """A case that was run."""

    case: Case
    problems: tuple[str, ...]
    """What is not as expected; empty for a case that passes."""
    input: Mapping[str, Any]
    """What the rule was given; empty when the case did not come so far."""
    got: RuleResult | None


def read_cases(root: str, file: str) -> tuple[list[Case], list[Diagnostic]]:
    """Read the fixtures of one file.

    Args:
        root: the folder that the file's name is relative to.
        file: its name.

    Returns:
        The cases, and what is wrong with the file; a file with mistakes gives no cases.
    """
    try:
        reading = yaml.read_documents(files.read_bytes(os.path.join(root, file), file), file)
    except TenantCompileError as error:
        return [], list(error.diagnostics)
    found: list[Case] = []
    problems = list(reading.diagnostics)
    for document in reading.documents:
        wrong = schema.check(document.value, "fixture", file, document.index)
        problems += wrong
        if not wrong:
            found += _cases(document)
    return found, problems


def _cases(document: Document) -> Iterator[Case]:
    value = document.value
    for index, said in enumerate(value["cases"]):
        expect = said["expect"]
        yield Case(
            rule=value["rule"],
            name=said["name"],
            base=said.get("base", value["base"]),
            environment=said.get("environment", ""),
            given=said.get("given", {}),
            objects=said.get("objects", {}),
            parameters=said.get("parameters", {}),
            judged_on=date.fromisoformat(said.get("judged_on", "2026-11-01")),
            findings=tuple(map(_expected, expect["findings"])),
            checked=tuple(sorted(expect["checked"])),
            place=Place(document.file, ("cases", index, "name"), document=document.index),
        )


def _expected(said: Any) -> Expected:
    if isinstance(said, str):
        return Expected("", said, "") if "#" in said else Expected(said, "", "")
    return Expected(said.get("path", ""), said.get("object", ""), said.get("message", ""))


class Bases:
    """Base tenants by name, each compiled with its own workspace, whose session is kept.

    Args:
        folders: hold a workspace for each base; the first that has one counts.
        workspace: whose tenants are bases, too; its root, or empty.
    """

    def __init__(self, folders: Sequence[str], workspace: str = "") -> None:
        self._folders = folders
        self._workspace = workspace
        self._sessions: dict[str, Session] = {}
        self._documents: dict[str, Document] = {}

    def compile(self, case: Case) -> tuple[EnvironmentResult | None, str]:
        """Compile a case's tenant.

        Returns:
            Its artifacts, checked; or None and why there are none.
        """
        found = self._find(case.base)
        if found is None:
            return None, f"there is no base tenant `{case.base}`"
        session, document = found
        value = document.value
        changed = {**value, "spec": merged(value["spec"], case.given)}
        wrong = schema.check(changed, "tenant", document.file, document.index)
        if wrong:
            return None, f"`given` makes no valid tenant: {wrong[0].message}"
        tenant = document._replace(value=changed)
        session.tools.resolver.prepare([tenant])
        environments = session.tools.resolver.environments(tenant)
        environment = case.environment or environments[0]
        if environment not in environments:
            return None, f"the base tenant `{case.base}` has no environment `{environment}`"
        (result,) = run_passes([(tenant, environment)], session.tools, _PASSES, keep_all)
        errors = [finding for finding in result.diagnostics if finding.severity == "error"]
        if errors:
            return None, f"the tenant does not compile: {errors[0].code}: {errors[0].message}"
        return result, ""

    def _find(self, name: str) -> tuple[Session, Document] | None:
        if name not in self._documents:
            for folder in self._folders:
                root = os.path.join(folder, name)
                if os.path.isdir(root):
                    self._take(name, root)
                    break
            else:
                if self._workspace:
                    self._take(name, self._workspace)
        if name not in self._documents:
            return None
        return self._sessions[name], self._documents[name]

    def _take(self, name: str, root: str) -> None:
        """Read the tenants of a workspace and keep the one that is called so."""
        from tenant_compiler.run.discovery import tenant_files  # noqa: PLC0415 - with the first base

        workspace = open_workspace(root)
        session = Session(workspace)
        for path in tenant_files(workspace):
            for document in session.read(path)[0]:
                if document.value["metadata"]["name"] == name:
                    self._sessions[name], self._documents[name] = session, document


def try_case(
    case: Case, rules: Mapping[str, Rule], bases: Bases, evaluate: Callable[[Rule, Mapping[str, Any]], Any]
) -> Tried:
    """Run one case.

    Args:
        case: as read.
        rules: all known rules by name.
        bases: where base tenants come from.
        evaluate: gives a rule's raw result for an input, or a text that says why there is none.
    """
    rule = rules.get(case.rule)
    if rule is None:
        return Tried(case, (f"there is no rule `{case.rule}`",), {}, None)
    result, problem = bases.compile(case)
    if result is None:
        return Tried(case, (problem,), {}, None)
    artifacts, missing = _changed(result.artifacts, case.objects)
    if missing:
        return Tried(case, tuple(f"`objects` names {ref}, which is not emitted" for ref in missing), {}, None)
    unknown = sorted(case.parameters.keys() - {each.name for each in rule.parameters})
    if unknown:
        return Tried(case, tuple(f"the rule has no parameter `{name}`" for name in unknown), {}, None)
    demands = {each.name: Demand(case.parameters.get(each.name, each.default), "", ()) for each in rule.parameters}
    given = project(result._replace(artifacts=artifacts), demands, case.judged_on)
    got = read_result(rule, evaluate(rule, given), Evidence(artifacts).made_from)
    return Tried(case, tuple(_differences(case, rule, got)), given, got)


def _differences(case: Case, rule: Rule, got: RuleResult) -> Iterator[str]:
    if got.error:
        yield f"the rule could not be evaluated: {got.error}"
        return
    left = list(got.denials)
    for expected in case.findings:
        for denial in left:
            if (
                expected.path in ("", show(denial.pointer))
                and expected.object in ("", denial.ref)
                and expected.message in denial.message
            ):
                left.remove(denial)
                break
        else:
            words = " ".join(
                filter(None, (expected.path, expected.object, expected.message and repr(expected.message)))
            )
            yield f"expected a finding at {words}, got none"
    for denial in left:
        yield f"got a finding at {denial.ref or show(denial.pointer)} that is not expected: {denial.message}"
    checked = set(got.objects) if rule.subject == "artifact" else {show(pointer) for pointer in got.checked}
    for path in sorted({*case.checked} - checked):
        yield f"expected {path} to be checked, but it was not"
    for path in sorted(checked - {*case.checked}):
        yield f"{path} was checked, which is not expected"


def merged(value: Any, patch: Any) -> Any:
    """Merge a JSON merge patch (RFC 7396): maps deeply, None removes, anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for key, item in patch.items():
        if item is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), item)
    return result


def _changed(
    artifacts: Mapping[str, tuple[Artifact, ...]], changes: Mapping[str, Any]
) -> tuple[Mapping[str, tuple[Artifact, ...]], list[str]]:
    """Change emitted objects by their refs; the second value is the refs that name no file."""
    if not changes:
        return artifacts, []
    left = dict(changes)
    result = {
        target: tuple(_changed_file(target, artifact, left) for artifact in made) for target, made in artifacts.items()
    }
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
    objects += [
        ArtifactObject(ref.removeprefix(file), merged({}, left.pop(ref)), (("metadata", "name"),)) for ref in added
    ]
    return artifact._replace(objects=tuple(objects))
