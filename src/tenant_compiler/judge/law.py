"""All rules and frameworks of a run, built-in ones and the workspace's, with the engines that evaluate them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.catalogue import framework_names, load_catalogue, load_framework
from tenant_compiler.judge.engines.choose import choose
from tenant_compiler.judge.evaluate import evaluate_all
from tenant_compiler.model.diagnostic import Diagnostic, Place
from tenant_compiler.model.policy import Applied
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tenant_compiler.judge.catalogue import Catalogue
    from tenant_compiler.judge.workspace_rules import WorkspaceRules
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.policy import Framework, Rule
    from tenant_compiler.model.workspace import Workspace

UNKNOWN: Final = "TC853"
LEVEL: Final = "TC854"

_FRAMEWORKS: Final[Pointer] = ("spec", "compliance", "frameworks")


class Law:
    """What a run judges by. Built-in rules run in this process, a workspace's own in a child that can be killed.

    Args:
        workspace: whose rules and frameworks stand beside the built-in ones; None for none.

    Raises:
        TenantCompileError: there is no engine; exit code 2.
    """

    def __init__(self, workspace: Workspace | None) -> None:
        self._catalogue = load_catalogue()
        self._always = tuple(_always(workspace)) if workspace is not None else ()
        # Before the workspace's rules, whose process is in no position to say that there is none.
        self._engine = choose(workspace.config["policy"]["engine"] if workspace is not None else "auto")
        self._own = _own_rules(workspace, self._catalogue) if workspace is not None else None
        own = self._own.rules if self._own is not None else {}
        self.own: tuple[Rule, ...] = tuple(own.values())
        self.rules: Mapping[str, Rule] = {**self._catalogue.rules, **own}
        self.by_id = {rule.id: rule for rule in self.rules.values()}
        self._frameworks: dict[str, Framework] = dict(self._own.frameworks) if self._own is not None else {}
        self._loaded: frozenset[str] = frozenset()

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the workspace's rules and frameworks, as far as it is known by now."""
        return self._own.problems if self._own is not None else ()

    def evaluate(self, rules: Mapping[str, Rule], input_json: str) -> dict[str, Any]:
        """Evaluate rules for one tenant.

        Returns:
            By name: ``{"deny": [...], "checked": [...]}``, or a text: why there is none.
        """
        built_in = {name: rule for name, rule in rules.items() if name in self._catalogue.rules}
        self._load(built_in)
        found = evaluate_all(self._engine, built_in, input_json) if built_in else {}
        if len(built_in) < len(rules) and self._own is not None:
            found |= self._own.evaluate(
                {name: rule for name, rule in rules.items() if name not in built_in}, input_json
            )
        return found

    def _load(self, names: Iterable[str]) -> None:
        """Let the engine read what it has not read yet: a hook asks for few of the rules."""
        if not self._loaded.issuperset(names):
            self._loaded = self._loaded.union(names)
            self._engine.load(self._catalogue.needed(self._loaded), self._catalogue.data)

    def framework(self, name: str) -> Framework | None:
        """A framework by name; None when there is none."""
        if name not in self._frameworks and name in framework_names():
            self._frameworks[name] = load_framework(name)
        return self._frameworks.get(name)

    def names(self) -> list[str]:
        """The names of all frameworks."""
        return sorted({*framework_names(), *self._frameworks})

    def applying(
        self, spec: Mapping[str, Any], compare: Sequence[tuple[str, str]] = ()
    ) -> tuple[list[tuple[Applied, Framework]], list[Diagnostic]]:
        """Find the frameworks that apply to a tenant: its own, the workspace's, and those it is compared with.

        Args:
            spec: the tenant, resolved.
            compare: names and levels.

        Returns:
            Them, and a finding for each that does not exist (TC853) or has no such level or role (TC854).
        """
        applying: list[tuple[Applied, Framework]] = []
        problems: list[Diagnostic] = []
        for wanted, pointer, place in self._wanted(spec, compare):
            framework = self.framework(wanted.name)
            problem = self._unknown(wanted, pointer) if framework is None else _misfit(wanted, framework, pointer)
            if problem is not None:
                problems.append(problem._replace(place=place))
            elif framework is not None:
                applying.append((wanted, framework))
        return applying, problems

    def _wanted(
        self, spec: Mapping[str, Any], compare: Sequence[tuple[str, str]]
    ) -> Iterator[tuple[Applied, Pointer, Place | None]]:
        """Name each framework with where the tenant says so, or the configuration."""
        said = spec["compliance"]["frameworks"]
        for name, about in said.items():
            wanted = Applied(name, about.get("level", ""), about.get("role", ""), hypothetical=False)
            yield wanted, (*_FRAMEWORKS, name), None
        for wanted, place in self._always:
            if wanted.name not in said:
                yield wanted, _FRAMEWORKS, place
        for name, level in compare:
            # A tenant that is under it already is compared with nothing new, unless the level is another one.
            if name not in said or level not in ("", said[name].get("level", "")):
                yield Applied(name, level, "", hypothetical=True), _FRAMEWORKS, None

    def _unknown(self, wanted: Applied, pointer: Pointer) -> Diagnostic:
        names = self.names()
        help_ = did_you_mean(wanted.name, names) or f"there are {', '.join(names)}"
        # Most often the workspace has it, and it is not sound.
        files = (each.place.file for each in self.problems if each.place is not None)
        broken = next((file for file in files if not file.endswith(".rego")), "")
        notes = (f"{broken} has errors; what stands there is no framework until they are mended",) if broken else ()
        message = f"there is no framework `{wanted.name}`"
        return Diagnostic(UNKNOWN, message, pointer=pointer, help=help_, notes=notes, rule=wanted.name)

    def close(self) -> None:
        """End the child."""
        if self._own is not None:
            self._own.close()


