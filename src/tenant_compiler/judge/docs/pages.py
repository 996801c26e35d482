"""All pages about the rules and frameworks of a rulebook."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tenant_compiler.judge.docs.framework_page import counts, framework_page
from tenant_compiler.judge.docs.markdown import FRAMEWORKS, INDEX, NOTE, RULES, cell, table
from tenant_compiler.judge.docs.rule_page import rule_page
from tenant_compiler.model.policy import id_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.judge.rulebook import Rulebook

_GROUPS: Final = {
    "tenant": "About the settings of tenants",
    "artifact": "About what is emitted",
}


def pages(book: Rulebook, folder: str, features: Mapping[str, str]) -> dict[str, str]:
    """Write all pages: one for each rule and framework, and an index of each.

    Args:
        book: what they are about.
        folder: where they will be, absolute; links to sources are made from there.
        features: what the names in ``needs`` mean.

    Returns:
        The texts by path below the folder.
    """
    made = {}
    rules = sorted(book.rules.values(), key=lambda rule: id_order(rule.id))
    for rule in rules:
        source = _link(book, folder, RULES, rule.file)
        made[f"{RULES}/{rule.id}.md"] = rule_page(book, rule, source, features)
    for framework in book.frameworks.values():
        source = _link(book, folder, FRAMEWORKS, framework.file)
        made[f"{FRAMEWORKS}/{framework.name}.md"] = framework_page(book, framework, source)
    if rules:
        made[f"{RULES}/{INDEX}"] = _rules(book)
    if book.frameworks:
        made[f"{FRAMEWORKS}/{INDEX}"] = _frameworks(book)
    return made


def stale(folder: str, made: Mapping[str, str]) -> list[str]:
    """The pages in a folder that were made for rules and frameworks which are not there any more."""
    found = []
    for below in (RULES, FRAMEWORKS):
        where = os.path.join(folder, below)
        for name in sorted(os.listdir(where)) if os.path.isdir(where) else ():
            path = f"{below}/{name}"
            if name.endswith(".md") and path not in made and read_page(folder, path).startswith(NOTE):
                found.append(path)
    return found


def read_page(folder: str, path: str) -> str:
    """The text of a page; empty when there is none that can be read."""
    try:
        with open(os.path.join(folder, path), encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return ""


def _link(book: Rulebook, folder: str, below: str, file: str) -> str:
    return os.path.relpath(os.path.join(book.root, file), os.path.join(folder, below)).replace(os.sep, "/")


def _rules(book: Rulebook) -> str:
    parts = [NOTE, "# Rules\n\n", "A control of a [framework](../frameworks/README.md) rests on rules.\n"]
    if not book.frameworks:
        parts = [NOTE, "# Rules\n"]
    for subject, title in _GROUPS.items():
        rows = [
            (f"[{rule.id}]({rule.id}.md)", f"`{rule.name}`", cell(rule.title), _needed(rule.evidence, rule.carried_by))
            for rule in sorted(book.rules.values(), key=lambda rule: id_order(rule.id))
            if rule.subject == subject
        ]
        head = ("rule", "name", "", "evidence") if subject == "tenant" else ("rule", "name", "")
        if rows:
            parts.append(f"\n## {title}\n\n" + table(head, [row[: len(head)] for row in rows]))
    return "".join(parts)


def _needed(evidence: str, carried_by: tuple[str, ...]) -> str:
    return "configuration" if evidence == "config" and carried_by else "attested"


def _frameworks(book: Rulebook) -> str:
    rows = []
    for each in book.frameworks.values():
        numbers = counts([*each.controls.values()])
        levels = ", ".join([*each.levels, *each.roles])
        rows.append(
            (
                f"[{cell(each.title)}]({each.name}.md)",
                f"`{each.name}`",
                f"{cell(each.version)}, {each.date}",
                f"{len(each.controls):,}",
                *(f"{number:,}" for number in numbers.values()),
                levels,
            )
        )
    head = ("framework", "name", "version", "controls", "configuration", "attested", "manual", "levels and roles")
    text = (
        "A tenant is under those that it names below `compliance.frameworks`, and under those of the workspace's"
        " `compliance.frameworks`.\n\n"
    )
    return f"{NOTE}# Frameworks\n\n{text}" + table(head, rows)
