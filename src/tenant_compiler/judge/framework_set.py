"""Reads the frameworks of a workspace together: their names, and which one extends which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.frameworks import extend, read_framework
from tenant_compiler.model.diagnostic import Diagnostic, Place
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read import schema
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.policy import Framework, Rule

_NAME: Final[Pointer] = ("metadata", "name")
_EXTENDS: Final[Pointer] = ("spec", "extends")


class FrameworkFile(NamedTuple):
    """A framework's document as it was read."""

    value: Any
    file: str
    document: int = 0


def read_frameworks(
    documents: Iterable[FrameworkFile],
    built_in: Callable[[str], Framework | None],
    names: Iterable[str],
    rules: Mapping[str, Rule],
) -> tuple[dict[str, Framework], list[Diagnostic]]:
    """Read all frameworks of a workspace.

    Args:
        documents: of kind Framework, in a stable order.
        built_in: gives a built-in framework by its name.
        names: those of all built-in frameworks; a workspace's has another one, so that nobody takes it for the law.
        rules: all rules by name.

    Returns:
        The sound ones by name, and what is wrong with the others: TC801 for a name that is taken, TC807 for an
        ``extends`` that leads nowhere or round in a circle, and all that `frameworks.read_framework` finds.
    """
    reading = _Reading(built_in, tuple(names), rules)
    for document in documents:
        reading.take(document)
    for name in reading.waiting:
        reading.resolve(name, ())
    return {name: framework for name, framework in reading.made.items() if framework is not None}, reading.findings


class _Reading:
    """The state of one reading."""

    def __init__(
        self, built_in: Callable[[str], Framework | None], names: tuple[str, ...], rules: Mapping[str, Rule]
    ) -> None:
        self.waiting: dict[str, FrameworkFile] = {}
        self.made: dict[str, Framework | None] = {}
        """None: there is something wrong with it."""
        self.findings: list[Diagnostic] = []
        self._built_in = built_in
        self._names = names
        self._rules = rules

    def take(self, document: FrameworkFile) -> None:
        """Register a document under its name."""
        wrong = schema.check(document.value, "framework", document.file, document.document)
        if wrong:
            self.findings += wrong
            return
        name = document.value["metadata"]["name"]
        other = self.waiting.get(name)
        if other is None and name not in self._names:
            self.waiting[name] = document
            return
        whose = "a built-in framework" if other is None else f"another framework, in {other.file}"
        help_ = "choose another name; tenants name it below `compliance.frameworks`"
        self._find("TC801", f"the name `{name}` is that of {whose}", document, _NAME, help_)

    def resolve(self, name: str, way: tuple[str, ...]) -> Framework | None:
        """Read one framework after the one that it extends."""
        if name in self.made:
            return self.made[name]
        document = self.waiting[name]
        extends = document.value["spec"].get("extends")
        if extends is None:
            framework, found = read_framework(document.value, document.file, self._rules, document.document)
        else:
            base = self._base(extends, document, (*way, name))
            if base is None:
                self.made[name] = None
                return None
            framework, found = extend(document.value, document.file, self._rules, base, document.document)
        self.findings += found
        self.made[name] = framework
        return framework

    def _base(self, name: str, document: FrameworkFile, way: tuple[str, ...]) -> Framework | None:
        if name in way:
            circle = " extends ".join(f"`{each}`" for each in (*way[way.index(name) :], name))
            help_ = "let one of them extend a built-in framework, or none"
            self._find("TC807", f"frameworks extend each other in a circle: {circle}", document, _EXTENDS, help_)
            return None
        if name in self.waiting:
            base = self.resolve(name, way)
            if base is None and name not in way:
                self._broken(name, document)
            return base
        base = self._built_in(name) if name in self._names else None
        if base is None:
            known = [*self._names, *self.waiting]
            help_ = did_you_mean(name, known) or f"there are {', '.join(sorted(known))}"
            self._find("TC807", f"there is no framework `{name}`", document, _EXTENDS, help_)
        return base

    def _broken(self, name: str, document: FrameworkFile) -> None:
        message = f"the framework `{name}`, which this one extends, has errors of its own"
        self._find("TC807", message, document, _EXTENDS, "correct that one first")

    def _find(self, code: str, message: str, document: FrameworkFile, pointer: Pointer, help_: str) -> None:
        place = Place(document.file, pointer, document=document.document)
        self.findings.append(Diagnostic(code, message, pointer=pointer, place=place, help=help_))
