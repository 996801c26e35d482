"""Fixtures of rules as they are read: what a case shows, and what is wrong with one."""

from __future__ import annotations

from datetime import date

import pytest

from tenant_compiler.judge.fixtures import Expected, kinds_missing, read_cases

ONE = """rule: enough
base: acme
cases:
  - name: two
    expect: {findings: [], checked: [b, a]}
"""


def read(text):
    """The cases of a text, and the codes of what is wrong with it."""
    cases, problems = read_cases(text.encode(), "policies/fixtures/enough.yaml")
    return cases, [problem.code for problem in problems]


def test_what_a_case_leaves_out_has_a_default():
    """The fixture's base, no change, the first of November 2026; what is checked is sorted."""
    (case,), problems = read(ONE)
    assert problems == []
    assert (case.rule, case.name, case.base, case.environment) == ("enough", "two", "acme", "")
    assert (case.given, case.objects, case.parameters) == ({}, {}, {})
    assert case.judged_on == date(2026, 11, 1)
    assert case.checked == ("a", "b")
    assert case.place.pointer == ("cases", 0, "name")


def test_a_finding_is_a_path_an_object_or_both_with_a_part_of_the_message():
    """A text with `#` is an object."""
    text = ONE.replace("findings: []", "findings: [a.b, 'kubernetes/x/10-tenancy.yaml#Role/y', {path: c, message: d}]")
    (case,), _ = read(text)
    assert case.findings == (
        Expected("a.b", "", ""),
        Expected("", "kubernetes/x/10-tenancy.yaml#Role/y", ""),
        Expected("c", "", "d"),
    )


def test_a_case_shows_what_passes_what_does_not_or_where_nothing_is_to_judge():
    """By its findings and by what is checked."""
    (passing,), _ = read(ONE)
    failing = passing._replace(findings=(Expected("a", "", ""),))
    nothing = passing._replace(checked=())
    assert [case.kind for case in (passing, failing, nothing)] == ["passing", "failing", "not applicable"]
    assert kinds_missing([passing, nothing]) == ["failing"]
    assert kinds_missing([]) == ["passing", "failing", "not applicable"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("checked: [b, a]", "checkt: [b, a]", "TC201"),
        (", checked: [b, a]", "", "TC204"),
        ("cases:\n", "cases: []\nmore:\n", "TC201"),
        ("name: two", "name: two\n    judged_on: 2026-13-45", "TC213"),
        ("name: two", "name: two\n    judged_on: 2026-02-30", "TC213"),
        ("name: two", "name: 2", "TC202"),
        ("rule: enough", "rule: [", "TC103"),
        ("rule: enough", "rule: enough\nrule: enough", "TC104"),
    ],
)
def test_a_file_with_a_mistake_gives_no_cases(old, new, code):
    """The mistake has a code of the reader's or of the schema's."""
    cases, problems = read(ONE.replace(old, new))
    assert cases == []
    assert code in problems


def test_a_mistake_leaves_the_other_documents_alone():
    """One file may hold the fixtures of several rules."""
    cases, problems = read(ONE.replace("checked", "checkt") + "---\n" + ONE)
    assert [case.place.document for case in cases] == [1]
    assert problems
