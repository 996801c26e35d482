"""Makes the judge of a run from a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.judge.baseline import Baseline, read_baseline
from tenant_compiler.judge.judge import Judge, Pardons
from tenant_compiler.judge.law import Law
from tenant_compiler.judge.waiver_checks import Known, check_waivers
from tenant_compiler.judge.waivers import Waivers, read_waivers

if TYPE_CHECKING:
    from tenant_compiler.judge.judge import Options
    from tenant_compiler.model.workspace import Workspace


def make_judge(workspace: Workspace, options: Options) -> Judge:
    """Read rules, frameworks, waivers and the baseline, and make the engine.

    Raises:
        TenantCompileError: there is no engine, or the baseline cannot be read; exit code 2.
    """
    law = Law(workspace)
    parameters = workspace.config["compliance"]["parameters"]
    if not options.waivers:
        return Judge(law, options, Pardons(Waivers.none(), Baseline.none(), ()), parameters)
    written, problems = read_waivers(workspace)
    limit = workspace.config["compliance"]["waiver_maximum_days"]
    known = Known(law.rules, law.framework, law.names(), tuple(workspace.config["environments"]), limit)
    holding, wrong = check_waivers(written, known, options.judged_on)
    pardons = Pardons(Waivers(holding), read_baseline(workspace), (*problems, *wrong))
    return Judge(law, options, pardons, parameters)
