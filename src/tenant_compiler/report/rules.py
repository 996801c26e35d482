"""What a report says of a code itself: from the metadata of a policy's rule, else from the code's page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenant_compiler.model.record import NamedTuple
from tenant_compiler.report.pages import page

if TYPE_CHECKING:
    from collections.abc import Mapping

FAMILIES: Final[Mapping[str, str]] = {
    "TC1": "input",
    "TC2": "schema",
    "TC3": "references",
    "TC4": "compliance",
    "TC5": "artifacts",
    "TC6": "output",
    "TC7": "plug-ins",
    "TC8": "policy",
}
SECURITY: Final[Mapping[str, str]] = {
    "TC211": "6.0",
    "TC309": "6.0",
    "TC320": "8.0",
    "TC510": "7.0",
    "TC514": "7.0",
    "TC517": "7.0",
    "TC518": "7.0",
    "TC534": "8.0",
    "TC541": "6.0",
    "TC553": "6.0",
}
"""How grave the built-in findings are that are about security, from 0 to 10."""

_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_NOT_A_WORD = re.compile(r"[^A-Za-z0-9]+")


class RuleText(NamedTuple):
    """A code in words."""

    name: str
    """As an identifier: ``TlsMinimum``."""
    title: str
    description: str
    help: str
    """Plain text."""
    markdown: str
    tags: tuple[str, ...] = ()
    security: str = ""
    """From ``0.1`` to ``10.0``; empty for what is not about security."""


def rule_text(code: str, rules: Mapping[str, RuleText]) -> RuleText:
    """Describe a code.

    Args:
        code: such as ``TC511``.
        rules: what the caller knows of policies' rules, by code.
    """
    known = rules.get(code)
    if known is not None:
        return known
    text = page(code)
    family = FAMILIES.get(code[:3])
    tags = (*((family,) if family else ()), *(("security",) if code in SECURITY else ()))
    if not text:
        message = f"a finding with the code {code}; a plug-in or a policy of the workspace explains it"
        return RuleText(_identifier(code), code, message, message, message, tags, SECURITY.get(code, ""))
    head, _, rest = text.partition("\n")
    title = head.partition(": ")[2]
    parts = _SECTION.split(text)
    what = parts[parts.index("What") + 1].strip() if "What" in parts else title
    markdown = rest.strip() + "\n"
    return RuleText(_identifier(title), title, what, markdown, markdown, tags, SECURITY.get(code, ""))


def _identifier(text: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in _NOT_A_WORD.split(text))
