"""Fixtures of rules, read: each case is a base tenant with a few settings changed, and what a rule must say of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from tenant_compiler.model.diagnostic import Diagnostic, Place
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read import schema, yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tenant_compiler.model.document import Document

Kind: TypeAlias = Literal["passing", "failing", "not applicable"]

KINDS: Final[tuple[Kind, ...]] = ("passing", "failing", "not applicable")
"""What the cases of a rule must show at least once each."""
JUDGED_ON: Final = "2026-11-01"
"""The day of a case that names none."""


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
    """A merge patch of the base's ``spec``."""
    objects: Mapping[str, Any]
    """Merge patches of emitted objects by ref; None removes one."""
    parameters: Mapping[str, Any]
    judged_on: date
    findings: tuple[Expected, ...]
    checked: tuple[str, ...]
    """Sorted."""
    place: Place
    """Of its name."""

    @property
    def kind(self) -> Kind:
        """What the case shows."""
        if self.findings:
            return "failing"
        return "passing" if self.checked else "not applicable"


def read_cases(data: bytes, file: str) -> tuple[list[Case], list[Diagnostic]]:
    """Read the fixtures of one file.

    Args:
        data: what is in it.
        file: how findings name it.

    Returns:
        The cases, and what is wrong with the file (TC1xx, TC2xx); a document with mistakes gives no cases.
    """
    reading = yaml.read_documents(data, file)
    found: list[Case] = []
    problems = list(reading.diagnostics)
    for document in reading.documents:
        wrong = schema.check(document.value, "fixture", file, document.index)
        problems += wrong
        if not wrong:
            found += _cases(document)
    return found, problems


def kinds_missing(cases: Iterable[Case]) -> list[Kind]:
    """What no case of a rule shows."""
    shown = {case.kind for case in cases}
    return [kind for kind in KINDS if kind not in shown]


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
            judged_on=date.fromisoformat(said.get("judged_on", JUDGED_ON)),
            findings=tuple(map(_expected, expect["findings"])),
            checked=tuple(sorted(expect["checked"])),
            place=Place(document.file, ("cases", index, "name"), document=document.index),
        )


def _expected(said: Any) -> Expected:
    if isinstance(said, str):
        return Expected("", said, "") if "#" in said else Expected(said, "", "")
    return Expected(said.get("path", ""), said.get("object", ""), said.get("message", ""))
