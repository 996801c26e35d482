"""What became of a suite, as findings: each failed case with its line, what went in, what was expected, what came."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.judge.evaluate import RESULTS
from tenant_compiler.judge.lint.usage import untested
from tenant_compiler.judge.rego import outline, span_of
from tenant_compiler.model.diagnostic import Diagnostic, Label, Place
from tenant_compiler.model.pointer import ABSENT, follow, parse, show
from tenant_compiler.run.policies.tries import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenant_compiler.judge.rulebook import Rulebook
    from tenant_compiler.model.policy import Rule, RuleResult
    from tenant_compiler.run.policies.suite import Chosen, Ran, RegoTried
    from tenant_compiler.run.policies.tries import Tried

CASE: Final = "TC867"
TEST: Final = "TC868"

_SHOWN: Final = 10
"""Places of the input, findings and checked things that are listed; more are counted."""
_LENGTH: Final = 300
"""Characters of one of them."""


def findings_of(book: Rulebook, chosen: Chosen, ran: Ran) -> Iterator[Diagnostic]:
    """Give the findings of a suite: TC867 for cases, TC868 for tests, TC866 for rules that nobody tests enough."""
    for rule in chosen.rules.values():
        yield from untested(book, rule)
    for tried in ran.cases:
        if tried.problems:
            yield _case(book, tried)
    for test in ran.tests:
        if test.problem:
            yield _test(book, test)


def _case(book: Rulebook, tried: Tried) -> Diagnostic:
    case = tried.case
    first, *more = tried.problems
    rule = book.rules.get(case.rule)
    notes = [*more, *_given(tried)]
    if tried.got is not None and not tried.got.error:
        notes += _expected(tried)
        notes += _got(tried.got)
    notes += [f"printed: {line}" for line in tried.prints[:_SHOWN]]
    return Diagnostic(
        CASE,
        f"{case.rule}, {json.dumps(case.name, ensure_ascii=False)}: {first}",
        place=case.place,
        help="`-v` prints the whole input" if tried.input else "",
        notes=tuple(notes),
        related=tuple(_heads(book, rule)) if rule is not None and tried.got is not None else (),
    )


def _given(tried: Tried) -> Iterator[str]:
    """What went in, as far as it matters: what the case changes, and the places that were looked at."""
    case = tried.case
    for name in ("given", "objects"):
        if getattr(case, name):
            yield f"{name}: {_short(getattr(case, name))}"
    if tried.input:
        if tried.input["parameters"]:
            yield f"parameters: {_short(tried.input['parameters'])}"
        yield from _first([f"input: {line}" for line in _places(tried)])


def _places(tried: Tried) -> Iterator[str]:
    """The values of all places that the rule denied or looked at, or should have."""
    got, tenant = tried.got, tried.input["tenant"]
    if got is None or got.error:
        return
    by_ref = {
        item["ref"]: item["value"]
        for kinds in tried.input["artifacts"].values()
        for items in kinds.values()
        for item in items
    }
    expected = [text for each in tried.case.findings for text in (each.path, each.object) if text]
    said = [*(denial.ref or show(denial.pointer) for denial in got.denials), *got.objects, *map(show, got.checked)]
    for text in dict.fromkeys([*said, *expected, *tried.case.checked]):
        if text in by_ref:
            yield f"{text} = {_short(by_ref[text])}"
        elif "#" not in text:
            value = follow(tenant, _pointer(text))
            yield f"{text} {'is absent' if value is ABSENT else f'= {_short(value)}'}"


def _pointer(text: str) -> tuple[str | int, ...]:
    try:
        return parse(text)
    except ValueError:
        return (text,)


def _expected(tried: Tried) -> Iterator[str]:
    case = tried.case
    yield from _listed("expected", [f"a finding{words(each)}" for each in case.findings], case.checked)


def _got(got: RuleResult) -> Iterator[str]:
    denied = [f"{denial.ref or show(denial.pointer)}: {denial.message}" for denial in got.denials]
    yield from _listed("got", denied, sorted([*got.objects, *map(show, got.checked)]))


def _listed(word: str, denied: Iterable[str], checked: Iterable[str]) -> Iterator[str]:
    yield from _first([f"{word}: {each}" for each in denied] or [f"{word}: no findings"])
    yield f"{word} to be checked: {', '.join(_first([*checked])) or 'nothing'}".replace("got to be", "got")


def _first(lines: list[str]) -> list[str]:
    rest = len(lines) - _SHOWN
    return lines[:_SHOWN] + ([f"and {rest} more"] if rest > 0 else [])


def _heads(book: Rulebook, rule: Rule) -> Iterator[Label]:
    """Where the rule says what it denies and what it looks at."""
    source = book.sources[rule.file]
    labels = dict(zip(RESULTS, ("what it denies", "what it looks at"), strict=True))
    for head in outline(source).heads:
        if head.name in labels:
            span = span_of(source, head.start, head.start + len(head.name))
            yield Label(Place(rule.file, span=span), labels[head.name])


def _test(book: Rulebook, tried: RegoTried) -> Diagnostic:
    test = tried.test
    span = span_of(book.tests[test.file], test.start, test.start + len(test.name))
    message = f"{test.package}.{test.name}: {tried.problem}"
    help_ = "`print(…)` in a test shows what it sees"
    notes = tuple(f"printed: {line}" for line in tried.prints[:_SHOWN])
    return Diagnostic(TEST, message, place=Place(test.file, span=span), help=help_, notes=notes)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LENGTH else f"{text[: _LENGTH - 1]}…"
