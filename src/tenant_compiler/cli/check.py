"""``tenant-compile check``: all passes but the writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.compliance import Docket, compared
from tenant_compiler.cli.frame import Frame, Outcome, conclude
from tenant_compiler.cli.selection import LEFT_OUT, inside_path, read_stdin, selectors_of
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.cli.options import Judged, Reporting, Selecting


class Asked(NamedTuple):
    """What a call asks for, beside its selection."""

    folder: str | None
    stdin_filename: str | None
    compare: tuple[tuple[str, str], ...]
    judged: Judged
    matrix: bool
    statistics: bool


@click.command(epilog=options.EXIT_CODES)
@options.folder
@click.option(
    "--stdin-filename", metavar="FILE", default=None, help="Check standard input (`-`) as if it were this file."
)
@click.option(
    "--with",
    "compare",
    multiple=True,
    metavar="FRAMEWORK[:LEVEL]",
    help="Say how far tenants are from this framework, too; it decides nothing.",
)
@click.option("--matrix", is_flag=True, help="List every control of every tenant with its status.")
@click.option("--statistics", is_flag=True, help="List how often each rule denies something.")
@options.judged
@options.selecting
@options.reporting
def check(  # noqa: PLR0913 - one parameter an option
    folder: str | None,
    *,
    stdin_filename: str | None,
    compare: tuple[str, ...],
    judged: Judged,
    selecting: Selecting,
    reporting: Reporting,
    matrix: bool,
    statistics: bool,
) -> int:
    """Find what is wrong with tenants, and write nothing.

    PATH is a tenant's file or a folder of them; without one the whole fleet is checked.
    """
    frame = Frame(reporting)
    asked = Asked(folder, stdin_filename, compared(compare), judged, matrix, statistics)
    return conclude(frame, lambda: _check(frame, asked, selecting))


def _check(frame: Frame, asked: Asked, selecting: Selecting) -> Outcome:
    from tenant_compiler.cli.words import Timings, plural  # noqa: PLC0415 - not for a wrong option
    from tenant_compiler.run.bench import Judging  # noqa: PLC0415
    from tenant_compiler.run.passes import CHECK  # noqa: PLC0415

    data = read_stdin(selecting.path, asked.stdin_filename)
    if data is not None and asked.stdin_filename is not None:
        selecting = selecting._replace(path=(asked.stdin_filename,))
    workspace = frame.open(asked.folder, selecting.path)
    selectors = selectors_of(selecting, workspace)
    overlay = {inside_path(selecting.path[0], workspace): data} if data is not None else None
    judging = Judging(asked.compare, not asked.judged.no_waivers, asked.judged.judged_on)
    session = frame.session(workspace, overlay=overlay, judging=judging)
    docket = Docket(frame, session, matrix=asked.matrix, statistics=asked.statistics)
    tenants = environments = 0
    timings = Timings()
    for result in session.stream(selectors, CHECK):
        frame.take(result)
        docket.take(result)
        timings.take(result)
        tenants += bool(result.tenant)
        environments += len(result.environments)
    docket.finish(narrow=selectors.narrow)
    said = f"{plural(tenants, 'tenant')}, {plural(environments, 'environment')} checked"
    summary = [f"{said}: {frame.found()}"]
    if selectors.narrow:
        summary.append(LEFT_OUT)
    if frame.reporting.verbose:
        summary += timings.lines()
    numbers = {"tenants": tenants, "environments": environments, "narrowed": selectors.narrow}
    return docket.complete(Outcome(summary=summary, numbers=numbers))
