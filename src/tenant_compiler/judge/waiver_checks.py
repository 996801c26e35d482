"""What is wrong with well-formed waivers: names of nothing, times that are over, approvals of one's own."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from tenant_compiler.judge.waivers import IDLE, UNCLEAR, UNKNOWN, UNUSED
from tenant_compiler.model.diagnostic import Diagnostic, Label
from tenant_compiler.model.policy import BASELINE
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from tenant_compiler.judge.waivers import Waiver
    from tenant_compiler.model.policy import Framework, Rule

EXPIRED: Final = "TC833"
TOO_LONG: Final = "TC834"
FUTURE: Final = "TC835"
OWN: Final = "TC836"
TWICE: Final = "TC837"

_LISTED: Final = 8


class Known(NamedTuple):
    """What waivers may name, and how long they may hold."""

    rules: Mapping[str, Rule]
    """By name."""
    framework: Callable[[str], Framework | None]
    """A framework by its name; loaded when a waiver names it."""
    frameworks: Sequence[str]
    """The names of all."""
    environments: Collection[str]
    maximum_days: int
    """From ``created`` to ``expires``."""


def check_waivers(waivers: Iterable[Waiver], known: Known, judged_on: date) -> tuple[list[Waiver], list[Diagnostic]]:
    """Keep the waivers that hold on a day, and say what is wrong with the others.

    Whatever is wrong takes the waiver out, so that nothing is hidden by it.

    Args:
        waivers: well-formed ones, with rules as people wrote them.
        known: what they may name.
        judged_on: the day.

    Returns:
        Those that hold, each with the id of its rule, and findings in the order of the waivers: TC830, TC831, TC834 to
        TC837 as errors, TC833 (expired) and TC838 (nothing to waive) as warnings.
    """
    kept: list[Waiver] = []
    problems: list[Diagnostic] = []
    several = list(waivers)
    twice = _twice(several)
    for waiver in several:
        meant, wrong = _named(waiver, known)
        wrong += twice.get((waiver.file, waiver.document), ())
        wrong += [*_time(waiver, known.maximum_days, judged_on), *_approval(waiver)]
        if not wrong:
            kept.append(meant)
        problems += (
            problem if problem.code == UNUSED else problem._replace(notes=(*problem.notes, IDLE)) for problem in wrong
        )
    return kept, problems


def _named(waiver: Waiver, known: Known) -> tuple[Waiver, list[Diagnostic]]:
    """Look up what a waiver names: the waiver with the rule's id, and what does not exist."""
    wrong = []
    if waiver.environment and waiver.environment not in known.environments:
        wrong.append(_unknown(waiver, "environment", waiver.environment, known.environments))
    framework = known.framework(waiver.framework) if waiver.framework else None
    if waiver.framework and framework is None:
        key = "control" if waiver.control else "framework"
        return waiver, [*wrong, _unknown(waiver, key, waiver.framework, known.frameworks, "framework")]
    if waiver.control:
        assert framework is not None
        return waiver, [*wrong, *_control(waiver, framework)]
    rule = known.rules.get(waiver.rule) or next(
        (rule for rule in known.rules.values() if rule.id == waiver.rule.upper()), None
    )
    if rule is None:
        names = [name for each in known.rules.values() for name in (each.id, each.name)]
        return waiver, [*wrong, _unknown(waiver, "rule", waiver.rule, names)]
    return waiver._replace(rule=rule.id), [*wrong, *_scope(waiver, rule, framework, known)]


def _unknown(waiver: Waiver, key: str, name: str, names: Collection[str], what: str = "") -> Diagnostic:
    help_ = did_you_mean(name, names)
    if not help_ and len(names) <= _LISTED:
        help_ = f"there are {', '.join(names)}"
    message = f"the waiver {waiver.name} is for the {what or key} `{name}`, which does not exist"
    return Diagnostic(UNKNOWN, message, place=waiver.place(key), help=help_ or _WHERE[what or key])


_WHERE: Final = {
    "rule": "`tenant-compile explain --all` lists the rules with the codes",
    "control": "the framework's page lists its controls",
    "framework": "name one that tenants can be under",
    "environment": "name one of the workspace's environments",
}


def _control(waiver: Waiver, framework: Framework) -> Iterator[Diagnostic]:
    control = framework.controls.get(waiver.control)
    if control is None:
        name = f"{framework.name}:{waiver.control}"
        names = [f"{framework.name}:{identifier}" for identifier in framework.controls]
        yield _unknown(waiver, "control", name, names)
    elif not control.rules and not control.advises:
        yield Diagnostic(
            UNUSED,
            f"the waiver {waiver.name} covers nothing: no configuration can prove {waiver.subject}, so none fails it",
            "warning",
            place=waiver.place("control"),
            help="remove it; a control that people prove is listed as manual and fails no run",
        )


