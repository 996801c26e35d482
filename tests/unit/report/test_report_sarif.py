"""Findings as SARIF: valid, with columns and paths as the format means them, the same in the next run."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from report_samples import SCHEMAS, finding

from tenant_compiler import __version__
from tenant_compiler.model.diagnostic import Label, Place, Span
from tenant_compiler.report import sarif
from tenant_compiler.report.formats import Waived
from tenant_compiler.report.rules import RuleText
from tenant_compiler.report.sarif import fingerprint
from tenant_compiler.report.verdicts import VerdictRow

if TYPE_CHECKING:
    from collections.abc import Callable

with open(os.path.join(SCHEMAS, "sarif-2.1.0-rtm.5.json"), encoding="utf-8") as _file:
    SCHEMA = json.load(_file)


@pytest.fixture
def run(write: Callable[..., str]) -> Callable[..., Any]:
    """Write findings as SARIF, check the schema, and give the run."""

    def made(*found: Any, **fields: Any) -> Any:
        text = write("sarif", *found, **fields)
        assert text.isascii()
        log = json.loads(text)
        jsonschema.Draft4Validator(SCHEMA).validate(log)
        return log["runs"][0]

    return made


def test_a_run_names_the_tool_and_how_it_ended(run: Callable[..., Any]) -> None:
    """Also when nothing was found: code scanning closes its alerts by an empty run."""
    made = run(command="check", workspace="acme fleet/eu", exit_code=0)
    driver = made["tool"]["driver"]
    assert (driver["name"], driver["version"], driver["rules"]) == ("tenant-compiler", __version__, [])
    assert made["results"] == []
    assert made["automationDetails"]["id"] == "tenant-compile/check/acme%20fleet%2Feu/"
    assert made["invocations"] == [
        {"executionSuccessful": True, "exitCode": 0, "toolExecutionNotifications": []},
    ]
    assert run(exit_code=1)["invocations"][0]["executionSuccessful"] is True
    assert run(exit_code=2)["invocations"][0]["executionSuccessful"] is False


def test_a_result_has_its_place_in_characters_from_one(run: Callable[..., Any]) -> None:
    """The end is exclusive, as in our own spans; nothing says where on this machine the file lies."""
    made = run(finding())
    assert made["columnKind"] == "unicodeCodePoints"
    (result,) = made["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "tenants/acme.yaml", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9},
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "quotas", "kind": "member"}]
    assert "uri" not in made["originalUriBaseIds"]["SRCROOT"]
    assert result["message"]["text"] == "too little\nhelp: write more"
    assert result["properties"] == {"tenants": ["acme"], "tenantCount": 1, "environments": ["production"]}


def test_paths_are_the_repositorys_and_percent_encoded(run: Callable[..., Any]) -> None:
    """Whatever a name holds; built-in files have a base of their own."""
    place = Place("tenants/a b#c?%:é\udcff.yaml", span=Span(1, 1, 2))
    related = (Label(Place("<built-in>/tier_presets/free.jsonnet", span=Span(1, 2, 3)), "the limit"),)
    made = run(finding(place=place, related=related), source_path=lambda file: file if file[0] == "<" else f"w/{file}")
    (result,) = made["results"]
    where = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert where == {"uri": "w/tenants/a%20b%23c%3F%25%3A%C3%A9%FF.yaml", "uriBaseId": "SRCROOT"}
    there = result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]
    assert there == {"uri": "%3Cbuilt-in%3E/tier_presets/free.jsonnet", "uriBaseId": "BUILTIN"}


def test_origins_are_related_places_that_the_message_links_to(run: Callable[..., Any]) -> None:
    """A reader gets from the tenant's line to the layer's."""
    related = (Label(Place("profiles/eu.yaml", span=Span(2, 3, 4)), "set by [the] profile `eu`"),)
    (result,) = run(finding(related=related))["results"]
    assert result["relatedLocations"] == [
        {
            "id": 1,
            "physicalLocation": {
                "artifactLocation": {"uri": "profiles/eu.yaml", "uriBaseId": "SRCROOT"},
                "region": {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 4},
            },
            "message": {"text": "set by [the] profile `eu`"},
        }
    ]
    assert result["message"]["text"].endswith("see: [set by \\[the\\] profile `eu`](1)")


def test_a_finding_of_no_file_stands_at_the_configuration(run: Callable[..., Any]) -> None:
    """Code scanning refuses a result without a place; a file as a whole has no region."""
    (result,) = run(finding(place=None), config="pyproject.toml")["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "pyproject.toml", "uriBaseId": "SRCROOT"}}


def test_messages_hold_no_placeholders_and_no_links_of_others(run: Callable[..., Any]) -> None:
    """Braces are doubled, as the standard has it."""
    (result,) = run(finding(message="is {0} and [x](https://evil.example)", help=""))["results"]
    assert result["message"]["text"].startswith("is {{0}} and [x] (https://evil.example)")


def test_rules_are_described_by_their_pages(run: Callable[..., Any]) -> None:
    """Each code once, with the gravest severity that was found; results point at their rule."""
    made = run(
        finding("TC511", severity="warning"),
        finding("TC511", "other"),
        finding("TC320", severity="info"),
        finding("XY1"),
    )
    rules = made["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["TC320", "TC511", "XY1"]
    secret, quota, foreign = rules
    assert secret["properties"]["security-severity"] == "8.0"
    assert secret["defaultConfiguration"]["level"] == "note"
    assert quota["name"] == "TheServicesDoNotFitIntoTheQuota"
    assert quota["shortDescription"]["text"] == "the services do not fit into the quota"
    assert quota["fullDescription"]["text"].startswith("All services at their maximum")
    assert quota["help"]["markdown"].startswith("## What")
    assert quota["defaultConfiguration"]["level"] == "error"
    assert quota["properties"] == {"tags": ["artifacts"], "precision": "very-high", "problem.severity": "error"}
    assert foreign["shortDescription"]["text"] == "XY1"
    assert [rules[result["ruleIndex"]]["id"] for result in made["results"]] == [
        result["ruleId"] for result in made["results"]
    ]
    assert {result["level"] for result in made["results"]} == {"note", "warning", "error"}


def test_a_policys_rule_is_described_by_its_metadata(run: Callable[..., Any]) -> None:
    """With no more tags than code scanning takes, and a word about the rest."""
    text = RuleText("TlsMinimum", "TLS is recent", "what", "help", "**help**", tuple(f"t{n}" for n in range(25)), "7.0")
    made = run(finding("TC404", rule="tls_minimum"), rules={"TC404": text})
    (rule,) = made["tool"]["driver"]["rules"]
    assert rule["name"] == "TlsMinimum"
    assert rule["help"] == {"text": "help", "markdown": "**help**"}
    assert len(rule["properties"]["tags"]) == 20
    (note,) = made["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "5 of 25 tags of TC404 are left out"
    assert made["results"][0]["properties"]["rule"] == "tls_minimum"


def test_a_fingerprint_survives_moved_lines_and_other_words(report: Callable[..., Any]) -> None:
    """It changes with the code, the tenant, its environments, the node and the object, and with nothing else."""

    def of(*found: Any) -> str:
        (made,) = report(*found).findings
        return fingerprint(made)

    here = of(finding())
    moved = Place("tenants/acme.yaml", ("spec", "quotas"), span=Span(70, 1, 2))
    assert of(finding(place=moved, message="still too little", help="")) == here
    assert of(finding("TC512")) != here
    assert of(finding(tenant="b")) != here
    assert of(finding(environment="staging")) != here
    assert of(finding(), finding(environment="staging")) != here
    assert of(finding(), finding(environment="staging")) == of(finding(environment="staging"), finding())
    assert of(finding(pointer=("spec", "tier"))) != here
    assert of(finding(object="Deployment/x")) != here


def test_equal_fingerprints_are_counted(run: Callable[..., Any]) -> None:
    """Two findings of one code at one node stay two."""
    one, two = run(finding(), finding(message="in another way"))["results"]
    first, second = (result["partialFingerprints"]["tenantCompile/v1"] for result in (one, two))
    assert first.partition(":")[0] == second.partition(":")[0]
    assert (first.partition(":")[2], second.partition(":")[2]) == ("1", "2")


def test_what_is_cut_is_told(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The gravest results stay, in their order; of related places the first."""
    monkeypatch.setattr(sarif, "RESULTS", 3)
    monkeypatch.setattr(sarif, "RELATED", 2)
    places = tuple(Label(Place("x.yaml", span=Span(n, 1, 2)), "here") for n in range(1, 6))
    found = [finding(message=f"m{n}", severity="info" if n < 4 else "error", related=places) for n in range(6)]
    made = run(*found)
    assert [result["message"]["text"][:2] for result in made["results"]] == ["m0", "m4", "m5"]
    assert [len(result["relatedLocations"]) for result in made["results"]] == [2, 2, 2]
    notes = [note["message"]["text"] for note in made["invocations"][0]["toolExecutionNotifications"]]
    assert notes[0] == "3 of 6 findings are left out"
    assert notes[1:] == ["3 of 5 related places of TC511 are left out"] * 3
    assert len(run(*found, limit=1)["results"]) == 1


def test_a_waived_finding_is_suppressed_and_not_lost(run: Callable[..., Any], report: Callable[..., Any]) -> None:
    """With the waiver and its reason."""
    (waived,) = report(finding("TC404")).findings
    (result,) = run(waived=[Waived(waived, "old-client", "until May")])["results"]
    assert result["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "old-client: until May"}
    ]


def test_verdicts_are_counted_by_framework(run: Callable[..., Any]) -> None:
    """The whole table is for other formats."""
    rows = [VerdictRow("acme", "production", "hipaa", f"c{n}", "t", "pass" if n else "fail") for n in range(3)]
    assert run(verdicts=rows)["properties"] == {"verdicts": {"hipaa": {"fail": 1, "pass": 2}}}
