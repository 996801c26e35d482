"""Makes the judge of a run from a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.baseline import Baseline, read_baseline
from tenant_compiler.judge.judge import Judge, Pardons
from tenant_compiler.judge.law import Law
from tenant_compiler.judge.parameters import misfit
from tenant_compiler.judge.waiver_checks import Known, check_waivers
from tenant_compiler.judge.waivers import Waivers, read_waivers
from tenant_compiler.model.diagnostic import Diagnostic, Place, TenantCompileError
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tenant_compiler.model.workspace import Workspace

PARAMETER: Final = "TC805"


def make_judge(workspace: Workspace, judged_on: date, *, compare: Sequence[tuple[str, str]], waivers: bool) -> Judge:
    """Read rules, frameworks, waivers and the baseline, and make the engine.

    Args:
        workspace: as opened.
        judged_on: see `Judge`.
        compare: see `Judge`.
        waivers: whether waivers and the baseline count.

    Raises:
        TenantCompileError: there is no engine, the baseline cannot be read, or the configuration sets a parameter that
            is none; exit code 2.
    """
    law = Law(workspace)
    try:
        parameters = _parameters(workspace, law)
        pardons = _pardons(workspace, law, judged_on) if waivers else Pardons(Waivers.none(), Baseline.none(), ())
        return Judge(law, pardons, parameters, judged_on=judged_on, compare=compare)
    except BaseException:
        law.close()
        raise


def _pardons(workspace: Workspace, law: Law, judged_on: date) -> Pardons:
    written, problems = read_waivers(workspace)
    limit = workspace.config["compliance"]["waiver_maximum_days"]
    known = Known(law.rules, law.framework, law.names(), tuple(workspace.config["environments"]), limit)
    holding, wrong = check_waivers(written, known, judged_on)
    return Pardons(Waivers(holding), read_baseline(workspace), (*problems, *wrong))


def _parameters(workspace: Workspace, law: Law) -> dict[str, Any]:
    """Give ``[compliance.parameters]`` when each is a parameter of some rule and of its shape.

    Raises:
        TenantCompileError: TC805; what it was to make stricter would not be.
    """
    said: Mapping[str, Any] = workspace.config["compliance"]["parameters"]
    known = {each.name: each for rule in law.rules.values() for each in rule.parameters} if said else {}
    wrong = []
    for name, value in said.items():
        place = Place(workspace.file, (*workspace.section, "compliance", "parameters", name))
        if name in known:
            problem, help_ = misfit(known[name], value), f"its default is {known[name].default}"
            if problem:
                wrong.append(Diagnostic(PARAMETER, f"the parameter `{name}` {problem}", place=place, help=help_))
        elif not law.problems:  # else it may be that of a rule that could not be read, which is told
            help_ = did_you_mean(name, known) or "`tenant-compile explain` a rule to see its parameters"
            message = f"no rule reads a parameter `{name}`"
            wrong.append(Diagnostic(PARAMETER, message, place=place._replace(key=True), help=help_))
    if wrong:
        raise TenantCompileError(wrong)
    return dict(said)
