"""What rules offer as a fix, tried on every case of their fixtures that they deny."""

from __future__ import annotations

import pytest

from tenant_compiler.judge.rulebook import built_in_rulebook
from tenant_compiler.model.pointer import show
from tenant_compiler.plan.needs import FEATURES
from tenant_compiler.run.policies.suite import Chosen, run_suite


def written(settings, pointer, value):
    """Settings with a value written at a pointer below them."""
    key, *below = pointer
    there = settings.get(key) or {}
    return {**settings, key: written(there, below, value) if below else value}


@pytest.fixture(scope="module")
def book():
    """The built-in rules with their fixtures."""
    return built_in_rulebook(FEATURES)


@pytest.fixture(scope="module")
def denied(book):
    """Every case of a rule about tenants that is denied with a fix, with what was denied."""
    tenant_rules = {name for name, rule in book.rules.items() if rule.subject == "tenant"}
    cases = [case for case in book.cases if case.rule in tenant_rules and case.findings]
    ran = run_suite(book, Chosen(book.rules, cases, (), ()), "auto", None)
    found = [(tried.case, tried.got.denials) for tried in ran.cases]
    return [(case, denials) for case, denials in found if any(denial.fix for denial in denials)]


def test_fixes_end_what_is_denied(book, denied):
    """Writing all fixes of a tenant into it makes one that compiles, and of which the rule says nothing more there."""
    fixed = []
    for case, denials in denied:
        given = case.given
        for denial in denials:
            if denial.fix:
                pointer, value = denial.fix
                given = written(given, pointer[1:], value)
        fixed.append(case._replace(given=given))
    ran = run_suite(book, Chosen(book.rules, fixed, (), ()), "auto", None)
    left = []
    for (case, before), tried in zip(denied, ran.cases, strict=True):
        assert tried.got is not None, (case.rule, case.name, tried.problems)
        offered = {denial.pointer for denial in before if denial.fix}
        left += [(case.rule, case.name, denial.message) for denial in tried.got.denials if denial.pointer in offered]
    assert not left


def test_many_rules_offer_fixes(denied):
    """Most rules about tenants know what to write, and where in the tenant."""
    assert len({case.rule for case, _ in denied}) > 30
    for case, denials in denied:
        for denial in denials:
            if denial.fix:
                assert denial.fix[0][0] == "spec", (case.rule, case.name, show(denial.fix[0]))
