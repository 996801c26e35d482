"""What every command does around its work: opens the workspace, collects findings, prints them, knows the exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from tenant_compiler.cli.codes import keep_of
from tenant_compiler.cli.options import Output, Printing, Reporting
from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.model.diagnostic import SEVERITIES, TenantCompileError
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.workspace import find_workspace, open_workspace
from tenant_compiler.report.findings import Collector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.result import TenantResult
    from tenant_compiler.model.workspace import Workspace
    from tenant_compiler.read.jsonnet import JsonnetEvaluator
    from tenant_compiler.report.locate import Locator
    from tenant_compiler.report.rules import RuleText
    from tenant_compiler.report.style import Style
    from tenant_compiler.report.verdicts import VerdictRow
    from tenant_compiler.run.bench import Judging
    from tenant_compiler.run.session import Session


class Outcome(NamedTuple):
    """What a command hands back."""

    output: str = ""
    """Goes to standard output before the report."""
    summary: Sequence[str] = ()
    """Lines for people, not printed with ``--quiet``."""
    numbers: Mapping[str, Any] = {}
    """The same for programs."""
    extra: Mapping[str, Any] = {}
    """More top-level keys for programs."""
    differs: bool = False
    """Makes the exit code 1 without a finding."""
    aside: bool = False
    """The report goes to standard error, because standard output has something else."""
    verdicts: Sequence[VerdictRow] = ()
    """Every control of every tenant, where a format lists them."""
    waived: Sequence[tuple[Diagnostic, str, str]] = ()
    """Findings that do not count, each with its waiver's name and reason."""
    rules: Mapping[str, RuleText] = {}
    """What formats say of the policies' rules, by code."""


