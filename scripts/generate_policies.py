"""Make policies/compiled from the rules, facts and frameworks in policies.

    python scripts/generate_policies.py [--check]

What a run loads is ``policies/compiled``: rules.json has the metadata and sources of all rules and libraries and the
facts, ``frameworks/NAME.json`` one framework. A mistake in a source is printed as ``file:line:column: code: message``;
nothing is written then, and the exit code is 1. With ``--check`` nothing is written at all, and a file that differs
makes exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from tenant_compiler.data import data_folder
from tenant_compiler.judge.catalogue import FRAMEWORKS, RULES, Catalogue, pack
from tenant_compiler.judge.engines.builtins import scan
from tenant_compiler.judge.engines.protocol import PolicyError
from tenant_compiler.judge.engines.regorus import Regorus
from tenant_compiler.judge.frameworks import read_framework, to_json
from tenant_compiler.judge.heads import whole_heads
from tenant_compiler.judge.metadata import read_module
from tenant_compiler.judge.rego import span_of, without_comments
from tenant_compiler.judge.rule_set import together
from tenant_compiler.model.diagnostic import Diagnostic, Place, Span
from tenant_compiler.model.policy import id_order
from tenant_compiler.plan.needs import FEATURES
from tenant_compiler.read.jsonnet_files import BUILT_IN
from tenant_compiler.read.yaml import read_documents
from tenant_compiler.read.yaml_positions import Positions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenant_compiler.judge.metadata import Module
    from tenant_compiler.model.policy import Rule

ROOT = data_folder("policies")


class Sources:
    """The folder of policies, read; ``problems`` is what keeps it from being packed."""

    def __init__(self, root: str = ROOT) -> None:
        self.root = root
        self.problems: list[Diagnostic] = []
        self.rego = {shown: text for shown, text in self._texts("rego", ".rego") if not shown.endswith("_test.rego")}
        modules = {file: read_module(source, file, built_in=True) for file, source in self.rego.items()}
        for module in modules.values():
            self.problems += module.problems
        self.catalogue = self._catalogue(modules)
        self.frameworks = dict(self._frameworks(self.catalogue.rules))

    def files(self) -> dict[str, str]:
        """The texts to write, by path below the folder."""
        made = {RULES: _text(pack(self.catalogue))}
        for name, value in self.frameworks.items():
            made[os.path.join(FRAMEWORKS, f"{name}.json")] = _text(value)
        return made

    def _texts(self, folder: str, ending: str) -> Iterator[tuple[str, str]]:
        """Files below a folder with their names as findings have them, sorted."""
        top = os.path.join(self.root, folder)
        found = [os.path.join(where, name) for where, _, names in os.walk(top) for name in names]
        for path in sorted(found):
            if path.endswith(ending):
                shown = f"{BUILT_IN}policies/{os.path.relpath(path, self.root).replace(os.sep, '/')}"
                with open(path, encoding="utf-8") as file:
                    yield shown, file.read()

    def _catalogue(self, modules: Mapping[str, Module]) -> Catalogue:
        rules = sorted((module.rule for module in modules.values() if module.rule), key=lambda rule: id_order(rule.id))
        kept, wrong = together(rules, {}, tuple(FEATURES))
        self.problems += wrong
        self._places(modules)
        for found in scan(self.rego, "portable"):
            span = span_of(self.rego[found.file], found.start, found.end)
            message = f"`{found.name}` is not in every engine ({found.kind})"
            self.problems.append(Diagnostic("TC817", message, place=Place(found.file, span=span)))
        data = {"tenant_compiler": {"facts": self._facts()}}
        sources = {file: whole_heads(without_comments(source)) for file, source in self.rego.items()}
        self._compile(sources, data)
        return Catalogue(kept, sources, data, tuple(FEATURES), _libraries(modules))

    def _places(self, modules: Mapping[str, Module]) -> None:
        """Hold every package against its file: rules/NAME.rego is tenant_compiler.rules.NAME."""
        for file, module in modules.items():
            kind, name = file.removeprefix(f"{BUILT_IN}policies/rego/").removesuffix(".rego").split("/")
            wanted = ("tenant_compiler", {"rules": "rules", "lib": "lib"}[kind], name)
            if module.outline.package != wanted or (kind == "rules") != (
                module.rule is not None or bool(module.problems)
            ):
                place = Place(file, span=Span(1, 1, 2))
                self.problems.append(Diagnostic("TC813", f"the package must be {'.'.join(wanted)}", place=place))

    def _facts(self) -> dict[str, Any]:
        facts = {}
        for shown, text in self._texts("data", ".yaml"):
            reading = read_documents(text.encode(), shown)
            self.problems += reading.diagnostics
            for document in reading.documents:
                facts[os.path.basename(shown).removesuffix(".yaml")] = document.value
        return facts

    def _frameworks(self, rules: Mapping[str, Rule]) -> Iterator[tuple[str, dict[str, Any]]]:
        for shown, text in self._texts("frameworks", ".yaml"):
            reading = read_documents(text.encode(), shown)
            self.problems += reading.diagnostics
            for document in reading.documents:
                framework, wrong = read_framework(document.value, shown, rules, document.index)
                self.problems += [_located(finding, text) for finding in wrong]
                if framework is not None:
                    yield framework.name, to_json(framework)

    def _compile(self, sources: Mapping[str, str], data: Mapping[str, Any]) -> None:
        try:
            Regorus().load(sources, data)
        except PolicyError as error:
            span = Span(max(error.line, 1), max(error.column, 1), max(error.column, 1) + 1)
            self.problems.append(Diagnostic("TC812", error.message, place=Place(error.file, span=span)))


def _libraries(modules: Mapping[str, Module]) -> dict[str, tuple[str, ...]]:
    """The files that each rule's file imports, and those that these import, and so on."""
    homes = {module.outline.package: file for file, module in modules.items()}
    direct = {
        file: {homes[each.path[1:]] for each in module.outline.imports if each.path[1:] in homes}
        for file, module in modules.items()
    }

    def below(file: str, seen: set[str]) -> set[str]:
        for other in direct[file] - seen:
            seen.add(other)
            below(other, seen)
        return seen

    return {file: tuple(sorted(below(file, set()))) for file, module in modules.items() if module.rule}


