"""``tenant-compile check``: all passes but the writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.frame import Frame, Outcome, conclude
from tenant_compiler.cli.selection import LEFT_OUT, inside_path, read_stdin, selectors_of

if TYPE_CHECKING:
    from tenant_compiler.cli.options import Reporting, Selecting


@click.command(epilog=options.EXIT_CODES)
@options.folder
@click.option(
    "--stdin-filename", metavar="FILE", default=None, help="Check standard input (`-`) as if it were this file."
)
@options.selecting
@options.reporting
def check(folder: str | None, stdin_filename: str | None, selecting: Selecting, reporting: Reporting) -> int:
    """Find what is wrong with tenants, and write nothing.

    PATH is a tenant's file or a folder of them; without one the whole fleet is checked.
    """
    frame = Frame(reporting)
    return conclude(frame, lambda: _check(frame, folder, stdin_filename, selecting))


def _check(frame: Frame, folder: str | None, stdin_filename: str | None, selecting: Selecting) -> Outcome:
    from tenant_compiler.cli.words import Timings, plural  # noqa: PLC0415 - not for a wrong option
    from tenant_compiler.run.passes import CHECK  # noqa: PLC0415

    data = read_stdin(selecting.path, stdin_filename)
    if data is not None and stdin_filename is not None:
        selecting = selecting._replace(path=(stdin_filename,))
    workspace = frame.open(folder, selecting.path)
    selectors = selectors_of(selecting, workspace)
    overlay = {inside_path(selecting.path[0], workspace): data} if data is not None else None
    session = frame.session(workspace, overlay=overlay)
    tenants = environments = 0
    timings = Timings()
    for result in session.stream(selectors, CHECK):
        frame.take(result)
        timings.take(result)
        tenants += bool(result.tenant)
        environments += len(result.environments)
    said = f"{plural(tenants, 'tenant')}, {plural(environments, 'environment')} checked"
    summary = [f"{said}: {frame.found()}"]
    if selectors.narrow:
        summary.append(LEFT_OUT)
    if frame.reporting.verbose:
        summary += timings.lines()
    numbers = {"tenants": tenants, "environments": environments, "narrowed": selectors.narrow}
    return Outcome(summary=summary, numbers=numbers)
