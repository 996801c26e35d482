"""Findings as JUnit XML: valid, a suite a tenant, and only what is proved passes."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import pytest
import xmlschema
from report_samples import SCHEMAS, finding

from tenant_compiler.model.diagnostic import Label, Place, Span
from tenant_compiler.model.policy import STATUSES
from tenant_compiler.report import junit
from tenant_compiler.report.formats import Waived
from tenant_compiler.report.verdicts import VerdictRow

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = xmlschema.XMLSchema(os.path.join(SCHEMAS, "junit-10.xsd"))


@pytest.fixture
def suites(write: Callable[..., str]) -> Callable[..., ET.Element]:
    """Write findings as JUnit XML, check the schema and the numbers, and give the root."""

    def made(*found: Any, **fields: Any) -> ET.Element:
        text = write("junit", *found, **fields)
        SCHEMA.validate(text)
        root = ET.fromstring(text)
        for suite in root:
            cases = suite.findall("testcase")
            assert int(suite.get("tests", "")) == len(cases)
            for result, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
                assert int(suite.get(name, "")) == sum(case.find(result) is not None for case in cases)
        assert int(root.get("tests", "")) == len(root.findall("testsuite/testcase"))
        assert int(root.get("failures", "")) == len(root.findall("testsuite/testcase/failure"))
        return root

    return made


def cases(root: ET.Element) -> dict[str, str]:
    """The result of each test case by its suite and name."""
    return {
        f"{suite.get('name')}: {case.get('name')}": case[0].tag if len(case) else "" for suite in root for case in suite
    }


def test_every_tenant_has_a_suite_also_a_sound_one(suites: Callable[..., ET.Element]) -> None:
    """Readers take a report without any test for a mistake."""
    root = suites(finding(), tenants=("acme", "beta"))
    assert root.get("name") == "tenant-compile check"
    assert cases(root) == {
        "acme: TC511 the services do not fit into the quota": "failure",
        "beta: no findings": "",
    }
    assert cases(suites()) == {"(workspace): no findings": ""}


def test_a_code_is_a_case_with_all_its_findings(suites: Callable[..., ET.Element]) -> None:
    """What to do and where stands in the text, links to other files too."""
    related = (Label(Place("profiles/eu.yaml", span=Span(2, 3, 4)), "set here"),)
    root = suites(finding(), finding(message="too much", related=related))
    (failure,) = root.iter("failure")
    assert (failure.get("type"), failure.get("message")) == ("error", "2 errors: too little")
    assert failure.text == (
        "error[TC511]: too little\n"
        "  at tenants/acme.yaml:3:5\n"
        "  help: write more\n"
        "error[TC511]: too much\n"
        "  at tenants/acme.yaml:3:5\n"
        "  see profiles/eu.yaml:2:3: set here\n"
        "  help: write more"
    )


def test_a_finding_of_several_tenants_is_in_each_suite(suites: Callable[..., ET.Element]) -> None:
    """One of nobody is in a suite of its own, which no tenant can be called like."""
    place = Place("profiles/eu.yaml", span=Span(1, 1, 2))
    root = suites(finding(place=place), finding(place=place, tenant="b"), finding("TC130", tenant="", environment=""))
    assert {name.partition(":")[0] for name in cases(root)} == {"acme", "b", "(workspace)"}


@pytest.mark.parametrize(
    ("severity", "fail_on", "result"),
    [
        ("error", "error", "failure"),
        ("warning", "error", "skipped"),
        ("warning", "warning", "failure"),
        ("info", "error", "system-out"),
        ("info", "info", "failure"),
    ],
)
def test_what_fails_is_what_makes_the_exit_code(
    suites: Callable[..., ET.Element], severity: str, fail_on: str, result: str
) -> None:
    """Other warnings are skipped, so that they are seen; infos pass."""
    root = suites(finding(severity=severity), fail_on=fail_on)
    assert list(cases(root).values()) == [result]
    assert "at tenants/acme.yaml:3:5" in "".join(root.itertext())


def test_each_control_is_a_case(suites: Callable[..., ET.Element]) -> None:
    """What could not be evaluated is an error; what people vouch for is skipped with a word, and never passes."""
    rows = [
        VerdictRow("acme", "production", "hipaa", f"164.{n}", "Title", status, ("TC404: why",))
        for n, status in enumerate(STATUSES)
    ]
    root = suites(verdicts=rows)
    assert [case.get("classname") for case in root.iter("testcase")] == ["acme.production.hipaa"] * len(STATUSES)
    results = {status: (case[0].tag if len(case) else "") for status, case in zip(STATUSES, root[0], strict=True)}
    assert results == {
        "fail": "failure",
        "not_evaluated": "error",
        "not_enforceable": "failure",
        "waived": "skipped",
        "attested": "skipped",
        "manual": "skipped",
        "pass": "system-out",
        "not_applicable": "skipped",
    }
    assert root[0][2][0].get("message") == "not enforceable: TC404: why"
    assert root[0][0].get("name") == "164.0 Title"


def test_a_waived_finding_is_skipped_with_its_reason(
    suites: Callable[..., ET.Element], report: Callable[..., Any]
) -> None:
    """It is neither lost nor a failure."""
    (waived,) = report(finding("TC511")).findings
    root = suites(waived=[Waived(waived, "old-client", "until May")])
    (case,) = root.iter("testcase")
    assert case.get("name", "").endswith("(waived: old-client)")
    assert case[0].get("message") == "until May"


def test_findings_and_cases_are_limited_and_the_rest_is_told(
    suites: Callable[..., ET.Element], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases that fail stay when cases must go."""
    many = suites(*(finding(message=f"m{n}") for n in range(60)))
    assert "".join(many.itertext()).rstrip().endswith("… and 10 more")
    short = suites(finding(), finding("TC512"), limit=1)
    assert cases(short)["(workspace): findings that are left out"] == "skipped"
    monkeypatch.setattr(junit, "CASES", 4)
    rows = [VerdictRow(f"t{n}", "", "hipaa", "c", "t", "pass") for n in range(5)]
    failed = VerdictRow("t9", "", "hipaa", "c", "t", "fail")
    root = suites(verdicts=[*rows, failed])
    assert list(cases(root).values()) == ["", "", "failure", "skipped"]
    (skipped,) = root.iter("skipped")
    assert skipped.get("message") == "3 of 6 test cases are left out, those that pass before others"
