"""Judge a workspace, and write down what its rules were given and what they said.

    python judge_inputs.py WORKSPACE OUT

OUT gets ``documents/TENANT.json``, the inputs; ``bundle``, the rules' modules as files, ``data.json``, and a module
whose rule ``data.bench.result`` is what all engines are asked for; and ``findings.json``, what the command's own judge
found, by tenant and rule. A second workspace is added to what is there.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

from regulated import DAY

from tenant_compiler.judge.catalogue import load_catalogue
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run.bench import Judging
from tenant_compiler.run.discovery import Selectors
from tenant_compiler.run.passes import CHECK
from tenant_compiler.run.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

MODULE = """\
package bench

import rego.v1

result := {name: {"deny": rule.deny, "checked": rule.checked} | some name, rule in data.tenant_compiler.rules}

# The only form in which conftest takes findings.
deny contains {"msg": sprintf("%s: %s", [name, found.message])} if {
	some name, rule in data.tenant_compiler.rules
	some found in rule.deny
}
"""


def main(workspace: str, out: str) -> None:
    """Judge the tenants and write everything."""
    session = Session(open_workspace(workspace), judging=Judging(judged_on=date.fromisoformat(DAY)))
    law = session.tools.bench.made.law
    evaluate = law.evaluate
    said: dict[str, Any] = {}

    def recording(rules: Any, text: str) -> Any:
        found = evaluate(rules, text)
        name = json.loads(text)["tenant"]["metadata"]["name"]
        if name not in said:  # what comes later is single rules again, with other parameters
            said[name] = found
            _write(os.path.join(out, "documents", f"{name}.json"), text)
            _bundle(os.path.join(out, "bundle"), rules)
        return found

    law.evaluate = recording
    for result in session.stream(Selectors(), CHECK):
        if result.tenant not in said:
            raise SystemExit(f"{result.tenant} was not judged: {result.diagnostics[:1]}")
    path = os.path.join(out, "findings.json")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            said |= json.load(file)
    _write(path, json.dumps(said))


def _bundle(folder: str, rules: Iterable[str]) -> None:
    catalogue = load_catalogue()
    for file, source in catalogue.needed(rules).items():
        _write(os.path.join(folder, *file.split("/")[-2:]), source)
    _write(os.path.join(folder, "bench.rego"), MODULE)
    _write(os.path.join(folder, "data.json"), json.dumps(catalogue.data))


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
