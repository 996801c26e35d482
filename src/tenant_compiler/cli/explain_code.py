"""The pages of the codes, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.cli.codes import known_codes
from tenant_compiler.cli.explain_rule import explain_rule, law_of
from tenant_compiler.cli.frame import Outcome
from tenant_compiler.cli.words import table
from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.model.policy import id_order
from tenant_compiler.read.suggest import near
from tenant_compiler.report.pages import page, title
from tenant_compiler.report.style import BOLD, CYAN

if TYPE_CHECKING:
    from tenant_compiler.cli.frame import Frame
    from tenant_compiler.report.style import Style


def list_codes(frame: Frame, folder: str | None) -> Outcome:
    """List the built-in codes, those of policies' rules and those of plug-ins' rules, with their titles."""
    rules = {rule.id: f"{rule.title} (rule {rule.name})" for rule in law_of(frame, folder).rules.values()}
    found = {code: title(code) for code in known_codes()} | rules
    titles = {code: found[code] for code in sorted(found, key=id_order)} | _plugin_titles()
    if frame.as_json:
        return Outcome(extra={"codes": [{"code": code, "title": words} for code, words in titles.items()]})
    return Outcome(table(("CODE", "TITLE"), [*titles.items()]))


def explain_code(frame: Frame, folder: str | None, code: str) -> Outcome:
    """Print a code's page, or a policy's rule.

    Raises:
        WrongUseError: there is no such code.
    """
    codes = known_codes()
    if code in codes:
        if frame.as_json:
            return Outcome(extra={"code": code, "title": title(code), "page": page(code)})
        return Outcome(_rendered(page(code), frame.style()))
    law = law_of(frame, folder)
    if code in law.by_id:
        return explain_rule(frame, law, law.by_id[code])
    titles = _plugin_titles()
    if code in titles:
        if frame.as_json:
            return Outcome(extra={"code": code, "title": titles[code], "page": ""})
        return Outcome(f"{code}: {titles[code]}\n")
    meant = near(code, [*codes, *law.by_id, *titles])
    hint = f"did you mean `{meant}`?" if meant else "`tenant-compile explain --all` lists them"
    raise WrongUseError(f"there is no code {code}; {hint}")


def _plugin_titles() -> dict[str, str]:
    """The codes of plug-ins, with what is known of them."""
    from tenant_compiler.plugins import load_plugins  # noqa: PLC0415 - not for a page of our own

    plugins = load_plugins()
    titles = {code: f"from the check `{check.name}`" for check in plugins.checks for code in check.codes}
    for pack in plugins.rule_packs:
        titles.update({rule.code: f"{rule.title} (rule pack `{pack.name}`)" for rule in pack.rules})
    return {code: title for code, title in sorted(titles.items()) if not code.startswith("TC")}


def _rendered(text: str, style: Style) -> str:
    """Markdown for a terminal: headings in bold, code indented, the rest as it is written."""
    out = []
    fenced = False
    for line in text.rstrip("\n").split("\n"):
        if line.startswith("```"):
            fenced = not fenced
        elif fenced:
            out.append(style.paint(f"    {line}", CYAN) if line else "")
        elif line.startswith("#"):
            out.append(style.paint(line.lstrip("# "), BOLD))
        else:
            out.append(line)
    return "\n".join(out) + "\n"
