"""Nothing is dropped silently: what the targets answer about a need, and what is said of it."""

from __future__ import annotations

import ast
import inspect

import pytest

from tenant_compiler.model.backend import Backend
from tenant_compiler.model.plan import Need
from tenant_compiler.plan import needs, operations
from tenant_compiler.plan.needs import FEATURES
from tenant_compiler.run.capabilities import judge_needs


class Target(Backend):
    """A target with one answer."""

    def __init__(self, name, answer):
        self.name = name
        self.answer = answer

    def supports(self, need, plan, context):
        """Give it."""
        return self.answer


class FakePlan:
    """As much of a plan as the judgement reads."""

    cloud = "aws"

    def __init__(self, *features):
        self.needs = tuple(Need(feature, f"the {feature}", ("spec", feature)) for feature in features)


def judge(*answers, feature="store.sql"):
    """Codes, severities and targets of the findings about one need."""
    targets = [Target(f"target{number}", answer) for number, answer in enumerate(answers)]
    return [(f.code, f.severity, f.target) for f in judge_needs(FakePlan(feature), targets, None)]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["honoured"], []),
        (["wider"], []),
        (["elsewhere", "honoured"], []),
        (["cannot", "honoured"], []),
        (["later", "wider"], []),
        (["later"], [("TC521", "info", "target0")]),
        (["elsewhere", "later"], [("TC521", "info", "target1")]),
        (["cannot"], [("TC522", "warning", "target0")]),
        (["later", "cannot"], [("TC522", "warning", "target1")]),
        (["elsewhere"], [("TC523", "warning", "")]),
        (["elsewhere", "elsewhere"], [("TC523", "warning", "")]),
        ([], [("TC523", "warning", "")]),
    ],
)
def test_the_best_answer_counts_and_the_gravest_of_the_rest_is_said(answers, expected):
    """One target that does it is enough; else what a platform cannot do weighs more than what is not built yet."""
    assert judge(*answers) == expected


def test_a_finding_leads_to_what_the_tenant_asked_for():
    """Its pointer is the need's."""
    (found,) = judge_needs(FakePlan("slo"), [], None)
    assert found.pointer == ("spec", "slo")
    assert FEATURES["slo"] in found.message


def test_every_feature_that_plans_ask_for_has_its_words_and_every_word_is_asked_for():
    """The table is neither short nor long."""
    sources = "\n".join(map(inspect.getsource, (needs, operations)))
    calls = [node for node in ast.walk(ast.parse(sources)) if isinstance(node, ast.Call)]
    names = {ast.literal_eval(call.args[0]) for call in calls if getattr(call.func, "id", "") == "Need"}
    assert names == set(FEATURES)


def test_a_tenant_hears_of_what_no_target_carries(project, service):
    """End to end: an objective without Prometheus, a store without Terraform."""
    project.tenant(
        services={"web": service()},
        data={"sql": {"db": {}}},
        monitoring={"slos": {"up": {"service": "web", "objective_percent": 99.9}}},
    )
    result = project.one()
    said = {finding.place.pointer for finding in result.diagnostics if finding.code == "TC523"}
    assert ("spec", "data", "sql", "db") in said
    assert ("spec", "monitoring", "slos", "up") in said
    assert result.ok
