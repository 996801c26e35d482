"""Other programs that judge the same documents by the same rules: conftest, ``opa exec``, a server of OPA.

Before anything is timed all of them are asked once, and must find the same for every tenant and rule.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import tools
from measure import Command, run

if TYPE_CHECKING:
    from collections.abc import Mapping

Findings = dict[str, dict[str, dict[str, list[str]]]]
"""By tenant, rule, and ``deny`` or ``checked``: each thing as JSON, sorted."""

_HERE = os.path.dirname(os.path.abspath(__file__))
INPUTS = os.path.join(_HERE, "judge_inputs.py")
LOOPS = os.path.join(_HERE, "judge_loops.py")


class Judges(NamedTuple):
    """What is judged: a folder as ``judge_inputs.py`` writes it."""

    folder: str

    def path(self, *parts: str) -> str:
        """A path in the folder."""
        return os.path.join(self.folder, *parts)

    def commands(self) -> dict[str, Command]:
        """What can be measured, by name; without Go, only our own loop."""
        given = self.path("bundle"), self.path("documents")
        found = {"judge": [sys.executable, LOOPS, "ours", *given, self.path("judge.json")]}
        opa, conftest = tools.opa(), tools.conftest()
        if opa is not None:
            found["opa exec"] = [opa, "exec", "--bundle", given[0], "--decision", "bench/result", given[1]]
            found["opa server"] = [sys.executable, LOOPS, opa, *given, self.path("opa server.json")]
        if conftest is not None:
            common = ["--no-fail", "--output", "json", "--namespace", "bench"]
            found["conftest"] = [conftest, "test", *common, "--policy", given[0], "--data", given[0], given[1]]
        return {name: _command(name, arguments, self.folder) for name, arguments in found.items()}

    def compare(self) -> int:
        """Ask all once and compare.

        Returns:
            How many findings there are.

        Raises:
            SystemExit: they differ.
        """
        expected = normal(json.loads(_read(self.path("findings.json"))))
        for name, command in self.commands().items():
            log = self.path(f"{name}.log")
            run(command.make(0), self.folder, log)
            told = self.path(f"{name}.json")
            answer = json.loads(_read(told if os.path.exists(told) else log))
            if name == "conftest":
                difference = first_difference(messages(expected), of_conftest(answer))
            else:
                difference = first_difference(expected, normal(of_exec(answer) if name == "opa exec" else answer))
            if difference:
                raise SystemExit(f"{name} finds something else than tenant-compile: {difference}")
        return sum(len(said["deny"]) for rules in expected.values() for said in rules.values())

    def loop(self, name: str) -> float:
        """The seconds of the loop of the last run."""
        return float(json.loads(_read(self.path(f"{name}.json")))[""])


def _command(name: str, arguments: list[str], folder: str) -> Command:
    return Command(name, lambda _: arguments, folder)


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def normal(answers: Mapping[str, Any]) -> Findings:
    """Bring what was said into one form: sets have no order, and helpers of rules are nobody's business."""
    return {
        tenant: {
            rule: {key: sorted(json.dumps(item, sort_keys=True) for item in said[key]) for key in ("deny", "checked")}
            for rule, said in rules.items()
        }
        for tenant, rules in answers.items()
        if tenant
    }


def messages(findings: Findings) -> dict[str, list[str]]:
    """What conftest could say of findings: the message of each, with its rule, once for each tenant."""
    return {
        tenant: sorted(
            {f"{rule}: {json.loads(item)['message']}" for rule, said in rules.items() for item in said["deny"]}
        )
        for tenant, rules in findings.items()
    }


def of_exec(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of ``opa exec`` by tenant."""
    return {_tenant(each["path"]): each["result"] for each in answer["result"]}


def of_conftest(answer: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The messages of conftest by tenant."""
    return {_tenant(each["filename"]): sorted(found["msg"] for found in each.get("failures", ())) for each in answer}


def _tenant(path: str) -> str:
    return os.path.basename(path).removesuffix(".json")


def first_difference(one: Any, other: Any, where: str = "") -> str:
    """Say where two answers differ first, and how; empty when they do not."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        found = (first_difference(one[key], other[key], f"{where}/{key}") for key in one)
        return next((each for each in found if each), "")
    if one == other:
        return ""
    if isinstance(one, dict) and isinstance(other, dict):
        one, other = sorted(one.keys() - other.keys()), sorted(other.keys() - one.keys())
    elif isinstance(one, list) and isinstance(other, list):
        one, other = [item for item in one if item not in other], [item for item in other if item not in one]
    return f"{where}: {str(one)[:300]} against {str(other)[:300]}"
