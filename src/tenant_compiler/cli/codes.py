"""``--select`` and ``--ignore``: which findings count. What keeps a tenant from compiling always does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.data import data_folder
from tenant_compiler.read.suggest import near

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenant_compiler.cli.options import Reporting
    from tenant_compiler.model.diagnostic import Diagnostic

_ESSENTIAL: Final = ("TC1", "TC2", "TC3", "TC4", "TC6", "TC7", "TC8")
"""Families whose errors mean that there is nothing to build, that something was not written, or that a policy is not
obeyed: that needs a waiver."""
_OPTIONAL: Final = frozenset({"TC319", "TC324", "TC608", "TC610", "TC612", "TC821"})
"""Codes of those families that may also be warnings or infos."""


def known_codes() -> list[str]:
    """List the built-in codes; each has a page."""
    return sorted(name.removesuffix(".md") for name in os.listdir(data_folder("codes")) if name.startswith("TC"))


def keep_of(reporting: Reporting) -> Callable[[Diagnostic], bool]:
    """Make the function that says whether a finding counts.

    Raises:
        WrongUseError: a code that does not exist, or one that cannot be ignored.
    """
    select, ignore = reporting.select, reporting.ignore
    for option, codes in (("--select", select), ("--ignore", ignore)):
        for code in codes:
            _check_known(option, code)
    for code in ignore:
        _check_optional(code)

    def keep(finding: Diagnostic) -> bool:
        if finding.rule or (finding.severity == "error" and finding.code.startswith(_ESSENTIAL)):
            return True
        return (not select or finding.code.startswith(select)) and not (ignore and finding.code.startswith(ignore))

    return keep


def _check_known(option: str, code: str) -> None:
    # Plug-ins have prefixes of their own; which ones, only a run knows.
    if not code.startswith("TC"):
        return
    from tenant_compiler.judge.catalogue import load_catalogue  # noqa: PLC0415 - only who selects codes pays for it

    codes = [*known_codes(), *(rule.id for rule in load_catalogue().rules.values())]
    if not any(known.startswith(code) for known in codes):
        meant = near(code, codes)
        hint = f"did you mean `{meant}`?" if meant else "`tenant-compile explain --all` lists the codes"
        raise WrongUseError(f"{option} {code}: no code begins so; {hint}")


def _check_optional(code: str) -> None:
    if code in _OPTIONAL or not any(code.startswith(family) or family.startswith(code) for family in _ESSENTIAL):
        return
    raise WrongUseError(
        f"--ignore {code}: findings of {', '.join(_ESSENTIAL)} keep a tenant from being compiled or written, or need a"
        f" waiver, so they cannot be ignored (except {', '.join(sorted(_OPTIONAL))} where they are no errors)"
    )
