"""Options that several commands share, gathered into records before a command sees them."""

from __future__ import annotations

from datetime import date
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tenant_compiler.model.diagnostic import Severity
    from tenant_compiler.report.style import When


Command: TypeAlias = "Callable[..., Any]"

FORMATS: Final = ("text", "json", "sarif", "junit", "github", "markdown")
"""The names of `report.formats.FORMATS`, which only a command that reports imports."""
PRINTED: Final = FORMATS[:2]
"""Those of commands that print something else than findings."""

EXIT_CODES: Final = """\b
Exit codes:
  0    clean
  1    findings at or above --fail-on, or output that is not up to date
  2    wrong use, configuration, or input that cannot be read
  70   a bug in the compiler
  130  interrupted
"""


class Printing(NamedTuple):
    """How a command prints."""

    output_format: str = "text"
    color: When = "auto"


class Output(NamedTuple):
    """A format, and where it goes."""

    format: str = "text"
    file: str = ""
    """Empty: standard output."""


class Reporting(NamedTuple):
    """How findings are shown and what they do to the exit code."""

    output_format: tuple[Output, ...] = (Output(),)
    """At most one of them goes to standard output; without any, text does."""
    color: When = "auto"
    max_diagnostics: int | None = None
    quiet: bool = False
    verbose: bool = False
    fail_on: Severity = "error"
    exit_zero: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class Selecting(NamedTuple):
    """What narrows a run, as given."""

    tenant: tuple[str, ...] = ()
    label: tuple[tuple[str, str], ...] = ()
    environment: tuple[str, ...] = ()
    path: tuple[str, ...] = ()


class Judged(NamedTuple):
    """How compliance is judged."""

    no_waivers: bool = False
    judged_on: date | None = None


def _day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """Read a day."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no day; write it as 2026-11-24", ctx, param) from error


def _codes(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> tuple[str, ...]:
    """Split at commas; codes are written in capitals."""
    del ctx, param
    return tuple(code.strip().upper() for codes in value for code in codes.split(",") if code.strip())


def _labels(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Split each at its first ``=``."""
    for text in value:
        if text.find("=") < 1:
            message = f"{text!r} is no label; write KEY=VALUE, such as segment=healthcare"
            raise click.BadParameter(message, ctx, param)
    return tuple((key, wanted) for key, _, wanted in (text.partition("=") for text in value))


def _outputs(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> tuple[Output, ...]:
    """Split each at its first ``=``; ``-`` is standard output."""
    found = []
    for text in value:
        name, equals, file = text.partition("=")
        if name not in FORMATS:
            message = f"{name!r} is not one of {', '.join(map(repr, FORMATS))}."
            raise click.BadParameter(message, ctx, param)
        if equals and not file:
            message = f"{text!r} names no file; write {name}=FILE, or {name} for standard output"
            raise click.BadParameter(message, ctx, param)
        found.append(Output(name, "" if file in ("-", "/dev/stdout") else file))
    printed = [output.format for output in found if not output.file]
    if len(printed) > 1:
        message = f"{printed[0]} and {printed[1]} cannot both go to standard output; write one as {printed[1]}=FILE"
        raise click.BadParameter(message, ctx, param)
    return tuple(found)


def _multiple(*names: str, metavar: str, text: str) -> Callable[[Command], Command]:
    return click.option(*names, multiple=True, metavar=metavar, help=text)


folder: Final = click.option(
    "-C", "folder", metavar="FOLDER", default=None, help="The workspace, or a folder in it; else the current one."
)

_COLOR: Final = click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    help="auto: NO_COLOR, then FORCE_COLOR, then whether a terminal reads.",
)

_PRINTING: Final = (
    click.option(
        "--output-format", type=click.Choice(PRINTED), default="text", show_default=True, help="For people or programs."
    ),
    _COLOR,
)

_REPORTING: Final = (
    click.option(
        "--output-format",
        multiple=True,
        callback=_outputs,
        metavar="FORMAT[=FILE]",
        help=f"One of {', '.join(FORMATS)}, to FILE or else to standard output; may be repeated.  [default: text]",
    ),
    _COLOR,
    click.option(
        "--max-diagnostics",
        type=click.IntRange(min=1),
        metavar="N",
        default=None,
        help="Show at most so many findings and count the rest; else 50 as text and all in other formats.",
    ),
    click.option(
        "--select",
        multiple=True,
        callback=_codes,
        metavar="CODES",
        help="Only findings whose code begins so: TC5,TC320.",
    ),
    click.option("--ignore", multiple=True, callback=_codes, metavar="CODES", help="No findings whose code begins so."),
    click.option(
        "--fail-on",
        type=click.Choice(("error", "warning", "info")),
        default="error",
        show_default=True,
        help="The least severity that makes the exit code 1.",
    ),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 in place of 1."),
    click.option("-q", "--quiet", is_flag=True, help="Findings only, no summary."),
    click.option("-v", "--verbose", is_flag=True, help="Show every info, times and counts."),
)

_SELECTING: Final = (
    _multiple("-t", "--tenant", metavar="NAME", text="Only this tenant; may be repeated."),
    click.option(
        "-l",
        "--label",
        multiple=True,
        callback=_labels,
        metavar="KEY=VALUE",
        help="Only tenants with this label; with all of several.",
    ),
    _multiple("-e", "--environment", metavar="NAME", text="Only this environment; may be repeated."),
    click.argument("path", nargs=-1, metavar="[PATH]..."),
)


_JUDGED: Final = (
    click.option("--no-waivers", is_flag=True, help="Judge as if there were no waivers and no baseline."),
    click.option(
        "--judged-on",
        metavar="DAY",
        default=None,
        callback=_day,
        help="Judge as on this day (YYYY-MM-DD); else today, in UTC.",
    ),
)


def printing(function: Command) -> Command:
    """Add the options of `Printing`; the command gets the record as ``printing``."""
    return _gathered(function, "printing", Printing, _PRINTING)


def reporting(function: Command) -> Command:
    """Add the options of `Reporting`; the command gets the record as ``reporting``."""
    return _gathered(function, "reporting", Reporting, _REPORTING)


def selecting(function: Command) -> Command:
    """Add the options and paths of `Selecting`; the command gets the record as ``selecting``."""
    return _gathered(function, "selecting", Selecting, _SELECTING)


def judged(function: Command) -> Command:
    """Add the options of `Judged`; the command gets the record as ``judged``."""
    return _gathered(function, "judged", Judged, _JUDGED)


def _gathered(function: Command, name: str, kind: Any, options: Sequence[Callable[[Command], Command]]) -> Command:
    def gather(**given: Any) -> Any:
        record = kind(**{field: given.pop(field) for field in kind._fields})
        return function(**{name: record}, **given)

    wrapper: Command = update_wrapper(gather, function)
    for option in reversed(options):
        wrapper = option(wrapper)
    return wrapper
