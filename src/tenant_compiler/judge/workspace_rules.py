"""A workspace's own rules and frameworks: read, checked, and evaluated where they can do no harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.catalogue import framework_names, load_framework
from tenant_compiler.judge.engines.builtins import BUILTINS, scan
from tenant_compiler.judge.metadata import read_module
from tenant_compiler.judge.rego import span_of
from tenant_compiler.judge.rule_files import read_rule_files
from tenant_compiler.judge.rule_set import together
from tenant_compiler.judge.rules_process import LIMITS, Refusal, RulesProcess, Sources
from tenant_compiler.model.diagnostic import Diagnostic, Place, Span
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tenant_compiler.judge.catalogue import Catalogue
    from tenant_compiler.judge.engines.builtins import Dialect, Problem
    from tenant_compiler.judge.engines.choose import EngineName
    from tenant_compiler.judge.metadata import Module
    from tenant_compiler.judge.rules_process import Limits
    from tenant_compiler.model.policy import Framework, Rule
    from tenant_compiler.model.workspace import Workspace
    from tenant_compiler.read.child import Method

REFUSED: Final = "TC812"
NAMESPACE: Final = "TC813"
BUILTIN: Final = "TC817"
STOPPED: Final = "TC818"

TAKEN: Final = frozenset({"tenant_compiler", "data", "input", "system"})
"""First parts of packages that a workspace may not have: what is there comes from us or from the engine."""


class WorkspaceRules:
    """The rules and frameworks of a workspace.

    Args:
        rules: by name. Those whose file cannot be loaded are among them; they are evaluated to an error.
        frameworks: the sound ones, by name.
        problems: what was found while reading.
        process: evaluates the rules; None when there is no module.
    """

    def __init__(
        self,
        rules: Mapping[str, Rule],
        frameworks: Mapping[str, Framework],
        problems: Iterable[Diagnostic],
        process: RulesProcess | None,
    ) -> None:
        self.rules = rules
        self.frameworks = frameworks
        self._problems = list(problems)
        self._process = process
        self._named: set[str] = set()

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What is wrong: TC1xx, TC80x and TC812 to TC819; a rule that had to be stopped (TC818) from then on."""
        stopped = self._process.stopped if self._process is not None else {}
        for name in sorted(stopped.keys() - self._named):
            self._named.add(name)
            self._problems.append(_stopped(self.rules[name], stopped[name]))
        return tuple(self._problems)

    def evaluate(self, rules: Mapping[str, Rule], input_json: str) -> dict[str, Any]:
        """Evaluate rules of the workspace for one tenant.

        Args:
            rules: those that are asked for, by name.
            input_json: the JSON text of the projection.

        Returns:
            By name: ``{"deny": [...], "checked": [...]}``, or a text: why there is none.
        """
        assert self._process is not None or not rules
        return self._process.evaluate(rules, input_json) if self._process is not None else {}

    def close(self) -> None:
        """End the process of the rules; the next evaluation begins another one."""
        if self._process is not None:
            self._process.close()


def read_workspace_rules(
    workspace: Workspace, catalogue: Catalogue, *, limits: Limits = LIMITS, method: Method = "auto"
) -> WorkspaceRules:
    """Read and check what a workspace has of its own. Where there is something, a process is started that loads it.

    Raises:
        RuntimeError: that process met a bug of ours.
    """
    files = read_rule_files(workspace)
    problems = list(files.problems)
    modules: dict[str, Module] = {}
    for file, source in files.rego.items():
        module = read_module(source, file)
        if module.outline.package[:1] and module.outline.package[0] in TAKEN:
            problems.append(_taken(module, file, source))
            continue
        problems += module.problems
        modules[file] = module
    found = [module.rule for module in modules.values() if module.rule is not None]
    rules, wrong = together(found, catalogue.rules, catalogue.features)
    problems += wrong
    process = None
    if modules:
        sources = {file: files.rego[file] for file in modules}
        unfit = _unfit(sources, workspace.config["policy"]["engine"])
        problems += [_told(each, sources[each.file]) for each in unfit]
        process = _started(sources, unfit, workspace, catalogue, (limits, method))
        told = {each.file for each in unfit}
        problems += [_refused(file, why) for file, why in process.refused.items() if file not in told]
    frameworks: dict[str, Framework] = {}
    if files.frameworks:
        frameworks, wrong = _frameworks(files.frameworks, {**catalogue.rules, **rules})
        problems += wrong
    return WorkspaceRules(rules, frameworks, problems, process)


