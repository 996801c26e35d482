"""Reading what a module says of its rule: the YAML of the ``# METADATA`` comment above its package, with lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.rego import outline, span_of, tokens
from tenant_compiler.model.diagnostic import Diagnostic, Place
from tenant_compiler.model.policy import Parameter, Rule
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read import yaml
from tenant_compiler.read.suggest import did_you_mean
from tenant_compiler.read.yaml_positions import Positions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenant_compiler.judge.rego import Outline
    from tenant_compiler.model.pointer import Pointer

METADATA: Final = "TC814"
RESULTS: Final = "TC816"

OURS: Final = "TC"
"""The prefix of built-in ids."""
_BUILT_IN_ID: Final = re.compile(r"TC4[0-9]{2,3}")
_OWN_ID: Final = re.compile(r"[A-Z]{2,8}[0-9]{1,4}")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")

_TOP: Final = ("scope", "title", "description", "custom")
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "subject": ("tenant", "artifact"),
    "evidence": ("config", "attested"),
    "severity": ("error", "warning"),
    "enforcement": ("block", "report"),
}
_TEXTS: Final = ("id", "remediation")
_CUSTOM: Final = (*_TEXTS, *_CHOICES, "parameters", "carried_by", "needs")
_DEFAULTS: Final[Mapping[str, Any]] = {
    "evidence": "config",
    "severity": "error",
    "enforcement": "block",
    "parameters": {},
    "carried_by": [],
    "needs": [],
}
"""What need not be said. Of a built-in rule nothing is left to them but what rules about artifacts do not have."""
_PARAMETER: Final = ("unit", "default", "stricter", "description", "conflicts_with")
_STRICTER: Final[Mapping[type, tuple[str, ...]]] = {
    int: ("lower", "higher"),
    list: ("subset", "superset"),
    dict: ("lower", "higher"),
}


class Module(NamedTuple):
    """One file of Rego, as far as it says what it is."""

    outline: Outline
    rule: Rule | None
    """None for a library, for tests, and for a rule that does not say enough of itself."""
    problems: tuple[Diagnostic, ...]


def read_module(source: str, file: str, *, built_in: bool = False) -> Module:
    """Read a module's package and metadata.

    A module is a rule when it has metadata with ``custom`` or a rule ``deny``; any other is a library.

    Args:
        source: the text of the file.
        file: its name, as diagnostics and `Rule` shall have it.
        built_in: whether it must have an id of ours and say everything.

    Returns:
        The module with findings: TC814 metadata missing or wrong, TC816 no set ``deny`` or ``checked``.
    """
    reader = _Reader(source, file, built_in=built_in)
    rule = reader.rule()
    return Module(reader.outline, rule, tuple(sorted(reader.problems, key=_position)))


def _position(problem: Diagnostic) -> tuple[int, ...]:
    return problem.place.span if problem.place and problem.place.span else ()


class _Reader:
    """Reads one module, and collects what is wrong."""

    def __init__(self, source: str, file: str, *, built_in: bool) -> None:
        self.outline = outline(source)
        self.problems: list[Diagnostic] = []
        self._source = source
        self._file = file
        self._built_in = built_in
        self._yaml = _commented_yaml(source, self.outline.at)

    def rule(self) -> Rule | None:
        """Make the rule; None when there is none, or none that can be used."""
        sets = {head.name for head in self.outline.heads if head.kind == "set"}
        value = self._metadata()
        custom = value.get("custom") if value is not None else None
        if custom is None and "deny" not in sets:
            return None
        if self._yaml is None:
            self._add(METADATA, "the rule has no metadata", "write a comment `# METADATA` above the package")
        elif not self._yaml.strip():
            self._add(METADATA, "the metadata is empty", "write `# title: …` and so on below `# METADATA`")
        elif value is not None:
            self._check(value)
        missing = [f"`{name}`" for name in ("deny", "checked") if name not in sets]
        # A text without an end swallows what follows; that is told, and not what it hides.
        if missing and not any(token.kind == "open" for token in self.outline.strange):
            help_ = (
                "write `deny contains … if {…}` and `checked contains … if {…}`: a rule that looks at nothing passes"
            )
            self._add(RESULTS, f"the rule has no set {' and no set '.join(missing)}", help_)
        if self.problems or value is None:
            return None
        return self._made(value, {**_DEFAULTS, **value["custom"]})

    def _metadata(self) -> dict[str, Any] | None:
        """The value of the metadata; None when there is none, or when it is no map."""
        if self._yaml is None or not self._yaml.strip():
            return None
        reading = yaml.read_documents(self._yaml, self._file)
        if reading.diagnostics:
            self.problems += reading.diagnostics
            return None
        value: Any = reading.documents[0].value
        if isinstance(value, dict):
            return value
        self._add(METADATA, "the metadata is no map", "write `# title: …` and so on below `# METADATA`")
        return None

    def _made(self, value: Mapping[str, Any], custom: Mapping[str, Any]) -> Rule:
        return Rule(
            id=custom["id"],
            name=self.outline.package[-1],
            package=".".join(self.outline.package),
            title=value["title"],
            description=" ".join(value["description"].split()),
            subject=custom["subject"],
            evidence=custom["evidence"],
            severity=custom["severity"],
            enforcement=custom["enforcement"],
            remediation=custom["remediation"],
            parameters=tuple(_parameter(name, about) for name, about in custom["parameters"].items()),
            carried_by=tuple(custom["carried_by"]),
            needs=tuple(custom["needs"]),
            file=self._file,
            line=self._source.count("\n", 0, self.outline.at) + 1,
        )

    def _check(self, value: Mapping[str, Any]) -> None:
        self._check_keys(value, (), _TOP, _TOP)
        if value.get("scope", "package") != "package":
            self._wrong(("scope",), "`scope` is not `package`", "metadata of a rule belongs to its package")
        for key in ("title", "description"):
            self._check_text(value, (key,))
        custom = value.get("custom", {})
        if not isinstance(custom, dict):
            self._wrong(("custom",), "`custom` is no map", "write `id`, `subject` and so on below it")
            return
        whole = _CUSTOM if custom.get("subject") == "tenant" else (*_TEXTS, *_CHOICES)
        needed = whole if self._built_in else tuple(key for key in _CUSTOM if key not in _DEFAULTS)
        self._check_keys(custom, ("custom",), _CUSTOM, needed)
        for key in _TEXTS:
            self._check_text(custom, ("custom", key))
        for key, choices in _CHOICES.items():
            if key in custom and custom[key] not in choices:
                self._wrong(("custom", key), f"`{key}` is {custom[key]!r}", f"write one of {', '.join(choices)}")
        for key in ("carried_by", "needs"):
            if not _is_texts(custom.get(key, [])):
                self._wrong(("custom", key), f"`{key}` is no list of texts", "write a list; an empty one for none")
        self._check_names(custom)
        parameters = custom.get("parameters", {})
        if not isinstance(parameters, dict):
            self._wrong(("custom", "parameters"), "`parameters` is no map", "write parameters by name; `{}` for none")
            return
        for name, about in parameters.items():
            self._check_parameter(name, about)

    def _check_keys(self, value: Mapping[str, Any], at: Pointer, known: Sequence[str], needed: Sequence[str]) -> None:
        for key in value:
            if key not in known:
                help_ = did_you_mean(key, known) or f"known are {', '.join(known)}"
                self._wrong((*at, key), f"the metadata has the unknown key `{key}`", help_, key=True)
        for key in needed:
            if key not in value:
                self._wrong(at, f"the metadata does not say `{key}`", f"write `{key}: …`", key=True)

    def _check_text(self, value: Mapping[str, Any], at: Pointer) -> None:
        text = value.get(str(at[-1]), "absent")
        if not isinstance(text, str) or not text.strip():
            self._wrong(at, f"`{at[-1]}` is no text", f"write a text after `{at[-1]}:`")

    def _check_names(self, custom: Mapping[str, Any]) -> None:
        """Check the id and the name, by which frameworks, waivers and reports know the rule."""
        said = custom.get("id")
        if isinstance(said, str):
            if self._built_in and not _BUILT_IN_ID.fullmatch(said):
                self._wrong(("custom", "id"), f"{said} is no built-in id", "write TC4 and two or three digits")
            elif not self._built_in and (not _OWN_ID.fullmatch(said) or said.startswith(OURS)):
                help_ = "write two to eight capitals and one to four digits, such as ACME12; TC… is the compiler's own"
                self._wrong(("custom", "id"), f"`{said}` is no id of a workspace's rule", help_)
        name = self.outline.package[-1] if self.outline.package else ""
        if not _NAME.fullmatch(name):
            help_ = "its last part is the rule's name: small letters, digits and `_`"
            self._add(METADATA, f"the package `{'.'.join(self.outline.package)}` is no rule's name", help_)

    def _check_parameter(self, name: str, about: Any) -> None:
        at: Pointer = ("custom", "parameters", name)
        if not _NAME.fullmatch(name):
            help_ = "write small letters, digits and `_`; the configuration and frameworks set it by that name"
            self._wrong(at, f"`{name}` is no parameter's name", help_, key=True)
        if not isinstance(about, dict):
            self._wrong(at, f"the parameter `{name}` is no map", f"write {', '.join(_PARAMETER[:4])} below it")
            return
        self._check_keys(about, at, _PARAMETER, _PARAMETER[:4])
        for key in ("unit", "description", "conflicts_with"):
            self._check_text(about, (*at, key))
        default = about.get("default", 0)
        if not _is_integer(default) and not _is_texts(default) and not _is_integers(default):
            help_ = "write a whole number, a list of texts, or a map of whole numbers"
            self._wrong((*at, "default"), f"the default of `{name}` is {default!r}", help_)
            return
        choices = _STRICTER[type(default)]
        if about.get("stricter", choices[0]) not in choices:
            help_ = f"write {' or '.join(choices)}"
            self._wrong((*at, "stricter"), f"`stricter` of `{name}` is {about['stricter']!r}", help_)

    def _wrong(self, at: Pointer, message: str, help_: str, *, key: bool = False) -> None:
        """Add a finding about a node of the metadata."""
        assert self._yaml is not None
        span = Positions.of(self._yaml).nearest(at, key=key).span
        self.problems.append(Diagnostic(METADATA, message, place=Place(self._file, span=span), help=help_))

    def _add(self, code: str, message: str, help_: str) -> None:
        """Add a finding about the module, shown at its package."""
        end = self._source.find("\n", self.outline.at)
        span = span_of(self._source, self.outline.at, end if end >= 0 else len(self._source))
        self.problems.append(Diagnostic(code, message, place=Place(self._file, span=span), help=help_))


def _commented_yaml(source: str, package: int) -> bytes | None:
    """The YAML of the last metadata above the package, in the same lines and columns; None when there is none."""
    lines: list[str] = []
    last = 0
    for token in tokens(source[:package]):
        if token.kind != "comment":
            continue
        line = source.count("\n", 0, token.start)
        if token.text.removeprefix("#").strip() == "METADATA":
            lines = [""] * (line + 1)
        elif lines and line == last + 1:
            lines.append(" " * (token.start - source.rfind("\n", 0, token.start)) + token.text[1:])
        last = line
    return "\n".join(lines).encode("utf-8", "surrogatepass") if lines else None


def _parameter(name: str, about: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=name,
        unit=about["unit"],
        default=about["default"],
        stricter=about["stricter"],
        description=" ".join(about["description"].split()),
        conflicts_with=about.get("conflicts_with", ""),
    )


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_integers(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_integer, value.values()))