def _located(finding: Diagnostic, text: str) -> Diagnostic:
    place = finding.place
    if place is None or place.span is not None:
        return finding
    nearest = Positions.of(text.encode()).nearest(place.pointer, document=place.document, key=place.key)
    return finding._replace(place=place._replace(span=nearest.span))


def _text(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _shown(finding: Diagnostic) -> str:
    place = finding.place
    where = place.file if place else ""
    if place and place.span:
        where += f":{place.span.line}:{place.span.column}"
    return f"{where}: {finding.code}: {finding.message}" + (f" ({finding.help})" if finding.help else "")


def _difference(files: Mapping[str, str], root: str) -> list[str]:
    """The paths whose files differ from what is made, and those of files that nothing makes."""
    different = []
    for path, text in files.items():
        full = os.path.join(root, path)
        old = ""
        if os.path.exists(full):
            with open(full, encoding="utf-8", newline="") as file:
                old = file.read()
        if old != text:
            different.append(path)
    folder = os.path.join(root, FRAMEWORKS)
    listed = [os.path.join(FRAMEWORKS, name) for name in os.listdir(folder)] if os.path.isdir(folder) else []
    return different + [path for path in listed if path not in files]


def main() -> int:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file differs")
    check = parser.parse_args().check
    sources = Sources()
    if sources.problems:
        print("\n".join(map(_shown, sources.problems)), file=sys.stderr)
        return 1
    files = sources.files()
    different = _difference(files, ROOT)
    if not check:
        os.makedirs(os.path.join(ROOT, FRAMEWORKS), exist_ok=True)
        for path in different:
            if path not in files:
                os.remove(os.path.join(ROOT, path))
                continue
            with open(os.path.join(ROOT, path), "w", encoding="utf-8", newline="\n") as file:
                file.write(files[path])
    print("\n".join(f"{'differs' if check else 'written'}: {path}" for path in different) or "nothing to do")
    return 1 if check and different else 0


if __name__ == "__main__":
    sys.exit(main())