def _always(workspace: Workspace) -> Iterator[tuple[Applied, Place]]:
    """The frameworks of the configuration, with where they stand."""
    at = (*workspace.section, "compliance", "frameworks")
    for index, text in enumerate(workspace.config["compliance"]["frameworks"]):
        name, _, level = text.partition(":")
        yield Applied(name, level, "", hypothetical=False), Place(workspace.file, (*at, index))


def _misfit(wanted: Applied, framework: Framework, pointer: Pointer) -> Diagnostic | None:
    """The finding for a level or a role that a framework does not have, or that is missing."""
    for what, said, known in (("level", wanted.level, framework.levels), ("role", wanted.role, framework.roles)):
        if said and said not in known:
            help_ = f"write one of {', '.join(known)}" if known else f"leave it out: {wanted.name} has no {what}s"
            message = f"{wanted.name} has no {what} `{said}`"
            return Diagnostic(LEVEL, message, pointer=(*pointer, what), help=help_, rule=wanted.name)
    if framework.levels and not wanted.level:
        # The configuration and `--with` name a framework and its level in one text.
        first = (
            f"level: {framework.levels[0]}"
            if len(pointer) > len(_FRAMEWORKS)
            else f"{wanted.name}:{framework.levels[0]}"
        )
        help_ = f"write `{first}`, or another of {', '.join(framework.levels)}"
        message = f"{wanted.name} has levels, and none is chosen"
        return Diagnostic(LEVEL, message, pointer=pointer, help=help_, rule=wanted.name)
    return None


def _own_rules(workspace: Workspace, catalogue: Catalogue) -> WorkspaceRules | None:
    """The rules of a workspace; None where no folder can have any, so that what reads them is not imported."""
    folders = workspace.config["workspace"]["policies"]
    if not any(os.path.isdir(os.path.join(workspace.root, folder)) for folder in folders):
        return None
    from tenant_compiler.judge.workspace_rules import read_workspace_rules  # noqa: PLC0415 - few have any

    return read_workspace_rules(workspace, catalogue)