def _scope(waiver: Waiver, rule: Rule, framework: Framework | None, known: Known) -> Iterator[Diagnostic]:
    """Find out whether a rule and a framework go together."""
    if framework is None:
        # A rule of the workspace's own is also judged beside the frameworks, and is then in none.
        if rule.built_in:
            serving = [name for name in known.frameworks if _serves(rule, known.framework(name))]
            yield Diagnostic(
                UNCLEAR,
                f"the waiver {waiver.name} names no framework, and a waiver hides nothing outside of its own",
                place=waiver.place("rule"),
                help=f"write the `framework`: {' or '.join(serving)}" if serving else "write the `framework`",
            )
    elif not _serves(rule, framework):
        own = "" if rule.built_in else "leave `framework` out, or "
        yield Diagnostic(
            UNCLEAR,
            f"the waiver {waiver.name} is for {rule.id} in {framework.name}, which does not use that rule",
            place=waiver.place("framework"),
            help=f"{own}name a framework with a control that the rule decides",
        )


def _serves(rule: Rule, framework: Framework | None) -> bool:
    controls = framework.controls.values() if framework is not None else ()
    return any(use.rule == rule.name for control in controls for use in (*control.rules, *control.advises))


def _twice(waivers: Iterable[Waiver]) -> dict[tuple[str, int], list[Diagnostic]]:
    """Find the waivers that share their name, by file and document: none of them is the one that is meant."""
    named: dict[str, list[Waiver]] = {}
    for waiver in waivers:
        named.setdefault(waiver.name, []).append(waiver)
    found: dict[tuple[str, int], list[Diagnostic]] = {}
    for waiver in named.pop(BASELINE, ()):
        message = f"a waiver cannot be called {BASELINE}: reports say so of what waits in the baseline"
        found[waiver.file, waiver.document] = [
            Diagnostic(TWICE, message, place=waiver.place(), help="give it a name of its own")
        ]
    for name, several in named.items():
        for index, waiver in enumerate(several if len(several) > 1 else ()):
            other = several[0 if index else 1]
            found[waiver.file, waiver.document] = [
                Diagnostic(
                    TWICE,
                    f"there are {len(several)} waivers called {name}",
                    place=waiver.place(),
                    help="give each a name of its own: reports name a waiver alone",
                    related=(Label(other.place(), "another one"),),
                )
            ]
    return found


def _time(waiver: Waiver, maximum: int, judged_on: date) -> Iterator[Diagnostic]:
    if waiver.created > judged_on:
        yield Diagnostic(
            FUTURE,
            f"the waiver {waiver.name} was created on {waiver.created}, which is after {judged_on}",
            place=waiver.place("created"),
            help="write the day on which it was approved",
        )
    if waiver.expires < judged_on:
        days = (judged_on - waiver.expires).days
        yield Diagnostic(
            EXPIRED,
            f"the waiver {waiver.name} expired on {waiver.expires}, {days} {'day' if days == 1 else 'days'} ago",
            "warning",
            place=waiver.place("expires"),
            help="mend what it hides and remove it, or have it approved again with new dates",
        )
    days = (waiver.expires - waiver.created).days
    if days > maximum:
        yield Diagnostic(
            TOO_LONG,
            f"the waiver {waiver.name} is to hold for {days} days, but compliance.waiver_maximum_days is {maximum}",
            place=waiver.place("expires"),
            help=f"write an earlier day: at most {maximum} days after `created`",
            related=(Label(waiver.place("created"), "from here"),),
        )


def _approval(waiver: Waiver) -> Iterator[Diagnostic]:
    if _same(waiver.owner, waiver.approver):
        yield Diagnostic(
            OWN,
            f"the waiver {waiver.name} is approved by its own owner",
            place=waiver.place("approver"),
            help="have somebody else approve it",
            related=(Label(waiver.place("owner"), "the owner"),),
        )


def _same(owner: str, approver: str) -> bool:
    """Whether two names are the same: in any case, and with or without the domain of an e-mail address."""
    one, other = _person(owner), _person(approver)
    return one[0] == other[0] and (one[1] == other[1] or not one[1] or not other[1])


def _person(name: str) -> tuple[str, str]:
    """The local part of an address without what stands behind a plus, and the domain; of a name, itself."""
    local, _, domain = " ".join(unicodedata.normalize("NFKC", name).casefold().split()).partition("@")
    return local.partition("+")[0].strip() if domain else local, domain.strip()
