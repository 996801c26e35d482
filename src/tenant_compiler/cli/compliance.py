"""What a command says of compliance: which verdicts it keeps, and the lines and records that it prints of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_compiler.cli.tally import Tally
from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.model.policy import BASELINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.cli.frame import Frame, Outcome
    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.policy import Rule
    from tenant_compiler.model.result import TenantResult
    from tenant_compiler.report.rules import RuleText
    from tenant_compiler.report.verdicts import VerdictRow
    from tenant_compiler.run.session import Session

_LISTED = ("json", "sarif", "junit", "markdown", "github")
"""Formats that are given every verdict."""


class Docket:
    """Takes the tenants of a run, and completes what its command hands back.

    Args:
        frame: of the command.
        session: of the run.
        matrix: print every control of every tenant.
        statistics: print how often each rule denies something.
    """

    def __init__(self, frame: Frame, session: Session, *, matrix: bool = False, statistics: bool = False) -> None:
        self._frame = frame
        self._session = session
        self._matrix = matrix
        self._statistics = statistics
        self._detailed = any(map(frame.writes, _LISTED))
        self._tally = Tally(detailed=matrix or self._detailed)
        self._waived: list[tuple[Diagnostic, str]] = []

    def take(self, result: TenantResult) -> None:
        """Take a tenant's verdicts."""
        self._tally.take(result)
        if self._detailed:
            self._waived += [
                pair for each in result.environments if each.compliance is not None for pair in each.compliance.waived
            ]

    def finish(self, *, narrow: bool) -> None:
        """Collect what is wrong with rules, waivers and the baseline themselves.

        Args:
            narrow: whether the run left something out.
        """
        self._frame.add(self._session.finish(narrow=narrow))

    def complete(self, outcome: Outcome) -> Outcome:
        """Add the verdicts to what a command hands back."""
        if not self._tally.lines:
            return outcome
        lines = [*self._lines(), *outcome.summary]
        numbers = {**outcome.numbers, "controls": self._tally.numbers(), "judged_on": self._judged_on}
        outcome = outcome._replace(summary=lines, numbers=numbers)
        if not self._detailed:
            return outcome
        waived = [(found, name, self._reason(name)) for found, name in self._waived]
        return outcome._replace(verdicts=list(self._rows()), waived=waived, rules=dict(self._texts()))

    @property
    def _judged_on(self) -> str:
        return self._session.tools.bench.made.judged_on.isoformat()

    def _lines(self) -> Iterator[str]:
        if self._matrix:
            yield from self._tally.matrix(self._title)
            yield ""
        if self._statistics:
            yield from self._tally.statistics()
        yield from self._tally.summary()

    def _title(self, framework: str, control: str) -> str:
        """The title of a control; of a rule that stands for itself, its own."""
        law = self._session.tools.bench.made.law
        found = law.framework(framework)
        if found is not None and control in found.controls:
            return found.controls[control].title
        rule = law.by_id.get(control)
        return rule.title if rule is not None else ""

    def _rows(self) -> Iterator[VerdictRow]:
        from tenant_compiler.report.verdicts import VerdictRow  # noqa: PLC0415 - for formats that list them

        for row in self._tally.rows:
            verdict = row.verdict
            reasons = tuple(
                f"{reason.rule}: {reason.status.replace('_', ' ')}" + (f" by {reason.waiver}" if reason.waiver else "")
                for reason in verdict.because
            )
            title = self._title(verdict.framework, verdict.control)
            yield VerdictRow(
                row.tenant, row.environment, row.applied.title, verdict.control, title, verdict.status, reasons
            )

    def _reason(self, name: str) -> str:
        if name == BASELINE:
            return "it was there when the baseline was made"
        waiver = self._session.tools.bench.made.pardons.waivers.named(name)
        return waiver.reason if waiver is not None else ""

    def _texts(self) -> Iterator[tuple[str, RuleText]]:
        law = self._session.tools.bench.made.law
        for finding in (*self._frame.collector.diagnostics(), *(found for found, _ in self._waived)):
            rule = law.rules.get(finding.rule)
            if rule is not None:
                yield rule.id, text_of(rule)


def text_of(rule: Rule) -> RuleText:
    """Describe a rule for reports."""
    from tenant_compiler.report.rules import RuleText  # noqa: PLC0415 - for formats that list them

    name = "".join(part.capitalize() for part in rule.name.split("_"))
    markdown = f"{rule.description}\n\n{rule.remediation}\n"
    return RuleText(name, rule.title, rule.description, rule.remediation, markdown, ("compliance", rule.subject))


def compared(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Read the values of ``--with``: frameworks, each with its level behind a colon where it has levels.

    Raises:
        WrongUseError: one has no name.
    """
    pairs = []
    for text in texts:
        name, _, level = text.partition(":")
        if not name:
            raise WrongUseError(f"--with {text} names no framework; write it as fedramp:high")
        pairs.append((name, level))
    return tuple(pairs)
