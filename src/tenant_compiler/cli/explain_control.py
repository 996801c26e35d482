"""A control of a framework on a terminal: what it asks for, and the rules that prove it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tenant_compiler.cli.explain_rule import law_of
from tenant_compiler.cli.frame import Outcome
from tenant_compiler.cli.words import disarmed, table, wrapped
from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.emit.escape import terminal
from tenant_compiler.model.pointer import show
from tenant_compiler.read.suggest import near
from tenant_compiler.report.style import BOLD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.cli.frame import Frame
    from tenant_compiler.judge.law import Law
    from tenant_compiler.model.policy import Control, Framework, Rule


def explain_control(frame: Frame, folder: str | None, what: str) -> Outcome:
    """Print a control: what it asks for, and the rules that prove it.

    Raises:
        TenantCompileError: the workspace or the engine cannot be used.
        WrongUseError: there is no such framework or control.
    """
    law = law_of(frame, folder)
    framework, control = find(law, what)
    if frame.as_json:
        return Outcome(extra={"framework": about(framework), "control": record_of(control)})
    text = "\n".join(head_of(frame, framework, control)) + "\n"
    rows = [(*_named(law.rules, use.rule), show(use.at) if use.at else "") for use in control.rules]
    rows += [(*_named(law.rules, use.rule), "advises only") for use in control.advises]
    if rows:
        text += "\n" + table(("RULE", "NAME", "TITLE", "ONLY"), rows)
    for name, value in control.parameters.items():
        text += f"\n{name}: {json.dumps(value)}"
    for level, values in control.by_level.items():
        text += f"\nat level {level}: {json.dumps(dict(values))}"
    return Outcome(disarmed(text if text.endswith("\n") else text + "\n"))


def split(what: str) -> tuple[str, str, str]:
    """Take ``fedramp:AC-2``, or ``fedramp:high:AC-2``, apart: framework, level, control."""
    name, _, rest = what.partition(":")
    level, colon, control = rest.partition(":")
    return (name, level, control) if colon else (name, "", rest)


def find(law: Law, what: str) -> tuple[Framework, Control]:
    """Find a control.

    Raises:
        WrongUseError: there is no such framework or control.
    """
    name, _, identity = split(what)
    framework = law.framework(name)
    if framework is None:
        meant = near(name, law.names())
        hint = f"did you mean `{meant}`?" if meant else f"there are {', '.join(law.names())}"
        raise WrongUseError(f"there is no framework `{name}`; {hint}")
    control = framework.controls.get(identity)
    if control is None:
        meant = near(identity, framework.controls)
        hint = f"did you mean `{name}:{meant}`?" if meant else f"it has {len(framework.controls)} controls"
        raise WrongUseError(f"{name} has no control `{identity}`; {hint}")
    return framework, control


def head_of(frame: Frame, framework: Framework, control: Control) -> list[str]:
    """Name a control and say what it asks for."""
    title = frame.style().paint(terminal(f"{framework.name}:{control.id}  {control.title}"), BOLD)
    about = terminal(f"{framework.title}, {framework.version}; evidence: {control.evidence}")
    note = wrapped(f"Note: {control.note}") if control.note else []
    return [title, about, "", *wrapped(control.text), *note]


def _named(rules: Mapping[str, Rule], name: str) -> tuple[str, str, str]:
    rule = rules.get(name)
    return (rule.id, rule.name, rule.title) if rule is not None else ("?", name, "not there")


def about(framework: Framework) -> dict[str, Any]:
    """Describe a framework for programs."""
    return {key: getattr(framework, key) for key in ("name", "title", "version", "date", "source")}


def record_of(control: Control) -> dict[str, Any]:
    """Describe a control for programs."""
    uses = [{"rule": use.rule, "at": show(use.at) if use.at else ""} for use in control.rules]
    return {
        "id": control.id,
        "title": control.title,
        "text": control.text,
        "evidence": control.evidence,
        "note": control.note,
        "rules": uses,
    }