def _unfit(sources: Mapping[str, str], engine: EngineName) -> list[Problem]:
    """Calls that no rule may make, or that the engine lacks; `auto` means the same on every machine."""
    dialect: Dialect = "regorus" if engine == "auto" else engine
    return scan(sources, dialect)


def _started(
    sources: Mapping[str, str],
    unfit: Iterable[Problem],
    workspace: Workspace,
    catalogue: Catalogue,
    how: tuple[Limits, Method],
) -> RulesProcess:
    refused: dict[str, Refusal] = {}
    for each in unfit:
        span = span_of(sources[each.file], each.start, each.end)
        refused.setdefault(each.file, Refusal(_message(each), span.line, span.column))
    rules = {rule.file for rule in catalogue.rules.values()}
    # Reading our libraries takes longer than most rules; few ask for them.
    ours = catalogue.modules if any("tenant_compiler" in source for source in sources.values()) else {}
    loaded = Sources(
        engine=workspace.config["policy"]["engine"],
        modules={file: source for file, source in sources.items() if file not in refused},
        beside={file: source for file, source in ours.items() if file not in rules},
        data=catalogue.data,
    )
    process = RulesProcess(loaded, refused, limits=how[0], method=how[1])
    process.start()
    return process


def _frameworks(files: Mapping[str, bytes], rules: Mapping[str, Rule]) -> tuple[dict[str, Framework], list[Diagnostic]]:
    from tenant_compiler.judge.framework_set import FrameworkFile, read_frameworks  # noqa: PLC0415 - few have any
    from tenant_compiler.read.yaml import read_documents  # noqa: PLC0415

    problems: list[Diagnostic] = []
    documents = []
    for file, data in files.items():
        reading = read_documents(data, file)
        problems += reading.diagnostics
        documents += [FrameworkFile(each.value, each.file, each.index) for each in reading.documents]
    made, wrong = read_frameworks(documents, load_framework, framework_names(), rules)
    return made, [*problems, *wrong]


def _taken(module: Module, file: str, source: str) -> Diagnostic:
    package = ".".join(module.outline.package)
    end = source.find("\n", module.outline.at)
    span = span_of(source, module.outline.at, end if end >= 0 else len(source))
    message = f"the package `{package}` is not the workspace's to define; the file is not read"
    help_ = "choose a package of your own, such as `acme.rules.backups`; a rule in ours could silence a built-in one"
    return Diagnostic(NAMESPACE, message, place=Place(file, span=span), help=help_)


def _told(each: Problem, source: str) -> Diagnostic:
    place = Place(each.file, span=span_of(source, each.start, each.end))
    help_ = {
        "forbidden": "what a rule needs to know is in `input` and `data`",
        "lacking": "`tenant-compile policy engines` shows which engines there are; write it with other builtins",
        "unknown": did_you_mean(each.name, sorted(BUILTINS["portable"])) or "define it, or import what defines it",
        "template": 'write `sprintf("… %v …", [value])`',
        "open": 'end it with `"` on the same line, or write a text of several lines between backticks',
    }[each.kind]
    code = REFUSED if each.kind == "open" else BUILTIN
    return Diagnostic(code, f"{_message(each)}; no rule of the file is evaluated", place=place, help=help_)


def _message(each: Problem) -> str:
    return {
        "forbidden": f"no rule may use `{each.name}`: {each.reason}",
        "lacking": f"the engine has no builtin `{each.name}`",
        "unknown": f"there is no function `{each.name}`",
        "template": "texts with expressions in them are not known to every engine",
        "open": "the text that begins here has no end",
    }[each.kind]


def _refused(file: str, why: Refusal) -> Diagnostic:
    span = Span(why.line, max(why.column, 1), max(why.column, 1) + 1) if why.line else None
    message = f"the file cannot be loaded: {why.message}; no rule of it is evaluated"
    help_ = "the message is the engine's; `tenant-compile policy lint` looks at the whole file"
    return Diagnostic(REFUSED, message, place=Place(file, span=span), help=help_)


def _stopped(rule: Rule, reason: str) -> Diagnostic:
    place = Place(rule.file, span=Span(rule.line, 1, len("package") + 1))
    message = f"the rule {rule.id} `{rule.name}` was stopped, and is not evaluated again in this run: {reason}"
    help_ = "look for a loop without an end, a function that calls itself, or large sets of pairs"
    return Diagnostic(STOPPED, message, place=place, help=help_)
