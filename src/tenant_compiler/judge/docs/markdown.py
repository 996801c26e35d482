"""Small pieces of Markdown that pages share."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.emit import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tenant_compiler.model.policy import Framework, Rule, RuleUse

NOTE: Final = (
    "<!-- made by `tenant-compile policy docs`: change rules, fixtures or frameworks, then run it again -->\n\n"
)
"""The first line of every page, by which one that is not needed any more is known."""
RULES: Final = "rules"
FRAMEWORKS: Final = "frameworks"
"""The folders of the pages."""
INDEX: Final = "README.md"

_NOT_A_WORD: Final = re.compile(r"[^a-z0-9]+")


def cell(text: str) -> str:
    """Text inside a table: on one line, and with nothing that would end the cell or begin a tag."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the cells are Markdown already. Without rows there is none."""
    lines = [f"| {' | '.join(row)} |\n" for row in rows]
    if not lines:
        return ""
    return f"| {' | '.join(head)} |\n|{'---|' * len(head)}\n" + "".join(lines)


def block(value: Any) -> str:
    """A value as a block of YAML."""
    return f"```yaml\n{yaml.dump(value)}```\n"


def shown(value: Any) -> str:
    """A value as code."""
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def anchors(framework: Framework) -> dict[str, str]:
    """The names of the places of a framework's controls in its page, by their identifiers."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for control in framework.controls:
        name = plain = _NOT_A_WORD.sub("-", control.lower()).strip("-")
        number = 1
        while name in taken:
            number += 1
            name = f"{plain}-{number}"
        taken.add(name)
        found[control] = name
    return found


def link_to(rule: Rule, known: Iterable[str], text: str = "") -> str:
    """A link to a rule's page beside the page, or its name where it has none.

    Args:
        rule: the rule.
        known: the names of the rules that have pages.
        text: the words; the rule's name when empty.
    """
    words = cell(text) or f"`{rule.name}`"
    return f"[{words}](../{RULES}/{rule.id}.md)" if rule.name in known else f"{words} ({rule.id})"


def narrowed(use: RuleUse) -> str:
    """Where a control's use of a rule counts, as the end of a sentence."""
    from tenant_compiler.model.pointer import show  # noqa: PLC0415 - few uses are narrowed

    return f" at `{show(use.at)}`" if use.at else ""
