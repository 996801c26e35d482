"""What somebody who works on rules has: sources, tests, fixtures, frameworks; a workspace's own, or the built-in ones.

A run loads what is packed and never reads this.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.data import data_folder
from tenant_compiler.judge.catalogue import load_catalogue
from tenant_compiler.judge.fixtures import Case, read_cases
from tenant_compiler.judge.framework_set import FrameworkFile, read_frameworks
from tenant_compiler.judge.metadata import read_module
from tenant_compiler.judge.rule_files import FILE_BYTES, read_rule_files
from tenant_compiler.judge.rule_set import together
from tenant_compiler.judge.workspace_rules import read_workspace_rules
from tenant_compiler.model.diagnostic import Diagnostic, Place, TenantCompileError
from tenant_compiler.model.policy import id_order
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read import yaml
from tenant_compiler.read.files import read_bytes
from tenant_compiler.read.globs import matching_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tenant_compiler.judge.engines.choose import EngineName
    from tenant_compiler.model.policy import Framework, Rule
    from tenant_compiler.model.workspace import Workspace

TESTS: Final = "_test.rego"
"""How the names of files with tests end."""
FIXTURES: Final = "fixtures"
BASES: Final = "bases"
"""The folder of base workspaces, in that of the fixtures."""
_YAML: Final = ("yaml", "yml")


class Rulebook(NamedTuple):
    """What is worked on. Files are relative to ``root``."""

    root: str
    """Absolute."""
    built_in: bool
    engine: EngineName
    sources: Mapping[str, str]
    """Rules and libraries by file."""
    tests: Mapping[str, str]
    """Modules of tests by file."""
    beside: Mapping[str, str]
    """Modules that all of these may import."""
    data: Mapping[str, Any]
    """What rules find below ``data``."""
    rules: Mapping[str, Rule]
    """Those that are worked on, by name."""
    known: Mapping[str, Rule]
    """All there are, by name."""
    frameworks: Mapping[str, Framework]
    """Those that are worked on, by name."""
    cases: tuple[Case, ...]
    fixtures: tuple[str, ...]
    """The files of the cases."""
    bases: tuple[str, ...]
    """Folders that hold a workspace for each base, absolute."""
    problems: tuple[Diagnostic, ...]
    """What is wrong with sources and frameworks."""
    unreadable: tuple[Diagnostic, ...]
    """What is wrong with fixtures."""


def built_in_rulebook(features: Collection[str], root: str = "") -> Rulebook:
    """Read the built-in rules from their sources.

    Args:
        features: what ``needs`` may name.
        root: the folder that holds ``policies``; empty for the compiler's own.
    """
    root = root or os.path.dirname(data_folder("policies"))
    files = _Files(root)
    texts = files.texts(["policies/rego/**/*.rego"])
    sources = {file: text for file, text in texts.items() if not file.endswith(TESTS)}
    modules = {file: read_module(text, file, built_in=True) for file, text in sources.items()}
    found = sorted((module.rule for module in modules.values() if module.rule), key=lambda rule: id_order(rule.id))
    rules, wrong = together(found, {}, features)
    frameworks, unsound = _frameworks(files.data(["policies/frameworks/*.yaml"]), rules)
    facts = _facts(files)
    cases, fixtures, unreadable = _fixtures(root, ["policies"])
    mistakes = (problem for module in modules.values() for problem in module.problems)
    return Rulebook(
        root=root,
        built_in=True,
        engine="auto",
        sources=sources,
        tests={file: text for file, text in texts.items() if file.endswith(TESTS)},
        beside={},
        data={"tenant_compiler": {"facts": facts}},
        rules=rules,
        known=rules,
        frameworks=frameworks,
        cases=cases,
        fixtures=fixtures,
        bases=(os.path.join(root, "policies", FIXTURES, BASES),),
        problems=(*files.problems, *mistakes, *wrong, *unsound),
        unreadable=unreadable,
    )


def workspace_rulebook(workspace: Workspace) -> Rulebook:
    """Read what a workspace has of its own."""
    catalogue = load_catalogue()
    read = read_workspace_rules(workspace, catalogue)
    read.close()
    folders = [folder.rstrip("/") for folder in workspace.config["workspace"]["policies"]]
    files = _Files(workspace.root)
    tests = files.texts([f"{folder}/**/*{TESTS}" for folder in folders])
    cases, fixtures, unreadable = _fixtures(workspace.root, folders)
    rules_of_ours = {rule.file for rule in catalogue.rules.values()}
    return Rulebook(
        root=workspace.root,
        built_in=False,
        engine=workspace.config["policy"]["engine"],
        sources=read_rule_files(workspace).rego,
        tests=tests,
        beside={file: text for file, text in catalogue.modules.items() if file not in rules_of_ours},
        data=catalogue.data,
        rules=read.rules,
        known={**catalogue.rules, **read.rules},
        frameworks=read.frameworks,
        cases=cases,
        fixtures=fixtures,
        bases=tuple(os.path.join(workspace.root, folder, FIXTURES, BASES) for folder in folders),
        problems=(*read.problems, *files.problems),
        unreadable=unreadable,
    )


class _Files:
    """Reads files below a folder, and collects what cannot be read."""

    def __init__(self, root: str) -> None:
        self.problems: list[Diagnostic] = []
        self._root = root

    def data(self, patterns: Sequence[str]) -> dict[str, bytes]:
        """The bytes of all files that fit, by name."""
        found = {}
        for file in matching_files(self._root, patterns):
            try:
                found[file] = read_bytes(os.path.join(self._root, file), file, FILE_BYTES)
            except TenantCompileError as error:
                self.problems += error.diagnostics
        return found

    def texts(self, patterns: Sequence[str]) -> dict[str, str]:
        """The same as text."""
        found = {}
        for file, data in self.data(patterns).items():
            try:
                found[file] = data.decode("utf-8").removeprefix("\ufeff")
            except UnicodeDecodeError as error:
                message = f"the file is not UTF-8: byte {error.start + 1}"
                self.problems.append(Diagnostic("TC102", message, place=Place(file), help="save it as UTF-8"))
        return found


def _fixtures(root: str, folders: Iterable[str]) -> tuple[tuple[Case, ...], tuple[str, ...], tuple[Diagnostic, ...]]:
    """The cases of the folders' fixtures, their files, and what is wrong with them."""
    homes = [f"{folder}/{FIXTURES}" for folder in folders]
    files = _Files(root)
    found = files.data([f"{home}/**/*.{end}" for home in homes for end in _YAML])
    bases = tuple(f"{home}/{BASES}/" for home in homes)
    cases: list[Case] = []
    read: list[str] = []
    for file, data in found.items():
        if not file.startswith(bases):
            made, wrong = read_cases(data, file)
            cases += made
            files.problems += wrong
            read.append(file)
    return tuple(cases), tuple(read), tuple(files.problems)


def _facts(files: _Files) -> dict[str, Any]:
    facts = {}
    for file, data in files.data(["policies/data/*.yaml"]).items():
        reading = yaml.read_documents(data, file)
        files.problems += reading.diagnostics
        for document in reading.documents:
            facts[os.path.basename(file).removesuffix(".yaml")] = document.value
    return facts


def _frameworks(files: Mapping[str, bytes], rules: Mapping[str, Rule]) -> tuple[dict[str, Framework], list[Diagnostic]]:
    problems: list[Diagnostic] = []
    documents = []
    for file, data in files.items():
        reading = yaml.read_documents(data, file)
        problems += reading.diagnostics
        documents += [FrameworkFile(each.value, each.file, each.index) for each in reading.documents]
    made, wrong = read_frameworks(documents, _none, (), rules)
    return made, [*problems, *wrong]


def _none(name: str) -> None:
    """There is no framework below the built-in ones."""
    del name
