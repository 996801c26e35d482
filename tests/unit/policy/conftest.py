"""Rules for the tests of what looks through them and tries them."""

from __future__ import annotations

import pytest

from tenant_compiler.judge.fixtures import read_cases
from tenant_compiler.judge.metadata import read_module
from tenant_compiler.judge.rulebook import Rulebook, built_in_rulebook
from tenant_compiler.plan.needs import FEATURES

HEAD = """# METADATA
# scope: package
# title: Enough people approve
# description: Where a tenant says how many people approve a change, it is enough.
# custom:
#   id: {id}
#   subject: {subject}
#   remediation: raise `change_control.approvals`
#   parameters:
#     least: {{unit: people, default: 2, stricter: higher, description: The fewest}}
package acme.rules.{name}

import rego.v1

"""
BODY = """_path := ["spec", "change_control", "approvals"]

_said := object.get(input.tenant, _path, null)

deny contains {"message": message, "path": _path} if {
	is_number(_said)
	_said < input.parameters.least
	message := sprintf("%d are too few, %d are needed", [_said, input.parameters.least])
}

checked contains _path if is_number(_said)
"""
CASES = """rule: enough
base: clinic
cases:
  - name: two
    given: {change_control: {approvals: 2}}
    expect: {findings: [], checked: [change_control.approvals]}
  - name: one
    given: {change_control: {approvals: 1}}
    expect: {findings: [{path: change_control.approvals, message: 1 are too few}], checked: [change_control.approvals]}
  - name: nothing
    given: {change_control: {approvals: null}}
    expect: {findings: [], checked: []}
"""
RULE = "policies/enough.rego"
FIXTURE = "policies/fixtures/enough.yaml"


def source(body=BODY, *, name="enough", number="ACME1", subject="tenant"):
    """The text of a rule."""
    return HEAD.format(id=number, name=name, subject=subject) + body


@pytest.fixture(scope="session")
def built_in() -> Rulebook:
    """The built-in rules from their sources."""
    return built_in_rulebook(tuple(FEATURES))


@pytest.fixture
def book(built_in):
    """Makes a rulebook of one rule with cases: `book(body)`, `book(body, cases)`."""

    def make(body=BODY, cases=CASES, *, subject="tenant", **more):
        text = source(body, subject=subject)
        rule = read_module(text, RULE).rule
        read, wrong = read_cases(cases.encode(), FIXTURE)
        values = {
            "built_in": False,
            "sources": {RULE: text},
            "tests": {},
            "rules": {rule.name: rule} if rule else {},
            "known": {**built_in.rules, **({rule.name: rule} if rule else {})},
            "beside": {file: text for file, text in built_in.sources.items() if "/lib/" in file},
            "frameworks": {},
            "cases": tuple(read),
            "fixtures": (FIXTURE,),
            "problems": (),
            "unreadable": tuple(wrong),
        }
        return built_in._replace(**{**values, **more})

    return make
