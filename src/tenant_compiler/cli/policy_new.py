"""``tenant-compile policy new``: a rule of the workspace's own, with cases that pass."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Final

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.frame import Frame, Outcome, conclude
from tenant_compiler.cli.wrong_use import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.cli.policy_templates import Setting
    from tenant_compiler.judge.rulebook import Rulebook
    from tenant_compiler.model.workspace import Workspace

_ID: Final = re.compile(r"[A-Z]{2,8}[0-9]{1,4}")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_TITLE: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,100}")
_OURS: Final = "TC"


@click.command()
@click.argument("number", metavar="ID")
@click.argument("name")
@click.option("--title", metavar="TEXT", default=None, help="What holds when the rule passes; else made of the name.")
@options.folder
def new(number: str, name: str, title: str | None, folder: str | None) -> int:
    """Begin a rule: NAME.rego in the folder of policies, with cases for it in fixtures/NAME.yaml.

    ID is two to eight capitals and one to four digits, such as ACME12; reports and waivers know the rule by it. NAME
    is small letters, digits and `_`; frameworks know the rule by it. The rule looks at a number, and its cases hold:
    change both.
    """
    frame = Frame(options.Printing())
    return conclude(frame, lambda: _new(frame, folder, number, (name, title)))


def _new(frame: Frame, folder: str | None, number: str, said: tuple[str, str | None]) -> Outcome:
    from tenant_compiler.judge.rulebook import workspace_rulebook  # noqa: PLC0415 - not for a wrong option

    name, title = said[0], said[1] or said[0].replace("_", " ").capitalize()
    _check(number, name, title)
    workspace = frame.open(folder)
    book = workspace_rulebook(workspace)
    _check_free(book, number, name)
    texts = _sound(book, workspace, (number, name, title))
    _write(frame, workspace, texts)
    where = f" -C {folder}" if folder else ""
    made = "".join(f"{frame.shown_path(file)}\n" for file in texts)
    commands = "".join(f"  tenant-compile policy {verb}{where}\n" for verb in (f"test {name}", "lint"))
    return Outcome(f"{made}next\n{commands}")


def _check(number: str, name: str, title: str) -> None:
    if not _ID.fullmatch(number) or number.startswith(_OURS):
        raise WrongUseError(
            f"`{number}` is no id of a workspace's rule; write two to eight capitals and one to four digits, such as"
            " ACME12; TC… is the compiler's own"
        )
    if not _NAME.fullmatch(name):
        raise WrongUseError(
            f"`{name}` is no name of a rule; write small letters, digits and `_`, and begin with a letter"
        )
    if not _TITLE.fullmatch(title):
        raise WrongUseError("the title must be one line of at most 100 characters")


def _check_free(book: Rulebook, number: str, name: str) -> None:
    for rule in book.known.values():
        if rule.name == name:
            raise WrongUseError(f"there is a rule `{name}` already, {rule.id} in {rule.file}; choose another name")
        if rule.id == number:
            raise WrongUseError(f"the id {number} is that of the rule `{rule.name}` in {rule.file}; choose another one")


def _sound(book: Rulebook, workspace: Workspace, said: tuple[str, str, str]) -> dict[str, str]:
    """The texts of the files by path, for the first setting with which all cases hold.

    Raises:
        WrongUseError: there is none.
    """
    from tenant_compiler.cli.policy_templates import SETTINGS  # noqa: PLC0415 - when all is checked

    base = _base(workspace)
    problem = ""
    for setting in SETTINGS:
        texts = _texts(workspace, base, said, setting)
        problem = _tried(book, workspace, texts)
        if not problem:
            return texts
    raise WrongUseError(f"no cases can be made of the tenant `{base}`: {problem}")


def _base(workspace: Workspace) -> str:
    """The name of the first tenant.

    Raises:
        WrongUseError: there is none that can be read.
    """
    from tenant_compiler.run.discovery import tenant_files  # noqa: PLC0415 - when all is checked
    from tenant_compiler.run.session import Session  # noqa: PLC0415

    session = Session(workspace)
    for path in tenant_files(workspace):
        for document in session.files.read(path)[0]:
            name: str = document.value["metadata"]["name"]
            return name
    raise WrongUseError("the workspace has no tenant to try the rule with; `tenant-compile new` adds one")


def _texts(workspace: Workspace, base: str, said: tuple[str, str, str], setting: Setting) -> dict[str, str]:
    from tenant_compiler.cli.policy_templates import FIXTURE, RULE  # noqa: PLC0415 - when all is checked
    from tenant_compiler.emit import yaml  # noqa: PLC0415

    number, name, title = said
    folder = workspace.config["workspace"]["policies"][0].rstrip("/")
    dotted = ".".join(setting.path)
    values: dict[str, Any] = {"id": number, "name": name, "dotted": dotted, "least": setting.least}
    rule = RULE.format(
        **values,
        title=yaml.dump(title).rstrip("\n"),
        unit=setting.unit,
        package=f"{_package(workspace)}.rules.{name}",
        path=json.dumps(["spec", *setting.path]),
    )
    fixture = FIXTURE.format(
        **values,
        base=base,
        enough=_patch(setting, setting.least),
        low=_patch(setting, setting.low),
        nothing=_patch(setting, None),
        low_number=setting.low,
        more=setting.least + 1,
    )
    return {f"{folder}/{name}.rego": rule, f"{folder}/fixtures/{name}.yaml": fixture}


def _package(workspace: Workspace) -> str:
    """The first part of the package: the workspace's name, unless that is ours or Rego's."""
    from tenant_compiler.judge.rego import KEYWORDS  # noqa: PLC0415 - when all is checked
    from tenant_compiler.judge.workspace_rules import TAKEN  # noqa: PLC0415

    name: str = workspace.config["workspace"]["name"].replace("-", "_")
    return f"own_{name}" if name in TAKEN | KEYWORDS else name


def _patch(setting: Setting, value: int | None) -> str:
    """A merge patch in one line of YAML."""
    text = "null" if value is None else str(value)
    for key in reversed(setting.path):
        text = f"{{{key}: {text}}}"
    return text


def _tried(book: Rulebook, workspace: Workspace, texts: Mapping[str, str]) -> str:
    """Run the cases of a new rule before it is written; give what is wrong with the first that fails."""
    from tenant_compiler.judge.fixtures import read_cases  # noqa: PLC0415 - when all is checked
    from tenant_compiler.judge.metadata import read_module  # noqa: PLC0415
    from tenant_compiler.run.policies.suite import Chosen, run_suite  # noqa: PLC0415

    (file, source), (fixture, cases) = texts.items()
    rule = read_module(source, file).rule
    assert rule is not None
    alone = book._replace(sources={file: source}, tests={}, rules={rule.name: rule})
    chosen = Chosen(alone.rules, read_cases(cases.encode(), fixture)[0], (), ())
    ran = run_suite(alone, chosen, book.engine, workspace)
    return next((f"{tried.case.name}: {tried.problems[0]}" for tried in ran.cases if tried.problems), "")


def _write(frame: Frame, workspace: Workspace, texts: Mapping[str, str]) -> None:
    there = [file for file in texts if os.path.lexists(os.path.join(workspace.root, file))]
    if there:
        raise WrongUseError(f"{', '.join(map(frame.shown_path, there))} would be overwritten; choose another name")
    for file, text in texts.items():
        whole = os.path.join(workspace.root, file)
        try:
            os.makedirs(os.path.dirname(whole), exist_ok=True)
            with open(whole, "x", encoding="utf-8", newline="\n") as target:
                target.write(text)
        except OSError as error:
            message = f"{frame.shown_path(file)} cannot be written: {(error.strerror or '').lower()}"
            raise WrongUseError(message) from error
