"""Makes the judge of a run from a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.judge.baseline import Baseline, read_baseline
from tenant_compiler.judge.judge import Judge, Pardons
from tenant_compiler.judge.law import Law
from tenant_compiler.judge.waivers import Waivers, read_waivers

if TYPE_CHECKING:
    from tenant_compiler.model.workspace import Workspace
