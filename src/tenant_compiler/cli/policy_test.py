"""``tenant-compile policy test``: run the fixtures and tests of rules."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.frame import Frame, Outcome, conclude
from tenant_compiler.cli.policy_book import built_in_option, open_book
from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenant_compiler.cli.options import Reporting
    from tenant_compiler.judge.engines.choose import EngineName
    from tenant_compiler.judge.rulebook import Rulebook
    from tenant_compiler.run.policies.suite import Chosen, Ran
    from tenant_compiler.run.policies.tries import Tried


class Wanted(NamedTuple):
    """What is run, and how."""

    what: tuple[str, ...]
    engine: EngineName | None
    coverage: bool
    threshold: float | None


@click.command()
@click.argument("what", nargs=-1, metavar="[PATH|RULE]...")
@options.folder
@built_in_option
@click.option("--coverage", is_flag=True, help="Count the lines that cases and tests go through.")
@click.option(
    "--threshold",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    default=None,
    help="Fail when fewer lines are covered; implies --coverage.",
)
@click.option(
    "--engine",
    type=click.Choice(("auto", "regorus", "opa-embedded")),
    default=None,
    help="The policy engine; else the workspace's.",
)
@options.reporting
def test(  # noqa: PLR0913 - one parameter an option
    what: tuple[str, ...],
    folder: str | None,
    engine: EngineName | None,
    threshold: float | None,
    reporting: Reporting,
    *,
    built_in: bool,
    coverage: bool,
) -> int:
    """Run the fixtures and tests of the workspace's rules, or of the built-in ones where there is no workspace.

    Fixtures are `fixtures/**/*.yaml` in the folders of policies, tests are the rules `test_…` in `*_test.rego`. A rule
    is named by its name or id; a path is a file or a folder of rules, fixtures or tests. Each rule needs a case that
    passes, one that does not, and one where there is nothing to judge.
    """
    frame = Frame(reporting)
    wanted = Wanted(what, engine, coverage or threshold is not None, threshold)
    return conclude(frame, lambda: _test(frame, folder, wanted, built_in=built_in))


def _test(frame: Frame, folder: str | None, wanted: Wanted, *, built_in: bool) -> Outcome:
    from tenant_compiler.run.policies.coverage import too_low  # noqa: PLC0415 - not for a wrong option
    from tenant_compiler.run.policies.findings import findings_of  # noqa: PLC0415 - the same
    from tenant_compiler.run.policies.selection import UnknownError, select  # noqa: PLC0415
    from tenant_compiler.run.policies.suite import run_suite  # noqa: PLC0415

    started = time.perf_counter()
    book = open_book(frame, folder, built_in=built_in)
    try:
        chosen = select(book, wanted.what)
    except UnknownError as error:
        raise WrongUseError(str(error)) from None
    _refuse_nothing(frame, book, chosen)
    ran = run_suite(book, chosen, wanted.engine or book.engine, frame.workspace, coverage=wanted.coverage)
    frame.add(book.problems)
    frame.add(book.unreadable)
    if book.unreadable:
        frame.collector.exit_code = 2
    frame.add(findings_of(book, chosen, ran))
    low = too_low(ran.coverage, wanted.threshold) if wanted.threshold is not None else None
    if low is not None:
        frame.add([low])
    return _outcome(frame, chosen, ran, wanted, time.perf_counter() - started)


def _refuse_nothing(frame: Frame, book: Rulebook, chosen: Chosen) -> None:
    """A run without a single case or test is no success.

    Raises:
        WrongUseError: there is nothing to run, and nothing to tell either.
    """
    if chosen.cases or chosen.tests or book.unreadable:
        return
    if chosen.rules:  # each of them is told
        frame.collector.exit_code = 2
        return
    where = "of the built-in rules" if book.built_in else "in the workspace's folders of policies"
    raise WrongUseError(f"there are no cases and no tests {where}; `tenant-compile policy new` begins a rule with some")


def _outcome(frame: Frame, chosen: Chosen, ran: Ran, wanted: Wanted, seconds: float) -> Outcome:
    failed = sum(bool(tried.problems) for tried in ran.cases)
    broken = sum(bool(tried.problem) for tried in ran.tests)
    numbers = {
        "rules": len(chosen.rules),
        "cases": len(ran.cases),
        "failed_cases": failed,
        "tests": len(ran.tests),
        "failed_tests": broken,
        "seconds": round(seconds, 3),
    }
    verbose = frame.reporting.verbose
    extra = _records(ran, wanted, verbose=verbose) if frame.writes("json") else {}
    output = "" if frame.console != "text" else "".join(_inputs(ran.cases) if verbose else ())
    summary = [*_covered(frame, ran)] if wanted.coverage else []
    summary.append(_counts(numbers) + f" in {seconds:.2f} s · {frame.found()}")
    return Outcome(output, summary, numbers, extra)


def _counts(numbers: dict[str, Any]) -> str:
    from tenant_compiler.cli.words import plural  # noqa: PLC0415 - not for a wrong option

    text = f"{plural(numbers['cases'], 'case')} of {plural(numbers['rules'], 'rule')}"
    if numbers["failed_cases"]:
        text += f", {numbers['failed_cases']:,} failed"
    if numbers["tests"]:
        text += f" and {plural(numbers['tests'], 'test')}"
    if numbers["failed_tests"]:
        text += f", {numbers['failed_tests']:,} failed"
    return text


def _covered(frame: Frame, ran: Ran) -> Iterator[str]:
    """A table of the files that are not covered as a whole, and a line about all."""
    from tenant_compiler.cli.words import plural, table  # noqa: PLC0415 - not for a wrong option
    from tenant_compiler.run.policies.coverage import ranges, share, total  # noqa: PLC0415

    rows = [
        (frame.shown_path(file), f"{share(each).percent:g} %", ranges(each.missed))
        for file, each in sorted(ran.coverage.items())
        if frame.reporting.verbose or each.missed
    ]
    if rows:
        yield table(("FILE", "COVERED", "MISSING LINES"), rows)
    whole = total(ran.coverage)
    full = sum(not each.missed for each in ran.coverage.values())
    yield (
        f"coverage {whole.percent:g} %: {whole.covered:,} of {plural(whole.lines, 'line')},"
        f" {full:,} of {plural(len(ran.coverage), 'file')} as a whole"
    )
    if ran.lost:
        yield "a case had to be stopped, and the lines that went before it are not counted"


def _inputs(cases: Sequence[Tried]) -> Iterator[str]:
    """The whole input of each case that failed."""
    from tenant_compiler.emit.escape import terminal  # noqa: PLC0415 - for failures only

    for tried in cases:
        if tried.problems and tried.input:
            text = json.dumps(tried.input, indent=2)
            yield f"input of {tried.case.rule}, {terminal(json.dumps(tried.case.name))}:\n{text}\n\n"


def _records(ran: Ran, wanted: Wanted, *, verbose: bool) -> dict[str, Any]:
    from tenant_compiler.run.policies.coverage import share, total  # noqa: PLC0415 - not for a wrong option

    cases = [_record(tried, verbose=verbose) for tried in ran.cases]
    tests = [
        {"file": each.test.file, "package": each.test.package, "name": each.test.name, "problem": each.problem or None}
        for each in ran.tests
    ]
    if not wanted.coverage:
        return {"cases": cases, "tests": tests}
    files = [
        {"file": file, **share(each)._asdict(), "percent": share(each).percent, "missing": sorted(each.missed)}
        for file, each in sorted(ran.coverage.items())
    ]
    whole = total(ran.coverage)
    covered = {**whole._asdict(), "percent": whole.percent, "threshold": wanted.threshold, "files": files}
    return {"cases": cases, "tests": tests, "coverage": covered}


def _record(tried: Tried, *, verbose: bool) -> dict[str, Any]:
    from tenant_compiler.model.pointer import show  # noqa: PLC0415 - not for a wrong option

    case, got = tried.case, tried.got
    record: dict[str, Any] = {
        "rule": case.rule,
        "name": case.name,
        "file": case.place.file,
        "kind": case.kind,
        "problems": list(tried.problems),
        "expected": {"findings": [each._asdict() for each in case.findings], "checked": list(case.checked)},
    }
    if got is not None and not got.error:
        findings = [{"path": show(each.pointer), "object": each.ref, "message": each.message} for each in got.denials]
        record["got"] = {"findings": findings, "checked": sorted([*got.objects, *map(show, got.checked)])}
    if verbose or tried.problems:
        record["input"] = tried.input or None
    return record
