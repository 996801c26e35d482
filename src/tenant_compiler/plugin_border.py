"""The border to plug-ins that are not ours: what they give is looked at, so that their bugs are named as theirs.

Built-in plug-ins do not pass here: their tests hold what this module checks, and what they raise is a bug of ours.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, get_args

from tenant_compiler.emit import json, yaml
from tenant_compiler.emit.manifest import valid_path
from tenant_compiler.model.artifact import Artifact, Format
from tenant_compiler.model.backend import ArtifactRule, Backend, Extension, PlanCheck, RulePack, Support
from tenant_compiler.model.diagnostic import SEVERITIES, Diagnostic, TenantCompileError
from tenant_compiler.plugins import NonsenseError, plugin_failed
from tenant_compiler.read import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tenant_compiler.model.backend import Context, Fact
    from tenant_compiler.model.plan import Need, Plan

_NAME: Final = re.compile(r"[a-z0-9]([-_.a-z0-9]{0,61}[a-z0-9])?")
_CODE: Final = re.compile(r"(?!TC[0-9])[A-Z][A-Z0-9]*[0-9]")
_SUPPORT: Final = get_args(Support)
_FORMATS: Final = get_args(Format)


def flaw(item: Any) -> str:
    """Say what is wrong with something that a hook gave; empty when nothing is.

    Args:
        item: of a type that its hook may give.
    """
    if not isinstance(item.name, str) or not _NAME.fullmatch(item.name):
        return f"the name {item.name!r}; write letters in lower case, digits and dashes"
    if isinstance(item, PlanCheck):
        return _bad_code(item.codes)
    if isinstance(item, RulePack):
        return _bad_rules(item.rules)
    return _bad_schema(item) if isinstance(item, Extension) else ""


def guard(item: Any) -> Any:
    """Wrap something that a hook gave, so that whoever calls it need not doubt what comes back.

    Args:
        item: without a flaw.

    Returns:
        The same with functions that raise `NonsenseError` when they give nonsense.
    """
    if isinstance(item, Backend):
        return _Guarded(item)
    if isinstance(item, PlanCheck):
        return item._replace(check=_checked(item.check, item.codes))
    if isinstance(item, RulePack):
        rules = (rule._replace(check=_checked(rule.check, (rule.code,))) for rule in item.rules)
        return item._replace(rules=tuple(rules))
    return item


class _Guarded(Backend):
    """A plug-in's back-end, whose answers are looked at."""

    def __init__(self, backend: Backend) -> None:
        self.name = backend.name
        self.description = backend.description
        self._backend = backend
        self._unable: dict[tuple[str, str], Exception] = {}

    def supports(self, need: Need, plan: Plan, context: Context) -> Support:
        """Ask the back-end. A failure is told by `lower`, so that it stops this tenant and no other."""
        try:
            return _answer(self._backend.supports(need, plan, context), need)
        except Exception as error:  # noqa: BLE001 - the plug-in border
            self._unable.setdefault((plan.tenant, plan.environment), error)
            return "elsewhere"

    def lower(self, plan: Plan, context: Context) -> Sequence[Artifact]:
        """Let the back-end make its files."""
        unable = self._unable.pop((plan.tenant, plan.environment), None)
        if unable is not None:
            raise unable
        return _sound(self._backend.lower(plan, context))

    def check(self, artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterable[Diagnostic]:
        """Let the back-end check its files."""
        return _checked(self._backend.check, None)(artifacts, plan, context)

    def lower_fleet(self, facts: Sequence[Fact], context: Context) -> Mapping[str, Sequence[Artifact]]:
        """Let the back-end make the files of the fleet.

        Raises:
            TenantCompileError: TC704 or TC705; no tenant could be blamed, so the run ends.
        """
        try:
            by_cluster = self._backend.lower_fleet(facts, context)
            return {_cluster(name): _sound(given, fleet=True) for name, given in by_cluster.items()}
        except Exception as error:
            raise TenantCompileError([plugin_failed("backends", self.name, error)]) from error

    def index(self, content: Any) -> dict[str, Any]:
        """Let the back-end take a file apart.

        Raises:
            TenantCompileError: TC704 or TC705.
        """
        try:
            return _objects(self._backend.index(content))
        except Exception as error:
            raise TenantCompileError([plugin_failed("backends", self.name, error)]) from error


def _answer(given: Any, need: Need) -> Support:
    if given not in _SUPPORT:
        raise NonsenseError(f"{given!r} as its answer to the need {need.feature}")
    answer: Support = given
    return answer


def _cluster(given: Any) -> str:
    if not isinstance(given, str) or not _NAME.fullmatch(given):
        raise NonsenseError(f"files of a cluster called {given!r}")
    return given


def _objects(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise NonsenseError(f"{type(given).__name__} as the objects of a file")
    return given


def _bad_code(codes: Any) -> str:
    if not isinstance(codes, tuple):
        return f"{type(codes).__name__} as codes, not a tuple"
    if not codes:
        return "no codes"
    for code in codes:
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            return f"the code {code!r}; write a prefix of your own in capitals and a number, such as EX101"
    return ""


def _bad_rules(rules: Any) -> str:
    if not isinstance(rules, tuple):
        return f"{type(rules).__name__} as rules, not a tuple"
    if not rules:
        return "no rules"
    for rule in rules:
        if not isinstance(rule, ArtifactRule):
            return f"{type(rule).__name__} among its rules"
    return _bad_code(tuple(rule.code for rule in rules))


def _bad_schema(extension: Extension) -> str:
    given: Any = extension.schema
    if not isinstance(given, dict):
        return f"{type(given).__name__} as the schema of the section `{extension.name}`"
    try:
        schema.document_schema("tenant", [extension])
    except (TypeError, ValueError) as error:
        return str(error)
    return ""


def _checked(
    check: Callable[..., Iterable[Diagnostic]], codes: tuple[str, ...] | None
) -> Callable[..., Iterable[Diagnostic]]:
    """Make a check that gives findings and nothing else; codes None allow any code that is not ours."""

    def checked(*arguments: Any) -> list[Diagnostic]:
        found = list(check(*arguments))
        for finding in found:
            if not isinstance(finding, Diagnostic):
                raise NonsenseError(f"{type(finding).__name__} among its findings")
            if codes is not None and finding.code not in codes:
                raise NonsenseError(f"a finding with the code {finding.code}; it declares {', '.join(codes)}")
            if codes is None and _bad_code((finding.code,)):
                raise NonsenseError(_bad_code((finding.code,)))
            if finding.severity not in SEVERITIES:
                raise NonsenseError(f"a finding of the severity {finding.severity!r}")
        return found

    return checked


def _sound(given: Iterable[Any], *, fleet: bool = False) -> list[Artifact]:
    """Take a back-end's files after a look at what the passes behind it rely on.

    Raises:
        NonsenseError: something is no artifact, or cannot be written.
    """
    artifacts: list[Artifact] = []
    paths: set[Any] = set()
    for artifact in given:
        if not isinstance(artifact, Artifact):
            raise NonsenseError(f"{type(artifact).__name__} in its list of artifacts")
        path: Any = artifact.path
        if not isinstance(path, str) or not valid_path(path) or path in paths:
            raise NonsenseError(f"a file called {artifact.path!r}, which is no path of its own below its folder")
        paths.add(path)
        artifacts.append(artifact)
        _encode(artifact)
        unseen = next(_unseen(artifact), None)
        if unseen is not None:
            raise NonsenseError(f"{unseen} in {artifact.path}, which is not among the objects of the file")
        for item in artifact.objects:
            if not (item.made_from or fleet):
                raise NonsenseError(f"the object {item.id} without the nodes of the tenant that it was made from")
    return artifacts


def _unseen(artifact: Artifact) -> Iterator[str]:
    """Find what would be applied and is none of the objects of its file: policies judge objects."""
    if artifact.format == "text":
        return
    seen = {id(item.value) for item in artifact.objects}
    content: Any = artifact.content
    if artifact.path.endswith(".tf.json") and isinstance(content, dict):
        for kind, bodies in dict(content.get("resource") or {}).items():
            yield from (f"the resource {kind}.{name}" for name, body in bodies.items() if id(body) not in seen)
        return
    documents = content if isinstance(content, list) else [content]
    for document in documents:
        found = document.get("items") if isinstance(document, dict) and document.get("kind") == "List" else [document]
        for each in found or ():
            if isinstance(each, dict) and "apiVersion" in each and "kind" in each and id(each) not in seen:
                yield f"a manifest of the kind {each['kind']}"


def _encode(artifact: Artifact) -> None:
    """Write the content and forget it: the emitters know best what they cannot write.

    Raises:
        NonsenseError: they cannot write this.
    """
    if artifact.format not in _FORMATS:
        raise NonsenseError(f"{artifact.path} in the format {artifact.format!r}; write one of {', '.join(_FORMATS)}")
    try:
        if artifact.format == "yaml":
            yaml.dump_all(artifact.content)
        elif artifact.format == "json":
            json.dump(artifact.content)
        elif not isinstance(artifact.content, str):
            raise NonsenseError(f"{type(artifact.content).__name__} as the text of {artifact.path}")
    except (TypeError, ValueError, RecursionError) as error:
        raise NonsenseError(f"a content of {artifact.path} that cannot be written: {error}") from error
