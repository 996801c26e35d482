"""``tenant-compile build``: all passes, and the output tree."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.frame import Frame, Outcome, conclude
from tenant_compiler.cli.selection import LEFT_OUT, selectors_of
from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.suggest import near

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tenant_compiler.cli.options import Judged, Reporting, Selecting
    from tenant_compiler.model.workspace import Workspace
    from tenant_compiler.run.build import Build, Totals, Written
    from tenant_compiler.run.discovery import Selectors
    from tenant_compiler.run.session import Session


class Writing(NamedTuple):
    """What a build does with its files."""

    output: str | None
    target: tuple[str, ...]
    check: bool
    diff: bool
    exit_code: bool
    stdout: bool
    prune: bool
    judged: Judged


@click.command(epilog=options.EXIT_CODES)
@options.folder
@click.option("-o", "--output", metavar="FOLDER", default=None, help="Write here, not where the workspace says.")
@click.option("--target", multiple=True, metavar="NAME", help="Only this enabled back-end; may be repeated.")
@click.option("--check", is_flag=True, help="Write nothing; fail when the output is not up to date.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change, by files and objects.")
@click.option("--exit-code", is_flag=True, help="With --diff: exit with 1 when something would change.")
@click.option("--stdout", is_flag=True, help="Print the artifacts of one tenant, environment and target.")
@click.option("--prune", is_flag=True, help="Remove the files of tenants that are gone, even of very many.")
@options.judged
@options.selecting
@options.reporting
def build(  # noqa: PLR0913 - one parameter an option
    folder: str | None,
    *,
    output: str | None,
    target: tuple[str, ...],
    judged: Judged,
    selecting: Selecting,
    reporting: Reporting,
    check: bool,
    diff: bool,
    exit_code: bool,
    stdout: bool,
    prune: bool,
) -> int:
    """Compile tenants into their artifacts.

    PATH is a tenant's file or a folder of them; without one the whole fleet is built. A tenant with an error keeps the
    files of its last build. Only files that differ are written.
    """
    writing = Writing(output, target, check, diff, exit_code, stdout, prune, judged)
    _check_together(writing)
    frame = Frame(reporting)
    return conclude(frame, lambda: _build(frame, folder, selecting, writing))


def _check_together(writing: Writing) -> None:
    modes = [name for name in ("check", "diff", "stdout", "prune") if getattr(writing, name)]
    if len(modes) > 1:
        raise WrongUseError(f"--{modes[0]} and --{modes[1]} do not go together")
    if writing.exit_code and not writing.diff:
        raise WrongUseError("--exit-code needs --diff")
    if writing.stdout and writing.output is not None:
        raise WrongUseError("--stdout writes no files, so --output has no meaning with it")


def _build(frame: Frame, folder: str | None, selecting: Selecting, writing: Writing) -> Outcome:
    from tenant_compiler.run.bench import Judging  # noqa: PLC0415 - not for a wrong option
    from tenant_compiler.run.build import Build, Options  # noqa: PLC0415 - the same

    workspace = frame.open(folder, selecting.path)
    _check_targets(writing.target, workspace)
    selectors = selectors_of(selecting, workspace)
    judging = Judging((), not writing.judged.no_waivers, writing.judged.judged_on)
    session = frame.session(workspace, targets=writing.target, judging=judging)
    if writing.stdout:
        from tenant_compiler.cli.artifacts import artifacts_of  # noqa: PLC0415 - one of three ways

        return Outcome(artifacts_of(frame, session, selectors), aside=True)
    layout = workspace.config["workspace"]
    output = layout["output"] if writing.output is None else os.path.abspath(writing.output)
    chosen = Options(output, writing.check, writing.prune, writing.target)
    with Build(session, selectors, chosen) as run:
        return _diff(frame, run, writing) if writing.diff else _write(frame, run, session)


def _check_targets(targets: Sequence[str], workspace: Workspace) -> None:
    enabled = workspace.config["targets"]["enable"]
    for name in targets:
        if name not in enabled:
            meant = near(name, enabled)
            hint = f"did you mean `{meant}`?" if meant else f"targets.enable has {', '.join(enabled)}"
            raise WrongUseError(f"`{name}` is no enabled target; {hint}")


def _write(frame: Frame, run: Build, session: Session) -> Outcome:
    from tenant_compiler.cli.compliance import Docket  # noqa: PLC0415 - not for a wrong option
    from tenant_compiler.cli.words import Timings  # noqa: PLC0415 - the same

    started = time.perf_counter()
    timings = Timings()
    docket = Docket(frame, session)
    for item in _shown(frame, run, session, run.selectors):
        frame.take(item.result)
        docket.take(item.result)
        timings.take(item.result)
    frame.add(run.finish())
    docket.finish(narrow=run.selectors.narrow or bool(run.options.targets))
    seconds = time.perf_counter() - started
    totals = run.totals
    summary = _summary(totals, seconds, checked=run.options.check)
    summary[0] += f" · {frame.found()}"
    if run.selectors.narrow or run.options.targets:
        summary.append(LEFT_OUT)
    if frame.reporting.verbose:
        summary += timings.lines()
    numbers = {**totals._asdict(), "seconds": round(seconds, 3)}
    return docket.complete(Outcome(summary=summary, numbers=numbers))


def _shown(frame: Frame, run: Build, session: Session, selectors: Selectors) -> Iterable[Written]:
    """The tenants of a build, with a bar for whoever watches."""
    if frame.reporting.quiet or frame.as_json or not sys.stderr.isatty():
        return run
    from tenant_compiler.cli.progress import with_progress  # noqa: PLC0415 - on a terminal only
    from tenant_compiler.run.discovery import tenant_files  # noqa: PLC0415

    return with_progress(run, tenant_files(session.workspace, selectors.paths), sys.stderr)


def _summary(totals: Totals, seconds: float, *, checked: bool) -> list[str]:
    from tenant_compiler.cli.words import plural  # noqa: PLC0415 - not for a wrong option

    head = f"{plural(totals.tenants, 'tenant')}, {plural(totals.environments, 'environment')}"
    if checked:
        lines = [f"{head} compared with the output in {seconds:.2f} s"]
    else:
        same = totals.files - totals.written
        done = f"{totals.written:,} written, {same:,} unchanged, {totals.removed:,} removed"
        lines = [f"{head} built in {seconds:.2f} s: {plural(totals.files, 'file')}, {done}"]
    if totals.failed and not checked:
        whose = "keeps" if totals.failed == 1 else "keep"
        lines.append(f"{plural(totals.failed, 'tenant')} failed and {whose} the files of the last build")
    if totals.pruned:
        lines.append(f"the files of {plural(totals.pruned, 'tenant')} that left the fleet were removed")
    return lines


def _diff(frame: Frame, run: Build, writing: Writing) -> Outcome:
    from tenant_compiler.cli.differences import all_changes, change_record, change_text  # noqa: PLC0415
    from tenant_compiler.cli.words import plural  # noqa: PLC0415

    changes = [*all_changes(frame, run)]
    kinds = [change.kind for change in changes]
    said = f"{kinds.count('+')} new, {kinds.count('~')} changed, {kinds.count('-')} removed"
    summary = [f"{plural(len(changes), 'file')} would change: {said}" if changes else "nothing would change"]
    if run.selectors.narrow or run.options.targets:
        summary.append(LEFT_OUT)
    differs = bool(changes) and writing.exit_code
    extra = {"changes": [change_record(change) for change in changes]} if frame.writes("json") else {}
    if frame.as_json:
        return Outcome(extra=extra, differs=differs)
    style = frame.style()
    text = "".join(change_text(change, frame.shown_path(change.file), style) for change in changes)
    return Outcome(text, summary, extra=extra, differs=differs, aside=True)
