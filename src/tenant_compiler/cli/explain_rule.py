"""A policy's rule on a terminal: what it looks at, its parameters, what carries it, and which controls use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.cli.frame import Outcome
from tenant_compiler.cli.words import disarmed, table, wrapped
from tenant_compiler.emit.escape import terminal
from tenant_compiler.model.diagnostic import TenantCompileError
from tenant_compiler.report.style import BOLD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.cli.frame import Frame
    from tenant_compiler.judge.law import Law
    from tenant_compiler.model.policy import Rule

_SUBJECTS: Final = {"tenant": "the tenant's settings", "artifact": "what is emitted for the tenant"}
_SEVERITIES: Final = {"error": "an error", "warning": "a warning"}
_ENFORCEMENT: Final = {
    "block": "a tenant that it denies is not written",
    "report": "it only makes the exit code 1",
}


def law_of(frame: Frame, folder: str | None) -> Law:
    """The rules and frameworks of the workspace, or the built-in ones where there is none.

    Raises:
        TenantCompileError: the workspace or the engine cannot be used.
    """
    from tenant_compiler.judge.law import Law  # noqa: PLC0415 - a policy engine's start-up

    try:
        workspace = frame.open(folder)
    except TenantCompileError:
        if folder is not None:
            raise
        workspace = None
    return Law(workspace)


def explain_rule(frame: Frame, law: Law, rule: Rule) -> Outcome:
    """Print a rule."""
    uses = [*_uses(law, rule.name)]
    if frame.as_json:
        record: dict[str, Any] = {**rule._asdict(), "parameters": [each._asdict() for each in rule.parameters]}
        controls = [{"framework": name, "control": control, "title": title} for name, control, title in uses]
        return Outcome(extra={"rule": record, "controls": controls})
    style = frame.style()
    kind = f"{_SEVERITIES[rule.severity]}; it reads {_SUBJECTS[rule.subject]}; {_ENFORCEMENT[rule.enforcement]}"
    lines = [
        style.paint(f"{rule.id}: {terminal(rule.title)}", BOLD),
        "",
        *wrapped(rule.description),
        "",
        f"Rule {rule.name}, {kind}.",
        *_carried(rule, law),
        f"What to do: {terminal(rule.remediation)}",
        f"Source: {terminal(rule.file)}",
    ]
    text = "\n".join(lines) + "\n"
    if rule.parameters:
        rows = [(each.name, str(each.default), each.stricter, each.unit, each.description) for each in rule.parameters]
        text += "\n" + table(("PARAMETER", "DEFAULT", "STRICTER", "UNIT", "MEANING"), rows)
    if uses:
        text += "\n" + table(("FRAMEWORK", "CONTROL", "TITLE"), uses)
    return Outcome(disarmed(text))


def _carried(rule: Rule, law: Law) -> list[str]:
    if rule.evidence == "attested":
        return ["No configuration proves it: its controls are attested, never passed."]
    if rule.subject == "artifact":
        carries = [each.id for each in law.rules.values() if rule.id in each.carried_by]
        return [f"Its objects are the proof for {', '.join(carries)}."] if carries else []
    if not rule.carried_by:
        return ["No artifact carries it yet: its controls are attested, never passed."]
    names = ", ".join(
        f"{name} ({terminal(law.by_id[name].title)})" if name in law.by_id else name for name in rule.carried_by
    )
    return [f"Proved by: {names}."]


def _uses(law: Law, name: str) -> Iterator[tuple[str, str, str]]:
    """Every control that uses a rule, with its title."""
    for framework_name in law.names():
        framework = law.framework(framework_name)
        if framework is not None:
            for control in framework.controls.values():
                if any(use.rule == name for use in (*control.rules, *control.advises)):
                    yield framework_name, control.id, control.title
