"""``tenant-compile explain``: what a code means, or where a value comes from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.frame import Frame, Outcome, conclude
from tenant_compiler.cli.options import Judged
from tenant_compiler.cli.wrong_use import WrongUseError

if TYPE_CHECKING:
    from tenant_compiler.cli.options import Printing

_CODE = re.compile(r"[A-Za-z]{1,8}[0-9]{1,4}")
_CONTROL = re.compile(r"[a-z][a-z0-9_-]*:.+", re.DOTALL)


@click.command()
@click.argument("what", metavar="CODE|PATH|FRAMEWORK:CONTROL", required=False)
@options.folder
@click.option("-t", "--tenant", metavar="NAME", default=None, help="The tenant whose value is explained.")
@click.option("-e", "--environment", metavar="NAME", default=None, help="Its environment; else its first one.")
@click.option("--all", "everything", is_flag=True, help="List all codes with their titles.")
@options.judged
@options.printing
def explain(  # noqa: PLR0913 - one parameter an option
    what: str | None,
    *,
    folder: str | None,
    tenant: str | None,
    environment: str | None,
    judged: Judged,
    printing: Printing,
    everything: bool,
) -> int:
    """Explain a code, a rule, a control, or where a value comes from.

    A code or rule: TC304, TC404. A control: 'hipaa:164.312(e)(1)', with -t its status for a tenant. A tenant's value:
    quotas.cpu_cores -t acme.
    """
    if (what is None) != everything:
        raise WrongUseError("give a code or a path, or --all")
    if tenant is None and environment is not None:
        raise WrongUseError("--environment needs --tenant")
    if judged != Judged() and (tenant is None or what is None or not _CONTROL.fullmatch(what)):
        raise WrongUseError("--judged-on and --no-waivers are for a control of a tenant: 'hipaa:164.312(b)' -t acme")
    frame = Frame(printing)
    if what is not None and _CONTROL.fullmatch(what):
        return conclude(frame, lambda: _control(frame, folder, what, (tenant, environment), judged))
    if what is not None and tenant is not None:
        from tenant_compiler.cli.explain_value import explain_value  # noqa: PLC0415 - one of two ways

        return conclude(frame, lambda: explain_value(frame, folder, what, (tenant, environment)))
    if what is not None and not _CODE.fullmatch(what):
        raise WrongUseError(f"{what} is no code such as TC304; to explain a tenant's value, name it with -t")
    return conclude(frame, lambda: _codes(frame, folder, what))


def _control(
    frame: Frame, folder: str | None, what: str, whose: tuple[str | None, str | None], judged: Judged
) -> Outcome:
    tenant, environment = whose
    if tenant is None:
        from tenant_compiler.cli.explain_control import explain_control  # noqa: PLC0415 - one of several ways

        return explain_control(frame, folder, what)
    from tenant_compiler.cli.explain_verdict import explain_verdict  # noqa: PLC0415 - the same

    return explain_verdict(frame, folder, what, (tenant, environment), judged)


def _codes(frame: Frame, folder: str | None, what: str | None) -> Outcome:
    from tenant_compiler.cli.explain_code import explain_code, list_codes  # noqa: PLC0415 - one of two ways

    return list_codes(frame, folder) if what is None else explain_code(frame, folder, what.upper())
