"""Frameworks: their active controls, and their compact form that is loaded at run time.

Reading a framework's file is `framework_reader`'s; a run over built-in frameworks never needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenant_compiler.model.policy import Control, Framework, RuleUse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.policy import Rule


def controls_of(framework: Framework, level: str = "", role: str = "") -> list[Control]:
    """Select the controls that hold for a tenant.

    Args:
        framework: the framework.
        level: one of its levels; empty asks for no level in particular: every control is active then, with what it asks
            for beside ``by_level``.
        role: one of its roles, likewise. Who does not say which part it plays is held to every part.

    Returns:
        In the framework's order, with the level's parameters merged into the others (maps by key).
    """
    active = []
    for control in framework.controls.values():
        if level and control.levels and level not in control.levels:
            continue
        if role and control.roles and role not in control.roles:
            continue
        more = control.by_level.get(level) if control.by_level else None
        active.append(control._replace(parameters=merged(control.parameters, more)) if more else control)
    return active


def merged(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters over parameters: a value replaces the one below, but maps are merged by key."""
    result = dict(lower)
    for name, value in upper.items():
        below = result.get(name)
        result[name] = {**below, **value} if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def read_framework(
    value: Any, file: str, rules: Mapping[str, Rule], document: int = 0
) -> tuple[Framework | None, list[Diagnostic]]:
    """Read a framework's document that stands for itself.

    Args:
        value: JSON-like data, as the YAML reader gives it.
        file: for the findings' places, and the framework's own.
        rules: all rules by name.
        document: its index in the file.

    Returns:
        The framework, and what is wrong with it: TC2xx where it does not fit its schema, TC802 to TC807, TC809. None
        when something is; a framework with a hole in it would judge less than it says.
    """
    from tenant_compiler.judge.framework_reader import read  # noqa: PLC0415 - 100 ms for a file that has findings

    return read(value, file, rules, None, document)


def extend(
    value: Any, file: str, rules: Mapping[str, Rule], base: Framework, document: int = 0
) -> tuple[Framework | None, list[Diagnostic]]:
    """Read a framework's document that tailors another one.

    Args:
        value: JSON-like data whose ``spec.extends`` names ``base``.
        file: for the findings' places.
        rules: all rules by name.
        base: whose controls are taken over.
        document: its index in the file.

    Returns:
        As `read_framework`, with TC808 for exclusions that do not hold. An excluded control stays, as manual and with
        the reason in its note, so that nobody overlooks it.
    """
    from tenant_compiler.judge.framework_reader import read  # noqa: PLC0415 - as above

    return read(value, file, rules, base, document)


def to_json(framework: Framework) -> dict[str, Any]:
    """Make the compact form of a framework, plain JSON."""
    head = {name: getattr(framework, name) for name in ("name", "title", "version", "date", "source", "proves")}
    controls = [
        [
            control.id,
            control.title,
            control.text,
            control.evidence,
            list(control.levels),
            list(control.roles),
            [_pack(use) for use in control.rules],
            [_pack(use) for use in control.advises],
            dict(control.parameters),
            {level: dict(values) for level, values in control.by_level.items()},
            control.note,
        ]
        for control in framework.controls.values()
    ]
    lists = {"levels": list(framework.levels), "roles": list(framework.roles)}
    return {**head, **lists, "file": framework.file, "controls": controls}


def from_json(value: Mapping[str, Any]) -> Framework:
    """Make a framework from its compact form.

    Raises:
        KeyError, TypeError, ValueError: it is not what `to_json` made.
    """
    controls = {}
    for name, title, text, evidence, levels, roles, rules, advises, parameters, by_level, note in value["controls"]:
        controls[name] = Control(
            name,
            title,
            text,
            evidence,
            tuple(levels),
            tuple(roles),
            _unpack(rules) if rules else (),
            _unpack(advises) if advises else (),
            parameters,
            by_level,
            note,
        )
    return Framework(
        name=value["name"],
        title=value["title"],
        version=value["version"],
        date=value["date"],
        source=value["source"],
        proves=value["proves"],
        levels=tuple(value["levels"]),
        roles=tuple(value["roles"]),
        controls=controls,
        file=value["file"],
    )


def _pack(use: RuleUse) -> str | list[Any]:
    """A rule's name, followed by the parts of the pointer that narrows it."""
    return [use.rule, *use.at] if use.at else use.rule


def _unpack(uses: Sequence[Any]) -> tuple[RuleUse, ...]:
    return tuple(RuleUse(use, ()) if isinstance(use, str) else RuleUse(use[0], tuple(use[1:])) for use in uses)
