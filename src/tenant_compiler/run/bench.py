"""The judge of a run, made when the first tenant needs one: a fleet under no framework pays nothing for it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from tenant_compiler.judge.judge import Judge
    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.policy import Compliance
    from tenant_compiler.model.result import EnvironmentResult
    from tenant_compiler.model.workspace import Workspace


class Judging(NamedTuple):
    """How a run judges."""

    compare: tuple[tuple[str, str], ...] = ()
    """Frameworks, with their level or an empty text, that every tenant is compared with; they decide nothing."""
    waivers: bool = True
    """Whether waivers and the baseline count."""
    judged_on: date | None = None
    """The day from which ages are counted and on which waivers must hold; None: today, in UTC."""


class Bench:
    """Judges the tenants of a run.

    Args:
        workspace: as opened.
        judging: how.
    """

    def __init__(self, workspace: Workspace, judging: Judging) -> None:
        self.judging = judging
        self._workspace = workspace
        self._judge: Judge | None = None
        config = workspace.config
        folders = (os.path.join(workspace.root, folder) for folder in config["workspace"]["policies"])
        self._always = bool(config["compliance"]["frameworks"] or judging.compare) or any(map(os.path.isdir, folders))

    def concerns(self, result: EnvironmentResult) -> bool:
        """Whether anything may apply to a tenant that came to its artifacts."""
        return self._always or (result.resolved is not None and bool(result.resolved.spec["compliance"]["frameworks"]))

    def judge(self, result: EnvironmentResult, lacking: frozenset[str]) -> tuple[Compliance | None, list[Diagnostic]]:
        """Judge one tenant in one environment; see `Judge.judge`.

        Raises:
            TenantCompileError: there is no engine, or the baseline cannot be read; exit code 2.
        """
        return self.made.judge(result, lacking)

    @property
    def made(self) -> Judge:
        """The judge; made on the first use.

        Raises:
            TenantCompileError: there is no engine, or the baseline cannot be read; exit code 2.
        """
        if self._judge is None:
            from tenant_compiler.judge.make import make_judge  # noqa: PLC0415 - a policy engine's start-up

            compare, waivers, judged_on = self.judging
            day = judged_on or datetime.now(UTC).date()
            self._judge = make_judge(self._workspace, day, compare=compare, waivers=waivers)
        return self._judge

    def finish(self, tenants: Collection[str] | None, *, whole: bool) -> list[Diagnostic]:
        """Say what is wrong with rules, frameworks, waivers and the baseline themselves; see `Judge.finish`.

        Without a tenant that was judged nobody looked at them, and nothing is said.
        """
        return [] if self._judge is None else self._judge.finish(tenants, whole=whole)

    def close(self) -> None:
        """End the child that runs a workspace's own rules."""
        if self._judge is not None:
            self._judge.law.close()
