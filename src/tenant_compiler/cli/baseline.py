"""``tenant-compile baseline``: which findings may wait."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import click

from tenant_compiler.cli import options
from tenant_compiler.cli.frame import Frame, Outcome, conclude
from tenant_compiler.cli.wrong_use import WrongUseError
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tenant_compiler.cli.options import Judged, Printing
    from tenant_compiler.judge.baseline import Change, Found
    from tenant_compiler.judge.baseline_file import Entry
    from tenant_compiler.model.workspace import Workspace

Verb: TypeAlias = Literal["create", "update", "prune"]

_SHOWN: Final = 50
"""Entries that are listed; more are counted."""


class Survey(NamedTuple):
    """What the fleet has today."""

    found: Sequence[Found]
    unjudged: Sequence[str]
    """Tenants, environments and rules that came to no verdict, and files of rules that cannot be read."""
    judged_on: date


@click.group()
def baseline() -> None:
    """Let the findings that a fleet has today wait, and refuse new ones."""


@baseline.command()
@options.folder
@options.judged
@options.printing
def create(folder: str | None, judged: Judged, printing: Printing) -> int:
    """Begin a baseline with every finding of today.

    Findings that a waiver covers are left out. The file is workspace.baseline; commit it.
    """
    frame = Frame(printing)
    return conclude(frame, lambda: _change(frame, folder, judged, "create"))


@baseline.command()
@options.folder
@options.judged
@options.printing
def update(folder: str | None, judged: Judged, printing: Printing) -> int:
    """Add findings that are new.

    The others keep the day on which they were written; nothing is removed.
    """
    frame = Frame(printing)
    return conclude(frame, lambda: _change(frame, folder, judged, "update"))


@baseline.command()
@options.folder
@options.judged
@options.printing
def prune(folder: str | None, judged: Judged, printing: Printing) -> int:
    """Remove findings that are mended.

    Nothing is removed when a tenant or a rule could not be judged.
    """
    frame = Frame(printing)
    return conclude(frame, lambda: _change(frame, folder, judged, "prune"))


def _change(frame: Frame, folder: str | None, judged: Judged, verb: Verb) -> Outcome:
    from tenant_compiler.judge import baseline as judge  # noqa: PLC0415 - not for a wrong option

    workspace = frame.open(folder)
    file = workspace.config["workspace"]["baseline"]
    entries = judge.read_entries(workspace)
    if verb == "create":
        judge.refuse_second(entries, file)
    elif entries is None:
        raise WrongUseError(f"there is no {frame.shown_path(file)}; `tenant-compile baseline create` begins one")
    survey = _survey(frame, workspace, judged)
    if verb == "prune":
        change = judge.prune(entries or (), survey.found, survey.unjudged, file)
    else:
        change = judge.update(entries or (), survey.found, survey.judged_on)
    _write(frame, workspace, file, change)
    if frame.as_json:
        records = {name: [entry._asdict() for entry in getattr(change, name)] for name in ("added", "removed")}
        return Outcome(
            extra={"file": file, "entries": len(change.entries), **records, "unjudged": list(survey.unjudged)}
        )
    return Outcome(_text(frame.shown_path(file), verb, change, survey.unjudged), aside=True)


def _survey(frame: Frame, workspace: Workspace, judged: Judged) -> Survey:
    """Judge the whole fleet as if there were no baseline, and collect what is wrong beside denials."""
    from tenant_compiler.judge.baseline import Baseline, denials_of, unjudged_of  # noqa: PLC0415
    from tenant_compiler.run.bench import Judging  # noqa: PLC0415
    from tenant_compiler.run.discovery import Selectors  # noqa: PLC0415
    from tenant_compiler.run.passes import CHECK  # noqa: PLC0415

    session = frame.session(workspace, judging=Judging((), not judged.no_waivers, judged.judged_on))
    judge = session.tools.bench.made
    judge.pardons = judge.pardons._replace(baseline=Baseline.none())
    found: list[Found] = []
    unjudged: list[str] = []
    for result in session.stream(Selectors(), CHECK):
        found += denials_of([result], judge.pardons.waivers)
        unjudged += unjudged_of(result)
        # Denials are what the baseline is about; the other errors are why something is not judged.
        others = [each for each in result.diagnostics if each.severity == "error" and each.code not in judge.law.by_id]
        frame.take(result._replace(diagnostics=tuple(others)))
    frame.add(session.tools.bench.finish(None, whole=False))
    # What a rule or framework that cannot be read would find, nobody knows.
    unjudged += sorted({each.place.file for each in judge.law.problems if each.place is not None})
    return Survey(found, unjudged, judge.judged_on)


def _write(frame: Frame, workspace: Workspace, file: str, change: Change) -> None:
    from tenant_compiler.emit.single import write_file  # noqa: PLC0415 - when all is known
    from tenant_compiler.judge.baseline_file import text_of  # noqa: PLC0415

    try:
        write_file(workspace.root, file, text_of(change.entries).encode())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WrongUseError(f"{frame.shown_path(file)} cannot be written: {reason}") from error


def _text(file: str, verb: Verb, change: Change, unjudged: Sequence[str]) -> str:
    from tenant_compiler.cli.words import plural, table  # noqa: PLC0415 - for people only

    wait = f"{plural(len(change.entries), 'finding')} {'waits' if len(change.entries) == 1 else 'wait'}"
    if verb == "create":
        counts = Counter(entry.rule for entry in change.entries)
        listed = table(("RULE", "FINDINGS"), [(rule, f"{count:,}") for rule, count in sorted(counts.items())])
        lines = f"{file}: {wait}\n" + (listed if counts else "")
    else:
        what, entries = ("new", change.added) if verb == "update" else ("removed", change.removed)
        lines = f"{file}: {len(entries):,} {what}, {wait}\n" + _listed(entries)
    if unjudged:
        lines += f"not judged, so not in it: {', '.join(unjudged[:3])}"
        lines += f" and {len(unjudged) - 3:,} more\n" if len(unjudged) > 3 else "\n"  # noqa: PLR2004
    return lines


def _listed(entries: Sequence[Entry]) -> str:
    from tenant_compiler.cli.words import table  # noqa: PLC0415 - for people only

    if not entries:
        return ""
    rows: list[Any] = [entry[:-1] for entry in entries[:_SHOWN]]
    more = f"and {len(entries) - _SHOWN:,} more\n" if len(entries) > _SHOWN else ""
    return table(("RULE", "TENANT", "ENVIRONMENT", "PATH", "OBJECT"), rows) + more
