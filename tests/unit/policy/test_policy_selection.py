"""What of a rulebook is run, by names and paths; and what is told of a run."""

from __future__ import annotations

import pytest

from tenant_compiler.judge.engines.protocol import Coverage
from tenant_compiler.model.diagnostic import Span
from tenant_compiler.model.policy import Denial, RuleResult
from tenant_compiler.run.policies.findings import findings_of
from tenant_compiler.run.policies.selection import UnknownError, select
from tenant_compiler.run.policies.suite import Ran, RegoTried, find_tests
from tenant_compiler.run.policies.tries import Tried

TEST = "package acme.{}_test\n\nimport rego.v1\n\ntest_a if true\n\ntest_a if false\n\ntest_b if true\n"


@pytest.fixture
def laid_out(book, tmp_path, monkeypatch):
    """A rulebook whose files are in a folder, which is the current one."""
    made = book(tests={f"policies/{name}_test.rego": TEST.format(name) for name in ("enough", "other")})
    made = made._replace(root=str(tmp_path))
    for file in (*made.sources, *made.tests, *made.fixtures):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    monkeypatch.chdir(tmp_path)
    return made


def counts(chosen):
    """How many rules, cases, tests and files are chosen."""
    return len(chosen.rules), len(chosen.cases), len(chosen.tests), len(chosen.files)


def test_without_a_name_everything_is_run(laid_out):
    """Several bodies of a test are one test."""
    assert counts(select(laid_out, ())) == (1, 3, 4, 1)
    assert [test.name for test in find_tests(laid_out.tests)] == ["test_a", "test_b"] * 2


@pytest.mark.parametrize(
    ("word", "numbers"),
    [
        ("enough", (1, 3, 2, 1)),
        ("ACME1", (1, 3, 2, 1)),
        ("acme1", (1, 3, 2, 1)),
        ("policies/enough.rego", (1, 3, 2, 1)),
        ("policies/fixtures/enough.yaml", (1, 3, 0, 1)),
        ("policies/fixtures", (1, 3, 0, 1)),
        ("policies/other_test.rego", (0, 0, 2, 0)),
        ("policies", (1, 3, 4, 1)),
        (".", (1, 3, 4, 1)),
    ],
)
def test_a_rule_or_a_path_narrows_the_run(laid_out, word, numbers):
    """A rule brings its cases and the tests of its name; a path what lies there."""
    assert counts(select(laid_out, [word])) == numbers


def test_paths_are_those_of_the_current_folder(laid_out, tmp_path, monkeypatch):
    """As a shell completes them."""
    monkeypatch.chdir(tmp_path / "policies")
    assert counts(select(laid_out, ["fixtures/enough.yaml", "../policies/other_test.rego"])) == (1, 3, 2, 1)


def test_what_is_neither_is_refused(laid_out):
    """With the rule that was meant."""
    with pytest.raises(UnknownError, match="`enuogh` is no rule and no path; did you mean `enough`"):
        select(laid_out, ["enuogh"])


def told(book, *, cases=(), tests=()):
    """The findings of a run."""
    ran = Ran(tuple(cases), tuple(tests), {}, {"x": Coverage(frozenset(), frozenset())}, lost=False)
    return [*findings_of(book, select(book, ()), ran)]


def test_a_failed_case_tells_what_went_in_what_was_expected_and_what_came(book):
    """With the rule's lines, and the place of the case."""
    made = book()
    rule = made.rules["enough"]
    path = ("spec", "change_control", "approvals")
    got = RuleResult(rule, (Denial("ACME1", "1 are too few", path, "", (), None),), (path, ("spec", "backup")), ())
    given = {
        "tenant": {"metadata": {}, "spec": {"change_control": {"approvals": 1}}},
        "parameters": {"least": 2},
        "artifacts": {"kubernetes": {}, "terraform": {}, "prometheus": {}},
    }
    case = made.cases[0]
    (found,) = told(made, cases=[Tried(case, ("one problem", "another"), given, got, ("enough.rego:1: x",))])
    assert found.code == "TC867"
    assert found.message == 'enough, "two": one problem'
    assert found.place == case.place
    assert found.notes == (
        "another",
        'given: {"change_control": {"approvals": 2}}',
        'parameters: {"least": 2}',
        "input: change_control.approvals = 1",
        "input: backup is absent",
        "expected: no findings",
        "expected to be checked: change_control.approvals",
        "got: change_control.approvals: 1 are too few",
        "got checked: backup, change_control.approvals",
        "printed: enough.rego:1: x",
    )
    assert [label.message for label in found.related] == ["what it denies", "what it looks at"]
    assert [label.place.span.line for label in found.related] == [19, 25]


def test_objects_of_a_failed_case_are_shown_cut(book):
    """A manifest may be long, and many may be looked at."""
    made = book(subject="artifact")
    refs = [f"kubernetes/x/10-tenancy.yaml#Role/{number:02}" for number in range(12)]
    items = [{"ref": ref, "value": {"rules": ["x" * 400]}} for ref in refs]
    given = {
        "tenant": {"metadata": {}, "spec": {}},
        "parameters": {},
        "artifacts": {"kubernetes": {"Role": items}, "terraform": {}, "prometheus": {}},
    }
    got = RuleResult(made.rules["enough"], (), (), tuple(refs))
    (found,) = told(made, cases=[Tried(made.cases[0], ("x",), given, got)])
    shown = [note for note in found.notes if note.startswith("input: ")]
    assert len(shown) == 10
    assert all(len(note) < 400 for note in shown)
    assert "and 3 more" in found.notes


def test_a_case_that_came_to_nothing_is_told_with_its_problem(book):
    """There is nothing else to tell."""
    made = book()
    (found,) = told(made, cases=[Tried(made.cases[2]._replace(given={}), ("there is no base tenant `x`",), {}, None)])
    assert (found.notes, found.related, found.help) == ((), (), "")


def test_a_failed_test_is_told_at_its_head(book):
    """With what it printed."""
    made = book(tests={"policies/enough_test.rego": TEST.format("enough")})
    test = [*find_tests(made.tests)][1]
    (found,) = told(made, tests=[RegoTried(test, "it is not true", ("here",))])
    assert (found.code, found.message) == ("TC868", "acme.enough_test.test_b: it is not true")
    assert found.place.span == Span(9, 1, 7)
    assert found.notes == ("printed: here",)


def test_what_passes_is_not_told(book):
    """Neither cases nor tests."""
    made = book()
    assert told(made, cases=[Tried(made.cases[0], (), {}, None)]) == []


def test_a_chosen_rule_that_is_not_tested_enough_is_told(book):
    """Also when all its cases pass."""
    made = book()
    assert [found.code for found in told(made._replace(cases=made.cases[:1]))] == ["TC866"]