class Frame:
    """One call of a command.

    Args:
        reporting: its options.
    """

    def __init__(self, reporting: Reporting | Printing) -> None:
        if isinstance(reporting, Printing):
            reporting = Reporting((Output(reporting.output_format),), reporting.color)
        self.reporting = reporting
        self.console = next((output.format for output in reporting.output_format if not output.file), "text")
        """The format of standard output."""
        self._files = [output for output in reporting.output_format if output.file]
        if self._files:
            from tenant_compiler.cli.outputs import check_files  # noqa: PLC0415 - only where files are asked for

            check_files(self._files)
        self._tenants: dict[str, None] | None = {} if self.writes("junit") else None
        self.keep = keep_of(self.reporting)
        self.collector = Collector()
        self.root = os.getcwd()
        self.overlay: Mapping[str, bytes] = {}
        self.evaluator: JsonnetEvaluator | None = None
        self.workspace: Workspace | None = None
        self._session: Session | None = None

    @property
    def as_json(self) -> bool:
        """Whether a program reads standard output as JSON."""
        return self.console == "json"

    def writes(self, name: str) -> bool:
        """Whether a format is asked for, to standard output or to a file."""
        return any(output.format == name for output in self.reporting.output_format)

    @property
    def tenants(self) -> tuple[str, ...]:
        """The tenants that were taken; empty when no format asks for them."""
        return tuple(self._tenants or ())

    def open(self, folder: str | None, paths: Sequence[str] = ()) -> Workspace:
        """Open the workspace of ``-C``, else that of the first path, else that of the current folder.

        Raises:
            TenantCompileError: as `open_workspace`.
        """
        start = folder or (paths[0] if paths else ".")
        self.root = os.path.realpath(start)
        self.root = find_workspace(start)[0]
        self.workspace = open_workspace(self.root)
        return self.workspace

    def session(
        self,
        workspace: Workspace,
        *,
        targets: Sequence[str] = (),
        overlay: Mapping[str, bytes] | None = None,
        judging: Judging | None = None,
    ) -> Session:
        """Start a session whose files and findings this frame can show.

        Raises:
            TenantCompileError: a plug-in is broken or missing.
        """
        from tenant_compiler.run.session import Session  # noqa: PLC0415 - not for a wrong option

        self.overlay = overlay or {}
        session = Session(workspace, targets=targets, keep=self.keep, overlay=overlay, judging=judging)
        self.evaluator = session.evaluator
        self._session = session
        return session

    def close(self) -> None:
        """End what runs beside this process."""
        if self._session is not None:
            self._session.close()

    def take(self, result: TenantResult) -> None:
        """Collect a tenant's findings."""
        if self._tenants is not None and result.tenant:
            self._tenants[result.tenant] = None
        if result.diagnostics:
            self.collector.take(result._replace(diagnostics=tuple(filter(self.keep, result.diagnostics))))

    def add(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Collect findings that are no tenant's."""
        self.collector.add(filter(self.keep, diagnostics))

    def found(self) -> str:
        """Say how many findings there are: ``no findings``, ``2 errors, 1 warning``."""
        if self.collector.worst() is None:
            return "no findings"
        from tenant_compiler.report.text import counts  # noqa: PLC0415 - with a finding only

        return counts({severity: self.collector.count(severity) for severity in SEVERITIES})

    def locator(self) -> Locator:
        """Make a locator for the files of this call."""
        from tenant_compiler.report.locate import Locator  # noqa: PLC0415 - with a finding only

        return Locator(self.root, self.evaluator, self.overlay)

    def style(self, stream: Any = None) -> Style:
        """Decide about colours of a stream, standard output when absent."""
        from tenant_compiler.report.style import Style, use_color  # noqa: PLC0415 - not for JSON

        terminal = (stream or sys.stdout).isatty()
        return Style(use_color(self.reporting.color, terminal=terminal, environment=os.environ))

    def shown_path(self, file: str) -> str:
        """Give a path of the workspace as seen from the current folder, so that terminals and editors can open it."""
        if file.startswith("<"):
            return file
        whole = os.path.join(self.root, file)
        here = os.path.realpath(os.getcwd())
        shown = os.path.relpath(whole, here)
        # From inside the workspace `../tenants/x.yaml` is fine; a workspace somewhere else is named as a whole.
        inside = here == self.root or here.startswith(self.root.rstrip(os.sep) + os.sep)
        return whole if shown.startswith(os.pardir) and not inside else shown

    def exit_code(self, outcome: Outcome, failed: int) -> int:
        """Work out the exit code.

        Args:
            outcome: of the command.
            failed: the exit code of an error that ended it, else 0.
        """
        worst = self.collector.worst()
        grave = worst is not None and SEVERITIES.index(worst) <= SEVERITIES.index(self.reporting.fail_on)
        code = max(failed, self.collector.exit_code, 1 if grave or outcome.differs else 0)
        return 0 if code == 1 and self.reporting.exit_zero else code

    def print(self, outcome: Outcome, code: int) -> None:
        """Print what the command made, then the findings and the summary; write the files before.

        Args:
            outcome: of the command.
            code: the exit code.

        Raises:
            WrongUseError: a file could not be written; everything else is done.
        """
        stream = sys.stderr if outcome.aside else sys.stdout
        lean = self.console == "text" and not self.collector.worst()
        problems: list[str] = []
        if self._files or not lean:
            from tenant_compiler.cli.reports import Reports  # noqa: PLC0415 - with a finding or another format only

            reports = Reports(self, outcome, code)
            problems = reports.write(self._files)
            text = reports.console(stream)
        if lean:
            text = "" if self.reporting.quiet else "".join(f"{line}\n" for line in outcome.summary)
        sys.stdout.write(outcome.output)
        sys.stdout.flush()
        stream.write(text)
        stream.flush()
        if problems:
            raise WrongUseError("; ".join(problems))


def conclude(frame: Frame, work: Callable[[], Outcome]) -> int:
    """Do a command's work, print its findings, and give the exit code."""
    failed = 0
    try:
        outcome = work()
    except TenantCompileError as error:
        frame.collector.add(error.diagnostics)
        outcome, failed = Outcome(), error.exit_code
    finally:
        frame.close()
    code = frame.exit_code(outcome, failed)
    frame.print(outcome, code)
    return code
