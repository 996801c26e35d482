"""Base tenants of fixtures, each compiled with its own workspace by the passes of a build."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.model.diagnostic import TenantCompileError
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read import schema
from tenant_compiler.read.suggest import did_you_mean
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run.discovery import tenant_files
from tenant_compiler.run.passes import check, judge, lower, plan, resolve, run_passes
from tenant_compiler.run.session import Session, keep_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenant_compiler.judge.fixtures import Case
    from tenant_compiler.model.document import Document
    from tenant_compiler.model.result import EnvironmentResult
    from tenant_compiler.model.workspace import Workspace

_WITHOUT_ARTIFACTS: Final = (resolve, plan, judge)
_WHOLE: Final = (*_WITHOUT_ARTIFACTS, lower, check)


class _Base(NamedTuple):
    """A tenant with what compiles it."""

    session: Session
    document: Document


class Bases:
    """Base tenants by name.

    Args:
        folders: hold a workspace for each base; the first that has one counts.
        workspace: whose tenants are bases, too.
    """

    def __init__(self, folders: Sequence[str], workspace: Workspace | None = None) -> None:
        self._folders = folders
        self._workspace = workspace
        self._found: dict[str, _Base | str] = {}
        """A text says why there is none."""
        self._own: dict[str, _Base] | None = None
        self._compiled: dict[tuple[str, str, str, bool], tuple[EnvironmentResult | None, str]] = {}

    def compile(self, case: Case, *, artifacts: bool) -> tuple[EnvironmentResult | None, str]:
        """Compile a case's tenant.

        Args:
            case: whose base and patch count.
            artifacts: whether they are needed; making them takes most of the time.

        Returns:
            The tenant, checked; or None and why there is none.
        """
        key = (case.base, case.environment, json.dumps(case.given, sort_keys=True), artifacts)
        if key not in self._compiled:
            found = self._base(case.base)
            self._compiled[key] = (
                (None, found) if isinstance(found, str) else _compiled(found, case, artifacts=artifacts)
            )
        return self._compiled[key]

    def names(self) -> list[str]:
        """The names of all bases."""
        listed = {name for folder in self._folders if os.path.isdir(folder) for name in os.listdir(folder)}
        return sorted({*listed, *self._tenants()})

    def _base(self, name: str) -> _Base | str:
        if name not in self._found:
            self._found[name] = self._look_for(name)
        return self._found[name]

    def _look_for(self, name: str) -> _Base | str:
        root = next((each for each in (os.path.join(f, name) for f in self._folders) if os.path.isdir(each)), None)
        if root is None:
            help_ = did_you_mean(name, self.names())
            return self._tenants().get(name) or f"there is no base tenant `{name}`" + (f"; {help_}" if help_ else "")
        try:
            found, problem = _tenants_of(open_workspace(root))
        except TenantCompileError as error:
            return f"the workspace of the base tenant `{name}` cannot be opened: {error}"
        why = f": {problem}" if problem else ""
        return found.get(name) or f"the workspace of the base tenant `{name}` has no tenant of that name{why}"

    def _tenants(self) -> dict[str, _Base]:
        """Those of the workspace."""
        if self._own is None:
            self._own = _tenants_of(self._workspace)[0] if self._workspace is not None else {}
        return self._own


def _tenants_of(workspace: Workspace) -> tuple[dict[str, _Base], str]:
    """The tenants of a workspace, and the first thing that is wrong with its files."""
    session = Session(workspace)
    problem = ""
    found = {}
    for path in tenant_files(workspace):
        documents, broken = session.files.read(path)
        found.update({document.value["metadata"]["name"]: _Base(session, document) for document in documents})
        for result in broken:
            first = result.diagnostics[0]
            problem = problem or f"{path}: {first.code}: {first.message}"
    return found, problem


def _compiled(base: _Base, case: Case, *, artifacts: bool) -> tuple[EnvironmentResult | None, str]:
    session, document = base
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
    passes = _WHOLE if artifacts else _WITHOUT_ARTIFACTS
    (result,) = run_passes([(tenant, environment)], session.tools, passes, keep_all)
    errors = [finding for finding in result.diagnostics if finding.severity == "error"]
    if errors:
        return None, f"the tenant does not compile: {errors[0].code}: {errors[0].message}"
    return result, ""


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
