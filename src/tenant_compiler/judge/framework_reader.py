"""Reads the files of frameworks. What is wrong with one is told in full; then there is no framework."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.frameworks import merged
from tenant_compiler.judge.parameters import misfit, strictest
from tenant_compiler.judge.tenant_paths import stranger
from tenant_compiler.model.diagnostic import Diagnostic, Place
from tenant_compiler.model.pointer import parse, show
from tenant_compiler.model.policy import Control, Framework, RuleUse
from tenant_compiler.read import schema
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.policy import Parameter, Rule

_WHOLE: Final = ("title", "version", "date", "source", "proves", "controls")
"""What a framework says that extends no other one."""
_CONTROL: Final = ("title", "text", "evidence")
"""What every control says that extends no other one."""
_REASON: Final = 10
"""Characters of a reason that says something."""
_SHORT: Final = {
    "attestations": ("attestation_fresh", "attestation_days"),
    "contacts": ("contacts", "contacts"),
    "agreements": ("agreements", "agreements"),
}
"""What is short for a rule at a place below ``compliance``, with a parameter of it."""


def read(
    value: Any, file: str, rules: Mapping[str, Rule], base: Framework | None, document: int
) -> tuple[Framework | None, list[Diagnostic]]:
    """See `frameworks.read_framework` and `frameworks.extend`."""
    findings = schema.check(value, "framework", file, document)
    if findings:
        return None, findings
    reader = _Reader(file, document, rules, value["spec"], base)
    framework = reader.framework(value["metadata"]["name"])
    return (None if reader.findings else framework), reader.findings


class _Reader:
    """Reads one document that fits its schema, and collects what is wrong with it all the same."""

    def __init__(
        self, file: str, document: int, rules: Mapping[str, Rule], spec: Mapping[str, Any], base: Framework | None
    ) -> None:
        self.findings: list[Diagnostic] = []
        self._file = file
        self._document = document
        self._rules = rules
        self._spec = spec
        self._base = base
        self._levels = tuple(spec.get("levels", base.levels if base else ()))
        self._roles = tuple(spec.get("roles", base.roles if base else ()))

    def framework(self, name: str) -> Framework:
        """Put the framework together."""
        spec, base = self._spec, self._base
        self._complete()
        said = spec.get("controls", {})
        self._twice(said)
        known = base.controls if base else {}
        excluded = self._excluded(said, known)
        controls = {each: self._taken_over(control, excluded) for each, control in known.items()}
        for each, about in said.items():
            controls[each] = self._control(each, about, known.get(each))
        return Framework(
            name=name,
            title=spec.get("title", base.title if base else ""),
            version=spec.get("version", base.version if base else ""),
            date=spec.get("date", base.date if base else ""),
            source=spec.get("source", base.source if base else ""),
            proves=spec.get("proves", base.proves if base else ""),
            levels=self._levels,
            roles=self._roles,
            controls=controls,
            file=self._file,
        )

    def _find(self, code: str, message: str, pointer: Pointer, help_: str, *, key: bool = False) -> None:
        place = Place(self._file, ("spec", *pointer), key=key, document=self._document)
        self.findings.append(Diagnostic(code, message, pointer=("spec", *pointer), place=place, help=help_))

    def _complete(self) -> None:
        spec = self._spec
        if self._base is None:
            if "extends" in spec:
                help_ = "name a built-in framework or one of the workspace's"
                self._find("TC807", f"there is no framework `{spec['extends']}`", ("extends",), help_)
                return
            for key in _WHOLE:
                if key not in spec:
                    help_ = f"write `{key}`, or extend another framework with `extends`"
                    self._find("TC204", f"{key} is missing", (), help_)
            for key in ("parameters", "exclude"):
                if key in spec:
                    help_ = "leave it out; controls have parameters of their own"
                    self._find("TC807", f"{key} has no effect without `extends`", (key,), help_, key=True)
        for name, value in spec.get("parameters", {}).items():
            self._value(name, value, self._known_parameters(self._rules), ("parameters", name))

    def _twice(self, said: Mapping[str, Any]) -> None:
        """Find identifiers that a reader takes for the same: ``AC-2 (3)`` and ``ac-2(3)`` (TC802)."""
        first: dict[str, str] = {} if self._base is None else {_plain(each): each for each in self._base.controls}
        for name in said:
            other = first.setdefault(_plain(name), name)
            if other != name:
                message = f"the control `{name}` is there already, as `{other}`"
                self._find("TC802", message, ("controls", name), "write one of them, with all its rules", key=True)

    def _excluded(self, said: Mapping[str, Any], known: Mapping[str, Control]) -> dict[str, str]:
        reasons: dict[str, str] = {}
        for name, reason in self._spec.get("exclude", {}).items():
            pointer: Pointer = ("exclude", name)
            if name not in known:
                help_ = did_you_mean(name, known) or "leave it out"
                self._find("TC808", f"there is no control `{name}` to exclude", pointer, help_, key=True)
            elif name in said:
                help_ = "keep one of both"
                self._find("TC808", f"the control `{name}` is excluded and changed", pointer, help_, key=True)
            elif not isinstance(reason, str) or len(reason.strip()) < _REASON:
                help_ = "say in a sentence why it does not apply; an auditor will ask"
                self._find("TC808", f"the control `{name}` is excluded without a reason", pointer, help_, key=True)
            else:
                reasons[name] = " ".join(reason.split())
        return reasons

    def _taken_over(self, control: Control, excluded: Mapping[str, str]) -> Control:
        """A control of the extended framework, as the one that extends it has it."""
        if control.id in excluded:
            note = f"excluded: {excluded[control.id]}"
            return control._replace(evidence="manual", rules=(), advises=(), parameters={}, by_level={}, note=note)
        return self._tailored(control)

    def _tailored(self, control: Control) -> Control:
        """Give a control the parameters that hold for all of them; its own stay where they are stricter."""
        common = self._spec.get("parameters", {}) if self._base is not None else {}
        known = self._known_parameters(use.rule for use in (*control.rules, *control.advises)) if common else {}
        named = {name: known[name] for name in common if name in known and not misfit(known[name], common[name])}
        if not named:
            return control

        def tailor(own: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
            asked = [("", name, values[name]) for values in (own, common) for name in names if name in values]
            settled = strictest(named, asked)
            return {**own, **{name: settled[name].value for name in names}}

        by_level = {
            level: tailor(own, [name for name in named if name in own]) for level, own in control.by_level.items()
        }
        return control._replace(parameters=tailor(control.parameters, list(named)), by_level=by_level)

    def _control(self, name: str, said: Mapping[str, Any], base: Control | None) -> Control:
        """Read a control that stands for itself, or what is changed of one that the extended framework has."""
        pointer: Pointer = ("controls", name)
        lower = base or Control(name, "", "", "manual", (), (), (), (), {}, {}, "")
        if base is None:
            for key in _CONTROL:
                if key not in said:
                    self._find("TC204", f"{show((*pointer, key))} is missing", pointer, f"write `{key}`")
        bare = "rules" in said or said.get("evidence") == "manual"
        kept = () if bare else lower.rules
        own = dict(said.get("parameters", {}))
        rules = (*kept, *self._uses(said.get("rules", ()), (*pointer, "rules")))
        rules = tuple(dict.fromkeys((*rules, *self._shorthand(said, pointer, lower.parameters, own))))
        advises = self._uses(said.get("advises", ()), (*pointer, "advises")) or lower.advises
        known = self._known_parameters(use.rule for use in (*rules, *advises))
        self._check_parameters(said, known, pointer)
        by_level = self._by_level(said, lower, pointer)
        control = Control(
            id=name,
            title=said.get("title", lower.title),
            text=" ".join(said.get("text", lower.text).split()),
            evidence=said.get("evidence", lower.evidence),
            levels=self._names("level", said, self._levels, pointer) or lower.levels,
            roles=self._names("role", said, self._roles, pointer) or lower.roles,
            rules=rules,
            advises=advises,
            parameters=_only(merged(lower.parameters, own), known),
            by_level={level: _only(values, known) for level, values in by_level.items()},
            note=" ".join(said.get("note", lower.note).split()),
        )
        self._check_evidence(control, pointer, written="evidence" in said)
        return self._tailored(control)

    def _uses(self, said: Sequence[Any], pointer: Pointer) -> tuple[RuleUse, ...]:
        uses = []
        for index, item in enumerate(said):
            name, at = (item, "") if isinstance(item, str) else (item["rule"], item["at"])
            if name not in self._rules:
                help_ = did_you_mean(name, self._rules) or "name a rule by the last part of its package"
                self._find("TC803", f"there is no rule `{name}`", (*pointer, index), help_)
            uses.append(RuleUse(name, self._at(at, (*pointer, index, "at"))))
        return tuple(uses)

    def _at(self, text: str, pointer: Pointer) -> Pointer:
        if not text:
            return ()
        try:
            at = parse(text)
        except ValueError:
            at = ()
        lost = stranger(at) if at and at[0] in ("spec", "metadata") else (at, ())
        if lost is not None:
            there, known = lost
            meant = did_you_mean(str(there[-1]), known) if known else ""
            help_ = meant or "write the path of a setting, such as `security.tls.minimum_version`"
            self._find("TC804", f"`{text}` is no path into a tenant", pointer, help_)
        return at

    def _shorthand(
        self, said: Mapping[str, Any], pointer: Pointer, lower: Mapping[str, Any], own: dict[str, Any]
    ) -> tuple[RuleUse, ...]:
        """Expand attestations, contacts and agreements; what they ask for is added to the control's own parameters."""
        uses: list[RuleUse] = []
        for section, (rule, parameter) in _SHORT.items():
            asked = said.get(section)
            if not asked:
                continue
            if rule not in self._rules:
                message = f"there is no rule `{rule}`, which {section} are short for"
                self._find("TC803", message, (*pointer, section), "name the rules that show it under `rules`")
            known = own.get(parameter, lower.get(parameter, []))
            own[parameter] = dict(asked) if isinstance(asked, dict) else list(dict.fromkeys((*known, *asked)))
            uses += [RuleUse(rule, ("spec", "compliance", section, key)) for key in asked]
        return tuple(uses)

    def _names(self, what: str, said: Mapping[str, Any], known: Sequence[str], pointer: Pointer) -> tuple[str, ...]:
        names = tuple(said.get(f"{what}s", ()))
        for index, name in enumerate(names):
            if name not in known:
                self._unknown_name(what, name, known, (*pointer, f"{what}s", index))
        return names

    def _unknown_name(self, what: str, name: str, known: Iterable[str], pointer: Pointer, *, key: bool = False) -> None:
        there = ", ".join(known)
        help_ = did_you_mean(name, known) or (f"there are {there}" if there else f"name it in `spec.{what}s` first")
        self._find("TC806", f"the framework has no {what} `{name}`", pointer, help_, key=key)

    def _by_level(self, said: Mapping[str, Any], lower: Control, pointer: Pointer) -> dict[str, dict[str, Any]]:
        result = {level: dict(values) for level, values in lower.by_level.items()}
        for level, about in said.get("by_level", {}).items():
            if level not in self._levels:
                self._unknown_name("level", level, self._levels, (*pointer, "by_level", level), key=True)
            result[level] = merged(result.get(level, {}), about.get("parameters", {}))
        return result

    def _known_parameters(self, names: Iterable[str]) -> dict[str, Parameter]:
        rules = (self._rules[name] for name in names if name in self._rules)
        return {parameter.name: parameter for rule in rules for parameter in rule.parameters}

    def _check_parameters(self, said: Mapping[str, Any], known: Mapping[str, Parameter], pointer: Pointer) -> None:
        for where, values in _parameters(said):
            for name, value in values.items():
                self._value(name, value, known, (*pointer, *where, name))

    def _value(self, name: str, value: Any, known: Mapping[str, Parameter], pointer: Pointer) -> None:
        """Check one value of a parameter (TC805)."""
        parameter = known.get(name)
        if parameter is None:
            help_ = did_you_mean(name, known) or (f"they read {', '.join(known)}" if known else "leave it out")
            self._find("TC805", f"none of the rules reads a parameter `{name}`", pointer, help_, key=True)
        elif wrong := misfit(parameter, value):
            help_ = f"its default is {parameter.default}"
            self._find("TC805", f"the parameter `{name}` {wrong}", pointer, help_)

    def _check_evidence(self, control: Control, pointer: Pointer, *, written: bool) -> None:
        """Manual means that no rule decides, anything else that one does (TC809)."""
        where = (*pointer, "evidence") if written else pointer
        if control.evidence == "manual" and control.rules:
            help_ = "write `evidence: config` or `attested`, or let the rules advise only"
            self._find("TC809", f"the control `{control.id}` is manual, but has rules that decide", where, help_)
        elif control.evidence != "manual" and not control.rules:
            help_ = "name the rules that show it, or write `evidence: manual`"
            self._find("TC809", f"the control `{control.id}` has no rule that could show it", where, help_)


def _parameters(said: Mapping[str, Any]) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
    """The parameters that a control writes, each set with its place in the control."""
    yield ("parameters",), said.get("parameters", {})
    for level, about in said.get("by_level", {}).items():
        yield ("by_level", level, "parameters"), about.get("parameters", {})


def _only(values: Mapping[str, Any], known: Mapping[str, Parameter]) -> dict[str, Any]:
    """What some rule reads; a changed control may have lost the rule of a parameter."""
    return {name: value for name, value in values.items() if name in known}


def _plain(name: str) -> str:
    return re.sub(r"\s+", "", name).casefold()
